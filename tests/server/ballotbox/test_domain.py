"""Checking and casting a ballot: what is refused, why, and that nothing of it remains (protocol.md §12.6; threat-model.md W1)."""

import contextlib
import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from elections_for_tests import Device, ElectionForTests, build, cast, close, hash_of, ready
from sandogh.protocol.ballot import make_ballot, tracker_of
from sandogh.protocol.canonical import dumps
from sandogh.protocol.credential import derive_credential, generate_credential
from sandogh.protocol.events import EventType
from sandogh.server.ballotbox import domain as ballotbox
from sandogh.server.ballotbox.models import Ballot
from sandogh.server.board import domain as board
from sandogh.server.board.models import BoardEvent
from sandogh.server.common import clock
from sandogh.server.common.errors import Refused
from sandogh.server.elections.permit import CastPermit

pytestmark = pytest.mark.django_db


def stored() -> tuple[int, int]:
    return BoardEvent.objects.count(), Ballot.objects.count()


def refusal(act: Callable[[], object]) -> tuple[str, int]:
    """Code and status of the refusal; nothing may be stored by it."""
    before = stored()
    with pytest.raises(Refused) as caught:
        act()
    assert stored() == before
    return caught.value.code, caught.value.status


def changed(ballot: bytes, change: Callable[[Any], None]) -> bytes:
    fields = json.loads(ballot)
    change(fields)
    return dumps(fields)


def permit_for(e: ElectionForTests, ballot: bytes, number: int = 0) -> CastPermit:
    return CastPermit(e.model.pk, e.voters[number].key.public, hash_of(ballot))


def put(e: ElectionForTests, permit: CastPermit, ballot: bytes) -> ballotbox.Record:
    checked = ballotbox.check(e.model, ballot)
    with transaction.atomic():
        return ballotbox.cast(permit, checked, ballot, now=clock.now())


# ---- checking


def test_a_valid_ballot_is_checked_without_a_lock_or_a_write() -> None:
    e = build(voters=1)
    ballot = e.ballot(e.voters[0])
    checked = ballotbox.check(e.model, ballot)
    assert (checked.credential, checked.hash, checked.tracker) == (e.voters[0].key.public, hash_of(ballot), tracker_of(ballot))
    assert stored() == (1, 0)


@pytest.mark.parametrize("junk", [b"", b"{}", b"[]", b"\xff", b"null", b'{"election_uuid":1}', b"[" * 100_000])
def test_what_is_no_ballot_is_refused(junk: bytes) -> None:
    e = build(voters=1)
    assert refusal(lambda: ballotbox.check(e.model, junk)) == ("invalid_ballot", 422)
    assert refusal(lambda: ballotbox.named_hash(junk)) == ("invalid_ballot", 422)


def test_a_ballot_over_the_limit_is_refused_unread() -> None:
    e = build(voters=1)
    assert refusal(lambda: ballotbox.check(e.model, b" " * 300_001)) == ("too_large", 413)
    assert refusal(lambda: ballotbox.check(e.model, b" " * 300_000)) == ("invalid_ballot", 422)


def test_a_ballot_of_another_election_is_refused() -> None:
    e, other = build(voters=1), build(voters=1, slug="other")
    assert refusal(lambda: ballotbox.check(e.model, other.ballot(other.voters[0]))) == ("invalid_ballot", 422)


def test_a_ballot_under_a_credential_that_is_not_listed_is_refused() -> None:
    e = build(voters=1)
    stranger = derive_credential(generate_credential(), uuid=e.parsed.uuid, group=e.parsed.group)
    ballot = make_ballot(e.parsed, stranger, e.random_choices())
    assert refusal(lambda: ballotbox.check(e.model, ballot)) == ("invalid_ballot", 422)


def _response(fields: Any) -> None:
    proof = fields["answers"][0]["individual_proofs"][0][0]
    proof["response"] = str((int(proof["response"]) + 1) % 2**252)


def _swap_answers(fields: Any) -> None:
    fields["answers"].reverse()


def _signature(fields: Any) -> None:
    fields["signature"]["proof"]["response"] = "1"


def _extra(fields: Any) -> None:
    fields["note"] = ""


def _hash(fields: Any) -> None:
    fields["signature"]["hash"] = "A" * 43


@pytest.mark.parametrize("change", [_response, _swap_answers, _signature, _extra, _hash])
def test_a_changed_ballot_is_refused(change: Callable[[Any], None]) -> None:
    e = build(voters=1)
    ballot = changed(e.ballot(e.voters[0]), change)
    assert refusal(lambda: ballotbox.check(e.model, ballot)) == ("invalid_ballot", 422)


def test_the_same_ballot_with_a_space_is_refused() -> None:
    e = build(voters=1)
    ballot = e.ballot(e.voters[0]).replace(b'"answers":', b'"answers": ')
    assert refusal(lambda: ballotbox.check(e.model, ballot)) == ("invalid_ballot", 422)


def test_a_copied_ballot_under_another_credential_is_refused() -> None:
    """threat-model.md W1: the proofs are bound to the credential, and the signature to the hash."""
    e = build(voters=2)
    original = e.ballot(e.voters[0])
    own = json.loads(e.ballot(e.voters[1]))

    def steal_answers(fields: Any) -> None:
        fields["credential"], fields["signature"] = own["credential"], own["signature"]

    def steal_one_answer(fields: Any) -> None:
        fields.update({**own, "answers": [*own["answers"][:2], fields["answers"][2]]})

    for steal in (steal_answers, steal_one_answer):
        assert refusal(lambda steal=steal: ballotbox.check(e.model, changed(original, steal))) == ("invalid_ballot", 422)  # type: ignore[misc]


