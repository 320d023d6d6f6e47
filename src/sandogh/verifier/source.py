"""Where an archive comes from: a file, standard input, or a running board. In the end it is a file that can be read again."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

#: What is said of a source that is no file of the reader's.
STANDARD_INPUT = "-"


class BadAddress(ValueError):
    """Not the address of an election or of an archive, or not one that may be used."""


class Unreachable(Exception):
    """A board did not hand out its whole archive; the message says why."""


def is_address(text: str) -> bool:
    """Whether a source is an address on the network rather than a file."""
    return text.lower().startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class Source:
    """An archive at hand. `name` is what the reader called it; `address`, where a board's archive was fetched from."""

    file: BinaryIO
    name: str
    address: str | None = None


@contextmanager
def opened(name: str, *, most: int, seconds: float, told: Callable[[str, int, int], None]) -> Iterator[Source]:
    """An archive for reading and reading again, gone when the block ends if it had to be copied.

    Raises OSError for a file that cannot be read, BadAddress and Unreachable for an address.
    """
    if is_address(name):
        from sandogh.verifier.remote import archive_address, fetch  # a file needs no network, and no client of it

        address = archive_address(name)
        with tempfile.TemporaryFile(prefix="sandogh-") as copy:
            fetch(address, copy, most=most, seconds=seconds, told=lambda done, total: told("download", done, total))
            copy.seek(0)
            yield Source(copy, name, address)
    elif name == STANDARD_INPUT:
        with copied(sys.stdin.buffer) as copy:
            yield Source(copy, name)
    else:
        with Path(name).open("rb") as file:
            if file.seekable():
                yield Source(file, name)
            else:
                with copied(file) as copy:
                    yield Source(copy, name)


@contextmanager
def copied(file: BinaryIO) -> Iterator[BinaryIO]:
    """A temporary copy of what cannot be rewound."""
    with tempfile.TemporaryFile(prefix="sandogh-") as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        yield copy
