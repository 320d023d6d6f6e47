"""The `.bel` archive, byte for byte: an append-only tar of hashed members (protocol.md §11.1, §11.2)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Complaint, Malformed, Truncated, VerificationError, tolerating, within
from sandogh.protocol.shapes import record

BLOCK = 512

#: No member is this large: a hundred thousand credentials of the 2048-bit group take 62 MB.
#: A forged header must not make a reader allocate gigabytes.
LARGEST_MEMBER = 256 * 1024 * 1024

_HEADER_NAME = "BELENIOS"
_MEMBER_NAME = re.compile(r"([0-9a-f]{64})\.(data|event)\.json", re.ASCII)
_OCTAL = re.compile(rb"[0-7]{11}\x00")
_TIMESTAMP = re.compile(r"0|[1-9][0-9]{0,10}", re.ASCII)

#: What eleven octal digits can hold.
_LARGEST_TIMESTAMP = 8**11 - 1

Kind = Literal["data", "event"]


@dataclass(frozen=True, slots=True)
class Member:
    """A member that is what its name says: `hash` is the digest of `data`. `offset` is where its contents begin in the archive."""

    kind: Kind
    hash: str
    data: bytes
    offset: int


def _tar_header(name: str, size: int, timestamp: int) -> bytes:
    """The only header these three values can have, protocol.md §11.1."""
    header = bytearray(BLOCK)
    header[0 : len(name)] = name.encode("ascii")
    header[100:108] = b"0000644\0"
    header[108:116] = header[116:124] = b"0000000\0"
    header[124:136] = b"%011o\0" % size
    header[136:148] = b"%011o\0" % timestamp
    header[148:156] = b" " * 8
    header[156:157] = b"0"
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def _member(name: str, data: bytes, timestamp: int) -> bytes:
    return _tar_header(name, len(data), timestamp) + data + bytes(-len(data) % BLOCK)


def archive_header(timestamp: int) -> bytes:
    """The first member of an archive; every later member carries the same timestamp, protocol.md §11.1."""
    return _member(_HEADER_NAME, dumps({"version": 1, "timestamp": str(timestamp)}), timestamp)


def archive_member(data: bytes, kind: Kind, timestamp: int) -> bytes:
    """One member, named by the hash of its contents, protocol.md §11.2."""
    return _member(f"{sha_hex(data)}.{kind}.json", data, timestamp)


def read_archive(file: BinaryIO, *, complain: Complaint | None = None) -> Iterator[Member]:
    """The members of an archive in order, one in memory at a time, protocol.md §11.1, §11.2.

    Reads from the file's present position to its end. Raises Malformed for a container that is not exactly ours, Truncated when it breaks
    off, and VerificationError for a member whose contents are not what its name says. With `complain`, a fault after which the next
    member can still be found is told and not raised; a member under a name of neither kind is then left out.

    1. the first member is BELENIOS, and says version 1 and the timestamp of all members
    2. each header is the one that its name, size and timestamp give
    3. each body is complete and padded with NUL to the block
    4. each name is the hash of the contents and one of the two kinds
    """
    reader = _Reader(file, complain)
    # (1)
    first = reader.next_member(0)
    if first is None:
        raise Truncated("§11.1", "the archive is empty")
    name, data, mtime, _ = first
    with within("member 0"):
        if name != _HEADER_NAME:
            raise Malformed("§11.1", "the archive does not begin with the member BELENIOS")
    with tolerating(complain), within("member 0"):
        if _timestamp(data) != mtime:
            raise Malformed("§11.1", "the header's timestamp is not that of its member")
    place = 0
    while True:
        place += 1
        # (2), (3)
        following = reader.next_member(place)
        if following is None:
            return
        name, data, when, offset = following
        match = _MEMBER_NAME.fullmatch(name)
        digest = sha_hex(data)
        with tolerating(complain), within(f"member {place}"):
            if when != mtime:
                raise Malformed("§11.1", "another timestamp than that of the archive")
        with tolerating(complain), within(f"member {place}"):
            # (4)
            if match is None:
                raise Malformed("§11.2", f"member name {name[:80]!r} is neither a data nor an event member")
            if digest != match[1]:
                raise VerificationError("§11.2", "the contents do not have the hash that the name says")
        if match is not None:
            yield Member("data" if match[2] == "data" else "event", digest, data, offset)


class _Reader:
    """Reads tar members and refuses every header it would not write itself."""

    def __init__(self, file: BinaryIO, complain: Complaint | None) -> None:
        self._file = file
        self._complain = complain
        self._offset = 0

    def _exactly(self, size: int) -> bytes:
        # A raw file or a socket may give less than asked for.
        pieces: list[bytes] = []
        while size > 0 and (piece := self._file.read(min(size, 1 << 20))):
            pieces.append(piece)
            size -= len(piece)
        data = b"".join(pieces)
        self._offset += len(data)
        return data

    def next_member(self, place: int) -> tuple[str, bytes, int, int] | None:
        """Name, contents, timestamp and offset of the contents; None at the end of the file. `place` is what refusals name."""
        header = self._exactly(BLOCK)
        if not header:
            return None
        with within(f"member {place}"):
            if len(header) < BLOCK:
                raise Truncated("§11.1", "the archive ends within a header")
            name, size, mtime = self._parse(header)
        with tolerating(self._complain), within(f"member {place}"):
            if len(name) >= 100 or _tar_header(name, size, mtime) != header:
                raise Malformed("§11.1", "the tar header is not the one that its name, size and timestamp give")
        with within(f"member {place}"):
            offset = self._offset
            data = self._exactly(size)
            padding = self._exactly(-size % BLOCK)
            if len(data) + len(padding) < size + -size % BLOCK:
                raise Truncated("§11.1", "the archive ends within a member")
        with tolerating(self._complain), within(f"member {place}"):
            if any(padding):
                raise Malformed("§11.1", "the padding after a member is not NUL")
        return name, data, mtime, offset

    def _parse(self, header: bytes) -> tuple[str, int, int]:
        raw_name = header[:100].rstrip(b"\0")
        if not (raw_name.isascii() and _OCTAL.fullmatch(header[124:136]) and _OCTAL.fullmatch(header[136:148])):
            raise Malformed("§11.1", "not a tar header of this kind of archive")
        name, size, mtime = raw_name.decode("ascii"), int(header[124:135], 8), int(header[136:147], 8)
        if size > LARGEST_MEMBER:
            raise Malformed("§11.1", f"a member of {size} bytes is larger than any that occurs")
        return name, size, mtime


def _timestamp(data: bytes) -> int:
    """What the BELENIOS member says; upstream writes the timestamp as a string, and an integer is taken as well, protocol.md §11.1."""
    fields = record(
        loads_canonical(data, section="§11.1", what="archive header"), ("version", "timestamp"), section="§11.1", what="archive header"
    )
    if type(fields["version"]) is not int or fields["version"] != 1:
        raise Malformed("§11.1", "archive header: version is not 1")
    timestamp = fields["timestamp"]
    if isinstance(timestamp, str) and _TIMESTAMP.fullmatch(timestamp):
        timestamp = int(timestamp)
    if type(timestamp) is not int or not 0 <= timestamp <= _LARGEST_TIMESTAMP:
        raise Malformed("§11.1", "archive header: timestamp is not a number of seconds")
    return timestamp
