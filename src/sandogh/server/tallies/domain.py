"""From the last ballot to the result. Each act is one function; what it decides on is read from the board and nowhere else."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sandogh.protocol.ballot import check_ballot
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryption
from sandogh.protocol.errors import SandoghError, within
from sandogh.protocol.events import EventType
from sandogh.protocol.result import make_result
from sandogh.protocol.tally import EncryptedTally, TallyBuilder
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.tallies.decryptions import Delivered, add_partial_decryption, delivered, missing_decryptions, wanted_texts
from sandogh.server.tallies.published import decrypted_by, encrypted_tally, trustees_of
from sandogh.server.tallies.result import RaceResult, TallyResult, result_for
from sandogh.server.tallies.shuffles import add_shuffle, missing_shuffles

__all__ = [
    "Delivered",
    "RaceResult",
    "TallyResult",
    "add_partial_decryption",
    "add_shuffle",
    "delivered",
    "end_ballots",
    "missing_decryptions",
    "missing_shuffles",
    "publish",
    "result_for",
    "tally",
    "wanted_texts",
]


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
    parsed, listed, weights = election.parsed(), board.ListedCredentials(election.pk), board.weights_of(election.pk)
    builder = TallyBuilder(parsed)
    for event, members in board.walk(election, end):
        if event.type is EventType.Ballot:
            with within(f"event {event.height}"):
                ballot = check_ballot(members[0], election=parsed, credentials=listed)
                # The builder refuses a second ballot of one credential.
                builder.add(ballot, weights.get(ballot.credential, 1))
    return builder.finish()


def publish(election: Election, *, now: datetime) -> TallyResult:
    """Publish the result from any quorum of the trustees.

    Raises Refused `missing_decryptions` with their numbers, `out_of_order`, or `no_result_found` when what the trustees published opens
    to no possible count: one of them has then published a false decryption, whose proof can hold all the same (protocol.md §10.2).
    """
    encrypted = encrypted_tally(election)
    if missing := missing_decryptions(election):
        wanted = _("؛ ").join(wanted_texts(missing))
        raise Refused("missing_decryptions", _("رمزگشایی این کلیددارها هنوز لازم است: %(wanted)s") % {"wanted": wanted})
    parsed, trustees = election.parsed(), trustees_of(election)
    partials: list[PartialDecryption] = [
        check_partial_decryption(data, tally=encrypted, trustee=trustees.member(owner), election=parsed)
        for owner, data in sorted(decrypted_by(election).items())
    ]
    try:
        result = make_result(parsed, encrypted, partials, trustees, encrypted.total_weight)
    except SandoghError as error:
        raise Refused("no_result_found", _("از این رمزگشایی‌ها نتیجه‌ای به دست نمی‌آید: %(where)s") % {"where": error}) from error
    with transaction.atomic():
        board.append(election, EventType.Result, [result], now=now)
    return result_for(election)
