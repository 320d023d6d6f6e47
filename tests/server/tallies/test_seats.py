"""Ranks, cut lines and ties."""

import pytest

from sandogh.server.tallies.seats import Draw, Standing, allocate, draws


def outcomes(counts: list[int], main: int, alternate: int) -> list[tuple[int, int, str]]:
    """(candidate, rank, outcome) from the top."""
    return [(line.candidate, line.rank, line.outcome.value) for line in allocate(counts, main, alternate)]


def lots(counts: list[int], main: int, alternate: int) -> list[Draw]:
    return draws(allocate(counts, main, alternate), main, alternate)


def test_without_ties_the_seats_follow_the_votes() -> None:
    assert outcomes([10, 40, 30, 20], 2, 1) == [(1, 1, "main"), (2, 2, "main"), (3, 3, "alternate"), (0, 4, "none")]
    assert lots([10, 40, 30, 20], 2, 1) == []


def test_equals_above_the_first_line_are_all_elected_with_equal_ranks() -> None:
    assert outcomes([9, 9, 5], 2, 0) == [(0, 1, "main"), (1, 1, "main"), (2, 3, "none")]


def test_a_rank_is_skipped_after_equals() -> None:
    assert [line.rank for line in allocate([9, 8, 7, 7, 5], 5, 0)] == [1, 2, 3, 3, 5]


def test_a_tie_at_the_first_line_is_a_tie() -> None:
    assert outcomes([7, 5, 5, 1], 2, 1) == [(0, 1, "main"), (1, 2, "tie_main"), (2, 2, "tie_main"), (3, 4, "none")]
    # One of the two becomes main, and then the other is the alternate: nobody is left out.
    assert lots([7, 5, 5, 1], 2, 1) == [Draw(candidates=(1, 2), votes=5, main=1, alternate=1)]


def test_a_tie_at_the_second_line_leaves_the_main_members_alone() -> None:
    assert outcomes([7, 6, 3, 3], 2, 1) == [(0, 1, "main"), (1, 2, "main"), (2, 3, "tie_alternate"), (3, 3, "tie_alternate")]
    assert lots([7, 6, 3, 3], 2, 1) == [Draw(candidates=(2, 3), votes=3, main=0, alternate=1)]


def test_two_ties_one_at_each_line_need_two_lots() -> None:
    assert outcomes([5, 5, 5, 3, 3, 1], 2, 2) == [
        (0, 1, "tie_main"),
        (1, 1, "tie_main"),
        (2, 1, "tie_main"),
        (3, 4, "tie_alternate"),
        (4, 4, "tie_alternate"),
        (5, 6, "none"),
    ]
    assert lots([5, 5, 5, 3, 3, 1], 2, 2) == [Draw((0, 1, 2), 5, main=2, alternate=1), Draw((3, 4), 3, main=0, alternate=1)]


def test_one_tie_over_both_lines_is_one_lot_for_both() -> None:
    assert outcomes([9, 4, 4, 4, 4], 2, 1) == [(0, 1, "main")] + [(candidate, 2, "tie_main") for candidate in (1, 2, 3, 4)]
    assert lots([9, 4, 4, 4, 4], 2, 1) == [Draw(candidates=(1, 2, 3, 4), votes=4, main=1, alternate=1)]


def test_a_tie_below_both_lines_changes_nothing() -> None:
    assert outcomes([9, 5, 1, 1], 1, 1) == [(0, 1, "main"), (1, 2, "alternate"), (2, 3, "none"), (3, 3, "none")]
    assert lots([9, 5, 1, 1], 1, 1) == []


def test_a_tie_at_the_only_line_where_there_are_no_alternates() -> None:
    assert outcomes([3, 3], 1, 0) == [(0, 1, "tie_main"), (1, 1, "tie_main")]
    assert lots([3, 3], 1, 0) == [Draw((0, 1), 3, main=1, alternate=0)]


def test_whoever_has_no_vote_takes_no_seat() -> None:
    assert outcomes([0, 4, 0], 2, 1) == [(1, 1, "main"), (0, 2, "none"), (2, 2, "none")]
    assert outcomes([0, 0], 1, 1) == [(0, 1, "none"), (1, 1, "none")]
    assert lots([0, 0], 1, 1) == []


def test_fewer_candidates_than_seats_are_all_elected() -> None:
    assert outcomes([2, 3], 7, 2) == [(1, 1, "main"), (0, 2, "main")]
    assert outcomes([2, 3, 1], 2, 2) == [(1, 1, "main"), (0, 2, "main"), (2, 3, "alternate")]


def test_a_race_of_nobody_has_no_standings() -> None:
    assert allocate([], 7, 2) == []


def test_the_standing_says_the_votes() -> None:
    assert allocate([6], 1, 0) == [Standing(candidate=0, votes=6, rank=1, outcome="main")]


@pytest.mark.parametrize(("counts", "main", "alternate"), [([-1], 1, 0), ([1], -1, 0), ([1], 1, -1)])
def test_negative_figures_are_a_fault_of_the_caller(counts: list[int], main: int, alternate: int) -> None:
    with pytest.raises(ValueError, match="not negative"):
        allocate(counts, main, alternate)
