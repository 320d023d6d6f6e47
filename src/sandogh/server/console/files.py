"""Reading what officers hand in, and writing what they hand out: never over another file, personal data for the owner only."""

import os
from collections.abc import Iterable
from pathlib import Path

import click

LARGEST_INPUT = 64 * 1024 * 1024


def read(path: Path) -> bytes:
    """The file's bytes. Raises ClickException with the reason in one sentence."""
    try:
        if path.stat().st_size > LARGEST_INPUT:
            raise click.ClickException(f"{path} is larger than {LARGEST_INPUT // 1024 // 1024} MiB, so it cannot be what is asked for")
        return path.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror or error}") from error


def write_new(path: Path, parts: Iterable[bytes], *, private: bool) -> None:
    """Write a new file; `private` ones, mode 0600, hold names and numbers of people. Raises ClickException if it exists.

    A file that could not be finished is removed: half a file must not pass for one.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644)
    except FileExistsError as error:
        raise click.ClickException(f"{path} exists already and is not overwritten: choose another name") from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror or error}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise click.ClickException(f"{path} cannot be written: {error.strerror or error}") from error
        raise
