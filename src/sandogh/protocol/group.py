"""The interface of the groups in which elections are held (protocol.md §3)."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import NewType

from sandogh.protocol.digest import sha_integer
from sandogh.protocol.errors import Malformed
from sandogh.protocol.shapes import decimal

#: An element of the subgroup of order q. What it is made of is the group's own affair; one that exists has passed `parse` or arithmetic.
Element = NewType("Element", object)

#: Draws a uniform integer below its argument. The default everywhere is `secrets.randbelow`; only tests that need fixed bytes pass another.
Draw = Callable[[int], int]


class Group(ABC):
    """A group of prime order q, written multiplicatively (protocol.md §3.1).

    Two kinds of exponentiation, told apart by name: `power` and `power_g` take secret exponents and run in time that does not depend on
    them; `public_power`, `public_power_g` and `public_base` are for verification, where everything is public and speed counts.
    """

    name: str
    q: int
    generator: Element
    identity: Element
    #: Whether vectors of small integers can be encoded, so that non-homomorphic questions can be asked (protocol.md §3.5).
    encodes_vectors: bool = False

    #: The name of the one object of this group in the module of its class.
    constant: str

    def __reduce__(self) -> str:
        # One object per group in every process: what is pickled is where to find it.
        return self.constant

    def __repr__(self) -> str:
        return f"<group {self.name}>"

    @abstractmethod
    def parse(self, value: object, *, section: str, what: str) -> Element:
        """An element from its text form.

        Raises Malformed with the section of the encoding when the text is no canonical form of an element of the surrounding group, and
        VerificationError with the caller's section when the element lies outside the subgroup of order q. The identity is a member.
        """

    @abstractmethod
    def ser(self, element: Element) -> str:
        """The text form (protocol.md §3.2, §3.3)."""

    @abstractmethod
    def sort_key(self, element: Element) -> int | bytes:
        """What elements are ordered by (protocol.md §3.2, §3.3)."""

    @abstractmethod
    def multiply(self, left: Element, right: Element) -> Element: ...

    @abstractmethod
    def divide(self, left: Element, right: Element) -> Element: ...

    @abstractmethod
    def power(self, base: Element, exponent: int) -> Element:
        """base^exponent for a secret exponent in 0..q-1."""

    @abstractmethod
    def power_g(self, exponent: int) -> Element:
        """g^exponent for a secret exponent in 0..q-1."""

    @abstractmethod
    def public_power(self, base: Element, exponent: int) -> Element:
        """base^exponent for a public exponent in 0..q-1."""

    @abstractmethod
    def public_power_g(self, exponent: int) -> Element:
        """g^exponent for a public exponent in 0..q-1."""

    @abstractmethod
    def public_base(self, base: Element) -> Callable[[int], Element]:
        """A function of a public exponent, faster than `public_power` when the same base comes back many times."""

    def product(self, elements: Iterable[Element]) -> Element:
        """The product of the elements; the identity if there is none."""
        total: Element | None = None
        for element in elements:
            total = element if total is None else self.multiply(total, element)
        return self.identity if total is None else total

    def scalar(self, value: object, *, section: str, what: str) -> int:
        """A scalar from its text form: canonical decimal, below q (protocol.md §2). Raises Malformed."""
        number = decimal(value, digits=len(str(self.q)), section=section, what=what)
        if number >= self.q:
            raise Malformed(section, f"{what}: scalar not below q")
        return number

    def random_scalar(self, draw: Draw = secrets.randbelow) -> int:
        """A uniform scalar; `secrets.randbelow` draws bits and rejects, without modulo bias (protocol.md §2)."""
        return draw(self.q)

    def hash(self, prefix: str, elements: Iterable[Element] = ()) -> int:
        """hashG(prefix, elements), protocol.md §4.1."""
        return sha_integer((prefix + ",".join(map(self.ser, elements))).encode("utf-8")) % self.q
