"""Reading the stored chain from its first event to its last, a few events in memory at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import VerificationError, within
from sandogh.protocol.events import Event, EventType, check_link
from sandogh.server.board.domain.reading import Head
from sandogh.server.board.models import BoardData, BoardEvent
from sandogh.server.elections.models import Election

BATCH = 32
"""Events read at once: at most 32 ballots of 300 kB are in memory, whatever the size of the election."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An event's exact bytes and those of the data members before it, as the database holds them."""

    body: bytes
    members: tuple[bytes, ...]


def stored_events(election: Election, last: int, *, first: int = 0) -> Iterator[Stored]:
    """Events `first` … `last` as they are stored, unchecked."""
    for start in range(first, last + 1, BATCH):
        heights = (start, min(start + BATCH - 1, last))
        events = list(BoardEvent.objects.filter(election=election, height__range=heights).order_by("height").values_list("id", "body"))
        data: dict[int, list[bytes]] = {}
        rows = BoardData.objects.filter(event__in=[event_id for event_id, _body in events]).order_by("event", "place")
        for event_id, body in rows.values_list("event", "body"):
            data.setdefault(event_id, []).append(bytes(body))
        for event_id, body in events:
            yield Stored(bytes(body), tuple(data.get(event_id, ())))


def walk(election: Election, end: Head) -> Iterator[tuple[Event, tuple[bytes, ...]]]:
    """Every event up to `end` with its members, checked against the chain: what a decision is taken on is read this way.

    Raises VerificationError §11.3 when rows were changed after they were written: wrong parent, height or payload, or another end.
    """
    previous: Event | None = None
    for height, stored in enumerate(stored_events(election, end.height)):
        with within(f"event {height}"):
            event = Event.from_bytes(stored.body)
            check_link(event, previous)
            if event.payload != (sha_hex(stored.members[-1]) if stored.members else None):
                raise VerificationError("§11.3", "the payload is not the stored member")
        previous = event
        yield event, stored.members
    if previous is None or (previous.hash, previous.height) != (end.hash, end.height):
        raise VerificationError("§11.3", f"the stored chain does not end with event {end.height}")


def members_of(election: Election, event_type: EventType) -> list[tuple[bytes, ...]]:
    """The data members of each event of this type in chain order: for the few large ones after the ballots."""
    events = BoardEvent.objects.filter(election=election, type=event_type).order_by("height").values_list("id", flat=True)
    return [
        tuple(bytes(body) for body in BoardData.objects.filter(event=event).order_by("place").values_list("body", flat=True))
        for event in events
    ]
