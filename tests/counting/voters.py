"""Votes written as the literature writes them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """What a question says about its counting."""

    method: str
    blank: bool = False
    grades: tuple[str, ...] | None = None
    seats: int | None = None


@dataclass(frozen=True)
class Question:
    answers: tuple[str, ...]
    extra: Method | None


def ranked(candidates: str, *groups: tuple[int, str]) -> list[list[int]]:
    """`(5, "ACB")`: five voters prefer A to C to B to the rest, whom they give no rank."""
    return [[order.find(candidate) + 1 for candidate in candidates] for times, order in groups for _ in range(times)]


def graded(*groups: tuple[int, Iterable[int]]) -> list[list[int]]:
    """`(5, [1, 3])`: five voters give the first candidate grade 1 and the second grade 3."""
    return [list(grades) for times, grades in groups for _ in range(times)]


def named(candidates: str, numbers: Iterable[int]) -> str:
    """The letters of candidates given by their numbers."""
    return "".join(candidates[number] for number in numbers)
