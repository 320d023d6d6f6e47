"""Exponential ElGamal ciphertexts (protocol.md §4.2)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sandogh.protocol.group import Element, Group
from sandogh.protocol.shapes import record


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """alpha = g^r, beta = y^r·g^m; both are members of the group once the value exists."""

    alpha: Element
    beta: Element

    @classmethod
    def parse(cls, value: object, group: Group, *, section: str = "§4.2") -> "Ciphertext":
        """Raises Malformed, or VerificationError when a part lies outside the subgroup."""
        fields = record(value, ("alpha", "beta"), section=section, what="ciphertext")
        return cls(
            group.parse(fields["alpha"], section=section, what="ciphertext alpha"),
            group.parse(fields["beta"], section=section, what="ciphertext beta"),
        )

    def form(self, group: Group) -> dict[str, object]:
        """The JSON form that `parse` reads."""
        return {"alpha": group.ser(self.alpha), "beta": group.ser(self.beta)}

    def text(self, group: Group) -> str:
        """ "alpha,beta", as it enters the strings that proofs hash (protocol.md §4.4, §7.2)."""
        return f"{group.ser(self.alpha)},{group.ser(self.beta)}"

    def sort_key(self, group: Group) -> tuple[int | bytes, int | bytes]:
        """What kept ciphertexts are ordered by in a tally: alpha, then beta (protocol.md §8.2)."""
        return group.sort_key(self.alpha), group.sort_key(self.beta)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext with what only its maker knows: the plaintext, and the randomness below q."""

    ciphertext: Ciphertext
    plaintext: int = field(repr=False)
    randomness: int = field(repr=False)


def seal(group: Group, key: Element, plaintext: int, randomness: int) -> Sealed:
    """Encrypt a plaintext of 0 or 1 and keep what a proof about it needs, protocol.md §4.2."""
    return Sealed(encrypt(group, key, plaintext, randomness), plaintext, randomness)


def multiply_sealed(group: Group, sealed: Iterable[Sealed]) -> Sealed:
    """The product of ciphertexts with the sum of their plaintexts and of their randomness, protocol.md §7.2."""
    every = list(sealed)
    return Sealed(
        multiply(group, [each.ciphertext for each in every]),
        sum(each.plaintext for each in every),
        sum(each.randomness for each in every) % group.q,
    )


def encrypt(group: Group, key: Element, plaintext: int, randomness: int) -> Ciphertext:
    """Encrypt a plaintext of 0 or 1 under the key with fresh secret randomness, protocol.md §4.2."""
    masked = group.power(key, randomness)
    # Both products are computed, so that the time does not tell the plaintext.
    marked = group.multiply(masked, group.generator)
    unmarked = group.multiply(masked, group.identity)
    return Ciphertext(group.power_g(randomness), (unmarked, marked)[plaintext])


def multiply(group: Group, ciphertexts: Iterable[Ciphertext]) -> Ciphertext:
    """The product, which encrypts the sum of the plaintexts; of no ciphertext at all, the pair of identities, protocol.md §8.2."""
    every = list(ciphertexts)
    return Ciphertext(group.product(each.alpha for each in every), group.product(each.beta for each in every))


def divide(group: Group, left: Ciphertext, right: Ciphertext) -> Ciphertext:
    """Takes `right` out of a product, protocol.md §8.1."""
    return Ciphertext(group.divide(left.alpha, right.alpha), group.divide(left.beta, right.beta))


def power(group: Group, base: Ciphertext, weight: int) -> Ciphertext:
    """The ciphertext of the plaintext times a public weight, protocol.md §8.2."""
    return Ciphertext(group.public_power(base.alpha, weight), group.public_power(base.beta, weight))
