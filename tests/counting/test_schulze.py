"""The Schulze method on examples that are counted in its author's papers, and at its edges (protocol.md §10.4)."""

from counting.voters import named, ranked
from sandogh.counting.schulze import SchulzeOutcome, schulze


def count(candidates: str, *groups: tuple[int, str], blank_allowed: bool = True) -> SchulzeOutcome:
    return schulze(ranked(candidates, *groups), candidates=len(candidates), blank_allowed=blank_allowed)


def places(candidates: str, outcome: SchulzeOutcome) -> list[str]:
    return [named(candidates, level) for level in outcome.ranking]


def test_forty_five_voters_and_five_candidates() -> None:
    """The first example of the article on the method: matrices and ranking as printed there."""
    outcome = count("ABCDE", (5, "ACBED"), (5, "ADECB"), (8, "BEDAC"), (3, "CABED"), (7, "CAEBD"), (2, "CBADE"), (7, "DCEBA"), (8, "EBADC"))
    assert outcome.preferences == ((0, 20, 26, 30, 22), (25, 0, 16, 33, 18), (19, 29, 0, 17, 24), (15, 12, 28, 0, 14), (23, 27, 21, 31, 0))
    strengths = [[votes_for for votes_for, _ in row] for row in outcome.paths]
    assert strengths == [[0, 28, 28, 30, 24], [25, 0, 28, 33, 24], [25, 29, 0, 29, 24], [25, 28, 28, 0, 24], [25, 28, 28, 31, 0]]
    assert places("ABCDE", outcome) == ["E", "A", "C", "B", "D"]
    assert (outcome.valid, outcome.winners, outcome.ties) == (45, (4,), ())


def test_thirty_voters_and_four_candidates() -> None:
    """The second example: D > A > C > B."""
    outcome = count(
        "ABCD", (5, "ACBD"), (2, "ACDB"), (3, "ADCB"), (4, "BACD"), (3, "CBDA"), (3, "CDBA"), (1, "DACB"), (5, "DBAC"), (4, "DCBA")
    )
    assert places("ABCD", outcome) == ["D", "A", "C", "B"]


def test_two_potential_winners() -> None:
    """The fourth example of the article: nine voters leave B and D equal, and both better than A and C, of whom neither is better."""
    outcome = count("ABCD", (3, "ABCD"), (2, "DABC"), (2, "DBCA"), (2, "CBDA"))
    assert places("ABCD", outcome) == ["BD", "AC"]
    assert outcome.ties == ((1, 3), (0, 2))
    assert outcome.better(1, 2)
    assert outcome.better(3, 0)
    assert not outcome.better(1, 0)


def test_candidates_without_a_rank_are_last_and_equal() -> None:
    outcome = count("ABC", (2, "B"), (1, "AC"))
    assert outcome.preferences == ((0, 1, 1), (2, 0, 2), (0, 1, 0))
    assert places("ABC", outcome) == ["B", "A", "C"]


def test_equal_ranks_and_gaps_are_allowed() -> None:
    outcome = schulze([[7, 7, 200], [1, 1, 0]], candidates=3, blank_allowed=False)
    assert (outcome.valid, outcome.invalid) == (2, ())
    assert outcome.preferences == ((0, 0, 2), (0, 0, 2), (0, 0, 0))
    assert outcome.ranking == ((0, 1), (2,))


def test_winning_votes_and_not_margins_measure_a_victory() -> None:
    """A beats B by 4 to 2, B beats C by 5 to 3, C beats A by 5 to 4. With A's four votes the weakest, B wins; by margins A would."""
    outcome = count("ABC", (3, "ABC"), (2, "BCA"), (1, "A"), (3, "C"))
    assert outcome.preferences == ((0, 4, 4), (2, 0, 5), (5, 3, 0))
    assert outcome.paths == (((0, 0), (4, 2), (4, 2)), ((5, 4), (0, 0), (5, 3)), ((5, 4), (4, 2), (0, 0)))
    assert places("ABC", outcome) == ["B", "C", "A"]


def test_of_equal_victories_the_one_with_the_smaller_opposition_is_stronger() -> None:
    """A cycle of 5 to 2, 4 to 2 and 4 to 3 votes: B's four over C count for more than C's four over A, which more oppose."""
    outcome = count("ABC", (1, "ABC"), (2, "BCA"), (2, "CAB"), (1, "AB"), (1, "A"))
    cycle = [(outcome.preferences[x][y], outcome.preferences[y][x]) for x, y in ((0, 1), (1, 2), (2, 0))]
    assert cycle == [(5, 2), (4, 2), (4, 3)]
    assert places("ABC", outcome) == ["A", "B", "C"]


def test_blank_votes_are_counted_apart_and_invalid_where_not_allowed() -> None:
    vectors = [[0, 0], [1, 2], [1], [0, 0, 0]]
    allowed = schulze(vectors, candidates=2, blank_allowed=True)
    assert (allowed.valid, allowed.blank) == (1, 1)
    assert [(each.place, each.vector, each.reason) for each in allowed.invalid] == [
        (3, (1,), "1 values for 2 candidates"),
        (4, (0, 0, 0), "3 values for 2 candidates"),
    ]
    refused = schulze(vectors, candidates=2, blank_allowed=False)
    assert (refused.valid, refused.blank, len(refused.invalid)) == (1, 0, 3)
    assert refused.invalid[0].reason == "blank, which this question does not allow"


def test_without_votes_all_are_equal_and_without_candidates_nobody_wins() -> None:
    assert schulze([], candidates=3, blank_allowed=True).ranking == ((0, 1, 2),)
    assert schulze([], candidates=0, blank_allowed=True).winners == ()
