"""What the network does with a text, in either direction, and with a fault it is told to have."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from sandogh.phone.models import Fault, FaultKind, Push, Text
from sandogh.sms.simulated import FICTIONAL_NUMBERS

_NUMBER = re.compile(r"09[0-9]{9}")
LONGEST_TEXT = 2000


class Refused(Exception):
    """The network does not take this text."""


class Busy(Exception):
    """The network takes no text at this moment."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A text taken over. `hold`: seconds to keep the sender waiting for the answer."""

    text: Text
    hold: float = 0.0


def send_to_phone(*, number: str, text: str, reference: str, now: datetime) -> Accepted:
    """Take a text for a phone. The same reference again is the same text. Raises Refused, Busy.

    Only numbers that begin with 0912000 exist here; those that end in 000 are never reached.
    """
    if not _NUMBER.fullmatch(number) or not number.startswith(FICTIONAL_NUMBERS):
        raise Refused("no such number in the simulated network")
    if not text or len(text) > LONGEST_TEXT:
        raise Refused("no text, or too long a one")
    with transaction.atomic():
        if reference and (before := Text.objects.filter(reference=reference).first()):
            return Accepted(before)
        fault = _take_fault(number)
        kind = fault.kind if fault else ""
        if kind == FaultKind.REFUSED:
            refusal: Exception | None = Refused("told to refuse")
        elif kind == FaultKind.BUSY:
            refusal = Busy("told to be busy")
        else:
            refusal = None
            delivered = kind != FaultKind.UNDELIVERED and not number.endswith("000")
            sent = Text.objects.create(
                from_phone=False, number=number, line=settings.LINE, text=text, reference=reference, delivered=delivered, at=now
            )
            if kind != FaultKind.REPORT_LOST:
                state = "delivered" if delivered else "failed"
                _push(settings.DELIVERY, {"id": str(sent.pk), "reference": reference, "state": state}, now)
    # After the commit: a fault that was used up stays so.
    if refusal:
        raise refusal
    return Accepted(sent, hold=fault.hold if fault and kind == FaultKind.TIMED_OUT else 0.0)


def send_from_phone(*, number: str, line: str, text: str, now: datetime) -> Text:
    """A phone texts the short number; the webhook hears of it, and it can be fetched. Raises Refused."""
    if not _NUMBER.fullmatch(number) or not number.startswith(FICTIONAL_NUMBERS):
        raise Refused("no such number in the simulated network")
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise Refused("no text, or too long a one")
    with transaction.atomic():
        sent = Text.objects.create(from_phone=True, number=number, line=line, text=text, delivered=True, at=now)
        _push(settings.WEBHOOK, incoming(sent), now)
    return sent


def incoming(text: Text) -> dict[str, str]:
    """A text to the short number, as webhook and polling tell it."""
    return {"id": str(text.pk), "from": text.number, "to": text.line, "text": text.text, "at": text.at.isoformat(timespec="seconds")}


def set_fault(kind: str, *, number: str = "", times: int | None = None, hold: float = 15.0) -> None:
    """Fail in this way from now on; kind "" or "none" takes it back. Raises Refused for a kind that does not exist."""
    if kind in ("", "none"):
        Fault.objects.filter(number=number).delete()
    elif kind in set(FaultKind):
        Fault.objects.update_or_create(number=number, defaults={"kind": kind, "times": times, "hold": hold})
    else:
        raise Refused("no such fault")


def fault_of(number: str) -> str:
    """The fault that is set for this very number; "" when there is none."""
    fault = Fault.objects.filter(number=number).first()
    return fault.kind if fault else ""


def _take_fault(number: str) -> Fault | None:
    """The fault for this text, counted: the number's own before the one for all."""
    fault = Fault.objects.filter(Q(number=number) | Q(number="")).order_by("-number").first()
    if fault is not None and fault.times is not None:
        if fault.times <= 1:
            Fault.objects.filter(pk=fault.pk).delete()
        else:
            Fault.objects.filter(pk=fault.pk).update(times=fault.times - 1)
    return fault


def _push(url: str, payload: dict[str, str], now: datetime) -> None:
    if url:
        Push.objects.create(url=url, payload=payload, next_at=now)
