"""The generic provider against a real HTTP gateway: what it sends, and how it reads answers, above all strange ones."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from sandogh.sms import DeliveryState, Incoming, NotUnderstood, Outgoing, SendLater, SendRefused, SendUncertain, Sent
from sandogh.sms.gateway import gateway_from
from sandogh.sms.http import HttpProvider
from sms_gateway_for_tests import Answer, GatewayForTests, gateway, unused_url

MESSAGE = Outgoing(to="09120000101", text="آزاده پیش‌گام\nکد ورود: 417025 & {key}", reference="otp-abc-1")


@pytest.fixture
def network() -> Iterator[GatewayForTests]:
    with gateway() as running:
        yield running


def provider(url: str, **changes: Any) -> HttpProvider:
    """A gateway like Kavenegar's, changed in some entries of [send]."""
    send = {
        "method": "POST",
        "url": url + "/v1/{key}/sms/send.json",
        "encoding": "form",
        "headers": {"X-Key": "{key}"},
        "fields": {"receptor": "{to}", "message": "{text}", "sender": "{line}", "localid": "{reference}"},
        "code": "return.status",
        "ok": ["200"],
        "later": ["409"],
        "blocked": ["14"],
        "refused": ["411"],
        "id": "entries.0.messageid",
    } | changes
    table = {
        "name": "sample",
        "line": "100077066",
        "guards_doubles": True,
        "timeout_seconds": 0.5,
        "number": "98",
        "secrets": {"key": "KEY"},
        "send": send,
        "inbound": {
            "message_id": "messageid",
            "sender": "from",
            "line": "to",
            "text": "message",
            "received_at": "date",
            "poll": {"url": url + "/receive?after={cursor}", "items": "entries", "cursor": "messageid"},
        },
        "delivery": {"provider_id": "messageid", "reference": "localid", "state": "status", "codes": {"10": "delivered", "14": "blocked"}},
    }
    return HttpProvider(gateway_from(table, environment={"KEY": "s3cret"}))


def test_a_form(network: GatewayForTests) -> None:
    assert provider(network.url).send(MESSAGE) == Sent("8792343")
    (heard,) = network.heard
    assert (heard.method, heard.path, heard.headers["x-key"]) == ("POST", "/v1/s3cret/sms/send.json", "s3cret")
    assert parse_qs(heard.body.decode()) == {
        "receptor": ["989120000101"],
        "message": [MESSAGE.text],
        "sender": ["100077066"],
        "localid": ["otp-abc-1"],
    }


def test_a_query(network: GatewayForTests) -> None:
    assert provider(network.url, method="GET", encoding="query").send(MESSAGE) == Sent("8792343")
    (heard,) = network.heard
    assert (heard.method, heard.body) == ("GET", b"")
    assert heard.query["message"] == [MESSAGE.text]


def test_json_with_lists_and_tables(network: GatewayForTests) -> None:
    fields = {"mobiles": ["{to}"], "params": {"text": "{text}", "id": "{reference}"}, "flash": False}
    assert provider(network.url, encoding="json", fields=fields).send(MESSAGE) == Sent("8792343")
    assert json.loads(network.heard[0].body) == {
        "mobiles": ["989120000101"],
        "params": {"text": MESSAGE.text, "id": "otp-abc-1"},
        "flash": False,
    }


def test_an_answer_in_plain_text(network: GatewayForTests) -> None:
    network.answers.append(Answer(body="0: Accepted for delivery ID=77ab"))
    client = provider(network.url, code="/^([0-9]+):/", ok=["0"], id="/ID=([0-9a-f]+)/")
    assert client.send(MESSAGE) == Sent("77ab")


def test_the_http_status_as_the_code(network: GatewayForTests) -> None:
    network.answers.append(Answer(status=202, body=""))
    assert provider(network.url, code="", ok=["202"], id="").send(MESSAGE) == Sent("")


def test_taken_without_an_id_is_still_taken(network: GatewayForTests) -> None:
    network.answers.append(Answer(body='{"return":{"status":200},"entries":[]}'))
    assert provider(network.url).send(MESSAGE) == Sent("")


def code(number: int) -> str:
    return json.dumps({"return": {"status": number}})


