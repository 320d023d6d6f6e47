"""One simulated network for all tests of this folder, and a server of ours that its webhooks reach."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from phone_for_tests import PhoneForTests, phone
from sandogh.sms.simulated import SimulatedProvider
from sms_gateway_for_tests import GatewayForTests, gateway


@pytest.fixture(scope="session")
def listener() -> Iterator[GatewayForTests]:
    """Where the network pushes; it answers 200 unless told otherwise."""
    with gateway() as running:
        yield running


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, listener: GatewayForTests) -> Iterator[PhoneForTests]:
    with phone(tmp_path_factory.mktemp("phone"), webhook=f"{listener.url}/in/", delivery=f"{listener.url}/dl/") as network:
        yield network


@pytest.fixture
def network(running: PhoneForTests) -> Iterator[PhoneForTests]:
    """The network, healthy before and after."""
    yield running
    for fault in running.client.get("/api/faults").json()["faults"]:
        running.fail("none", number=fault["number"])


@pytest.fixture
def client(network: PhoneForTests) -> Iterator[SimulatedProvider]:
    """The network's own client, as the server and the credential authority use it."""
    with closing(SimulatedProvider(network.url)) as opened:
        yield opened
