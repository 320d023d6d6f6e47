"""`sandogh phone serve`: the simulated mobile network as a process of its own."""

import os
import secrets

import click


@click.group()
def phone() -> None:
    """The simulated mobile network (development only)."""


@phone.command()
@click.option("--host", default="127.0.0.1", show_default=True, type=click.Choice(["127.0.0.1", "::1"]), help="This machine only.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535))
@click.option("--webhook", default="", metavar="URL", help="Where texts to the short number are pushed.")
@click.option("--delivery", default="", metavar="URL", help="Where delivery reports are pushed.")
@click.option("--line", default="100000000", show_default=True, help="The short number.")
def serve(host: str, port: int, webhook: str, delivery: str, line: str) -> None:
    """Serve every number's phone on one page, take texts for them, and push what they send."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "sandogh.phone.settings",
        "SANDOGH_PHONE_WEBHOOK": webhook,
        "SANDOGH_PHONE_DELIVERY": delivery,
        "SANDOGH_PHONE_LINE": line,
        # One key for this run, so that a page stays usable when a worker is replaced.
        "SANDOGH_PHONE_KEY": os.environ.get("SANDOGH_PHONE_KEY") or secrets.token_urlsafe(48),
    }
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise click.ClickException(str(error)) from error
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    settings.DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()
    click.echo(f"SIMULATED PHONES: http://{host}:{port}/ . No text leaves this machine.", err=True)

    from granian import Granian
    from granian.constants import Interfaces

    # One process, since one thread of it pushes; threads enough that answers which are held back stop nobody else.
    Granian(
        "sandogh.phone.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=8,
        websockets=False,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
        workers_kill_timeout=2,
    ).serve()
