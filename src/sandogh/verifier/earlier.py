"""An earlier copy of a board is the beginning of the later one (protocol.md §12.7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import BinaryIO

from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.events import Event, EventType
from sandogh.protocol.record import read_records

SECTION = "§12.7"

_CHUNK = 1 << 20


class Shortened(VerificationError):
    """The later archive ends before the earlier one does."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A copy taken before: a whole archive, with its last event and how many ballots it holds."""

    file: BinaryIO
    last: Event
    ballots: int

    @classmethod
    def read(cls, file: BinaryIO) -> "Earlier":
        """Go through the copy. Raises Malformed or VerificationError when it is not a whole archive with at least one event."""
        file.seek(0)
        last: Event | None = None
        ballots = 0
        for record in read_records(file):
            last = record.event
            ballots += last.type is EventType.Ballot
        if last is None:
            raise Malformed(SECTION, "the earlier copy holds no event")
        return cls(file, last, ballots)


def check_continuation(earlier: Earlier, later: BinaryIO, start: int) -> str:
    """Raise VerificationError unless the later archive begins with every record of the earlier one, protocol.md §12.7.

    The refusal names the first event that differs, or where the later archive ends too soon. Returns a note for the reader.

    1. the same bytes: then nothing needs to be compared
    2. else the events one by one; only the container's timestamp may differ
    """
    # (1)
    if _begins_with(later, start, earlier.file):
        return f"events 0 to {earlier.last.height} as in the earlier copy, byte for byte"
    # (2)
    earlier.file.seek(0)
    later.seek(start)
    pairs = zip_longest((record.event for record in read_records(earlier.file)), _events(later))
    for height, (old, new) in enumerate(pairs):
        if old is None:
            break
        if new is None:
            raise Shortened(SECTION, f"the board ends before event {height}; the earlier copy has {old.type} {old.hash} there")
        if old.hash != new.hash:
            raise VerificationError(
                SECTION, f"event {height} is now {new.type} {new.hash}; the earlier copy has {old.type} {old.hash} there"
            )
    return f"events 0 to {earlier.last.height} as in the earlier copy, in a container of another timestamp"


def _begins_with(later: BinaryIO, start: int, earlier: BinaryIO) -> bool:
    earlier.seek(0)
    later.seek(start)
    while chunk := earlier.read(_CHUNK):
        if later.read(len(chunk)) != chunk:
            return False
    return True


def _events(file: BinaryIO) -> Iterator[Event]:
    """The events of an archive as far as they can be read; what is wrong with them is the matter of another check."""
    try:
        for record in read_records(file, complain=lambda refusal: None):
            yield record.event
    except SandoghError:
        return
