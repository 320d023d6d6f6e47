"""Reads the pieces of a JSON value, each of exactly one shape (protocol.md §2)."""

import re

from sandogh.protocol.errors import Malformed

#: Counts and weights up to this are JSON integers, above it decimal strings.
LARGEST_JSON_INTEGER = 2**30 - 1

_DECIMAL = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BASE64_HASH = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]", re.ASCII)


def record(value: object, layout: tuple[str, ...], *, section: str, what: str) -> dict[str, object]:
    """An object with exactly these fields in this order; `?name` marks a field that may be absent, protocol.md §1, §2."""
    if not isinstance(value, dict):
        raise Malformed(section, f"{what}: not an object")
    expected = [name.removeprefix("?") for name in layout if name[0] != "?" or name[1:] in value]
    found = list(value)
    if found != expected:
        known = {name.removeprefix("?") for name in layout}
        if unknown := [name for name in found if name not in known]:
            raise Malformed(section, f"{what}: unknown field {unknown[0][:40]!r}")
        if missing := [name for name in expected if name not in value]:
            raise Malformed(section, f"{what}: field {missing[0]!r} is missing")
        raise Malformed(section, f"{what}: fields not in the order {', '.join(expected)}")
    return value


def array(value: object, *, section: str, what: str, length: int | None = None) -> list[object]:
    """An array, of the given length if one is given."""
    if not isinstance(value, list):
        raise Malformed(section, f"{what}: not an array")
    if length is not None and len(value) != length:
        raise Malformed(section, f"{what}: {len(value)} entries where {length} belong")
    return value


def text(value: object, *, section: str, what: str) -> str:
    """A string."""
    if not isinstance(value, str):
        raise Malformed(section, f"{what}: not a string")
    return value


def integer(value: object, *, section: str, what: str) -> int:
    """A JSON integer; true and false are not integers."""
    if type(value) is not int:
        raise Malformed(section, f"{what}: not an integer")
    return value


def decimal(value: object, *, digits: int, section: str, what: str) -> int:
    """A natural number written as a string in canonical decimal, at most `digits` long, protocol.md §2."""
    written = text(value, section=section, what=what)
    if len(written) > digits or not _DECIMAL.fullmatch(written):
        raise Malformed(section, f"{what}: not a canonical decimal number of at most {digits} digits")
    return int(written)


def number(value: object, *, section: str, what: str) -> int:
    """A count or weight: an integer while small, a decimal string above 2^30-1, protocol.md §2."""
    if isinstance(value, str):
        large = decimal(value, digits=20, section=section, what=what)
        if large <= LARGEST_JSON_INTEGER:
            raise Malformed(section, f"{what}: {large} belongs in a JSON integer")
        return large
    small = integer(value, section=section, what=what)
    if not 0 <= small <= LARGEST_JSON_INTEGER:
        raise Malformed(section, f"{what}: {small} is out of range for a JSON integer")
    return small


def number_form(value: int) -> int | str:
    """The JSON form that `number` reads."""
    return value if value <= LARGEST_JSON_INTEGER else str(value)


def hash_hex(value: object, *, section: str, what: str) -> str:
    """A SHA-256 digest as 64 lower-case hex digits."""
    digits = text(value, section=section, what=what)
    if not _HASH.fullmatch(digits):
        raise Malformed(section, f"{what}: not 64 lower-case hex digits")
    return digits


def hash_base64(value: object, *, section: str, what: str) -> str:
    """A SHA-256 digest as 43 characters of Base64 without padding, its spare bits zero."""
    characters = text(value, section=section, what=what)
    if not _BASE64_HASH.fullmatch(characters):
        raise Malformed(section, f"{what}: not a Base64 digest of 43 characters")
    return characters
