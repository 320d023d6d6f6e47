"""Rules that break a tie in a count of transferable votes: choices that somebody makes openly, before the count (protocol.md §10.4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Purpose(StrEnum):
    """What the rules of the count leave open."""

    Surplus = "whose surplus is transferred first"
    Exclusion = "who is excluded"


@dataclass(frozen=True, slots=True)
class Tie:
    """Candidates with equal votes. `history` has the votes of all candidates at each stage so far, the present one last."""

    purpose: Purpose
    candidates: tuple[int, ...]
    history: tuple[tuple[Fraction, ...], ...]


#: Gives those of the tied candidates whom it leaves in question: who might be transferred first, or excluded. One decides.
TieRule = Callable[[Tie], Sequence[int]]


def earlier_stages(tie: Tie) -> Sequence[int]:
    """The latest earlier stage at which the tied candidates had unequal votes decides, protocol.md §10.4.

    The most votes there go first as a surplus, the fewest are excluded; those still equal are compared at the stage before. This is
    how the Scottish Local Government Elections Order 2007 (Schedule 1, rules 49 and 50) begins; it then draws lots.
    """
    rest = list(tie.candidates)
    for votes in reversed(tie.history[:-1]):
        extreme = (max if tie.purpose is Purpose.Surplus else min)(votes[each] for each in rest)
        rest = [each for each in rest if votes[each] == extreme]
    return rest


def lot(order: Sequence[int]) -> TieRule:
    """The order of a lot that was drawn in public over all candidates: who comes earlier is preferred, protocol.md §10.4.

    Of tied surpluses that of the earliest goes first; of candidates tied at the bottom the latest is excluded.
    """
    places = {candidate: place for place, candidate in enumerate(order)}
    if len(places) != len(order):
        raise ValueError("a lot names every candidate once")

    def drawn(tie: Tie) -> Sequence[int]:
        choose = min if tie.purpose is Purpose.Surplus else max
        return [choose(tie.candidates, key=places.__getitem__)]

    return drawn


def break_tie(tie: Tie, rules: Sequence[TieRule]) -> tuple[int, ...]:
    """Those whom the rules, one after the other, leave in question; a single one if they decide, protocol.md §10.4."""
    rest = tie
    for rule in rules:
        if len(rest.candidates) > 1:
            rest = Tie(tie.purpose, tuple(rule(rest)), tie.history)
    return rest.candidates
