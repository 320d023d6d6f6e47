"""The encrypted tally (protocol.md §8)."""

import io
from typing import Any

import pytest

from protocol.elections import SMALL, Story, story
from sandogh.protocol.ballot import parse_ballot
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.events import check_grammar
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nested import as_json
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.record import read_records
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


# ---- weights, lists, vectors

LISTS = ListsQuestion((("L1", "a", "b"), ("L2", "c")), "q")
VECTOR = NonHomomorphicQuestion(("a", "b"), "q")


def test_lists_are_counted_cell_by_cell_with_weights() -> None:
    held = story(questions=[LISTS], weights=[3, 1, 5, 1])
    votes = [[[[1, 1, 0], [0, 0]]], [[[0, 0, 0], [1, 1]]], [[[1, 1, 1], [0, 0]]]]
    ballots = [held.ballot(voter, vote) for voter, vote in enumerate(votes)]
    tally = held.tally(ballots)
    assert (tally.num_tallied, tally.total_weight) == (3, 9)
    assert as_json(Result.from_bytes(held.result(tally, held.decryptions(tally))).counts, int) == [[[8, 8, 5], [1, 1]]]


def test_a_replaced_ballot_leaves_with_the_weight_it_came_with() -> None:
    held = story(questions=[LISTS, *SMALL], weights=[3, 2, 1, 1])
    cast = [held.ballot(voter, [rows, *VOTES[0]]) for voter, rows in ((0, [[1, 1, 0], [0, 0]]), (1, [[0, 0, 0], [1, 1]]))]
    again = held.ballot(0, [[[0, 0, 0], [1, 1]], *VOTES[2]])
    first, second, third = (parse_ballot(data, held.election) for data in [*cast, again])
    builder = TallyBuilder(held.election)
    builder.add(first, 3)
    builder.add(second, 2)
    builder.add(third, 3, replaces=first)
    assert builder.finish() == held.tally([*cast, again])
    assert builder.finish().total_weight == 5


@pytest.fixture(scope="module")
def graded() -> tuple[Story, list[bytes]]:
    held = story(questions=[VECTOR, SMALL[1], VECTOR])
    return held, [held.ballot(voter, [[voter, 7], [1, 0], [9, 9]]) for voter in range(3)]


def test_vectors_are_kept_in_the_order_of_the_group(graded: tuple[Story, list[bytes]]) -> None:
    held, cast = graded
    tally = held.tally(cast)
    assert held.tally(cast[::-1]) == tally
    assert [len(each) for each in tally.to_shuffle] == [3, 3]
    kept = [answer for data in cast for answer in [parse_ballot(data, held.election).answers[2]]]
    assert {each.choices for each in kept} == set(tally.to_shuffle[1])  # type: ignore[union-attr]
    keys = [bytes.fromhex(held.group.ser(each.alpha))[::-1] for each in tally.to_shuffle[1]]
    assert keys == sorted(keys)
    assert loads(held.tally([]).to_bytes())[0] == loads(held.tally([]).to_bytes())[2] == []  # type: ignore[index, call-overload]


def test_a_replaced_vector_is_gone(graded: tuple[Story, list[bytes]]) -> None:
    held, cast = graded
    again = held.ballot(0, [[0, 0], [0, 1], [0, 0]])
    first, second, third = (parse_ballot(data, held.election) for data in (*cast[:2], again))
    builder = TallyBuilder(held.election)
    builder.add(first)
    builder.add(second)
    builder.add(third, replaces=first)
    assert builder.finish() == held.tally([cast[1], again])
    assert builder.finish().num_tallied == 2


def test_equal_alphas_are_ordered_by_beta() -> None:
    group = ED25519
    one, two, three = (group.power_g(number) for number in (1, 2, 3))
    pairs = [Ciphertext(one, two), Ciphertext(one, three), Ciphertext(two, one)]
    keys = [each.sort_key(group) for each in sorted(pairs, key=lambda each: each.sort_key(group))]
    assert keys == sorted((bytes.fromhex(group.ser(each.alpha))[::-1], bytes.fromhex(group.ser(each.beta))[::-1]) for each in pairs)


def test_a_whole_vector_has_no_weight(graded: tuple[Story, list[bytes]]) -> None:
    held, cast = graded
    builder = TallyBuilder(held.election)
    with pytest.raises(VerificationError) as refused:
        builder.add(parse_ballot(cast[0], held.election), 2)
    assert refused.value.section == "§8.2"
    weighted = story(questions=[VECTOR], weights=[2, 1, 1, 1])
    with pytest.raises(VerificationError):
        weighted.tally([weighted.ballot(0, [[1, 2]])])


def test_vectors_in_another_order_or_number_are_refused(graded: tuple[Story, list[bytes]]) -> None:
    held, cast = graded
    tally = held.tally(cast)
    rows: Any = loads(tally.to_bytes())

    def refusal(changed: Any) -> VerificationError:
        data = dumps(changed)
        with pytest.raises(VerificationError) as refused:
            check_encrypted_tally(data, dumps(loads_with_hash(tally.sized_bytes(), data)), computed=tally, election=held.election)
        return refused.value

    for changed, where in (
        ([rows[0][::-1], rows[1], rows[2]], "question 1, answer 1"),
        ([rows[0], rows[1], [rows[2][0], rows[2][2], rows[2][1]]], "question 3, answer 2"),
        ([rows[0][:-1], rows[1], rows[2]], ""),
        ([rows[0], rows[1], [*rows[2], rows[2][0]]], ""),
        ([rows[0], rows[1], []], ""),
    ):
        refused = refusal(changed)
        assert (refused.section, refused.where) == ("§8.2", where)


def test_only_as_many_ciphertexts_take_the_place_of_what_was_shuffled(graded: tuple[Story, list[bytes]]) -> None:
    held, cast = graded
    tally = held.tally(cast)
    first, second = tally.to_shuffle
    turned = tally.shuffled([first[::-1], second])
    assert (turned.to_shuffle, turned.ciphertexts[1]) == ((first[::-1], second), tally.ciphertexts[1])
    assert tally.shuffled(tally.to_shuffle) == tally
    for lists in ([first], [first, second[:-1]], [first, second, second], [(*first, first[0]), second]):
        with pytest.raises(VerificationError) as refused:
            tally.shuffled(lists)
        assert refused.value.section == "§9.1"


def test_a_whole_election_of_every_kind() -> None:
    """Weights apart, which vectors do not have: shuffled by each trustee, decrypted, opened."""
    held = story(questions=[HomomorphicQuestion(("a", "b"), "q", 1, 1, blank=True), LISTS, VECTOR])
    votes: list[list[Any]] = [
        [[0, 1, 0], [[1, 1, 0], [0, 0]], [1, 2]],
        [[1, 0, 0], [[0, 0, 0], [1, 1]], [3, 4]],
        [[0, 0, 1], [[1, 1, 1], [0, 0]], [0, 255]],
    ]
    ballots = [held.ballot(voter, vote) for voter, vote in enumerate(votes)]
    records = list(read_records(io.BytesIO(held.archive(ballots))))
    check_grammar([record.event.type for record in records], shuffles=True)
    with pytest.raises(VerificationError):
        check_grammar([record.event.type for record in records])
    result: Any = loads(records[-1].data[0].data)
    assert result["result"][:2] == [[1, 1, 1], [[2, 2, 1], [1, 1]]]
    assert sorted(result["result"][2]) == [[0, 255], [1, 2], [3, 4]]
