"""Limits hold, for everybody alike, and no longer than they must (threat-model.md W7)."""

from datetime import timedelta

import pytest

from sandogh.server.accounts.domain import throttle
from sandogh.server.accounts.domain.throttle import Limit
from sandogh.server.accounts.models import Attempt
from sandogh.server.common.errors import Refused

from .conftest import NOW

pytestmark = pytest.mark.django_db

THREE = Limit("three", 3, timedelta(minutes=10))
FIVE = Limit("five", 5, timedelta(minutes=10))


def allowed(*hits: tuple[Limit, str], seconds: float = 0) -> bool:
    try:
        throttle.spend(list(hits), now=NOW + timedelta(seconds=seconds))
    except Refused as refused:
        if (refused.code, refused.status) != ("throttled", 429):
            raise
        return False
    return True


def test_so_many_in_any_stretch() -> None:
    assert [allowed((THREE, "a"), seconds=second) for second in (0, 200, 400, 500, 599, 600, 601, 799, 800)] == [
        True, True, True, False, False, True, False, False, True,
    ]  # fmt: skip


def test_keys_do_not_share() -> None:
    assert [allowed((THREE, key)) for key in "aaabbb"] == [True] * 6
    assert [allowed((THREE, "a")), allowed((FIVE, "a"))] == [False, True]


def test_one_full_limit_refuses_and_none_is_counted() -> None:
    for _ in range(3):
        allowed((THREE, "a"))
    for _ in range(9):
        assert not allowed((THREE, "a"), (FIVE, "b"))
    assert [allowed((FIVE, "b")) for _ in range(6)] == [True] * 5 + [False]


def test_hammering_lengthens_nobody_s_wait() -> None:
    assert [allowed((THREE, "a")) for _ in range(50)].count(True) == 3
    assert allowed((THREE, "a"), seconds=600)


def test_a_clock_that_was_wrong_for_a_while_shuts_nobody_out() -> None:
    year = 365 * 86_400
    for _ in range(3):
        allowed((THREE, "a"), seconds=year)
    assert allowed((THREE, "a"))


def test_a_clock_set_back_a_little_opens_no_door() -> None:
    for _ in range(3):
        allowed((THREE, "a"), seconds=300)
    assert not allowed((THREE, "a"), seconds=0)


def test_the_table_names_nobody() -> None:
    allowed((throttle.NATIONAL_ID, "9990001235"))
    (attempt,) = Attempt.objects.all()
    assert "9990001235" not in str(attempt.__dict__)
    assert len(attempt.key) == 64


@pytest.mark.parametrize(
    ("address", "single", "wide"),
    [
        ("192.0.2.7", "192.0.2.7/32", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8:1::/48"),
    ],
)
def test_what_an_address_counts_as(address: str, single: str, wide: str) -> None:
    assert throttle.address_hits(address) == [(throttle.ADDRESS, single), (throttle.ADDRESS_RANGE, wide)]


def test_old_tries_are_forgotten_and_others_kept() -> None:
    allowed((THREE, "a"), seconds=0)
    allowed((THREE, "a"), seconds=500)
    assert throttle.forget_old(now=NOW + timedelta(seconds=600)) == 1
    assert Attempt.objects.count() == 1
