"""Taking in the trustees' shuffles, where votes are opened one by one (protocol.md §9)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import SandoghError
from sandogh.protocol.events import EventType, owned
from sandogh.protocol.shuffle import check_shuffle
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections.models import Election
from sandogh.server.tallies.published import demand_trustee, encrypted_tally, shuffled_by, trustees_of


def add_shuffle(election: Election, data: bytes, owner: int, *, now: datetime) -> None:
    """Publish one trustee's shuffle after checking it at the door; the last trustee's ends the shuffling (protocol.md §9).

    1. the shuffle is of what the one before it left (the slow part, without a lock)
    2. under the lock: still the next one, and this trustee's first
    3. every trustee must shuffle once, so that after the last one EndShuffles follows in the same transaction

    Raises Refused `no_trustee`, `already_shuffled`, `invalid_shuffle`, `overtaken` when another shuffle came meanwhile (shuffle what that
    one left), or `out_of_order`.
    """
    trustees = trustees_of(election)
    demand_trustee(trustees, owner)
    if not election.parsed().needs_shuffle:
        raise Refused("out_of_order", _("در این انتخابات رأیی جداگانه باز نمی‌شود و بُر زدن لازم نیست."))
    # (1)
    before = shuffled_by(election)
    if owner in before:
        raise _already_shuffled(owner)
    try:
        check_shuffle(data, election=election.parsed(), ciphertexts=encrypted_tally(election).to_shuffle)
    except SandoghError as error:
        raise Refused(
            "invalid_shuffle",
            _("بُر زدن کلیددار شمارهٔ %(owner)s درست نیست و ثبت نشد: %(where)s") % {"owner": fa_digits(owner), "where": error},
            status=422,
        ) from error
    with transaction.atomic():
        # (2)
        board.lock(election)
        done = shuffled_by(election)
        if owner in done:
            raise _already_shuffled(owner)
        if done != before:
            raise Refused("overtaken", _("در این میان کلیددار دیگری آرا را بُر زده است؛ پروندهٔ تازه را بگیرید و از نو بُر بزنید."))
        board.append(election, EventType.Shuffle, [data, owned(owner, sha_hex(data))], now=now)
        # (3)
        if len(done) + 1 == len(trustees.members):
            board.append(election, EventType.EndShuffles, now=now)


def missing_shuffles(election: Election) -> list[int]:
    """Numbers of the trustees whose shuffle is not on the board yet, from 1; empty where nothing is shuffled."""
    if not election.parsed().needs_shuffle:
        return []
    done = shuffled_by(election)
    return [member.number for member in trustees_of(election).members if member.number not in done]


def _already_shuffled(owner: int) -> Refused:
    return Refused("already_shuffled", _("بُر زدن کلیددار شمارهٔ %(owner)s پیش‌تر ثبت شده است.") % {"owner": fa_digits(owner)})
