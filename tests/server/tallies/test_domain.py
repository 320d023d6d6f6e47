"""From the last ballot to the result: what each act refuses, and that the counts are those of the votes cast."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from elections_for_tests import ElectionForTests, build, cast, close, count, partial_decryption, ready
from sandogh.protocol.canonical import dumps
from sandogh.protocol.events import EventType, Owned
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.console import acts
from sandogh.server.tallies import domain as tallies

pytestmark = pytest.mark.django_db

BLANK = [[0, 0, 0, 0], [0, 0], [0, 0]]


def vote(e: ElectionForTests, number: int, choices: list[list[int]]) -> None:
    ballot = e.ballot(e.voters[number], choices)
    cast(ready(e, e.voters[number], ballot), ballot)


def tallied(voters: int = 1, trustees: int = 2) -> ElectionForTests:
    """An election whose encrypted tally is published; everybody voted blank."""
    e = build(voters=voters, trustees=trustees)
    for number in range(voters):
        vote(e, number, BLANK)
    now = close(e)
    acts.tally(e.model, now=now)
    return e


def add(e: ElectionForTests, owner: int, data: bytes | None = None) -> None:
    partial = data if data is not None else partial_decryption(e, owner)
    tallies.add_partial_decryption(e.model, partial, owner, now=e.model.last_cast_at)


def refusal(e: ElectionForTests, act: Callable[[], object]) -> tuple[str, int]:
    """Code and status; the board stays as it is."""
    before = board.head(e.model)
    with pytest.raises(Refused) as caught:
        act()
    assert board.head(e.model) == before
    return caught.value.code, caught.value.status


# ---- closing


def test_ballots_end_only_when_none_can_come_any_more() -> None:
    e = build(voters=1)
    last = e.model.last_cast_at
    assert refusal(e, lambda: tallies.end_ballots(e.model, now=last - timedelta(microseconds=1))) == ("still_open", 409)
    assert tallies.end_ballots(e.model, now=last).type is EventType.EndBallots
    assert refusal(e, lambda: tallies.end_ballots(e.model, now=last)) == ("out_of_order", 409)


# ---- counting


@pytest.mark.parametrize("ballots", [0, 1, 2])
def test_the_result_counts_every_vote_once(ballots: int) -> None:
    """threat-model.md W12: none, one and two ballots; a race without a vote."""
    e = build(voters=3)
    votes = [[[1, 1, 0, 0], [0, 1], [0, 0]], [[1, 0, 0, 1], [1, 1], [0, 0]]][:ballots]
    for number, choices in enumerate(votes):
        vote(e, number, choices)
    result = count(e)
    expected = [[sum(cast[race][place] for cast in votes) for place in range(size)] for race, size in enumerate((4, 2, 2))]
    assert [
        [next(line.votes for line in race.lines if line.candidate == candidate) for candidate in race.race.candidates]
        for race in result.races
    ] == expected
    assert (result.ballots, result.eligible, result.turnout) == (ballots, 3, ballots / 3)
    assert [race.votes for race in result.races] == [sum(race) for race in expected]


def test_the_result_shows_standings_seats_and_ties() -> None:
    e = build(voters=3)
    for number, choices in enumerate([[[1, 1, 0, 0], [1, 0], [1, 0]], [[1, 1, 0, 0], [0, 1], [1, 0]], [[1, 0, 0, 0], [0, 0], [0, 0]]]):
        vote(e, number, choices)
    board_race, inspectors, prosecutor = count(e).races
    assert [(line.votes, line.rank, line.outcome, line.share) for line in board_race.lines] == [
        (3, 1, "main", 1.0),
        (2, 2, "main", 2 / 3),
        (0, 3, "none", 0.0),
        (0, 3, "none", 0.0),
    ]
    assert [(line.outcome, line.rank) for line in inspectors.lines] == [("tie_main", 1), ("tie_main", 1)]
    assert [(draw.candidates, draw.main, draw.alternate) for draw in inspectors.draws] == [((0, 1), 1, 1)]
    assert [line.outcome for line in prosecutor.lines] == ["main", "none"]
    assert prosecutor.draws == ()


def test_there_is_no_result_before_it_is_published() -> None:
    e = tallied()
    for owner in (1, 2):
        assert refusal(e, lambda: tallies.result_for(e.model)) == ("no_result", 404)
        add(e, owner)
    assert refusal(e, lambda: tallies.result_for(e.model)) == ("no_result", 404)
    tallies.publish(e.model, now=e.model.last_cast_at)
    assert tallies.result_for(e.model).ballots == 1


def test_the_tally_waits_for_the_end_of_ballots_and_is_made_once() -> None:
    e = build(voters=1)
    assert refusal(e, lambda: tallies.tally(e.model, now=e.model.last_cast_at)) == ("out_of_order", 409)
    now = close(e)
    encrypted = tallies.tally(e.model, now=now)
    assert board.members_of(e.model, EventType.EncryptedTally) == [(encrypted.to_bytes(), encrypted.sized_bytes())]
    assert refusal(e, lambda: tallies.tally(e.model, now=now)) == ("out_of_order", 409)


def replace_ballot(e: ElectionForTests, ballot: bytes) -> None:
    """What somebody with the database's password could do: another ballot, with its hashes made to fit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE board_boarddata SET body = %s WHERE event_id IN (SELECT id FROM board_boardevent WHERE height = 1)", [ballot]
        )


