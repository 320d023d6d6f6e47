"""The laws of a group, for secret and public exponents alike (protocol.md §3.1)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Group
from sandogh.protocol.groups import GROUPS

every = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)

# Exponents near 0 and near q are where libraries differ.
fractions = st.one_of(st.integers(0, 3), st.integers(-3, -1), st.integers(0, 2**256), st.integers(0, 2**2048))


@every
@given(a=fractions, b=fractions)
@settings(max_examples=40, deadline=None)
def test_powers_add_up_and_every_way_agrees(group: Group, a: int, b: int) -> None:
    a, b = a % group.q, b % group.q
    left, right = group.power_g(a), group.power_g(b)
    assert group.multiply(left, right) == group.power_g((a + b) % group.q)
    assert group.divide(left, right) == group.power_g((a - b) % group.q)
    assert left == group.public_power_g(a) == group.public_base(group.generator)(a) == group.public_power(group.generator, a)
    assert group.power(left, b) == group.public_power(left, b) == group.public_base(left)(b) == group.power_g(a * b % group.q)


@every
@given(a=fractions)
@settings(max_examples=40, deadline=None)
def test_parsing_undoes_ser(group: Group, a: int) -> None:
    element = group.power_g(a % group.q)
    assert group.parse(group.ser(element), section="§x", what="element") == element


@every
@given(text=st.text(max_size=80) | st.text("0123456789abcdef", min_size=64, max_size=64) | st.integers(0, 2**2050).map(str))
@settings(max_examples=200, deadline=None)
def test_parsing_anything_gives_a_member_or_a_refusal(group: Group, text: str) -> None:
    try:
        element = group.parse(text, section="§x", what="element")
    except (Malformed, VerificationError):
        return
    assert group.ser(element) == text


@every
@given(pairs=st.lists(st.tuples(fractions, fractions), max_size=60))
@settings(max_examples=15, deadline=None)
def test_many_powers_at_once_are_their_product(group: Group, pairs: list[tuple[int, int]]) -> None:
    """Sixty long exponents are enough for the bucket method to be the cheaper one, few or short ones are not."""
    bases = [group.public_power_g(base % group.q) for base, _ in pairs]
    exponents = [exponent % group.q for _, exponent in pairs]
    expected = sum(base * exponent for (base, _), exponent in zip(pairs, exponents, strict=True)) % group.q
    assert group.public_multi_power(bases, exponents) == group.power_g(expected)
