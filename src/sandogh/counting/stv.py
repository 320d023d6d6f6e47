"""The single transferable vote (protocol.md §10.4).

The variant is the weighted inclusive Gregory method of the Scottish Local Government Elections Order 2007 (SSI 2007/42, Schedule 1,
rules 46 to 51), with three departures: values are exact fractions where the order cuts them off after five decimals; no tie is broken
unless the caller names the rules for it; a candidate whom no valid vote names takes no seat, even if one stays empty. Quota: Droop,
⌊valid votes ÷ (seats + 1)⌋ + 1, the same throughout.

belenios-tool (2.0, 3.0) transfers by the same weights, but one election at a time: who has the quota still receives votes while another's
surplus is transferred. It counts blank votes into the quota, and breaks ties by the order of the candidates.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sandogh.counting.ties import Purpose, Tie, TieRule, break_tie
from sandogh.counting.vectors import Invalid, Vector, sort_vectors

#: Candidates in order of preference.
Ranking = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a stage does last: the votes of a surplus or of excluded candidates go to the next preferences."""

    purpose: Purpose
    #: Whose votes are transferred: one candidate, or all those excluded at once because nobody's vote is with them.
    candidates: tuple[int, ...]
    #: What each of their votes is worth from now on, of what it was worth before: surplus ÷ votes, or 1.
    ratio: Fraction
    #: Who was equal, if a rule had to choose.
    tie: Tie | None


@dataclass(frozen=True, slots=True)
class Stage:
    """The votes as a stage finds them, who is elected with them, and what is transferred then."""

    #: By candidate: with the quota where a surplus is gone, 0 where excluded. With `exhausted` they add up to the valid votes.
    votes: tuple[Fraction, ...]
    #: Votes that name nobody who could still take them.
    exhausted: Fraction
    elected: tuple[int, ...]
    transfer: Transfer | None


@dataclass(frozen=True, slots=True)
class STVOutcome:
    """The working and the result."""

    valid: int
    blank: int
    invalid: tuple[Invalid, ...]
    seats: int
    quota: int
    #: Candidates whom no valid vote names; they take no part, and no seat.
    unnamed: tuple[int, ...]
    stages: tuple[Stage, ...]
    #: In the order of election; within a stage by votes.
    elected: tuple[int, ...]
    #: The tie that stopped the count, because no rule broke it; then seats are open.
    undecided: Tie | None

    @property
    def ties(self) -> tuple[Tie, ...]:
        """Every tie that the count met, broken or not."""
        met = [stage.transfer.tie for stage in self.stages if stage.transfer and stage.transfer.tie]
        return (*met, *([self.undecided] if self.undecided else []))


def single_transferable_vote(
    vectors: Sequence[Sequence[int]], *, candidates: int, seats: int, blank_allowed: bool, tie_rules: Sequence[TieRule] = ()
) -> STVOutcome:
    """Count rankings: in each vector the ranks 1, 2, 3, … once each, as far as the voter goes, 0 for the rest, protocol.md §10.4.

    At every stage:

    1. who has the quota is elected
    2. when the seats are taken, or no more candidates are left than seats, the count ends; the latter are elected
    3. else the largest surplus is transferred: all votes of that candidate, each at the same fraction of its value
    4. or, if there is none, whoever has the fewest votes is excluded, and their votes are transferred at their value

    Transfers skip who is elected or excluded. If candidates are equal in (3) or (4), `tie_rules` are asked one after the other; when they
    do not decide, the count stops there and says so.
    """
    votes = sort_vectors(vectors, candidates=candidates, blank_allowed=blank_allowed, refusal=_refusal)
    rankings = Counter(map(_ranking, votes.counted))
    count = _Count(rankings, candidates, seats)
    undecided: Tie | None = None
    while not count.ended and undecided is None:
        undecided = count.stage(tie_rules)
    return STVOutcome(
        valid=len(votes.counted),
        blank=votes.blank,
        invalid=votes.invalid,
        seats=seats,
        quota=count.quota,
        unnamed=tuple(each for each in range(candidates) if not any(each in ranking for ranking in rankings)),
        stages=tuple(count.stages),
        elected=tuple(count.elected),
        undecided=undecided,
    )


def _refusal(vector: Vector) -> str:
    """Why ranks are not 1, 2, 3, … once each."""
    given = Counter(filter(None, vector))
    for rank in range(1, max(given, default=0) + 1):
        if not given[rank]:
            return f"rank {max(given)} without rank {rank}"
        if given[rank] > 1:
            return f"rank {rank} is given {given[rank]} times"
    return ""


