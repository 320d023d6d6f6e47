"""What both groups must do at their edges (protocol.md §3; failures.md W3)."""

import pickle

import pytest

from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, Unsupported, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.groups import group_named

GROUPS = [ED25519, BELENIOS_2048]
both = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)


@both
def test_the_identity_is_a_member_and_powers_of_it_stay(group: Group) -> None:
    identity = group.parse(group.ser(group.identity), section="§x", what="thing")
    assert identity == group.identity
    assert group.power(identity, 5) == group.public_power(identity, 5) == group.public_base(identity)(5) == identity
    assert group.multiply(identity, group.generator) == group.multiply(group.generator, identity) == group.generator


@both
def test_scalar_zero_gives_the_identity_by_every_way(group: Group) -> None:
    g = group.generator
    ways = [group.power(g, 0), group.power_g(0), group.public_power(g, 0), group.public_power_g(0), group.public_base(g)(0)]
    assert ways == [group.identity] * 5


@both
def test_the_generator_has_order_q(group: Group) -> None:
    last = group.power_g(group.q - 1)
    assert group.multiply(last, group.generator) == group.identity
    assert group.divide(group.identity, group.generator) == last
    assert group.divide(last, last) == group.identity


@both
def test_the_product_of_nothing_is_the_identity(group: Group) -> None:
    assert group.product([]) == group.identity
    assert group.product([group.generator]) == group.generator


@both
def test_scalars_lie_below_q(group: Group) -> None:
    assert group.scalar(str(group.q - 1), section="§x", what="c") == group.q - 1
    for bad in (str(group.q), str(10 ** len(str(group.q))), "-1", "+1", "00", "01", 1, None):
        with pytest.raises(Malformed):
            group.scalar(bad, section="§x", what="c")


@both
def test_a_group_is_one_object_in_every_process(group: Group) -> None:
    assert pickle.loads(pickle.dumps(group)) is group  # noqa: S301 - our own bytes
    assert group_named(group.name) is group


def test_a_group_that_comes_later_is_named_and_unknown_ones_are_refused() -> None:
    with pytest.raises(Unsupported, match="RFC-3526-2048"):
        group_named("RFC-3526-2048")
    for name in ("ed25519", "", None, 5, ["Ed25519"]):
        with pytest.raises(Malformed) as refused:
            group_named(name)
        assert not isinstance(refused.value, Unsupported)


@pytest.mark.parametrize("value", [None, 5, [], {}, True])
@both
def test_elements_are_strings(group: Group, value: object) -> None:
    with pytest.raises(Malformed):
        group.parse(value, section="§x", what="thing")


def test_finite_field_membership_is_the_whole_test() -> None:
    group = BELENIOS_2048
    for outside in (group.p - 1, group.p - int(str(group.generator)), 2, 3):
        with pytest.raises(VerificationError) as refused:
            group.parse(str(outside), section="§4.2", what="alpha")
        assert refused.value.section == "§4.2"
    for no_element in ("0", str(group.p), str(group.p + 1), "9" * 617, "9" * 700):
        with pytest.raises(Malformed) as malformed:
            group.parse(no_element, section="§4.2", what="alpha")
        assert malformed.value.section == "§3.2"


def test_an_edwards_point_of_mixed_order_is_no_member() -> None:
    """g + (0,-1) is what libsodium took for a member until the end of 2025 (CVE-2025-69277)."""
    p = 2**255 - 19
    order_two = f"{p - 1:064x}"
    mixed = f"{(p - 4 * pow(5, -1, p)) % p:064x}"  # (x, y) + (0, -1) = (-x, -y), and g has an even x, so the sign is that of p - x: odd
    for text in (order_two, mixed, f"{int(mixed, 16) | 1 << 255:064x}"):
        with pytest.raises(VerificationError) as refused:
            ED25519.parse(text, section="§4.2", what="alpha")
        assert refused.value.section == "§4.2"
