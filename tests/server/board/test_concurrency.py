"""Several at the end of the chain at once, each on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from django.db import connections, transaction

from elections_for_tests import build, draft
from sandogh.protocol.events import EventType
from sandogh.server.board import domain as board
from sandogh.server.board.models import BoardData, BoardEvent
from sandogh.server.common.errors import Refused
from sandogh.server.elections import domain as elections

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PATIENCE_SECONDS = 30

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,  # SQLite has one lock for all
]


def side_by_side(*acts: Callable[[], Any]) -> list[Any]:
    """Each in a thread with a connection of its own, closed at its end."""

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result(timeout=PATIENCE_SECONDS) for done in [pool.submit(run, act) for act in acts]]


def test_appends_at_once_make_one_chain() -> None:
    model = build(voters=1).model

    def append_ten(who: int) -> None:
        for place in range(10):
            with transaction.atomic():
                board.append(model, EventType.Ballot, [b'"%d-%d"' % (who, place)], now=NOW)

    side_by_side(*(lambda who=who: append_ten(who) for who in range(6)))  # type: ignore[misc]

    walked = [event.height for event, _members in board.walk(model, board.head(model))]
    assert walked == list(range(61))
    assert board.head(model).ballots == 60


def test_two_sealings_at_once_are_one_setup() -> None:
    election, _people = draft()
    other = build(voters=1, slug="other")
    files = [bytes(body) for body in BoardData.objects.filter(event__election=other.model).order_by("place").values_list("body", flat=True)]
    files[3] = b"{}"

    def seal() -> str:
        try:
            with transaction.atomic():
                board.append(election, EventType.Setup, files, now=NOW)
        except Refused as refused:
            return refused.code
        return "sealed"

    assert sorted(side_by_side(seal, seal)) == ["out_of_order", "sealed"]
    assert BoardEvent.objects.filter(election=election).count() == 1


def test_closing_and_casting_do_not_block_each_other_for_ever() -> None:
    """The ballot holds the end of the board and refers to the election; the closing holds the election and wants the end of the board."""
    model = build(voters=1).model
    board_held, election_held = Event(), Event()

    def cast() -> str:
        with transaction.atomic():
            board.lock(model)
            board_held.set()
            assert election_held.wait(PATIENCE_SECONDS)
            return board.append(model, EventType.Ballot, [b"{}"], now=NOW).type

    def close() -> str:
        assert board_held.wait(PATIENCE_SECONDS)
        with transaction.atomic():
            elections.lock(model)
            election_held.set()
            return board.append(model, EventType.EndBallots, now=NOW).type

    assert side_by_side(cast, close) == ["Ballot", "EndBallots"]
    assert [line.type for line in board.events_page(model).lines] == ["EndBallots", "Ballot", "Setup"]
