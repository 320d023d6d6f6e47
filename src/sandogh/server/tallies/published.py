"""What the board holds of a count, read for the acts on it: trustees, tally, shuffles, decryptions."""

from functools import lru_cache

from django.utils.translation import gettext as _

from sandogh.protocol.canonical import loads_canonical
from sandogh.protocol.election import Election as SealedElection
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.events import EventType, Owned
from sandogh.protocol.groups import group_named
from sandogh.protocol.shapes import array, record
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import Trustees, check_trustees
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections.models import Election


def demand_trustee(trustees: Trustees, owner: int) -> None:
    """Raise Refused `no_trustee` (404) unless there is a trustee of this number, from 1."""
    if not 1 <= owner <= len(trustees.members):
        raise Refused("no_trustee", _("این انتخابات کلیددار شمارهٔ %(owner)s ندارد.") % {"owner": fa_digits(owner)}, status=404)


def trustees_of(election: Election) -> Trustees:
    """The trustees that Setup published, checked once in a process. Raises Refused `out_of_order` before sealing."""
    if election.trustees_json is None:
        raise Refused("out_of_order", _("این انتخابات هنوز مهر و موم نشده است."))
    return _checked(bytes(election.trustees_json), election.group)


@lru_cache(maxsize=32)
def _checked(data: bytes, group: str) -> Trustees:
    return check_trustees(data, group_named(group))


def encrypted_tally(election: Election) -> EncryptedTally:
    """The tally as the shuffles so far have left it. Raises Refused `out_of_order` before there is one."""
    published = board.members_of(election, EventType.EncryptedTally)
    if not published:
        raise Refused("out_of_order", _("آرا هنوز جمع نشده است. نخست شمارش را آغاز کنید."))
    encrypted, sized = published[0]
    tally = EncryptedTally.from_bytes(encrypted, sized, election=election.parsed())
    shuffles = board.members_of(election, EventType.Shuffle)
    if not shuffles:
        return tally
    # Each was checked at the door, and the chain since then says that it is what was checked.
    return tally.shuffled(_lists(shuffles[-1][0], election.parsed()))


def _lists(shuffle: bytes, election: SealedElection) -> list[list[Ciphertext]]:
    """What a published shuffle has left, without its proofs."""
    fields = record(loads_canonical(shuffle, section="§9.1", what="shuffle"), ("ciphertexts", "proofs"), section="§9.1", what="shuffle")
    lists = array(fields["ciphertexts"], section="§9.1", what="ciphertexts")
    return [
        [Ciphertext.parse(cell, election.group, section="§9.1") for cell in array(cells, section="§9.1", what="ciphertexts")]
        for cells in lists
    ]


def shuffled_by(election: Election) -> list[int]:
    """Owners of the published shuffles, in their order."""
    return [Owned.from_bytes(owner_bytes).owner for _data, owner_bytes in board.members_of(election, EventType.Shuffle)]


def decrypted_by(election: Election) -> dict[int, bytes]:
    """Owner → partial decryption, as published."""
    published = board.members_of(election, EventType.PartialDecryption)
    return {Owned.from_bytes(owner_bytes).owner: data for data, owner_bytes in published}
