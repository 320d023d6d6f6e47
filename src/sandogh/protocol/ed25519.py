"""The group Ed25519: the prime-order subgroup of the twisted Edwards curve, on libsodium (protocol.md §3.3).

Elements are held as libsodium's 32 bytes, little-endian y with the sign of x on top; the text form is their byte-reverse in hex.
"""

import re
from collections.abc import Callable
from typing import cast

from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_is_valid_point,
    crypto_core_ed25519_sub,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
)
from nacl.exceptions import RuntimeError as SodiumError

from sandogh.protocol.digest import sha_integer
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Element, Group
from sandogh.protocol.shapes import text

_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)

_P = 2**255 - 19
_IDENTITY = (1).to_bytes(32, "little")
_GENERATOR = bytes.fromhex("6666666666666666666666666666666666666666666666666666666666666658")[::-1]
#: The point (0, -1), of order two.
_ORDER_TWO = (_P - 1).to_bytes(32, "little")


class Ed25519(Group):
    """Points held as bytes. libsodium refuses scalar 0 and the identity, which occur legally here: both are handled before it is called."""

    name = "Ed25519"
    constant = "ED25519"
    q = 2**252 + 27742317777372353535851937790883648493
    generator = Element(_GENERATOR)
    identity = Element(_IDENTITY)
    vector_limit = 30
    vector_padding = 14

    def parse(self, value: object, *, section: str, what: str) -> Element:
        """protocol.md §3.3: 64 lower-case hex digits, y below p, on the curve, no negative zero, and P^q the identity."""
        written = text(value, section=section, what=what)
        if not _HEX.fullmatch(written):
            raise Malformed("§3.3", f"{what}: not 64 lower-case hex digits")
        point = bytes.fromhex(written)[::-1]
        if _is_member(point):
            return Element(point)
        self._refuse(point, section=section, what=what)
        raise VerificationError(section, f"{what}: not in the subgroup of order q")

    def _refuse(self, point: bytes, *, section: str, what: str) -> None:
        """Raise Malformed if the bytes are no canonical encoding of any point of the curve."""
        y = int.from_bytes(point, "little") & (2**255 - 1)
        if y >= _P:
            raise Malformed("§3.3", f"{what}: y coordinate not below p")
        if y in (1, _P - 1) and point[31] & 0x80:
            raise Malformed("§3.3", f"{what}: x is zero, yet its sign bit is set")
        try:
            crypto_core_ed25519_add(point, _IDENTITY)
        except SodiumError as error:
            raise Malformed("§3.3", f"{what}: not a point of the curve") from error

    def ser(self, element: Element) -> str:
        return cast(bytes, element)[::-1].hex()

    def sort_key(self, element: Element) -> bytes:
        return cast(bytes, element)

    def multiply(self, left: Element, right: Element) -> Element:
        return Element(crypto_core_ed25519_add(cast(bytes, left), cast(bytes, right)))

    def divide(self, left: Element, right: Element) -> Element:
        return Element(crypto_core_ed25519_sub(cast(bytes, left), cast(bytes, right)))

    def power(self, base: Element, exponent: int) -> Element:
        if exponent == 0 or base == self.identity:
            return self.identity
        return Element(crypto_scalarmult_ed25519_noclamp(exponent.to_bytes(32, "little"), cast(bytes, base)))

    def power_g(self, exponent: int) -> Element:
        if exponent == 0:
            return self.identity
        return Element(crypto_scalarmult_ed25519_base_noclamp(exponent.to_bytes(32, "little")))

    # libsodium has no variable-time exponentiation to offer, and is faster in constant time than Python is without.
    def public_power(self, base: Element, exponent: int) -> Element:
        return self.power(base, exponent)

    def public_power_g(self, exponent: int) -> Element:
        return self.power_g(exponent)

    def public_base(self, base: Element) -> Callable[[int], Element]:
        return lambda exponent: self.power(base, exponent)

    # Nor does it offer powers of several bases at once. Built from its additions, which decode and encode points each time, they would
    # be slower than one power after another, so `public_multi_power` stays as it is.

    def _derive(self, index: int) -> Element:
        """From INT(SHA("ggen|"+i)) >> 2 upwards the first integer that decodes as a point, and of that the eighth power, §3.4."""
        number = sha_integer(f"ggen|{index}".encode()) >> 2
        while True:
            point = number.to_bytes(32, "little")
            try:
                for _ in range(3):
                    point = crypto_core_ed25519_add(point, point)
            except SodiumError:
                number += 1
            else:
                return Element(point)

    def _stands_for_member(self, number: int) -> bool:
        return _is_member(number.to_bytes(32, "little"))

    def _member_of(self, number: int) -> Element:
        return Element(number.to_bytes(32, "little"))

    def _number_of(self, element: Element) -> int:
        return int.from_bytes(cast(bytes, element), "little")


def _is_member(point: bytes) -> bool:
    """Whether these 32 bytes are the canonical encoding of an element of the subgroup, protocol.md §3.3."""
    # libsodium says yes to points of order q exactly; the identity is the one member it does not know.
    return bool(crypto_core_ed25519_is_valid_point(point)) or point == _IDENTITY


ED25519 = Ed25519()

# libsodium before 2025-12-31 (PyNaCl before 1.6.2) took g + (0,-1) for a member (CVE-2025-69277). With it, two voters could shift
# their ciphertexts by a point of order two unseen, so such a library is refused here, at once, and not in the middle of an election.
if crypto_core_ed25519_is_valid_point(crypto_core_ed25519_add(_GENERATOR, _ORDER_TWO)):
    raise ImportError(
        "this libsodium takes points outside the prime-order subgroup for members (CVE-2025-69277): install PyNaCl 1.6.2 or later"
    )
