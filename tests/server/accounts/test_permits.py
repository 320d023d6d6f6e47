"""From the text message to the permit (journey.md S9, S13): which texts confirm, and which ballots a confirmed session may cast."""

from datetime import timedelta

import pytest
from django.db import transaction

from elections_for_tests import Device, ElectionForTests, cast, hash_of, log_in, ready, seal
from sandogh.server.accounts.domain import permits
from sandogh.server.common.errors import Refused
from sandogh.server.elections.permit import CastPermit
from sandogh.server.messaging.domain import receive
from sandogh.server.messaging.models import InboundMessage, OutboundMessage
from sandogh.server.rolls.models import Voter
from sandogh.sms import Incoming

from .conftest import NOW

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.fixture
def device(e: ElectionForTests) -> Device:
    """A voter who looks at the code."""
    device = log_in(e, e.voters[0], now=NOW)
    seal(device, e.ballot(e.voters[0]), now=NOW)
    return device


def text(sender: str, words: str, *, minutes: float = 0, message_id: str = "1") -> str:
    """What came of a text, by the way that real ones come."""
    return receive(Incoming("sample", message_id, sender, "100000000", words, ""), NOW + timedelta(minutes=minutes)).outcome


def refusal(device: Device, ballot_hash: str, *, minutes: float = 0) -> str:
    with pytest.raises(Refused) as refused, transaction.atomic():
        permits.redeem(device.election.model, device.token, ballot_hash, now=NOW + timedelta(minutes=minutes))
    return refused.value.code


@pytest.mark.parametrize("written", ["{}", "کد رأی: {}", "{}\nآزاده", "«{}»"])
def test_the_code_from_the_voter_s_own_number(device: Device, written: str) -> None:
    words = written.format(device.session.vote_code.translate(PERSIAN))
    assert text("+98" + device.voter.mobile[1:], words) == "confirmed"
    assert (device.session.state, device.session.confirmed_at) == ("confirmed", NOW)


@pytest.mark.parametrize("sender", ["09120009999", "09120000002", "100000000", "", "BANK"])
def test_another_phone(device: Device, sender: str) -> None:
    assert text(sender, device.session.vote_code) == "no_session"
    assert device.session.state == "sealed"


def test_a_wrong_code(device: Device) -> None:
    wrong = f"{(int(device.session.vote_code) + 1) % 10**8:08d}"
    assert text(device.voter.mobile, wrong) == "no_session"
    assert device.session.state == "sealed"


@pytest.mark.parametrize("words", ["", "سلام", "۱۲۳", "12345678 87654321"])
def test_no_code(device: Device, words: str) -> None:
    assert text(device.voter.mobile, words) == "no_code"


def test_twice_by_two_messages_and_twice_by_one(device: Device) -> None:
    code = device.session.vote_code
    assert [text(device.voter.mobile, code, message_id=number) for number in ("1", "2", "1")] == ["confirmed", "again", "confirmed"]
    assert InboundMessage.objects.count() == 2


def test_before_the_page_asked(e: ElectionForTests) -> None:
    device = log_in(e, e.voters[0], now=NOW)
    assert text(device.voter.mobile, "48590433") == "no_session"
    assert device.session.state == "authenticated"


def test_late(device: Device) -> None:
    code = device.session.vote_code
    assert text(device.voter.mobile, code, minutes=20) == "no_session"
    assert device.session.confirmed_at is None


def test_a_text_for_a_superseded_device_confirms_nothing(device: Device) -> None:
    code = device.session.vote_code
    other = log_in(device.election, device.voter, now=NOW + timedelta(minutes=1))
    assert text(device.voter.mobile, code, minutes=2) == "no_session"
    assert (device.session.state, other.session.state) == ("superseded", "authenticated")


