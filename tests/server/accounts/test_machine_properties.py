"""The session machine under random events (threat-model.md T1): two voters who share a number, two devices each, texts, a clock that jumps.

A small model beside the database says what must hold; it knows nothing of how the domain does it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elections_for_tests import ElectionForTests
from sandogh.server.accounts.domain import challenges, codes, permits, sessions
from sandogh.server.accounts.domain.machine import LIVE, SessionAct, SessionState, next_session_state
from sandogh.server.accounts.models import Attempt, ChallengedBallot, VotingSession
from sandogh.server.common.errors import Refused
from sandogh.server.rolls.models import Voter

from .conftest import NOW, code_of, identify

DEVICES = st.integers(0, 3)
# Of two ballots of the voter; those of two voters differ, since a ballot names its credential.
HASHES = st.sampled_from(["a", "b"])
ENDED = {state.value for state in SessionState} - {state.value for state in LIVE} - {"identified"}
CLOSES = NOW + timedelta(hours=8)

EVENTS = st.one_of(
    st.tuples(st.just("identify"), DEVICES),
    st.tuples(st.just("code"), DEVICES, st.booleans()),
    st.tuples(st.just("seal"), DEVICES, HASHES),
    # Whose code is texted, and from the right phone or another.
    st.tuples(st.just("text"), DEVICES, st.booleans()),
    st.tuples(st.just("cast"), DEVICES, HASHES),
    st.tuples(st.just("challenge"), DEVICES, HASHES),
    st.tuples(st.just("leave"), DEVICES),
    st.tuples(st.just("housekeeping")),
    st.tuples(st.just("clock"), st.sampled_from([1, 30, 121, 600, 1199, 1200, -1, -600, 7200, -7200])),
)


@dataclass(slots=True)
class World:
    """Two voters, devices 0 and 1 of the first, 2 and 3 of the second; what the model remembers."""

    e: ElectionForTests
    now: datetime = NOW
    tokens: dict[int, str] = field(default_factory=dict)
    pks: dict[int, int] = field(default_factory=dict)
    codes_typed_right: set[int] = field(default_factory=set)
    texted: set[tuple[int, str]] = field(default_factory=set)
    cast: dict[int, int] = field(default_factory=dict)
    challenged: set[str] = field(default_factory=set)
    ended: dict[int, str] = field(default_factory=dict)

    def voter(self, device: int) -> int:
        return device // 2

    def hash(self, device: int, name: str) -> str:
        return f"{self.voter(device)}{name}".ljust(43, "A")

    def session(self, device: int) -> VotingSession | None:
        return VotingSession.objects.filter(pk=self.pks.get(device)).first()

    def happens(self, event: tuple[object, ...]) -> None:
        name, *arguments = event
        try:
            getattr(self, name)(*arguments)  # type: ignore[call-overload]
        except Refused as refused:
            # Always said in words, never an error of the program.
            if not refused.message:
                raise

    def identify(self, device: int) -> None:
        Attempt.objects.all().delete()
        session, token = identify(self.e, self.e.voters[self.voter(device)], now=self.now)
        self.tokens[device], self.pks[device] = token, session.pk

    def code(self, device: int, right: bool) -> None:
        session = self.session(device)
        if session is None or not session.otp_hash:
            return
        code = code_of(session)
        was = session.state
        entered = codes.check(session, code if right else f"{(int(code) + 1) % 10**6:06d}", now=self.now)
        assert right
        if was == "identified":
            self.codes_typed_right.add(entered.pk)

    def seal(self, device: int, name: str) -> None:
        credential, ballot_hash = self.e.voters[self.voter(device)].key.public, self.hash(device, name)
        session = sessions.seal(self.e.model, self.tokens.get(device, "none"), ballot_hash, credential, now=self.now)
        assert session.ballot_hash == ballot_hash
        assert ballot_hash not in self.challenged, "what was opened is not sealed again"

    def challenge(self, device: int, name: str) -> None:
        ballot_hash, before = self.hash(device, name), self.session(device)
        session = challenges.challenge(self.e.model, self.tokens.get(device, "none"), ballot_hash, now=self.now)
        if ballot_hash not in self.challenged:
            assert before is not None
            assert before.ballot_hash == ballot_hash, "only the ballot that is sealed just now is challenged"
            assert (session.state, session.challenges) == ("authenticated", before.challenges + 1)
            self.challenged.add(ballot_hash)
        assert session.challenges <= 5

    def text(self, device: int, right_phone: bool) -> None:
        session = self.session(device)
        if session is None or not session.vote_code:
            return
        outcome = permits.confirm_by_text(session.mobile if right_phone else "09120009999", session.vote_code, self.now)
        assert right_phone or outcome == "no_session"
        if outcome == "confirmed":
            self.texted.add((session.pk, session.ballot_hash))

    def cast_vote(self, device: int, name: str) -> None:
        ballot_hash = self.hash(device, name)
        with transaction.atomic():
            session, permit = permits.redeem(self.e.model, self.tokens.get(device, "none"), ballot_hash, now=self.now)
            permits.mark_cast(session, tracker="t" * 43, event_hash=f"{session.pk:064d}", now=self.now)
        voter = self.voter(device)
        assert voter not in self.cast, "one vote per person"
        assert ballot_hash not in self.challenged, "what was opened is not cast"
        assert session.pk in self.codes_typed_right, "nobody votes without the code"
        assert (session.pk, ballot_hash) in self.texted, "nobody casts a ballot that was not confirmed by text"
        assert permit.public_credential == self.e.voters[voter].key.public
        assert session.authenticated_at is not None
        assert self.now < min(session.authenticated_at + timedelta(minutes=20), CLOSES + timedelta(minutes=20))
        self.cast[voter] = session.pk

    def leave(self, device: int) -> None:
        sessions.leave(self.e.model, self.tokens.get(device, "none"), now=self.now)

    def housekeeping(self) -> None:
        sessions.expire_due(self.now)

    def clock(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def check(self) -> None:
        """What holds at every moment."""
        rows = list(VotingSession.objects.all())
        live = [row for row in rows if row.state in LIVE]
        assert len({row.voter_id for row in live}) == len(live), "one active device"
        assert set(ChallengedBallot.objects.values_list("ballot_hash", flat=True)) == self.challenged, "challenged for ever, once"
        cast = {row.pk for row in rows if row.state == "cast"}
        assert cast == set(self.cast.values())
        shown = [row.vote_code for row in live if row.vote_code]
        assert len(set(shown)) == len(shown), "a code of a number decides"
        for row in rows:
            assert self.ended.get(row.pk, row.state) == row.state, "what has ended stays ended"
            if row.state in ENDED:
                self.ended[row.pk] = row.state
            if row.state in ENDED - {"cast"}:
                assert (row.ballot_hash, row.vote_code, row.otp_hash, row.confirmed_at) == ("", "", "", None), "nothing remains"
            if row.state in ("sealed", "confirmed", "cast"):
                assert row.pk in self.codes_typed_right
            assert (row.state in ("confirmed", "cast")) == (row.confirmed_at is not None)


@given(events=st.lists(EVENTS, max_size=40))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_happens(e: ElectionForTests, events: list[tuple[object, ...]]) -> None:
    with transaction.atomic():
        # One number for both: only the code tells them apart.
        Voter.objects.filter(election=e.model, licence_no=e.voters[1].licence_no).update(mobile=e.voters[0].mobile)
        world = World(e)
        for event in events:
            world.happens(("cast_vote", *event[1:]) if event[0] == "cast" else event)
            world.check()
        transaction.set_rollback(True)


HAPPY = [
    ("identify", 0),
    ("code", 0, True),
    ("seal", 0, "a"),
    ("text", 0, True),
    ("cast", 0, "a"),
]


@given(st.lists(st.tuples(st.integers(0, len(HAPPY)), EVENTS), max_size=6))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_happens_in_the_middle_of_a_vote(e: ElectionForTests, disturbances: list[tuple[int, tuple[object, ...]]]) -> None:
    """A vote on its way, with other events thrown in: long enough for casts to be reached often."""
    events: list[tuple[object, ...]] = []
    for place in range(len(HAPPY) + 1):
        events.extend(event for at, event in disturbances if at == place)
        events.extend(HAPPY[place : place + 1])
    with transaction.atomic():
        world = World(e)
        for event in [*events, *HAPPY]:
            world.happens(("cast_vote", *event[1:]) if event[0] == "cast" else event)
            world.check()
        transaction.set_rollback(True)


def test_an_undisturbed_vote_is_cast(e: ElectionForTests) -> None:
    world = World(e)
    for event in HAPPY:
        world.happens(("cast_vote", *event[1:]) if event[0] == "cast" else event)
        world.check()
    assert list(world.cast) == [0]


# ---- the pure function


@given(st.sampled_from(list(SessionState)), st.sampled_from(list(SessionAct)))
def test_an_ended_session_is_ended(state: SessionState, act: SessionAct) -> None:
    if _refused(state, act):
        return
    after = next_session_state(state, act)
    assert state.value not in ENDED
    assert after is not SessionState.IDENTIFIED


def test_the_only_way_to_the_end() -> None:
    ways = {(state, act): next_session_state(state, act) for state in SessionState for act in SessionAct if not _refused(state, act)}
    assert [key for key, after in ways.items() if after is SessionState.CAST] == [(SessionState.CONFIRMED, SessionAct.CAST)]
    assert [key for key, after in ways.items() if after is SessionState.CONFIRMED] == [(SessionState.SEALED, SessionAct.CONFIRM)]
    assert [key for key, after in ways.items() if after is SessionState.AUTHENTICATED] == [
        (SessionState.IDENTIFIED, SessionAct.AUTHENTICATE),
        (SessionState.SEALED, SessionAct.CHALLENGE),
        (SessionState.CONFIRMED, SessionAct.CHALLENGE),
    ]
    assert len(ways) == 20


def _refused(state: SessionState, act: SessionAct) -> bool:
    try:
        next_session_state(state, act)
    except Refused:
        return True
    return False
