"""What must hold of any count, whoever votes how (protocol.md §10.4)."""

import statistics
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sandogh.counting.majority_judgment import majority_judgment
from sandogh.counting.schulze import schulze
from sandogh.counting.stv import STVOutcome, single_transferable_vote
from sandogh.counting.ties import lot

MANY = settings(max_examples=150, deadline=None)

Votes = list[list[int]]


@st.composite
def any_votes(draw: st.DrawFn, *, lowest: int = 0) -> tuple[int, Votes]:
    """Whatever stands in the vectors of a result."""
    candidates = draw(st.integers(1, 6))
    return candidates, draw(st.lists(st.lists(st.integers(lowest, 5), min_size=candidates, max_size=candidates), max_size=25))


@st.composite
def rankings(draw: st.DrawFn, *, whole: bool = False) -> tuple[int, int, Votes]:
    """Candidates, seats and votes as STV takes them."""
    candidates = draw(st.integers(2, 6))
    seats = draw(st.integers(1, candidates))
    votes: Votes = []
    for order in draw(st.lists(st.permutations(range(candidates)), max_size=25)):
        named = order if whole else order[: draw(st.integers(1, candidates))]
        votes.append([named.index(each) + 1 if each in named else 0 for each in range(candidates)])
    return candidates, seats, votes


def stv(candidates: int, seats: int, votes: Votes) -> STVOutcome:
    return single_transferable_vote(votes, candidates=candidates, seats=seats, blank_allowed=True, tie_rules=[lot(range(candidates))])


@given(data=any_votes(), random=st.randoms(use_true_random=False))
@MANY
def test_the_order_of_votes_is_of_no_consequence(data: tuple[int, Votes], random: Random) -> None:
    candidates, votes = data
    shuffled = list(votes)
    random.shuffle(shuffled)

    def everything(given_votes: Votes) -> list[object]:
        judged = majority_judgment(given_votes, candidates=candidates, grades="abcde", blank_allowed=True)
        compared = schulze(given_votes, candidates=candidates, blank_allowed=False)
        transferred = single_transferable_vote(given_votes, candidates=candidates, seats=2, blank_allowed=True)
        return [
            (judged.standings, judged.ranking, judged.valid, judged.blank),
            (compared.preferences, compared.paths, compared.ranking),
            (transferred.stages, transferred.elected, transferred.undecided),
            *(sorted((each.vector, each.reason) for each in outcome.invalid) for outcome in (judged, compared, transferred)),
        ]

    assert everything(votes) == everything(shuffled)


@given(data=any_votes())
@MANY
def test_every_vote_is_counted_blank_or_invalid(data: tuple[int, Votes]) -> None:
    candidates, votes = data
    for outcome in (
        majority_judgment(votes, candidates=candidates, grades="abc", blank_allowed=True),
        schulze(votes, candidates=candidates, blank_allowed=True),
        single_transferable_vote(votes, candidates=candidates, seats=1, blank_allowed=True),
    ):
        assert outcome.valid + outcome.blank + len(outcome.invalid) == len(votes)
        assert outcome.blank == sum(not any(vote) for vote in votes)
        assert all(each.vector == tuple(votes[each.place - 1]) and each.reason for each in outcome.invalid)


@given(data=any_votes())
@MANY
def test_schulze_puts_a_condorcet_winner_first_and_alone(data: tuple[int, Votes]) -> None:
    candidates, votes = data
    outcome = schulze(votes, candidates=candidates, blank_allowed=True)
    d = outcome.preferences
    everyone = range(candidates)
    winners = [x for x in everyone if all(d[x][y] > d[y][x] for y in everyone if y != x)]
    losers = [x for x in everyone if all(d[x][y] < d[y][x] for y in everyone if y != x)]
    if winners:
        assert outcome.ranking[0] == tuple(winners)
    if losers and candidates > 1:
        assert outcome.ranking[-1] == tuple(losers)


@given(data=any_votes())
@MANY
def test_schulze_ranks_everybody_once_and_never_against_its_own_order(data: tuple[int, Votes]) -> None:
    candidates, votes = data
    outcome = schulze(votes, candidates=candidates, blank_allowed=True)
    assert sorted(each for level in outcome.ranking for each in level) == list(range(candidates))
    place = {each: number for number, level in enumerate(outcome.ranking) for each in level}
    for x in range(candidates):
        for y in range(candidates):
            if outcome.better(x, y):
                assert place[x] < place[y]
                assert not outcome.better(y, x)
                assert all(outcome.better(x, z) for z in range(candidates) if outcome.better(y, z))


