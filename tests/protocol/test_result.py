"""The result and its discrete logarithm (protocol.md §10.2, §10.3)."""

import pytest

from protocol.elections import Story, story
from sandogh.protocol.canonical import dumps
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryption
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.result import Result, check_result, make_result
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
        check_partial_decryption(data, tally=tally, trustee=member, election=held.election)
        for data, member in zip(held.decryptions(tally), held.trustees.members, strict=True)
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
        check_partial_decryption(data, tally=tally, trustee=member, election=held.election)
        for data, member in zip(held.decryptions(tally), held.trustees.members, strict=True)
    ]
    with pytest.raises(VerificationError, match="above the total weight 0"):
        check_result(b'{"result":[[1,0,0],[0,0]]}', election=held.election, tally=tally, partials=partials, trustees=held.trustees)


@pytest.mark.parametrize("counts", [[], [[1, 2, 0]], [[1, 2], [1, 1]], [[1, 2, 0], [1, 1, 0]], [[1, 2, 0], [1, 1], []]])
def test_another_shape_is_refused(held: Story, tally: EncryptedTally, partials: list[PartialDecryption], counts: object) -> None:
    with pytest.raises(Malformed) as refused:
        check_result(dumps({"result": counts}), election=held.election, tally=tally, partials=partials, trustees=held.trustees)
    assert refused.value.section == "§10.3"


@pytest.mark.parametrize(
    "data",
    [
        b'{"result":[["1"]]}',
        b'{"result":[[true]]}',
        b'{"result":[[-1]]}',
        b'{"result":[[1.0]]}',
        b'{"result":[1]}',
        b'{"result":[[[[1]]]]}',
        b'{"result":[["1073741823"]]}',
        b'{"result":[[1073741824]]}',
        b'{"result":{}}',
        b"[]",
        b'{"result":[[1]]} ',
    ],
)
def test_what_is_no_result_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        Result.from_bytes(data)
