"""A turn of the worker, against a real gateway: polling beside the webhook, and a provider that is down."""

import json
from datetime import timedelta

import pytest

from sandogh.server.messaging import worker
from sandogh.server.messaging.domain import receive
from sandogh.server.messaging.models import InboundMessage, OutboundMessage, PollCursor
from sandogh.sms.http import HttpProvider
from sms_gateway_for_tests import Answer, GatewayForTests

from .conftest import NOW, queued

pytestmark = pytest.mark.django_db


def waiting(*numbers: int) -> Answer:
    messages = [{"id": number, "from": "09120000101", "text": f"{number:08d}", "at": "2026-12-18 08:00"} for number in numbers]
    return Answer(body=json.dumps({"messages": messages}))


def test_a_turn_sends_fetches_and_reports_itself(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.extend([Answer(body='{"code":"ok","id":"1"}'), waiting(1, 2)])
    queued()
    turn = worker.run_once(NOW, provider=careful)
    assert (turn.attempted, turn.fetched, turn.handled) == (1, 2, 0)
    assert OutboundMessage.objects.get().state == "sent"
    assert list(InboundMessage.objects.order_by("pk").values_list("message_id", "outcome")) == [("1", "no_session"), ("2", "no_session")]


def test_polling_goes_on_from_its_cursor_and_not_at_every_turn(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.extend([waiting(3), waiting(4)])
    seconds = [second for second in range(8) if worker.run_once(NOW + timedelta(seconds=second), provider=careful)]
    assert seconds == [0, 4]
    assert [heard.query["after"] for heard in network.heard] == [[""], ["3"]]
    assert PollCursor.objects.get().value == "4"


def test_what_the_webhook_told_and_polling_repeats_is_one_text(careful: HttpProvider, network: GatewayForTests) -> None:
    receive(careful.parse_inbound({"id": "3", "from": "09120000101", "text": "00000003", "at": "2026-12-18 08:00"}), NOW)
    network.answers.append(waiting(3, 4))
    worker.run_once(NOW, provider=careful)
    assert list(InboundMessage.objects.order_by("pk").values_list("message_id", flat=True)) == ["3", "4"]


def test_killed_after_storing_and_before_the_cursor_moved(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.extend([waiting(3), waiting(3, 4)])
    worker.run_once(NOW, provider=careful)
    PollCursor.objects.update(value="")
    worker.run_once(NOW + timedelta(seconds=10), provider=careful)
    assert InboundMessage.objects.count() == 2


def test_a_provider_that_is_down_stops_nothing(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.extend([Answer(status=503), Answer(status=500), Answer(body='{"code":"ok","id":"1"}'), waiting(1)])
    queued()
    worker.run_once(NOW, provider=careful)
    assert PollCursor.objects.get().value == ""
    worker.run_once(NOW + timedelta(seconds=10), provider=careful)
    assert OutboundMessage.objects.get().state == "sent"
    assert PollCursor.objects.get().value == "1"


def test_a_clock_set_back_does_not_stop_polling(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.extend([waiting(3), waiting(4)])
    worker.run_once(NOW, provider=careful)
    worker.run_once(NOW - timedelta(hours=1), provider=careful)
    assert PollCursor.objects.get().value == "4"
