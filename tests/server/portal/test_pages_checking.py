"""What the pages give to the scripts that check in the visitor's browser, and what they say where no script runs."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from elections_for_tests import Device, ElectionForTests, build, cast, draft, hash_of, ready
from sandogh.protocol.ballot import tracker_of
from sandogh.server.accounts.domain import challenges
from sandogh.server.board import domain as board
from sandogh.server.common import clock

Read = Callable[..., Any]
BOARD, OPEN, FILE = "/e/azmayesh/board/", "/e/azmayesh/open/", "/e/azmayesh/election.json"


@pytest.fixture
def e(db: None) -> ElectionForTests:
    return build(voters=2)


def challenge(device: Device, ballot: bytes) -> None:
    challenges.challenge(device.election.model, device.token, hash_of(ballot), now=clock.now())


def test_the_election_file_is_the_sealed_one(e: ElectionForTests) -> None:
    answer = Client().get(FILE)
    assert answer["Content-Type"] == "application/json"
    assert answer.content == bytes(e.model.election_json or b"")
    assert b64encode(hashlib.sha256(answer.content).digest()).decode().rstrip("=") == e.model.fingerprint


@pytest.mark.django_db
def test_before_sealing_there_is_none() -> None:
    draft()
    assert [Client().get(address).status_code for address in (BOARD, OPEN, FILE)] == [404, 404, 404]


def test_the_board_tells_where_everything_is(e: ElectionForTests, read: Read) -> None:
    page = read(Client().get(BOARD))
    section = page.one("section", id="verify").attributes
    assert {name: value for name, value in section.items() if name.startswith("data-")} == {
        "data-archive-url": "/e/azmayesh/archive.bel",
        "data-election-url": FILE,
        "data-board-url": BOARD,
        "data-ballot-url": "/e/azmayesh/tracker/record.json",
        "data-worker": "/static/booth/verify-worker.js",
        "data-fingerprint": e.model.fingerprint,
        "data-last-event": board.head(e.model).hash,
        "data-ballots": "0",
    }
    assert page.one("script", src="/static/booth/board-verify.js").attributes["type"] == "module"
    # Nothing that needs the script shows before it runs; what it says is said to screen readers too.
    assert "hidden" in page.one("form", id="verify-form").attributes
    assert "hidden" in page.one("progress", id="verify-progress").attributes
    assert page.one("p", id="verify-status").attributes["aria-live"] == "polite"
    assert page.one("ol", id="verify-results")
    assert "sandogh verify azmayesh.bel" in page.one("noscript").text


def test_the_board_counts_the_challenged_ballots(e: ElectionForTests, read: Read) -> None:
    assert "تا کنون ۰ برگهٔ بسته را به جای ثبت" in read(Client().get(BOARD)).text
    for voter in e.voters:
        ballot = e.ballot(voter)
        challenge(ready(e, voter, ballot), ballot)
    assert "تا کنون ۲ برگهٔ بسته را به جای ثبت" in read(Client().get(BOARD)).text
    # They are counted, and not shown one by one: the board has no row of them.
    assert board.head(e.model).ballots == 0


def test_the_page_that_opens_a_challenged_ballot(e: ElectionForTests, read: Read) -> None:
    answer = Client().get(OPEN)
    page = read(answer)
    data = page.one("div", id="opening").attributes
    assert (data["data-election-url"], data["data-fingerprint"]) == (FILE, e.model.fingerprint)
    assert (data["data-label-blank"], data["data-label-none"]) == ("رأی سفید", "هیچ نامزدی انتخاب نشده است")
    states = {note.attributes["data-opening"]: "hidden" in note.attributes for note in page.elements if "data-opening" in note.attributes}
    assert states == dict.fromkeys(("busy", "good", "different", "elsewhere", "malformed", "unreachable", "failed"), True)
    assert "hidden" in page.one("section", id="opening-answer").attributes
    # What is typed here is for the script: a form without a named field sends nothing, whatever becomes of the script.
    assert "hidden" in page.one("form", id="opening-form").attributes
    assert "name" not in page.one("textarea", id="opening-code").attributes
    assert page.one("script", src="/static/booth/open.js").attributes["type"] == "module"
    assert "sandogh ballot open ballot.json --election http://127.0.0.1:8000/e/azmayesh/" in page.one("noscript").text
    assert answer["X-Robots-Tag"] == "noindex"
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_a_ballot_comes_with_all_that_its_proofs_are_about(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    cast(ready(e, e.voters[0], ballot), ballot)
    record = Client().get("/e/azmayesh/tracker/record.json", {"code": tracker_of(ballot)}).json()
    assert record["ballot"]["members"] == [ballot.decode()]
    event = json.loads(record["ballot"]["event"])
    assert (event["type"], event["height"], event["payload"]) == ("Ballot", 1, hashlib.sha256(ballot).hexdigest())
    setup = json.loads(record["setup"]["event"])
    assert (setup["type"], setup["payload"]) == ("Setup", hashlib.sha256(record["setup"]["members"][-1].encode()).hexdigest())
    assert record["setup"]["members"][0].encode() == bytes(e.model.election_json or b"")
    assert event["parent"] == hashlib.sha256(record["setup"]["event"].encode()).hexdigest()


@pytest.mark.parametrize(("code", "status"), [("A" * 43, 404), ("", 400), ("x", 400), ("A" * 10_000, 400)])
def test_a_ballot_that_is_not_there_has_no_record(e: ElectionForTests, code: str, status: int) -> None:
    assert Client().get("/e/azmayesh/tracker/record.json", {"code": code}).status_code == status
