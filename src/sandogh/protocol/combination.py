"""Combination: the partial decryptions of enough trustees open the tally (protocol.md §10.2)."""

from collections.abc import Sequence
from typing import cast

from sandogh.protocol.decryption import PartialDecryption
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.group import Element, Group
from sandogh.protocol.nested import Nested, leaves, mapped, together
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import Trustees

SECTION = "§10.2"


def lagrange(indices: Sequence[int], q: int) -> tuple[int, ...]:
    """λ_j = Π_{k≠j} k/(k-j) mod q for each of the distinct indices: f(0) = Σ λ_j·f(j) for any f of lower degree, protocol.md §10.2."""
    found = []
    for j in indices:
        above, below = 1, 1
        for k in indices:
            if k != j:
                above, below = above * k % q, below * (k - j) % q
        found.append(above * pow(below, -1, q) % q)
    return tuple(found)


def opened(tally: EncryptedTally, partials: Sequence[PartialDecryption], trustees: Trustees) -> tuple[Nested[Element], ...]:
    """beta/F for every ciphertext of the tally, in its shape: g^count, or the encoded vector, protocol.md §10.2.

    1. every partial decryption is that of a trustee, and no trustee has two
    2. of each threshold group the first T in order of their numbers, and every single trustee; more change nothing
    3. F is the product over all items; in a threshold group, of factor^λ

    Any quorum opens to the same elements. Raises VerificationError, and Malformed when a partial decryption is not in the tally's shape.
    """
    # (1)
    by_owner: dict[int, PartialDecryption] = {}
    for partial in partials:
        if trustees.member(partial.owner).public_key != partial.public_key:
            raise VerificationError("§10.1", f"a partial decryption of somebody who is not trustee {partial.owner}")
        if partial.owner in by_owner:
            raise VerificationError("§10.1", f"two partial decryptions of trustee {partial.owner}")
        by_owner[partial.owner] = partial
    if missing := trustees.missing(by_owner):
        raise VerificationError(SECTION, f"no partial decryption of {', nor of '.join(map(str, missing))}")
    # (2)
    group = tally.group
    bases: list[list[Element]] = []
    exponents: list[int] = []
    for needed, members in trustees.grouped():
        used = [member for member in members if member.number in by_owner][:needed]
        for member, coefficient in zip(used, lagrange([member.index for member in used], group.q), strict=True):
            bases.append(_in_order(tally, by_owner[member.number]))
            exponents.append(coefficient)
    # (3)
    factors = iter([_combined(group, column, exponents) for column in zip(*bases, strict=True)])

    def open_(ciphertext: Ciphertext) -> Element:
        return group.divide(ciphertext.beta, next(factors))

    return cast(tuple[Nested[Element], ...], mapped(tally.ciphertexts, open_))


def _in_order(tally: EncryptedTally, partial: PartialDecryption) -> list[Element]:
    """The factors in the order of the tally's leaves."""
    for _ in together(tally.ciphertexts, partial.factors, section="§10.1"):
        pass
    return [factor for _, factor in leaves(partial.factors)]


def _combined(group: Group, factors: Sequence[Element], exponents: Sequence[int]) -> Element:
    """Single trustees and quorums of one have the exponent 1, which costs nothing."""
    plain = [factor for factor, exponent in zip(factors, exponents, strict=True) if exponent == 1]
    raised = [(factor, exponent) for factor, exponent in zip(factors, exponents, strict=True) if exponent != 1]
    if not raised:
        return group.product(plain)
    bases, powers = zip(*raised, strict=True)
    return group.product([*plain, group.public_multi_power(bases, powers)])
