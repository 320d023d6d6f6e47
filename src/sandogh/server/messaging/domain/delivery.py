"""Sending what is due, and following what becomes of it."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from sandogh.server.messaging.domain.inbound import storable
from sandogh.server.messaging.models import DeliveryReport, OutboundMessage, OutboundState
from sandogh.sms import DeliveryReport as Report
from sandogh.sms import DeliveryState, Outgoing, Provider, SendLater, SendRefused, SendUncertain, Sent

LEASE = timedelta(seconds=90)
"""How long one attempt may take before its message counts as left in doubt; longer than a turn and any provider's time-out together."""

TURN_SECONDS = 20.0

MOST_ATTEMPTS = 8
_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=5)

_RANK = {
    OutboundState.QUEUED: 0,
    OutboundState.UNKNOWN: 1,
    OutboundState.SENT: 2,
    OutboundState.FAILED: 3,
    OutboundState.BLOCKED: 3,
    OutboundState.DELIVERED: 4,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to."""

    state: OutboundState
    raw: str
    provider_id: str = ""
    in_doubt: bool = False


def deliver_due(provider: Provider, now: datetime, *, most: int = 50) -> int:
    """Send the messages that are due; answers how many were attempted. Several workers may do this at once.

    1. claim: one transaction marks the message as being attempted
    2. send: outside any transaction
    3. record: one transaction writes the outcome

    Killed between (1) and (3), the message is in doubt: it is tried again only if this provider delivers one reference once.
    """
    attempted, began = 0, time.monotonic()
    # A slow provider ends the turn: `now` must stay about right for the leases that are still to be given.
    while attempted < most and time.monotonic() - began < TURN_SECONDS and (message := _claim(provider, now)) is not None:
        attempted += 1
        _record(message, _attempt(provider, message), now)
    return attempted


def _claim(provider: Provider, now: datetime) -> OutboundMessage | None:
    # (1) The next due one whose turn no other worker has taken. Looked for first without a lock: mostly there is none.
    due = OutboundMessage.objects.filter(state=OutboundState.QUEUED, next_attempt_at__lte=now).order_by("next_attempt_at", "pk")
    if not due.exists():
        return None
    with transaction.atomic():
        while message := due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).first():
            # Its lease ran out: whoever attempted it died before writing what came of it.
            message.in_doubt = message.in_doubt or message.attempting
            if end := _no_attempt(message, provider, now):
                _settle(message, end, now)
                continue
            message.attempting = True
            message.attempts += 1
            message.provider = provider.name
            message.next_attempt_at = now + LEASE
            message.save(update_fields=["attempting", "in_doubt", "attempts", "provider", "next_attempt_at"])
            return message
    return None


def _no_attempt(message: OutboundMessage, provider: Provider, now: datetime) -> Outcome | None:
    """Why the message must not be attempted (again), if so."""
    ended = OutboundState.UNKNOWN if message.in_doubt else OutboundState.FAILED
    if message.fictional and not provider.simulated:
        return Outcome(ended, "fictional_election")
    if message.in_doubt and not (provider.guards_doubles and message.provider == provider.name):
        return Outcome(OutboundState.UNKNOWN, message.raw or "in_doubt")
    if message.valid_until is not None and message.valid_until <= now:
        return Outcome(ended, "too_late")
    if message.attempts >= MOST_ATTEMPTS:
        return Outcome(ended, message.raw or "too_many_attempts")
    return None


def _attempt(provider: Provider, message: OutboundMessage) -> Outcome:
    # (2)
    try:
        sent: Sent = provider.send(Outgoing(to=message.to, text=message.text, reference=message.reference))
    except SendRefused as refused:
        return Outcome(OutboundState.BLOCKED if refused.blocked else OutboundState.FAILED, refused.raw)
    except SendLater as later:
        return Outcome(OutboundState.QUEUED, later.raw)
    except SendUncertain as uncertain:
        return Outcome(OutboundState.QUEUED, uncertain.raw, in_doubt=True)
    return Outcome(OutboundState.SENT, "", sent.provider_id)


def _record(claimed: OutboundMessage, outcome: Outcome, now: datetime) -> None:
    # (3) Read again: a delivery report may have come while we were sending.
    with transaction.atomic():
        message = OutboundMessage.objects.select_for_update().get(pk=claimed.pk)
        if outcome.state is not OutboundState.QUEUED:
            _settle(message, outcome, now)
        elif message.state == OutboundState.QUEUED:
            message.attempting = False
            # «Surely not sent» speaks of this attempt only; what an earlier one left in doubt stays so.
            message.in_doubt = message.in_doubt or outcome.in_doubt
            message.raw = outcome.raw[:100]
            message.next_attempt_at = now + min(_FIRST_WAIT * 2 ** (message.attempts - 1), _LONGEST_WAIT)
            message.save(update_fields=["attempting", "in_doubt", "raw", "next_attempt_at"])
    if outcome.provider_id:
        _apply_early_reports(message.pk, now)


def _settle(message: OutboundMessage, outcome: Outcome, now: datetime) -> None:
    """The message leaves the queue. A report that came first stands."""
    message.attempting = message.in_doubt = False
    if outcome.provider_id:
        message.provider_id = outcome.provider_id[:100]
    if outcome.state is OutboundState.SENT:
        message.sent_at = now
    if _RANK[outcome.state] > _RANK[OutboundState(message.state)]:
        message.state, message.raw = outcome.state, outcome.raw[:100]
    if message.wipe:
        message.text = ""
    message.save()


def record_delivery(report: Report, now: datetime) -> None:
    """Keep a delivery report and move its message forward. Late, repeated, out of order or about nothing we know: all are fine.

    Kept and committed first, looked up second; a sending is recorded first and looks for kept reports second. So whichever of the two
    is earlier, one of them sees the other.
    """
    _keep(report, now)
    with transaction.atomic():
        message = _named(report)
        if message is not None:
            _advance(message, report.state, report.raw, now)


def _named(report: Report) -> OutboundMessage | None:
    name = Q(pk__in=[])
    if report.provider_id:
        name |= Q(provider=report.provider, provider_id=storable(report.provider_id)[:100])
    if report.reference:
        name |= Q(provider=report.provider, reference=storable(report.reference)[:64])
    return OutboundMessage.objects.select_for_update().filter(name).order_by("pk").first()


def _keep(report: Report, now: datetime) -> None:
    try:
        with transaction.atomic():
            DeliveryReport.objects.create(
                provider=report.provider,
                provider_id=storable(report.provider_id)[:100],
                reference=storable(report.reference)[:64],
                state=report.state,
                raw=storable(report.raw)[:100],
                received_at=now,
            )
    except IntegrityError:
        return


def _apply_early_reports(pk: int, now: datetime) -> None:
    """Reports that came before we knew the provider's id of the message."""
    with transaction.atomic():
        message = OutboundMessage.objects.select_for_update().get(pk=pk)
        for early in DeliveryReport.objects.filter(provider=message.provider, provider_id=message.provider_id).order_by("pk"):
            _advance(message, DeliveryState(early.state), early.raw, now)


def _advance(message: OutboundMessage, state: DeliveryState, raw: str, now: datetime) -> None:
    """Forward only: `delivered` is final, a failure gives way to it alone, an unknown code moves nothing."""
    if state is DeliveryState.UNKNOWN or _RANK[OutboundState(state)] <= _RANK[OutboundState(message.state)]:
        return
    message.state, message.raw, message.reported_at = OutboundState(state), storable(raw)[:100], now
    message.attempting = message.in_doubt = False
    if message.wipe:
        message.text = ""
    message.save(update_fields=["state", "raw", "reported_at", "attempting", "in_doubt", "text"])
