"""The board's acts, one module each."""

from sandogh.server.board.domain.append import append, lock
from sandogh.server.board.domain.credentials import ListedCredentials, count_credentials, total_weight, weight_of, weights_of
from sandogh.server.board.domain.export import archive_name, stream_archive
from sandogh.server.board.domain.fingerprints import Fingerprints, fingerprints
from sandogh.server.board.domain.reading import (
    EventDetail,
    EventLine,
    EventPage,
    Head,
    MemberLine,
    event_by_hash,
    events_page,
    find_by_tracker,
    head,
)
from sandogh.server.board.domain.walk import members_of, stored_events, walk

__all__ = [
    "EventDetail",
    "EventLine",
    "EventPage",
    "Fingerprints",
    "Head",
    "ListedCredentials",
    "MemberLine",
    "append",
    "archive_name",
    "count_credentials",
    "event_by_hash",
    "events_page",
    "find_by_tracker",
    "fingerprints",
    "head",
    "lock",
    "members_of",
    "stored_events",
    "stream_archive",
    "total_weight",
    "walk",
    "weight_of",
    "weights_of",
]
