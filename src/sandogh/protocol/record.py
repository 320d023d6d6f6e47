"""The record of an election: events, each with its own data members before it (protocol.md §11.3, §11.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sandogh.protocol.archive import Member, archive_member, read_archive
from sandogh.protocol.canonical import loads_canonical
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Complaint, VerificationError, tolerating, within
from sandogh.protocol.events import Event, EventType, Owned, SetupData, check_link
from sandogh.protocol.shapes import hash_hex, record

SECTION = "§11.4"

#: How many data members stand before an event of each type. The second form of Setup has a credentials certificate.
DATA_MEMBERS: dict[EventType, tuple[int, ...]] = {
    EventType.Setup: (4, 5),
    EventType.Ballot: (1,),
    EventType.EndBallots: (0,),
    EventType.EncryptedTally: (2,),
    EventType.Shuffle: (2,),
    EventType.EndShuffles: (0,),
    EventType.PartialDecryption: (2,),
    EventType.Result: (1,),
}


@dataclass(frozen=True, slots=True)
class Record:
    """An event and the data members that stand before it, the last of them its payload."""

    event: Event
    data: tuple[Member, ...]


def make_record(previous: Event | None, kind: EventType, *data: bytes, timestamp: int) -> tuple[Event, bytes]:
    """Seal the next event over its data members; return it and the bytes to append to an archive, protocol.md §11.3, §11.4.

    `data` are the members in the order of §11.4, the payload last. Raises VerificationError when they are not what such an event needs.
    """
    hashes = [sha_hex(member) for member in data]
    event = Event.after(previous, kind, hashes[-1] if hashes else None)
    _check_layout(event, [Member("data", digest, member, 0) for digest, member in zip(hashes, data, strict=True)])
    members = [archive_member(member, "data", timestamp) for member in data]
    return event, b"".join([*members, archive_member(event.to_bytes(), "event", timestamp)])


def read_records(file: BinaryIO, *, complain: Complaint | None = None) -> Iterator[Record]:
    """The events of an archive in order, one in memory at a time, protocol.md §11.

    What the caller must still do: hold the order of the events to the grammar (`check_grammar`), and check what the data members say.
    Raises Malformed or VerificationError, which name the event. With `complain`, a fault after which reading can go on is told and not
    raised; a record may then hold other data members than its event should have.

    1. the container (`read_archive`)
    2. each event follows the one before (§11.3)
    3. each is preceded by exactly its own data members, which its payload leads to (§11.4)
    4. nothing follows the last event
    """
    previous: Event | None = None
    height = 0
    data: list[Member] = []
    # (1)
    for member in read_archive(file, complain=complain):
        if member.kind == "data":
            data.append(member)
            continue
        with within(f"event {height}"):
            event = Event.from_bytes(member.data)
        # (2)
        with tolerating(complain), within(f"event {height}"):
            check_link(event, previous)
        # (3)
        with tolerating(complain), within(f"event {height}"):
            _check_layout(event, data)
        yield Record(event, tuple(data))
        previous, data, height = event, [], height + 1
    # (4)
    with tolerating(complain):
        if data:
            raise VerificationError(SECTION, f"{len(data)} data members after the last event")


def _check_layout(event: Event, data: list[Member]) -> None:
    """Raise unless these are the event's own data members, protocol.md §11.4."""
    if len(data) not in DATA_MEMBERS[event.type]:
        wanted = " or ".join(map(str, DATA_MEMBERS[event.type]))
        raise VerificationError(SECTION, f"{len(data)} data members before {event.type} where {wanted} belong")
    if not data:
        return
    payload = data[-1]
    if event.payload != payload.hash:
        raise VerificationError(SECTION, f"the payload of {event.type} is not the data member before it")
    named: list[str] = []
    match event.type:
        case EventType.Setup:
            setup = SetupData.from_bytes(payload.data)
            named = [setup.election, setup.trustees, setup.credentials]
            if setup.credentials_certificate is not None:
                named.append(setup.credentials_certificate)
        case EventType.EncryptedTally:
            fields = record(
                loads_canonical(payload.data, section="§8.3", what="sized encrypted tally"),
                ("num_tallied", "total_weight", "encrypted_tally"),
                section="§8.3",
                what="sized encrypted tally",
            )
            named = [hash_hex(fields["encrypted_tally"], section="§8.3", what="encrypted_tally")]
        case EventType.Shuffle:
            named = [Owned.from_bytes(payload.data, section="§9.3").payload]
        case EventType.PartialDecryption:
            named = [Owned.from_bytes(payload.data).payload]
        case _:
            pass
    if named != [member.hash for member in data[:-1]]:
        raise VerificationError(SECTION, f"the payload of {event.type} does not name the data members before it")
