"""The two addresses that providers call, over Django's client with the settings' provider (the simulated one)."""

import json
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from sandogh.server.messaging.models import DeliveryReport, InboundMessage

pytestmark = pytest.mark.django_db

TEXT = {"id": "5", "from": "09120000101", "to": "100000000", "text": "۴۸۵۹۰۴۳۳", "at": "2026-12-18T08:00:00+00:00"}
REPORT = {"id": "9", "reference": "otp-x-1", "state": "delivered"}


@pytest.fixture
def caller() -> Iterator[Client]:
    """A provider: no cookies, no CSRF token."""
    return Client(enforce_csrf_checks=True)


def url(name: str, secret: str | None = None) -> str:
    return reverse(name, args=[settings.SMS_WEBHOOK_SECRET if secret is None else secret])


@pytest.mark.parametrize("how", ["get", "form", "json"])
def test_a_text_by_every_method(caller: Client, how: str) -> None:
    address = url("sms-inbound")
    if how == "get":
        answer = caller.get(address, TEXT)
    elif how == "form":
        answer = caller.post(address, TEXT)
    else:
        answer = caller.post(address, json.dumps(TEXT), content_type="application/json")
    assert (answer.status_code, answer.content) == (200, b"ok")
    stored = InboundMessage.objects.get()
    assert (stored.message_id, stored.sender, stored.line, stored.text, stored.outcome) == (
        "5",
        "09120000101",
        "100000000",
        "۴۸۵۹۰۴۳۳",
        "no_session",
    )


def test_a_text_told_twice_is_stored_once_and_answered_well(caller: Client) -> None:
    for _ in range(3):
        assert caller.get(url("sms-inbound"), TEXT).status_code == 200
    assert InboundMessage.objects.count() == 1


@pytest.mark.parametrize("name", ["sms-inbound", "sms-delivery"])
@pytest.mark.parametrize("secret", ["guess", "x" * 64, "رمز"])
def test_without_the_secret_there_is_no_such_address(caller: Client, name: str, secret: str) -> None:
    assert caller.get(url(name, secret), TEXT | REPORT).status_code == 404
    assert (InboundMessage.objects.count(), DeliveryReport.objects.count()) == (0, 0)


def test_a_report(caller: Client) -> None:
    assert caller.post(url("sms-delivery"), json.dumps(REPORT), content_type="application/json").status_code == 200
    assert list(DeliveryReport.objects.values_list("provider", "provider_id", "reference", "state")) == [
        ("simulated", "9", "otp-x-1", "delivered")
    ]


@pytest.mark.parametrize(
    ("name", "body", "content_type"),
    [
        ("sms-inbound", "{}", "application/json"),
        ("sms-inbound", "[1]", "application/json"),
        ("sms-inbound", "{", "application/json"),
        ("sms-inbound", "[" * 5000, "application/json"),
        ("sms-inbound", "x=1", "application/x-www-form-urlencoded"),
        ("sms-inbound", json.dumps(TEXT | {"text": ["a"]}), "application/json"),
        ("sms-inbound", json.dumps(TEXT | {"text": "x" * 20_000}), "application/json"),
        ("sms-delivery", json.dumps(REPORT | {"state": "eaten"}), "application/json"),
        ("sms-delivery", "\ud800".encode("utf-8", "surrogatepass"), "application/json"),
    ],
)
def test_what_is_not_understood_is_said_so(caller: Client, name: str, body: str, content_type: str) -> None:
    assert caller.post(url(name), body, content_type=content_type).status_code == 400
    assert (InboundMessage.objects.count(), DeliveryReport.objects.count()) == (0, 0)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods(caller: Client, method: str) -> None:
    assert getattr(caller, method)(url("sms-inbound")).status_code == 405
