"""docs/auditor.md shows what the program says."""

from pathlib import Path

from click.testing import CliRunner

from sandogh.verifier.checks import PLAN
from sandogh.verifier.cli import verify

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "auditor.md").read_text("utf-8")


def test_the_help_is_that_of_the_program() -> None:
    shown = CliRunner().invoke(verify, ["--help"], prog_name="sandogh verify", terminal_width=80).stdout
    assert f"```\n{shown.strip()}\n```" in DOCUMENT


def test_the_example_is_that_of_the_program() -> None:
    shown = CliRunner().invoke(verify, [str(ROOT / "tests" / "vectors" / "belenios" / "ed25519-small.bel")]).stdout
    assert f"```\n{shown.strip()}\n```" in DOCUMENT


def test_every_check_is_explained() -> None:
    explained = [line.split("|")[1].strip() for line in DOCUMENT.splitlines() if line.startswith("|")]
    assert [row for row in explained if row[:1].isdigit() and " " in row] == [f"{step.number} {step.name}" for step in PLAN]
