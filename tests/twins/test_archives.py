"""The verifier of the browser and `sandogh verify` say the same of every archive (protocol.md §12)."""

import io
import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Report

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "vectors" / "belenios"
INDEX: list[dict[str, Any]] = json.loads((FOLDER / "vectors.json").read_text("utf-8"))["vectors"]

Verifier = Callable[[Sequence[Path]], list[dict[str, Any]]]


def elsewhere(vector: dict[str, Any]) -> bool:
    """Lists, shuffles and the group RFC-3526-2048 are not checked in the browser."""
    return vector["group"] == "RFC-3526-2048" or any(kind.partition("+")[0] != "H" for kind in vector["questions"])


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    """The reports of the browser's verifier (booth/tests/verify-cli.ts), bundled once and run by Node."""
    esbuild = ROOT / "booth/node_modules/.bin/esbuild"
    if not esbuild.exists():
        pytest.fail("the booth's packages are not installed: cd booth && npm ci")
    program = tmp_path_factory.mktemp("verifier") / "verify.mjs"
    source = ROOT / "booth/tests/verify-cli.ts"
    command = [esbuild, source, "--bundle", "--platform=node", "--format=esm", "--keep-names", f"--outfile={program}"]
    subprocess.run([*command, "--log-level=warning"], check=True, cwd=ROOT / "booth")

    def verify(archives: Sequence[Path]) -> list[dict[str, Any]]:
        done = subprocess.run(["node", program, *archives], capture_output=True, text=True, timeout=300)
        assert (done.returncode, done.stderr) == (0, "")
        reports: list[dict[str, Any]] = json.loads(done.stdout)
        assert len(reports) == len(archives)
        return reports

    return verify


def of_python(report: Report) -> dict[str, Any]:
    """What both reports must agree on: the verdict, every check by number and name, how it came out, and the rules that were broken."""
    facts = report.facts
    return {
        "verdict": report.verdict.value,
        "complete": report.complete,
        "checks": [(check.number, check.name, check.sections, check.outcome.value) for check in report.checks],
        "findings": sorted((check.number, finding.section) for check in report.checks for finding in check.findings),
        "facts": [facts.uuid, facts.fingerprint, facts.trustees_fingerprint, facts.credentials_fingerprint, facts.last_event, facts.kept],
    }


def of_browser(report: dict[str, Any]) -> dict[str, Any]:
    facts = report["election"]
    names = ("uuid", "fingerprint", "trustees_fingerprint", "credentials_fingerprint", "last_event", "kept")
    return {
        "verdict": report["verdict"],
        "complete": report["complete"],
        "checks": [(check["number"], check["name"], check["sections"], check["outcome"]) for check in report["checks"]],
        "findings": sorted((check["number"], finding["section"]) for check in report["checks"] for finding in check["findings"]),
        "facts": [facts.get(name) for name in names],
    }


def verified(path: Path) -> Report:
    with path.open("rb") as file:
        return verify_archive(file)


def test_both_say_the_same_of_every_archive(browser: Verifier) -> None:
    shared = [FOLDER / vector["file"] for vector in INDEX if not elsewhere(vector)]
    assert len(shared) == len(INDEX) - 5
    theirs = dict(zip([path.name for path in shared], map(of_browser, browser(shared)), strict=True))
    ours = {path.name: of_python(verified(path)) for path in shared}
    assert theirs == ours
    assert {said["verdict"] for said in ours.values()} == {"valid", "invalid"}


def test_what_the_browser_does_not_check_it_never_calls_valid(browser: Verifier) -> None:
    others = [FOLDER / vector["file"] for vector in INDEX if elsewhere(vector)]
    reports = browser(others)
    assert [report["verdict"] for report in reports] == ["unsupported"] * len(others)
    assert [report["complete"] for report in reports] == [False] * len(others)


def test_both_say_the_same_of_beginnings(browser: Verifier, tmp_path: Path) -> None:
    """Cut anywhere: between events it is an open election, elsewhere incomplete."""
    whole = (FOLDER / "ed25519-small.bel").read_bytes()
    lengths = [0, 1, 511, 512, 1000, 1024, len(whole) // 2, len(whole) - 1536, len(whole) - 1024, len(whole) - 513, len(whole) - 1]
    paths = []
    for length in lengths:
        paths.append(tmp_path / f"{length}.bel")
        paths[-1].write_bytes(whole[:length])
    theirs = [of_browser(report) for report in browser(paths)]
    assert theirs == [of_python(verify_archive(io.BytesIO(whole[:length]))) for length in lengths]
    assert "incomplete" in {said["verdict"] for said in theirs}
