"""From the voter's text message to the one value that crosses to the ballot side (ARCHITECTURE.md §3)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sandogh.server.accounts.domain import sessions
from sandogh.server.accounts.domain.machine import SessionAct, SessionState, next_session_state
from sandogh.server.accounts.domain.texts import recorded_text
from sandogh.server.accounts.models import VotingSession
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.elections.permit import CastPermit
from sandogh.server.messaging.domain import enqueue
from sandogh.server.messaging.domain.vote_text import NoVoteCode, vote_code_in


def confirm_by_text(sender: str, text: str, now: datetime) -> str:
    """Confirm the sealed ballot whose code this number has texted; answers a word for the desk, never an error.

    `confirmed` · `again`: it was confirmed already · `no_code`: no code or several in the text · `no_session`: no live session of this
    number has this code: another phone, a wrong code, too early, too late, or a ballot that was sealed anew or challenged since.
    """
    try:
        code = vote_code_in(text)
    except NoVoteCode:
        return "no_code"
    waiting = {"mobile": sender, "vote_code": code, "state__in": [SessionState.SEALED, SessionState.CONFIRMED]}
    found = VotingSession.objects.filter(**waiting).values_list("pk", "voter_id").first()
    if found is None:
        return "no_session"
    with transaction.atomic():
        session = sessions.lock(*found)
        # Sealed anew, challenged, superseded or left while we waited for the row.
        if session.vote_code != code or session.state not in waiting["state__in"] or session.expires_at <= now:
            return "no_session"
        if session.state == SessionState.CONFIRMED:
            return "again"
        session.state = next_session_state(SessionState(session.state), SessionAct.CONFIRM)
        session.confirmed_at = now
        session.save(update_fields=["state", "confirmed_at"])
    return "confirmed"


def redeem(election: Election, token: str, ballot_hash: str, *, now: datetime) -> tuple[VotingSession, CastPermit]:
    """The permit for the ballot that the voter confirmed. In the caller's transaction, which must end with `mark_cast` or not at all.

    Holds the voter's and the session's rows, so that two devices, or one request twice, wait for each other, and the second finds what
    the first did. Raises Refused `no_session`, `superseded`, `expired`, `left`, `already_cast`, `audited`, `not_confirmed`,
    `hash_mismatch`, `election_closed`, `suspended`.
    """
    session = sessions.current_locked(election, token, now=now)
    sessions.refuse_challenged(election, ballot_hash)
    next_session_state(SessionState(session.state), SessionAct.CAST)
    if session.ballot_hash != ballot_hash:
        raise Refused("hash_mismatch", _("این رأی همان رأیی نیست که با پیامک تأیید کردید. به پیش‌نمایش برگردید و کد تازه را بفرستید."))
    # Read with the session, in this transaction: an election closed a moment ago is closed.
    if not session.election.accepts_ballots(now):
        raise Refused("election_closed", _("زمان رأی‌گیری به پایان رسیده است و رأی تازه‌ای پذیرفته نمی‌شود."))
    if not session.voter.eligible:
        raise Refused("suspended", _("پروانهٔ شما اکنون فعال نیست. با دبیرخانهٔ کانون تماس بگیرید."), status=403)
    voter = session.voter
    permit = CastPermit(
        election_id=session.election_id, public_credential=voter.public_credential, ballot_hash=ballot_hash, weight=voter.weight
    )
    return session, permit


def mark_cast(session: VotingSession, *, tracker: str, event_hash: str, now: datetime) -> None:
    """The ballot of a redeemed permit is on the board: the session is cast, the voter's text in the outbox. In the caller's transaction."""
    session.state = next_session_state(SessionState(session.state), SessionAct.CAST)
    session.cast_at = session.ended_at = now
    session.tracker, session.event_hash, session.otp_hash = tracker, event_hash, ""
    session.save(update_fields=["state", "cast_at", "ended_at", "tracker", "event_hash", "otp_hash"])
    election, voter = session.election, session.voter
    text = recorded_text(election.sms_templates.get("vote_recorded", ""), name=voter.name, cast_at=now, tracker=tracker)
    if text:
        enqueue(session.mobile, text, "vote_recorded", f"cast-{session.public_id}", now, fictional=election.fictional)
