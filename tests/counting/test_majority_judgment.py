"""Majority judgment on the example of its encyclopedia article, and at its edges (protocol.md §10.4)."""

from counting.voters import graded
from sandogh.counting.majority_judgment import majority_judgment

GRADES = ("Excellent", "Good", "Fair", "Poor")


def test_the_capital_of_tennessee() -> None:
    """Memphis, Nashville, Chattanooga and Knoxville judge each other by distance; Nashville keeps its Fair the longest."""
    votes = graded((42, [1, 3, 4, 4]), (26, [4, 1, 3, 3]), (15, [4, 3, 1, 2]), (17, [4, 3, 2, 1]))
    outcome = majority_judgment(votes, candidates=4, grades=GRADES, blank_allowed=False)
    memphis, nashville, chattanooga, knoxville = outcome.standings
    assert [GRADES[each.majority_grade - 1] for each in outcome.standings] == ["Poor", "Fair", "Fair", "Fair"]
    assert memphis.histogram == (42, 0, 0, 58)
    # Sixteen Fair come off each; then the medians of Chattanooga and Knoxville are Poor, Nashville's is Fair still.
    assert (nashville.majority_value[0], chattanooga.majority_value[:2], knoxville.majority_value[:2]) == (
        (3, 49),
        ((3, 16), (4, 1)),
        ((3, 16), (4, 1)),
    )
    # Of the other two Knoxville has the more Excellent.
    assert outcome.ranking == ((1,), (3,), (2,), (0,))
    assert (outcome.valid, outcome.blank, outcome.invalid, outcome.ties) == (100, 0, (), ())


def test_of_an_even_number_the_lower_median_counts() -> None:
    """(best, worst) against two grades in between: the lower medians are the worst and the third grade."""
    outcome = majority_judgment([[1, 2], [4, 3]], candidates=2, grades=GRADES, blank_allowed=False)
    assert [each.majority_grade for each in outcome.standings] == [4, 3]
    assert outcome.ranking == ((1,), (0,))


def test_only_the_very_same_grades_are_a_tie() -> None:
    outcome = majority_judgment([[1, 2, 2], [2, 1, 2], [2, 2, 2]], candidates=3, grades=GRADES, blank_allowed=False)
    assert (outcome.ranking, outcome.ties) == (((0, 1), (2,)), ((0, 1),))


def test_blank_and_invalid_votes_are_counted_apart() -> None:
    votes = [[0, 0], [1, 0], [1, 5], [1, 2, 3], [1, 2]]
    outcome = majority_judgment(votes, candidates=2, grades=GRADES, blank_allowed=True)
    assert (outcome.valid, outcome.blank) == (1, 1)
    assert [(each.place, each.reason) for each in outcome.invalid] == [
        (2, "candidate 2 has grade 0, where grades are 1 to 4"),
        (3, "candidate 2 has grade 5, where grades are 1 to 4"),
        (4, "3 values for 2 candidates"),
    ]
    assert outcome.grades == GRADES
    strict = majority_judgment(votes, candidates=2, grades=GRADES, blank_allowed=False)
    assert (strict.valid, strict.blank, strict.invalid[0].reason) == (1, 0, "blank, which this question does not allow")


def test_without_votes_nobody_has_a_grade_and_all_are_equal() -> None:
    outcome = majority_judgment([], candidates=2, grades=GRADES, blank_allowed=True)
    assert outcome.ranking == ((0, 1),)
    assert [(each.majority_grade, each.majority_value) for each in outcome.standings] == [(0, ()), (0, ())]
