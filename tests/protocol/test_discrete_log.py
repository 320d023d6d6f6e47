"""Counts from group elements (protocol.md §10.3)."""

import pytest

from sandogh.protocol.discrete_log import discrete_log
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
@pytest.mark.parametrize(("bound", "searches"), [(0, 1), (1, 1), (10, 1), (10, 100), (97, 3), (1000, 1), (10, 0)])
def test_the_logarithm_finds_exactly_what_is_within_the_bound(group: Group, bound: int, searches: int) -> None:
    find = discrete_log(group, bound, searches)
    for value in {0, 1, bound // 2, bound - 1, bound} & set(range(bound + 1)):
        assert find(group.power_g(value)) == value
    for beyond in (bound + 1, 2 * bound + 5, group.q - 1):
        with pytest.raises(VerificationError) as refused:
            find(group.power_g(beyond))
        assert refused.value.section == "§10.3"


@pytest.mark.parametrize("largest", [1, 2, 7, 1000])
def test_less_memory_only_means_more_steps(largest: int) -> None:
    find = discrete_log(ED25519, 120, 3, largest=largest)
    assert [find(ED25519.power_g(value)) for value in range(121)] == list(range(121))
    with pytest.raises(VerificationError):
        find(ED25519.power_g(121))


def test_the_count_of_a_million_voters() -> None:
    bound = 1_000_000
    find = discrete_log(ED25519, bound, 29)
    for value in (0, 1, 5385, 5386, 123_456, 999_999, bound):
        assert find(ED25519.power_g(value)) == value
    with pytest.raises(VerificationError):
        find(ED25519.power_g(bound + 1))


def test_hits_that_only_look_alike_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With hashes of three values, every search meets many entries of the same key."""
    monkeypatch.setattr("sandogh.protocol.discrete_log.hash", lambda element: element[0] % 3, raising=False)
    find = discrete_log(ED25519, 60, 1)
    assert [find(ED25519.power_g(value)) for value in range(61)] == list(range(61))
    with pytest.raises(VerificationError):
        find(ED25519.power_g(61))
