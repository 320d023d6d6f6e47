"""What the worker does again and again. Each task stands alone: one that fails or hangs holds up no other.

Every task is safe to run in several workers at once; what may happen only once is decided under a lock in its own app.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import close_old_connections

from sandogh.server.accounts.domain import captcha, sessions, throttle
from sandogh.server.common.clock import now
from sandogh.server.common.logs import kind_and_place
from sandogh.server.console import schedule
from sandogh.server.messaging import worker as messages

log = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 60.0
_SLICE_SECONDS = 0.1


def forget(at: datetime) -> None:
    """Drop rows whose time is over: spent challenges, counted attempts."""
    captcha.forget_spent(now=at)
    throttle.forget_old(now=at)


@dataclass(slots=True)
class Task:
    """Something due every so many seconds. After a failure the pause doubles, up to a minute; a success ends that."""

    name: str
    every_seconds: float
    run: Callable[[datetime], object]
    failures: int = field(default=0)

    @property
    def pause_seconds(self) -> float:
        # The exponent is bounded before it is used: a task may fail for weeks.
        return max(self.every_seconds, min(self.every_seconds * 2.0 ** min(self.failures, 10), LONGEST_PAUSE_SECONDS))

    def run_once(self, at: datetime) -> bool:
        """Do it now; answers whether it went well. Never raises: the next round tries again."""
        try:
            # As a request would: a connection that broke or grew old is not used again.
            close_old_connections()
            self.run(at)
        except Exception as error:
            self.failures += 1
            # The kind and the place only: messages of databases and providers quote rows, and rows hold people.
            log.error("%s failed (%s in a row): %s", self.name, self.failures, kind_and_place(error))  # noqa: TRY400
            return False
        self.failures = 0
        return True

    def run_until(self, stopped: Callable[[], bool]) -> None:
        """Do it again and again until told to stop; a stop waits for at most one run and a moment."""
        while not stopped():
            self.run_once(now())
            end = time.monotonic() + self.pause_seconds
            while not stopped() and (left := end - time.monotonic()) > 0:
                time.sleep(min(left, _SLICE_SECONDS))


def tasks() -> list[Task]:
    """All of them, what the voters wait for most first."""
    return [
        Task("schedule", 1, schedule.run_due),
        Task("messages", 1, messages.run_once),
        Task("sessions", 5, sessions.expire_due),
        Task("forget", 600, forget),
    ]


def run_all_once(chosen: Sequence[Task]) -> bool:
    """Each task once, one after the other; answers whether all went well."""
    went_well = [task.run_once(now()) for task in chosen]
    return all(went_well)


def run_all_until(chosen: Sequence[Task], stopped: Callable[[], bool], *, patience_seconds: float) -> bool:
    """Run the tasks side by side, so that a slow provider does not delay the closing of an election.

    Answers whether every task came to its end within the patience after the stop; one that did not ends with the process, which each
    task must bear at any moment anyway.
    """
    threads = [threading.Thread(target=task.run_until, args=(stopped,), name=task.name, daemon=True) for task in chosen]
    for thread in threads:
        thread.start()
    while not stopped():
        time.sleep(_SLICE_SECONDS)
    end = time.monotonic() + patience_seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return not any(thread.is_alive() for thread in threads)
