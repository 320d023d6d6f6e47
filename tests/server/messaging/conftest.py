"""A provider that speaks HTTP to a real small gateway, and messages to send through it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from sandogh.server.messaging.domain import enqueue
from sandogh.server.messaging.models import OutboundMessage
from sandogh.sms.gateway import gateway_from
from sandogh.sms.http import HttpProvider
from sms_gateway_for_tests import GatewayForTests, gateway

NOW = datetime(2026, 12, 18, 8, 0, tzinfo=UTC)


@pytest.fixture
def network() -> Iterator[GatewayForTests]:
    with gateway() as running:
        yield running


def description(url: str, *, guards_doubles: bool) -> dict[str, Any]:
    return {
        "name": "sample",
        "line": "100000000",
        "guards_doubles": guards_doubles,
        "timeout_seconds": 0.4,
        "send": {
            "url": url + "/send",
            "encoding": "json",
            "fields": {"to": "{to}", "text": "{text}", "reference": "{reference}"},
            "code": "code",
            "ok": ["ok"],
            "later": ["later"],
            "blocked": ["blocked"],
            "refused": ["refused"],
            "id": "id",
        },
        "inbound": {
            "message_id": "id",
            "sender": "from",
            "text": "text",
            "received_at": "at",
            "poll": {"url": url + "/poll?after={cursor}", "items": "messages", "cursor": "id"},
        },
        "delivery": {
            "provider_id": "id",
            "reference": "reference",
            "state": "state",
            "codes": {"1": "sent", "10": "delivered", "11": "failed", "14": "blocked"},
        },
    }


@pytest.fixture
def careful(network: GatewayForTests) -> Iterator[HttpProvider]:
    """A provider that delivers one reference once."""
    with closing(HttpProvider(gateway_from(description(network.url, guards_doubles=True), environment={}))) as opened:
        yield opened


@pytest.fixture
def careless(network: GatewayForTests) -> Iterator[HttpProvider]:
    """A provider that sends whatever it gets, as often as it gets it."""
    with closing(HttpProvider(gateway_from(description(network.url, guards_doubles=False), environment={}))) as opened:
        yield opened


def queued(number: int = 1, **changes: Any) -> OutboundMessage:
    """A text in the outbox of a real election."""
    values = {"to": "09120000101", "text": "متن", "purpose": "otp", "reference": f"ref-{number}", "now": NOW, "fictional": False} | changes
    return enqueue(**values)
