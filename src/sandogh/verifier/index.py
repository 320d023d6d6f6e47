"""Where everything stands in an archive, so that large ones are never held in memory (protocol.md §11)."""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sandogh.protocol.archive import Member
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.events import EventType
from sandogh.protocol.record import Record

#: What SQLite may keep in memory before it writes to its temporary file.
CACHE_KIBIBYTES = 4096

#: The credential of a ballot in canonical form, without reading the rest; whatever does not begin like this is refused anyway (§7.1).
_CREDENTIAL = re.compile(rb'\{"election_uuid":"[^"\\]{1,200}","election_hash":"[^"\\]{1,200}","credential":"([^"\\]{1,2000})"', re.ASCII)

_TYPES = tuple(EventType)
_CODES = {kind: code for code, kind in enumerate(_TYPES)}

_SCHEMA = """
    CREATE TABLE ballot (number INTEGER PRIMARY KEY, height INTEGER, start INTEGER, size INTEGER, hash BLOB, credential BLOB);
    CREATE TABLE credential (digest BLOB PRIMARY KEY, weight INTEGER NOT NULL) WITHOUT ROWID;
"""
_SELECT = "SELECT number, height, start, size, hash, credential FROM ballot"
_LOOKUPS = "CREATE INDEX by_hash ON ballot (hash, number); CREATE INDEX by_credential ON ballot (credential, number);"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a data member's contents lie, and their digest."""

    offset: int
    size: int
    hash: str

    @classmethod
    def of(cls, member: Member) -> "Place":
        return cls(member.offset, len(member.data), member.hash)


@dataclass(frozen=True, slots=True)
class BallotLine:
    """A Ballot event: its number among the ballots (from 0), its height, where its bytes are, the digest of the credential it names."""

    number: int
    height: int
    place: Place
    credential: bytes | None


@dataclass(frozen=True, slots=True)
class EventLine:
    """The last event read: what it is, where it stands, and the hash that stands for everything before it."""

    type: EventType
    height: int
    hash: str


