"""What the commands of the ceremony share: how they refuse, how they talk, how a passphrase is come by.

A passphrase is typed, or read from a file or a file descriptor. Never from an argument or a variable: other programs of the machine see
those.
"""

import functools
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import demand_private, read
from sandogh.ceremony.locked import Ask, Passphrase
from sandogh.protocol.errors import SandoghError

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
PREFIX = click.Path(path_type=Path)

#: Gives the passphrase of a new file; None when the person said that none is wanted.
Choose = Callable[[], Passphrase | None]


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


def opens_secret(command: Callable[..., None]) -> Callable[..., None]:
    """Options of a command that reads a secret file; it gets `ask`, which is called only if the file is locked."""

    @click.option("--passphrase-file", type=FILE, help="The file with the passphrase, for automation. Otherwise it is asked for.")
    @click.option("--passphrase-fd", type=click.IntRange(min=0), help="The same, from an open file descriptor.")
    @functools.wraps(command)
    def wrapped(*, passphrase_file: Path | None, passphrase_fd: int | None, **rest: Any) -> None:
        command(ask=asker(passphrase_file, passphrase_fd), **rest)

    return wrapped


def locks_secret(prefix: str = "") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Options of a command that writes a new secret file; it gets `choose`, which is called once the file is to be made."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @click.option(f"--{prefix}passphrase-file", "new_file", type=FILE, help="The file with the passphrase. Otherwise it is asked for.")
        @click.option(f"--{prefix}passphrase-fd", "new_fd", type=click.IntRange(min=0), help="The same, from an open file descriptor.")
        @click.option("--no-passphrase", is_flag=True, help="Leave the file open to whoever gets it: for trying things out only.")
        @functools.wraps(command)
        def wrapped(*, new_file: Path | None, new_fd: int | None, no_passphrase: bool, **rest: Any) -> None:
            if no_passphrase and (new_file is not None or new_fd is not None):
                raise click.UsageError("--no-passphrase goes with no other passphrase option")
            command(choose=chooser(new_file, new_fd, none=no_passphrase), **rest)

        return wrapped

    return decorate


def asker(file: Path | None, descriptor: int | None) -> Ask:
    """How an existing file's passphrase is come by. Click's error when two ways are named."""
    demand_one_way(file, descriptor)

    @functools.cache
    def ask(what: str) -> Passphrase:
        given = passphrase_given(file, descriptor)
        return given or Passphrase.typed(click.prompt(f"Passphrase of {what}", hide_input=True, err=True))

    return ask


def chooser(file: Path | None, descriptor: int | None, *, none: bool) -> Choose:
    """How a new file's passphrase is come by: typed twice, from a file or descriptor, or explicitly none."""
    demand_one_way(file, descriptor)

    def choose() -> Passphrase | None:
        if none:
            talk("NO PASSPHRASE: whoever gets this file has the secret in it.")
            return None
        given = passphrase_given(file, descriptor)
        if given is None:
            talk("Choose a passphrase. Without it the file can never be opened again, and nobody can replace it.")
            given = Passphrase.typed(click.prompt("New passphrase", hide_input=True, confirmation_prompt="The same again", err=True))
        given.demand_strong()
        return given

    return choose


def demand_one_way(file: Path | None, descriptor: int | None) -> None:
    if file is not None and descriptor is not None:
        raise click.UsageError("name one source of the passphrase, a file or a descriptor")


def passphrase_given(file: Path | None, descriptor: int | None) -> Passphrase | None:
    """The one line of the file or descriptor; None when neither was named. Refused for a file that others may read."""
    if descriptor is not None:
        try:
            with os.fdopen(descriptor, "rb") as opened:
                data = opened.read(10_000)
        except OSError as fault:
            raise Refused(f"file descriptor {descriptor} cannot be read: {fault.strerror or fault}") from fault
    elif file is not None:
        if file.exists() and stat.S_ISREG(file.stat().st_mode):
            demand_private(file)
        data = read(file)
    else:
        return None
    try:
        return Passphrase.typed(data.decode().removesuffix("\n").removesuffix("\r"))
    except UnicodeDecodeError as wrong:
        raise Refused("the passphrase is not UTF-8") from wrong
