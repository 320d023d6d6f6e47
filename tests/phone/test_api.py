"""The simulated network through its own client, `sandogh.sms.simulated`, and its faults in pairs."""

import json
import time
from contextlib import closing
from itertools import count

import pytest

from phone_for_tests import PhoneForTests
from sandogh.sms import Outgoing, SendLater, SendRefused, SendUncertain
from sandogh.sms.simulated import SimulatedProvider
from sms_gateway_for_tests import Answer, GatewayForTests, unused_url

_numbers = count(1)


@pytest.fixture
def number() -> str:
    """A phone that no other test uses."""
    return f"09120001{next(_numbers):03d}"


def message(number: str, text: str = "سلام") -> Outgoing:
    return Outgoing(to=number, text=text, reference=f"ref-{number}-{time.monotonic_ns()}")


def heard(listener: GatewayForTests, path: str, **fields: str) -> list[dict[str, str]]:
    """What was pushed there with these fields, waited for a moment."""
    for _ in range(60):
        pushed = [json.loads(call.body) for call in list(listener.heard) if call.path == path]
        found = [body for body in pushed if fields.items() <= body.items()]
        if found:
            return found
        time.sleep(0.1)
    return []


def test_a_text_reaches_its_phone_and_is_reported(
    network: PhoneForTests, client: SimulatedProvider, listener: GatewayForTests, number: str
) -> None:
    sent = message(number)
    taken = client.send(sent)
    assert [text["text"] for text in network.messages(number)] == ["سلام"]
    assert heard(listener, "/dl/", reference=sent.reference) == [
        {"id": taken.provider_id, "reference": sent.reference, "state": "delivered"}
    ]


def test_one_reference_is_one_text(network: PhoneForTests, client: SimulatedProvider, number: str) -> None:
    sent = message(number)
    assert client.send(sent) == client.send(sent)
    assert len(network.messages(number)) == 1


@pytest.mark.parametrize("to", ["09121234567", "09130000101", "+989120000101", "0912000", ""])
def test_only_fictional_numbers_are_sent_to(network: PhoneForTests, client: SimulatedProvider, to: str) -> None:
    with pytest.raises(SendRefused, match=r"not_fictional|http_400"):
        client.send(message(to))


def test_the_network_itself_refuses_real_numbers(network: PhoneForTests) -> None:
    answer = network.client.post("/api/send", json={"to": "09121234567", "text": "x", "reference": "r"})
    assert answer.status_code == 400
    assert network.client.post("/api/text", json={"from": "09121234567", "to": "1", "text": "x"}).status_code == 400


def test_numbers_that_end_in_000_are_never_reached(network: PhoneForTests, client: SimulatedProvider, listener: GatewayForTests) -> None:
    sent = message("09120005000")
    client.send(sent)
    assert network.messages("09120005000") == []
    assert [report["state"] for report in heard(listener, "/dl/", reference=sent.reference)] == ["failed"]


def test_refused(network: PhoneForTests, client: SimulatedProvider, number: str) -> None:
    network.fail("refused", number=number)
    with pytest.raises(SendRefused):
        client.send(message(number))
    assert network.messages(number) == []


def test_busy_once(network: PhoneForTests, client: SimulatedProvider, number: str) -> None:
    network.fail("busy", number=number, times=1)
    sent = message(number)
    with pytest.raises(SendLater):
        client.send(sent)
    client.send(sent)
    assert len(network.messages(number)) == 1


def test_accepted_then_undelivered(network: PhoneForTests, client: SimulatedProvider, listener: GatewayForTests, number: str) -> None:
    network.fail("undelivered", number=number)
    sent = message(number)
    client.send(sent)
    assert network.messages(number) == []
    assert [report["state"] for report in heard(listener, "/dl/", reference=sent.reference)] == ["failed"]


