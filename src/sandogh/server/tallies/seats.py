"""Who is elected: a pure function of the counts and the seats.

The rule is "by rank": main members and alternates come from the same votes in order. Equals have equal ranks. Where equals stand on both
sides of a cut line, a lot must be drawn by people; nothing here prefers one of them. Whoever has no vote at all takes no seat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    MAIN = "main"
    ALTERNATE = "alternate"
    NONE = "none"
    TIE_MAIN = "tie_main"
    TIE_ALTERNATE = "tie_alternate"


@dataclass(frozen=True, slots=True)
class Standing:
    """One candidate's place. `candidate` is the index on the ballot; `rank` counts from 1 and skips after equals: 1, 2, 3, 3, 5."""

    candidate: int
    votes: int
    rank: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Draw:
    """A lot that people must draw among `candidates`, all with as many votes: so many become main, so many alternate, the rest neither."""

    candidates: tuple[int, ...]
    votes: int
    main: int
    alternate: int


def allocate(counts: Sequence[int], seats_main: int, seats_alternate: int) -> list[Standing]:
    """The standings, most votes first, equals in ballot order. A tie over both lines is a tie at the first."""
    if seats_main < 0 or seats_alternate < 0 or any(votes < 0 for votes in counts):
        raise ValueError("counts and seats are not negative")
    ordered = sorted(range(len(counts)), key=lambda candidate: -counts[candidate])
    standings = []
    for candidate in ordered:
        votes = counts[candidate]
        ahead, equal = sum(other > votes for other in counts), sum(other == votes for other in counts)
        standings.append(Standing(candidate, votes, ahead + 1, _outcome(votes, ahead, equal, seats_main, seats_main + seats_alternate)))
    return standings


def _outcome(votes: int, ahead: int, equal: int, first_line: int, second_line: int) -> Outcome:
    """Of a group of equals that holds the places ahead+1 … ahead+equal; the lines lie after as many places."""
    return placed(ahead, equal, first_line, second_line) if votes else Outcome.NONE


def placed(ahead: int, equal: int, first_line: int, second_line: int) -> Outcome:
    """What becomes of `equal` candidates behind `ahead` others, where seats end after `first_line` and `second_line` places."""
    last = ahead + equal
    if last <= first_line:
        return Outcome.MAIN
    if ahead < first_line:
        return Outcome.TIE_MAIN
    if last <= second_line:
        return Outcome.ALTERNATE
    if ahead < second_line:
        return Outcome.TIE_ALTERNATE
    return Outcome.NONE


def draws(standings: Sequence[Standing], seats_main: int, seats_alternate: int) -> list[Draw]:
    """The lots to be drawn, none to two of them, from the top."""
    groups: dict[int, list[Standing]] = {}
    for standing in standings:
        if standing.outcome in {Outcome.TIE_MAIN, Outcome.TIE_ALTERNATE}:
            groups.setdefault(standing.votes, []).append(standing)
    needed = []
    for votes, group in sorted(groups.items(), reverse=True):
        ahead = group[0].rank - 1
        main = max(0, seats_main - ahead)
        alternate = min(len(group) - main, seats_main + seats_alternate - max(ahead, seats_main))
        needed.append(Draw(tuple(standing.candidate for standing in group), votes, main, alternate))
    return needed
