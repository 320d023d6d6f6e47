"""Challenge instead of cast: a sealed ballot whose randomness the booth is about to show can never be cast any more.

The identity side keeps the hash and nothing else: not whose it was, not when, and never what it held.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from sandogh.server.accounts.domain import sessions
from sandogh.server.accounts.domain.machine import SessionAct, SessionState, next_session_state
from sandogh.server.accounts.models import ChallengedBallot, VotingSession
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections.models import Election


def challenge(election: Election, token: str, ballot_hash: str, *, now: datetime) -> VotingSession:
    """Give up the sealed ballot with this hash for ever; only when this has committed may the booth show how it was made.

    1. the voter's row and the session's are held: casting, sealing and another challenge of this voter wait, and then find what was done
    2. a hash that is challenged already is answered as before, so that a lost reply is harmless
    3. it is the very ballot that this session has sealed, while ballots are still taken, and not one too many
    4. the hash is listed, and the session forgets it with its code and its confirmation

    A text with the old code finds no session afterwards. Raises Refused `malformed`, `hash_mismatch`, `audit_limit`, `election_closed`,
    `already_cast`, or why the session cannot go on.
    """
    sessions.check_hash(ballot_hash)
    sessions.current(election, token, now=now)
    with transaction.atomic():
        # (1)
        session = sessions.current_locked(election, token, now=now)
        # (2)
        if is_challenged(election, ballot_hash):
            return session
        # (3)
        if not session.ballot_hash or session.ballot_hash != ballot_hash:
            raise Refused("hash_mismatch", _("این برگه همان برگه‌ای نیست که اکنون بسته شده است. صفحه را تازه کنید."))
        if not session.election.accepts_ballots(now):
            raise Refused("election_closed", _("زمان رأی‌گیری به پایان رسیده است و رأی تازه‌ای پذیرفته نمی‌شود."))
        if session.challenges >= settings.CHALLENGES_PER_SESSION:
            message = _("در هر ورود تا %(most)s برگه را می‌توان آزمود. اکنون رأی خود را ثبت کنید، یا خارج شوید و دوباره وارد شوید.")
            raise Refused("audit_limit", message % {"most": fa_digits(settings.CHALLENGES_PER_SESSION)})
        # (4)
        ChallengedBallot.objects.create(election_id=session.election_id, ballot_hash=ballot_hash)
        session.state = next_session_state(SessionState(session.state), SessionAct.CHALLENGE)
        session.challenges += 1
        session.ballot_hash, session.vote_code, session.confirmed_at = "", "", None
        session.save(update_fields=["state", "challenges", "ballot_hash", "vote_code", "confirmed_at"])
    return session


def is_challenged(election: Election, ballot_hash: str) -> bool:
    return ChallengedBallot.objects.filter(election=election, ballot_hash=ballot_hash).exists()


def count(election: Election) -> int:
    """How many sealed ballots were challenged so far: a public number."""
    return ChallengedBallot.objects.filter(election=election).count()
