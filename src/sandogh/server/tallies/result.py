"""What the result page shows, computed anew from the Result on the board."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from sandogh.protocol.events import EventType
from sandogh.protocol.result import Result
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.elections.definition import Candidate, Race
from sandogh.server.elections.models import Election
from sandogh.server.tallies.seats import Draw, Outcome, allocate, draws


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """One line of a race: `share` is votes per ballot cast, from 0 to 1, for the bar."""

    candidate: Candidate
    votes: int
    rank: int
    outcome: Outcome
    share: float


@dataclass(frozen=True, slots=True)
class RaceResult:
    """A race's lines, most votes first and equals in ballot order; and the lots still to be drawn. `votes` is the sum over candidates."""

    race: Race
    lines: tuple[CandidateResult, ...]
    draws: tuple[Draw, ...]
    votes: int


@dataclass(frozen=True, slots=True)
class TallyResult:
    """The published result. `turnout` is ballots over eligible, from 0 to 1. How many left a race blank, a sum cannot tell."""

    races: tuple[RaceResult, ...]
    eligible: int
    ballots: int
    turnout: float
    event_hash: str


def result_for(election: Election) -> TallyResult:
    """The result; raises Refused `no_result` before it is published."""
    end = board.head(election)
    if end.type is not EventType.Result:
        raise Refused("no_result", _("نتیجه هنوز اعلام نشده است."), status=404)
    ((data,),) = board.members_of(election, EventType.Result)
    counts = Result.from_bytes(data).counts
    eligible = board.count_credentials(election.pk)
    races = election.races()
    return TallyResult(
        races=tuple(_race(race, votes, end.ballots) for race, votes in zip(races, counts, strict=True)),
        eligible=eligible,
        ballots=end.ballots,
        turnout=end.ballots / eligible if eligible else 0.0,
        event_hash=end.hash,
    )


def _race(race: Race, counts: tuple[int, ...], ballots: int) -> RaceResult:
    if len(counts) != len(race.candidates):
        raise ValueError(f"the result has {len(counts)} counts for the {len(race.candidates)} candidates of {race.id}")
    standings = allocate(counts, race.seats_main, race.seats_alternate)
    lines = tuple(
        CandidateResult(race.candidates[line.candidate], line.votes, line.rank, line.outcome, line.votes / ballots if ballots else 0.0)
        for line in standings
    )
    return RaceResult(race, lines, tuple(draws(standings, race.seats_main, race.seats_alternate)), sum(counts))
