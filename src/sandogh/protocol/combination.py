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


def lagrange(indices: Sequence[int], q: int, *, at: int = 0) -> tuple[int, ...]:
    """λ_j = Π_{k≠j} (k-at)/(k-j) mod q for each distinct index, protocol.md §10.2: f(at) = Σ λ_j·f(j) for any f of lower degree."""
    found = []
    for j in indices:
        above, below = 1, 1
        for k in indices:
            if k != j:
                above, below = above * (k - at) % q, below * (k - j) % q
        found.append(above * pow(below, -1, q) % q)
    return tuple(found)


def opened(tally: EncryptedTally, partials: Sequence[PartialDecryption], trustees: Trustees) -> tuple[Nested[Element], ...]:
    """beta/F for every ciphertext of the tally, in its shape: g^count, or the encoded vector, protocol.md §10.2.

    1. every partial decryption is that of a trustee, and no trustee has two
    2. of each threshold group the first T in order of their numbers, and every single trustee; more must give the same
    3. F is the product over all items; in a threshold group, of factor^λ

    Any quorum opens to the same elements. Raises VerificationError, and Malformed when a partial decryption is not in the tally's shape.
    """
    # (1)
    by_owner = _by_owner(partials, trustees)
    if missing := trustees.missing(by_owner):
        raise VerificationError(SECTION, f"no partial decryption of {', nor of '.join(map(str, missing))}")
    # (2)
    check_agreement(tally, partials, trustees)
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


def check_agreement(tally: EncryptedTally, partials: Sequence[PartialDecryption], trustees: Trustees) -> None:
    """Raise VerificationError when more members of a threshold group decrypted than are needed, and not with one key, protocol.md §10.2.

    Intentional divergence from protocol.md §10.2, stricter: other programs look at the first T only. The challenge of a decryption's proof
    hashes neither ciphertext nor factor (§10.1), so a member in league with whoever votes last can publish a factor of its own choice. It
    lies on the polynomial of the others only if they are fewer than T: what the first T interpolate to is compared with each further one.
    """
    by_owner, group = _by_owner(partials, trustees), tally.group
    for needed, members in trustees.grouped():
        present = [member for member in members if member.number in by_owner]
        used = present[:needed]
        bases = [_in_order(tally, by_owner[member.number]) for member in used]
        for further in present[needed:]:
            exponents = lagrange([member.index for member in used], group.q, at=further.index)
            for place, *column, factor in zip(_places(tally), *bases, _in_order(tally, by_owner[further.number]), strict=True):
                if _combined(group, cast(list[Element], column), exponents) != factor:
                    numbers = ", ".join(str(member.number) for member in used)
                    what = f"the partial decryptions of trustees {numbers} and of trustee {further.number} contradict each other"
                    raise VerificationError(SECTION, what, cast(str, place))


def _by_owner(partials: Sequence[PartialDecryption], trustees: Trustees) -> dict[int, PartialDecryption]:
    """Raises VerificationError for one of nobody, or a second one of a trustee, protocol.md §10.1."""
    by_owner: dict[int, PartialDecryption] = {}
    for partial in partials:
        if trustees.member(partial.owner).public_key != partial.public_key:
            raise VerificationError("§10.1", f"a partial decryption of somebody who is not trustee {partial.owner}")
        if partial.owner in by_owner:
            raise VerificationError("§10.1", f"two partial decryptions of trustee {partial.owner}")
        by_owner[partial.owner] = partial
    return by_owner


def _places(tally: EncryptedTally) -> list[str]:
    return [place for place, _ in leaves(tally.ciphertexts)]


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
