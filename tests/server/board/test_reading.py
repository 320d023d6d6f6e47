"""What the board shows: pages newest first, one event, the event of a tracker, the fingerprints."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from elections_for_tests import ElectionForTests, archive, build, cast, count, ready
from sandogh.protocol.ballot import tracker_of
from sandogh.protocol.election import Election as SealedElection
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.events import EventType
from sandogh.server.board import domain as board
from sandogh.server.board.models import BoardData, BoardEvent
from sandogh.server.common.errors import Refused

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def with_ballots(number: int, slug: str = "azmayesh") -> ElectionForTests:
    """An election whose board holds so many Ballot events. The board does not look into them."""
    e = build(voters=1, slug=slug)
    with transaction.atomic():
        for place in range(number):
            board.append(e.model, EventType.Ballot, [b"%d" % place], now=NOW)
    return e


@pytest.mark.parametrize(
    ("ballots", "page", "heights", "pages"),
    [
        (0, 1, [0], 1),
        (2, 1, [2, 1, 0], 1),
        (49, 1, list(range(49, -1, -1)), 1),
        (50, 1, list(range(50, 0, -1)), 2),
        (50, 2, [0], 2),
        (101, 2, list(range(51, 1, -1)), 3),
    ],
)
def test_a_page_shows_fifty_events_newest_first(ballots: int, page: int, heights: list[int], pages: int) -> None:
    shown = board.events_page(with_ballots(ballots).model, page)
    assert [line.height for line in shown.lines] == heights
    assert (shown.page, shown.pages, shown.head.ballots) == (page, pages, ballots)


@pytest.mark.parametrize("page", [0, -1, 2])
def test_there_is_no_page_beyond_the_ends(page: int) -> None:
    e = with_ballots(1)
    with pytest.raises(Refused, match="no_page"):
        board.events_page(e.model, page)


def test_a_page_costs_two_queries_whatever_it_shows(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for ballots in (1, 60):
        model = with_ballots(ballots, slug=f"azmayesh-{ballots}").model
        with django_assert_num_queries(2):
            board.events_page(model)


def test_the_time_of_a_ballot_is_not_shown() -> None:
    e = with_ballots(1)
    ballot, setup = board.events_page(e.model).lines
    assert ballot.recorded_at is None
    assert setup.recorded_at is not None


def test_an_event_has_its_exact_bytes_neighbours_and_members() -> None:
    e = with_ballots(2)
    setup, first, second = BoardEvent.objects.order_by("height")
    detail = board.event_by_hash(e.model, first.hash)
    assert hashlib.sha256(detail.body).hexdigest() == first.hash
    assert (detail.line.parent, detail.next) == (setup.hash, second.hash)
    assert detail.members == (board.MemberLine(hashlib.sha256(b"0").hexdigest(), 1),)
    assert board.event_by_hash(e.model, second.hash).next is None
    assert [member.size for member in board.event_by_hash(e.model, setup.hash).members] == [
        len(bytes(body)) for body in BoardData.objects.filter(event=setup).order_by("place").values_list("body", flat=True)
    ]


def test_an_event_of_another_election_is_not_found() -> None:
    e, other = with_ballots(1), with_ballots(1, slug="other")
    elsewhere = board.head(other.model).hash
    for wrong in (elsewhere, "0" * 64, "", "../..", elsewhere.upper(), f"{board.head(e.model).hash}\n"):
        with pytest.raises(Refused, match="no_event"):
            board.event_by_hash(e.model, wrong)


def test_a_tracker_leads_to_its_ballot() -> None:
    e = build(voters=1)
    ballot = e.ballot(e.voters[0])
    record = cast(ready(e, e.voters[0], ballot), ballot)
    line = board.find_by_tracker(e.model, tracker_of(ballot))
    assert (line.hash, line.height, line.tracker) == (record.event_hash, 1, record.tracker)
    assert board.find_by_tracker(e.model, f"  {tracker_of(ballot)}=\n") == line


def test_a_tracker_that_is_not_there_is_said_to_be_missing() -> None:
    e, other = with_ballots(1), with_ballots(2, slug="other")
    with pytest.raises(Refused, match="no_tracker"):
        board.find_by_tracker(e.model, tracker_of(b"1"))
    assert board.find_by_tracker(other.model, tracker_of(b"1")).height == 2


def test_the_payload_of_another_kind_of_event_is_no_tracker() -> None:
    e = with_ballots(0)
    payload = bytes.fromhex(BoardEvent.objects.get().payload)
    with pytest.raises(Refused, match="no_tracker"):
        board.find_by_tracker(e.model, b64encode(payload).decode().rstrip("="))


@pytest.mark.parametrize("junk", ["", "abc", "a" * 44, "a" * 43, "-" * 43, "é" * 43, "A" * 42 + "B"])
def test_what_cannot_be_a_tracker_is_said_to_be_malformed(junk: str) -> None:
    e = with_ballots(0)
    with pytest.raises(Refused, match="malformed_tracker"):
        board.find_by_tracker(e.model, junk)


def test_the_fingerprints_stand_for_the_published_files() -> None:
    e = with_ballots(1)
    model = type(e.model).objects.get()

    def short(data: bytes) -> str:
        return b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")

    shown = board.fingerprints(model)
    assert shown == board.Fingerprints(
        election=SealedElection.from_bytes(bytes(model.election_json)).fingerprint,
        trustees=short(bytes(model.trustees_json)),
        credentials=short(bytes(model.credentials_json)),
        last_event=board.head(model).hash,
        height=1,
        ballots=1,
        archive=None,
    )


def test_the_archive_has_a_fingerprint_once_no_ballot_can_come() -> None:
    e = build(voters=1)
    count(e)
    assert board.fingerprints(e.model).archive == hashlib.sha256(archive(e)).hexdigest()


# ---- the chain is read for decisions only when it is whole


def walk(e: ElectionForTests) -> list[EventType]:
    return [event.type for event, _members in board.walk(e.model, board.head(e.model))]


def tamper(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_an_untouched_chain_is_walked_to_its_end() -> None:
    assert walk(with_ballots(40)) == [EventType.Setup] + [EventType.Ballot] * 40


def test_a_changed_ballot_is_noticed() -> None:
    e = with_ballots(2)
    tamper("UPDATE board_boarddata SET body = %s WHERE hash = %s", b"7", hashlib.sha256(b"1").hexdigest())
    with pytest.raises(VerificationError, match="event 2: the payload is not the stored member"):
        walk(e)


def test_a_changed_event_is_noticed() -> None:
    e = with_ballots(3)
    row = BoardEvent.objects.get(height=1)
    changed = bytes(row.body).replace(row.payload.encode(), hashlib.sha256(b"7").hexdigest().encode())
    tamper("UPDATE board_boarddata SET body = %s WHERE event_id = %s", b"7", row.pk)
    tamper("UPDATE board_boardevent SET body = %s WHERE id = %s", changed, row.pk)
    with pytest.raises(VerificationError, match="event 2: the parent is not the event before"):
        walk(e)


@pytest.mark.parametrize(("height", "complaint"), [(1, "event 1: height 2 where 1 belongs"), (2, "does not end with event 2")])
def test_a_missing_event_is_noticed(height: int, complaint: str) -> None:
    e = with_ballots(2)
    row = BoardEvent.objects.get(height=height)
    tamper("DELETE FROM board_boarddata WHERE event_id = %s", row.pk)
    tamper("DELETE FROM board_boardevent WHERE id = %s", row.pk)
    with pytest.raises(VerificationError, match=complaint):
        walk(e)


def test_another_end_than_the_recorded_one_is_noticed() -> None:
    e = with_ballots(1)
    tamper("UPDATE board_boardhead SET hash = %s", "0" * 64)
    with pytest.raises(VerificationError, match="does not end with event 1"):
        walk(e)
