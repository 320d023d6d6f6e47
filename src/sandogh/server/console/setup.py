"""What every command does before it touches the database: Django is set up, the folders are there, the tables are up to date."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from django.conf import LazySettings

UNPREPARED = "the database is not prepared for this version: run «sandogh prepare»"


def set_up() -> "LazySettings":
    """Set Django up and make the data folder. Raises ClickException when the environment's settings are wrong."""
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandogh.server.settings")
    try:
        django.setup()
        settings.DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = settings.DATABASES["default"]
        if database["ENGINE"].endswith("sqlite3") and "mode=memory" not in str(database["NAME"]):
            path = Path(database["NAME"])
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # It holds the roll. What SQLite writes beside it gets the same permissions.
            path.touch(mode=0o600)
    except ImproperlyConfigured as error:
        raise click.ClickException(f"the settings are not complete: {error}") from error
    except OSError as error:
        raise click.ClickException(f"the data folder cannot be made: {error}") from error
    return settings


def demand_prepared() -> None:
    """Raise ClickException unless the database answers and every migration is applied. Never applies one: that is an act of its own."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise click.ClickException(f"the database cannot be used: {first_line(error)}") from error
    if pending:
        raise click.ClickException(UNPREPARED)


def first_line(error: BaseException) -> str:
    """What a database says without the rows it quotes after it."""
    return str(error).strip().split("\n", 1)[0] or type(error).__name__


def ready() -> "LazySettings":
    """Both, in order."""
    settings = set_up()
    demand_prepared()
    return settings


class OfficersCommand(click.Command):
    """A command on the database: sets up first, speaks English, and turns refusals into one sentence and exit status 1."""

    def invoke(self, ctx: click.Context) -> object:
        ready()
        from django.db import DatabaseError
        from django.utils import translation

        from sandogh.server.common.errors import Refused

        with translation.override("en"):
            try:
                return super().invoke(ctx)
            except Refused as refused:
                raise click.ClickException(f"{refused.message} [{refused.code}]") from refused
            except DatabaseError as error:
                raise click.ClickException(f"the database cannot be used: {first_line(error)}") from error


class OfficersGroup(click.Group):
    command_class = OfficersCommand
