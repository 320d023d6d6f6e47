"""Opening, closing, cancelling, and the rehearsal before."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sandogh.protocol.digest import sha_hex
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import jalali_long
from sandogh.server.console.sealing import read_rehearsal
from sandogh.server.elections import domain as elections
from sandogh.server.elections.models import Election
from sandogh.server.elections.state import Act, State, next_state
from sandogh.server.tallies import domain as tallies


def note_rehearsal(election: Election, record: bytes, *, now: datetime) -> bool:
    """Note that the trustees rehearsed with their real keys, by the record's hash; answers whether it passed.

    Raises Refused `rehearsal_file` for what is no record, `rehearsal_election` for another election's, `wrong_state` before sealing.
    """
    said = read_rehearsal(record)
    with transaction.atomic():
        locked = elections.lock(election)
        if locked.state in (State.DRAFT, State.CANCELLED):
            raise Refused("wrong_state", _("تمرین کلیدداران پس از مهر و موم شدن انتخابات ثبت می‌شود."))
        if said.election != locked.fingerprint:
            raise Refused("rehearsal_election", _("این صورت‌جلسهٔ تمرین از آن انتخابات دیگری است."))
        outcome = "passed" if said.works else "failed"
        elections.record(locked, "rehearsal", now=now, note=f"{outcome} {said.purpose} sha256 {sha_hex(record)}")
    return said.works


def rehearsed(election: Election) -> bool:
    """Whether the last rehearsal that was noted passed."""
    last = election.acts.filter(act="rehearsal").last()
    return last is not None and last.note.startswith("passed ")


def open_voting(election: Election, *, now: datetime, at_once: bool = False) -> Election:
    """Open at the announced time, not before (threat-model.md F7). Raises Refused `too_early`, `too_late`, `wrong_state`.

    `at_once` moves the opening to now; only a fictional election may.
    """
    with transaction.atomic():
        locked = elections.lock(election)
        next_state(State(locked.state), Act.OPEN)
        if at_once and now < locked.opens_at:
            _refuse_real(locked)
            locked.opens_at = now
            locked.save(update_fields=["opens_at"])
        if now < locked.opens_at:
            raise Refused("too_early", _("زمان آغاز %(time)s است.") % {"time": jalali_long(locked.opens_at)})
        if now >= locked.closes_at:
            raise Refused("too_late", _("زمان رأی‌گیری این انتخابات گذشته است."))
        return elections.advance(locked, Act.OPEN, now=now)


def close_early(election: Election, *, reason: str, now: datetime) -> Election:
    """End the logins now, by decision of the supervisory board; whoever is logged in finishes by the grace rule, then comes `close`.

    The announced end stays on record beside the reason. Raises Refused `reason_missing`, `too_late`, `wrong_state`.
    """
    if not reason.strip():
        raise Refused("reason_missing", _("دلیل پایان زودهنگام لازم است."), status=400)
    with transaction.atomic():
        locked = elections.lock(election)
        next_state(State(locked.state), Act.CLOSE)
        if now >= locked.closes_at:
            raise Refused("too_late", _("رأی‌گیری پیش از این پایان یافته است."))
        locked.closes_at = now
        locked.closed_early_reason = reason.strip()[:500]
        locked.save(update_fields=["closes_at", "closed_early_reason"])
        elections.record(locked, "close-early", now=now, note=locked.closed_early_reason)
        return locked


def close(election: Election, *, now: datetime, at_once: bool = False) -> Election:
    """End the voting: EndBallots goes on the board and no ballot follows. Raises Refused `too_early` while one may still be cast.

    1. the schedule and the grace rule are over
    2. the state moves first, so that EndBallots finds an election that takes no ballots
    3. EndBallots

    `at_once` drops what is left of the grace; only a fictional election may.
    """
    with transaction.atomic():
        # (1)
        locked = elections.lock(election)
        next_state(State(locked.state), Act.CLOSE)
        if at_once and locked.closes_at <= now < locked.last_cast_at:
            _refuse_real(locked)
            locked.grace = False
            locked.save(update_fields=["grace"])
        if now < locked.last_cast_at:
            message = _("تا %(time)s ممکن است رأیی ثبت شود؛ پس از آن دوباره بکوشید.")
            raise Refused("too_early", message % {"time": jalali_long(locked.last_cast_at)})
        # (2)
        locked = elections.advance(locked, Act.CLOSE, now=now)
        # (3)
        tallies.end_ballots(locked, now=now)
        return locked


def _refuse_real(election: Election) -> None:
    if not election.fictional:
        raise Refused("real_election", _("این کار تنها در انتخابات ساختگی (نمایشی) مجاز است."), status=403)


def cancel(election: Election, *, reason: str, now: datetime) -> Election:
    """Cancel an election whose result is not published. What is on the board stays there."""
    if not reason.strip():
        raise Refused("reason_missing", _("دلیل لغو لازم است."), status=400)
    return elections.advance(election, Act.CANCEL, now=now, note=reason.strip())
