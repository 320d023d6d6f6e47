"""`sandogh serve` and `sandogh worker`: the two processes of a running installation. Neither changes the database's tables."""

import os
import signal
import sys
from types import FrameType

import click

from sandogh.server.console.setup import ready

HEADER_MILLISECONDS = 10_000
"""A request's head must be complete by then: slow senders hold no connections (threat-model.md F21). Production has a proxy in front."""
STOP_SECONDS = 20
"""How long requests that are being answered may go on after the signal to stop. A cast takes well under a second."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, envvar="SANDOGH_HOST")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="SANDOGH_PORT")
@click.option("--workers", type=click.IntRange(1, 256), default=None, envvar="SANDOGH_WORKERS", help="Processes.  [default: one per core]")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, envvar="SANDOGH_THREADS", help="Per process.")
def serve(host: str, port: int, workers: int | None, threads: int) -> None:
    """Serve the pages. SIGTERM or Ctrl-C lets the requests that are being answered finish."""
    settings = ready()
    demand_sound(production=settings.PRODUCTION)
    # A folder that is not there is a warning on every start of a process.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    if settings.PRODUCTION and not (settings.STATIC_ROOT / "staticfiles.json").is_file():
        raise click.ClickException("the static files are not collected: run «sandogh prepare»")

    from django.db import connections
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings

    number = workers or len(os.sched_getaffinity(0))
    # The processes are forked from this one, and a connection must not be shared between two.
    connections.close_all()
    click.echo(f"http://{host}:{port}/  ({number} processes, {threads} threads each)", err=True)
    Granian(
        "sandogh.server.console.application:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=number,
        blocking_threads=threads,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
        websockets=False,
        # No access log: addresses with times, beside the board, could tie a ballot to a person.
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()


def demand_sound(*, production: bool) -> None:
    """Raise ClickException when Django's checks find an error in the settings; warnings are shown and let pass."""
    from django.core import checks

    found = checks.run_checks(include_deployment_checks=production)
    for warning in found:
        if checks.INFO < warning.level < checks.ERROR:
            click.echo(f"warning: {warning.msg} [{warning.id}]", err=True)
    errors = [message for message in found if message.level >= checks.ERROR]
    if errors:
        raise click.ClickException("; ".join(f"{error.msg} [{error.id}]" for error in errors))


class Stop:
    """Asked for by a signal, looked at by the loops. A plain flag: a handler may interrupt its own thread inside any lock."""

    def __init__(self) -> None:
        self.requested = False

    def request(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        # A second signal means it: the default action ends the process at once.
        signal.signal(number, signal.SIG_DFL)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and end; exit 1 if a task failed.")
def worker(once: bool) -> None:
    """Send and fetch messages, expire sessions, open and close on time. Several may run at once; one is enough."""
    demand_sound(production=ready().PRODUCTION)
    from sandogh.server.console import tasks

    if once:
        sys.exit(0 if tasks.run_all_once(tasks.tasks()) else 1)
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop.request)
    click.echo("worker: started", err=True)
    ended = tasks.run_all_until(tasks.tasks(), lambda: stop.requested, patience_seconds=STOP_SECONDS)
    click.echo("worker: stopped" if ended else "worker: stopped while a task was still waiting", err=True)
