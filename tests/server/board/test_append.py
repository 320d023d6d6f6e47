"""The sequencer: what it writes, what it refuses, and that nothing of a refused act remains."""

import hashlib
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from elections_for_tests import build, draft
from sandogh.protocol.events import Event, EventType
from sandogh.server.board import domain as board
from sandogh.server.board.models import BoardData, BoardEvent, BoardHead, PublicCredential
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def append(election: Election, event_type: EventType, *members: bytes) -> BoardEvent:
    with transaction.atomic():
        return board.append(election, event_type, members, now=NOW)


def rows() -> tuple[int, int]:
    return BoardEvent.objects.count(), BoardData.objects.count()


def test_an_event_names_its_parent_and_its_payload() -> None:
    e = build(voters=2)
    setup = BoardEvent.objects.get()

    ballot = append(e.model, EventType.Ballot, b"{}")

    assert bytes(ballot.body) == f'{{"parent":"{setup.hash}","height":1,"type":"Ballot","payload":"{sha(b"{}")}"}}'.encode()
    assert ballot.hash == sha(bytes(ballot.body))
    assert (ballot.parent, ballot.height, ballot.payload) == (setup.hash, 1, sha(b"{}"))
    assert list(BoardData.objects.filter(event=ballot).values_list("place", "hash", "body")) == [(0, sha(b"{}"), b"{}")]
    assert board.head(e.model) == board.Head(1, EventType.Ballot, ballot.hash, 1, setup.created_at)


def test_setup_has_no_parent_and_its_four_members_in_order() -> None:
    e = build(voters=2)
    setup = BoardEvent.objects.get()
    model = Election.objects.get()
    files = [bytes(model.election_json), bytes(model.trustees_json), bytes(model.credentials_json)]
    data = f'{{"election":"{sha(files[0])}","trustees":"{sha(files[1])}","credentials":"{sha(files[2])}"}}'.encode()
    assert Event.from_bytes(bytes(setup.body)) == Event(None, 0, EventType.Setup, sha(data))
    assert [bytes(body) for body in BoardData.objects.order_by("place").values_list("body", flat=True)] == [*files, data]
    assert set(PublicCredential.objects.values_list("credential", flat=True)) == {voter.key.public for voter in e.voters}


def test_an_event_without_payload_has_no_members() -> None:
    e = build(voters=1)
    closing = append(e.model, EventType.EndBallots)
    assert Event.from_bytes(bytes(closing.body)).payload is None
    assert not BoardData.objects.filter(event=closing).exists()


@pytest.mark.parametrize("early", [EventType.EncryptedTally, EventType.PartialDecryption])
def test_an_event_out_of_order_is_refused_and_nothing_is_written(early: EventType) -> None:
    e = build(voters=1)
    before = rows(), board.head(e.model)
    with pytest.raises(Refused, match="out_of_order"):
        append(e.model, early, b"1", b"2")
    assert (rows(), board.head(e.model)) == before


def test_a_ballot_after_the_end_of_ballots_is_refused() -> None:
    e = build(voters=1)
    append(e.model, EventType.EndBallots)
    with pytest.raises(Refused, match="out_of_order"):
        append(e.model, EventType.Ballot, b"{}")
    with pytest.raises(Refused, match="out_of_order"):
        append(e.model, EventType.EndBallots)


def test_nothing_but_setup_comes_first() -> None:
    election, _people = draft()
    with pytest.raises(Refused, match="out_of_order"):
        append(election, EventType.Ballot, b"{}")
    with pytest.raises(Refused, match="no_board"):
        board.head(election)


def test_a_second_setup_is_refused() -> None:
    e = build(voters=1)
    files = [bytes(body) for body in BoardData.objects.order_by("place").values_list("body", flat=True)]
    with pytest.raises(Refused, match="out_of_order"):
        append(e.model, EventType.Setup, *files)
    assert rows() == (1, 4)


def test_the_wrong_number_of_members_is_a_fault_of_the_caller() -> None:
    e = build(voters=1)
    with pytest.raises(ValueError, match="1 data members, not 2"):
        append(e.model, EventType.Ballot, b"{}", b"{}")
    with pytest.raises(ValueError, match="0 data members, not 1"):
        append(e.model, EventType.EndBallots, b"{}")


@pytest.mark.django_db(transaction=True)
def test_an_append_without_a_transaction_is_a_fault_of_the_caller() -> None:
    e = build(voters=1)
    with pytest.raises(RuntimeError, match="inside the transaction"):
        board.append(e.model, EventType.Ballot, [b"{}"], now=NOW)
    assert rows() == (1, 4)


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_after_its_append_leaves_no_event() -> None:
    e = build(voters=1)
    before = board.head(e.model)

    @transaction.atomic
    def act() -> None:
        board.append(e.model, EventType.Ballot, [b"{}"], now=NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert board.head(e.model) == before
    assert rows() == (1, 4)


def test_two_elections_have_two_chains() -> None:
    one, other = build(voters=1, slug="one"), build(voters=1, slug="other")
    append(one.model, EventType.Ballot, b"{}")
    assert (board.head(one.model).height, board.head(other.model).height) == (1, 0)
    assert append(other.model, EventType.EndBallots).height == 1


def test_the_tables_are_append_only() -> None:
    build(voters=1)
    event = BoardEvent.objects.get()
    for change in (event.save, event.delete, BoardEvent.objects.all().delete, lambda: BoardData.objects.update(body=b"")):
        with pytest.raises(TypeError, match="append-only"):
            change()


def test_the_database_itself_refuses_a_second_event_at_one_height() -> None:
    e = build(voters=1)
    setup = BoardEvent.objects.get()
    twin = BoardEvent(election=e.model, height=0, type="Setup", hash="0" * 64, body=b"{}", created_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
    copy = BoardEvent(election=e.model, height=1, type="Setup", hash=setup.hash, body=b"{}", created_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()


def test_a_listed_credential_is_found_without_reading_the_list(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    e, other = build(voters=3), build(voters=1, slug="other")
    listed = board.ListedCredentials(e.model.pk)
    with django_assert_num_queries(3):
        assert [key in listed for key in (e.voters[0].key.public, other.voters[0].key.public, "")] == [True, False, False]
    assert 5 not in listed
    assert board.count_credentials(e.model.pk) == 3


def test_the_head_is_the_only_row_that_moves() -> None:
    e = build(voters=1)
    append(e.model, EventType.Ballot, b"{}")
    append(e.model, EventType.Ballot, b"[]")
    head = BoardHead.objects.get()
    assert (head.height, head.ballots, head.type) == (2, 2, "Ballot")
    assert connection.in_atomic_block
