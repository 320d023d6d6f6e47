"""The archive of an election, made from the stored rows, protocol.md §11."""

from collections.abc import Iterator
from itertools import chain

from sandogh.protocol.archive import archive_header, archive_member
from sandogh.server.board.domain.reading import head
from sandogh.server.board.domain.walk import stored_events
from sandogh.server.elections.models import Election


def stream_archive(election: Election) -> Iterator[bytes]:
    """The archive up to the event that is last now, in constant memory. Raises Refused `no_board` before the election is sealed.

    An archive only grows: what a later call yields begins with the bytes of an earlier one.
    """
    end = head(election)
    timestamp = int(end.started_at.timestamp())
    return chain([archive_header(timestamp)], _members(election, end.height, timestamp))


def archive_name(election: Election) -> str:
    """The name to download it under."""
    return f"{election.slug}.bel"


def _members(election: Election, last: int, timestamp: int) -> Iterator[bytes]:
    for stored in stored_events(election, last):
        for member in stored.members:
            yield archive_member(member, "data", timestamp)
        yield archive_member(stored.body, "event", timestamp)
