"""Pushing to webhooks, again and again until they answer: one thread of the network's one process."""

import logging
import threading
from datetime import datetime, timedelta

import httpx
from django.db import close_old_connections

from sandogh.phone.models import Push
from sandogh.server.common import clock

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.15
PATIENCE_SECONDS = 10.0
MOST_ATTEMPTS = 200
_LONGEST_WAIT = timedelta(seconds=30)


def start() -> threading.Thread:
    """Begin; ends with the process."""
    thread = threading.Thread(target=_run, name="pushing", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    ended = threading.Event()
    with httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False) as client:
        while not ended.wait(EVERY_SECONDS):
            try:
                push_due(client, clock.now())
            except Exception:
                # A full disk or a locked file: the texts are kept, the next round tries again.
                log.exception("pushing failed")
            close_old_connections()


def push_due(client: httpx.Client, now: datetime) -> int:
    """Push what is due; answers how many were tried."""
    due = list(Push.objects.filter(done_at=None, next_at__lte=now, attempts__lt=MOST_ATTEMPTS).order_by("next_at", "pk")[:100])
    for push in due:
        try:
            heard = client.post(push.url, json=push.payload).is_success
        except httpx.HTTPError:
            heard = False
        if heard:
            Push.objects.filter(pk=push.pk).update(done_at=now, attempts=push.attempts + 1)
        else:
            wait = min(timedelta(seconds=0.5) * 2 ** min(push.attempts, 10), _LONGEST_WAIT)
            Push.objects.filter(pk=push.pk).update(next_at=now + wait, attempts=push.attempts + 1)
    return len(due)
