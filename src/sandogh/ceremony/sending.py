"""Sending the invitations: each message handed over once, whatever stops this program in between. threat-model.md T10

The order of writing is the whole trick: `sending` is durable before the text is handed over and the outcome after, and every
attempt carries the same reference. A crash between the two leaves `sending`: whether the text went out is then not known here.
A provider that guards doubles knows the reference, so the same attempt is repeated and sends nothing twice; with any other
provider the message is `unknown` and a person decides.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandogh.ceremony import invitation
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.store import CredentialStore
from sandogh.ceremony.store_making import Election, Holder, Message, MessageState
from sandogh.sms import Outgoing, Provider, SendLater, SendRefused, SendUncertain, sms_parts

ATTEMPTS_UNCERTAIN = 3  # per run; after that the message waits as `unknown` for the next run or for a person
ATTEMPTS_LATER = 4  # in a row; a provider that says "later" this often is down, and the rest waits for another run


@dataclass(frozen=True, slots=True)
class Clock:
    """Time passed in: what hour it is, and how to wait."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Report:
    """How many messages stand where; voters without a mobile; characters' worth of SMS parts handed over in this run."""

    states: Counter[MessageState]
    without_mobile: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    parts: int
    stopped: str

    @property
    def complete(self) -> bool:
        return not self.stopped and all(state is MessageState.SENT for state, number in self.states.items() if number)


def text_for(election: Election, holder: Holder, credential: str) -> str:
    """The invitation of one voter, with the secret link."""
    return invitation.compose(
        election.invitation,
        greeting=holder.greeting,
        org_short=election.org_short,
        opens_at=election.opens_at,
        closes_at=election.closes_at,
        link=invitation.link_with(election.link, credential),
    )


def demand_fitting(election: Election, provider: Provider) -> None:
    """Refused when a fictional election would reach real telephones."""
    if election.fictional and not provider.simulated:
        raise Refused("this election is marked fictional: its invitations go to the simulated provider only, never to real telephones")
    if not election.fictional and provider.simulated:
        raise Refused("this election is real: the simulated provider reaches nobody. Name the gateway: --provider http --http-config FILE")


def send_due(
    store: CredentialStore,
    provider: Provider,
    *,
    clock: Clock,
    per_second: float,
    retry_failed: bool = False,
    retry_unknown: bool = False,
    only: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Hand over every message that is due and not yet sent (or `only` that reference); may be stopped and run again at any point.

    1. alone with the store, and with a provider that fits the election
    2. what an earlier run left in the air goes back to the queue under its old reference, where that cannot double it
    3. one by one, at most `per_second`; the provider's refusals are recorded, its silence ends the run
    """
    # (1)
    demand_fitting(store.election, provider)
    store.unlock()
    with store.exclusively():
        # (2)
        for message in store.last_messages():
            settle(store, provider, message, retry_failed=retry_failed, retry_unknown=retry_unknown, now=clock.now())
        due = [message for message in store.last_messages() if message.state is MessageState.QUEUED and only in {None, message.reference}]
        # (3)
        parts, stopped = 0, ""
        progress(0, len(due))
        for done, message in enumerate(due, start=1):
            started = clock.now()
            holder = store.holder_at(message.position)
            text = text_for(store.election, holder, store.secret_of(holder))
            try:
                hand_over(store, provider, message, Outgoing(holder.mobile, text, message.reference), clock=clock)
            except SendLater as later:
                stopped = f"the provider does not take messages now ({later}); run the same command again later, nothing is sent twice"
                break
            parts += sms_parts(text)
            progress(done, len(due))
            if per_second and done < len(due):
                clock.sleep(max(0.0, 1 / per_second - (clock.now() - started).total_seconds()))
        return report(store, parts=parts, stopped=stopped)


def settle(store: CredentialStore, provider: Provider, message: Message, *, retry_failed: bool, retry_unknown: bool, now: datetime) -> None:
    """Give a message that an earlier run left unfinished the state from which this run goes on."""
    guarded = provider.guards_doubles and message.provider == provider.name
    match message.state:
        case MessageState.SENDING | MessageState.UNKNOWN if guarded or retry_unknown:
            store.record(message, MessageState.QUEUED, reason="handed over once without a clear answer", now=now)
        case MessageState.SENDING:
            store.record(message, MessageState.UNKNOWN, reason="interrupted while handing over: it may have arrived", now=now)
        case MessageState.FAILED if retry_failed:
            store.record(message, MessageState.QUEUED, reason=message.reason, now=now)


def hand_over(store: CredentialStore, provider: Provider, message: Message, outgoing: Outgoing, *, clock: Clock) -> None:
    """One message, until the provider's answer is recorded; SendLater passes through when the provider keeps saying so."""
    uncertain = later = 0
    while True:
        store.begin_sending(message, provider.name, now=clock.now())
        try:
            sent = provider.send(outgoing)
        except SendRefused as refused:
            store.record(message, MessageState.FAILED, reason=str(refused), now=clock.now())
            return
        except SendUncertain as lost:
            # Maybe sent. The same reference again: the operator answers for the first one if it had it.
            store.record(message, MessageState.UNKNOWN, reason=str(lost), now=clock.now())
            uncertain += 1
            if uncertain == ATTEMPTS_UNCERTAIN or not provider.guards_doubles:
                return
            clock.sleep(2.0**uncertain)
        except SendLater as busy:
            store.record(message, MessageState.QUEUED, reason=str(busy), now=clock.now())
            later += 1
            if later == ATTEMPTS_LATER:
                raise
            clock.sleep(2.0 ** (later - 1))
        else:
            store.record(message, MessageState.SENT, provider_id=sent.provider_id, now=clock.now())
            return


def report(store: CredentialStore, *, parts: int = 0, stopped: str = "") -> Report:
    """Where every voter's last message stands."""
    ids = {holder.position: holder.id for holder in store.holders()}
    last = {message.position: message for message in store.last_messages()}
    return Report(
        states=Counter(message.state for message in last.values()),
        without_mobile=tuple(holder.id for holder in store.holders() if not holder.mobile),
        failed=tuple(
            (ids[position], message.reason)
            for position, message in last.items()
            if message.state in {MessageState.FAILED, MessageState.UNKNOWN}
        ),
        parts=parts,
        stopped=stopped,
    )
