"""Ballots of belenios-tool: trackers, and remaking its elections from their secrets (protocol.md §7, §10)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sandogh.protocol.ballot import check_ballot, make_ballot, parse_ballot, tracker_of
from sandogh.protocol.credential import check_public_credentials, derive_credential
from sandogh.protocol.decryption import check_partial_decryption, make_partial_decryption
from sandogh.protocol.election import Election
from sandogh.protocol.events import EventType
from sandogh.protocol.key_generation import recover_decryption_key
from sandogh.protocol.nested import as_json
from sandogh.protocol.record import Record, read_records
from sandogh.protocol.result import Result, make_result
from sandogh.protocol.tally import make_encrypted_tally
from sandogh.protocol.threshold import ThresholdParameters
from sandogh.protocol.trustee import Trustees, check_trustees, trustee_key

FOLDER = Path(__file__).parents[1] / "vectors" / "belenios"
KAT: dict[str, Any] = json.loads((FOLDER / "kat.json").read_text("utf-8"))

SECRETS = sorted(path.stem for path in (FOLDER / "secrets").iterdir())


@cache
def records(name: str) -> tuple[Record, ...]:
    with (FOLDER / name).open("rb") as file:
        return tuple(read_records(file))


def ballots(name: str) -> list[bytes]:
    return [record.data[0].data for record in records(name) if record.event.type is EventType.Ballot]


@pytest.mark.parametrize("entry", KAT["tracker"], ids=lambda entry: f"{entry['file']} {entry['ballot_index']}")
def test_tracker(entry: dict[str, Any]) -> None:
    assert tracker_of(ballots(entry["file"])[entry["ballot_index"]]) == entry["tracker"]


def private_keys(holders: list[dict[str, Any]], trustees: Trustees) -> list[int]:
    """Of single trustees as they stand there; of threshold trustees, recovered from the seed and the tool's message."""
    (parameters,) = [item for item in trustees.items if isinstance(item, ThresholdParameters)] or [None]
    return [
        int(holder["private_key"])
        if holder["kind"] == "Single" or parameters is None
        else recover_decryption_key(holder["seed"], holder["decryption_key_message"], parameters=parameters)
        for holder in holders
    ]


@pytest.mark.parametrize("name", SECRETS)
def test_an_election_remade_from_its_secrets(name: str) -> None:
    """The tool's credentials sign ours, its keys open the tally of its ballots and of ours, and the counts are the recorded ones."""
    secrets: dict[str, Any] = json.loads((FOLDER / "secrets" / f"{name}.json").read_text("utf-8"))
    setup = records(f"{name}.bel")[0].data
    election = Election.from_bytes(setup[0].data)
    trustees = check_trustees(setup[1].data, election.group)
    credentials = check_public_credentials(setup[2].data, election.group)

    voters = [derive_credential(voter["credential"], uuid=election.uuid, group=election.group) for voter in secrets["voters"]]
    assert {voter.public for voter in voters} == set(credentials)
    assert sorted(credentials.values()) == sorted(voter["weight"] for voter in secrets["voters"])
    privates = private_keys(secrets["trustees"], trustees)
    assert [trustee_key(private, election.group).public.key for private in privates] == [member.key for member in trustees.members]

    votes = secrets["votes_cast_in_order"]
    own = [make_ballot(election, voters[vote["voter"]], vote["choice"]) for vote in votes]
    theirs = ballots(f"{name}.bel")
    for cast in (theirs, own, [*theirs[:2], *own[2:]]):
        checked = [check_ballot(data, election=election, credentials=credentials) for data in cast]
        assert checked == [parse_ballot(data, election) for data in cast]
        assert [ballot.credential for ballot in checked] == [voters[vote["voter"]].public for vote in votes]
        tally = make_encrypted_tally(election, checked, credentials)
        partials = [
            check_partial_decryption(
                make_partial_decryption(tally, private_key=private, election=election), tally=tally, trustee=member, election=election
            )
            for private, member in zip(privates, trustees.members, strict=True)
        ]
        # Where two of three threshold trustees suffice, the tally opens without the first of them too.
        for quorum in [partials] if len(partials) == 2 else [partials, [partials[0], *partials[2:]]]:
            counts = Result.from_bytes(make_result(election, tally, quorum, trustees, tally.total_weight)).counts
            assert as_json(counts, int) == secrets["result"]
