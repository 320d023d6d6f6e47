"""Fixed ballots: Python and the booth make the same bytes, and each accepts the other's (protocol.md §7)."""

from typing import Any

import pytest

from sandogh.protocol.ballot import check_ballot, tracker_of
from sandogh.protocol.election import Election
from sandogh.protocol.vote_code import vote_code
from twins.conftest import Booth
from twins.twin import Case, vectors

VECTORS = vectors()


def case_of(vector: dict[str, Any]) -> Case:
    election = Election.from_bytes(vector["election"].encode())
    return Case(election, vector["credential"], tuple(map(tuple, vector["choices"])), vector["seed"])


@pytest.fixture(scope="module")
def made_by_booth(booth: Booth) -> dict[str, dict[str, str]]:
    answers = booth([case_of(vector).task() for vector in VECTORS])
    return {vector["name"]: answer["result"] for vector, answer in zip(VECTORS, answers, strict=True)}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_both_twins_make_the_known_bytes(vector: dict[str, Any], made_by_booth: dict[str, dict[str, str]]) -> None:
    case = case_of(vector)
    ours, theirs = case.make(), made_by_booth[vector["name"]]
    assert theirs["ballot"].encode() == ours
    assert theirs["hash"] == vector["hash"]
    assert (tracker_of(ours), len(ours)) == (vector["tracker"], vector["length"])
    assert (case.key.public, case.election.fingerprint) == (vector["public"], vector["fingerprint"])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_python_accepts_what_the_booth_made(vector: dict[str, Any], made_by_booth: dict[str, dict[str, str]]) -> None:
    data = made_by_booth[vector["name"]]["ballot"].encode()
    ballot = check_ballot(data, election=case_of(vector).election, credentials={vector["public"]})
    assert (ballot.credential, ballot.hash, ballot.tracker) == (vector["public"], vector["hash"], vector["tracker"])


def test_the_booth_accepts_what_python_made(booth: Booth) -> None:
    cases = [case_of(vector) for vector in VECTORS]
    answers = booth([case.check_task(case.make()) for case in cases])
    expected = [{"credential": each["public"], "hash": each["hash"], "tracker": each["tracker"]} for each in VECTORS]
    assert [answer.get("result", answer) for answer in answers] == expected


def test_both_twins_compute_the_known_vote_code(booth: Booth) -> None:
    answers = booth([{"task": "vote_code", "session": each["session"], "hash": each["hash"]} for each in VECTORS])
    known = [each["vote_code"] for each in VECTORS]
    assert [answer["result"] for answer in answers] == known
    assert [vote_code(each["session"], each["hash"]) for each in VECTORS] == known