@pytest.mark.parametrize(
    ("answer", "expected", "raw"),
    [
        (Answer(body=code(411)), SendRefused, "411"),
        (Answer(body=code(14)), SendRefused, "14"),
        (Answer(body=code(409)), SendLater, "409"),
        (Answer(body=code(777)), SendUncertain, "777"),
        (Answer(status=503, body="<html>"), SendLater, "http_503"),
        (Answer(status=429, body=""), SendLater, "http_429"),
        (Answer(status=500, body="<html>"), SendUncertain, "http_500"),
        (Answer(status=302, body=""), SendUncertain, "http_302"),
        (Answer(body="not json"), SendUncertain, "http_200"),
        (Answer(body='{"return":null}'), SendUncertain, "http_200"),
        (Answer(body="[]"), SendUncertain, "http_200"),
        (Answer(drop=True), SendUncertain, "RemoteProtocolError"),
        (Answer(delay=0.8), SendUncertain, "ReadTimeout"),
    ],
)
def test_what_an_answer_means(network: GatewayForTests, answer: Answer, expected: type[Exception], raw: str) -> None:
    network.answers.append(answer)
    with pytest.raises(expected) as raised:
        provider(network.url).send(MESSAGE)
    assert str(raised.value) == raw
    assert len(network.heard) == 1


def test_a_barred_recipient_is_told_from_a_refused_text(network: GatewayForTests) -> None:
    network.answers.extend([Answer(body=code(14)), Answer(body=code(411))])
    blocked = []
    for _ in range(2):
        with pytest.raises(SendRefused) as raised:
            provider(network.url).send(MESSAGE)
        blocked.append(raised.value.blocked)
    assert blocked == [True, False]


def test_every_unknown_code_refused_if_the_description_says_so(network: GatewayForTests) -> None:
    network.answers.append(Answer(body=code(777)))
    with pytest.raises(SendRefused):
        provider(network.url, refused=["*"]).send(MESSAGE)


def test_nobody_listens_means_surely_not_sent() -> None:
    with pytest.raises(SendLater):
        provider(unused_url()).send(MESSAGE)


def test_polling_moves_the_cursor_behind_the_last_message(network: GatewayForTests) -> None:
    entries = [{"messageid": number, "from": "989120000101", "to": "100077066", "message": "۱۲", "date": 1} for number in (5, 9)]
    network.answers.extend([Answer(body=json.dumps({"entries": entries})), Answer(body='{"entries":null}')])
    client = provider(network.url)
    messages, cursor = client.fetch_inbound("")
    assert [message.message_id for message in messages] == ["5", "9"]
    assert cursor == "9"
    assert client.fetch_inbound(cursor) == ([], "9")
    assert [heard.query["after"] for heard in network.heard] == [[""], ["9"]]


@pytest.mark.parametrize("answer", [Answer(status=500), Answer(body="x"), Answer(body='{"entries":{"a":1}}'), Answer(drop=True)])
def test_polling_that_fails_keeps_the_cursor(network: GatewayForTests, answer: Answer) -> None:
    network.answers.append(answer)
    with pytest.raises(SendLater):
        provider(network.url).fetch_inbound("5")


def test_an_incoming_text() -> None:
    fields = {"messageid": "5", "from": "+989120000101", "to": "100077066", "message": "48590433", "date": "1795000000"}
    assert provider("https://h").parse_inbound(fields) == Incoming("sample", "5", "+989120000101", "100077066", "48590433", "1795000000")


def test_an_incoming_text_without_id_line_and_time() -> None:
    assert provider("https://h").parse_inbound({"from": "0912", "message": "x"}) == Incoming("sample", "", "0912", "100077066", "x", "")


@pytest.mark.parametrize("fields", [{}, {"from": "0912"}, {"message": "x"}])
def test_an_incoming_text_that_lacks_what_it_must_have(fields: dict[str, str]) -> None:
    with pytest.raises(NotUnderstood):
        provider("https://h").parse_inbound(fields)


@pytest.mark.parametrize(("raw", "state"), [("10", DeliveryState.DELIVERED), ("14", DeliveryState.BLOCKED), ("99", DeliveryState.UNKNOWN)])
def test_delivery_codes_are_mapped_and_kept_raw(raw: str, state: DeliveryState) -> None:
    report = provider("https://h").parse_delivery({"messageid": "5", "status": raw})
    assert (report.provider_id, report.reference, report.state, report.raw) == ("5", "", state, raw)


@pytest.mark.parametrize("fields", [{"messageid": "5"}, {"status": "10"}, {}])
def test_a_report_that_names_nothing(fields: dict[str, str]) -> None:
    with pytest.raises(NotUnderstood):
        provider("https://h").parse_delivery(fields)
