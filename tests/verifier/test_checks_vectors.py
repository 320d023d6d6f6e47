"""The verifier over the whole index of vectors: nothing skipped, every refusal for its recorded rule (protocol.md §12)."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from sandogh.verifier import ballot_checks, opening_checks, setup_checks
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import ListsResult, Outcome, QuestionResult, RaceResult, Report, Verdict, VotesResult

FOLDER = Path(__file__).parents[1] / "vectors" / "belenios"
INDEX: list[dict[str, Any]] = json.loads((FOLDER / "vectors.json").read_text("utf-8"))["vectors"]

VALID = [vector for vector in INDEX if vector["expected"] == "valid"]
INVALID = [vector for vector in INDEX if vector["expected"] == "invalid"]

#: The check of the plan (verifier/checks.py) that a rule belongs to.
CHECK_OF = {
    "§11.1": 1,
    "§11.3": 1,
    "§11.4": 1,
    "§12.2": 2,
    "§5.3": 5,
    "§6.3": 4,
    "§6.4": 4,
    "§3.2": 6,
    "§3.3": 6,
    "§4.2": 6,
    "§7.1": 6,
    "§7.2": 6,
    "§7.5": 6,
    "§8.2": 7,
    "§9.2": 8,
    "§10.1": 9,
    "§10.3": 10,
}


def verify(name: str) -> Report:
    with (FOLDER / name).open("rb") as file:
        return verify_archive(file)


def numbers(race: RaceResult) -> list[Any]:
    """A race's result in the shape of the vectors."""
    match race:
        case QuestionResult():
            return [count for _, count in race.counts]
        case ListsResult():
            return [[count, *(each for _, each in candidates)] for _, count, candidates in race.lists]
        case VotesResult():
            return [list(vote) for vote in race.votes]


def by_file(vector: dict[str, Any]) -> str:
    return str(vector["file"])


def test_the_index_and_the_folder_hold_the_same_files() -> None:
    assert sorted(vector["file"] for vector in INDEX) == sorted(path.name for path in FOLDER.glob("*.bel"))
    assert (len(VALID), len(INVALID)) == (13, 28)
    for vector in INDEX:
        assert hashlib.sha256((FOLDER / vector["file"]).read_bytes()).hexdigest() == vector["sha256"]


@pytest.mark.parametrize("vector", VALID, ids=by_file)
def test_a_valid_archive_is_accepted_with_the_recorded_result(vector: dict[str, Any]) -> None:
    report = verify(vector["file"])
    facts = report.facts
    assert report.findings == []
    assert report.verdict is Verdict.VALID
    assert (facts.uuid, facts.group, facts.stage) == (vector["uuid"], vector["group"], vector["stage"])
    assert (facts.ballots, facts.kept) == (vector["ballots"], vector["kept"])
    assert facts.trustees == sum(int(kind.split()[-1]) if kind.startswith("Pedersen") else 1 for kind in vector["trustees"])
    assert (facts.credentials_weight != facts.credentials) == vector["weights"]
    assert (None if facts.result is None else list(map(numbers, facts.result))) == vector["result"]
    assert report.complete == (vector["stage"] == "Result")
    expected = {11: Outcome.NOT_CHECKED, 12: Outcome.NOT_CHECKED}
    if not report.complete:
        expected |= {7: Outcome.NOT_CHECKED, 9: Outcome.NOT_CHECKED, 10: Outcome.NOT_CHECKED}
    assert {check.number: check.outcome for check in report.checks} == dict.fromkeys(range(1, 11), Outcome.HOLDS) | expected


@pytest.mark.parametrize("vector", INVALID, ids=by_file)
def test_an_invalid_archive_is_refused_for_the_recorded_rule(vector: dict[str, Any]) -> None:
    report = verify(vector["file"])
    assert report.verdict is Verdict.INVALID
    assert {finding.section for finding in report.findings} == {vector["section"]}
    failing = [check.number for check in report.checks if check.outcome is Outcome.FAILS]
    assert failing == [CHECK_OF[vector["section"]]]
    assert not report.complete


@pytest.mark.parametrize("name", ["bad-swapped-answers.bel", "bad-pedersen-coefexps.bel", "bad-shuffle-response.bel", "rfc3526-nh.bel"])
def test_several_processes_say_what_one_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ballot_checks, setup_checks, opening_checks):
        monkeypatch.setattr(module, "WORTHWHILE", 0)
    with (FOLDER / name).open("rb") as file:
        assert verify_archive(file, jobs=2) == verify(name)
