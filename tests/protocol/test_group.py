"""What every group must do at its edges: identity, zero scalars, elements outside the subgroup (protocol.md §3)."""

import pickle

import pytest
from gmpy2 import is_prime, mpz

from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048, RFC_3526_2048, FiniteField
from sandogh.protocol.group import Group
from sandogh.protocol.groups import GROUPS, group_named

every = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)


@every
def test_the_identity_is_a_member_and_powers_of_it_stay(group: Group) -> None:
    identity = group.parse(group.ser(group.identity), section="§x", what="thing")
    assert identity == group.identity
    assert group.power(identity, 5) == group.public_power(identity, 5) == group.public_base(identity)(5) == identity
    assert group.multiply(identity, group.generator) == group.multiply(group.generator, identity) == group.generator


@every
def test_scalar_zero_gives_the_identity_by_every_way(group: Group) -> None:
    g = group.generator
    ways = [group.power(g, 0), group.power_g(0), group.public_power(g, 0), group.public_power_g(0), group.public_base(g)(0)]
    assert ways == [group.identity] * 5


@every
def test_the_generator_has_order_q(group: Group) -> None:
    last = group.power_g(group.q - 1)
    assert group.multiply(last, group.generator) == group.identity
    assert group.divide(group.identity, group.generator) == last
    assert group.divide(last, last) == group.identity


@every
def test_the_product_of_nothing_is_the_identity(group: Group) -> None:
    assert group.product([]) == group.identity
    assert group.product([group.generator]) == group.generator


@every
def test_scalars_lie_below_q(group: Group) -> None:
    assert group.scalar(str(group.q - 1), section="§x", what="c") == group.q - 1
    for bad in (str(group.q), str(10 ** len(str(group.q))), "-1", "+1", "00", "01", 1, None):
        with pytest.raises(Malformed):
            group.scalar(bad, section="§x", what="c")


@every
def test_a_group_is_one_object_in_every_process(group: Group) -> None:
    assert pickle.loads(pickle.dumps(group)) is group  # noqa: S301 - our own bytes
    assert group_named(group.name) is group


def test_unknown_groups_are_refused() -> None:
    for name in ("ed25519", "RFC_3526_2048", "", None, 5, ["Ed25519"]):
        with pytest.raises(Malformed) as refused:
            group_named(name)
        assert refused.value.section == "§3.1"


def test_the_safe_prime_is_that_of_rfc_3526() -> None:
    """2^2048 - 2^1984 - 1 + 2^64·([2^1918·π] + 124476), RFC 3526 §3; its first and last words are all ones."""
    p = int(RFC_3526_2048.p)
    assert (p >> 1984, p & (2**64 - 1)) == (2**64 - 1, 2**64 - 1)
    assert RFC_3526_2048.q == (p - 1) // 2
    for prime in (p, RFC_3526_2048.q, int(BELENIOS_2048.p), BELENIOS_2048.q):
        assert is_prime(mpz(prime))
    # The digits of π: [2^1918·π] by Machin's formula, with 64 bits to spare.
    scale = 1 << 1918 + 64

    def arctan_of_inverse(x: int) -> int:
        total, term, odd = 0, scale // x, 1
        while term:
            total += term // odd if odd % 4 == 1 else -(term // odd)
            term //= x * x
            odd += 2
        return total

    pi = 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239)) >> 64
    assert p == 2**2048 - 2**1984 - 1 + 2**64 * (pi + 124476)


@pytest.mark.parametrize("value", [None, 5, [], {}, True])
@every
def test_elements_are_strings(group: Group, value: object) -> None:
    with pytest.raises(Malformed):
        group.parse(value, section="§x", what="thing")


@pytest.mark.parametrize(("group", "small"), [(BELENIOS_2048, (2, 3)), (RFC_3526_2048, (11, 13))], ids=["BELENIOS-2048", "RFC-3526-2048"])
def test_finite_field_membership_is_the_whole_test(group: FiniteField, small: tuple[int, int]) -> None:
    for outside in (group.p - 1, group.p - int(str(group.generator)), *small):
        with pytest.raises(VerificationError) as refused:
            group.parse(str(outside), section="§4.2", what="alpha")
        assert refused.value.section == "§4.2"
    for no_element in ("0", str(group.p), str(group.p + 1), "9" * 617, "9" * 700):
        with pytest.raises(Malformed) as malformed:
            group.parse(no_element, section="§4.2", what="alpha")
        assert malformed.value.section == "§3.2"


@every
def test_powers_of_nothing_multiply_to_the_identity(group: Group) -> None:
    assert group.public_multi_power([], []) == group.identity
    assert group.public_multi_power([group.generator] * 40, [0] * 40) == group.identity


def test_an_edwards_point_of_mixed_order_is_no_member() -> None:
    """g + (0,-1) is what libsodium took for a member until the end of 2025 (CVE-2025-69277)."""
    p = 2**255 - 19
    order_two = f"{p - 1:064x}"
    mixed = f"{(p - 4 * pow(5, -1, p)) % p:064x}"  # (x, y) + (0, -1) = (-x, -y), and g has an even x, so the sign is that of p - x: odd
    for text in (order_two, mixed, f"{int(mixed, 16) | 1 << 255:064x}"):
        with pytest.raises(VerificationError) as refused:
            ED25519.parse(text, section="§4.2", what="alpha")
        assert refused.value.section == "§4.2"