def test_a_ballot_changed_on_the_board_stops_the_tally() -> None:
    e = build(voters=2)
    vote(e, 0, BLANK)
    now = close(e)
    replace_ballot(e, e.ballot(e.voters[1], BLANK))
    assert refusal(e, lambda: tallies.tally(e.model, now=now)) == ("board_damaged", 409)


def test_a_ballot_put_on_the_board_past_the_ballot_box_stops_the_tally() -> None:
    """The board itself takes any bytes; the tally checks every ballot again."""
    e = build(voters=2)
    other = build(voters=1, slug="other")
    vote(e, 0, BLANK)
    for stuffed in (e.ballot(e.voters[0], BLANK), other.ballot(other.voters[0]), b"{}"):
        point = transaction.atomic()
        with point:
            with transaction.atomic():
                board.append(e.model, EventType.Ballot, [stuffed], now=e.model.opens_at)
            now = close(e)
            assert refusal(e, lambda now=now: tallies.tally(e.model, now=now)) == ("board_damaged", 409)  # type: ignore[misc]
            transaction.set_rollback(True)


# ---- decryptions


def test_a_partial_decryption_is_published_with_its_owner() -> None:
    e = tallied()
    partial = partial_decryption(e, 2)
    add(e, 2, partial)
    ((data, owner),) = board.members_of(e.model, EventType.PartialDecryption)
    assert data == partial
    assert Owned.from_bytes(owner).owner == 2
    assert [(each.needed, each.numbers) for each in tallies.missing_decryptions(e.model)] == [(1, (1,))]


def test_nobody_decrypts_before_the_tally() -> None:
    e, other = build(voters=1), tallied_other()
    assert refusal(e, lambda: add(e, 1, partial_decryption(other, 1))) == ("out_of_order", 409)
    close(e)
    assert refusal(e, lambda: add(e, 1, partial_decryption(other, 1))) == ("out_of_order", 409)


def tallied_other() -> ElectionForTests:
    e = build(voters=1, slug="other")
    now = close(e)
    acts.tally(e.model, now=now)
    return e


@pytest.mark.parametrize("owner", [0, -1, 3])
def test_a_trustee_who_is_not_there_is_refused(owner: int) -> None:
    e = tallied()
    assert refusal(e, lambda: add(e, owner, partial_decryption(e, 1))) == ("no_trustee", 404)


def test_a_trustee_decrypts_once() -> None:
    e = tallied()
    add(e, 1)
    assert refusal(e, lambda: add(e, 1)) == ("already_decrypted", 409)


def test_a_bad_partial_decryption_is_refused_at_the_door() -> None:
    """threat-model.md W11: it never reaches the board, so it cannot block the result."""
    e, other = tallied(), tallied_other()
    right = partial_decryption(e, 1)
    altered = json.loads(right)
    altered["decryption_proofs"][0][0]["response"] = "1"
    short = json.loads(right)
    short["decryption_factors"].pop()
    for wrong in (partial_decryption(e, 2), partial_decryption(other, 1), dumps(altered), dumps(short), right + b" ", b"{}", b"", b"\xff"):
        assert refusal(e, lambda wrong=wrong: add(e, 1, wrong)) == ("invalid_partial_decryption", 422)  # type: ignore[misc]
    add(e, 1, right)


# ---- publishing


def test_the_result_waits_for_every_trustee() -> None:
    e = tallied(trustees=3)
    add(e, 2)
    with pytest.raises(Refused, match="missing_decryptions") as caught:
        tallies.publish(e.model, now=e.model.last_cast_at)
    assert "۱، ۳" in caught.value.message
    assert [(each.needed, each.numbers) for each in tallies.missing_decryptions(e.model)] == [(1, (1,)), (1, (3,))]


def test_the_result_is_published_once() -> None:
    e = build(voters=1)
    count(e)
    assert refusal(e, lambda: tallies.publish(e.model, now=e.model.last_cast_at)) == ("out_of_order", 409)


def test_nothing_is_published_before_the_tally() -> None:
    e = build(voters=1)
    close(e)
    assert refusal(e, lambda: tallies.publish(e.model, now=e.model.last_cast_at)) == ("out_of_order", 409)
