"""Races by ranking and by grades: what the published vectors come to by the race's own way of counting (protocol.md §10.4). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sandogh.counting.majority_judgment import MajorityJudgmentOutcome
from sandogh.counting.methods import count
from sandogh.counting.schulze import SchulzeOutcome
from sandogh.counting.stv import STVOutcome
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.server.elections.races import Candidate, Race
from sandogh.server.tallies.seats import Outcome, placed


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One candidate. `rank` counts from 1 and skips after equals; None where the method leaves no order.

    `grade` is the place of the majority grade in the race's grades, from 0, and `histogram` how often each grade was given.
    """

    candidate: Candidate
    rank: int | None
    outcome: Outcome
    grade: int | None = None
    histogram: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a count of transferable votes: each candidate's votes in ballot order, and the votes that name nobody any more."""

    votes: tuple[Fraction, ...]
    exhausted: Fraction
    elected: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OrderResult:
    """A race by ranking or grades. `valid`, `blank` and `invalid` are votes; `quota` and `stages` belong to transferable votes.

    `preferences` belongs to Schulze: how many voters put the candidate of the row before that of the column, in ballot order.
    """

    race: Race
    lines: tuple[OrderLine, ...]
    valid: int
    blank: int
    invalid: int
    quota: int | None = None
    stages: tuple[Stage, ...] = ()
    preferences: tuple[tuple[int, ...], ...] = ()


def order_result(race: Race, question: NonHomomorphicQuestion, vectors: Sequence[Sequence[int]]) -> OrderResult:
    """Count the revealed vectors of one race. Ties stay ties: people draw the lot, nothing here does."""
    outcome = count(question, vectors)
    if isinstance(outcome, STVOutcome):
        return _transferred(race, outcome)
    lines, ahead = [], 0
    for level in outcome.ranking:
        seat = placed(ahead, len(level), race.seats_main, race.seats_main) if outcome.valid else Outcome.NONE
        lines += [_line(race, place, ahead + 1, seat, outcome) for place in level]
        ahead += len(level)
    return OrderResult(
        race,
        tuple(lines),
        outcome.valid,
        outcome.blank,
        len(outcome.invalid),
        preferences=outcome.preferences if isinstance(outcome, SchulzeOutcome) else (),
    )


def _line(race: Race, place: int, rank: int, seat: Outcome, outcome: MajorityJudgmentOutcome | SchulzeOutcome) -> OrderLine:
    if isinstance(outcome, SchulzeOutcome):
        return OrderLine(race.candidates[place], rank, seat)
    (standing,) = (each for each in outcome.standings if each.candidate == place)
    grade = standing.majority_grade - 1 if standing.majority_grade else None
    return OrderLine(race.candidates[place], rank, seat, grade, standing.histogram)


def _transferred(race: Race, outcome: STVOutcome) -> OrderResult:
    """The elected in their order, then the others by their votes at the last stage, equals in ballot order.

    Where a tie stopped the count, seats are open, and those between whom the lot is to be drawn are marked; it decides how the count goes
    on, not yet who is elected.
    """
    tied = outcome.undecided.candidates if outcome.undecided else ()
    last = outcome.stages[-1].votes if outcome.stages else (Fraction(0),) * len(race.candidates)
    rest = sorted((place for place in range(len(race.candidates)) if place not in outcome.elected), key=lambda place: -last[place])
    lines = [OrderLine(race.candidates[place], rank, Outcome.MAIN) for rank, place in enumerate(outcome.elected, 1)]
    lines += [OrderLine(race.candidates[place], None, Outcome.TIE_MAIN if place in tied else Outcome.NONE) for place in rest]
    stages = tuple(Stage(each.votes, each.exhausted, each.elected) for each in outcome.stages)
    return OrderResult(race, tuple(lines), outcome.valid, outcome.blank, len(outcome.invalid), outcome.quota, stages)
