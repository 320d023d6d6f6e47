"""One-time codes: sent by text, checked once, never kept.

The second way to get one (journey.md S4) is another sending; a voice call can come later, in `send`, and would speak the same code.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from sandogh.persian import typed_number
from sandogh.server.accounts.domain import sessions, throttle
from sandogh.server.accounts.domain.keyed import keyed_hash
from sandogh.server.accounts.domain.machine import LIVE, SessionAct, SessionState, next_session_state, refusal
from sandogh.server.accounts.domain.texts import otp_text
from sandogh.server.accounts.models import VotingSession
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.messaging.domain import enqueue
from sandogh.server.rolls.models import Voter

MOST_ATTEMPTS = 5


def send(session: VotingSession, *, now: datetime) -> None:
    """Make a new code for the session and put its text in the outbox, in the caller's transaction. The code before it is worth nothing now.

    Raises Refused `throttled` (429): three in ten minutes for a member and for a number.
    """
    throttle.spend([(throttle.SENDS_PER_MEMBER, str(session.voter_id)), (throttle.SENDS_PER_NUMBER, session.mobile)], now=now)
    election = session.election
    code = f"{secrets.randbelow(10**election.otp_digits):0{election.otp_digits}d}"
    session.otp_hash = _hash(session, code)
    session.otp_sent_at = now
    session.otp_expires_at = now + timedelta(seconds=election.otp_seconds)
    session.otp_attempts = 0
    session.otp_sends += 1
    session.save(update_fields=["otp_hash", "otp_sent_at", "otp_expires_at", "otp_attempts", "otp_sends"])
    host = urlsplit(settings.BASE_URL).hostname or ""
    enqueue(
        session.mobile,
        otp_text(election.sms_templates["otp"], name=session.voter.name, code=code, host=host),
        "otp",
        f"otp-{session.public_id}-{session.otp_sends}",
        now,
        fictional=election.fictional,
        wipe=True,
        valid_until=session.otp_expires_at,
    )


def resend(session: VotingSession, *, now: datetime) -> VotingSession:
    """Send another code, once the clock of the last one has run out or its tries are used up.

    Raises Refused `too_early`, `throttled` (429), or why the session cannot go on.
    """
    with transaction.atomic():
        session = _lock(session)
        _expect_waiting(session, now)
        waited = now - (session.otp_sent_at or session.created_at)
        # Negative after a clock was set back: then nobody knows how long it has been, and the limits still hold.
        if timedelta() <= waited < timedelta(seconds=session.election.otp_seconds) and session.otp_attempts < MOST_ATTEMPTS:
            raise Refused("too_early", _("هنوز زمان کد پیشین تمام نشده است. پس از پایان زمان، «ارسال دوباره» را بزنید."), status=429)
        send(session, now=now)
    return session


def check(session: VotingSession, code: str, *, now: datetime) -> VotingSession:
    """The session, authenticated, if this is its code; every other device of the voter is superseded, and the 20 minutes begin.

    1. one try is counted, whatever comes of it
    2. the code, in its time
    3. only now, with both factors shown, is the voter told about himself: not eligible, or has voted
    4. one active device: whatever else is live gives way

    The right code again, from a page sent twice, gives the same session with its old window. Raises Refused `wrong_code`, `code_expired`,
    `code_used_up`, `suspended`, `lapsed`, `already_voted` (then `sessions.receipt_for` answers), `election_closed`, or why the session
    cannot go on.
    """
    with transaction.atomic():
        session = _lock(session)
        refused = _check(session, code, now)
    # After the commit: a refusal must not undo the count of tries, nor the way to an earlier receipt.
    if refused:
        raise refused
    return session


def _check(session: VotingSession, code: str, now: datetime) -> Refused | None:
    if SessionState(session.state) not in LIVE:
        try:
            _expect_waiting(session, now)
        except Refused as refused:
            return refused
    elif session.expires_at <= now:
        return refusal(SessionState.EXPIRED)

    # (1)
    if session.otp_attempts >= MOST_ATTEMPTS:
        return Refused("code_used_up", _("این کد دیگر پذیرفته نمی‌شود، چون پنج بار نادرست وارد شد. «ارسال دوباره» را بزنید."))
    session.otp_attempts += 1
    session.save(update_fields=["otp_attempts"])

    # (2)
    typed = typed_number(code[:40])
    right = hmac.compare_digest(session.otp_hash, _hash(session, typed))
    if not session.otp_hash or session.otp_expires_at is None or session.otp_expires_at <= now:
        return Refused("code_expired", _("زمان این کد تمام شده است. «ارسال دوباره» را بزنید تا کد تازه‌ای بیاید."))
    if not right:
        left = MOST_ATTEMPTS - session.otp_attempts
        return Refused("wrong_code", _("کد درست نبود. %(left)s بار دیگر می‌توانید امتحان کنید.") % {"left": fa_digits(left)}, status=422)
    if SessionState(session.state) in LIVE:
        session.otp_attempts -= 1
        session.save(update_fields=["otp_attempts"])
        return None

    # (3)
    voter = session.voter
    if not voter.eligible:
        sessions.end(session, SessionAct.LEAVE, now=now)
        return _not_eligible(voter)
    if VotingSession.objects.filter(voter=voter, state=SessionState.CAST).exists():
        sessions.open_receipt(session, now=now)
        return Refused("already_voted", _("شما پیش از این رأی داده‌اید و رأی شما ثبت شده است. رسید رأی خود را می‌بینید."))

    # (4) Before this one goes live: the table itself allows one live session.
    for other in VotingSession.objects.filter(voter=voter, state__in=LIVE).exclude(pk=session.pk):
        sessions.end(other, SessionAct.SUPERSEDE, now=now)
    session.state = next_session_state(SessionState(session.state), SessionAct.AUTHENTICATE)
    session.authenticated_at = now
    session.expires_at = min(now + timedelta(minutes=session.election.session_minutes), session.election.last_cast_at)
    session.save(update_fields=["state", "authenticated_at", "expires_at"])
    return None


def _expect_waiting(session: VotingSession, now: datetime) -> None:
    """Raise Refused unless the session waits for its code and the election still lets people in."""
    state = SessionState(session.state)
    if state is not SessionState.IDENTIFIED:
        raise refusal(state)
    if session.expires_at <= now:
        raise refusal(SessionState.EXPIRED)
    if not session.election.accepts_logins(now):
        raise Refused("election_closed", _("زمان ورود به رأی‌گیری به پایان رسیده است."))


def _not_eligible(voter: Voter) -> Refused:
    if voter.status == "suspended":
        return Refused(
            "suspended", _("پروانهٔ شما در فهرست رأی‌دهندگان «معلق» است و نمی‌توانید رأی دهید. با دبیرخانهٔ کانون تماس بگیرید."), status=403
        )
    return Refused(
        "lapsed", _("پروانهٔ شما در فهرست رأی‌دهندگان «منقضی» است و نمی‌توانید رأی دهید. با دبیرخانهٔ کانون تماس بگیرید."), status=403
    )


def _lock(session: VotingSession) -> VotingSession:
    """The session as it is now, with its voter's row held: two devices of one voter wait for each other."""
    return sessions.lock(session.pk, session.voter_id)


def _hash(session: VotingSession, code: str) -> str:
    return keyed_hash("otp", f"{session.public_id}|{code}")
