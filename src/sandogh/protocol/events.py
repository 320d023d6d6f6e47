"""Events: the chain that the board is, and the order in which an election may happen (protocol.md §11.3, §12.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed, VerificationError, within
from sandogh.protocol.shapes import hash_hex, integer, record, text

SECTION = "§11.3"


class EventType(StrEnum):
    """The eight things that happen in an election, protocol.md §11.3."""

    Setup = "Setup"
    Ballot = "Ballot"
    EndBallots = "EndBallots"
    EncryptedTally = "EncryptedTally"
    Shuffle = "Shuffle"
    EndShuffles = "EndShuffles"
    PartialDecryption = "PartialDecryption"
    Result = "Result"


#: The events that say only that something ended, and carry nothing (protocol.md §11.4).
_WITHOUT_PAYLOAD = frozenset({EventType.EndBallots, EventType.EndShuffles})

# protocol.md §12.2 without the shuffle part, which belongs to non-homomorphic questions.
_AFTER: dict[EventType | None, frozenset[EventType]] = {
    None: frozenset({EventType.Setup}),
    EventType.Setup: frozenset({EventType.Ballot, EventType.EndBallots}),
    EventType.Ballot: frozenset({EventType.Ballot, EventType.EndBallots}),
    EventType.EndBallots: frozenset({EventType.EncryptedTally}),
    EventType.EncryptedTally: frozenset({EventType.PartialDecryption}),
    EventType.PartialDecryption: frozenset({EventType.PartialDecryption, EventType.Result}),
    EventType.Result: frozenset(),
}

# The same with the shuffle part, which must then be there.
_AFTER_WITH_SHUFFLES: dict[EventType | None, frozenset[EventType]] = {
    **_AFTER,
    EventType.EncryptedTally: frozenset({EventType.Shuffle}),
    EventType.Shuffle: frozenset({EventType.Shuffle, EventType.EndShuffles}),
    EventType.EndShuffles: frozenset({EventType.PartialDecryption}),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One link of the chain: the hash of the event before, its height, what happened, and the hash of what it is about."""

    parent: str | None
    height: int
    type: EventType
    payload: str | None

    def __post_init__(self) -> None:
        if (self.parent is None) != (self.height == 0):
            raise Malformed(SECTION, "event: exactly the first one, at height 0, has no parent")
        if (self.payload is None) != (self.type in _WITHOUT_PAYLOAD):
            raise Malformed(SECTION, f"event: {self.type} {'must carry' if self.payload is None else 'carries no'} payload")

    @classmethod
    def after(cls, previous: "Event | None", type: EventType, payload: str | None = None) -> "Event":
        """The next event of a chain; the first one if `previous` is None, protocol.md §11.3."""
        if previous is None:
            return cls(None, 0, type, payload)
        return cls(previous.hash, previous.height + 1, type, payload)

    def to_bytes(self) -> bytes:
        fields: dict[str, object] = {} if self.parent is None else {"parent": self.parent}
        fields |= {"height": self.height, "type": self.type.value}
        return dumps(fields if self.payload is None else fields | {"payload": self.payload})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Event":
        """Raises Malformed, protocol.md §11.3."""
        value = loads_canonical(data, section=SECTION, what="event")
        fields = record(value, ("?parent", "height", "type", "?payload"), section=SECTION, what="event")
        kind = text(fields["type"], section=SECTION, what="event type")
        if kind not in EventType.__members__:
            raise Malformed(SECTION, f"event: type {kind[:40]!r} is unknown")
        height = integer(fields["height"], section=SECTION, what="height")
        return cls(
            parent=hash_hex(fields["parent"], section=SECTION, what="parent") if "parent" in fields else None,
            height=height,
            type=EventType(kind),
            payload=hash_hex(fields["payload"], section=SECTION, what="payload") if "payload" in fields else None,
        )

    @property
    def hash(self) -> str:
        """hex(SHA(bytes)): the parent of the next event."""
        return sha_hex(self.to_bytes())


def check_link(event: Event, previous: Event | None) -> None:
    """Raise VerificationError unless the event follows the previous one in the chain, protocol.md §11.3."""
    if previous is None:
        if event.parent is not None:
            raise VerificationError(SECTION, "the first event names a parent")
        return
    if event.height != previous.height + 1:
        raise VerificationError(SECTION, f"height {event.height} where {previous.height + 1} belongs")
    if event.parent != previous.hash:
        raise VerificationError(SECTION, "the parent is not the event before")


def next_allowed(previous: EventType | None, *, shuffles: bool = False) -> frozenset[EventType]:
    """What may happen after an event of this type (None: at the very beginning), protocol.md §12.2.

    `shuffles` says whether the election has a non-homomorphic question.
    """
    return (_AFTER_WITH_SHUFFLES if shuffles else _AFTER).get(previous, frozenset())


def check_grammar(types: Iterable[EventType], *, shuffles: bool = False) -> None:
    """Raise VerificationError unless the events happened in an allowed order, possibly not finished yet, protocol.md §12.2.

    This is stricter than other programs (protocol.md §12.3): where ballots are collected backwards from the last one, ballots before a
    second EndBallots vanish unseen.
    """
    previous: EventType | None = None
    for height, kind in enumerate(types):
        if kind not in next_allowed(previous, shuffles=shuffles):
            with within(f"event {height}"):
                raise VerificationError("§12.2", f"{kind} is not allowed {f'after {previous}' if previous else 'at the beginning'}")
        previous = kind
    if previous is None:
        raise VerificationError("§12.2", "no event at all")


@dataclass(frozen=True, slots=True)
class SetupData:
    """Payload of Setup: the hashes of what the election consists of, protocol.md §11.4."""

    election: str
    trustees: str
    credentials: str
    credentials_certificate: str | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> "SetupData":
        layout = ("election", "trustees", "credentials", "?credentials_certificate")
        fields = record(loads_canonical(data, section="§11.4", what="setup data"), layout, section="§11.4", what="setup data")
        return cls(**{name: hash_hex(value, section="§11.4", what=name) for name, value in fields.items()})


def make_setup_data(election_hash: str, trustees_hash: str, credentials_hash: str, certificate_hash: str | None = None) -> bytes:
    """The payload of Setup, from hex hashes; the last one that of a credentials certificate, if there is one, protocol.md §11.4."""
    optional = {} if certificate_hash is None else {"credentials_certificate": certificate_hash}
    return dumps({"election": election_hash, "trustees": trustees_hash, "credentials": credentials_hash} | optional)


@dataclass(frozen=True, slots=True)
class Owned:
    """Payload of PartialDecryption and Shuffle: whose it is (from 1), and the hash of it, protocol.md §9.3, §10.1."""

    owner: int
    payload: str

    @classmethod
    def from_bytes(cls, data: bytes, *, section: str = "§10.1") -> "Owned":
        """Raises Malformed with the section of what is owned. That the owner is a trustee, the caller must still check."""
        fields = record(
            loads_canonical(data, section=section, what="owned object"), ("owner", "payload"), section=section, what="owned object"
        )
        owner = integer(fields["owner"], section=section, what="owner")
        return cls(owner, hash_hex(fields["payload"], section=section, what="payload"))


def owned(owner: int, payload: str) -> bytes:
    """The payload of Shuffle and PartialDecryption: the trustee's number, from 1, and the hex hash, protocol.md §9.3, §10.1."""
    return dumps({"owner": owner, "payload": payload})
