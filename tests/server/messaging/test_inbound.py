"""Texts that come in: stored once whatever happens, acted on once whatever happens."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sandogh.server.messaging.domain import handle_waiting, inbound, receive
from sandogh.server.messaging.models import InboundMessage
from sandogh.sms import Incoming

from .conftest import NOW

pytestmark = pytest.mark.django_db

TEXT = Incoming("sample", "77", "+989120000101", "100000000", "۴۸۵۹۰۴۳۳", "2026-12-18 11:30:05")


class Desk:
    """Somebody who registered for incoming texts."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.failures = 0

    def __call__(self, sender: str, text: str, now: datetime) -> str:
        self.calls.append((sender, text))
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database went away")
        return "confirmed"


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Alone at the door for the time of a test."""
    before, registered = inbound._handlers[:], Desk()
    inbound._handlers[:] = [registered]
    yield registered
    inbound._handlers[:] = before


def test_a_text_is_stored_and_acted_on(desk: Desk) -> None:
    message = receive(TEXT, NOW)
    assert desk.calls == [("09120000101", "۴۸۵۹۰۴۳۳")]
    assert (message.sender, message.text, message.outcome, message.handled_at) == ("09120000101", "۴۸۵۹۰۴۳۳", "confirmed", NOW)


def test_the_same_text_again_is_the_same_row(desk: Desk) -> None:
    first = receive(TEXT, NOW)
    again = receive(replace(TEXT, text="something else"), NOW + timedelta(hours=1))
    assert (again.pk, again.text) == (first.pk, "۴۸۵۹۰۴۳۳")
    assert len(desk.calls) == 1


def test_two_providers_may_use_one_number_for_two_texts(desk: Desk) -> None:
    receive(TEXT, NOW)
    receive(replace(TEXT, provider="other"), NOW)
    assert len(desk.calls) == 2


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({}, 1),
        ({"received_at": "2026-12-18 11:30:59"}, 1),
        ({"received_at": "2026-12-18 11:31:05"}, 2),
        ({"text": "۴۸۵۹۰۴۳۴"}, 2),
        ({"sender": "09120000102"}, 2),
        ({"line": "1000"}, 2),
    ],
)
def test_without_an_id_a_text_is_known_by_what_it_is(desk: Desk, change: dict[str, str], rows: int) -> None:
    nameless = replace(TEXT, message_id="")
    receive(nameless, NOW)
    receive(replace(nameless, **change), NOW)
    assert InboundMessage.objects.count() == rows
    assert len(desk.calls) == rows


@pytest.mark.parametrize(("first", "second", "rows"), [("1795000020", "1795000021", 1), ("1795000020", "1795000080", 2)])
def test_without_an_id_unix_times_count_by_minutes_too(desk: Desk, first: str, second: str, rows: int) -> None:
    for time in (first, second):
        receive(replace(TEXT, message_id="", received_at=time), NOW)
    assert InboundMessage.objects.count() == rows


def test_a_failure_behind_the_door_loses_nothing_and_is_made_good(desk: Desk) -> None:
    desk.failures = 1
    message = receive(TEXT, NOW)
    assert (message.handled_at, message.outcome) == (None, "")
    assert handle_waiting(NOW + timedelta(seconds=1)) == 1
    message.refresh_from_db()
    assert (message.outcome, message.handled_at) == ("confirmed", NOW + timedelta(seconds=1))
    assert handle_waiting(NOW + timedelta(seconds=2)) == 0


def test_a_server_killed_between_storing_and_acting(desk: Desk) -> None:
    InboundMessage.objects.create(provider="sample", message_id="5", sender="09120000101", text="۴۸۵۹۰۴۳۳", received_at=NOW)
    assert handle_waiting(NOW) == 1
    assert desk.calls == [("09120000101", "۴۸۵۹۰۴۳۳")]


@pytest.mark.parametrize("sender", ["09120000101", "9120000101", "989120000101", "+98 912 000 0101", "00989120000101", "۰۹۱۲۰۰۰۰۱۰۱"])
def test_every_form_of_a_number_is_one_number(desk: Desk, sender: str) -> None:
    assert receive(replace(TEXT, sender=sender), NOW).sender == "09120000101"


@pytest.mark.parametrize("sender", ["", "BANK", "3000", "+4915112345678", "x" * 500, "0912\x00"])
def test_a_sender_that_is_no_mobile_is_kept_as_it_came(desk: Desk, sender: str) -> None:
    assert receive(replace(TEXT, sender=sender), NOW).sender == sender.replace("\0", "")[:32]


def test_odd_texts_are_kept_cut(desk: Desk) -> None:
    assert receive(replace(TEXT, text="x" * 5000), NOW).text == "x" * 300
    assert receive(replace(TEXT, text="a\0b\ud800", message_id="78"), NOW).text == "ab?"
    assert receive(replace(TEXT, text="", message_id="79", received_at="z" * 500, line="y" * 500), NOW).text == ""


def test_a_number_that_texts_by_the_dozen_is_stored_and_not_acted_on(desk: Desk) -> None:
    outcomes = [receive(replace(TEXT, message_id=str(number)), NOW).outcome for number in range(62)]
    assert outcomes == ["confirmed"] * 60 + ["limited"] * 2
    assert len(desk.calls) == 60
    assert receive(replace(TEXT, message_id="x", sender="09120000102"), NOW).outcome == "confirmed"
    assert receive(replace(TEXT, message_id="y"), NOW + timedelta(minutes=11)).outcome == "confirmed"


def test_webhook_and_worker_that_both_see_a_text_waiting_act_on_it_once(desk: Desk) -> None:
    waiting = InboundMessage.objects.create(provider="sample", message_id="5", sender="09120000101", text="۴۸۵۹۰۴۳۳", received_at=NOW)
    for _ in range(2):
        inbound._handle(waiting.pk, NOW)
    assert len(desk.calls) == 1
