"""Taking in texts that people send to our line: stored once, then handed to whoever registered for them."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from sandogh.persian import Unreadable, normalise_mobile
from sandogh.server.messaging.models import InboundMessage
from sandogh.sms import Incoming

log = logging.getLogger(__name__)

TEXT_KEPT = 300

MOST_PER_SENDER = 60
SENDER_PERIOD = timedelta(minutes=10)
"""More texts of one number than that are stored and not acted on: only a program that guesses sends so many."""

InboundHandler = Callable[[str, str, datetime], str]
"""(sender, text, now) → a short word for the desk: what came of it."""

_handlers: list[InboundHandler] = []


def inbound_received(handler: InboundHandler) -> InboundHandler:
    """Register who acts on incoming texts. Done once, when the apps are ready; messaging itself knows nobody above it."""
    if handler not in _handlers:
        _handlers.append(handler)
    return handler


def receive(incoming: Incoming, now: datetime) -> InboundMessage:
    """Store the text and act on it. The same text again, by webhook or by polling, is the same row and changes nothing.

    Stored and committed first: a failure of whoever acts on it never loses it and never reaches the provider; the worker tries again.
    """
    message_id = storable(incoming.message_id)[:100] or _hash(incoming)
    try:
        with transaction.atomic():
            message = InboundMessage.objects.create(
                provider=incoming.provider,
                message_id=message_id,
                sender=_sender(incoming.sender),
                line=storable(incoming.line)[:32],
                text=storable(incoming.text),
                received_at=now,
                provider_time=storable(incoming.received_at)[:40],
            )
    except IntegrityError:
        return InboundMessage.objects.get(provider=incoming.provider, message_id=message_id)
    _handle(message.pk, now)
    message.refresh_from_db()
    return message


def handle_waiting(now: datetime, *, most: int = 100) -> int:
    """Act on stored texts that nothing has acted on, after a crash between the two; answers how many."""
    waiting = list(InboundMessage.objects.filter(handled_at=None).order_by("received_at", "pk").values_list("pk", flat=True)[:most])
    for pk in waiting:
        _handle(pk, now)
    return len(waiting)


def _handle(pk: int, now: datetime) -> None:
    try:
        with transaction.atomic():
            # Locked, so that webhook and worker do not both act on it.
            message = InboundMessage.objects.select_for_update().filter(pk=pk, handled_at=None).first()
            if message is None:
                return
            outcomes = ["limited"] if _too_many(message) else [handler(message.sender, message.text, now) for handler in _handlers]
            message.outcome = next((outcome for outcome in outcomes if outcome), "")[:24]
            message.handled_at = now
            message.save(update_fields=["outcome", "handled_at"])
    except Exception as error:
        # Whatever it is, the text is safe and will be tried again; the provider must not see an error and switch us off.
        # The kind only: messages of databases quote rows, and rows hold people.
        log.error("incoming text %s could not be acted on: %s", pk, type(error).__name__)  # noqa: TRY400


def _too_many(message: InboundMessage) -> bool:
    around = (message.received_at - SENDER_PERIOD, message.received_at)
    return InboundMessage.objects.filter(sender=message.sender, received_at__range=around, pk__lte=message.pk).count() > MOST_PER_SENDER


def _sender(text: str) -> str:
    """The sender as our own numbers are stored; as it came if it is no mobile number."""
    try:
        return normalise_mobile(text)
    except Unreadable:
        return storable(text)[:32]


def storable(text: str) -> str:
    """At most 300 characters, without NUL (which PostgreSQL refuses) and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:TEXT_KEPT]


def _hash(incoming: Incoming) -> str:
    """A name for a text that its provider left without one: from, to, text and the provider's minute."""
    parts = (incoming.sender, incoming.line, incoming.text, _minute(incoming.received_at))
    return "hash:" + hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _minute(time: str) -> str:
    """The provider's time down to the minute, in whatever notation: without what follows the second colon; Unix seconds by sixties."""
    if time.isascii() and time.isdigit() and len(time) in (10, 13):
        return str(int(time[:10]) // 60)
    return ":".join(time.split(":")[:2])
