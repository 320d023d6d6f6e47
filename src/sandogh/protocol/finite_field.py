"""The groups of integers modulo a prime: BELENIOS-2048 (protocol.md §3.2)."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import cast

from gmpy2 import invert, mpz, powmod, powmod_sec

from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Element, Group
from sandogh.protocol.shapes import text

_DECIMAL = re.compile(r"[1-9][0-9]*", re.ASCII)


class FiniteField(Group):
    """The subgroup of order q of the integers modulo p, elements held as gmpy2 integers."""

    def __init__(self, name: str, *, p: int, q: int, g: int) -> None:
        self.name = name
        self.constant = name.replace("-", "_")
        self.p = mpz(p)
        self.q = q
        self.generator = Element(mpz(g))
        self.identity = Element(mpz(1))
        self._order = mpz(q)
        self._digits = len(str(p))
        # A table per base; a server that holds several elections at once comes by with one election key each.
        self._tables = lru_cache(maxsize=8)(self._table)

    def parse(self, value: object, *, section: str, what: str) -> Element:
        """protocol.md §3.2: canonical decimal, 1 <= x < p, and x^q mod p = 1."""
        written = text(value, section=section, what=what)
        if len(written) > self._digits or not _DECIMAL.fullmatch(written):
            raise Malformed("§3.2", f"{what}: not the canonical decimal form of an element of {self.name}")
        number = mpz(written)
        if number >= self.p:
            raise Malformed("§3.2", f"{what}: not below p")
        if powmod(number, self._order, self.p) != 1:
            raise VerificationError(section, f"{what}: not in the subgroup of order q")
        return Element(number)

    def ser(self, element: Element) -> str:
        return str(element)

    def sort_key(self, element: Element) -> int:
        return int(cast(int, element))

    def multiply(self, left: Element, right: Element) -> Element:
        return Element(cast(int, left) * cast(int, right) % self.p)

    def divide(self, left: Element, right: Element) -> Element:
        return Element(cast(int, left) * invert(right, self.p) % self.p)

    def power(self, base: Element, exponent: int) -> Element:
        # powmod_sec takes no zero; a zero exponent shows in the result anyway.
        return Element(powmod_sec(base, exponent, self.p)) if exponent else self.identity

    def power_g(self, exponent: int) -> Element:
        return self.power(self.generator, exponent)

    def public_power(self, base: Element, exponent: int) -> Element:
        return Element(powmod(base, exponent, self.p))

    def public_power_g(self, exponent: int) -> Element:
        return self.public_base(self.generator)(exponent)

    def public_base(self, base: Element) -> Callable[[int], Element]:
        return self._tables(base)

    def _table(self, base: Element) -> Callable[[int], Element]:
        """Fixed-base exponentiation: with base^(d·256^i) for every byte d and place i, a power is one product per byte of the exponent.

        It takes 2 MB and about 15 ms, a power a seventh of `powmod`.
        """
        p = self.p
        length = (self.q.bit_length() + 7) // 8
        table: list[list[int]] = []
        step = cast(int, base)
        for _ in range(length):
            row: list[int] = [mpz(1)]
            for _ in range(255):
                row.append(row[-1] * step % p)
            table.append(row)
            step = row[-1] * step % p

        def power(exponent: int) -> Element:
            total: int = mpz(1)
            for row, digit in zip(table, exponent.to_bytes(length, "little"), strict=True):
                total = total * row[digit] % p
            return Element(total)

        return power


# The parameters of Belenios, in the style of FIPS 186-4: p of 2048 bits, q of 256 bits.
BELENIOS_2048 = FiniteField(
    "BELENIOS-2048",
    p=int(
        "2069478569142254640101364365750500806492298929575110409710088478705737421924271740192223725449768433"
        "8129066633138078958404960054389636289796393038773905722803605973749427671376777618898589872735865049"
        "0811670993105358677809800307904916540637771737641986785272734744763418356000356983051931442845617019"
        "1100078673730733356412397173289791324047457883446826065232797464795113767265869358218004631792207366"
        "8860052627186363386088796882120769432366149491002923444346373222145884100586421050242120365433561201"
        "3204811188524087310770141516662001623131771693721892480785077118278423174980732765988288251691831031"
        "25680162072880719"
    ),
    q=78571733251071885079927659812671450121821421258408794611510081919805623223441,
    g=int(
        "2402352677501852209227687703532399932712287657378364916510075318787663274146353219320285676155269678"
        "7996946682987493890950838965734256019006010684771644917354741372831046104586813145117816467554005274"
        "0288984613986453266121505579709716201616827031288643245666383486363578210615491841998253431518974065"
        "8186868651151358576410138882215396016043228843603930989333662772848406593138406010231675095763777982"
        "6651036068224066350766977640253462537730851331734951942489677540525736590494924776314759915751987751"
        "7771148149092045660020547812705472823814097251863985833411570056835369555342378147558249189605029668"
        "0037745308460627"
    ),
)
