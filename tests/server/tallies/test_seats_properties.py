"""What must hold of every allocation, whatever the counts and seats."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sandogh.server.tallies.seats import Outcome, allocate, draws

# Few different counts make many ties.
COUNTS = st.lists(st.integers(0, 6), max_size=12)
SEATS = st.integers(0, 8)
TIES = {Outcome.TIE_MAIN, Outcome.TIE_ALTERNATE}


@given(COUNTS, SEATS, SEATS)
def test_every_candidate_stands_once_with_the_counted_votes(counts: list[int], main: int, alternate: int) -> None:
    standings = allocate(counts, main, alternate)
    assert sorted((line.candidate, line.votes) for line in standings) == list(enumerate(counts))
    assert [line.votes for line in standings] == sorted(counts, reverse=True)


@given(COUNTS, SEATS, SEATS)
def test_equals_are_treated_equally(counts: list[int], main: int, alternate: int) -> None:
    fates: dict[int, set[tuple[int, Outcome]]] = {}
    for line in allocate(counts, main, alternate):
        fates.setdefault(line.votes, set()).add((line.rank, line.outcome))
    assert all(len(fate) == 1 for fate in fates.values())


@given(COUNTS, SEATS, SEATS)
def test_the_order_on_the_ballot_decides_nothing(counts: list[int], main: int, alternate: int) -> None:
    def by_votes(some: list[int]) -> Counter[tuple[int, int, Outcome]]:
        return Counter((line.votes, line.rank, line.outcome) for line in allocate(some, main, alternate))

    assert by_votes(counts) == by_votes(counts[::-1])


@given(COUNTS, SEATS, SEATS)
def test_seats_and_lots_together_fill_exactly_the_seats_there_are_voted_candidates_for(
    counts: list[int], main: int, alternate: int
) -> None:
    standings = allocate(counts, main, alternate)
    found = Counter(line.outcome for line in standings)
    lots = draws(standings, main, alternate)
    voted = sum(votes > 0 for votes in counts)
    assert found[Outcome.MAIN] + sum(lot.main for lot in lots) == min(main, voted)
    assert found[Outcome.ALTERNATE] + sum(lot.alternate for lot in lots) == min(alternate, max(0, voted - main))


@given(COUNTS, SEATS, SEATS)
def test_a_lot_is_drawn_only_among_tied_candidates_and_only_when_it_decides(counts: list[int], main: int, alternate: int) -> None:
    standings = allocate(counts, main, alternate)
    lots = draws(standings, main, alternate)
    tied = {line.candidate for line in standings if line.outcome in TIES}
    assert {candidate for lot in lots for candidate in lot.candidates} == tied
    assert sum(len(lot.candidates) for lot in lots) == len(tied)
    assert len(lots) <= 2
    for lot in lots:
        assert {counts[candidate] for candidate in lot.candidates} == {lot.votes}
        # Not everybody in it gets the same.
        assert len(lot.candidates) not in (lot.main, lot.alternate, len(lot.candidates) - lot.main - lot.alternate)


@given(COUNTS, SEATS, SEATS)
def test_more_votes_are_never_worse(counts: list[int], main: int, alternate: int) -> None:
    order = [Outcome.MAIN, Outcome.TIE_MAIN, Outcome.ALTERNATE, Outcome.TIE_ALTERNATE, Outcome.NONE]
    places = [order.index(line.outcome) for line in allocate(counts, main, alternate)]
    assert places == sorted(places)
