"""The outbox and the worker's sending, against a real gateway. Failures in pairs: *failed*, *failed but happened* (threat-model.md T10)."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from sandogh.server.messaging.domain import deliver_due, delivery, record_delivery
from sandogh.server.messaging.models import DeliveryReport as KeptReport
from sandogh.server.messaging.models import OutboundMessage
from sandogh.sms import DeliveryReport, DeliveryState
from sandogh.sms.http import HttpProvider
from sandogh.sms.simulated import SimulatedProvider
from sms_gateway_for_tests import Answer, GatewayForTests

from .conftest import NOW, queued

pytestmark = pytest.mark.django_db


def state(message: OutboundMessage) -> str:
    message.refresh_from_db()
    return message.state


def taken(provider_id: str = "p1") -> Answer:
    return Answer(body=json.dumps({"code": "ok", "id": provider_id}))


def said(code: str) -> Answer:
    return Answer(body=json.dumps({"code": code}))


def report(state: DeliveryState, *, provider_id: str = "p1", reference: str = "", raw: str = "") -> DeliveryReport:
    return DeliveryReport(provider="sample", provider_id=provider_id, reference=reference, state=state, raw=raw or state.value)


def turns(provider: HttpProvider, *, until: timedelta = timedelta(hours=2), step: timedelta = timedelta(seconds=5)) -> None:
    """The worker's turns over a stretch of time."""
    now = NOW
    while now <= NOW + until:
        deliver_due(provider, now)
        now += step


