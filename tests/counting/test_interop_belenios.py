"""Counts judged by Debian's belenios-tool 2.0, which has the same three methods; where its rules differ, a test shows how."""

import json
import random
import shutil
import subprocess
from typing import Any

import pytest

from counting.voters import ranked
from sandogh.counting.majority_judgment import majority_judgment
from sandogh.counting.schulze import schulze
from sandogh.counting.stv import single_transferable_vote


@pytest.fixture(scope="module", autouse=True)
def _tool_is_there() -> None:
    if shutil.which("belenios-tool") is None:
        pytest.fail("belenios-tool is missing: apt-get install belenios-tool")


def tool(method: str, vectors: list[list[int]], **options: object) -> dict[str, Any]:
    flags = [f"--{name.replace('_', '-')}={str(value).lower()}" for name, value in options.items()]
    command = ["belenios-tool", "method", method, *flags]
    done = subprocess.run(command, input=json.dumps(vectors).encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def levels(ranking: tuple[tuple[int, ...], ...]) -> list[list[int]]:
    return [sorted(level) for level in ranking]


@pytest.mark.parametrize("seed", range(40))
def test_schulze_gives_the_same_matrices_and_the_same_ranking(seed: int) -> None:
    source = random.Random(seed)
    candidates = source.randint(2, 6)
    votes = [[source.randint(0, candidates) for _ in range(candidates)] for _ in range(source.randint(0, 25))]
    votes += [[0] * candidates] * source.randint(0, 2)
    theirs = tool("schulze", votes, nchoices=candidates, blank_allowed=True)
    ours = schulze(votes, candidates=candidates, blank_allowed=True)
    assert (ours.valid, ours.blank, ours.invalid) == (theirs["valid"], theirs["blank"], ())
    assert [list(row) for row in ours.preferences] == theirs["raw"]
    # They give strengths of paths from a candidate back to the same one too.
    paths = [
        [list(strength) if x != y else theirs["beatpaths"][x][y] for y, strength in enumerate(row)] for x, row in enumerate(ours.paths)
    ]
    assert paths == theirs["beatpaths"]
    assert levels(ours.ranking) == [sorted(level) for level in theirs["winners"]]


@pytest.mark.parametrize("seed", range(40))
def test_majority_judgment_gives_the_same_histograms_and_the_mirrored_ranking(seed: int) -> None:
    """Theirs takes the upper median of an even number: the same as ours with best and worst exchanged, and the ranking turned round."""
    source = random.Random(seed)
    candidates, grades = source.randint(2, 6), source.randint(2, 5)
    votes = [[source.randint(1, grades) for _ in range(candidates)] for _ in range(source.randint(0, 25))]
    votes += [[0] * candidates, [1, 0, *[1] * (candidates - 2)], [1] * (candidates - 1) + [grades + 1]]
    theirs = tool("majority-judgment", votes, nchoices=candidates, ngrades=grades, blank_allowed=True)
    ours = majority_judgment(votes, candidates=candidates, grades="g" * grades, blank_allowed=True)
    assert (ours.valid, ours.blank) == (theirs["valid"], theirs["blank"])
    assert sorted(list(each.vector) for each in ours.invalid) == sorted(theirs["invalid"])
    assert [list(standing.histogram) for standing in ours.standings] == theirs["raw"]
    mirrored = [[grades + 1 - grade for grade in vote] for vote in votes[:-3]]
    turned = majority_judgment(mirrored, candidates=candidates, grades="g" * grades, blank_allowed=True)
    assert levels(turned.ranking)[::-1] == [sorted(level) for level in theirs["winners"]]


def test_of_two_votes_ours_takes_the_lower_median_and_theirs_the_upper() -> None:
    votes = [[1, 2], [4, 3]]
    assert majority_judgment(votes, candidates=2, grades="abcd", blank_allowed=True).ranking == ((1,), (0,))
    assert tool("majority-judgment", votes, nchoices=2, ngrades=4, blank_allowed=True)["winners"] == [[0], [1]]


def test_stv_elects_the_same_where_one_is_elected_at_a_time_and_nobody_is_equal() -> None:
    source = random.Random(7)
    compared = 0
    for _ in range(250):
        candidates = source.randint(3, 6)
        seats = source.randint(1, candidates - 1)
        votes: list[list[int]] = []
        for _ in range(source.randint(5, 60)):
            order = source.sample(range(candidates), source.randint(1, candidates))
            votes.append([order.index(each) + 1 if each in order else 0 for each in range(candidates)])
        ours = single_transferable_vote(votes, candidates=candidates, seats=seats, blank_allowed=True)
        theirs = tool("stv", votes, nseats=seats)
        if (
            ours.ties
            or any(kind.startswith("Tie") for kind, _ in theirs["events"])
            or any(len(stage.elected) > 1 for stage in ours.stages[:-1])
        ):
            continue
        compared += 1
        assert sorted(ours.elected) == sorted(theirs["winners"]), (votes, seats)
    assert compared > 80


def test_stv_calls_the_same_votes_invalid() -> None:
    votes = [[1, 2, 3], [1, 1, 2], [2, 3, 1], [0, 2, 1], [1, 3, 0], [4, 2, 1], [2, 0, 0], [0, 0, 1]]
    ours = single_transferable_vote(votes, candidates=3, seats=1, blank_allowed=True)
    theirs = tool("stv", votes, nseats=1)
    assert sorted(list(each.vector) for each in ours.invalid) == sorted(theirs["invalid"])
    assert ours.valid == len(theirs["ballots"])


def test_where_two_have_the_quota_theirs_still_receive_votes_and_ours_do_not() -> None:
    """A and B have the quota at once. Theirs hands A's surplus to B, and B's then mostly to D; ours skips B, and C is elected."""
    votes = ranked("ABCD", (10, "ABC"), (6, "BD"), (1, "C"), (3, "D"))
    assert single_transferable_vote(votes, candidates=4, seats=3, blank_allowed=True).elected == (0, 1, 2)
    assert tool("stv", votes, nseats=3)["winners"] == [0, 1, 3]


def test_blank_votes_raise_their_quota_and_not_ours() -> None:
    votes = [*ranked("ABC", (2, "A"), (1, "B")), *[[0, 0, 0]] * 3]
    ours = single_transferable_vote(votes, candidates=3, seats=1, blank_allowed=True)
    assert (ours.quota, [stage.elected for stage in ours.stages]) == (2, [(0,)])
    assert tool("stv", votes, nseats=1)["events"] == [["Lose", 1], ["Win", [0]]]
