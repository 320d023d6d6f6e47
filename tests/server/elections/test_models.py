"""What an election says at each moment; at the very second, and one moment before it (threat-model.md F7, T11)."""

from datetime import UTC, datetime, timedelta

import pytest

from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.elections.state import State

OPENS = datetime(2026, 12, 18, 4, 30, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=12)
LAST = CLOSES + timedelta(minutes=20)
TICK = timedelta(microseconds=1)


def election(state: str = "open", *, grace: bool = True) -> Election:
    return Election(slug="e", state=state, opens_at=OPENS, closes_at=CLOSES, session_minutes=20, grace=grace)


@pytest.mark.parametrize(
    ("now", "phase", "logins", "ballots"),
    [
        (OPENS - TICK, "before", False, False),
        (OPENS, "open", True, True),
        (CLOSES - TICK, "open", True, True),
        (CLOSES, "grace", False, True),
        (LAST - TICK, "grace", False, True),
        (LAST, "counting", False, False),
    ],
)
def test_an_open_election_through_its_day(now, phase, logins, ballots):
    chosen = election()
    assert (chosen.phase(now), chosen.accepts_logins(now), chosen.accepts_ballots(now)) == (phase, logins, ballots)


def test_without_grace_the_end_is_the_end():
    chosen = election(grace=False)
    assert chosen.last_cast_at == CLOSES
    assert chosen.phase(CLOSES - TICK) == "open"
    assert chosen.phase(CLOSES) == "counting"


@pytest.mark.parametrize("now", [OPENS - TICK, OPENS, CLOSES, LAST])
@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("draft", "draft"),
        ("sealed", "before"),
        ("closed", "counting"),
        ("tallying", "counting"),
        ("published", "published"),
        ("cancelled", "cancelled"),
    ],
)
def test_only_an_open_election_takes_anything_whatever_the_time(state, phase, now):
    chosen = election(state)
    assert (chosen.phase(now), chosen.accepts_logins(now), chosen.accepts_ballots(now)) == (phase, False, False)


def test_every_state_has_been_asked_for():
    assert {state.value for state in State} == {"draft", "sealed", "open", "closed", "tallying", "published", "cancelled"}


def test_what_is_not_sealed_has_no_protocol_value():
    with pytest.raises(ValueError, match="not sealed"):
        election("draft").parsed()


@pytest.mark.django_db
def test_an_unknown_address_is_refused():
    with pytest.raises(Refused) as refused:
        Election.by_slug("nowhere")
    assert (refused.value.code, refused.value.status) == ("no_election", 404)
