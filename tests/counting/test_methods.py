"""A question's own method is the one that counts it (protocol.md §4.3, §10.4)."""

import pytest

from counting.voters import Method, Question
from sandogh.counting import Uncountable, count
from sandogh.counting.majority_judgment import MajorityJudgmentOutcome
from sandogh.counting.schulze import SchulzeOutcome
from sandogh.counting.stv import STVOutcome
from sandogh.counting.ties import lot

VECTORS = [[1, 2], [2, 1], [0, 0]]


def question(extra: Method | None) -> Question:
    return Question(("A", "B"), extra)


def test_each_method_counts_in_its_own_way() -> None:
    grades = Method("MajorityJudgment", blank=True, grades=("good", "bad"))
    judged = count(question(grades), VECTORS)
    assert isinstance(judged, MajorityJudgmentOutcome)
    assert (judged.grades, judged.valid, judged.blank, judged.ranking) == (("good", "bad"), 2, 1, ((0, 1),))
    compared = count(question(Method("Schulze")), VECTORS)
    assert isinstance(compared, SchulzeOutcome)
    assert (compared.valid, compared.blank, len(compared.invalid)) == (2, 0, 1)
    transferred = count(question(Method("STV", blank=True, seats=1)), VECTORS)
    assert isinstance(transferred, STVOutcome)
    assert transferred.undecided is not None
    drawn = count(question(Method("STV", blank=True, seats=1)), VECTORS, tie_rules=[lot([1, 0])])
    assert isinstance(drawn, STVOutcome)
    assert drawn.elected == (1,)


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        (None, "names no counting method"),
        (Method("Borda"), "'Borda' is unknown"),
        (Method("MajorityJudgment"), "needs 1 to 255 grades, not 0"),
        (Method("MajorityJudgment", grades=("g",) * 256), "not 256"),
        (Method("STV"), "at least one seat"),
        (Method("STV", seats=0), "at least one seat"),
        (Method("STV", seats=-1), "at least one seat"),
    ],
    ids=str,
)
def test_what_cannot_be_counted_says_why(extra: Method | None, reason: str) -> None:
    with pytest.raises(Uncountable, match=reason):
        count(question(extra), VECTORS)
