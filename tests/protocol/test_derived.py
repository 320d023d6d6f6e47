"""Derived generators: members, independent, and an abort where the protocol demands one (protocol.md §3.4)."""

from typing import NoReturn

import pytest

from sandogh.protocol.derived import generators
from sandogh.protocol.ed25519 import Ed25519
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.group import Element, Group
from sandogh.protocol.groups import GROUPS


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_generators_are_distinct_members(group: Group) -> None:
    h, rest = generators(group, 40)
    assert (h, rest[0], rest[39]) == (group.derived_generator(-1), group.derived_generator(0), group.derived_generator(39))
    for element in (h, *rest):
        assert group.parse(group.ser(element), section="§x", what="generator") == element
    assert len({h, *rest, group.generator, group.identity}) == 43


def test_a_proof_of_nothing_needs_one_generator() -> None:
    h, rest = generators(GROUPS[0], 0)
    assert (h, rest) == (GROUPS[0].derived_generator(-1), ())


class Unlucky(Ed25519):
    """A group whose hash hits what it must not."""

    def __init__(self, hits: dict[int, Element]) -> None:
        self.hits = hits

    def _derive(self, index: int) -> Element:
        return self.hits.get(index, super()._derive(index))

    def __reduce__(self) -> NoReturn:
        raise NotImplementedError


@pytest.mark.parametrize("hit", [Ed25519.identity, Ed25519.generator, Element(0)], ids=["identity", "g", "zero"])
def test_a_degenerate_generator_stops_the_work(hit: Element) -> None:
    group = Unlucky({2: hit})
    generators(group, 2)
    with pytest.raises(VerificationError, match="derived generator 2") as refused:
        generators(group, 3)
    assert refused.value.section == "§3.4"


@pytest.mark.parametrize("twin", [-1, 0])
def test_two_equal_generators_stop_the_work(twin: int) -> None:
    group = Unlucky({3: Ed25519().derived_generator(twin)})
    generators(group, 3)
    with pytest.raises(VerificationError, match="equal"):
        generators(group, 4)
