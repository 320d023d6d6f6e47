"""A running board is verified by the address of its election, as a reader or a monitor does."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from elections_for_tests import ElectionForTests, build, cast, count, ready
from sandogh.cli import main

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments), "--jobs", "1"])


def vote(e: ElectionForTests, number: int) -> str:
    ballot = e.ballot(e.voters[number])
    return cast(ready(e, e.voters[number], ballot), ballot).tracker


def test_a_board_is_followed_from_its_opening_to_its_result(live_server: Any, tmp_path: Path) -> None:
    e = build(voters=3)
    address, history = f"{live_server.url}/e/{e.model.slug}/board/", tmp_path / "history"
    assert run("verify", address, "--history", history).exit_code == 0
    tracker = vote(e, 0)
    found = run("ballot", "check", tracker, f"{live_server.url}/e/{e.model.slug}/")
    assert found.exit_code == 0, found.output
    vote(e, 1)
    assert run("verify", address, "--history", history, "--only-new").exit_code == 0
    count(e)
    assert run("verify", address).exit_code == 0
    last = run("verify", address, "--history", history, "--only-new")
    assert "✓ 12 earlier copy (§12.7): events 0 to 2 as in the earlier copy, byte for byte" in last.stdout
    entries = [json.loads(line) for line in (history / "journal.jsonl").read_text().splitlines()]
    assert [(entry["verdict"], entry["complete"], entry["ballots"]) for entry in entries] == [
        ("valid", False, 0),
        ("valid", False, 2),
        ("valid", True, 2),
    ]


def test_an_election_that_is_not_there_is_out_of_reach(live_server: Any) -> None:
    done = run("verify", f"{live_server.url}/e/nobody/")
    assert done.exit_code == 3
    assert "answered 404" in done.stderr
