"""The interface of the groups in which elections are held (protocol.md §3)."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NewType

from sandogh.protocol.digest import sha_integer
from sandogh.protocol.encoding import packed, unpacked
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.shapes import decimal

#: An element of the subgroup of order q. What it is made of is the group's own affair; one that exists has passed `parse` or arithmetic.
Element = NewType("Element", object)

#: Draws a uniform integer below its argument. The default everywhere is `secrets.randbelow`; only tests that need fixed bytes pass another.
Draw = Callable[[int], int]


class Group(ABC):
    """A group of prime order q, written multiplicatively (protocol.md §3.1).

    Two kinds of exponentiation, told apart by name: `power` and `power_g` take secret exponents and run in time that does not depend on
    them; `public_power`, `public_power_g`, `public_base` and `public_multi_power` are for verification, where everything is public and
    speed counts.
    """

    name: str
    q: int
    generator: Element
    identity: Element
    #: The longest vector of small integers that can be encoded; 0 in a group where no non-homomorphic question can be asked (§3.5).
    vector_limit: int = 0
    #: How many low bits of an encoded vector are free for finding a member (§3.5).
    vector_padding: int = 0

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

    def public_multi_power(self, bases: Sequence[Element], exponents: Sequence[int]) -> Element:
        """The product of base^exponent over both lists of one length, for public exponents in 0..q-1; of empty lists the identity."""
        return self.product(self.public_power(base, exponent) for base, exponent in zip(bases, exponents, strict=True))

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

    def derived_generator(self, index: int) -> Element:
        """gen(index) for index -1, 0, 1, …: a generator whose logarithm to the base g nobody knows, protocol.md §3.4.

        Raises VerificationError where the protocol aborts: when it is 0, the identity or g. That two generators of one proof differ,
        `derived.generators` checks.
        """
        return _derived(self, index)

    @abstractmethod
    def _derive(self, index: int) -> Element:
        """gen(index) before the test for degenerate values, protocol.md §3.4."""

    def encode_vector(self, values: Sequence[int]) -> Element:
        """The element that stands for up to `vector_limit` integers 0..255, protocol.md §3.5. Raises Malformed.

        The search for a member takes longer for some vectors than for others, so that it belongs on the voter's own machine.
        """
        number = packed(values, limit=self.vector_limit, padding=self.vector_padding, group=self.name)
        for candidate in range(number, number + (1 << self.vector_padding)):
            if self._stands_for_member(candidate):
                return self._member_of(candidate)
        raise Malformed("§3.5", f"no element of {self.name} stands for this vector")

    def decode_vector(self, element: Element, length: int) -> tuple[int, ...]:
        """The integers that an element stands for, protocol.md §3.5.

        Every element stands for some vector, also one that no honest voter made: what lies above the asked length is dropped, as all
        programs of this protocol do, since one such ballot must not stop the count. Raises Malformed for a length that has no encoding.
        """
        if not 0 <= length <= self.vector_limit:
            raise Malformed("§3.5", f"{self.name} encodes at most {self.vector_limit} integers, not {length}")
        return unpacked(self._number_of(element), length=length, padding=self.vector_padding)

    def encodes_vector(self, element: Element, length: int) -> bool:
        """Whether nothing stands above the vector of this length in the element, as in all that `encode_vector` makes, §3.5."""
        return self._number_of(element) >> self.vector_padding + 8 * length == 0

    @abstractmethod
    def _stands_for_member(self, number: int) -> bool:
        """Whether the number is that of an element of the subgroup, protocol.md §3.5."""

    @abstractmethod
    def _member_of(self, number: int) -> Element:
        """The element of this number."""

    @abstractmethod
    def _number_of(self, element: Element) -> int:
        """The number of this element: what the text form says, read as an integer."""

    def hash(self, prefix: str, elements: Iterable[Element] = ()) -> int:
        """hashG(prefix, elements), protocol.md §4.1."""
        return sha_integer((prefix + ",".join(map(self.ser, elements))).encode("utf-8")) % self.q


@lru_cache(maxsize=1 << 14)
def _derived(group: Group, index: int) -> Element:
    """As `Group.derived_generator`; a long list is asked for again by every shuffle of an election."""
    element = group._derive(index)
    # Of an edwards curve no element equals 0.
    if element in (0, group.identity, group.generator):
        raise VerificationError("§3.4", f"derived generator {index} of {group.name} is 0, the identity or g")
    return element
