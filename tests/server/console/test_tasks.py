"""The worker's tasks: each alone, none able to stop the others or to tell what it should not."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from sandogh.server.accounts.models import VotingSession
from sandogh.server.console import tasks
from sandogh.server.console.tasks import Task

# A task drops connections as a request does, so it cannot run inside a test's transaction.
pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_task_is_told_the_time_and_its_success_forgets_failures():
    seen = []
    task = Task("t", 1, seen.append, failures=3)
    assert task.run_once(NOW) is True
    assert (seen, task.failures) == ([NOW], 0)


def test_a_failure_is_answered_counted_and_waited_for():
    def fail(now: datetime) -> None:
        raise RuntimeError("no")

    task = Task("t", 1, fail)
    pauses = [task.pause_seconds]
    for _again in range(8):
        assert task.run_once(NOW) is False
        pauses.append(task.pause_seconds)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_rare_task_does_not_become_more_frequent_by_failing():
    task = Task("t", 600, lambda now: None, failures=10_000)
    assert task.pause_seconds == 600


def test_the_log_names_kind_and_place_and_nobody(caplog):
    def fail(now: datetime) -> None:
        raise ValueError("Key (mobile)=(09120000101) for آزاده پیش‌گام already exists")

    Task("messages", 1, fail).run_once(NOW)
    (line,) = caplog.messages
    assert line.startswith("messages failed (1 in a row): ValueError at tasks.py:")
    for secret in ("09120000101", "آزاده", "Key"):
        assert secret not in caplog.text


def test_tasks_run_side_by_side_so_that_a_slow_one_delays_none():
    ran, release, stopped = [], threading.Event(), threading.Event()

    def slow(now: datetime) -> None:
        release.wait(5)

    def quick(now: datetime) -> None:
        ran.append(now)
        if len(ran) == 3:
            stopped.set()
            release.set()

    ended = tasks.run_all_until([Task("slow", 1, slow), Task("quick", 0.01, quick)], stopped.is_set, patience_seconds=5)
    assert ended is True
    assert len(ran) == 3


def test_a_task_that_does_not_come_back_does_not_hold_up_the_stop():
    release = threading.Event()
    began = time.monotonic()
    ended = tasks.run_all_until(
        [Task("stuck", 1, lambda now: release.wait(30))], lambda: True and began + 0.05 < time.monotonic(), patience_seconds=0.2
    )
    release.set()
    assert ended is False
    assert time.monotonic() - began < 5


def test_a_stop_does_not_wait_for_the_next_round():
    stopped = threading.Event()
    began = time.monotonic()

    def once(now: datetime) -> None:
        stopped.set()

    assert tasks.run_all_until([Task("rare", 600, once)], stopped.is_set, patience_seconds=5) is True
    assert time.monotonic() - began < 5


def test_one_round_goes_on_after_a_failure():
    ran = []

    def fail(now: datetime) -> None:
        raise OSError("disk")

    assert tasks.run_all_once([Task("a", 1, fail), Task("b", 1, ran.append)]) is False
    assert len(ran) == 1
    assert tasks.run_all_once([Task("b", 1, ran.append)]) is True


def test_the_worker_does_everything_that_is_due_and_the_schedule_first():
    assert [task.name for task in tasks.tasks()] == ["schedule", "messages", "sessions", "forget"]


def test_the_real_tasks_do_their_work_and_may_be_repeated(opened):
    voter = opened.voters.first()
    VotingSession.objects.create(
        election=opened, voter=voter, public_id="1" * 22, token_hash="0" * 64, address="127.0.0.1",
        created_at=NOW, expires_at=NOW + timedelta(minutes=20), mobile=voter.mobile,
    )  # fmt: skip
    chosen = [task for task in tasks.tasks() if task.name != "messages"]
    for _again in range(2):
        for task in chosen:
            assert task.run_once(opened.last_cast_at) is True
    opened.refresh_from_db()
    assert (opened.state, VotingSession.objects.get().state) == ("closed", "expired")
