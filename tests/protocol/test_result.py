"""The result and its discrete logarithm (protocol.md §10.2, §10.3)."""

from dataclasses import replace

import pytest

from protocol.elections import Story, story
from sandogh.protocol.canonical import dumps
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryption
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.result import Result, check_result, discrete_log, make_result
from sandogh.protocol.tally import EncryptedTally

VOTES = [[[1, 1, 0], [0, 1]], [[0, 1, 0], [1, 0]]]


@pytest.fixture(scope="module")
def held() -> Story:
    return story()


@pytest.fixture(scope="module")
def tally(held: Story) -> EncryptedTally:
    return held.tally(held.ballot(voter, vote) for voter, vote in enumerate(VOTES))


@pytest.fixture(scope="module")
def partials(held: Story, tally: EncryptedTally) -> list[PartialDecryption]:
    return [
        check_partial_decryption(data, tally=tally, trustee=key.public, election=held.election)
        for data, key in zip(held.decryptions(tally), held.keys, strict=True)
    ]


def test_the_result_is_the_sum_of_the_votes(held: Story, tally: EncryptedTally, partials: list[PartialDecryption]) -> None:
    data = make_result(held.election, tally, partials, held.trustees, tally.total_weight)
    assert data == b'{"result":[[1,2,0],[1,1]]}'
    assert data == make_result(held.election, tally, partials[::-1], held.trustees, tally.total_weight)
    checked = check_result(data, election=held.election, tally=tally, partials=partials, trustees=held.trustees)
    assert checked == Result.from_bytes(data) == Result(((1, 2, 0), (1, 1)))


@pytest.mark.parametrize(
    ("counts", "where"),
    [
        ([[1, 2, 0], [2, 1]], "question 2, answer 1"),
        ([[1, 1, 0], [1, 1]], "question 1, answer 2"),
        ([[1, 2, 3], [1, 1]], "question 1, answer 3"),
    ],
)
def test_another_count_is_refused_where_it_stands(
    held: Story, tally: EncryptedTally, partials: list[PartialDecryption], counts: list[list[int]], where: str
) -> None:
    with pytest.raises(VerificationError) as refused:
        check_result(dumps({"result": counts}), election=held.election, tally=tally, partials=partials, trustees=held.trustees)
    assert (refused.value.section, refused.value.where) == ("§10.3", where)


def test_a_count_beyond_the_weight_is_refused_though_the_exponent_fits(held: Story) -> None:
    """g^count does not know count from count + q; the bound does."""
    tally = held.tally([])
    partials = [
        check_partial_decryption(data, tally=tally, trustee=key.public, election=held.election)
        for data, key in zip(held.decryptions(tally), held.keys, strict=True)
    ]
    with pytest.raises(VerificationError, match="above the total weight 0"):
        check_result(b'{"result":[[1,0,0],[0,0]]}', election=held.election, tally=tally, partials=partials, trustees=held.trustees)


@pytest.mark.parametrize("counts", [[], [[1, 2, 0]], [[1, 2], [1, 1]], [[1, 2, 0], [1, 1, 0]], [[1, 2, 0], [1, 1], []]])
def test_another_shape_is_refused(held: Story, tally: EncryptedTally, partials: list[PartialDecryption], counts: object) -> None:
    with pytest.raises(VerificationError):
        check_result(dumps({"result": counts}), election=held.election, tally=tally, partials=partials, trustees=held.trustees)


@pytest.mark.parametrize(
    "data",
    [
        b'{"result":[["1"]]}',
        b'{"result":[[true]]}',
        b'{"result":[[-1]]}',
        b'{"result":[[1.0]]}',
        b'{"result":[1]}',
        b'{"result":{}}',
        b"[]",
        b'{"result":[[1]]} ',
    ],
)
def test_what_is_no_result_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        Result.from_bytes(data)


def test_every_trustee_is_needed_and_nobody_else(held: Story, tally: EncryptedTally, partials: list[PartialDecryption]) -> None:
    stranger = replace(partials[0], public_key="ff" * 32)
    for wrong, rule in (
        (partials[:1], "§10.2"),
        ([], "§10.2"),
        ([partials[0], partials[0]], "§10.1"),
        ([*partials, stranger], "§10.1"),
        ([stranger, partials[1]], "§10.2"),
    ):
        with pytest.raises(VerificationError) as refused:
            make_result(held.election, tally, wrong, held.trustees, tally.total_weight)
        assert refused.value.section == rule


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
@pytest.mark.parametrize(("bound", "searches"), [(0, 1), (1, 1), (10, 1), (10, 100), (97, 3), (1000, 1)])
def test_the_logarithm_finds_exactly_what_is_within_the_bound(group: Group, bound: int, searches: int) -> None:
    find = discrete_log(group, bound, searches)
    for value in {0, 1, bound // 2, bound - 1, bound} & set(range(bound + 1)):
        assert find(group.power_g(value)) == value
    for beyond in (bound + 1, 2 * bound + 5, group.q - 1):
        with pytest.raises(VerificationError):
            find(group.power_g(beyond))
