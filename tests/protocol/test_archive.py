"""The container, byte for byte, and the layout of records (protocol.md §11)."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.elections import TIMESTAMP, Board, story
from sandogh.protocol.archive import BLOCK, archive_header, archive_member, read_archive
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed, Truncated, VerificationError
from sandogh.protocol.events import Event, EventType, make_setup_data, owned
from sandogh.protocol.record import make_record, read_records

FOLDER = Path(__file__).parents[1] / "vectors" / "belenios"


def read(data: bytes) -> list[Any]:
    return list(read_archive(io.BytesIO(data)))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("[!b]*.bel")) + sorted(FOLDER.glob("bel*.bel")), ids=lambda path: path.stem)
def test_archives_of_the_tool_are_written_back_to_the_same_bytes(path: Path) -> None:
    original = path.read_bytes()
    header: Any = loads(original[BLOCK:].split(b"\0", 1)[0])
    timestamp = int(header["timestamp"])
    again = archive_header(timestamp) + b"".join(archive_member(member.data, member.kind, timestamp) for member in read(original))
    assert again == original
    rewritten, last = archive_header(timestamp), None
    for record in read_records(io.BytesIO(original)):
        last, data = make_record(last, record.event.type, *(member.data for member in record.data), timestamp=timestamp)
        assert last == record.event
        rewritten += data
    assert rewritten == original


@given(st.lists(st.tuples(st.binary(max_size=1500), st.sampled_from(["data", "event"]))), st.integers(0, 8**11 - 1))
@settings(max_examples=50, deadline=None)
def test_what_is_written_is_read(members: list[tuple[bytes, Any]], timestamp: int) -> None:
    data = archive_header(timestamp) + b"".join(archive_member(content, kind, timestamp) for content, kind in members)
    found = read(data)
    assert [(member.data, member.kind, member.hash) for member in found] == [(content, kind, sha_hex(content)) for content, kind in members]
    assert all(data[member.offset :].startswith(member.data) for member in found)


SMALL = archive_header(TIMESTAMP) + archive_member(b'{"a":1}', "data", TIMESTAMP)


def test_every_changed_byte_of_a_container_is_refused() -> None:
    read(SMALL)
    for place in range(len(SMALL)):
        for bit in (0x01, 0x10, 0x80):
            with pytest.raises((Malformed, VerificationError)) as refused:
                read(SMALL[:place] + bytes([SMALL[place] ^ bit]) + SMALL[place + 1 :])
            assert refused.value.section in ("§11.1", "§11.2")


def test_every_truncation_is_refused_except_between_members() -> None:
    for length in range(len(SMALL)):
        if length == len(archive_header(TIMESTAMP)):
            assert read(SMALL[:length]) == []
            continue
        with pytest.raises(Malformed):
            read(SMALL[:length])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(BLOCK),
        SMALL + bytes(2 * BLOCK),  # the end-of-archive blocks of an ordinary tar
        SMALL + b"\0",
        SMALL[2 * BLOCK :],
        SMALL + archive_header(TIMESTAMP),
        SMALL + archive_member(b"x", "data", TIMESTAMP + 1),
        archive_member(b'{"version":1,"timestamp":"0"}', "data", 0),
    ],
    ids=["empty", "zeros", "end blocks", "one byte", "no header", "two headers", "timestamp", "other first"],
)
def test_other_containers_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


@pytest.mark.parametrize(
    ("form", "accepted"),
    [
        ({"version": 1, "timestamp": str(TIMESTAMP)}, True),
        ({"version": 1, "timestamp": TIMESTAMP}, True),
        ({"version": 1, "timestamp": f"0{TIMESTAMP}"}, False),
        ({"version": 1, "timestamp": str(TIMESTAMP + 1)}, False),
        ({"version": True, "timestamp": TIMESTAMP}, False),
        ({"version": 2, "timestamp": TIMESTAMP}, False),
        ({"timestamp": TIMESTAMP, "version": 1}, False),
        ({"version": 1, "timestamp": TIMESTAMP, "more": 1}, False),
        ({"version": 1, "timestamp": True}, False),
        ({"version": 1, "timestamp": None}, False),
    ],
)
def test_the_header_says_version_1_and_the_timestamp_of_all(form: object, accepted: bool) -> None:
    content = dumps(form)
    member = archive_member(content, "data", TIMESTAMP)
    # The name of the first member is fixed; write it over, with the checksum that follows from it.
    header = bytearray(member[:BLOCK])
    header[:100] = b"BELENIOS".ljust(100, b"\0")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    archive = bytes(header) + member[BLOCK:]
    if accepted:
        assert read(archive) == []
        return
    with pytest.raises(Malformed) as refused:
        read(archive)
    assert refused.value.section == "§11.1"


def test_a_forged_size_allocates_nothing() -> None:
    header = bytearray(archive_member(b"", "data", TIMESTAMP)[:BLOCK])
    header[124:136] = b"77777777777\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    with pytest.raises(Malformed, match="larger than any"):
        read(archive_header(TIMESTAMP) + bytes(header))


class Trickle(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a pipe may."""

    def __init__(self, data: bytes) -> None:
        self._left = data

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        given, self._left = self._left[: min(size, 7)], self._left[min(size, 7) :]
        return given


