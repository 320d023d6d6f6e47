"""What attackers send to the server, and what anybody gets from it."""

import json
from collections.abc import Callable

from django.http import HttpResponse
from django.test import Client

from elections_for_tests import (
    Device,
    ElectionForTests,
    VoterForTests,
    ready,
)
from sandogh.server.ballotbox.models import Ballot
from sandogh.server.board.models import BoardEvent

CHOICES = [[1, 0, 0, 0], [1, 0], [1, 0]]


def post(device: Device | None, call: str, fields: object, slug: str = "azmayesh") -> HttpResponse:
    browser = Client()
    if device is not None:
        browser.cookies["sandogh_session"] = device.token
    return browser.post(f"/e/{slug}/vote/{call}/", json.dumps(fields), content_type="application/json")


def send(device: Device | None, ballot: bytes) -> HttpResponse:
    return post(device, "cast", {"ballot": ballot.decode()})


def refused(act: Callable[[], HttpResponse]) -> tuple[int, str]:
    """Status and code of a refusal; board and ballot box stay as they are."""
    before = BoardEvent.objects.count(), Ballot.objects.count()
    answer = act()
    assert (BoardEvent.objects.count(), Ballot.objects.count()) == before
    return answer.status_code, answer.json()["error"]["code"]


def sent_as_confirmed(e: ElectionForTests, voter: VoterForTests, ballot: bytes) -> tuple[int, str]:
    """A voter whose device sealed this very ballot and confirmed it casts it; afterwards the same voter's honest vote is taken."""
    device = ready(e, voter, ballot)
    found = refused(lambda: send(device, ballot))
    honest = e.ballot(voter, CHOICES)
    assert send(ready(e, voter, honest), honest).status_code == 200
    return found


def fetched(slug: str = "azmayesh") -> bytes:
    """The archive as it is downloaded."""
    answer = Client().get(f"/e/{slug}/archive.bel")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
