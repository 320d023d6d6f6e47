"""Votes that are opened one by one: every trustee shuffles first, at the door each shuffle is checked, then the vectors are counted."""

import io
import json
from fractions import Fraction

import pytest

from elections_for_tests import ElectionForTests, build, cast, close, count, partial_decryption, ready, shuffle
from elections_for_tests import archive as archive_of
from sandogh.protocol.canonical import dumps
from sandogh.protocol.events import EventType
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.console import acts
from sandogh.server.tallies import domain as tallies
from sandogh.server.tallies.orders import OrderResult
from sandogh.server.tallies.result import ListsResult, RaceResult
from sandogh.server.tallies.seats import Outcome
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Verdict

pytestmark = pytest.mark.django_db

VOTES = [
    [[1, 2, 3, 4], [1, 2, 3], [[1, 1, 0], [0, 0, 0, 0]], [1, 2, 3], [0, 1, 1]],
    [[1, 2, 3, 4], [2, 1, 3], [[0, 0, 0], [1, 1, 1, 0]], [1, 2, 3], [1, 0, 0]],
    [[2, 1, 3, 0], [1, 2, 3], [[0, 0, 0], [1, 0, 1, 0]], [3, 1, 2], [0, 1, 0]],
    # Blank, and one that no rule can count: all candidates in the first place.
    [[0, 0, 0, 0], [9, 9, 9], [[0, 0, 0], [1, 1, 1, 1]], [1, 1, 1], [0, 0, 0]],
]


def voted() -> ElectionForTests:
    """Closed and tallied; four votes, nothing shuffled."""
    e = build(voters=5, races="kinds", trustees=2)
    for voter, choices in zip(e.voters, VOTES, strict=False):
        ballot = e.ballot(voter, choices)
        cast(ready(e, voter, ballot), ballot)
    return e


def tallied() -> ElectionForTests:
    e = voted()
    now = close(e)
    acts.tally(e.model, now=now)
    return e


def put(e: ElectionForTests, owner: int, data: bytes | None = None) -> None:
    tallies.add_shuffle(e.model, shuffle(e) if data is None else data, owner, now=e.model.last_cast_at)


def refusal(e: ElectionForTests, owner: int, data: bytes) -> str:
    before = board.head(e.model)
    with pytest.raises(Refused) as caught:
        put(e, owner, data)
    assert board.head(e.model) == before
    return caught.value.code


def test_the_counts_are_those_of_the_votes_and_the_archive_verifies() -> None:
    e = voted()
    result = count(e)
    order, grades, lists, pairs, marks = result.races
    assert isinstance(order, OrderResult)
    assert isinstance(grades, OrderResult)
    assert isinstance(pairs, OrderResult)
    first = order.race.candidates
    assert (order.valid, order.blank, order.invalid, order.quota) == (3, 1, 0, 2)
    assert [(line.candidate, line.rank, line.outcome) for line in order.lines if line.rank] == [(first[0], 1, Outcome.MAIN)]
    assert order.stages[0].votes == (Fraction(2), Fraction(1), Fraction(0), Fraction(0))

    assert (grades.valid, grades.blank, grades.invalid) == (3, 0, 1)
    best = grades.lines[0]
    assert (best.candidate, best.rank, best.outcome, best.grade) == (grades.race.candidates[0], 1, Outcome.MAIN, 0)
    assert [line.histogram for line in grades.lines] == [(2, 1, 0), (1, 2, 0), (0, 0, 3)]

    assert isinstance(lists, ListsResult)
    assert [(one.title, one.votes, [votes for _person, votes in one.candidates]) for one in lists.lists] == [
        ("فهرست دوم", 3, [2, 3, 1]),
        ("فهرست یکم", 1, [1, 0]),
    ]
    assert (pairs.valid, pairs.preferences) == (4, ((0, 2, 2), (1, 0, 3), (1, 0, 0)))
    assert pairs.lines[0].outcome is Outcome.MAIN

    assert isinstance(marks, RaceResult)
    assert (marks.blank, marks.votes) == (1, 3)
    report = verify_archive(io.BytesIO(archive_of(e)))
    assert (report.verdict, report.findings) == (Verdict.VALID, [])


def test_every_trustee_shuffles_once_and_the_last_one_ends_it() -> None:
    e = tallied()
    assert tallies.missing_shuffles(e.model) == [1, 2]
    put(e, 2)
    assert (board.head(e.model).type, tallies.missing_shuffles(e.model)) == (EventType.Shuffle, [1])
    assert refusal(e, 2, shuffle(e)) == "already_shuffled"
    assert [(each.shuffled, each.decrypted) for each in tallies.delivered(e.model)] == [(False, False), (True, False)]
    put(e, 1)
    assert (board.head(e.model).type, tallies.missing_shuffles(e.model)) == (EventType.EndShuffles, [])
    assert refusal(e, 1, shuffle(e)) == "already_shuffled"


def test_nothing_is_opened_before_everybody_has_shuffled() -> None:
    e = tallied()
    for owner in (1, 2):
        early = partial_decryption(e, 1)
        with pytest.raises(Refused, match="out_of_order"):
            tallies.add_partial_decryption(e.model, early, 1, now=e.model.last_cast_at)
        put(e, owner)
    # What was decrypted before the last shuffle is of other ciphertexts.
    with pytest.raises(Refused, match="invalid_partial_decryption"):
        tallies.add_partial_decryption(e.model, early, 1, now=e.model.last_cast_at)
    tallies.add_partial_decryption(e.model, partial_decryption(e, 1), 1, now=e.model.last_cast_at)


def test_a_bad_shuffle_is_refused_at_the_door() -> None:
    e = tallied()
    right = shuffle(e)
    swapped = json.loads(right)
    swapped["ciphertexts"][0].reverse()
    dropped = json.loads(right)
    dropped["ciphertexts"][0].pop()
    for wrong in (dumps(swapped), dumps(dropped), right + b" ", b"{}", b""):
        assert refusal(e, 1, wrong) == "invalid_shuffle"
    for owner in (0, 3):
        assert refusal(e, owner, right) == "no_trustee"
    put(e, 1, right)
    # Made from what the first one was made from, it would undo the first one's work.
    assert refusal(e, 2, right) == "invalid_shuffle"
    put(e, 2)


def test_a_shuffle_that_was_overtaken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the check and the lock another trustee's came in."""
    from sandogh.server.tallies import shuffles

    e = tallied()
    mine, other, real = shuffle(e), shuffle(e), shuffles.check_shuffle

    def check(*args: object, **kwargs: object) -> object:
        monkeypatch.setattr(shuffles, "check_shuffle", real)
        put(e, 2, other)
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(shuffles, "check_shuffle", check)
    with pytest.raises(Refused, match="overtaken"):
        put(e, 1, mine)
    assert tallies.missing_shuffles(e.model) == [1]


def test_where_votes_are_only_added_nobody_shuffles() -> None:
    e = build(voters=1)
    now = close(e)
    acts.tally(e.model, now=now)
    assert tallies.missing_shuffles(e.model) == []
    assert refusal(e, 1, b"{}") == "out_of_order"


def test_with_no_vote_at_all() -> None:
    e = build(voters=1, races="kinds", trustees=1)
    result = count(e)
    order = result.races[0]
    assert isinstance(order, OrderResult)
    assert (order.valid, [line.outcome for line in order.lines]) == (0, [Outcome.NONE] * 4)
    assert verify_archive(io.BytesIO(archive_of(e))).verdict is Verdict.VALID
