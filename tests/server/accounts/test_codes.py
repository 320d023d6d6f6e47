"""One-time codes (journey.md S4): right once, in time, five tries, three sendings; and what a voter hears only after both factors."""

from datetime import timedelta

import pytest

from elections_for_tests import ElectionForTests, build, cast, ready
from sandogh.server.accounts.domain import codes, sessions
from sandogh.server.accounts.models import VotingSession
from sandogh.server.common.errors import Refused
from sandogh.server.messaging.models import OutboundMessage
from sandogh.server.rolls.models import Voter

from .conftest import NOW, code_of, enter, identify

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def refusal(session: VotingSession, code: str, *, seconds: float = 0) -> str:
    with pytest.raises(Refused) as refused:
        codes.check(session, code, now=NOW + timedelta(seconds=seconds))
    session.refresh_from_db()
    return refused.value.code


def wrong(session: VotingSession) -> str:
    return f"{(int(code_of(session)) + 1) % 10**6:06d}"


def test_the_right_code_opens_twenty_minutes_from_now(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    entered = codes.check(session, code_of(session), now=NOW + timedelta(seconds=100))
    assert (entered.state, entered.authenticated_at, entered.expires_at) == (
        "authenticated",
        NOW + timedelta(seconds=100),
        NOW + timedelta(seconds=100, minutes=20),
    )


@pytest.mark.parametrize("seconds", [0, 119.9])
def test_in_time(e: ElectionForTests, seconds: float) -> None:
    session, _token = identify(e, e.voters[0])
    assert codes.check(session, code_of(session), now=NOW + timedelta(seconds=seconds)).state == "authenticated"


def test_too_late(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    assert refusal(session, code_of(session), seconds=120) == "code_expired"


def test_typed_as_people_type(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    code = code_of(session).translate(PERSIAN)
    assert codes.check(session, f" {code[:3]} {code[3:]}\u200f", now=NOW).state == "authenticated"


def test_five_tries_and_the_right_one_comes_too_late(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    assert [refusal(session, wrong(session)) for _ in range(5)] == ["wrong_code"] * 5
    assert refusal(session, code_of(session)) == "code_used_up"
    assert session.state == "identified"


def test_the_fifth_try_may_be_right(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    for _ in range(4):
        refusal(session, wrong(session))
    assert codes.check(session, code_of(session), now=NOW).state == "authenticated"


@pytest.mark.parametrize("code", ["", "0", "abcdef", "1" * 5000, "\0", "१२३४५६"])
def test_codes_of_other_shapes_are_wrong_and_counted(e: ElectionForTests, code: str) -> None:
    session, _token = identify(e, e.voters[0])
    assert (refusal(session, code), session.otp_attempts) == ("wrong_code", 1)


def test_a_code_answers_for_its_own_session_only(e: ElectionForTests) -> None:
    first, _token = identify(e, e.voters[0])
    second, _token = identify(e, e.voters[0])
    # Not even if a row is copied onto another: the hash names its session.
    VotingSession.objects.filter(pk=second.pk).update(otp_hash=VotingSession.objects.get(pk=first.pk).otp_hash)
    assert refusal(second, code_of(first)) == "wrong_code"


def test_a_used_code_opens_nothing_new(e: ElectionForTests) -> None:
    session, token = enter(e, e.voters[0])
    code = code_of(session)
    # The same page sent twice: the same session with its old window, and no try is used up by it.
    for _ in range(7):
        again = codes.check(session, code, now=NOW + timedelta(seconds=30))
        assert (again.state, again.expires_at) == ("authenticated", NOW + timedelta(minutes=20))
    sessions.leave(e.model, token, now=NOW)
    assert refusal(session, code) == "left"


def test_a_used_code_cannot_be_guessed_at_either(e: ElectionForTests) -> None:
    session, _token = enter(e, e.voters[0])
    assert [refusal(session, wrong(session)) for _ in range(5)] == ["wrong_code"] * 4 + ["code_used_up"]
    assert session.state == "authenticated"


# ---- sending again


def test_another_code_after_the_clock_and_the_old_one_is_worthless(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    old = code_of(session)
    session = codes.resend(session, now=NOW + timedelta(seconds=120))
    new = code_of(session)
    assert OutboundMessage.objects.count() == 2
    if old != new:
        assert refusal(session, old, seconds=121) == "wrong_code"
    assert codes.check(session, new, now=NOW + timedelta(seconds=121)).state == "authenticated"


def test_another_code_too_early(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    with pytest.raises(Refused) as refused:
        codes.resend(session, now=NOW + timedelta(seconds=119))
    assert (refused.value.code, OutboundMessage.objects.count()) == ("too_early", 1)


def test_another_code_at_once_when_the_tries_are_used_up(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    for _ in range(5):
        refusal(session, wrong(session))
    session = codes.resend(session, now=NOW)
    assert codes.check(session, code_of(session), now=NOW).state == "authenticated"


def test_at_most_three_codes(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    for seconds in (120, 240):
        session = codes.resend(session, now=NOW + timedelta(seconds=seconds))
    with pytest.raises(Refused) as refused:
        codes.resend(session, now=NOW + timedelta(seconds=360))
    assert (refused.value.code, OutboundMessage.objects.count()) == ("throttled", 3)
    # Refused is not sent: the third code is still the one.
    session.refresh_from_db()
    assert session.otp_sends == 3


def test_a_clock_set_back_locks_nobody_out(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    session = codes.resend(session, now=NOW - timedelta(minutes=30))
    assert codes.check(session, code_of(session), now=NOW - timedelta(minutes=30)).state == "authenticated"


def test_the_code_page_has_an_end(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    with pytest.raises(Refused) as refused:
        codes.resend(session, now=NOW + timedelta(minutes=15))
    assert refused.value.code == "expired"
    assert refusal(session, code_of(session), seconds=15 * 60) == "expired"


def test_no_code_after_the_end_of_voting(e: ElectionForTests) -> None:
    end = NOW + timedelta(hours=8)
    session, _token = identify(e, e.voters[0], now=end - timedelta(seconds=10))
    code = code_of(session)
    with pytest.raises(Refused) as refused:
        codes.check(session, code, now=end)
    assert refused.value.code == "election_closed"
    with pytest.raises(Refused) as refused:
        codes.resend(session, now=end + timedelta(seconds=120))
    assert refused.value.code == "election_closed"


# ---- after both factors


@pytest.mark.parametrize("status", ["suspended", "lapsed"])
def test_who_may_not_vote_is_told_why(e: ElectionForTests, status: str) -> None:
    Voter.objects.filter(licence_no=e.voters[0].licence_no).update(status=status)
    session, token = identify(e, e.voters[0])
    assert refusal(session, wrong(session)) == "wrong_code"
    assert refusal(session, code_of(session)) == status
    assert session.state == "left"
    with pytest.raises(Refused) as refused:
        sessions.seal(e.model, token, "a" * 43, e.voters[0].key.public, now=NOW)
    assert refused.value.code == "left"


def test_who_has_voted_is_shown_the_earlier_receipt(e: ElectionForTests) -> None:
    voter = e.voters[0]
    ballot = e.ballot(voter)
    first = ready(e, voter, ballot, now=NOW)
    cast(first, ballot, now=NOW)

    session, token = identify(e, voter, now=NOW + timedelta(hours=1))
    assert refusal(session, wrong(session), seconds=3600) == "wrong_code"
    with pytest.raises(Refused) as refused:
        sessions.receipt_for(e.model, token, now=NOW + timedelta(hours=1))
    assert refused.value.code == "no_session"
    assert refusal(session, code_of(session), seconds=3600) == "already_voted"
    assert sessions.receipt_for(e.model, token, now=NOW + timedelta(hours=1, minutes=59)).pk == first.session.pk
    with pytest.raises(Refused) as refused:
        sessions.receipt_for(e.model, token, now=NOW + timedelta(hours=2))
    assert refused.value.code == "no_session"
    # No way from there to a second vote.
    with pytest.raises(Refused) as refused:
        sessions.seal(e.model, token, "a" * 43, voter.key.public, now=NOW + timedelta(hours=1))
    assert refused.value.code == "superseded"
    assert first.session.state == "cast"


def test_a_second_device_supersedes_the_first(e: ElectionForTests) -> None:
    _first, first_token = enter(e, e.voters[0])
    sessions.seal(e.model, first_token, "a" * 43, e.voters[0].key.public, now=NOW)
    second, second_token = identify(e, e.voters[0], now=NOW + timedelta(minutes=1))
    # Asking for a code disturbs nobody: only the code itself proves that it is the voter.
    assert sessions.current(e.model, first_token, now=NOW + timedelta(minutes=1)).state == "sealed"
    codes.check(second, code_of(second), now=NOW + timedelta(minutes=1))
    gone = sessions.current(e.model, first_token, now=NOW + timedelta(minutes=1))
    assert (gone.state, gone.ballot_hash, gone.vote_code, gone.otp_hash) == ("superseded", "", "", "")
    assert sessions.current(e.model, second_token, now=NOW + timedelta(minutes=1)).state == "authenticated"


def test_other_voters_are_not_superseded(e: ElectionForTests) -> None:
    _session, token = enter(e, e.voters[0])
    enter(e, e.voters[1])
    assert sessions.current(e.model, token, now=NOW).state == "authenticated"


@pytest.mark.parametrize(("minutes_before", "window"), [(30, 20), (20, 20), (4, 20), (0.1, 20)])
def test_a_vote_begun_before_the_end_may_be_finished(e: ElectionForTests, minutes_before: float, window: float) -> None:
    start = NOW + timedelta(hours=8) - timedelta(minutes=minutes_before)
    session, _token = enter(e, e.voters[0], now=start)
    assert session.expires_at == start + timedelta(minutes=window)


@pytest.mark.parametrize(("minutes_before", "window"), [(30, 20), (20, 20), (4, 4), (0.1, 0.1)])
def test_without_the_grace_rule_the_end_is_the_end(minutes_before: float, window: float, db: None) -> None:
    e = build(voters=1, now=NOW)
    election = e.model
    election.grace = False
    election.save()
    start = NOW + timedelta(hours=8) - timedelta(minutes=minutes_before)
    session, _token = enter(e, e.voters[0], now=start)
    assert session.expires_at == start + timedelta(minutes=window)
