"""Two things at once, on a database as it is in use: devices, double clicks, texts, tries (threat-model.md T4; journey.md S13, S14)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from elections_for_tests import Device, ElectionForTests, build, hash_of, log_in, ready, seal
from sandogh.server.accounts.domain import captcha, challenges, codes, permits, sessions, throttle
from sandogh.server.accounts.domain.throttle import Limit
from sandogh.server.accounts.models import Attempt, ChallengedBallot, VotingSession
from sandogh.server.common.errors import Refused
from sandogh.server.messaging.domain import deliver_due, receive
from sandogh.server.messaging.models import InboundMessage, OutboundMessage
from sandogh.sms import Incoming
from sandogh.sms.gateway import gateway_from
from sandogh.sms.http import HttpProvider
from sms_gateway_for_tests import gateway

from .conftest import NOW, code_of, identify, picture

pytestmark = [pytest.mark.usefixtures("real_database"), pytest.mark.timeout(120)]


@pytest.fixture
def here(real_database: None) -> Iterator[ElectionForTests]:
    yield build(voters=2, now=NOW)
    VotingSession.objects.all().delete()
    ChallengedBallot.objects.all().delete()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Each act in a thread with its own connection, begun at one moment; its answer, or the code of its refusal."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return act()
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def cast_without_a_board(device: Device, ballot: bytes) -> str:
    """The identity side of casting, in the caller's transaction as the voting API has it."""
    with transaction.atomic():
        session, _permit = permits.redeem(device.election.model, device.token, hash_of(ballot), now=NOW)
        permits.mark_cast(session, tracker="t" * 43, event_hash="0" * 64, now=NOW)
    return "cast"


def challenge(device: Device, ballot: bytes) -> int:
    return challenges.challenge(device.election.model, device.token, hash_of(ballot), now=NOW).challenges


def test_one_ballot_sent_eight_times_at_once_is_cast_once(here: ElectionForTests) -> None:
    ballot = here.ballot(here.voters[0])
    device = ready(here, here.voters[0], ballot, now=NOW)
    answers = at_once(*[lambda: cast_without_a_board(device, ballot)] * 8)
    assert sorted(answers) == ["already_cast"] * 7 + ["cast"]
    assert OutboundMessage.objects.filter(purpose="vote_recorded").count() == 1


def test_casting_while_challenging(here: ElectionForTests) -> None:
    """Exactly one wins: what was opened is never cast, and what was cast is never opened."""
    voter, seen = here.voters[0], set()
    for _ in range(8):
        Attempt.objects.all().delete()
        ChallengedBallot.objects.all().delete()
        VotingSession.objects.all().delete()
        ballot = here.ballot(voter)
        device = ready(here, voter, ballot, now=NOW)
        outcome = tuple(
            at_once(
                lambda device=device, ballot=ballot: cast_without_a_board(device, ballot),
                lambda device=device, ballot=ballot: challenge(device, ballot),
            )
        )
        assert outcome in {("cast", "already_cast"), ("audited", 1)}
        assert (device.session.state == "cast") is (ChallengedBallot.objects.count() == 0)
        seen.add(outcome)
    assert seen


def test_one_challenge_sent_eight_times_at_once_counts_once(here: ElectionForTests) -> None:
    ballot = here.ballot(here.voters[0])
    device = ready(here, here.voters[0], ballot, now=NOW)
    assert at_once(*[lambda: challenge(device, ballot)] * 8) == [1] * 8
    assert ChallengedBallot.objects.count() == 1
    assert device.session.challenges == 1


def test_challenging_while_the_code_arrives(here: ElectionForTests) -> None:
    """The confirmation comes too early or too late, and in both cases confirms nothing that is left."""
    for _ in range(4):
        Attempt.objects.all().delete()
        ballot = here.ballot(here.voters[0])
        device = log_in(here, here.voters[0], now=NOW)
        code = seal(device, ballot, now=NOW)
        said, counted = at_once(
            lambda device=device, code=code: permits.confirm_by_text(device.voter.mobile, code, NOW),
            lambda device=device, ballot=ballot: challenge(device, ballot),
        )
        assert said in {"confirmed", "no_session"}
        session = device.session
        assert (counted, session.state, session.ballot_hash, session.confirmed_at) == (1, "authenticated", "", None)


def test_challenging_here_while_logging_in_there(here: ElectionForTests) -> None:
    for _ in range(4):
        Attempt.objects.all().delete()
        ChallengedBallot.objects.all().delete()
        ballot = here.ballot(here.voters[0])
        device = ready(here, here.voters[0], ballot, now=NOW)
        Attempt.objects.all().delete()
        second, _token = identify(here, here.voters[0])
        code = code_of(second)
        outcome = tuple(
            at_once(
                lambda device=device, ballot=ballot: challenge(device, ballot),
                lambda second=second, code=code: codes.check(second, code, now=NOW).state,
            )
        )
        assert outcome in {(1, "authenticated"), ("superseded", "authenticated")}
        assert ChallengedBallot.objects.count() == (outcome[0] == 1)


def test_casting_here_while_logging_in_there(here: ElectionForTests) -> None:
    """Whichever comes first: the vote is cast and the login leads to the receipt, or the login wins and nothing is cast."""
    seen = set()
    for voter in here.voters:
        for _ in range(4):
            Attempt.objects.all().delete()
            VotingSession.objects.filter(voter__licence_no=voter.licence_no).delete()
            ballot = here.ballot(voter)
            device = ready(here, voter, ballot, now=NOW)
            Attempt.objects.all().delete()
            second, _token = identify(here, voter)
            code = code_of(second)
            outcome = tuple(
                at_once(
                    lambda device=device, ballot=ballot: cast_without_a_board(device, ballot),
                    lambda second=second, code=code: codes.check(second, code, now=NOW).state,
                )
            )
            assert outcome in {("cast", "already_voted"), ("superseded", "authenticated")}
            seen.add(outcome)
    assert seen


