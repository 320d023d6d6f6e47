"""The credential authority: makes each voter's secret credential, texts it, and tells the server the public half only.

protocol.md §5, ARCHITECTURE.md §3. The secrets stay in the authority's store and in the voters' telephones.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sandogh.ceremony.authority_record import make_record
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import write_same
from sandogh.ceremony.locked import Passphrase
from sandogh.ceremony.request import CredentialsRequest
from sandogh.ceremony.sending import Clock, Report, demand_fitting, send_due
from sandogh.ceremony.store import CredentialStore
from sandogh.ceremony.store_making import Issued, create
from sandogh.protocol import canonical
from sandogh.protocol.channel import generate_seed
from sandogh.protocol.credential import derive_credential, generate_credential
from sandogh.sms import Provider

FORMAT = "sandogh-public-credentials/1"


def issue(request_data: bytes, *, store_path: Path, out: Path, choose: Callable[[], Passphrase | None], now: datetime) -> int:
    """Make the store and write the public credentials; the number of voters.

    Issuing again for the same request writes the same list again (the first run may have died before writing it); for any
    other request the store is refused, because replacing a voter's credential after it was texted would lock the voter out.

    1. the request is checked as a whole
    2. one credential per voter, from the system's randomness, and the record of the list; the store is durable
    3. only then the public list goes out
    """
    # (1)
    request = CredentialsRequest.from_bytes(request_data)
    # (2)
    if not store_path.exists():
        if out.exists():
            raise Refused(f"{out} exists already, but the store {store_path} does not: is this the right folder?")
        passphrase = choose()
        create(store_path, request, make_issued(request, now=now), passphrase, now=now)
    # (3)
    with CredentialStore(store_path) as store:
        if store.election.request_digest != request.digest:
            raise Refused(
                f"{store_path} belongs to another request (election «{store.election.slug}», {store.election.uuid}):"
                " a store is made once. Take a new name for a new election"
            )
        write_same(out, public_list(store), private=False)
        return len(store.holders())


def make_issued(request: CredentialsRequest, *, now: datetime) -> Issued:
    """Everything that is drawn once: the voters' credentials and the authority's own seed, whose key signs the list."""
    pairs = [make_pair(request) for _ in request.voters]
    weights = {public: voter.weight for voter, (_, public) in zip(request.voters, pairs, strict=True)}
    seed = generate_seed()
    return Issued(pairs, seed, make_record(seed, request, weights, now=now))


def make_pair(request: CredentialsRequest) -> tuple[str, str]:
    """(secret, public) of a new credential."""
    credential = generate_credential()
    return credential, derive_credential(credential, uuid=request.uuid, group=request.group).public


def public_list(store: CredentialStore) -> bytes:
    """What the server gets: each voter's public credential, with its weight where that is not 1.

    The voter's id is stripped before publication (protocol.md §5.3).
    """
    return canonical.dumps(
        {
            "format": FORMAT,
            "uuid": store.election.uuid,
            "roll_fingerprint": store.election.roll_fingerprint,
            "credentials": [
                {"voter": holder.id, "public": holder.public} | ({} if holder.weight == 1 else {"weight": holder.weight})
                for holder in store.holders()
            ],
        }
    )


def send(
    store: CredentialStore,
    provider: Provider,
    *,
    clock: Clock,
    per_second: float,
    retry_failed: bool = False,
    retry_unknown: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Text every voter who has a mobile and was not texted yet; run it again after any interruption."""
    demand_fitting(store.election, provider)
    store.unlock()  # a wrong passphrase must not queue anything
    store.queue_invitations(now=clock.now())
    return send_due(
        store,
        provider,
        clock=clock,
        per_second=per_second,
        retry_failed=retry_failed,
        retry_unknown=retry_unknown,
        progress=progress,
    )


def resend(store: CredentialStore, provider: Provider, voter: str, *, clock: Clock) -> Report:
    """Text one voter the same link once more, now; Refused for a voter without a mobile."""
    demand_fitting(store.election, provider)
    store.unlock()
    holder = store.holder(voter)
    if not holder.mobile:
        raise Refused(f"voter {voter} has no mobile number: hand over the credential on paper, «sandogh credentials show»")
    reference = store.queue_again(holder, now=clock.now())
    return send_due(store, provider, clock=clock, per_second=0, only=reference)
