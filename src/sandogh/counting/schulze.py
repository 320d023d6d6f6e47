"""The Schulze method (protocol.md §10.4).

The variant is that of M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
election method" (Social Choice and Welfare 36, 2011), with the strength of a victory measured by winning votes: first by how many prefer
the winner, then by how few prefer the loser. A pair that nobody wins is no link. belenios-tool (2.0, 3.0) gives the same ranking.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sandogh.counting.vectors import Invalid, sort_vectors

#: (votes for the winner, votes for the loser) of the weakest link of a path; (0, 0) where there is none.
Strength = tuple[int, int]

_NONE: Strength = (0, 0)


@dataclass(frozen=True, slots=True)
class SchulzeOutcome:
    """The working and the result. In both matrices, row x and column y speak of x against y."""

    valid: int
    blank: int
    invalid: tuple[Invalid, ...]
    #: How many voters prefer x to y.
    preferences: tuple[tuple[int, ...], ...]
    #: The strength of the strongest path from x to y.
    paths: tuple[tuple[Strength, ...], ...]
    #: Best first: those whom nobody of the rest is better than, then the same of the rest. Side by side: not better, not worse.
    ranking: tuple[tuple[int, ...], ...]

    def better(self, x: int, y: int) -> bool:
        """Whether the strongest path from x to y is stronger than the one back: the method's own order, of which `ranking` is a reading."""
        return _key(self.paths[x][y]) > _key(self.paths[y][x])

    @property
    def winners(self) -> tuple[int, ...]:
        """Whom nobody is better than; more than one is a tie."""
        return self.ranking[0] if self.ranking else ()

    @property
    def ties(self) -> tuple[tuple[int, ...], ...]:
        """Places of the ranking that several candidates share."""
        return tuple(level for level in self.ranking if len(level) > 1)


def schulze(vectors: Sequence[Sequence[int]], *, candidates: int, blank_allowed: bool) -> SchulzeOutcome:
    """Count rankings: in each vector one rank per candidate, 1 the best, equal and left-out ranks allowed, 0 for none, protocol.md §10.4.

    Candidates without a rank come after all that have one, and are equal among themselves.

    1. sort out blank votes and invalid ones
    2. compare every pair
    3. the strongest path between every pair
    4. take those whom none of the rest is better than, again and again
    """
    # (1)
    votes = sort_vectors(vectors, candidates=candidates, blank_allowed=blank_allowed, refusal=lambda vector: "")
    everyone = range(candidates)
    # (2)
    preferences = [[0] * candidates for _ in everyone]
    for vector in votes.counted:
        ranks = [rank or 256 for rank in vector]
        for x, row in enumerate(preferences):
            mine = ranks[x]
            for y, theirs in enumerate(ranks):
                if mine < theirs:
                    row[y] += 1
    # (3) Floyd and Warshall: a path through z is as strong as the weaker of its halves.
    paths = [[_link(preferences[x][y], preferences[y][x]) for y in everyone] for x in everyone]
    for z in everyone:
        for x in everyone:
            for y in everyone:
                if x != y:
                    paths[x][y] = max(paths[x][y], min(paths[x][z], paths[z][y], key=_key), key=_key)
    # (4)
    better = [[_key(paths[x][y]) > _key(paths[y][x]) for y in everyone] for x in everyone]
    ranking: list[tuple[int, ...]] = []
    rest = list(everyone)
    while rest:
        level = tuple(y for y in rest if not any(better[x][y] for x in rest))
        ranking.append(level)
        rest = [each for each in rest if each not in level]
    return SchulzeOutcome(
        valid=len(votes.counted),
        blank=votes.blank,
        invalid=votes.invalid,
        preferences=tuple(map(tuple, preferences)),
        paths=tuple(map(tuple, paths)),
        ranking=tuple(ranking),
    )


def _link(votes_for: int, against: int) -> Strength:
    return (votes_for, against) if votes_for > against else _NONE


def _key(strength: Strength) -> tuple[int, int]:
    """What strengths are compared by: more votes for the winner, then fewer for the loser."""
    return strength[0], -strength[1]
