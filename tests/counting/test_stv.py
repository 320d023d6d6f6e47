"""The single transferable vote on well-known examples, its transfers followed by hand, and at its edges (protocol.md §10.4)."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from counting.voters import named, ranked
from sandogh.counting.stv import STVOutcome, single_transferable_vote
from sandogh.counting.ties import Purpose, TieRule, earlier_stages, lot

F = Fraction


def count(candidates: str, seats: int, *groups: tuple[int, str], tie_rules: Sequence[TieRule] = ()) -> STVOutcome:
    votes = ranked(candidates, *groups)
    return single_transferable_vote(votes, candidates=len(candidates), seats=seats, blank_allowed=False, tie_rules=tie_rules)


def acts(candidates: str, outcome: STVOutcome) -> list[str]:
    """Each stage in a few letters: who is elected, and whose surplus is transferred (+) or who is excluded (-)."""
    signs = {Purpose.Surplus: "+", Purpose.Exclusion: "-"}
    return [
        named(candidates, stage.elected)
        + (signs[stage.transfer.purpose] + named(candidates, stage.transfer.candidates) if stage.transfer else "")
        for stage in outcome.stages
    ]


def test_food_for_a_party() -> None:
    """The encyclopedia's example: Oranges, Pears, Chocolate, Strawberries, Sweets; twenty guests, three kinds of food."""
    outcome = count("OPCSW", 3, (4, "O"), (2, "PO"), (8, "CS"), (4, "CW"), (1, "S"), (1, "W"))
    assert (outcome.valid, outcome.quota) == (20, 6)
    assert acts("OPCSW", outcome) == ["C+C", "-P", "O-W", "S"]
    assert [stage.votes for stage in outcome.stages] == [(4, 2, 12, 1, 1), (4, 2, 6, 5, 3), (6, 0, 6, 5, 3), (6, 0, 6, 5, 0)]
    assert [stage.exhausted for stage in outcome.stages] == [0, 0, 0, 3]
    assert (named("OPCSW", outcome.elected), outcome.undecided, outcome.ties) == ("COS", None, ())


def test_andrea_brad_carter_delilah() -> None:
    """The example with which the article on counting compares the ways of transferring a surplus; with fractions Carter is second."""
    outcome = count("ABCD", 2, (16, "ABCD"), (24, "ACBD"), (17, "DABC"))
    assert outcome.quota == 20
    assert [stage.votes for stage in outcome.stages] == [(40, 0, 0, 17), (20, 8, 12, 17), (20, 0, 20, 17)]
    assert acts("ABCD", outcome) == ["A+A", "-B", "C"]


def test_all_votes_of_a_surplus_go_on_each_at_the_same_fraction_of_its_value() -> None:
    """Weighted and inclusive: B's surplus takes along what came from A, at the value with which it came."""
    outcome = count("ABCD", 3, (12, "ABC"), (6, "BD"), (4, "C"), (3, "D"))
    assert outcome.quota == 7
    first, second, third, fourth = outcome.stages
    assert first.transfer is not None
    assert first.transfer.ratio == F(5, 12)
    assert second.votes == (7, 11, 4, 3)
    assert second.transfer is not None
    assert second.transfer.ratio == F(4, 11)
    # Twelve votes worth 5/12 each go to C at 4/11 of that, six whole ones to D at 4/11.
    assert third.votes == (7, 7, 4 + F(20, 11), 3 + F(24, 11))
    assert (fourth.votes, fourth.exhausted) == ((7, 7, 4 + F(20, 11), 0), 3 + F(24, 11))
    assert acts("ABCD", outcome) == ["A+A", "B+B", "-D", "C"]


def test_who_is_elected_takes_no_more_votes() -> None:
    """A and B have the quota at once, so A's votes skip B."""
    outcome = count("ABCD", 3, (10, "ABC"), (6, "BD"), (1, "C"), (3, "D"))
    assert outcome.stages[1].votes == (6, 6, 5, 3)
    assert named("ABCD", outcome.elected) == "ABC"


def test_the_largest_surplus_goes_first() -> None:
    outcome = count("ABCD", 3, (8, "AC"), (9, "BD"), (1, "C"), (2, "D"))
    assert acts("ABCD", outcome) == ["BA+B", "+A", "-C", "D"]


def test_without_transferable_preferences_a_surplus_is_exhausted_and_the_quota_stays() -> None:
    outcome = count("ABC", 2, (9, "A"), (2, "B"), (1, "C"))
    assert outcome.quota == 5
    assert [(stage.votes, stage.exhausted) for stage in outcome.stages] == [((9, 2, 1), 0), ((5, 2, 1), 4), ((5, 2, 0), 5)]
    assert named("ABC", outcome.elected) == "AB"