def test_delivered_but_the_report_is_lost(
    network: PhoneForTests, client: SimulatedProvider, listener: GatewayForTests, number: str
) -> None:
    network.fail("report_lost", number=number)
    lost = message(number)
    client.send(lost)
    network.fail("none", number=number)
    client.send(message(number))
    assert len(network.messages(number)) == 2
    # Reports go out in order: the second one is there, so the first will not come.
    assert len([body for body in heard(listener, "/dl/", state="delivered") if body["reference"] == lost.reference]) == 0
    assert network.client.get("/api/status", params={"reference": lost.reference}).json()["state"] == "delivered"


def test_timed_out_though_sent(network: PhoneForTests, client: SimulatedProvider, number: str) -> None:
    network.fail("timed_out", number=number, times=1, hold=1.0)
    sent = message(number)
    with closing(SimulatedProvider(network.url, timeout=0.3)) as hasty, pytest.raises(SendUncertain):
        hasty.send(sent)
    assert [text["reference"] for text in network.messages(number)] == [sent.reference]
    again = client.send(sent)
    assert len(network.messages(number)) == 1
    assert network.client.get("/api/status", params={"id": again.provider_id}).json()["reference"] == sent.reference


def test_a_number_s_own_fault_goes_before_the_one_for_all(network: PhoneForTests, client: SimulatedProvider, number: str) -> None:
    network.fail("refused")
    network.fail("report_lost", number=number)
    client.send(message(number))
    assert len(network.messages(number)) == 1


def test_nobody_there_means_surely_not_sent() -> None:
    with closing(SimulatedProvider(unused_url())) as lost:
        with pytest.raises(SendLater):
            lost.send(message("09120000101"))
        with pytest.raises(SendLater):
            lost.fetch_inbound("")


def test_a_text_to_the_line_is_pushed_and_can_be_fetched(
    network: PhoneForTests, client: SimulatedProvider, listener: GatewayForTests, number: str
) -> None:
    _, before = client.fetch_inbound("")
    text_id = network.text(number, "۴۸۵۹۰۴۳۳")
    (pushed,) = heard(listener, "/in/", id=text_id)
    fetched, after = client.fetch_inbound(before)
    assert [client.parse_inbound(pushed)] == fetched
    assert (fetched[0].sender, fetched[0].line, fetched[0].text, fetched[0].message_id) == (number, "100000000", "۴۸۵۹۰۴۳۳", text_id)
    assert client.fetch_inbound(after) == ([], after)


def test_a_webhook_that_fails_is_tried_again(network: PhoneForTests, listener: GatewayForTests, number: str) -> None:
    listener.answers.extend([Answer(status=500), Answer(drop=True)])
    text_id = network.text(number, "سلام")
    deadline = time.monotonic() + 10
    calls = 0
    while calls < 3 and time.monotonic() < deadline:
        calls = len([call for call in list(listener.heard) if call.path == "/in/" and json.loads(call.body)["id"] == text_id])
        time.sleep(0.1)
    assert calls == 3


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/send", {"to": "09120000101", "text": "x"}),
        ("/api/send", {"to": "09120000101", "text": "", "reference": "r"}),
        ("/api/send", {"to": "09120000101", "text": "x" * 2001, "reference": "r"}),
        ("/api/send", {"to": 9120000101, "text": "x", "reference": "r"}),
        ("/api/send", []),
        ("/api/text", {"from": "09120000101", "to": "1", "text": " "}),
        ("/api/faults", {"kind": "gone fishing"}),
        ("/api/faults", {"kind": "refused", "times": True}),
    ],
)
def test_bad_calls(network: PhoneForTests, path: str, body: object) -> None:
    assert network.client.post(path, json=body).status_code == 400


def test_a_form_from_another_page_cannot_send(network: PhoneForTests, number: str) -> None:
    assert network.client.post("/api/text", data={"from": number, "to": "1", "text": "x"}).status_code == 400
    assert network.messages(number) == []