def _ranking(vector: Vector) -> Ranking:
    return tuple(sorted((each for each, rank in enumerate(vector) if rank), key=vector.__getitem__))


@dataclass(slots=True)
class _Count:
    """A count under way."""

    rankings: Counter[Ranking]
    candidates: int
    seats: int
    stages: list[Stage] = field(default_factory=list)
    elected: list[int] = field(default_factory=list)
    ended: bool = False
    quota: int = 0
    exhausted: Fraction = Fraction(0)
    #: Who can still take votes.
    _continuing: set[int] = field(default_factory=set)
    #: Elected, with a surplus not transferred yet.
    _surpluses: set[int] = field(default_factory=set)
    #: Whose votes are whose: the value of all votes with one ranking, by the candidate they are with.
    _piles: list[dict[Ranking, Fraction]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.quota = self.rankings.total() // (self.seats + 1) + 1
        self._continuing = {each for ranking in self.rankings for each in ranking}
        self._piles = [{} for _ in range(self.candidates)]
        for ranking, times in self.rankings.items():
            self._give(ranking, Fraction(times))

    def _give(self, ranking: Ranking, value: Fraction) -> None:
        """Votes go to the first who can take them."""
        for each in ranking:
            if each in self._continuing:
                self._piles[each][ranking] = self._piles[each].get(ranking, Fraction(0)) + value
                return
        self.exhausted += value

    def stage(self, rules: Sequence[TieRule]) -> Tie | None:
        """One stage; a tie that no rule breaks comes back, and the stage ends with it."""
        votes = tuple(sum(pile.values(), Fraction(0)) for pile in self._piles)
        exhausted = self.exhausted
        by_votes = sorted(self._continuing, key=lambda each: (-votes[each], each))
        # (1) Droop's quota leaves no room for more than there are seats.
        reached = [each for each in by_votes if votes[each] >= self.quota]
        # (2)
        remaining = [each for each in by_votes if each not in reached]
        if len(self.elected) + len(reached) + len(remaining) <= self.seats:
            reached, remaining = by_votes, []
        self.elected += reached
        self._continuing -= set(reached)
        self._surpluses |= {each for each in reached if votes[each] > self.quota}
        self.ended = len(self.elected) == self.seats or not remaining
        transfer, undecided = (None, None) if self.ended else self._transfer(votes, rules)
        self.stages.append(Stage(votes, exhausted, tuple(reached), transfer))
        return undecided

    def _transfer(self, votes: tuple[Fraction, ...], rules: Sequence[TieRule]) -> tuple[Transfer | None, Tie | None]:
        """(3) and (4). Either the transfer that was made or the tie that prevents it."""
        purpose = Purpose.Surplus if self._surpluses else Purpose.Exclusion
        if purpose is Purpose.Surplus:
            most = max(votes[each] for each in self._surpluses)
            equal = tuple(sorted(each for each in self._surpluses if votes[each] == most))
        else:
            fewest = min(votes[each] for each in self._continuing)
            equal = tuple(sorted(each for each in self._continuing if votes[each] == fewest))
            # Candidates without a vote at this point leave nothing to transfer, so their order is of no consequence while enough remain.
            if fewest == 0 and len(self._continuing) - len(equal) >= self.seats - len(self.elected):
                return self._exclude(equal, None), None
        tie: Tie | None = None
        chosen = equal
        if len(equal) > 1:
            tie = Tie(purpose, equal, (*(stage.votes for stage in self.stages), votes))
            chosen = break_tie(tie, rules)
            if len(chosen) != 1:
                return None, tie
        if purpose is Purpose.Exclusion:
            return self._exclude(chosen, tie), None
        return self._pass_on_surplus(chosen[0], votes[chosen[0]], tie), None

    def _exclude(self, excluded: tuple[int, ...], tie: Tie | None) -> Transfer:
        self._continuing -= set(excluded)
        for each in excluded:
            pile, self._piles[each] = self._piles[each], {}
            for ranking, value in pile.items():
                self._give(ranking, value)
        return Transfer(Purpose.Exclusion, excluded, Fraction(1), tie)

    def _pass_on_surplus(self, candidate: int, votes: Fraction, tie: Tie | None) -> Transfer:
        self._surpluses.remove(candidate)
        ratio = (votes - self.quota) / votes
        pile = self._piles[candidate]
        # What stays adds up to the quota, and is never moved again.
        self._piles[candidate] = {ranking: value * (1 - ratio) for ranking, value in pile.items()}
        for ranking, value in pile.items():
            self._give(ranking, value * ratio)
        return Transfer(Purpose.Surplus, (candidate,), ratio, tie)
