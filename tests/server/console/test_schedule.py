"""What the schedule says happens at that time, or not at all (threat-model.md F7)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from sandogh.server.board import domain as board
from sandogh.server.console import acts, schedule
from sandogh.server.elections.models import Election
from sandogh.server.tallies import domain as tallies

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


def test_a_whole_day_of_rounds(sealed):
    opens, closes, last = sealed.opens_at, sealed.closes_at, sealed.last_cast_at
    done = {
        moment: schedule.run_due(moment)
        for moment in (opens - TICK, opens, opens + TICK, closes - TICK, closes, last - TICK, last, last + TICK, last + timedelta(days=1))
    }
    assert {moment: acts_done for moment, acts_done in done.items() if acts_done} == {
        opens: [("arkan-1405", "open")],
        last: [("arkan-1405", "close")],
    }
    assert Election.by_slug("arkan-1405").state == "closed"
    assert board.head(sealed).type.value == "EndBallots"


def test_a_worker_that_was_down_opens_late(sealed):
    assert schedule.run_due(sealed.opens_at + timedelta(hours=5)) == [("arkan-1405", "open")]


def test_an_election_that_nobody_opened_in_time_is_left_to_the_officers(sealed):
    for moment in (sealed.closes_at, sealed.last_cast_at, sealed.last_cast_at + timedelta(days=1)):
        assert schedule.run_due(moment) == []
    assert Election.by_slug("arkan-1405").state == "sealed"


def test_a_draft_is_never_opened(draft):
    assert schedule.run_due(draft.opens_at) == []


def test_an_early_end_is_followed_by_its_own_grace(opened):
    noon = opened.opens_at + timedelta(hours=4)
    acts.close_early(opened, reason="تصمیم", now=noon)
    assert schedule.run_due(noon + timedelta(minutes=20) - TICK) == []
    assert schedule.run_due(noon + timedelta(minutes=20)) == [("arkan-1405", "close")]


def test_without_grace_it_closes_at_the_very_end(sealed):
    Election.objects.update(grace=False)
    schedule.run_due(sealed.opens_at)
    assert schedule.run_due(sealed.closes_at - TICK) == []
    assert schedule.run_due(sealed.closes_at) == [("arkan-1405", "close")]


def test_two_workers_at_the_same_moment_do_it_once(sealed):
    # Both have looked before either has acted.
    first, second = Election.by_slug("arkan-1405"), Election.by_slug("arkan-1405")
    assert schedule.attempt(first, "open", acts.open_voting, sealed.opens_at) is True
    assert schedule.attempt(second, "open", acts.open_voting, sealed.opens_at) is False
    last = sealed.last_cast_at
    assert schedule.attempt(first, "close", acts.close, last) is True
    assert schedule.attempt(second, "close", acts.close, last) is False
    assert board.head(sealed).height == 1


@pytest.mark.postgres  # the tests' SQLite is in memory, where threads cannot wait for each other
@pytest.mark.django_db(transaction=True)
def test_eight_threads_close_an_election_once(opened):
    last = opened.last_cast_at

    def one(_number: int) -> list[tuple[str, str]]:
        try:
            return schedule.run_due(last)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        done = [act for acts_done in pool.map(one, range(8)) for act in acts_done]
    assert done == [("arkan-1405", "close")]
    assert (board.head(opened).height, board.head(opened).type.value) == (1, "EndBallots")


def test_one_election_that_cannot_move_does_not_hold_up_another(opened):
    # The first one's board was ended by other means, so that its closing is refused at the last step.
    tallies.end_ballots(opened, now=opened.last_cast_at)
    other = Election.objects.get()
    other.pk, other.slug, other.uuid = None, "another", "1" * 14
    other.opens_at, other.state = opened.opens_at, "sealed"
    other.closes_at = opened.last_cast_at + timedelta(hours=1)
    other.save()
    assert schedule.run_due(opened.last_cast_at) == [("another", "open")]
    assert sorted(Election.objects.values_list("slug", "state")) == [("another", "open"), ("arkan-1405", "open")]
