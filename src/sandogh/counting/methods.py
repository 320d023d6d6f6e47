"""From a question and its revealed vectors to the outcome that its method gives (protocol.md §10.4)."""

from collections.abc import Sequence
from typing import Protocol

from sandogh.counting.majority_judgment import MajorityJudgmentOutcome, majority_judgment
from sandogh.counting.schulze import SchulzeOutcome, schulze
from sandogh.counting.stv import STVOutcome, single_transferable_vote
from sandogh.counting.ties import TieRule

Outcome = MajorityJudgmentOutcome | SchulzeOutcome | STVOutcome

#: A byte holds a grade, and 0 is none.
_MOST_GRADES = 255


class Uncountable(Exception):
    """The question names no counting method, or not all that the method needs; the text says what in English."""


class Method(Protocol):
    """What a question says about its counting: the parsed `extra` (protocol.md §4.3)."""

    @property
    def method(self) -> str: ...

    @property
    def blank(self) -> bool: ...

    @property
    def grades(self) -> Sequence[str] | None: ...

    @property
    def seats(self) -> int | None: ...


class RankingQuestion(Protocol):
    """What counting needs of a non-homomorphic question (protocol.md §4.3)."""

    @property
    def answers(self) -> Sequence[str]: ...

    @property
    def extra(self) -> Method | None: ...


def count(question: RankingQuestion, vectors: Sequence[Sequence[int]], *, tie_rules: Sequence[TieRule] = ()) -> Outcome:
    """Count the revealed vectors of one question by the method that its `extra` names, protocol.md §4.3, §10.4.

    `vectors` are those of the published result, one per kept ballot. `tie_rules` are for STV, see `single_transferable_vote`; without
    them a tie stops that count. Raises Uncountable.
    """
    if question.extra is None:
        raise Uncountable("the question names no counting method")
    candidates, blank = len(question.answers), question.extra.blank
    match question.extra.method:
        case "MajorityJudgment":
            grades = question.extra.grades or ()
            if not 1 <= len(grades) <= _MOST_GRADES:
                raise Uncountable(f"majority judgment needs 1 to {_MOST_GRADES} grades, not {len(grades)}")
            return majority_judgment(vectors, candidates=candidates, grades=grades, blank_allowed=blank)
        case "Schulze":
            return schulze(vectors, candidates=candidates, blank_allowed=blank)
        case "STV":
            seats = question.extra.seats or 0
            if seats < 1:
                raise Uncountable("the single transferable vote needs at least one seat")
            return single_transferable_vote(vectors, candidates=candidates, seats=seats, blank_allowed=blank, tie_rules=tie_rules)
        case other:
            raise Uncountable(f"counting method {other[:40]!r} is unknown")
