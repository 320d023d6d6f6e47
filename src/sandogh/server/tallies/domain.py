"""From the last ballot to the result. Each act is one function; what it decides on is read from the board and nowhere else."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sandogh.protocol.ballot import check_ballot
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import SandoghError, within
from sandogh.protocol.events import EventType, Owned, owned
from sandogh.protocol.result import make_result
from sandogh.protocol.tally import EncryptedTally, TallyBuilder
from sandogh.protocol.trustee import Trustees, check_trustees
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections.models import Election
from sandogh.server.tallies.result import TallyResult, result_for

__all__ = ["TallyResult", "add_partial_decryption", "end_ballots", "missing_trustees", "publish", "result_for", "tally"]


def end_ballots(election: Election, *, now: datetime) -> board.Head:
    """Publish EndBallots: no ballot follows it. Raises Refused `still_open` while schedule or grace rule still let one be cast."""
    if election.accepts_ballots(now):
        raise Refused("still_open", _("هنوز ممکن است رأیی ثبت شود. پس از پایان مهلت آخرین رأی‌دهندگان دوباره بکوشید."))
    with transaction.atomic():
        board.append(election, EventType.EndBallots, now=now)
    return board.head(election)


def tally(election: Election, *, now: datetime) -> EncryptedTally:
    """Publish the encrypted tally, recomputed from the board's bytes with every ballot checked again (protocol.md §8).

    1. the chain ends with EndBallots, so the ballots are final and need no lock
    2. each ballot is read from the chain, checked with its proofs, and added; a credential adds once
    3. the tally is appended, unless somebody was faster

    Raises Refused `out_of_order` in another stage, `board_damaged` when a stored event or ballot is not what was recorded.
    """
    # (1)
    end = board.head(election)
    if end.type is not EventType.EndBallots:
        raise Refused("out_of_order", _("شمارش پس از پایان رأی‌گیری و یک بار انجام می‌شود."))
    # (2)
    try:
        encrypted = _recount(election, end)
    except SandoghError as error:
        raise Refused("board_damaged", _("تابلوی این انتخابات با آنچه ثبت شده بود یکی نیست: %(where)s") % {"where": error}) from error
    # (3)
    with transaction.atomic():
        board.append(election, EventType.EncryptedTally, [encrypted.to_bytes(), encrypted.sized_bytes()], now=now)
    return encrypted


def _recount(election: Election, end: board.Head) -> EncryptedTally:
    parsed, listed = election.parsed(), board.ListedCredentials(election.pk)
    builder = TallyBuilder(parsed)
    for event, members in board.walk(election, end):
        if event.type is EventType.Ballot:
            with within(f"event {event.height}"):
                # The builder refuses a second ballot of one credential.
                builder.add(check_ballot(members[0], election=parsed, credentials=listed))
    return builder.finish()


def add_partial_decryption(election: Election, data: bytes, owner: int, *, now: datetime) -> None:
    """Publish one trustee's partial decryption after checking it at the door (protocol.md §10.1), so that no bad one can block the result.

    Raises Refused `no_trustee`, `already_decrypted`, `invalid_partial_decryption`, or `out_of_order` when there is nothing to decrypt.
    """
    trustees = _trustees(election)
    if not 1 <= owner <= len(trustees.members):
        raise Refused("no_trustee", _("این انتخابات کلیددار شمارهٔ %(owner)s ندارد.") % {"owner": fa_digits(owner)}, status=404)
    encrypted = _encrypted_tally(election)
    try:
        check_partial_decryption(data, tally=encrypted, trustee=trustees.members[owner - 1], election=election.parsed())
    except SandoghError as error:
        raise Refused(
            "invalid_partial_decryption",
            _("رمزگشایی کلیددار شمارهٔ %(owner)s درست نیست و ثبت نشد: %(where)s") % {"owner": fa_digits(owner), "where": error},
            status=422,
        ) from error
    with transaction.atomic():
        # Who is already there is asked under the lock that the append takes: two copies sent at once must not both pass.
        board.lock(election)
        if owner in _decrypted(election):
            raise Refused("already_decrypted", _("رمزگشایی کلیددار شمارهٔ %(owner)s پیش‌تر ثبت شده است.") % {"owner": fa_digits(owner)})
        board.append(election, EventType.PartialDecryption, [data, owned(owner, sha_hex(data))], now=now)


def missing_trustees(election: Election) -> list[int]:
    """Numbers of the trustees whose partial decryption is not on the board yet, from 1."""
    present = _decrypted(election)
    return [owner for owner in range(1, len(_trustees(election).members) + 1) if owner not in present]


def publish(election: Election, *, now: datetime) -> TallyResult:
    """Publish the result. Raises Refused `missing_decryptions` with the trustees' numbers, or `out_of_order`."""
    encrypted = _encrypted_tally(election)
    if missing := missing_trustees(election):
        numbers = _("، ").join(fa_digits(owner) for owner in missing)
        raise Refused("missing_decryptions", _("رمزگشایی این کلیددارها هنوز نرسیده است: %(numbers)s") % {"numbers": numbers})
    parsed, trustees = election.parsed(), _trustees(election)
    partials: list[PartialDecryption] = [
        check_partial_decryption(data, tally=encrypted, trustee=trustees.members[owner - 1], election=parsed)
        for owner, data in sorted(_decrypted(election).items())
    ]
    result = make_result(parsed, encrypted, partials, trustees, encrypted.total_weight)
    with transaction.atomic():
        board.append(election, EventType.Result, [result], now=now)
    return result_for(election)


def _trustees(election: Election) -> Trustees:
    if election.trustees_json is None:
        raise Refused("out_of_order", _("این انتخابات هنوز مهر و موم نشده است."))
    return check_trustees(bytes(election.trustees_json), election.parsed().group)


def _encrypted_tally(election: Election) -> EncryptedTally:
    published = board.members_of(election, EventType.EncryptedTally)
    if not published:
        raise Refused("out_of_order", _("آرا هنوز جمع نشده است. نخست شمارش را آغاز کنید."))
    encrypted, sized = published[0]
    return EncryptedTally.from_bytes(encrypted, sized, election=election.parsed())


def _decrypted(election: Election) -> dict[int, bytes]:
    """Owner → partial decryption, as published."""
    found = {}
    for data, owner_bytes in board.members_of(election, EventType.PartialDecryption):
        found[Owned.from_bytes(owner_bytes).owner] = data
    return found
