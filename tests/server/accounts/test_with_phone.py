"""The whole way of the texts with the real simulated network beside it: code out, vote code in, and each fault with its twin."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from elections_for_tests import Device, ElectionForTests, seal
from phone_for_tests import PhoneForTests, phone
from sandogh.server.accounts.domain import codes
from sandogh.server.messaging import worker
from sandogh.server.messaging.domain import record_delivery
from sandogh.server.messaging.models import InboundMessage, OutboundMessage
from sandogh.sms.simulated import SimulatedProvider

from .conftest import NOW, identify

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneForTests]:
    """Without webhooks: everything is fetched, which is the harder way for the worker."""
    with phone(tmp_path_factory.mktemp("phone")) as running:
        yield running


@pytest.fixture
def provider(network: PhoneForTests) -> Iterator[SimulatedProvider]:
    with closing(SimulatedProvider(network.url, timeout=0.4)) as opened:
        yield opened


def on_phone(network: PhoneForTests, number: str, reference: str) -> list[str]:
    """The texts of one reference on a phone, waited for a moment."""
    for _ in range(20):
        texts = [text["text"] for text in network.messages(number) if text["reference"] == reference]
        if texts:
            return texts
        time.sleep(0.05)
    return []


def test_a_voter_votes_by_phone(e: ElectionForTests, network: PhoneForTests, provider: SimulatedProvider) -> None:
    voter = e.voters[0]
    session, token = identify(e, voter)
    worker.run_once(NOW, provider=provider)
    (text,) = on_phone(network, voter.mobile, f"otp-{session.public_id}-1")
    message = OutboundMessage.objects.get()
    assert (message.state, message.text) == ("sent", "")

    codes.check(session, text.rsplit("#", 1)[1], now=NOW)
    device = Device(e, voter, token)
    code = seal(device, e.ballot(voter), now=NOW)
    network.text(voter.mobile, "سلام، کد رأی من ۱۲۳ است")
    network.text("09120007777", code)
    network.text(voter.mobile, f"کد رأی: {code}")
    worker.run_once(NOW + timedelta(seconds=10), provider=provider)
    assert device.session.state == "confirmed"
    mine = InboundMessage.objects.filter(sender__in=[voter.mobile, "09120007777"]).order_by("pk")
    assert list(mine.values_list("sender", "outcome"))[-3:] == [
        (voter.mobile, "no_code"),
        ("09120007777", "no_session"),
        (voter.mobile, "confirmed"),
    ]


@pytest.mark.parametrize(
    ("fault", "state", "on_the_phone"),
    [
        ("refused", "failed", 0),
        ("undelivered", "sent", 0),
        ("report_lost", "sent", 1),
        ("timed_out", "sent", 1),
        ("busy", "sent", 1),
    ],
)
def test_a_fault_and_its_twin(
    e: ElectionForTests, network: PhoneForTests, provider: SimulatedProvider, fault: str, state: str, on_the_phone: int
) -> None:
    """However it fails: at most one text on the phone, a state that claims no more than is known, and no code left in the table."""
    voter = e.voters[1]
    network.fail(fault, number=voter.mobile, times=1, hold=1.0)
    session, _token = identify(e, voter)
    for seconds in (0, 5, 60, 119):
        worker.run_once(NOW + timedelta(seconds=seconds), provider=provider)
    message = OutboundMessage.objects.get()
    assert (message.state, message.text) == (state, "")
    assert len(on_phone(network, voter.mobile, f"otp-{session.public_id}-1")) == on_the_phone


def test_the_desk_learns_of_an_undelivered_code(e: ElectionForTests, network: PhoneForTests, provider: SimulatedProvider) -> None:
    voter = e.voters[2]
    network.fail("undelivered", number=voter.mobile, times=1)
    session, _token = identify(e, voter)
    worker.run_once(NOW, provider=provider)
    status = network.client.get("/api/status", params={"reference": f"otp-{session.public_id}-1"}).json()
    record_delivery(provider.parse_delivery(status), NOW)
    assert OutboundMessage.objects.get().state == "failed"
