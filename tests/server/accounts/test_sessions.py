"""A session between the code and the vote: sealing, sealing anew, leaving, end of time, the receipt (journey.md S7, S8, S10, S11)."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from elections_for_tests import ElectionForTests, build, cast, hash_of, ready
from sandogh.protocol.vote_code import vote_code
from sandogh.server.accounts.domain import permits, sessions
from sandogh.server.accounts.domain.machine import SessionState
from sandogh.server.accounts.models import VotingSession
from sandogh.server.common.errors import Refused

from .conftest import NOW, enter, identify

HASH, OTHER = "a" * 43, "b" * 43
TWENTY = timedelta(minutes=20)


def seal(e: ElectionForTests, token: str, ballot_hash: str = HASH, *, voter: int = 0, now: datetime = NOW) -> VotingSession:
    return sessions.seal(e.model, token, ballot_hash, e.voters[voter].key.public, now=now)


def refusal(act: object, *arguments: object, **named: object) -> str:
    with pytest.raises(Refused) as refused:
        act(*arguments, **named)  # type: ignore[operator]
    return refused.value.code


def test_the_code_is_the_protocol_s_own(e: ElectionForTests) -> None:
    session, token = enter(e, e.voters[0])
    sealed = seal(e, token)
    assert (sealed.state, sealed.vote_code) == ("sealed", vote_code(session.public_id, HASH))


def test_sealing_the_same_again_keeps_code_and_confirmation(e: ElectionForTests) -> None:
    _session, token = enter(e, e.voters[0])
    code = seal(e, token).vote_code
    permits.confirm_by_text(e.voters[0].mobile, code, NOW)
    again = seal(e, token)
    assert (again.state, again.vote_code, again.confirmed_at) == ("confirmed", code, NOW)


def test_sealing_anew_drops_code_and_confirmation(e: ElectionForTests) -> None:
    session, token = enter(e, e.voters[0])
    old = seal(e, token).vote_code
    permits.confirm_by_text(e.voters[0].mobile, old, NOW)
    anew = seal(e, token, OTHER)
    assert (anew.state, anew.vote_code, anew.confirmed_at) == ("sealed", vote_code(session.public_id, OTHER), None)
    assert permits.confirm_by_text(e.voters[0].mobile, old, NOW) == "no_session"
    assert permits.confirm_by_text(e.voters[0].mobile, anew.vote_code, NOW) == "confirmed"


@pytest.mark.parametrize("ballot_hash", ["", "a" * 42, "a" * 44, "=" * 43, "-" * 43, "a" * 42 + "\n", "é" * 43])
def test_hashes_of_other_shapes(e: ElectionForTests, ballot_hash: str) -> None:
    _session, token = enter(e, e.voters[0])
    assert refusal(seal, e, token, ballot_hash) == "malformed"


def test_only_with_the_credential_that_is_this_voter_s(e: ElectionForTests) -> None:
    _session, token = enter(e, e.voters[0])
    assert refusal(seal, e, token, voter=1) == "wrong_credential"
    for credential in ("", "é", e.voters[0].key.public.upper()):
        assert refusal(sessions.seal, e.model, token, HASH, credential, now=NOW) == "wrong_credential"
    assert sessions.current(e.model, token, now=NOW).state == "authenticated"


def test_not_before_the_code_is_checked(e: ElectionForTests) -> None:
    _session, token = identify(e, e.voters[0])
    assert refusal(seal, e, token) == "no_session"


@pytest.mark.parametrize("token", ["", "x" * 43, "é", "\0"])
def test_tokens_that_nobody_has(e: ElectionForTests, token: str) -> None:
    for act in (sessions.current, sessions.leave, sessions.receipt_for):
        assert refusal(act, e.model, token, now=NOW) == "no_session"
    assert refusal(seal, e, token) == "no_session"


def test_a_token_opens_one_election_only(e: ElectionForTests) -> None:
    _session, token = enter(e, e.voters[0])
    other = build(voters=1, slug="digar", now=NOW)
    assert refusal(sessions.current, other.model, token, now=NOW) == "no_session"


def test_two_live_sessions_of_one_number_never_share_a_code(e: ElectionForTests) -> None:
    _first, one = enter(e, e.voters[0])
    second, two = enter(e, e.voters[1])
    VotingSession.objects.filter(pk=second.pk).update(mobile=e.voters[0].mobile)
    # Eight digits collide once in 10^8; here the first session is given the very code that the second will have.
    seal(e, one)
    VotingSession.objects.filter(public_id=_first.public_id).update(vote_code=vote_code(second.public_id, OTHER))
    assert refusal(seal, e, two, OTHER, voter=1) == "code_taken"
    assert sessions.current(e.model, two, now=NOW).state == "authenticated"
    assert seal(e, two, "c" * 43, voter=1).state == "sealed"


def test_the_same_code_on_two_numbers_is_no_collision(e: ElectionForTests) -> None:
    first, one = enter(e, e.voters[0])
    second, two = enter(e, e.voters[1])
    seal(e, one)
    VotingSession.objects.filter(pk=first.pk).update(vote_code=vote_code(second.public_id, OTHER))
    assert seal(e, two, OTHER, voter=1).state == "sealed"


def test_nobody_seals_the_ballot_of_another_voter(e: ElectionForTests) -> None:
    """Else they could challenge it, and it could never be cast."""
    _first, one = enter(e, e.voters[0])
    _second, two = enter(e, e.voters[1])
    seal(e, one)
    assert refusal(seal, e, two, voter=1) == "code_taken"


# ---- the window


def test_time_runs_out_on_the_minute_and_leaves_nothing(e: ElectionForTests) -> None:
    _session, token = enter(e, e.voters[0])
    seal(e, token)
    assert sessions.current(e.model, token, now=NOW + TWENTY - timedelta(microseconds=1)).state == "sealed"
    over = sessions.current(e.model, token, now=NOW + TWENTY)
    assert (over.state, over.ballot_hash, over.vote_code, over.otp_hash, over.ended_at) == ("expired", "", "", "", NOW + TWENTY)
    assert refusal(seal, e, token, now=NOW + TWENTY) == "expired"


def test_what_expired_does_not_come_back_with_the_clock(e: ElectionForTests) -> None:
    _session, token = enter(e, e.voters[0])
    sessions.current(e.model, token, now=NOW + TWENTY)
    assert sessions.current(e.model, token, now=NOW).state == "expired"
    assert refusal(seal, e, token, now=NOW) == "expired"


def test_a_clock_set_back_gives_no_more_time(e: ElectionForTests) -> None:
    _session, token = enter(e, e.voters[0])
    assert seal(e, token, now=NOW - timedelta(minutes=5)).expires_at == NOW + TWENTY


def test_sealing_does_not_stretch_the_window(e: ElectionForTests) -> None:
    _session, token = enter(e, e.voters[0])
    assert seal(e, token, now=NOW + timedelta(minutes=19)).expires_at == NOW + TWENTY


def test_housekeeping_ends_what_is_over_and_nothing_else(e: ElectionForTests) -> None:
    _one, old = enter(e, e.voters[0])
    _two, young = enter(e, e.voters[1], now=NOW + timedelta(minutes=10))
    ballot = e.ballot(e.voters[2])
    voted = ready(e, e.voters[2], ballot, now=NOW)
    cast(voted, ballot, now=NOW)
    assert sessions.expire_due(NOW + TWENTY) == 1
    states = [sessions.current(e.model, token, now=NOW + TWENTY).state for token in (old, young, voted.token)]
    assert states == ["expired", "authenticated", "cast"]
    assert sessions.expire_due(NOW + TWENTY) == 0


def test_no_sealing_after_the_election(e: ElectionForTests) -> None:
    start = NOW + timedelta(hours=8) - timedelta(seconds=1)
    _session, token = enter(e, e.voters[0], now=start)
    assert seal(e, token, now=start + timedelta(minutes=19)).state == "sealed"
    election = e.model
    election.grace = False
    election.save()
    assert refusal(seal, e, token, OTHER, now=start + timedelta(minutes=19)) == "election_closed"


# ---- leaving


def test_leaving_leaves_nothing(e: ElectionForTests) -> None:
    _session, token = enter(e, e.voters[0])
    code = seal(e, token).vote_code
    left = sessions.leave(e.model, token, now=NOW)
    assert (left.state, left.ballot_hash, left.vote_code, left.otp_hash, left.ended_at) == ("left", "", "", "", NOW)
    assert permits.confirm_by_text(e.voters[0].mobile, code, NOW) == "no_session"
    assert sessions.leave(e.model, token, now=NOW + TWENTY * 2).state == "left"


def test_leaving_before_the_code(e: ElectionForTests) -> None:
    _session, token = identify(e, e.voters[0])
    assert sessions.leave(e.model, token, now=NOW).state == "left"


def test_who_left_may_come_back(e: ElectionForTests) -> None:
    _session, token = enter(e, e.voters[0])
    sessions.leave(e.model, token, now=NOW)
    _again, fresh = enter(e, e.voters[0], now=NOW + timedelta(minutes=1))
    assert seal(e, fresh, now=NOW + timedelta(minutes=1)).state == "sealed"


def test_a_cast_vote_cannot_be_left(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot, now=NOW)
    cast(device, ballot, now=NOW)
    assert refusal(sessions.leave, e.model, device.token, now=NOW) == "already_cast"
    assert device.session.ballot_hash == hash_of(ballot)


# ---- the receipt


def test_the_receipt_answers_its_own_session_for_an_hour(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot, now=NOW)
    assert refusal(sessions.receipt_for, e.model, device.token, now=NOW) == "no_receipt"
    record = cast(device, ballot, now=NOW)
    shown = sessions.receipt_for(e.model, device.token, now=NOW + timedelta(minutes=59))
    assert (shown.tracker, shown.event_hash, shown.cast_at) == (record.tracker, record.event_hash, NOW)
    assert refusal(sessions.receipt_for, e.model, device.token, now=NOW + timedelta(minutes=60)) == "no_session"


def test_the_receipt_of_another_voter_is_not_shown(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    cast(ready(e, e.voters[0], ballot, now=NOW), ballot, now=NOW)
    _session, token = enter(e, e.voters[1])
    assert refusal(sessions.receipt_for, e.model, token, now=NOW) == "no_receipt"


# ---- the table's own rules, whatever the code above it does


@pytest.mark.parametrize("state", [SessionState.AUTHENTICATED, SessionState.SEALED, SessionState.CONFIRMED])
def test_the_table_refuses_a_second_live_session(e: ElectionForTests, state: SessionState) -> None:
    enter(e, e.voters[0])
    second, _token = identify(e, e.voters[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        VotingSession.objects.filter(pk=second.pk).update(state=state)


def test_the_table_refuses_a_second_cast_session(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    cast(ready(e, e.voters[0], ballot, now=NOW), ballot, now=NOW)
    second, _token = identify(e, e.voters[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        VotingSession.objects.filter(pk=second.pk).update(state=SessionState.CAST)


def test_the_table_refuses_unknown_states(e: ElectionForTests) -> None:
    session, _token = identify(e, e.voters[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        VotingSession.objects.filter(pk=session.pk).update(state="elected")
