"""`sandogh trustee …` and `sandogh credentials …`: files in, files out, no server needed."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from sandogh.ceremony import credential_authority, invitation, sending
from sandogh.ceremony import trustee as trustee_acts
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import read
from sandogh.ceremony.store import CredentialStore, MessageState
from sandogh.protocol.errors import SandoghError
from sandogh.sms import BadConfiguration, Provider, open_provider, sms_parts

FILE = click.Path(path_type=Path, dir_okay=False)


class Ceremony(click.Group):
    """A group whose refusals are one sentence on stderr and exit status 1, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (Refused, SandoghError) as refused:
            raise click.ClickException(str(refused)) from refused


def talk(text: str) -> None:
    """Say something to the person; results go to stdout, talk goes to stderr."""
    click.echo(text, err=True)


# ---- trustees
@click.group(cls=Ceremony)
def trustee() -> None:
    """One holder of the key: make it before the election, decrypt the tally after it."""


@trustee.command()
@click.option("--group", "group_name", default="Ed25519", show_default=True, help="The election's group: Ed25519 or BELENIOS-2048.")
@click.option("--name", help="Your name as it stands in the public record.")
@click.option("--out", "prefix", type=click.Path(path_type=Path), required=True, help="Makes PREFIX.private.json and PREFIX.public.json.")
def keygen(group_name: str, name: str | None, prefix: Path) -> None:
    """Make a key pair. The private file stays with you; the public one goes to the officers."""
    made = trustee_acts.keygen(group_name=group_name, name=name, prefix=prefix)
    talk(f"private key: {made.private}  keep it on two media of your own; without it the election cannot be counted")
    talk(f"public key:  {made.public}  hand this to the officers")
    talk("fingerprint of the public key, to compare by telephone:")
    click.echo(made.fingerprint)


@trustee.command()
@click.option("--key", "key_file", type=FILE, required=True, help="Your PREFIX.private.json.")
@click.option("--archive", type=FILE, required=True, help="The election's archive with the encrypted tally.")
@click.option("--out", type=FILE, required=True, help="Your partial decryption, for the officers.")
def decrypt(key_file: Path, archive: Path, out: Path) -> None:
    """Check the archive, then decrypt your part of its tally. Never of single ballots, never of two different tallies."""
    done = trustee_acts.decrypt(key_file=key_file, archive=archive, out=out, progress=checked_ballots)
    talk(f"election: {done.title}")
    talk(f"checked: {done.ballots} ballots of {done.credentials} credentials and their sum; trustee {done.owner} of {done.trustees} is you")
    talk(f"partial decryption: {out}  hand this to the officers")


# ---- the credential authority
@click.group(cls=Ceremony)
def credentials() -> None:
    """The credential authority: a program and a store of its own, apart from the server."""


STORE = click.option("--store", "store_path", type=FILE, required=True, help="The authority's secret store.")


def with_provider(command: Callable[..., None]) -> Callable[..., None]:
    """The options that name the way out for texts."""
    for option in (
        click.option("--http-config", type=FILE, envvar="SANDOGH_SMS_HTTP_CONFIG", help="The gateway's TOML file (provider http)."),
        click.option(
            "--simulated-url",
            default="http://127.0.0.1:8001",
            show_default=True,
            envvar="SANDOGH_SMS_SIMULATED_URL",
            help="Address of «sandogh phone serve» (provider simulated).",
        ),
        click.option(
            "--provider",
            "kind",
            type=click.Choice(["simulated", "http"]),
            default="simulated",
            show_default=True,
            envvar="SANDOGH_SMS_PROVIDER",
        ),
    ):
        command = option(command)
    return command


def provider_of(kind: str, simulated_url: str, http_config: Path | None) -> Provider:
    if kind == "http" and http_config is None:
        raise click.UsageError("--provider http needs --http-config FILE")
    try:
        return open_provider(kind, simulated_url=simulated_url, http_config=http_config or "")
    except BadConfiguration as wrong:
        raise Refused(f"the provider cannot be opened: {wrong}") from wrong


def real_clock() -> sending.Clock:
    return sending.Clock(now=lambda: datetime.now(UTC), sleep=time.sleep)


