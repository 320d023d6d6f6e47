"""Vectors sorted into those that count, blank ones and invalid ones (protocol.md §10.4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Vector = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Invalid:
    """A vector that cannot be counted: its place in the result, from 1, and the reason in English."""

    place: int
    vector: Vector
    reason: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """Every vector once: counted, blank or invalid."""

    counted: tuple[Vector, ...]
    blank: int
    invalid: tuple[Invalid, ...]


def sort_vectors(vectors: Sequence[Sequence[int]], *, candidates: int, blank_allowed: bool, refusal: Callable[[Vector], str]) -> Sorted:
    """Sort the vectors of a result, protocol.md §10.4.

    All zeros is a blank vote where the question allows one, and invalid where it does not. Of every other vector of the right length,
    `refusal` says what is wrong with it, or nothing ("").
    """
    counted: list[Vector] = []
    invalid: list[Invalid] = []
    blank = 0
    for place, given in enumerate(vectors, 1):
        vector = tuple(given)
        if len(vector) != candidates:
            reason = f"{len(vector)} values for {candidates} candidates"
        elif any(vector) or not candidates:
            reason = refusal(vector)
        elif blank_allowed:
            blank += 1
            continue
        else:
            reason = "blank, which this question does not allow"
        if reason:
            invalid.append(Invalid(place, vector, reason))
        else:
            counted.append(vector)
    return Sorted(tuple(counted), blank, tuple(invalid))
