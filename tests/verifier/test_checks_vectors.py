"""The verifier over the whole index of vectors: nothing skipped, every refusal for its recorded rule (protocol.md §12)."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Outcome, Report, Verdict

FOLDER = Path(__file__).parents[1] / "vectors" / "belenios"
INDEX: list[dict[str, Any]] = json.loads((FOLDER / "vectors.json").read_text("utf-8"))["vectors"]

#: Archives of parts that come later, each with the part that it is refused for. To be taken out of here one by one.
LATER = {
    "bel2048-blank-weights-20.bel": "explicit blank votes",
    "bel2048-blank-weights-open-20.bel": "explicit blank votes",
    "bel2048-threshold-330.bel": "threshold (Pedersen) trustees",
    "ed25519-h-blank-weights-threshold.bel": "explicit blank votes",
    "ed25519-lists.bel": "list questions",
    "ed25519-nh-shuffles.bel": "non-homomorphic questions",
    "rfc3526-nh.bel": "non-homomorphic questions",
    "bad-bel2048-threshold-20-unsigned-dkg.bel": "threshold (Pedersen) trustees",
    "bad-lists-nonzero.bel": "list questions",
    "bad-pedersen-coefexps.bel": "explicit blank votes",
    "bad-shuffle-response.bel": "non-homomorphic questions",
}

VALID = [vector for vector in INDEX if vector["expected"] == "valid" and vector["file"] not in LATER]
INVALID = [vector for vector in INDEX if vector["expected"] == "invalid" and vector["file"] not in LATER]

#: The check of the plan (verifier/checks.py) that a rule belongs to.
CHECK_OF = {
    "§11.1": 1,
    "§11.3": 1,
    "§11.4": 1,
    "§12.2": 2,
    "§5.3": 5,
    "§3.2": 6,
    "§3.3": 6,
    "§4.2": 6,
    "§7.1": 6,
    "§7.2": 6,
    "§8.2": 7,
    "§10.1": 9,
    "§10.3": 10,
}


def verify(name: str) -> Report:
    with (FOLDER / name).open("rb") as file:
        return verify_archive(file)


def by_file(vector: dict[str, Any]) -> str:
    return str(vector["file"])


def test_the_index_and_the_folder_hold_the_same_files() -> None:
    assert sorted(vector["file"] for vector in INDEX) == sorted(path.name for path in FOLDER.glob("*.bel"))
    assert set(LATER) < {vector["file"] for vector in INDEX}
    assert (len(VALID), len(INVALID), len(LATER)) == (6, len(INDEX) - 17, 11)
    for vector in INDEX:
        assert hashlib.sha256((FOLDER / vector["file"]).read_bytes()).hexdigest() == vector["sha256"]


@pytest.mark.parametrize("vector", VALID, ids=by_file)
def test_a_valid_archive_is_accepted_with_the_recorded_result(vector: dict[str, Any]) -> None:
    report = verify(vector["file"])
    facts = report.facts
    assert report.findings == []
    assert report.verdict is Verdict.VALID
    assert (facts.uuid, facts.group, facts.stage) == (vector["uuid"], vector["group"], vector["stage"])
    assert (facts.ballots, facts.kept, facts.trustees) == (vector["ballots"], vector["kept"], len(vector["trustees"]))
    counts = None if facts.result is None else [[count for _, count in question.counts] for question in facts.result]
    assert counts == vector["result"]
    assert report.complete == (vector["stage"] == "Result")
    expected = {8: Outcome.HOLDS, 11: Outcome.NOT_CHECKED}
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


@pytest.mark.parametrize("name", sorted(LATER))
def test_an_archive_of_later_parts_is_refused_for_what_is_not_supported(name: str) -> None:
    report = verify(name)
    assert report.verdict is Verdict.UNSUPPORTED
    assert [finding.what for finding in report.findings] == [f"{LATER[name]}: not supported yet"]
    assert not report.complete
