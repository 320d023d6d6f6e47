"""A sealed ballot that its voter opens instead of casting it can never be cast, and says nothing about anybody."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from elections_for_tests import Device, ElectionForTests, build, cast, close, confirm, hash_of, log_in, ready, seal
from sandogh.server.accounts.domain import challenges, permits, sessions
from sandogh.server.accounts.models import Attempt, ChallengedBallot
from sandogh.server.common.errors import Refused
from sandogh.server.console import acts

from .conftest import NOW

TWENTY = timedelta(minutes=20)


def challenge(device: Device, ballot_hash: str, *, minutes: float = 0) -> int:
    return challenges.challenge(device.election.model, device.token, ballot_hash, now=NOW + timedelta(minutes=minutes)).challenges


def refusal(act: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act(*args, **kwargs)
    return refused.value.code


@pytest.fixture
def ballot(e: ElectionForTests) -> bytes:
    return e.ballot(e.voters[0])


@pytest.mark.parametrize("confirmed", [False, True])
def test_the_hash_is_listed_and_the_session_forgets_it(e: ElectionForTests, ballot: bytes, confirmed: bool) -> None:
    device = log_in(e, e.voters[0], now=NOW)
    code = seal(device, ballot, now=NOW)
    if confirmed:
        confirm(device, now=NOW)
    assert challenge(device, hash_of(ballot)) == 1
    session = device.session
    assert (session.state, session.ballot_hash, session.vote_code, session.confirmed_at) == ("authenticated", "", "", None)
    assert session.expires_at == NOW + TWENTY
    assert list(ChallengedBallot.objects.values_list("ballot_hash", flat=True)) == [hash_of(ballot)]
    assert challenges.count(e.model) == 1
    # The old code, texted late, finds nothing.
    assert permits.confirm_by_text(device.voter.mobile, code, NOW) == "no_session"
    assert device.session.state == "authenticated"


def test_the_list_names_nobody() -> None:
    """Neither a time nor a session: whoever learns what a challenged ballot held does not learn from us who had sealed it."""
    assert {field.name for field in ChallengedBallot._meta.get_fields()} == {"id", "election", "ballot_hash"}


def test_a_challenged_ballot_is_neither_sealed_nor_cast(e: ElectionForTests, ballot: bytes) -> None:
    device = ready(e, e.voters[0], ballot, now=NOW)
    challenge(device, hash_of(ballot))
    assert refusal(seal, device, ballot, now=NOW) == "audited"
    assert refusal(cast, device, ballot, now=NOW) == "audited"


def test_it_stays_challenged_on_the_next_device(e: ElectionForTests, ballot: bytes) -> None:
    challenge(ready(e, e.voters[0], ballot, now=NOW), hash_of(ballot))
    Attempt.objects.all().delete()
    second = log_in(e, e.voters[0], now=NOW)
    assert refusal(seal, second, ballot, now=NOW) == "audited"
    assert refusal(cast, second, ballot, now=NOW) == "audited"


def test_a_challenge_sent_twice_is_one(e: ElectionForTests, ballot: bytes) -> None:
    device = ready(e, e.voters[0], ballot, now=NOW)
    assert [challenge(device, hash_of(ballot)), challenge(device, hash_of(ballot))] == [1, 1]
    # Also when the next ballot is sealed meanwhile: that one stays as it is.
    following = e.ballot(e.voters[0])
    seal(device, following, now=NOW)
    assert challenge(device, hash_of(ballot)) == 1
    assert (device.session.state, device.session.ballot_hash) == ("sealed", hash_of(following))


def test_after_a_challenge_a_new_ballot_is_sealed_and_cast(e: ElectionForTests, ballot: bytes) -> None:
    device = ready(e, e.voters[0], ballot, now=NOW)
    challenge(device, hash_of(ballot))
    following = e.ballot(e.voters[0])
    seal(device, following, now=NOW)
    confirm(device, now=NOW)
    assert cast(device, following, now=NOW).tracker == device.session.tracker
    assert device.session.state == "cast"


def test_only_the_ballot_sealed_just_now_is_challenged(e: ElectionForTests, ballot: bytes) -> None:
    device = log_in(e, e.voters[0], now=NOW)
    assert refusal(challenge, device, hash_of(ballot)) == "hash_mismatch"
    seal(device, ballot, now=NOW)
    following = e.ballot(e.voters[0])
    seal(device, following, now=NOW)
    assert refusal(challenge, device, hash_of(ballot)) == "hash_mismatch"
    assert device.session.ballot_hash == hash_of(following)
    assert challenges.count(e.model) == 0


@pytest.mark.parametrize("junk", ["", "a", "a" * 42, "a" * 44, "é" * 43, "-" * 43])
def test_what_is_no_hash(e: ElectionForTests, junk: str) -> None:
    assert refusal(challenge, log_in(e, e.voters[0], now=NOW), junk) == "malformed"


def test_so_many_in_one_session(e: ElectionForTests, settings: Settings) -> None:
    settings.CHALLENGES_PER_SESSION = 2
    device = log_in(e, e.voters[0], now=NOW)
    for expected in (1, 2):
        ballot = e.ballot(e.voters[0])
        seal(device, ballot, now=NOW)
        assert challenge(device, hash_of(ballot)) == expected
    last = e.ballot(e.voters[0])
    seal(device, last, now=NOW)
    assert refusal(challenge, device, hash_of(last)) == "audit_limit"
    # It can still be cast, and a new login begins anew.
    confirm(device, now=NOW)
    assert device.session.state == "confirmed"
    Attempt.objects.all().delete()
    second = ready(e, e.voters[0], last, now=NOW)
    assert challenge(second, hash_of(last)) == 1


def test_five_by_default(settings: Settings) -> None:
    assert settings.CHALLENGES_PER_SESSION == 5


def test_a_cast_ballot_is_not_challenged(e: ElectionForTests, ballot: bytes) -> None:
    device = ready(e, e.voters[0], ballot, now=NOW)
    cast(device, ballot, now=NOW)
    assert refusal(challenge, device, hash_of(ballot)) == "already_cast"
    assert challenges.count(e.model) == 0


def test_nor_by_somebody_else_who_saw_it_on_the_board(e: ElectionForTests, ballot: bytes) -> None:
    cast(ready(e, e.voters[0], ballot, now=NOW), ballot, now=NOW)
    second = log_in(e, e.voters[1], now=NOW)
    with pytest.raises(Refused) as refused:
        sessions.seal(e.model, second.token, hash_of(ballot), second.voter.key.public, now=NOW)
    assert refused.value.code == "code_taken"
    assert refusal(challenge, second, hash_of(ballot)) == "hash_mismatch"


def test_ended_sessions_challenge_nothing(e: ElectionForTests, ballot: bytes) -> None:
    device = ready(e, e.voters[0], ballot, now=NOW)
    assert refusal(challenge, device, hash_of(ballot), minutes=20) == "expired"
    Attempt.objects.all().delete()
    first = ready(e, e.voters[0], ballot, now=NOW)
    log_in(e, e.voters[0], now=NOW)
    assert refusal(challenge, first, hash_of(ballot)) == "superseded"
    assert challenges.count(e.model) == 0


def test_after_the_closing(e: ElectionForTests, ballot: bytes) -> None:
    device = ready(e, e.voters[0], ballot, now=NOW)
    acts.close_early(e.model, reason="آزمون", now=NOW + timedelta(minutes=1))
    acts.close(e.model, now=NOW + timedelta(minutes=1), at_once=True)
    assert refusal(challenge, device, hash_of(ballot), minutes=2) == "election_closed"
    assert challenges.count(e.model) == 0


@pytest.mark.django_db
def test_each_election_has_its_own_list() -> None:
    one, two = build(voters=1, slug="one", now=NOW), build(voters=1, slug="two", now=NOW)
    ballot = one.ballot(one.voters[0])
    challenge(ready(one, one.voters[0], ballot, now=NOW), hash_of(ballot))
    assert (challenges.count(one.model), challenges.count(two.model)) == (1, 0)
    close(one)
    assert challenges.count(one.model) == 1
