"""What the protocol says when bytes are no value, or a value is not true."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class SandoghError(Exception):
    """The root of everything that the protocol raises."""


class _Refusal(SandoghError):
    """Names the broken rule, what was found, and where.

    `section` is a section of protocol.md such as "§7.2"; `what` is an English sentence without a full stop; `where` is the place, outermost
    first ("ballot 3, question 1, answer 2"), empty when there is only one place it can be.
    """

    def __init__(self, section: str, what: str, where: str = "") -> None:
        super().__init__(section, what, where)
        self.section = section
        self.what = what
        self.where = where

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what} ({self.section})"

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        # `where` grows while the error travels outwards (see `within`), so it cannot be taken from `args`.
        return type(self), (self.section, self.what, self.where)


class Malformed(_Refusal):
    """These bytes are not a value of the kind they should be."""


class Truncated(Malformed):
    """These bytes are the beginning of a value, and the rest is missing."""


class Unsupported(Malformed):
    """A legal part of protocol 1 that this version cannot check yet; `feature` names it."""

    def __init__(self, section: str, feature: str, where: str = "") -> None:
        what = feature if feature.endswith("not supported yet") else f"{feature}: not supported yet"
        super().__init__(section, what, where)
        self.feature = feature.removesuffix(": not supported yet")


class VerificationError(_Refusal):
    """This value is well formed, and false."""


#: Told of what does not hold where reading can go on all the same.
Complaint = Callable[[Malformed | VerificationError], None]


@contextmanager
def tolerating(complain: Complaint | None) -> Iterator[None]:
    """Hand a refusal to `complain` and go on after the block; without `complain`, let it travel."""
    try:
        yield
    except (Malformed, VerificationError) as refusal:
        if complain is None:
            raise
        complain(refusal)


@contextmanager
def within(place: str) -> Iterator[None]:
    """Say where a refusal happened: the place is put in front of the places already named."""
    try:
        yield
    except _Refusal as refusal:
        refusal.where = f"{place}, {refusal.where}" if refusal.where else place
        raise
