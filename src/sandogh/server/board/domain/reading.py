"""What the board shows: its end, its pages, one event, the event of a tracker."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Length
from django.utils.translation import gettext as _

from sandogh.protocol.events import EventType
from sandogh.server.board.models import BoardData, BoardEvent, BoardHead
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election

PAGE = 50
"""Events on one page of the board."""

TRACKER = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]\Z")
HASH = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain. `hash` stands for everything before it, since each event names its parent."""

    height: int
    type: EventType
    hash: str
    ballots: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as the list shows it. A ballot's time is not public: with it, whoever watched a voter could find the voter's ballot."""

    height: int
    type: EventType
    hash: str
    parent: str | None
    payload: str | None
    tracker: str | None
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Newest first. `page` counts from 1; `pages` is at least 1."""

    lines: tuple[EventLine, ...]
    page: int
    pages: int
    head: Head


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A data member: its hash and its size in bytes."""

    hash: str
    size: int


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One event with its exact bytes, its neighbours and what stands before it in the archive."""

    line: EventLine
    body: bytes
    next: str | None
    members: tuple[MemberLine, ...]


def head(election: Election) -> Head:
    """The end of the chain; raises Refused `no_board` before the election is sealed."""
    row = BoardHead.objects.filter(election=election).first()
    if row is None:
        raise Refused(
            "no_board", _("تابلوی عمومی این انتخابات هنوز آغاز نشده است. پس از مهر و موم شدن انتخابات دوباره ببینید."), status=404
        )
    return Head(row.height, EventType(row.type), row.hash, row.ballots, row.started_at)


def events_page(election: Election, page: int = 1) -> EventPage:
    """One page of the board, newest first; Refused `no_page` beyond its ends. Heights have no gaps, so no page is slower than another."""
    end = head(election)
    pages = end.height // PAGE + 1
    if not 1 <= page <= pages:
        raise Refused("no_page", _("تابلوی عمومی چنین صفحه‌ای ندارد. از صفحهٔ نخست تابلو آغاز کنید."), status=404)
    top = end.height - (page - 1) * PAGE
    rows = BoardEvent.objects.filter(election=election, height__range=(max(0, top - PAGE + 1), top)).order_by("-height").defer("body")
    return EventPage(tuple(_line(row) for row in rows), page, pages, end)


def event_by_hash(election: Election, event_hash: str) -> EventDetail:
    """The event's own page; raises Refused `no_event` for a hash that is not on this election's board."""
    row = BoardEvent.objects.filter(election=election, hash=event_hash).first() if HASH.match(event_hash) else None
    if row is None:
        raise Refused("no_event", _("ردیفی با این اثر انگشت در تابلوی عمومی این انتخابات نیست. نشانی را دوباره ببینید."), status=404)
    following = BoardEvent.objects.filter(election=election, height=row.height + 1).values_list("hash", flat=True).first()
    members = BoardData.objects.filter(event=row).order_by("place").annotate(size=Length("body")).values_list("hash", "size")
    return EventDetail(_line(row), bytes(row.body), following, tuple(MemberLine(*member) for member in members))


def find_by_tracker(election: Election, tracker: str) -> EventLine:
    """The Ballot event of a tracker, protocol.md §7.6.

    Spaces around and the padding sign are forgiven. Refused `malformed_tracker` for what cannot be one, `no_tracker` when it is not there.
    """
    shape = tracker.strip().rstrip("=")
    if not TRACKER.match(shape):
        raise Refused("malformed_tracker", _("کد رهگیری ۴۳ حرف و رقم لاتین است. آن را کامل و بی‌فاصله وارد کنید."), status=400)
    payload = b64decode(shape + "=").hex()
    row = BoardEvent.objects.filter(election=election, type=EventType.Ballot, payload=payload).defer("body").first()
    if row is None:
        raise Refused(
            "no_tracker",
            _("رأیی با این کد رهگیری در تابلوی عمومی این انتخابات نیست. کد را با رسید خود مقایسه کنید یا با پشتیبانی تماس بگیرید."),
            status=404,
        )
    return _line(row)


def _line(row: BoardEvent) -> EventLine:
    ballot = row.type == EventType.Ballot
    return EventLine(
        height=row.height,
        type=EventType(row.type),
        hash=row.hash,
        parent=row.parent or None,
        payload=row.payload or None,
        tracker=_tracker(row.payload) if ballot else None,
        recorded_at=None if ballot else row.created_at,
    )


def _tracker(payload: str) -> str:
    return b64encode(bytes.fromhex(payload)).decode().rstrip("=")