def test_the_code_decides_between_two_members_with_one_number(e: ElectionForTests) -> None:
    wife, husband = e.voters[:2]
    Voter.objects.filter(licence_no=husband.licence_no).update(mobile=wife.mobile)
    devices = []
    for voter in (wife, husband):
        device = log_in(e, voter, now=NOW)
        # log_in takes the number of the credentials' list, which is older than the change.
        type(device.session).objects.filter(pk=device.session.pk).update(mobile=wife.mobile)
        seal(device, e.ballot(voter), now=NOW)
        devices.append(device)
    assert text(wife.mobile, devices[1].session.vote_code) == "confirmed"
    assert [device.session.state for device in devices] == ["sealed", "confirmed"]
    assert text(wife.mobile, devices[0].session.vote_code, message_id="2") == "confirmed"
    assert [device.session.state for device in devices] == ["confirmed", "confirmed"]


# ---- redeeming


def test_a_permit_names_the_ballot_and_the_credential_and_nobody(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot, now=NOW)
    with transaction.atomic():
        session, permit = permits.redeem(e.model, device.token, hash_of(ballot), now=NOW)
    assert session == device.session
    assert permit == CastPermit(e.model.pk, e.voters[0].key.public, hash_of(ballot))


def test_not_before_the_text(device: Device) -> None:
    assert refusal(device, device.session.ballot_hash) == "not_confirmed"


def test_not_for_another_ballot(e: ElectionForTests) -> None:
    device = ready(e, e.voters[0], e.ballot(e.voters[0]), now=NOW)
    assert refusal(device, hash_of(e.ballot(e.voters[0]))) == "hash_mismatch"
    assert refusal(device, "") == "hash_mismatch"


def test_not_for_the_ballot_before_the_edit(e: ElectionForTests) -> None:
    first, second = e.ballot(e.voters[0]), e.ballot(e.voters[0])
    device = ready(e, e.voters[0], first, now=NOW)
    seal(device, second, now=NOW)
    assert refusal(device, hash_of(first)) == "not_confirmed"
    text(device.voter.mobile, device.session.vote_code)
    assert refusal(device, hash_of(first)) == "hash_mismatch"


def test_not_after_the_window(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot, now=NOW)
    assert refusal(device, hash_of(ballot), minutes=20) == "expired"


def test_not_from_a_superseded_device(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot, now=NOW)
    log_in(e, e.voters[0], now=NOW)
    assert refusal(device, hash_of(ballot)) == "superseded"


def test_not_twice(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot, now=NOW)
    cast(device, ballot, now=NOW)
    assert refusal(device, hash_of(ballot)) == "already_cast"


def test_not_when_the_election_ended_without_grace(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot, now=NOW)
    election = e.model
    election.closes_at = NOW + timedelta(minutes=1)
    election.save()
    # With the grace rule the window counts, without it the end.
    with transaction.atomic():
        permits.redeem(e.model, device.token, hash_of(ballot), now=NOW + timedelta(minutes=19))
    election.grace = False
    election.save()
    assert refusal(device, hash_of(ballot), minutes=1) == "election_closed"


def test_not_by_a_voter_suspended_meanwhile(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot, now=NOW)
    Voter.objects.filter(licence_no=e.voters[0].licence_no).update(status="suspended")
    assert refusal(device, hash_of(ballot)) == "suspended"


def test_casting_texts_the_voter_in_the_same_transaction(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot, now=NOW)
    record = cast(device, ballot, now=NOW)
    message = OutboundMessage.objects.get(purpose="vote_recorded")
    assert (message.to, message.reference, message.fictional) == (device.voter.mobile, f"cast-{device.session.public_id}", True)
    assert message.text.endswith(f"شمارهٔ پیگیری: {record.tracker[:8]}")


def test_a_cast_that_fails_afterwards_never_was(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot, now=NOW)
    with transaction.atomic():
        session, _permit = permits.redeem(e.model, device.token, hash_of(ballot), now=NOW)
        permits.mark_cast(session, tracker="t" * 43, event_hash="0" * 64, now=NOW)
        transaction.set_rollback(True)
    assert (device.session.state, device.session.tracker) == ("confirmed", "")
    assert not OutboundMessage.objects.filter(purpose="vote_recorded").exists()
