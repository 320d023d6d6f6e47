"""What the officers' commands share: the group they belong to, how they talk, how they find an election.

Models can be imported only when Django is set up, hence the imports inside the commands; so that `--help` needs neither.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandogh.server.console.setup import OfficersGroup

if TYPE_CHECKING:
    from sandogh.server.elections.models import Election

FILE = click.Path(path_type=Path, dir_okay=False)


def talk(text: str) -> None:
    click.echo(text, err=True)


def found(slug: str) -> "Election":
    from sandogh.server.elections.models import Election

    return Election.by_slug(slug)


@click.group(cls=OfficersGroup)
def election() -> None:
    """An election, from its definition to its result."""
