"""Threshold trustees at the count: any quorum suffices, a bad share blocks nothing, and a late one is told that it is not needed."""

import json
from collections.abc import Sequence

import pytest

from elections_for_tests import ElectionForTests, build, cast, close, partial_decryption, ready
from sandogh.protocol.canonical import dumps
from sandogh.protocol.events import EventType
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.console import acts
from sandogh.server.tallies import decryptions
from sandogh.server.tallies import domain as tallies

pytestmark = pytest.mark.django_db

CHOICES = [[0, 1, 0, 1, 0], [1, 0, 0], [0, 0, 1]]
BLANK = [[1, 0, 0, 0, 0], [1, 0, 0], [1, 0, 0]]


@pytest.fixture
def e() -> ElectionForTests:
    """One trustee who must decrypt, and a group of four of whom two must; votes that weigh 1, 4 and 10."""
    made = build(voters=3, weights=(1, 4, 10), trustees=1, quorum=(4, 2), races="blank")
    for voter, choices in zip(made.voters, (CHOICES, BLANK, CHOICES), strict=True):
        ballot = made.ballot(voter, choices)
        cast(ready(made, voter, ballot), ballot)
    now = close(made)
    acts.tally(made.model, now=now)
    return made


def add(e: ElectionForTests, owner: int, data: bytes | None = None) -> None:
    tallies.add_partial_decryption(e.model, partial_decryption(e, owner) if data is None else data, owner, now=e.model.last_cast_at)


def missing(e: ElectionForTests) -> list[tuple[int, tuple[int, ...]]]:
    return [(each.needed, each.numbers) for each in tallies.missing_decryptions(e.model)]


@pytest.mark.parametrize("owners", [(1, 2, 3), (1, 5, 2), (4, 1, 3), (5, 4, 3, 2, 1)])
def test_any_quorum_gives_the_same_result(e: ElectionForTests, owners: Sequence[int]) -> None:
    for owner in owners:
        add(e, owner)
    result = tallies.publish(e.model, now=e.model.last_cast_at)
    first = result.races[0]
    assert isinstance(first, tallies.RaceResult)
    # The blank vote is counted by its weight, apart from the candidates, and takes no seat.
    assert (first.blank, first.votes, {line.candidate.code: line.votes for line in first.lines if line.votes}) == (
        4,
        22,
        {first.race.candidates[0].code: 11, first.race.candidates[2].code: 11},
    )
    assert {line.share for line in first.lines} == {0.0, 11 / 15}
    assert (result.ballots, result.weight, result.weighted) == (3, 15, True)


def test_who_is_still_wanted_is_said(e: ElectionForTests) -> None:
    assert missing(e) == [(1, (1,)), (2, (2, 3, 4, 5))]
    add(e, 4)
    assert missing(e) == [(1, (1,)), (1, (2, 3, 5))]
    with pytest.raises(Refused) as caught:
        tallies.publish(e.model, now=e.model.last_cast_at)
    assert caught.value.code == "missing_decryptions"
    assert "کلیددارهای شمارهٔ ۱؛ ۱ نفر از کلیددارهای شمارهٔ ۲، ۳، ۵" in caught.value.message
    add(e, 2)
    assert missing(e) == [(1, (1,))]
    add(e, 1)
    assert missing(e) == []


def test_a_false_share_is_refused_at_the_door_and_the_others_go_on(e: ElectionForTests) -> None:
    altered = json.loads(partial_decryption(e, 3))
    altered["decryption_factors"][0][0] = altered["decryption_factors"][0][1]
    for owner, wrong in ((3, dumps(altered)), (3, partial_decryption(e, 2)), (1, partial_decryption(e, 2))):
        with pytest.raises(Refused, match="invalid_partial_decryption"):
            add(e, owner, wrong)
    assert board.members_of(e.model, EventType.PartialDecryption) == []
    for owner in (1, 2, 5):
        add(e, owner)
    assert tallies.publish(e.model, now=e.model.last_cast_at).ballots == 3


def test_a_share_that_comes_after_the_result_is_told_so(e: ElectionForTests) -> None:
    for owner in (1, 2, 3):
        add(e, owner)
    tallies.publish(e.model, now=e.model.last_cast_at)
    before = board.head(e.model)
    with pytest.raises(Refused, match="result_out"):
        add(e, 4)
    # What is wrong is called wrong, whenever it comes.
    with pytest.raises(Refused, match="invalid_partial_decryption"):
        add(e, 4, partial_decryption(e, 5))
    assert board.head(e.model) == before


def test_who_has_delivered_is_listed_by_number_name_and_group(e: ElectionForTests) -> None:
    add(e, 3)
    assert [(each.number, each.name, each.group, each.shuffled, each.decrypted) for each in tallies.delivered(e.model)] == [
        (1, "trustee 1", None, False, False),
        (2, "متولی 1", 1, False, False),
        (3, "متولی 2", 1, False, True),
        (4, "متولی 3", 1, False, False),
        (5, "متولی 4", 1, False, False),
    ]


def test_shares_that_come_at_the_same_moment_are_both_taken_and_compared(e: ElectionForTests, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between check and lock another trustee's came in: it is checked against that one too, and neither is lost."""
    real, seen = decryptions._check_among, []

    def check(election: object, encrypted: object, trustees: object, found: dict[int, bytes], owner: int) -> None:
        seen.append((owner, sorted(found)))
        if len(seen) == 1:
            add(e, 3)
        real(election, encrypted, trustees, found, owner)  # type: ignore[arg-type]

    monkeypatch.setattr(decryptions, "_check_among", check)
    add(e, 2)
    assert seen == [(2, [2]), (3, [3]), (2, [2, 3])]
    assert sorted(each.number for each in tallies.delivered(e.model) if each.decrypted) == [2, 3]
