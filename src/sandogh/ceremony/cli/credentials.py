"""`sandogh credentials …`: the credential authority, a program and a store of its own, apart from the server."""

from datetime import UTC, datetime
from pathlib import Path

import click

from sandogh.ceremony import credential_authority, invitation, sending
from sandogh.ceremony.authority_record import check_record
from sandogh.ceremony.cli.common import FILE, Ceremony, Choose, locks_secret, opens_secret, talk
from sandogh.ceremony.cli.proving import register_proofs
from sandogh.ceremony.cli.texting import finish, provider_of, real_clock, show, show_progress, warn_of_dates, with_provider
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import read, write_new
from sandogh.ceremony.letters import chosen, export
from sandogh.ceremony.locked import Ask
from sandogh.ceremony.store import CredentialStore
from sandogh.sms import sms_parts

STORE = click.option("--store", "store_path", type=FILE, required=True, help="The authority's secret store.")
VOTER = click.option("--voter", required=True, help="The voter's id in the roll: the licence number.")
NO_CREDENTIAL = "xxxxx-xxxxxx-xxxxx-xxxxxx"  # as long as one, for measuring texts


@click.group(cls=Ceremony)
def credentials() -> None:
    """The credential authority: a program and a store of its own, apart from the server."""


@credentials.command()
@click.option("--request", type=FILE, required=True, help="From the officers: sandogh election credentials-request.")
@STORE
@click.option("--out", type=FILE, required=True, help="The public credentials, for the officers.")
@locks_secret()
def issue(request: Path, store_path: Path, out: Path, choose: Choose) -> None:
    """Make one secret credential per eligible voter. The same request again gives the same list again."""
    number = credential_authority.issue(read(request), store_path=store_path, out=out, choose=choose, now=datetime.now(UTC))
    with CredentialStore(store_path) as store:
        longest = max(store.holders(), key=lambda holder: len(holder.greeting))
        sample = sending.text_for(store.election, longest, NO_CREDENTIAL)
        fingerprint = check_record(store.issue_record(), store.published()).fingerprint
    talk(f"secret store:       {store_path}  stays with you; whoever has it can sign ballots")
    talk(f"public credentials: {out}  hand this to the officers")
    talk(f"an invitation has at most {len(sample)} characters, that is {sms_parts(sample)} parts of SMS")
    talk(f"fingerprint of the key that signed the list, for the minutes: {fingerprint}")
    click.echo(f"{number} credentials")


@credentials.command()
@STORE
@with_provider
@opens_secret
@click.option("--rate", type=click.FloatRange(min=0), default=10.0, show_default=True, help="Messages a second at most; 0 is no limit.")
@click.option("--retry-failed", is_flag=True, help="Try those again that the provider refused.")
@click.option("--retry-unknown", is_flag=True, help="Try those again that may have arrived; some voters may then get it twice.")
@click.option("--json", "as_json", is_flag=True)
def send(
    store_path: Path,
    kind: str,
    simulated_url: str,
    http_config: Path | None,
    rate: float,
    retry_failed: bool,
    retry_unknown: bool,
    as_json: bool,
    ask: Ask,
) -> None:
    """Text every voter the invitation with the secret link. Interrupted, run it again: nobody gets two."""
    with CredentialStore(store_path, ask) as store:
        warn_of_dates(store)
        provider = provider_of(kind, simulated_url, http_config)
        done = credential_authority.send(
            store,
            provider,
            clock=real_clock(),
            per_second=rate,
            retry_failed=retry_failed,
            retry_unknown=retry_unknown,
            progress=show_progress,
        )
    finish(done, as_json=as_json)


@credentials.command()
@STORE
@VOTER
@with_provider
@opens_secret
def resend(store_path: Path, voter: str, kind: str, simulated_url: str, http_config: Path | None, ask: Ask) -> None:
    """Text one voter the same link once more."""
    with CredentialStore(store_path, ask) as store:
        warn_of_dates(store)
        done = credential_authority.resend(store, provider_of(kind, simulated_url, http_config), voter, clock=real_clock())
        wrong = dict(done.failed).get(voter)
    if wrong is not None or done.stopped:
        raise Refused(f"not sent: {wrong or done.stopped}")
    click.echo("sent")


@credentials.command()
@STORE
@click.option("--json", "as_json", is_flag=True)
def status(store_path: Path, as_json: bool) -> None:
    """How many invitations stand where; who needs the credential on paper. Shows no secret."""
    with CredentialStore(store_path) as store:
        talk(f"{store.election.title}: {len(store.holders())} credentials, looked at by a person: {len(store.disclosures())}")
        show(sending.report(store), as_json=as_json)


@credentials.command("show")
@STORE
@VOTER
@opens_secret
def show_credential(store_path: Path, voter: str, ask: Ask) -> None:
    """Print one voter's SECRET link, for handing over on paper; the store notes that it was looked at."""
    with CredentialStore(store_path, ask) as store:
        holder = store.holder(voter)
        credential = store.secret_of(holder)
        store.record_disclosures([holder], now=datetime.now(UTC))
        talk("SECRET: who has this and the voter's mobile can vote in the voter's place.")
        talk("Hand it over sealed, against a signature, and keep no copy.")
        talk("The store has noted that it was shown.")
        click.echo(holder.greeting)
        click.echo(invitation.link_with(store.election.link, credential))
        click.echo(credential)


@credentials.command("export")
@STORE
@click.option(
    "--format", "kind", type=click.Choice(["csv", "html"]), required=True, help="csv: texts for an office; html: letters to print."
)
@click.option("--voter", "voters", multiple=True, help="This voter only; may be given again.")
@click.option("--without-mobile", is_flag=True, help="Those only whom no text can reach.")
@click.option("--out", type=FILE, required=True, help="A SECRET file; for its owner only.")
@opens_secret
def export_(store_path: Path, kind: str, voters: tuple[str, ...], without_mobile: bool, out: Path, ask: Ask) -> None:
    """Write the invitations as one SECRET file; the store notes whose. Destroy the file when they are delivered."""
    if out.exists():
        raise Refused(f"{out} exists already and is not overwritten")
    with CredentialStore(store_path, ask) as store:
        holders = chosen(store, voters=voters, without_mobile=without_mobile)
        data = export(store, holders, html=kind == "html", now=datetime.now(UTC))
        write_new(out, data, private=True)
    talk(f"SECRET: {out} lets its reader vote for these voters, with their mobiles. Hand it on sealed, keep no copy.")
    click.echo(f"{len(holders)} invitations")


@credentials.command()
@STORE
@opens_secret
@locks_secret("new-")
def passphrase(store_path: Path, ask: Ask, choose: Choose) -> None:
    """Change the passphrase of the store. Copies elsewhere keep the old one."""
    with CredentialStore(store_path, ask) as store, store.exclusively():
        store.unlock()
        store.change_passphrase(choose())
    talk("changed")


register_proofs(credentials, STORE)
