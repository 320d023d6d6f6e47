"""Sending: every voter with a mobile once, whatever the network does; faults in pairs (threat-model.md T10)."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandogh.ceremony.credential_authority import resend, send
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.sending import Report, report, text_for
from sandogh.ceremony.store import CredentialStore
from sandogh.ceremony.store_making import MessageState

from .conftest import Hours, Network
from .conftest import issue_plain as issue


@pytest.fixture
def store(tmp_path: Path, request_bytes: Callable[..., bytes]) -> Iterator[CredentialStore]:
    """Five voters, the last without a mobile."""
    issue(request_bytes(), store_path=tmp_path / "s.sqlite3", out=tmp_path / "p.json")
    with CredentialStore(tmp_path / "s.sqlite3") as opened:
        yield opened


def send_all(store: CredentialStore, network: Network, hours: Hours, **options: bool) -> Report:
    return send(store, network, clock=hours.clock(), per_second=0, **options)


def texts_per_number(network: Network) -> Counter[str]:
    return Counter(message.to for message in network.delivered)


ONCE = Counter({f"0912000000{number}": 1 for number in range(1, 5)})


def test_every_voter_gets_the_own_link_once(store: CredentialStore, network: type[Network], hours: Hours) -> None:
    phones = network()
    done = send_all(store, phones, hours)
    assert [(message.to, message.text) for message in phones.delivered] == [
        (holder.mobile, text_for(store.election, holder, store.secret_of(holder))) for holder in store.holders() if holder.mobile
    ]
    for holder, message in zip(store.holders(), phones.delivered, strict=False):
        assert message.text.endswith(f"ورود: https://ray.example/e/arkan-1405/#{store.secret_of(holder)}")
    assert done.states == Counter({MessageState.SENT: 4})
    assert done.without_mobile == ("9901000005",)
    assert done.complete


def test_a_second_run_sends_nothing(store: CredentialStore, network: type[Network], hours: Hours) -> None:
    phones = network()
    send_all(store, phones, hours)
    assert send_all(store, phones, hours).complete
    assert phones.calls == 4


def test_references_are_stable_and_name_nobody(store: CredentialStore, network: type[Network], hours: Hours) -> None:
    phones = network()
    send_all(store, phones, hours)
    assert [message.reference for message in phones.delivered] == [f"8YJ6ZwzVgVfD4d-{number}-1" for number in range(1, 5)]


def test_refused_texts_are_listed_and_tried_again_only_when_asked(store: CredentialStore, network: type[Network], hours: Hours) -> None:
    phones = network(faults={1: "refused"})
    done = send_all(store, phones, hours)
    assert done.failed == (("9901000002", "411"),)
    assert not done.complete
    assert not send_all(store, phones, hours).complete
    assert phones.calls == 4
    assert send_all(store, phones, hours, retry_failed=True).complete
    assert texts_per_number(phones) == ONCE


@pytest.mark.parametrize("fault", ["lost", "lost-but-sent"])
def test_a_lost_answer_is_asked_again_where_doubles_are_guarded(
    store: CredentialStore, network: type[Network], hours: Hours, fault: str
) -> None:
    phones = network(faults={1: fault})
    assert send_all(store, phones, hours).complete
    assert texts_per_number(phones) == ONCE
    assert hours.slept == [2.0]


@pytest.mark.parametrize(("fault", "arrived"), [("lost", 0), ("lost-but-sent", 1)])
def test_a_lost_answer_waits_for_a_person_where_doubles_are_not_guarded(
    store: CredentialStore, network: type[Network], hours: Hours, fault: str, arrived: int
) -> None:
    phones = network(guards_doubles=False, faults={1: fault})
    done = send_all(store, phones, hours)
    assert done.states == Counter({MessageState.SENT: 3, MessageState.UNKNOWN: 1})
    send_all(store, phones, hours)
    assert texts_per_number(phones)["09120000002"] == arrived
    assert send_all(store, phones, hours, retry_unknown=True).complete
    assert texts_per_number(phones)["09120000002"] == arrived + 1


def test_a_busy_network_is_waited_for(store: CredentialStore, network: type[Network], hours: Hours) -> None:
    phones = network(faults={0: "busy", 1: "busy"})
    assert send_all(store, phones, hours).complete
    assert hours.slept == [1.0, 2.0]


def test_a_network_that_is_down_ends_the_run_and_loses_nothing(store: CredentialStore, network: type[Network], hours: Hours) -> None:
    phones = network(faults=dict.fromkeys(range(1, 5), "busy"))
    done = send_all(store, phones, hours)
    assert done.states == Counter({MessageState.SENT: 1, MessageState.QUEUED: 3})
    assert "run the same command again later" in done.stopped
    assert send_all(store, phones, hours).complete
    assert texts_per_number(phones) == ONCE


def test_the_rate_is_kept(store: CredentialStore, network: type[Network], hours: Hours) -> None:
    send(store, network(), clock=hours.clock(), per_second=4)
    assert hours.slept == [0.25, 0.25, 0.25]


def test_a_fictional_election_reaches_no_real_telephone(store: CredentialStore, network: type[Network], hours: Hours) -> None:
    phones = network(simulated=False)
    with pytest.raises(Refused, match="fictional"):
        send_all(store, phones, hours)
    with pytest.raises(Refused, match="fictional"):
        resend(store, phones, "9901000001", clock=hours.clock())
    assert phones.calls == 0


def test_a_real_election_is_not_sent_to_the_simulator(
    tmp_path: Path, request_bytes: Callable[..., bytes], network: type[Network], hours: Hours
) -> None:
    issue(request_bytes(fictional=False), store_path=tmp_path / "r.sqlite3", out=tmp_path / "r.json")
    with CredentialStore(tmp_path / "r.sqlite3") as real:
        with pytest.raises(Refused, match="reaches nobody"):
            send_all(real, network(), hours)
        assert send_all(real, network(simulated=False), hours).complete


def test_resending_one_voter_sends_the_same_credential(store: CredentialStore, network: type[Network], hours: Hours) -> None:
    phones = network()
    send_all(store, phones, hours)
    resend(store, phones, "9901000002", clock=hours.clock())
    first, again = [message for message in phones.delivered if message.to == "09120000002"]
    assert first.text == again.text
    assert again.reference == "8YJ6ZwzVgVfD4d-2-2"
    assert phones.calls == 5


def test_resending_does_not_send_the_others(store: CredentialStore, network: type[Network], hours: Hours) -> None:
    phones = network()
    resend(store, phones, "9901000002", clock=hours.clock())
    assert texts_per_number(phones) == Counter({"09120000002": 1})
    send_all(store, phones, hours)
    assert texts_per_number(phones) == ONCE


@pytest.mark.parametrize(("voter", "said"), [("9901000005", "has no mobile"), ("1", "no voter «1»")])
def test_whom_resending_refuses(store: CredentialStore, network: type[Network], hours: Hours, voter: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        resend(store, network(), voter, clock=hours.clock())
    assert report(store).states == Counter()


def test_two_senders_at_once_are_refused(store: CredentialStore, network: type[Network], hours: Hours) -> None:
    with CredentialStore(store.path) as other, other.exclusively(), pytest.raises(Refused, match="is sending"):
        send_all(store, network(), hours)


class PowerCut(BaseException):
    """The process ends here; nothing of it runs any more."""


class Cut(Network):
    """A network during whose call number `at` the power goes, before or after the text went out."""

    at = -1
    after = False

    def send(self, message):  # type: ignore[no-untyped-def]
        cut = self.calls == self.at
        if cut and not self.after:
            self.calls += 1
            raise PowerCut
        sent = super().send(message)
        if cut:
            raise PowerCut
        return sent


@settings(deadline=None, max_examples=40)
@given(
    cuts=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=4),
    faults=st.dictionaries(st.integers(0, 12), st.sampled_from(["busy", "lost", "lost-but-sent"]), max_size=4),
)
def test_power_cuts_and_faults_in_any_order_never_double_and_never_lose(
    tmp_path_factory: pytest.TempPathFactory,
    request_bytes: Callable[..., bytes],
    cuts: list[tuple[int, bool]],
    faults: dict[int, str],
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    issue(request_bytes(), store_path=folder / "s.sqlite3", out=folder / "p.json")
    phones, hours = Cut(faults=faults), Hours()
    for later, after in cuts:
        phones.at, phones.after = phones.calls + later, after
        with CredentialStore(folder / "s.sqlite3") as store:
            try:
                send_all(store, phones, hours)
            except PowerCut:
                continue
    phones.at, phones.faults = -1, {}
    with CredentialStore(folder / "s.sqlite3") as store:
        assert send_all(store, phones, hours).complete
    assert texts_per_number(phones) == ONCE