def test_a_stream_that_trickles_is_read_all_the_same() -> None:
    assert list(read_archive(Trickle(SMALL))) == read(SMALL)  # type: ignore[arg-type]


@given(st.binary(max_size=40), st.integers(0, len(SMALL)), st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_members_or_a_refusal(junk: bytes, place: int, cut: int) -> None:
    try:
        read(SMALL[:place] + junk + SMALL[place + cut :])
    except (Malformed, VerificationError) as refused:
        rule = refused.section
    else:
        rule = "§11"
    assert rule.startswith("§11")


def _archive(*members: tuple[bytes, Any]) -> bytes:
    return archive_header(TIMESTAMP) + b"".join(archive_member(data, kind, TIMESTAMP) for data, kind in members)


def _refused(*members: tuple[bytes, Any]) -> VerificationError:
    with pytest.raises(VerificationError) as refused:
        list(read_records(io.BytesIO(_archive(*members))))
    return refused.value


def test_an_event_stands_after_exactly_its_own_data() -> None:
    e, t, c = b'"e"', b'"t"', b'"c"'
    setup = make_setup_data(sha_hex(e), sha_hex(t), sha_hex(c))
    first = Event.after(None, EventType.Setup, sha_hex(setup))
    end = Event.after(first, EventType.EndBallots)
    data: list[tuple[bytes, Any]] = [(member, "data") for member in (e, t, c, setup)]
    event = (first.to_bytes(), "event")
    assert [record.event for record in read_records(io.BytesIO(_archive(*data, event, (end.to_bytes(), "event"))))] == [first, end]

    assert _refused(*data[1:], event).section == "§11.4"
    assert _refused(data[1], data[0], *data[2:], event).section == "§11.4"
    assert _refused(data[0], *data, event).section == "§11.4"
    assert _refused(*data[:3], (b'"other"', "data"), event).section == "§11.4"
    assert _refused(*data, event, data[0], (end.to_bytes(), "event")).section == "§11.4"
    assert _refused(*data, event, data[0]).what == "1 data members after the last event"
    assert _refused(*data, event, event).where == "event 1"


def test_records_are_not_made_of_what_would_not_be_read() -> None:
    held = story()
    board = held.opened()
    tally = held.tally([])
    for kind, data in (
        (EventType.Setup, (b"{}",)),
        (EventType.Ballot, ()),
        (EventType.EndBallots, (b"{}",)),
        (EventType.EncryptedTally, (tally.to_bytes() + b" ", tally.sized_bytes())),
        (EventType.PartialDecryption, (b"{}", owned(1, sha_hex(b"[]")))),
    ):
        with pytest.raises((Malformed, VerificationError)):
            make_record(board.last, kind, *data, timestamp=TIMESTAMP)
    assert isinstance(board, Board)


# ---- reading past faults


def complaints(archive: bytes) -> tuple[list[str], int]:
    """What is told while reading on, and how many records come out."""
    told: list[str] = []
    count = sum(1 for _ in read_records(io.BytesIO(archive), complain=lambda refusal: told.append(str(refusal))))
    return told, count


def test_every_fault_is_told_after_which_reading_can_go_on() -> None:
    held = story(voters=3)
    board = held.opened()
    for voter in range(3):
        board.append(EventType.Ballot, held.ballot(voter, [[1, 0, 0], [0, 1]]))
    whole = bytearray(board.archive)
    assert complaints(bytes(whole)) == ([], 4)
    members = read(bytes(whole))
    assert [member.kind for member in members] == [*["data"] * 4, "event", *["data", "event"] * 3]
    # A byte of the first ballot, the mode of the second one's header, the padding after the third.
    whole[members[5].offset + 100] ^= 1
    whole[members[7].offset - BLOCK + 101] = ord("1")
    last = members[9]
    whole[last.offset + len(last.data)] = 7
    told, count = complaints(bytes(whole))
    assert count == 4
    assert [line.split(":")[0] for line in told] == ["member 6", "event 1", "member 8", "member 10"]
    with pytest.raises(VerificationError):
        list(read_records(io.BytesIO(bytes(whole))))


def test_a_broken_link_does_not_hide_the_next_one() -> None:
    held = story(voters=1)
    first, second = held.opened(), held.opened()
    ballot = held.ballot(0, [[1, 0, 0], [0, 1]])
    first.append(EventType.Ballot, ballot)
    second.append(EventType.EndBallots)
    second.append(EventType.EndBallots)
    third = second.archive[len(held.opened().archive) :]
    told, count = complaints(first.archive + third + first.archive[len(held.opened().archive) :])
    assert count == 5
    assert [line.split(":")[0] for line in told] == ["event 2", "event 4"]


@pytest.mark.parametrize("cut", [1, 511, 513, 600])
def test_what_breaks_off_is_not_called_false(cut: int) -> None:
    with pytest.raises(Truncated):
        read(SMALL[:-cut])
    with pytest.raises(Truncated):
        read(b"")
