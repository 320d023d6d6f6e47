"""A small election's credentials request, and a gateway whose faults a test chooses."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandogh.ceremony.credential_authority import issue
from sandogh.ceremony.locked import Passphrase
from sandogh.ceremony.sending import Clock
from sandogh.sms import DeliveryReport, Incoming, Outgoing, SendLater, SendRefused, SendUncertain, Sent


def no_passphrase() -> None:
    """What `choose` gives when the person said --no-passphrase."""


def unasked(what: str) -> Passphrase:
    """An `ask` for files that are not locked: nobody may be asked."""
    raise AssertionError(f"a passphrase was asked for: {what}")


def issue_plain(request: bytes, **paths: Path) -> int:
    """Issue into a store without a passphrase."""
    return issue(request, choose=no_passphrase, now=NOW, **paths)


NOW = datetime(2026, 12, 18, 5, 0, tzinfo=UTC)


def request_fields(*, size: int = 5, **changes: Any) -> dict[str, Any]:
    """A request for an election of 27 Azar 1405, 08:00 to 20:00 in Tehran; the last voter has no mobile."""
    return {
        "format": "sandogh-credentials-request/1",
        "slug": "arkan-1405",
        "uuid": "8YJ6ZwzVgVfD4d",
        "group": "Ed25519",
        "organisation": "کانون کارشناسان رسمی دادگستری استان سپیدکوه",
        "org_short": "کانون کارشناسان سپیدکوه",
        "title": "انتخابات ارکان دورهٔ هفتم",
        "link": "https://ray.example/e/arkan-1405/",
        "fictional": True,
        "roll_fingerprint": "ab" * 32,
        "opens_at": "2026-12-18T08:00:00+03:30",
        "closes_at": "2026-12-18T20:00:00+03:30",
        "invitation": "{greeting}\nانتخابات ارکان {org_short} {date} از ساعت {from} تا {to} برگزار می‌شود.\nورود: {link}",
        "voters": [
            {
                "id": f"99010{number:05}",
                "greeting": f"همکار گرامی رای‌دهندهٔ {number}",
                "mobile": f"0912000{number:04}" if number < size else "",
            }
            for number in range(1, size + 1)
        ],
    } | changes


@pytest.fixture(scope="session")
def request_bytes() -> Callable[..., bytes]:
    """The bytes of a request with some fields changed."""
    return lambda **changes: json.dumps(request_fields(**changes), ensure_ascii=False).encode()


@pytest.fixture
def request_file(tmp_path: Path, request_bytes: Callable[..., bytes]) -> Path:
    path = tmp_path / "request.json"
    path.write_bytes(request_bytes())
    return path


class Network:
    """A mobile network in memory that keeps every text it was handed and fails as told, in pairs (threat-model.md T10).

    `faults` maps how many sendings came before to a fault: "refused", "busy", "lost" (not sent, no answer), "lost-but-sent".
    """

    def __init__(self, *, simulated: bool = True, guards_doubles: bool = True, faults: Mapping[int, str] | None = None) -> None:
        self.name = "simulated" if simulated else "gateway"
        self.simulated = simulated
        self.guards_doubles = guards_doubles
        self.faults = dict(faults or {})
        self.calls = 0
        self.delivered: list[Outgoing] = []

    def send(self, message: Outgoing) -> Sent:
        fault = self.faults.get(self.calls)
        self.calls += 1
        if fault == "refused":
            raise SendRefused("411")
        if fault == "busy":
            raise SendLater("409")
        if fault != "lost":
            known = {text.reference for text in self.delivered} if self.guards_doubles else set()
            if message.reference not in known:
                self.delivered.append(message)
        if fault in {"lost", "lost-but-sent"}:
            raise SendUncertain("ReadTimeout")
        return Sent(str(self.calls))

    def fetch_inbound(self, cursor: str) -> tuple[list[Incoming], str]:
        return [], cursor

    def parse_inbound(self, fields: Mapping[str, str]) -> Incoming:
        raise NotImplementedError

    def parse_delivery(self, fields: Mapping[str, str]) -> DeliveryReport:
        raise NotImplementedError


class Hours:
    """A clock that stands still except while somebody sleeps."""

    def __init__(self) -> None:
        self.moment = NOW
        self.slept: list[float] = []

    def clock(self) -> Clock:
        return Clock(now=lambda: self.moment, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def network() -> Callable[..., Network]:
    return Network


@pytest.fixture
def hours() -> Hours:
    return Hours()
