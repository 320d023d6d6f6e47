"""Voting sessions after login: finding, sealing, leaving, ending, the receipt (ARCHITECTURE.md §6; journey.md S8, S11, S14)."""

import hmac
import re
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from sandogh.protocol.vote_code import vote_code
from sandogh.server.accounts.domain.keyed import token_hash
from sandogh.server.accounts.domain.machine import LIVE, OPEN, SessionAct, SessionState, next_session_state, refusal
from sandogh.server.accounts.models import ChallengedBallot, VotingSession
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.rolls.models import Voter

RECEIPT_OPEN = timedelta(minutes=60)
"""How long the receipt answers to the session that may see it, on a device that may be shared."""

# Of the election, on every request of every voter: files that sessions have no use for.
_LARGE = ("election__election_json", "election__trustees_json", "election__credentials_json")
_BALLOT_HASH = re.compile(r"[A-Za-z0-9+/]{43}")
_WIPED = {"ballot_hash": "", "vote_code": "", "confirmed_at": None, "otp_hash": ""}


def current(election: Election, token: str, *, now: datetime) -> VotingSession:
    """The session that this token opens, whatever its state; past its time it becomes `expired` here. Raises Refused `no_session` (401)."""
    session = _by_token(election, token)
    if session.state in OPEN and session.expires_at <= now:
        with transaction.atomic():
            session = lock(session.pk, session.voter_id)
            if session.state in OPEN and session.expires_at <= now:
                end(session, SessionAct.EXPIRE, now=now)
    return session


def current_locked(election: Election, token: str, *, now: datetime) -> VotingSession:
    """The token's session, still going, its voter's row held until the caller's transaction ends.

    Raises Refused `no_session`, or `superseded`, `expired`, `left`, `already_cast`.
    """
    found = _by_token(election, token)
    session = lock(found.pk, found.voter_id)
    state = SessionState(session.state)
    if state not in LIVE:
        raise refusal(state)
    if session.expires_at <= now:
        raise refusal(SessionState.EXPIRED)
    return session


def seal(election: Election, token: str, ballot_hash: str, credential: str, *, now: datetime) -> VotingSession:
    """Remember the hash of the ballot that the booth has sealed; its vote code follows. The same hash again changes nothing.

    A new hash replaces the old one with its code and its confirmation. Raises Refused `malformed`, `wrong_credential`, `code_taken`
    (seal again with fresh randomness), `audited` for a ballot that was challenged, `election_closed`, or why the session cannot go on.
    """
    check_hash(ballot_hash)
    current(election, token, now=now)
    try:
        with transaction.atomic():
            session = current_locked(election, token, now=now)
            if not election.accepts_ballots(now):
                raise Refused("election_closed", _("زمان رأی‌گیری به پایان رسیده است و رأی تازه‌ای پذیرفته نمی‌شود."))
            if not hmac.compare_digest(session.voter.public_credential.encode(), credential.encode()) or not credential:
                raise Refused("wrong_credential", _("کد دعوت از آنِ این رأی‌دهنده نیست. پیوند پیامک خودتان را باز کنید."), status=403)
            if session.ballot_hash == ballot_hash:
                return session
            refuse_challenged(election, ballot_hash)
            session.state = next_session_state(SessionState(session.state), SessionAct.SEAL)
            session.ballot_hash = ballot_hash
            session.vote_code = vote_code(session.public_id, ballot_hash)
            session.confirmed_at = None
            session.save(update_fields=["state", "ballot_hash", "vote_code", "confirmed_at"])
    except IntegrityError as error:
        raise Refused("code_taken", _("این کد رأی هم‌اکنون در دست دیگری است. رأی خود را دوباره ببندید تا کد تازه‌ای بیاید.")) from error
    return session


def check_hash(ballot_hash: str) -> None:
    """Raise Refused `malformed` for what cannot be a ballot's hash: 43 characters of Base64 (protocol.md §7.1)."""
    if not _BALLOT_HASH.fullmatch(ballot_hash):
        raise Refused("malformed", _("اثر رأی به شکل درست نرسید. صفحه را تازه کنید."), status=400)