def test_candidates_without_a_vote_go_at_once_if_enough_remain() -> None:
    """C, D and E are named, but nobody's vote is with them: in which order they go is of no consequence."""
    outcome = count("ABCDE", 1, (3, "ACDE"), (2, "B"), (2, "A"), (3, "BE"))
    assert acts("ABCDE", outcome) == ["-CDE", ""]
    assert outcome.undecided is not None
    assert outcome.undecided.candidates == (0, 1)


def test_a_candidate_whom_nobody_names_takes_no_seat() -> None:
    outcome = count("ABC", 3, (2, "A"), (1, "AB"))
    assert (named("ABC", outcome.elected), outcome.unnamed) == ("AB", (2,))


def test_an_exclusion_tie_stops_the_count_and_is_reported() -> None:
    outcome = count("ABC", 1, (3, "A"), (2, "BA"), (2, "CB"))
    assert (outcome.elected, outcome.stages[-1].transfer) == ((), None)
    assert outcome.undecided is not None
    assert (outcome.undecided.purpose, outcome.undecided.candidates) == (Purpose.Exclusion, (1, 2))
    assert outcome.ties == (outcome.undecided,)


def test_a_lot_breaks_a_tie_openly() -> None:
    """Of those tied for exclusion the one drawn last goes."""
    groups = ((3, "A"), (2, "BA"), (2, "CB"))
    for order, winner in (((1, 2, 0), "B"), ((2, 1, 0), "A")):
        outcome = count("ABC", 1, *groups, tie_rules=[lot(order)])
        assert (named("ABC", outcome.elected), outcome.undecided) == (winner, None)
        [tie] = outcome.ties
        assert tie.candidates == (1, 2)


def test_a_tie_of_surpluses_is_reported_and_broken_by_lot() -> None:
    """A lot before the count says whether A or B goes first."""
    groups = ((4, "AC"), (4, "BD"), (2, "C"), (1, "D"))
    assert acts("ABCD", count("ABCD", 3, *groups)) == ["AB"]
    assert acts("ABCD", count("ABCD", 3, *groups, tie_rules=[lot([3, 2, 1, 0])])) == ["AB+B", "+A", "C"]
    assert acts("ABCD", count("ABCD", 3, *groups, tie_rules=[lot([0, 1, 2, 3])])) == ["AB+A", "C"]


def test_the_latest_earlier_stage_with_unequal_votes_decides() -> None:
    """After D's exclusion B and C have four each; before, B had three: B goes."""
    groups = ((6, "A"), (3, "B"), (4, "C"), (1, "DB"))
    stopped = count("ABCD", 1, *groups)
    assert (acts("ABCD", stopped), stopped.undecided and stopped.undecided.candidates) == (["-D", ""], (1, 2))
    assert acts("ABCD", count("ABCD", 1, *groups, tie_rules=[earlier_stages])) == ["-D", "-B", "-C", "A"]


def test_rules_are_asked_in_their_order_and_the_first_may_have_nothing_to_say() -> None:
    groups = ((3, "A"), (2, "BA"), (2, "CB"))
    assert count("ABC", 1, *groups, tie_rules=[earlier_stages]).undecided is not None
    outcome = count("ABC", 1, *groups, tie_rules=[earlier_stages, lot([0, 1, 2])])
    assert named("ABC", outcome.elected) == "B"


def test_a_lot_names_everybody_once() -> None:
    with pytest.raises(ValueError, match="once"):
        lot([0, 1, 0])


def test_blank_and_invalid_votes_are_counted_apart_and_not_into_the_quota() -> None:
    votes = [[1, 2, 0], [0, 0, 0], [1, 1, 0], [2, 3, 0], [1, 3, 0], [1, 2], [0, 0, 1], [1, 0, 0]]
    outcome = single_transferable_vote(votes, candidates=3, seats=1, blank_allowed=True)
    assert (outcome.valid, outcome.blank, outcome.quota) == (3, 1, 2)
    assert [(each.place, each.reason) for each in outcome.invalid] == [
        (3, "rank 1 is given 2 times"),
        (4, "rank 3 without rank 1"),
        (5, "rank 3 without rank 2"),
        (6, "2 values for 3 candidates"),
    ]
    strict = single_transferable_vote(votes, candidates=3, seats=1, blank_allowed=False)
    assert (strict.blank, strict.invalid[0].place, strict.invalid[0].reason) == (0, 2, "blank, which this question does not allow")


def test_without_votes_nobody_is_elected() -> None:
    outcome = count("AB", 2)
    assert (outcome.elected, outcome.unnamed, outcome.undecided) == ((), (0, 1), None)
