"""The encrypted tally (protocol.md §8; failures.md W12, W14)."""

from typing import Any

import pytest

from protocol.elections import Story, story
from sandogh.protocol.ballot import parse_ballot
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.result import Result
from sandogh.protocol.tally import EncryptedTally, TallyBuilder, check_encrypted_tally, make_encrypted_tally

both = pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)

VOTES = [[[1, 1, 0], [0, 1]], [[0, 1, 0], [1, 0]], [[0, 0, 0], [0, 1]]]


@pytest.fixture(scope="module")
def held() -> Story:
    return story()


def counts(held: Story, tally: EncryptedTally) -> list[list[int]]:
    return [list(row) for row in Result.from_bytes(held.result(tally, held.decryptions(tally))).counts]


@both
@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_none_one_and_more_ballots_are_counted(group: Group, number: int) -> None:
    held = story(group)
    tally = held.tally(held.ballot(voter, vote) for voter, vote in enumerate(VOTES[:number]))
    assert (tally.num_tallied, tally.total_weight) == (number, number)
    expected = [[sum(vote[question][answer] for vote in VOTES[:number]) for answer in range(size)] for question, size in ((0, 3), (1, 2))]
    assert counts(held, tally) == expected


@both
def test_the_tally_of_no_ballot_is_identities(group: Group) -> None:
    held = story(group)
    identity = group.ser(group.identity)
    cell = {"alpha": identity, "beta": identity}
    assert loads(held.tally([]).to_bytes()) == [[cell] * 3, [cell] * 2]


def test_an_all_blank_race_counts_to_nothing(held: Story) -> None:
    tally = held.tally(held.ballot(voter, [[0, 0, 0], [1, 0]]) for voter in range(3))
    assert counts(held, tally) == [[0, 0, 0], [3, 0]]


def test_the_last_ballot_of_a_credential_counts_whatever_the_way(held: Story) -> None:
    cast = [held.ballot(0, VOTES[0]), held.ballot(1, VOTES[1]), held.ballot(0, VOTES[2])]
    first, second, third = (parse_ballot(data, held.election) for data in cast)
    whole = make_encrypted_tally(held.election, [first, second, third])
    builder = TallyBuilder(held.election)
    builder.add(first)
    builder.add(second)
    assert (first.credential in builder, "nobody" in builder) == (True, False)
    builder.add(third, replaces=first)
    assert builder.finish() == whole
    assert whole.num_tallied == 2
    assert counts(held, whole) == [[0, 1, 0], [1, 1]]


def test_a_voter_never_counts_twice_nor_vanishes(held: Story) -> None:
    first, again, other = (parse_ballot(held.ballot(voter, VOTES[0]), held.election) for voter in (0, 0, 1))
    builder = TallyBuilder(held.election)
    builder.add(first)
    before = builder.finish()
    for ballot, replaces in ((again, None), (again, other), (other, first), (other, other)):
        with pytest.raises(VerificationError) as refused:
            builder.add(ballot, replaces=replaces)
        assert refused.value.section == "§8.1"
    assert builder.finish() == before


def test_weights_multiply(held: Story) -> None:
    first, second = (parse_ballot(held.ballot(voter, VOTES[voter]), held.election) for voter in (0, 1))
    builder = TallyBuilder(held.election)
    builder.add(first, 3)
    builder.add(second)
    tally = builder.finish()
    assert (tally.num_tallied, tally.total_weight) == (2, 4)
    assert counts(held, tally) == [[3, 4, 0], [1, 3]]
    for weight in (0, -1):
        with pytest.raises(Malformed):
            TallyBuilder(held.election).add(first, weight)


@both
def test_what_is_made_is_accepted(group: Group) -> None:
    held = story(group)
    tally = held.tally([held.ballot(0, VOTES[0])])
    assert check_encrypted_tally(tally.to_bytes(), tally.sized_bytes(), computed=tally, election=held.election) == tally


def test_a_published_tally_that_differs_is_refused_for_what_differs(held: Story) -> None:
    ballots = [held.ballot(voter, VOTES[voter]) for voter in (0, 1)]
    tally, subset = held.tally(ballots), held.tally(ballots[:1])

    def refusal(data: bytes, sized: bytes) -> SandoghError:
        with pytest.raises(SandoghError) as refused:
            check_encrypted_tally(data, sized, computed=tally, election=held.election)
        return refused.value

    left_out = refusal(subset.to_bytes(), subset.sized_bytes())
    assert (getattr(left_out, "section", ""), getattr(left_out, "where", "")) == ("§8.2", "question 1, answer 1")
    sized: Any = loads(tally.sized_bytes())
    for change, section in (
        ({"num_tallied": 1}, "§8.3"),
        ({"total_weight": 3}, "§8.3"),
        ({"total_weight": "3"}, "§8.3"),
        ({"encrypted_tally": subset.hash}, "§8.3"),
        ({"more": 1}, "§8.3"),
    ):
        assert getattr(refusal(tally.to_bytes(), dumps(sized | change)), "section", "") == section
    rows: Any = loads(tally.to_bytes())
    for changed in (rows[:1], [rows[0], rows[1][:1]], [rows[1], rows[0]], {}, [*rows, []]):
        data = dumps(changed)
        renamed = EncryptedTally(held.group, (), 2, 2)
        named = dumps(loads_with_hash(renamed.sized_bytes(), data))
        assert getattr(refusal(data, named), "section", "") == "§8.2"


def loads_with_hash(sized: bytes, data: bytes) -> dict[str, Any]:
    """A sized tally that names these bytes."""
    value: Any = loads(sized)
    return {**value, "encrypted_tally": sha_hex(data)}


def test_a_low_order_element_in_a_tally_is_refused(held: Story) -> None:
    tally = held.tally([held.ballot(0, VOTES[0])])
    rows: Any = loads(tally.to_bytes())
    rows[0][0]["alpha"] = f"{2**255 - 20:064x}"
    data = dumps(rows)
    with pytest.raises(VerificationError) as refused:
        check_encrypted_tally(data, dumps(loads_with_hash(tally.sized_bytes(), data)), computed=tally, election=held.election)
    assert (refused.value.section, refused.value.where) == ("§4.2", "question 1, answer 1")
