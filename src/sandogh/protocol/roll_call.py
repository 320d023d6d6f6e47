"""Checks that go over all members of a threshold group, and name everybody who is missing or at fault (protocol.md §6.3)."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

from sandogh.protocol.errors import Malformed, VerificationError, within

T = TypeVar("T")


def check_present(present: Iterable[int], size: int, what: str, *, section: str) -> None:
    """Raise VerificationError that names every missing member, or one that is none."""
    given = set(present)
    # Whoever claims a size claims any: a few names will do.
    if missing := [str(index) for index in islice((each for each in range(1, size + 1) if each not in given), 20)]:
        raise VerificationError(section, f"the {what} of member {', '.join(missing)} is missing")
    if strange := sorted(index for index in given if not 1 <= index <= size):
        raise VerificationError(section, f"a {what} of member {strange[0]}, where there are {size} members")


def each_member(size: int, check: Callable[[int], T]) -> list[T]:
    """Do it for every member, and name all who fail: one cheat must not hide another."""
    found: list[T] = []
    refusals: list[Malformed | VerificationError] = []
    for index in range(1, size + 1):
        try:
            with within(f"member {index}"):
                found.append(check(index))
        except (Malformed, VerificationError) as refusal:
            refusals.append(refusal)
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        together = "; ".join(f"{refusal.where}: {refusal.what}" for refusal in refusals)
        raise VerificationError(refusals[0].section, together) from refusals[0]
    return found