# ---- casting


def test_a_cast_ballot_is_on_the_board_and_its_credential_is_spent() -> None:
    e = build(voters=1)
    ballot = e.ballot(e.voters[0])
    record = put(e, permit_for(e, ballot), ballot)
    assert board.find_by_tracker(e.model, tracker_of(ballot)).hash == record.event_hash
    assert (record.height, record.tracker, ballotbox.count(e.model)) == (1, tracker_of(ballot), 1)
    kept = Ballot.objects.get()
    assert (kept.credential, kept.tracker, kept.event.hash) == (e.voters[0].key.public, record.tracker, record.event_hash)
    assert next(iter(board.members_of(e.model, EventType.Ballot))) == (ballot,)


def test_a_permit_for_another_ballot_is_refused() -> None:
    e = build(voters=1)
    confirmed, sent = e.ballot(e.voters[0]), e.ballot(e.voters[0])
    assert refusal(lambda: put(e, permit_for(e, confirmed), sent)) == ("hash_mismatch", 409)


def test_a_permit_of_another_voter_is_refused() -> None:
    e = build(voters=2)
    ballot = e.ballot(e.voters[1])
    assert refusal(lambda: put(e, permit_for(e, ballot, number=0), ballot)) == ("wrong_credential", 403)


@pytest.mark.parametrize(("permitted", "listed"), [(1, 3), (3, 1), (2, 3)])
def test_a_permit_of_another_weight_is_refused(permitted: int, listed: int) -> None:
    """The roll and the public list disagree about this voter: it counts neither so nor so."""
    e = build(voters=2, weights=(listed, 5))
    ballot = e.ballot(e.voters[0])
    permit = CastPermit(e.model.pk, e.voters[0].key.public, hash_of(ballot), permitted)
    assert refusal(lambda: put(e, permit, ballot)) == ("wrong_weight", 409)
    put(e, dataclasses.replace(permit, weight=listed), ballot)


def test_a_second_ballot_of_a_credential_is_refused() -> None:
    e = build(voters=1)
    first, second = e.ballot(e.voters[0]), e.ballot(e.voters[0])
    put(e, permit_for(e, first), first)
    for again in (first, second):
        assert refusal(lambda again=again: put(e, permit_for(e, again), again)) == ("credential_used", 409)  # type: ignore[misc]


def test_a_refused_cast_leaves_a_transaction_that_cannot_go_on() -> None:
    e = build(voters=1)
    first, second = e.ballot(e.voters[0]), e.ballot(e.voters[0])
    put(e, permit_for(e, first), first)
    checked = ballotbox.check(e.model, second)

    @transaction.atomic
    def careless() -> None:
        with contextlib.suppress(Refused):
            ballotbox.cast(permit_for(e, second), checked, second, now=clock.now())
        ballotbox.count(e.model)

    with pytest.raises(transaction.TransactionManagementError):
        careless()
    assert stored() == (2, 1)


def test_no_ballot_before_opening_or_after_the_grace() -> None:
    sealed = build(voters=1, state="sealed")
    ballot = sealed.ballot(sealed.voters[0])
    assert refusal(lambda: put(sealed, permit_for(sealed, ballot), ballot)) == ("election_closed", 409)

    e = build(voters=1, slug="closing")
    model, ballot = e.model, e.ballot(e.voters[0])
    checked = ballotbox.check(model, ballot)

    def at(moment: Any) -> None:
        with transaction.atomic():
            ballotbox.cast(permit_for(e, ballot), checked, ballot, now=moment)

    assert refusal(lambda: at(model.opens_at - timedelta(seconds=1))) == ("election_closed", 409)
    assert refusal(lambda: at(model.last_cast_at)) == ("election_closed", 409)
    at(model.last_cast_at - timedelta(microseconds=1))
    assert ballotbox.count(model) == 1


def test_no_ballot_after_end_of_ballots_even_if_the_clock_would_take_it() -> None:
    e = build(voters=1)
    ballot = e.ballot(e.voters[0])
    with transaction.atomic():
        board.append(e.model, EventType.EndBallots, now=clock.now())
    assert refusal(lambda: put(e, permit_for(e, ballot), ballot)) == ("election_closed", 409)


def test_no_ballot_after_closing() -> None:
    e = build(voters=1)
    ballot = e.ballot(e.voters[0])
    close(e)
    assert refusal(lambda: put(e, permit_for(e, ballot), ballot)) == ("election_closed", 409)


def test_bytes_that_were_not_the_ones_checked_are_a_fault_of_the_caller() -> None:
    e = build(voters=1)
    one, other = e.ballot(e.voters[0]), e.ballot(e.voters[0])
    checked = ballotbox.check(e.model, one)
    with pytest.raises(ValueError, match="not the checked ballot"), transaction.atomic():
        ballotbox.cast(permit_for(e, one), checked, other, now=clock.now())
    assert stored() == (1, 0)


def test_the_whole_way_from_login_to_record() -> None:
    e = build(voters=2)
    ballots = [e.ballot(voter) for voter in e.voters]
    devices: list[Device] = [ready(e, voter, ballot) for voter, ballot in zip(e.voters, ballots, strict=True)]
    records = [cast(device, ballot) for device, ballot in zip(devices, ballots, strict=True)]
    assert [record.height for record in records] == [1, 2]
    assert [device.session.event_hash for device in devices] == [record.event_hash for record in records]
