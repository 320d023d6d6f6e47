"""What the authority sees of its sending: the provider's options, progress, the report."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from sandogh.ceremony import sending
from sandogh.ceremony.cli.common import FILE, talk
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.store import CredentialStore
from sandogh.ceremony.store_making import MessageState
from sandogh.sms import BadConfiguration, Provider, open_provider


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
