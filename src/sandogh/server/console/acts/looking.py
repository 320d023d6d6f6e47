"""Where an election stands."""

from datetime import datetime
from typing import Any

from sandogh import jalali
from sandogh.server.board import domain as board
from sandogh.server.elections.models import Election
from sandogh.server.elections.state import State
from sandogh.server.rolls import domain as rolls
from sandogh.server.tallies import domain as tallies


def trustees(election: Election) -> list[tallies.Delivered]:
    """The trustees of a sealed election, by number, and what each has delivered."""
    return tallies.delivered(election)


def status(election: Election, *, now: datetime) -> dict[str, Any]:
    """Where the election stands, for people and programs. Times are ISO in Tehran's zone."""

    def shown(time: datetime | None) -> str | None:
        return time.astimezone(jalali.TEHRAN).isoformat(timespec="seconds") if time else None

    answer: dict[str, Any] = {
        "slug": election.slug,
        "uuid": election.uuid,
        "title": election.title,
        "organisation": election.organisation.name,
        "group": election.group,
        "fictional": election.fictional,
        "state": str(election.state),
        "phase": election.phase(now),
        "opens_at": shown(election.opens_at),
        "closes_at": shown(election.closes_at),
        "last_cast_at": shown(election.last_cast_at),
        "objections_close_at": shown(election.objections_close_at),
        "closed_early_reason": election.closed_early_reason,
        "voters": election.voters.count(),
        "eligible": election.eligible_at_sealing if election.eligible_at_sealing is not None else rolls.eligible_count(election),
        "fingerprint": election.fingerprint,
    }
    if election.fingerprint:
        end = board.head(election)
        answer["board"] = {"height": end.height, "type": end.type.value, "hash": end.hash, "ballots": end.ballots}
        if election.state == State.TALLYING:
            answer["missing_shuffles"] = tallies.missing_shuffles(election)
            answer["missing_decryptions"] = [
                {"needed": each.needed, "of": list(each.numbers)} for each in tallies.missing_decryptions(election)
            ]
    return answer