class Index:
    """The events in order and the places of their data; contents are read again when they are due.

    In memory: a byte per event. Ballots and credentials lie in a temporary database, which is a file once it outgrows a small cache.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = file.tell()
        self._codes = bytearray()
        self.last: EventLine | None = None
        self.setup: tuple[Place, ...] = ()
        self.tally: tuple[Place, ...] = ()
        self.shuffles: list[tuple[Place, ...]] = []
        self.decryptions: list[tuple[Place, ...]] = []
        self.result: tuple[Place, ...] = ()
        self.ballot_count = 0
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{CACHE_KIBIBYTES}; {_SCHEMA} BEGIN;"
        )

    # ---- events

    @property
    def types(self) -> Iterator[EventType]:
        """The types of the events, in order."""
        return (_TYPES[code] for code in self._codes)

    @property
    def event_count(self) -> int:
        return len(self._codes)

    def happened(self, kind: EventType) -> bool:
        return _CODES[kind] in self._codes

    def add(self, record: Record) -> None:
        """The next event. One with other data members than it should have has been complained of; of it, what can be told is kept."""
        kind, data = record.event.type, record.data
        self.last = EventLine(kind, len(self._codes), record.event.hash)
        self._codes.append(_CODES[kind])
        places = tuple(map(Place.of, data))
        match kind:
            case EventType.Setup if len(data) in (4, 5) and not self.setup:
                self.setup = places
            case EventType.Ballot if data:
                self._add_ballot(data[-1])
            case EventType.EncryptedTally if len(data) == 2 and not self.tally:
                self.tally = places
            case EventType.Shuffle if len(data) == 2:
                self.shuffles.append(places)
            case EventType.PartialDecryption if len(data) == 2:
                self.decryptions.append(places)
            case EventType.Result if data and not self.result:
                self.result = places[-1:]
            case _:
                pass  # carries nothing, or not what it should

    def _add_ballot(self, member: Member) -> None:
        credential = credential_named(member.data)
        digest = None if credential is None else _digest(credential)
        row = (self.ballot_count, len(self._codes) - 1, member.offset, len(member.data), bytes.fromhex(member.hash), digest)
        self._database.execute("INSERT INTO ballot VALUES (?, ?, ?, ?, ?, ?)", row)
        self.ballot_count += 1

    def finish(self) -> None:
        """After the last event: make the ballots easy to look up."""
        self._database.executescript(_LOOKUPS)

    def read(self, place: Place) -> bytes:
        """The contents of a data member, the same as when it was indexed.

        Raises VerificationError when they are not, since then the file was changed under the verification.
        """
        self._file.seek(self._start + place.offset)
        data = self._file.read(place.size)
        if hashlib.sha256(data).hexdigest() != place.hash:
            raise VerificationError("§11.2", "the file was changed while it was being verified")
        return data

    def pieces(self, place: Place, size: int) -> Iterator[bytes]:
        """The contents of a large data member, piece by piece; at their end VerificationError as from `read`."""
        digest = hashlib.sha256()
        for start in range(0, place.size, size):
            self._file.seek(self._start + place.offset + start)
            piece = self._file.read(min(size, place.size - start))
            digest.update(piece)
            yield piece
        if digest.hexdigest() != place.hash:
            raise VerificationError("§11.2", "the file was changed while it was being verified")

    # ---- ballots

    def ballots(self) -> Iterator[BallotLine]:
        """Every ballot in publication order."""
        return (_line(row) for row in self._database.execute(f"{_SELECT} ORDER BY number"))

    def ballot_with_hash(self, digest: str) -> BallotLine | None:
        """The first ballot whose bytes have this digest, in hex; None if there is none."""
        return self._one(f"{_SELECT} WHERE hash = ? ORDER BY number LIMIT 1", bytes.fromhex(digest))

    def is_repeated(self, ballot: BallotLine) -> bool:
        """Whether an earlier ballot has the very same bytes."""
        first = self.ballot_with_hash(ballot.place.hash)
        return first is not None and first.number < ballot.number

    def replacement_of(self, ballot: BallotLine) -> BallotLine | None:
        """The last ballot of the same credential, if that is another one (§8.1)."""
        if ballot.credential is None:
            return None
        last = self._one(f"{_SELECT} WHERE credential = ? ORDER BY number DESC LIMIT 1", ballot.credential)
        return None if last is None or last.number == ballot.number else last

    def _one(self, query: str, *values: object) -> BallotLine | None:
        row = self._database.execute(query, values).fetchone()
        return None if row is None else _line(row)

    # ---- credentials

    def list_credential(self, credential: str, weight: int) -> bool:
        """Note a credential of the public list. False if it is there already."""
        insert = "INSERT OR IGNORE INTO credential VALUES (?, ?)"
        return self._database.execute(insert, (_digest(credential), weight)).rowcount == 1

    def weight_of(self, ballot: BallotLine) -> int | None:
        """The weight of the credential that a ballot names; None if it is not in the list."""
        row = self._database.execute("SELECT weight FROM credential WHERE digest = ?", (ballot.credential,)).fetchone()
        return None if row is None else int(row[0])

    def close(self) -> None:
        """Drop the temporary database."""
        self._database.close()


def credential_named(data: bytes) -> str | None:
    """The credential that the bytes of a ballot name, unproven; None for what is no ballot in canonical form anyway."""
    found = _CREDENTIAL.match(data)
    return found[1].decode("utf-8", "replace") if found else None


def _digest(credential: str) -> bytes:
    # A credential of a finite field takes 617 digits; what stands for it takes 32 bytes.
    return hashlib.sha256(credential.encode()).digest()


def _line(row: tuple[int, int, int, int, bytes, bytes | None]) -> BallotLine:
    number, height, start, size, digest, credential = row
    return BallotLine(number, height, Place(start, size, digest.hex()), credential)


def fill_index(index: Index, records: Iterator[Record]) -> None:
    """Read the records into the index, to the last one that can be read. Raises what reading raises; the index is usable either way."""
    try:
        for record in records:
            index.add(record)
    finally:
        index.finish()
