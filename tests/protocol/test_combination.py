"""Which partial decryptions open a tally, and that every quorum opens the same (protocol.md §10.2)."""

from dataclasses import replace
from itertools import combinations

import pytest

from protocol.elections import Story, story
from protocol.establishments import establish, threshold_story
from sandogh.protocol.combination import lagrange, opened
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryption
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.result import check_result, make_result
from sandogh.protocol.tally import EncryptedTally

VOTES = [[[1, 1, 0], [0, 1]], [[0, 1, 0], [1, 0]]]
RESULT = b'{"result":[[1,2,0],[1,1]]}'


def decrypted(held: Story) -> tuple[EncryptedTally, list[PartialDecryption]]:
    tally = held.tally(held.ballot(voter, vote) for voter, vote in enumerate(VOTES))
    return tally, [
        check_partial_decryption(data, tally=tally, trustee=member, election=held.election)
        for data, member in zip(held.decryptions(tally), held.trustees.members, strict=True)
    ]


@pytest.fixture(scope="module")
def held() -> Story:
    return threshold_story(3, 2, singles=1)


@pytest.fixture(scope="module")
def tally_and_partials(held: Story) -> tuple[EncryptedTally, list[PartialDecryption]]:
    return decrypted(held)


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_every_quorum_gives_the_same_result_and_fewer_give_none(group: Group) -> None:
    held = threshold_story(4, 3, group, voters=2)
    tally, partials = decrypted(held)
    assert len({opened(tally, quorum, held.trustees) for quorum in combinations(partials, 3)}) == 1
    for quorum in combinations(partials, 3):
        data = make_result(held.election, tally, quorum[::-1], held.trustees, tally.total_weight)
        assert data == RESULT
        check_result(data, election=held.election, tally=tally, partials=quorum, trustees=held.trustees)
    assert make_result(held.election, tally, partials, held.trustees, tally.total_weight) == RESULT
    for few in combinations(partials, 2):
        with pytest.raises(VerificationError, match="no partial decryption of 1 of the trustees") as refused:
            opened(tally, few, held.trustees)
        assert refused.value.section == "§10.2"


def test_single_trustees_and_a_quorum_are_both_needed(
    held: Story, tally_and_partials: tuple[EncryptedTally, list[PartialDecryption]]
) -> None:
    tally, (single, first, second, third) = tally_and_partials
    assert opened(tally, [third, single, first], held.trustees) == opened(tally, [single, second, third], held.trustees)
    for few, said in (
        ([], "trustee 1, nor of 2 of the trustees 2, 3, 4"),
        ([first, second, third], "no partial decryption of trustee 1"),
        ([single, third], "no partial decryption of 1 of the trustees 2, 3"),
        ([single], "no partial decryption of 2 of the trustees 2, 3, 4"),
    ):
        with pytest.raises(VerificationError, match=said) as refused:
            opened(tally, few, held.trustees)
        assert refused.value.section == "§10.2"


def test_nobody_decrypts_twice_or_under_anothers_number(
    held: Story, tally_and_partials: tuple[EncryptedTally, list[PartialDecryption]]
) -> None:
    """With one share counted twice, two numbers would do where two members belong."""
    tally, (single, first, second, third) = tally_and_partials
    for wrong in (
        [single, first, first],
        [single, first, replace(first, owner=3)],
        [single, first, second, replace(third, owner=5)],
        [single, first, second, replace(third, owner=0)],
        [single, first, second, replace(third, public_key="ff" * 32)],
    ):
        with pytest.raises(VerificationError) as refused:
            opened(tally, wrong, held.trustees)
        assert refused.value.section == "§10.1"


def test_the_decryption_of_another_tallys_shape_is_refused(
    held: Story, tally_and_partials: tuple[EncryptedTally, list[PartialDecryption]]
) -> None:
    tally, (single, first, second, _) = tally_and_partials
    shorter = replace(first, factors=tuple(tuple(row)[:-1] for row in first.factors))
    with pytest.raises(Malformed) as refused:
        opened(tally, [single, shorter, second], held.trustees)
    assert refused.value.section == "§10.1"


@pytest.mark.parametrize(("size", "threshold"), [(1, 1), (3, 1), (3, 3)])
def test_the_smallest_and_the_largest_thresholds(size: int, threshold: int) -> None:
    held = threshold_story(size, threshold, voters=2)
    tally, partials = decrypted(held)
    for quorum in combinations(partials, threshold):
        assert make_result(held.election, tally, quorum, held.trustees, tally.total_weight) == RESULT


def test_two_threshold_groups_hold_one_key() -> None:
    one, other = establish(3, 2), establish(2, 2)
    held = story(holders=([one.parameters, other.parameters], [*one.held, *other.held]), voters=2)
    tally, partials = decrypted(held)
    assert make_result(held.election, tally, [partials[0], *partials[2:]], held.trustees, tally.total_weight) == RESULT
    with pytest.raises(VerificationError, match="no partial decryption of trustee 5"):
        opened(tally, partials[:4], held.trustees)


def test_coefficients_of_one_index_are_one() -> None:
    assert lagrange([5], ED25519.q) == (1,)
    assert lagrange([], ED25519.q) == ()
