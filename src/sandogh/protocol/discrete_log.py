"""Counts from group elements: the discrete logarithm of a small exponent (protocol.md §10.3)."""

from array import array
from collections.abc import Callable
from math import isqrt

from sandogh.protocol.errors import VerificationError
from sandogh.protocol.group import Element, Group

SECTION = "§10.3"

_EXPONENT_BITS = 20
_EXPONENT_MASK = (1 << _EXPONENT_BITS) - 1
_KEY_MASK = (1 << (64 - _EXPONENT_BITS)) - 1

#: The most baby steps that are kept: 16 MB at 16 bytes each. A larger bound takes more giant steps instead of more memory.
LARGEST_TABLE = 1 << _EXPONENT_BITS


def discrete_log(group: Group, bound: int, searches: int = 1, *, largest: int = LARGEST_TABLE) -> Callable[[Element], int]:
    """A function that finds r with g^r = x for 0 <= r <= bound, by baby steps and giant steps, protocol.md §10.3.

    The baby steps are computed once for all searches to come, and as many as make the whole work least: about √(bound·searches). Finding
    is not checked by trust: a hit in the table is confirmed by g^r = x. The function raises VerificationError when there is no such r.
    """
    steps = max(1, min(bound + 1, isqrt(bound * max(searches, 1)) + 1, largest))
    table = _Table(steps)
    power = group.identity
    for exponent in range(steps):
        table.add(hash(power), exponent)
        power = group.multiply(power, group.generator)
    giant = power  # g^steps

    def find(element: Element) -> int:
        rest = element
        for stride in range(0, bound + 1, steps):
            for exponent in table.candidates(hash(rest)):
                if stride + exponent <= bound and group.public_power_g(stride + exponent) == element:
                    return stride + exponent
            rest = group.divide(rest, giant)
        raise VerificationError(SECTION, f"a count does not lie between 0 and the total weight {bound}")

    return find


class _Table:
    """Exponents by the hash of g^exponent, packed: 44 bits of the hash and 20 of the exponent in one word, in an open-addressed array.

    Half of the words stay empty, so that a search touches few. Sixteen bytes an entry, where a dictionary takes more than a hundred.
    """

    def __init__(self, capacity: int) -> None:
        size = 1 << (2 * capacity - 1).bit_length()
        self._mask = size - 1
        self._words = array("Q", bytes(8 * size))

    def add(self, key: int, exponent: int) -> None:
        slot, tag = self._place(key)
        while self._words[slot]:
            slot = (slot + 1) & self._mask
        self._words[slot] = tag << _EXPONENT_BITS | exponent

    def candidates(self, key: int) -> list[int]:
        """The exponents whose key agrees in the bits that are kept; nearly always none or one."""
        slot, tag = self._place(key)
        found = []
        while word := self._words[slot]:
            if word >> _EXPONENT_BITS == tag:
                found.append(word & _EXPONENT_MASK)
            slot = (slot + 1) & self._mask
        return found

    def _place(self, key: int) -> tuple[int, int]:
        # Never 0, which marks an empty word.
        return key & self._mask, key >> 12 & _KEY_MASK or 1