@given(data=any_votes(lowest=1))
@MANY
def test_the_majority_grade_is_the_lower_median_and_the_value_its_repetition(data: tuple[int, Votes]) -> None:
    candidates, votes = data
    outcome = majority_judgment(votes, candidates=candidates, grades="abcde", blank_allowed=False)
    for standing in outcome.standings:
        grades = [vote[standing.candidate] for vote in votes]
        removed: list[int] = []
        while grades:
            # The better a grade the smaller its number: the lower median is the higher number.
            removed.append(statistics.median_high(grades))
            grades.remove(removed[-1])
        assert [grade for grade, times in standing.majority_value for _ in range(times)] == removed
        assert standing.majority_grade == (removed[0] if removed else 0)


@given(data=any_votes(lowest=1), where=st.integers(0, 1000))
@MANY
def test_a_better_grade_never_harms(data: tuple[int, Votes], where: int) -> None:
    """Monotone: neither the majority grade nor anybody's place relative to the favoured one gets worse for them."""
    candidates, votes = data
    if not votes:
        return
    voter, candidate = where % len(votes), where % candidates
    better = [list(vote) for vote in votes]
    better[voter][candidate] = max(1, better[voter][candidate] - 1)

    def ranked_behind(given_votes: Votes) -> tuple[int, set[int]]:
        outcome = majority_judgment(given_votes, candidates=candidates, grades="abcde", blank_allowed=False)
        place = next(number for number, level in enumerate(outcome.ranking) if candidate in level)
        behind = {each for level in outcome.ranking[place + 1 :] for each in level}
        return outcome.standings[candidate].majority_grade, behind

    (before, behind_before), (after, behind_after) = ranked_behind(votes), ranked_behind(better)
    assert after <= before
    assert behind_before <= behind_after


@given(data=rankings())
@MANY
def test_stv_fills_the_seats_as_far_as_candidates_are_named(data: tuple[int, int, Votes]) -> None:
    candidates, seats, votes = data
    outcome = stv(candidates, seats, votes)
    named = {each for vote in votes for each, rank in enumerate(vote) if rank}
    assert outcome.undecided is None
    assert len(outcome.elected) == len(set(outcome.elected)) == min(seats, len(named))
    assert set(outcome.elected) <= named
    assert set(outcome.unnamed) == set(range(candidates)) - named
    assert [each for stage in outcome.stages for each in stage.elected] == list(outcome.elected)


@given(data=rankings())
@MANY
def test_stv_loses_no_vote_and_makes_none(data: tuple[int, int, Votes]) -> None:
    candidates, seats, votes = data
    outcome = stv(candidates, seats, votes)
    assert outcome.quota == len(votes) // (seats + 1) + 1
    for stage in outcome.stages:
        assert sum(stage.votes, stage.exhausted) == len(votes)
        assert all(value >= 0 for value in (*stage.votes, stage.exhausted))
    exhausted = [stage.exhausted for stage in outcome.stages]
    assert exhausted == sorted(exhausted)


@given(data=rankings())
@MANY
def test_stv_can_be_followed_stage_by_stage(data: tuple[int, int, Votes]) -> None:
    """Recounted by another way: each vote's weight is followed on its own, through the transfers that the outcome tells."""
    candidates, seats, votes = data
    outcome = stv(candidates, seats, votes)
    weights = [Fraction(1)] * len(votes)
    orders = [sorted((each for each in range(candidates) if vote[each]), key=vote.__getitem__) for vote in votes]
    out: set[int] = set()
    holders = [order[0] for order in orders]
    kept = [Fraction(0)] * candidates
    for stage in outcome.stages:
        totals = list(kept)
        for holder, weight in zip(holders, weights, strict=True):
            if holder >= 0:
                totals[holder] += weight
        assert totals == list(stage.votes)
        out |= set(stage.elected)
        if stage.transfer is None:
            continue
        out |= set(stage.transfer.candidates)
        for number, holder in enumerate(holders):
            if holder in stage.transfer.candidates:
                kept[holder] += weights[number] * (1 - stage.transfer.ratio)
                weights[number] *= stage.transfer.ratio
                holders[number] = next((each for each in orders[number] if each not in out), -1)


@given(data=rankings(whole=True), group=st.integers(1, 5), more=st.integers(1, 4))
@MANY
def test_stv_gives_solid_groups_their_share(data: tuple[int, int, Votes], group: int, more: int) -> None:
    """Who has k quotas behind a group of at least k candidates gets k of them elected (Droop proportionality)."""
    candidates, seats, votes = data
    size = min(group, candidates)
    # Some votes more that put the group first, in either direction.
    for number in range(more * 3):
        order = list(range(size)) if number % 2 else list(reversed(range(size)))
        order += range(size, candidates)
        votes.append([order.index(each) + 1 for each in range(candidates)])
    outcome = stv(candidates, seats, votes)
    solid = sum(max(vote[:size]) == size for vote in votes)
    due = min(solid // outcome.quota, size, seats)
    assert sum(each < size for each in outcome.elected) >= due
