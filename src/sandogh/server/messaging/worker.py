"""The worker's part of messaging: one turn of its loop."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandogh.server.messaging import configured
from sandogh.server.messaging.domain import deliver_due, handle_waiting, receive
from sandogh.server.messaging.models import PollCursor
from sandogh.sms import Provider, SendLater

log = logging.getLogger(__name__)

POLL_EVERY = timedelta(seconds=4)
"""A text that the webhook missed waits at most this long."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did: sendings tried, texts fetched, stored texts acted on."""

    attempted: int
    fetched: int
    handled: int

    def __bool__(self) -> bool:
        """Whether there was anything to do; if not, the loop may rest."""
        return bool(self.attempted or self.fetched or self.handled)


def run_once(now: datetime, *, provider: Provider | None = None) -> Turn:
    """Send what is due, fetch what the webhook missed, act on stored texts that nothing has acted on. A provider's faults raise nothing."""
    using = provider or configured.provider()
    return Turn(attempted=deliver_due(using, now), fetched=poll(using, now), handled=handle_waiting(now))


def poll(provider: Provider, now: datetime) -> int:
    """Fetch the texts after the stored cursor; answers how many came. All are committed before the cursor moves: a crash loses none."""
    cursor, _created = PollCursor.objects.get_or_create(provider=provider.name, defaults={"polled_at": now - POLL_EVERY})
    # A clock that was set back must not stop the polling until it catches up.
    if timedelta() <= now - cursor.polled_at < POLL_EVERY:
        return 0
    try:
        messages, after = provider.fetch_inbound(cursor.value)
    except SendLater as fault:
        log.warning("polling %s: %s", provider.name, fault.raw)
        messages, after = [], cursor.value
    for message in messages:
        receive(message, now)
    PollCursor.objects.filter(pk=cursor.pk).update(value=after[:200], polled_at=now)
    return len(messages)
