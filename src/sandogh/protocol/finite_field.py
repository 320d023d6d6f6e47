"""The groups of integers modulo a prime: BELENIOS-2048 and RFC-3526-2048 (protocol.md §3.2)."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import cast

from gmpy2 import invert, jacobi, mpz, powmod, powmod_sec

from sandogh.protocol.digest import sha_integer
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Element, Group
from sandogh.protocol.shapes import text

_DECIMAL = re.compile(r"[1-9][0-9]*", re.ASCII)


class FiniteField(Group):
    """The subgroup of order q of the integers modulo p, elements held as gmpy2 integers."""

    def __init__(self, name: str, *, p: int, q: int, g: int, vector_limit: int = 0, vector_padding: int = 0) -> None:
        self.name = name
        self.vector_limit, self.vector_padding = vector_limit, vector_padding
        self.constant = name.replace("-", "_")
        self.p = mpz(p)
        self.q = q
        self.generator = Element(mpz(g))
        self.identity = Element(mpz(1))
        self._order = mpz(q)
        self._cofactor = (self.p - 1) // q
        self._digits = len(str(p))
        # Four bits a digit where exponents are long: with eight, a table would take 20 MB.
        self._window = 8 if q.bit_length() <= 512 else 4
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
        if not self._is_member(number):
            raise VerificationError(section, f"{what}: not in the subgroup of order q")
        return Element(number)

    def _is_member(self, number: int) -> bool:
        """x^q mod p = 1, for 1 <= x < p, protocol.md §3.2."""
        if self._cofactor == 2:
            # Of a safe prime these are the squares, which the Jacobi symbol tells three hundred times faster than the power does.
            return bool(jacobi(number, self.p) == 1)
        return bool(powmod(number, self._order, self.p) == 1)

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
        """Fixed-base exponentiation: with base^(d·2^(w·i)) for every digit d and place i, a power is one product per digit of the exponent.

        With digits of 8 bits and exponents of 256, a table takes 2 MB and about 15 ms, a power a seventh of `powmod`; with 4 and 2047,
        2 MB and 12 ms, a power a third.
        """
        p = self.p
        octets = (self.q.bit_length() + 7) // 8
        table: list[list[int]] = []
        step = cast(int, base)
        for _ in range(octets * 8 // self._window):
            row: list[int] = [mpz(1)]
            for _ in range((1 << self._window) - 1):
                row.append(row[-1] * step % p)
            table.append(row)
            step = row[-1] * step % p

        def digits(exponent: int) -> Iterable[int]:
            written = exponent.to_bytes(octets, "little")
            return written if self._window == 8 else (digit for octet in written for digit in (octet & 15, octet >> 4))

        def power(exponent: int) -> Element:
            total: int = mpz(1)
            for row, digit in zip(table, digits(exponent), strict=True):
                total = total * row[digit] % p
            return Element(total)

        return power

    def public_multi_power(self, bases: Sequence[Element], exponents: Sequence[int]) -> Element:
        """The bucket method of Pippenger for many bases: one product per base and digit instead of one chain of squarings per base."""
        if not bases:
            return self.identity
        bits = max(exponent.bit_length() for exponent in exponents)
        # In products: a power costs about 0.8 a bit; a digit of w bits costs one a base and two a bucket.
        cost, window = min((-(-bits // w) * (len(bases) + (2 << w)) + bits, w) for w in range(1, 13))
        if cost >= 0.8 * bits * len(bases):
            return super().public_multi_power(bases, exponents)
        p, mask = self.p, (1 << window) - 1
        numbers = [cast(int, base) for base in bases]
        total: int = mpz(1)
        for shift in range((bits - 1) // window * window, -1, -window):
            for _ in range(window):
                total = total * total % p
            buckets: list[int] = [1] * (mask + 1)
            for number, exponent in zip(numbers, exponents, strict=True):
                digit = exponent >> shift & mask
                if digit:
                    buckets[digit] = buckets[digit] * number % p
            # The bucket of digit d enters d times: once for each suffix that it is in.
            suffix: int = mpz(1)
            for bucket in reversed(buckets[1:]):
                suffix = suffix * bucket % p
                total = total * suffix % p
        return Element(total)

    def _derive(self, index: int) -> Element:
        """INT(SHA("ggen|"+i))^((p-1)/q) mod p, protocol.md §3.4."""
        return Element(powmod(sha_integer(f"ggen|{index}".encode()), self._cofactor, self.p))

    def _stands_for_member(self, number: int) -> bool:
        return 1 <= number < self.p and self._is_member(number)

    def _member_of(self, number: int) -> Element:
        return Element(mpz(number))

    def _number_of(self, element: Element) -> int:
        return int(cast(int, element))


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

# RFC 3526, group 14, a safe prime. The generator of its squares is 2, so q has 2047 bits and exponents are as long as elements.
_RFC_3526_P = int(
    "3231700607131100730033891392642382824881794124114023911284200975140074170663435422261968941736356934"
    "7117901737909704191754605873209195028853758986185622153212175412514901774520270235796078236248884246"
    "1894775876411059286460994117232454266225221932305409190376805242355191256797158701170010580558776510"
    "3886184728025797605490356973256152616708133936179954133647655916036831789672907317838458968063967190"
    "0977202194168647225871031411336429319536193471636533209717077448227988588565369208645296636077250268"
    "9555059283627511211740969729980684105543595848665832916421362182310789909994486524682624169720359118"
    "52507045361090559"
)
RFC_3526_2048 = FiniteField("RFC-3526-2048", p=_RFC_3526_P, q=(_RFC_3526_P - 1) // 2, g=2, vector_limit=255, vector_padding=8)
