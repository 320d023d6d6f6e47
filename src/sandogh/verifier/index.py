"""Where everything stands in an archive, so that large ones are never held in memory (protocol.md §11)."""

from array import array
from dataclasses import dataclass, field
from typing import BinaryIO

from sandogh.protocol.archive import Member
from sandogh.protocol.events import EventType
from sandogh.protocol.record import read_records


@dataclass(frozen=True, slots=True)
class Place:
    """Where a data member's contents lie."""

    offset: int
    size: int

    @classmethod
    def of(cls, member: Member) -> "Place":
        return cls(member.offset, len(member.data))


@dataclass(slots=True)
class Index:
    """The types of the events in order, and the places of their data. Sixteen bytes a ballot; contents are read again when they are due."""

    file: BinaryIO
    start: int
    types: list[EventType] = field(default_factory=list)
    setup: tuple[Place, ...] = ()
    tally: tuple[Place, ...] = ()
    decryptions: list[tuple[Place, ...]] = field(default_factory=list)
    result: tuple[Place, ...] = ()
    last_event: str = ""
    _ballots: "array[int]" = field(default_factory=lambda: array("Q"))

    @property
    def ballot_count(self) -> int:
        return len(self._ballots) // 2

    def ballot(self, number: int) -> bytes:
        """The bytes of a ballot, numbered from 0 in publication order."""
        return self.read(Place(self._ballots[2 * number], self._ballots[2 * number + 1]))

    def read(self, place: Place) -> bytes:
        self.file.seek(self.start + place.offset)
        return self.file.read(place.size)

    def add(self, kind: EventType, data: tuple[Place, ...]) -> None:
        self.types.append(kind)
        match kind:
            case EventType.Setup:
                self.setup = data
            case EventType.Ballot:
                self._ballots.extend((data[0].offset, data[0].size))
            case EventType.EncryptedTally:
                self.tally = data
            case EventType.PartialDecryption:
                self.decryptions.append(data)
            case EventType.Result:
                self.result = data
            case _:
                pass  # carries nothing, or belongs to what is not supported yet


def read_index(file: BinaryIO) -> Index:
    """Go once through a seekable archive, checking container, chain and layout (protocol.md §11). Raises Malformed or VerificationError."""
    index = Index(file, file.tell())
    for record in read_records(file):
        index.add(record.event.type, tuple(map(Place.of, record.data)))
        index.last_event = record.event.hash
    return index
