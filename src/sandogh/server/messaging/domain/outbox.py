"""Putting a text in the outbox."""

from datetime import datetime

from sandogh.server.messaging.models import OutboundMessage


def enqueue(
    to: str,
    text: str,
    purpose: str,
    reference: str,
    now: datetime,
    *,
    fictional: bool,
    wipe: bool = False,
    valid_until: datetime | None = None,
) -> OutboundMessage:
    """Write the text into the outbox, in the caller's transaction: it is sent if and only if that commits.

    `reference` names the text for good and is unique; `wipe` empties the row once the text has left; after `valid_until` it is not sent.
    """
    return OutboundMessage.objects.create(
        to=to,
        text=text,
        purpose=purpose,
        reference=reference,
        created_at=now,
        next_attempt_at=now,
        fictional=fictional,
        wipe=wipe,
        valid_until=valid_until,
    )