def test_a_text_is_sent_once(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.append(taken())
    message = queued()
    turns(careful, until=timedelta(minutes=5))
    assert state(message) == "sent"
    assert (message.provider, message.provider_id, message.attempts, message.sent_at) == ("sample", "p1", 1, NOW)
    assert [json.loads(heard.body) for heard in network.heard] == [{"to": "09120000101", "text": "متن", "reference": "ref-1"}]


def test_a_text_goes_out_only_if_what_caused_it_happened(careful: HttpProvider, network: GatewayForTests) -> None:
    with transaction.atomic():
        queued()
        transaction.set_rollback(True)
    assert deliver_due(careful, NOW) == 0
    assert network.heard == []


def test_a_reference_names_one_text(careful: HttpProvider) -> None:
    queued()
    with pytest.raises(IntegrityError), transaction.atomic():
        queued()


def test_nothing_before_its_time(careful: HttpProvider, network: GatewayForTests) -> None:
    queued(now=NOW + timedelta(seconds=1))
    assert deliver_due(careful, NOW) == 0
    assert deliver_due(careful, NOW + timedelta(seconds=1)) == 1


@pytest.mark.parametrize(("code", "expected"), [("refused", "failed"), ("blocked", "blocked")])
def test_refused_is_final(careful: HttpProvider, network: GatewayForTests, code: str, expected: str) -> None:
    network.answers.append(said(code))
    message = queued()
    turns(careful, until=timedelta(minutes=10))
    assert (state(message), message.raw, len(network.heard)) == (expected, code, 1)


def test_busy_is_tried_again_with_growing_pauses(careless: HttpProvider, network: GatewayForTests) -> None:
    network.answers.extend([said("later")] * 3 + [taken()])
    message = queued()
    tried = [second for second in range(40) if deliver_due(careless, NOW + timedelta(seconds=second))]
    assert tried == [0, 2, 6, 14]
    assert (state(message), message.attempts) == ("sent", 4)


def test_busy_for_ever_ends(careless: HttpProvider, network: GatewayForTests) -> None:
    network.answers.extend([said("later")] * 50)
    message = queued()
    turns(careless)
    assert (state(message), message.raw, len(network.heard)) == ("failed", "later", delivery.MOST_ATTEMPTS)


def test_an_answer_that_never_came_is_asked_again_where_a_reference_guards(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.extend([Answer(delay=0.6), Answer(drop=True), taken("p9")])
    message = queued()
    turns(careful, until=timedelta(minutes=2))
    assert (state(message), message.provider_id, message.in_doubt) == ("sent", "p9", False)
    assert {json.loads(heard.body)["reference"] for heard in network.heard} == {"ref-1"}
    assert len(network.heard) == 3


def test_an_answer_that_never_came_is_not_doubled_where_nothing_guards(careless: HttpProvider, network: GatewayForTests) -> None:
    network.answers.append(Answer(delay=0.6))
    message = queued()
    turns(careless)
    assert (state(message), len(network.heard)) == ("unknown", 1)


def test_surely_not_sent_after_perhaps_sent_is_still_perhaps(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.extend([Answer(drop=True)] + [said("later")] * 50)
    message = queued()
    turns(careful)
    assert state(message) == "unknown"


def test_a_worker_killed_while_sending_leaves_doubt_not_doubles(careless: HttpProvider, network: GatewayForTests) -> None:
    message = queued()
    claimed = delivery._claim(careless, NOW)
    assert claimed == message
    # It died here. Nobody takes the message while it might still be at work; afterwards nobody sends it again.
    assert deliver_due(careless, NOW + delivery.LEASE - timedelta(seconds=1)) == 0
    assert deliver_due(careless, NOW + delivery.LEASE) == 0
    assert (state(message), network.heard) == ("unknown", [])


def test_a_worker_killed_while_sending_is_followed_where_a_reference_guards(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.append(taken())
    message = queued()
    delivery._claim(careful, NOW)
    assert deliver_due(careful, NOW + delivery.LEASE) == 1
    assert state(message) == "sent"


def test_doubt_at_one_provider_is_not_resolved_by_another(careful: HttpProvider, network: GatewayForTests) -> None:
    message = queued(fictional=True)
    elsewhere = SimulatedProvider(network.url)
    delivery._claim(elsewhere, NOW)
    elsewhere.close()
    OutboundMessage.objects.update(fictional=False)
    deliver_due(careful, NOW + delivery.LEASE)
    assert (state(message), network.heard) == ("unknown", [])


def test_a_fictional_election_reaches_no_real_provider(careful: HttpProvider, network: GatewayForTests) -> None:
    message = queued(fictional=True, wipe=True)
    turns(careful, until=timedelta(minutes=1))
    assert (state(message), message.raw, message.text, network.heard) == ("failed", "fictional_election", "", [])


def test_a_code_past_its_time_is_not_sent(careful: HttpProvider, network: GatewayForTests) -> None:
    message = queued(valid_until=NOW + timedelta(seconds=120), wipe=True)
    deliver_due(careful, NOW + timedelta(seconds=120))
    assert (state(message), message.raw, message.text, network.heard) == ("failed", "too_late", "", [])


@pytest.mark.parametrize("answer", [taken(), said("refused"), said("blocked")])
def test_a_one_time_code_does_not_stay_in_the_table(careful: HttpProvider, network: GatewayForTests, answer: Answer) -> None:
    network.answers.append(answer)
    message = queued(text="کد ورود: 417025", wipe=True)
    kept = queued(2, text="رأی شما ثبت شد")
    turns(careful, until=timedelta(seconds=10))
    for row in (message, kept):
        row.refresh_from_db()
    assert (message.text, kept.text) == ("", "رأی شما ثبت شد")


def test_a_report_moves_a_message_forward(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.append(taken())
    message = queued()
    deliver_due(careful, NOW)
    record_delivery(report(DeliveryState.DELIVERED, raw="10"), NOW + timedelta(seconds=3))
    assert (state(message), message.raw, message.reported_at) == ("delivered", "10", NOW + timedelta(seconds=3))


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        (["sent", "delivered"], "delivered"),
        (["delivered", "sent"], "delivered"),
        (["delivered", "failed"], "delivered"),
        (["delivered", "delivered"], "delivered"),
        (["failed", "sent"], "failed"),
        (["failed", "delivered"], "delivered"),
        (["blocked", "failed"], "blocked"),
        (["unknown"], "sent"),
        (["delivered", "unknown"], "delivered"),
    ],
)
def test_reports_out_of_order(careful: HttpProvider, network: GatewayForTests, reports: list[str], expected: str) -> None:
    network.answers.append(taken())
    message = queued()
    deliver_due(careful, NOW)
    for name in reports:
        record_delivery(report(DeliveryState(name)), NOW)
    assert state(message) == expected
    assert KeptReport.objects.count() == len(set(reports))


def test_a_report_that_comes_before_the_id_is_known(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.append(taken("p7"))
    record_delivery(report(DeliveryState.DELIVERED, provider_id="p7"), NOW)
    message = queued()
    deliver_due(careful, NOW)
    assert (state(message), message.provider_id) == ("delivered", "p7")


def test_a_report_about_a_sending_in_doubt_ends_the_doubt(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.append(Answer(delay=0.6))
    message = queued(wipe=True)
    deliver_due(careful, NOW)
    record_delivery(report(DeliveryState.DELIVERED, provider_id="", reference="ref-1"), NOW)
    turns(careful, until=timedelta(minutes=5))
    assert (state(message), message.text, len(network.heard)) == ("delivered", "", 1)


def test_a_report_that_overtakes_the_answer_stands(careful: HttpProvider, network: GatewayForTests) -> None:
    message = queued()
    claimed = delivery._claim(careful, NOW)
    assert claimed is not None
    record_delivery(report(DeliveryState.DELIVERED, provider_id="", reference="ref-1"), NOW)
    delivery._record(claimed, delivery.Outcome(delivery.OutboundState.SENT, "", "p1"), NOW)
    assert (state(message), message.provider_id) == ("delivered", "p1")


def test_a_late_report_tells_what_nobody_knew(careless: HttpProvider, network: GatewayForTests) -> None:
    network.answers.append(Answer(drop=True))
    message = queued()
    turns(careless, until=timedelta(minutes=1))
    assert state(message) == "unknown"
    record_delivery(report(DeliveryState.DELIVERED, provider_id="p1", reference="ref-1"), NOW)
    assert state(message) == "delivered"


def test_a_report_about_nothing_we_know_is_kept_and_harms_nobody(careful: HttpProvider) -> None:
    message = queued()
    record_delivery(report(DeliveryState.FAILED, provider_id="stranger"), NOW)
    record_delivery(report(DeliveryState.FAILED, provider_id="stranger\0", reference="x" * 500, raw="y" * 500), NOW)
    assert state(message) == "queued"
    assert KeptReport.objects.count() == 2


def test_another_provider_s_report_with_the_same_id_is_not_ours(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.append(taken("7"))
    message = queued()
    deliver_due(careful, NOW)
    record_delivery(DeliveryReport("elsewhere", "7", "ref-1", DeliveryState.FAILED, "11"), NOW)
    assert state(message) == "sent"


def test_one_slow_text_does_not_stop_the_others(careful: HttpProvider, network: GatewayForTests) -> None:
    network.answers.extend([Answer(delay=0.6), taken("a"), taken("b")])
    messages = [queued(number) for number in (1, 2, 3)]
    assert deliver_due(careful, NOW) == 3
    assert [state(message) for message in messages] == ["queued", "sent", "sent"]


def test_a_clock_set_back_sends_no_text_twice(careful: HttpProvider, network: GatewayForTests) -> None:
    message = queued()
    moments: list[datetime] = [NOW, NOW - timedelta(hours=1), NOW + timedelta(hours=1), NOW - timedelta(days=1)]
    network.answers.append(taken())
    for now in moments:
        deliver_due(careful, now)
    assert (state(message), len(network.heard)) == ("sent", 1)