def test_two_devices_enter_their_codes_at_once(here: ElectionForTests) -> None:
    for _ in range(4):
        VotingSession.objects.all().delete()
        Attempt.objects.all().delete()
        devices = [identify(here, here.voters[0])[0] for _ in range(3)]
        typed = [code_of(session) for session in devices]
        answers = at_once(
            *[
                lambda session=session, code=code: codes.check(session, code, now=NOW).state
                for session, code in zip(devices, typed, strict=True)
            ]
        )
        assert answers == ["authenticated"] * 3
        states = sorted(VotingSession.objects.values_list("state", flat=True))
        assert states == ["authenticated", "superseded", "superseded"]


def test_twenty_guesses_at_once_are_five(here: ElectionForTests) -> None:
    session, _token = identify(here, here.voters[0])
    right = int(code_of(session))
    guesses = [f"{(right + step) % 10**6:06d}" for step in range(1, 21)]
    answers = at_once(*[lambda guess=guess: codes.check(session, guess, now=NOW) for guess in guesses])
    assert sorted(answers) == ["code_used_up"] * 15 + ["wrong_code"] * 5


def test_twenty_tries_at_once_are_no_more_than_the_limit(here: ElectionForTests) -> None:
    limit = Limit("race", 7, throttle.TEN_MINUTES)
    answers = at_once(*[lambda: throttle.spend([(limit, "a"), (throttle.ADDRESS, "b")], now=NOW) or "allowed"] * 20)
    assert sorted(answers) == ["allowed"] * 7 + ["throttled"] * 13


def test_one_picture_answered_ten_times_at_once_counts_once(here: ElectionForTests) -> None:
    answer = picture()
    answers = at_once(*[lambda: captcha.check(answer, now=NOW) or "right"] * 10)
    assert sorted(answers) == ["right"] + ["spent"] * 9


def test_one_text_told_ten_times_at_once_confirms_once(here: ElectionForTests) -> None:
    device = log_in(here, here.voters[0], now=NOW)
    seal(device, here.ballot(here.voters[0]), now=NOW)
    text = Incoming("sample", "1", device.voter.mobile, "1", device.session.vote_code, "")
    at_once(*[lambda: receive(text, NOW)] * 10)
    assert list(InboundMessage.objects.values_list("outcome", flat=True)) == ["confirmed"]
    assert device.session.state == "confirmed"


def test_sealing_anew_while_the_old_code_arrives(here: ElectionForTests) -> None:
    """A confirmation belongs to the ballot whose code was texted, never to the next one."""
    for _ in range(4):
        Attempt.objects.all().delete()
        device = log_in(here, here.voters[0], now=NOW)
        old = seal(device, here.ballot(here.voters[0]), now=NOW)
        anew = here.ballot(here.voters[0])
        at_once(
            lambda device=device, anew=anew: seal(device, anew, now=NOW),
            lambda device=device, old=old: permits.confirm_by_text(device.voter.mobile, old, NOW),
        )
        session = device.session
        assert (session.state, session.ballot_hash, session.confirmed_at) == ("sealed", hash_of(anew), None)


def test_four_workers_send_each_text_once(here: ElectionForTests) -> None:
    from .conftest import identify as log_in_first

    with gateway() as network:
        table = {
            "name": "sample",
            "send": {"url": network.url, "encoding": "json", "fields": {"t": "{to}", "x": "{text}", "r": "{reference}"}},
        }
        provider = HttpProvider(gateway_from(table, environment={}))
        for voter in here.voters:
            log_in_first(here, voter)
        OutboundMessage.objects.update(fictional=False)
        counts = at_once(*[lambda: deliver_due(provider, NOW)] * 4)
        provider.close()
    assert sum(counts) == 2
    assert len(network.heard) == 2
    assert set(OutboundMessage.objects.values_list("state", flat=True)) == {"sent"}


def test_asking_for_another_code_here_while_logging_in_there(here: ElectionForTests) -> None:
    """A session being made refers to its voter's row, and whoever asks for another code holds that row: neither may wait for ever."""
    voter = here.voters[0]
    for _ in range(12):
        Attempt.objects.all().delete()
        first, _token = identify(here, voter)
        later = NOW + timedelta(seconds=first.election.otp_seconds)
        answers = at_once(
            lambda first=first, later=later: codes.resend(first, now=later).otp_sends,
            lambda later=later: identify(here, voter, now=later)[0].otp_sends,
        )
        assert answers == [2, 1]


@pytest.mark.postgres
def test_the_worker_waits_for_no_session_that_somebody_holds(here: ElectionForTests) -> None:
    """It would hold the others meanwhile, and whoever holds this one may want one of those."""
    (held, _one), (free, _two) = identify(here, here.voters[0]), identify(here, here.voters[1])
    late = max(held.expires_at, free.expires_at)
    with transaction.atomic():
        sessions.lock(held.pk, held.voter_id)
        assert at_once(lambda: sessions.expire_due(late)) == [1]
        assert VotingSession.objects.get(pk=held.pk).state == "identified"
    assert sessions.expire_due(late) == 1
    assert set(VotingSession.objects.values_list("state", flat=True)) == {"expired"}
