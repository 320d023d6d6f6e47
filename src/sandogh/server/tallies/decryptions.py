"""Taking in the trustees' partial decryptions, and who is still wanted (protocol.md §10.1, §10.2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sandogh.protocol.combination import check_agreement
from sandogh.protocol.decryption import check_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import SandoghError
from sandogh.protocol.events import EventType, owned
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import Missing, Pedersen, Trustees
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections.models import Election
from sandogh.server.tallies.published import decrypted_by, demand_trustee, encrypted_tally, shuffled_by, trustees_of
from sandogh.server.tallies.shuffles import missing_shuffles


@dataclass(frozen=True, slots=True)
class Delivered:
    """A trustee and what has come of it. `group` counts the threshold groups from 1; a single trustee, who must decrypt, has None."""

    number: int
    name: str | None
    group: int | None
    shuffled: bool
    decrypted: bool


def add_partial_decryption(election: Election, data: bytes, owner: int, *, now: datetime) -> None:
    """Publish one trustee's partial decryption after checking it at the door (protocol.md §10.1), so that no bad one can block the result.

    Where a quorum is there already, it must also agree with theirs (§10.2). Who of them is wrong, that does not say: whoever hears of it
    waits for the other trustees and publishes no result before.

    Raises Refused `no_trustee`, `already_decrypted`, `invalid_partial_decryption`, `result_out` when it is not needed any more, or
    `out_of_order` when there is nothing to decrypt yet.
    """
    trustees = trustees_of(election)
    demand_trustee(trustees, owner)
    encrypted = encrypted_tally(election)
    if missing_shuffles(election):
        raise Refused("out_of_order", _("نخست باید همهٔ کلیددارها آرا را بُر بزنند."))
    before = decrypted_by(election)
    if owner in before:
        raise _already_decrypted(owner)
    # The slow part, without a lock: what is published stays as it is.
    try:
        _check_among(election, encrypted, trustees, before | {owner: data}, owner)
    except SandoghError as error:
        raise _invalid(owner, error) from error
    with transaction.atomic():
        # Who is already there is asked under the lock that the append takes: two copies sent at once must not both pass.
        head = board.lock(election)
        published = decrypted_by(election)
        if owner in published:
            raise _already_decrypted(owner)
        if head is not None and head.type == EventType.Result:
            message = _("رمزگشایی کلیددار شمارهٔ %(owner)s درست است، ولی نتیجه با سهم دیگران اعلام شده و به آن نیازی نیست.")
            raise Refused("result_out", message % {"owner": fa_digits(owner)})
        if published.keys() == before.keys():
            board.append(election, EventType.PartialDecryption, [data, owned(owner, sha_hex(data))], now=now)
            return
    # Another trustee's came meanwhile: once more, with that one too.
    add_partial_decryption(election, data, owner, now=now)


def _check_among(election: Election, encrypted: EncryptedTally, trustees: Trustees, found: Mapping[int, bytes], owner: int) -> None:
    """Raise Malformed or VerificationError unless this owner's is valid and all of them agree, as far as they are more than a quorum."""
    parsed = election.parsed()
    newest = check_partial_decryption(found[owner], tally=encrypted, trustee=trustees.member(owner), election=parsed)
    others = [
        check_partial_decryption(data, tally=encrypted, trustee=trustees.member(other), election=parsed)
        for other, data in found.items()
        if other != owner
    ]
    check_agreement(encrypted, [*others, newest], trustees)


def _already_decrypted(owner: int) -> Refused:
    return Refused("already_decrypted", _("رمزگشایی کلیددار شمارهٔ %(owner)s پیش‌تر ثبت شده است.") % {"owner": fa_digits(owner)})


def _invalid(owner: int, error: SandoghError) -> Refused:
    return Refused(
        "invalid_partial_decryption",
        _("رمزگشایی کلیددار شمارهٔ %(owner)s درست نیست و ثبت نشد: %(where)s") % {"owner": fa_digits(owner), "where": error},
        status=422,
    )


def missing_decryptions(election: Election) -> tuple[Missing, ...]:
    """Whose partial decryptions the result still waits for: of each of these, `needed` of `numbers`. Empty when a quorum is there."""
    return trustees_of(election).missing(decrypted_by(election).keys())


def delivered(election: Election) -> list[Delivered]:
    """Every trustee in order, and what is on the board of each."""
    trustees = trustees_of(election)
    shuffled, decrypted = shuffled_by(election), decrypted_by(election)
    groups = [place for place, item in enumerate(trustees.items) if isinstance(item, Pedersen)]
    return [
        Delivered(
            number=member.number,
            name=member.name,
            group=groups.index(member.item) + 1 if member.item in groups else None,
            shuffled=member.number in shuffled,
            decrypted=member.number in decrypted,
        )
        for member in trustees.members
    ]


def wanted_texts(missing: Sequence[Missing]) -> list[str]:
    """Which further trustees must decrypt: «کلیددارهای شمارهٔ ۱، ۳», «۲ نفر از کلیددارهای شمارهٔ ۴، ۵، ۶»."""

    def listed(numbers: Iterable[int]) -> str:
        return _("، ").join(fa_digits(number) for number in numbers)

    all_of = sorted(number for each in missing if each.needed == len(each.numbers) for number in each.numbers)
    texts = [_("کلیددارهای شمارهٔ %(numbers)s") % {"numbers": listed(all_of)}] if all_of else []
    return texts + [
        _("%(needed)s نفر از کلیددارهای شمارهٔ %(numbers)s") % {"needed": fa_digits(each.needed), "numbers": listed(each.numbers)}
        for each in missing
        if each.needed < len(each.numbers)
    ]
