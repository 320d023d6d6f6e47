"""Majority judgment (protocol.md §10.4).

The variant is that of M. Balinski and R. Laraki, "Majority Judgment" (MIT Press, 2011): each voter gives each candidate one grade; the
majority grade of a candidate is the lower median; among equals the median grades are removed one at a time and the next medians compared,
which orders candidates by their majority values. Only candidates with the very same grades stay equal.

belenios-tool (2.0, 3.0) takes the upper median of an even number of grades instead, so that now and then its ranking is another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sandogh.counting.vectors import Invalid, Vector, sort_vectors


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides one candidate's place. Grades count from 1, the best."""

    candidate: int
    #: How often each grade was given, the best first.
    histogram: tuple[int, ...]
    #: The lower median; 0 if there is no vote.
    majority_grade: int
    #: The majority value: the medians in the order of removal, as runs of (grade, how many times in a row).
    majority_value: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class MajorityJudgmentOutcome:
    """The working and the result; `ranking` is best first, equal candidates side by side."""

    valid: int
    blank: int
    invalid: tuple[Invalid, ...]
    grades: tuple[str, ...]
    standings: tuple[Standing, ...]
    ranking: tuple[tuple[int, ...], ...]

    @property
    def ties(self) -> tuple[tuple[int, ...], ...]:
        """Candidates with the very same grades, which the method leaves equal."""
        return tuple(level for level in self.ranking if len(level) > 1)


def majority_judgment(
    vectors: Sequence[Sequence[int]], *, candidates: int, grades: Sequence[str], blank_allowed: bool
) -> MajorityJudgmentOutcome:
    """Count grades: in each vector one per candidate, from 1, the best of `grades`, to their number, the worst, protocol.md §10.4.

    1. sort out blank votes and invalid ones: a grade that does not exist, or none
    2. a histogram for each candidate
    3. the majority values, and candidates in their order
    """
    # (1)
    last = len(grades)

    def refusal(vector: Vector) -> str:
        for number, grade in enumerate(vector, 1):
            if not 1 <= grade <= last:
                return f"candidate {number} has grade {grade}, where grades are 1 to {last}"
        return ""

    votes = sort_vectors(vectors, candidates=candidates, blank_allowed=blank_allowed, refusal=refusal)
    # (2)
    histograms = [[0] * last for _ in range(candidates)]
    for vector in votes.counted:
        for histogram, grade in zip(histograms, vector, strict=True):
            histogram[grade - 1] += 1
    # (3)
    values = [_majority_value(histogram) for histogram in histograms]
    standings = tuple(
        Standing(candidate, tuple(histogram), value[0] if value else 0, _runs(value))
        for candidate, (histogram, value) in enumerate(zip(histograms, values, strict=True))
    )
    order = sorted(range(candidates), key=values.__getitem__)
    ranking = tuple(tuple(level) for _, level in groupby(order, key=values.__getitem__))
    return MajorityJudgmentOutcome(len(votes.counted), votes.blank, votes.invalid, tuple(grades), standings, ranking)


def _majority_value(histogram: Sequence[int]) -> list[int]:
    """The lower medians, each removed before the next is taken. The smaller of two such lists is the better."""
    grades = [grade for grade, times in enumerate(histogram, 1) for _ in range(times)]
    middle, odd = divmod(len(grades), 2)
    # Of an odd number the very middle goes first; then by turns the nearest below, which is the lower median, and the nearest above.
    above, below = grades[:middle], grades[middle + odd :]
    pairs = zip(below, reversed(above), strict=True)
    return grades[middle : middle + odd] + [grade for pair in pairs for grade in pair]


def _runs(value: Sequence[int]) -> tuple[tuple[int, int], ...]:
    return tuple((grade, len(list(run))) for grade, run in groupby(value))