@credentials.command()
@click.option("--request", type=FILE, required=True, help="From the officers: sandogh election credentials-request.")
@STORE
@click.option("--out", type=FILE, required=True, help="The public credentials, for the officers.")
def issue(request: Path, store_path: Path, out: Path) -> None:
    """Make one secret credential per eligible voter. The same request again gives the same list again."""
    number = credential_authority.issue(read(request), store_path=store_path, out=out, now=datetime.now(UTC))
    with CredentialStore(store_path) as store:
        sample = sending.text_for(store.election, max(store.holders(), key=lambda holder: len(holder.greeting)))
    talk(f"secret store:       {store_path}  stays with you; whoever has it can sign ballots")
    talk(f"public credentials: {out}  hand this to the officers")
    talk(f"an invitation has at most {len(sample)} characters, that is {sms_parts(sample)} parts of SMS")
    click.echo(f"{number} credentials")


@credentials.command()
@STORE
@with_provider
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
) -> None:
    """Text every voter the invitation with the secret link. Interrupted, run it again: nobody gets two."""
    with CredentialStore(store_path) as store:
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
@click.option("--voter", required=True, help="The voter's id in the roll: the licence number.")
@with_provider
def resend(store_path: Path, voter: str, kind: str, simulated_url: str, http_config: Path | None) -> None:
    """Text one voter the same link once more."""
    with CredentialStore(store_path) as store:
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
@click.option("--voter", required=True, help="The voter's id in the roll: the licence number.")
def show_credential(store_path: Path, voter: str) -> None:
    """Print one voter's SECRET link, for handing over on paper; the store notes that it was looked at."""
    with CredentialStore(store_path) as store:
        holder = store.holder(voter)
        store.record_disclosure(holder, now=datetime.now(UTC))
        talk("SECRET: who has this and the voter's mobile can vote in the voter's place.")
        talk("Hand it over sealed, against a signature, and keep no copy.")
        talk("The store has noted that it was shown.")
        click.echo(holder.greeting)
        click.echo(invitation.link_with(store.election.link, holder.credential))
        click.echo(holder.credential)


# ---- what the person sees
def warn_of_dates(store: CredentialStore) -> None:
    now = datetime.now(UTC)
    if now < store.election.opens_at:
        talk(f"note: voting has not opened yet (it opens at {store.election.opens_at.isoformat()})")
    if now >= store.election.closes_at:
        talk(f"WARNING: by the request, voting ended at {store.election.closes_at.isoformat()}")


def show_progress(done: int, total: int) -> None:
    """On a terminal one line that counts; in a log every hundredth."""
    if sys.stderr.isatty():
        click.echo(f"\rsent {done} of {total}", err=True, nl=done == total)
    elif done % 100 == 0 or done == total:
        talk(f"sent {done} of {total}")


def checked_ballots(ballots: int) -> None:
    if ballots % 500 == 0:
        talk(f"checked {ballots} ballots …")


def show(report: sending.Report, *, as_json: bool) -> None:
    if as_json:
        states = {state.value: report.states[state] for state in MessageState}
        click.echo(
            json.dumps(
                {
                    "states": states,
                    "parts": report.parts,
                    "without_mobile": report.without_mobile,
                    "failed": dict(report.failed),
                    "stopped": report.stopped,
                }
            )
        )
        return
    for state in MessageState:
        click.echo(f"{state.value:8} {report.states[state]}")
    click.echo(f"no mobile {len(report.without_mobile)}")
    for voter in report.without_mobile:
        talk(f"  on paper: voter {voter} has no mobile (sandogh credentials show --voter {voter})")
    for voter, reason in report.failed:
        talk(f"  not sent: voter {voter}: {reason}")


def finish(report: sending.Report, *, as_json: bool) -> None:
    """Exit status 0 only when every voter with a mobile was texted."""
    show(report, as_json=as_json)
    if report.parts:
        talk(f"{report.parts} parts of SMS in this run")
    if not report.complete:
        raise Refused(report.stopped or "some voters were not texted: see above; --retry-failed and --retry-unknown try them again")
