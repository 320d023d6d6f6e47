"""docs/auditor.md is what an auditor really types and reads: the walk is gone through with an archive made by other people's tools."""

import io
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from documents_for_tests import ROOT, blocks, typed
from sandogh.protocol.credential import derive_credential
from sandogh.protocol.election import Election
from sandogh.protocol.opening import make_opening
from sandogh.protocol.record import read_records
from sandogh.verifier.checks import PLAN
from sandogh.verifier.cli import verify
from sandogh.verifier.program import COMMAND, this_program
from walks_for_tests import Walk, masked, matches

DOCUMENT = (ROOT / "docs" / "auditor.md").read_text("utf-8")
VECTORS = ROOT / "tests" / "vectors" / "belenios"
FRIDAY = (VECTORS / "ed25519-small.bel").read_bytes()
SECRETS = json.loads((VECTORS / "secrets" / "ed25519-small.json").read_bytes())
NEWER = ROOT / ".venv" / "belenios-newer" / "tool"
CHALLENGED = [[1, 1, 0], [0, 1]]


def help_text() -> str:
    return CliRunner().invoke(verify, ["--help"], prog_name="sandogh verify", terminal_width=80).stdout.strip()


def monday() -> bytes:
    """Friday's archive as it was after the second ballot."""
    ends = [at for at in range(0, len(FRIDAY), 512) if FRIDAY[at + 64 :].startswith(b".event.json\0")]
    third = FRIDAY.index(b".data.json\0", ends[2])
    return FRIDAY[: third - third % 512]


def opening() -> bytes:
    """What a device gave away when its voter challenged the ballot instead of casting it; with a seed that is no secret."""
    election = Election.from_bytes(next(iter(read_records(io.BytesIO(FRIDAY)))).data[0].data)
    voter = derive_credential(SECRETS["voters"][4]["credential"], uuid=election.uuid, group=election.group)
    return make_opening(election, credential=voter.public, seed=bytes(range(32)), choices=CHALLENGED).to_bytes()


def files(_walk: Walk, name: str) -> bytes | None:
    """What the auditor has fetched, and what a voter has brought."""
    made = {"friday.bel": lambda: FRIDAY, "monday.bel": monday, "opening.json": opening}.get(name)
    return None if made is None else made()


@dataclass(frozen=True, slots=True)
class Story:
    """Everything of the document typed. `said`: what it says and what the program said, command by command."""

    walk: Walk
    said: list[tuple[str, str]]


def replayed(folder: Path) -> Story:
    """The auditor in a folder below this one."""
    walk = Walk(folder, make=files)
    commands = [each for block in blocks(DOCUMENT, "console") for each in typed(block)]
    return Story(walk, [(masked(each.answer), masked(walk.type(each))) for each in commands])


def test_the_walk_is_what_the_program_says(tmp_path: Path) -> None:
    story = replayed(tmp_path)
    for shown, answered in story.said:
        assert matches(shown, answered), answered
    assert len(story.said) >= 6
    desk = story.walk.desk("auditor")
    assert (desk / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "Statement of the expert" in (desk / "report.html").read_text("utf-8")
    assert (desk / "watch" / "archive.bel").read_bytes() == FRIDAY


def test_the_help_is_that_of_the_program() -> None:
    assert f"```\n{help_text()}\n```" in DOCUMENT


def test_every_check_is_explained() -> None:
    explained = [line.split("|")[1].strip() for line in DOCUMENT.splitlines() if line.startswith("|")]
    assert [row for row in explained if re.match(r"\d+ \D", row)] == [f"{step.number} {step.name}" for step in PLAN]


def test_the_digest_of_the_program_can_be_computed_by_hand() -> None:
    assert f"\n{COMMAND}\n" in DOCUMENT
    done = subprocess.run(["bash", "-c", COMMAND], cwd=ROOT / "src" / "sandogh", capture_output=True, check=True, text=True)
    assert done.stdout.split()[0] == this_program().sha256


@pytest.mark.belenios_newer
@pytest.mark.parametrize(("name", "failing"), [("ed25519-small.bel", 0), ("bad-altered-response.bel", 1)])
def test_the_ballots_one_by_one_by_the_other_program(tmp_path: Path, name: str, failing: int) -> None:
    script = next(block for block in blocks(DOCUMENT, "sh") if "verify-ballot" in block)
    (tmp_path / "friday.bel").write_bytes((VECTORS / name).read_bytes())
    environment = os.environ | {"PATH": f"{NEWER}:{os.environ['PATH']}"}
    uuid = SECRETS["uuid"]
    done = subprocess.run(
        ["bash", "-c", script.replace("UUID", uuid)], cwd=tmp_path, capture_output=True, check=True, text=True, env=environment
    )
    verdicts = [line.split()[1] for line in done.stdout.splitlines()]
    assert (verdicts.count("holds"), verdicts.count("FAILS")) == (4 - failing, failing)