def refuse_challenged(election: Election, ballot_hash: str) -> None:
    """Raise Refused `audited` for a ballot that was challenged: whoever saw its randomness could prove what it holds."""
    if ChallengedBallot.objects.filter(election=election, ballot_hash=ballot_hash).exists():
        raise Refused("audited", _("این برگه آزموده و باز شده است و دیگر ثبت نمی‌شود. برای رأی دادن، برگهٔ تازه‌ای ببندید."))


def leave(election: Election, token: str, *, now: datetime) -> VotingSession:
    """The voter goes without voting. A session that has ended already stays as it ended. Raises Refused `no_session`, `already_cast`."""
    found = _by_token(election, token)
    with transaction.atomic():
        session = lock(found.pk, found.voter_id)
        if session.state == SessionState.CAST:
            raise refusal(SessionState.CAST)
        if session.state in OPEN:
            end(session, SessionAct.LEAVE, now=now)
    return session


def receipt_for(election: Election, token: str, *, now: datetime) -> VotingSession:
    """The session that cast the vote of whoever holds this token: this one itself, or an earlier one after a login by both factors.

    Raises Refused `no_session` (401), also an hour later; `no_receipt` (404) when no vote is cast.
    """
    session = _by_token(election, token)
    if session.state == SessionState.CAST and session.cast_at is not None and now < session.cast_at + RECEIPT_OPEN:
        return session
    proven = session.authenticated_at is not None and now < session.authenticated_at + RECEIPT_OPEN
    if session.state == SessionState.CAST or not proven:
        raise refusal(SessionState.IDENTIFIED)
    return earlier_receipt(session.voter)


def earlier_receipt(voter: Voter) -> VotingSession:
    """The session in which this voter's vote was cast, for one who was authenticated as that voter. Raises Refused `no_receipt` (404)."""
    session = VotingSession.objects.select_related("voter", "election").filter(voter=voter, state=SessionState.CAST).first()
    if session is None:
        raise Refused("no_receipt", _("رأیی از شما ثبت نشده است، پس رسیدی هم نیست."), status=404)
    return session


def open_receipt(session: VotingSession, *, now: datetime) -> None:
    """A login of somebody who has voted: it opens the receipt and nothing else. In the caller's transaction."""
    session.authenticated_at = now
    end(session, SessionAct.SUPERSEDE, now=now)


def end(session: VotingSession, act: SessionAct, *, now: datetime) -> None:
    """End a locked session: leave, expire or supersede. Nothing of the vote remains (journey.md S11). In the caller's transaction."""
    session.state = next_session_state(SessionState(session.state), act)
    session.ended_at = now
    for name, value in _WIPED.items():
        setattr(session, name, value)
    session.save(update_fields=["state", "ended_at", "authenticated_at", *_WIPED])


def expire_due(now: datetime) -> int:
    """Housekeeping, by the worker: end the sessions whose time is over; answers how many.

    One that somebody holds just now is left for the next round: waiting for it while holding others could go round in a circle.
    """
    due = VotingSession.objects.filter(state__in=OPEN, expires_at__lte=now)
    with transaction.atomic():
        free = due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        found = list(free.values_list("pk", flat=True))
        return VotingSession.objects.filter(pk__in=found).update(state=SessionState.EXPIRED, ended_at=now, **_WIPED) if found else 0


def lock(session_pk: int, voter_pk: int) -> VotingSession:
    """The session, its voter's row and its own held. Always in this order: voter, then session, then (in casting) the board.

    The voter's without its key: a login elsewhere refers to that row when it commits, holding a limit that the one here may be waiting for.
    """
    Voter.objects.select_for_update(no_key=True).get(pk=voter_pk)
    return VotingSession.objects.select_for_update(of=("self",)).select_related("election", "voter").defer(*_LARGE).get(pk=session_pk)


def _by_token(election: Election, token: str) -> VotingSession:
    session = (
        VotingSession.objects.select_related("voter", "election")
        .defer(*_LARGE)
        .filter(token_hash=token_hash(token), election=election)
        .first()
    )
    if session is None:
        raise Refused("no_session", _("وارد نشده‌اید. از پیوند پیامک به صفحهٔ ورود بروید."), status=401)
    return session
