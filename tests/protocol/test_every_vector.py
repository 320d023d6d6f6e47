"""Ballots, credentials and tallies of every archive that other tools made, judged by the protocol alone (protocol.md §5, §7, §8)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sandogh.protocol.ballot import Ballot, check_ballot, parse_ballot
from sandogh.protocol.credential import check_public_credentials
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.events import EventType, check_grammar
from sandogh.protocol.record import Record, read_records
from sandogh.protocol.tally import EncryptedTally, TallyBuilder, check_encrypted_tally, check_weights, make_encrypted_tally

FOLDER = Path(__file__).parents[1] / "vectors" / "belenios"
INDEX: list[dict[str, Any]] = json.loads((FOLDER / "vectors.json").read_text("utf-8"))["vectors"]
VALID = [entry for entry in INDEX if entry["expected"] == "valid"]

#: The sections whose checks are those of this file, and the archives that break a rule of another one. None is in neither.
OWN = ("§3.2", "§3.3", "§4.2", "§5.3", "§7.1", "§7.2", "§7.5", "§8.1", "§8.2", "§8.3", "§12.2")


def own(entry: dict[str, Any]) -> bool:
    return entry["section"] in OWN


@cache
def records(name: str) -> tuple[Record, ...]:
    with (FOLDER / name).open("rb") as file:
        return tuple(read_records(file))


def judged(name: str) -> tuple[Election, list[Ballot], EncryptedTally]:
    """What the ballots of an archive come to. Raises what is wrong first, in the order of protocol.md §12.1.

    1. events in an allowed order (§12.2)
    2. election, credentials and their weights (§4.3, §5.3)
    3. every ballot, none twice (§7)
    4. the tally, if there is one (§8)
    """
    events = records(name)
    setup = events[0].data
    election = Election.from_bytes(setup[0].data)
    # (1)
    check_grammar([record.event.type for record in events], shuffles=election.needs_shuffle)
    # (2)
    weights = check_public_credentials(setup[2].data, election.group)
    check_weights(election, weights)
    # (3)
    ballots: list[Ballot] = []
    for record in events:
        if record.event.type is EventType.Ballot:
            ballot = check_ballot(record.data[0].data, election=election, credentials=weights)
            if ballot.tracker in {earlier.tracker for earlier in ballots}:
                raise VerificationError("§7.1", "the same bytes twice")
            ballots.append(ballot)
    # (4)
    computed = make_encrypted_tally(election, ballots, weights)
    for record in events:
        if record.event.type is EventType.EncryptedTally:
            check_encrypted_tally(record.data[0].data, record.data[1].data, computed=computed, election=election)
    return election, ballots, computed


@pytest.mark.parametrize("entry", VALID, ids=lambda entry: entry["file"])
def test_a_valid_archive_is_accepted_and_written_back(entry: dict[str, Any]) -> None:
    election, ballots, tally = judged(entry["file"])
    assert (election.uuid, len(ballots), tally.num_tallied) == (entry["uuid"], entry["ballots"], entry["kept"])
    kinds = [question.kind + ("+blank" if getattr(question, "blank", False) else "") for question in election.questions]
    assert kinds == entry["questions"]
    assert (tally.total_weight != tally.num_tallied) == entry["weights"]
    events = records(entry["file"])
    cast = [record.data[0].data for record in events if record.event.type is EventType.Ballot]
    for data, ballot in zip(cast, ballots, strict=True):
        assert parse_ballot(data, election) == ballot
        written = [answer.form(election.group) for answer in ballot.answers]
        assert written == json.loads(data)["answers"]
    assert [question.form() for question in election.questions] == json.loads(election.bytes)["questions"]
    for record in events:
        if record.event.type is EventType.EncryptedTally:
            assert (tally.to_bytes(), tally.sized_bytes()) == (record.data[0].data, record.data[1].data)


@pytest.mark.parametrize("entry", [entry for entry in INDEX if "section" in entry and own(entry)], ids=lambda entry: entry["file"])
def test_an_invalid_archive_is_refused_for_the_rule_it_breaks(entry: dict[str, Any]) -> None:
    with pytest.raises((Malformed, VerificationError)) as refused:
        judged(entry["file"])
    assert refused.value.section == entry["section"]


@pytest.mark.parametrize(
    "entry",
    [entry for entry in INDEX if entry.get("section", "§11")[:3] in ("§9.", "§10", "§6.") and not own(entry)],
    ids=lambda entry: entry["file"],
)
def test_what_breaks_a_later_rule_passes_these(entry: dict[str, Any]) -> None:
    """A check that refused everything would pass the test above."""
    assert judged(entry["file"])


def test_ballots_of_an_archive_in_pieces_come_to_the_same_tally() -> None:
    """The one who counts as ballots come replaces those of a credential that votes again."""
    for entry in VALID:
        election, ballots, whole = judged(entry["file"])
        weights = check_public_credentials(records(entry["file"])[0].data[2].data, election.group)
        builder = TallyBuilder(election)
        last: dict[str, Ballot] = {}
        for ballot in ballots:
            builder.add(ballot, weights[ballot.credential], replaces=last.get(ballot.credential))
            last[ballot.credential] = ballot
        assert builder.finish() == whole


def test_ballots_of_one_archive_are_none_of_another() -> None:
    for entry in VALID[:6]:
        for other in VALID[:6]:
            if entry["uuid"] == other["uuid"] or not entry["ballots"]:
                continue
            election = Election.from_bytes(records(other["file"])[0].data[0].data)
            ballot = next(record.data[0].data for record in records(entry["file"]) if record.event.type is EventType.Ballot)
            with pytest.raises(SandoghError) as refused:
                parse_ballot(ballot, election)
            assert getattr(refused.value, "section", "") == "§7.1"
