"""JSON as the protocol writes it, and strict reading of it (protocol.md §2)."""

import json
import re
from typing import NoReturn

from sandogh.protocol.errors import Malformed

SECTION = "§2"

#: Arrays and objects in one value, signs of such within strings counted too: forty times those in a shuffle of a hundred thousand ballots.
#: Two bytes of an empty array take sixty of memory: a forged file must not make a reader allocate gigabytes.
MOST_PARTS = 1 << 22

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def dumps(value: object) -> bytes:
    """The one way to write a value as JSON: compact, fields in the order given, raw UTF-8, protocol.md §2.

    Raises Malformed when a string holds half a surrogate pair, which UTF-8 cannot express, and when the value is nested too deeply.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except RecursionError as error:
        raise Malformed(SECTION, "nested too deeply") from error
    # Python leaves U+007F alone; the protocol escapes it. It can only stand inside a string.
    text = text.replace("\x7f", "\\u007f")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed(SECTION, "a string holds half a surrogate pair") from error


def loads(data: bytes, *, section: str = SECTION, what: str = "JSON") -> object:
    """Read JSON strictly: no duplicate field, no float, no NaN, no negative number, nothing after the value, protocol.md §2.

    White space between tokens is let through; `loads_canonical` is for what the protocol stores and hashes. Raises Malformed.
    """

    def refuse(reason: str) -> NoReturn:
        raise Malformed(section, f"{what}: {reason}")

    if data.count(b"[") + data.count(b"{") > MOST_PARTS:
        refuse("more arrays and objects than any value that occurs")

    def fields(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            refuse("a field occurs twice")
        return found

    def integer(digits: str) -> int:
        # Nothing in the protocol is negative, and a count beyond 16 digits is written as a string.
        if digits.startswith("-") or len(digits) > 16:
            refuse(f"number {digits[:20]} out of range")
        return int(digits)

    try:
        text = data.decode("utf-8")
        value: object = json.loads(
            text,
            object_pairs_hook=fields,
            parse_int=integer,
            parse_float=lambda digits: refuse(f"number {digits[:20]} is not an integer"),
            parse_constant=lambda name: refuse(f"{name} is not a number"),
        )
    except UnicodeDecodeError as error:
        raise Malformed(section, f"{what}: not UTF-8") from error
    except json.JSONDecodeError as error:
        raise Malformed(section, f"{what}: not JSON: {error.msg} at byte {error.pos}") from error
    except RecursionError as error:
        raise Malformed(section, f"{what}: nested too deeply") from error
    # Only an escape can bring one in, and only writing finds it wherever it is.
    if _SURROGATE_ESCAPE.search(data):
        try:
            dumps(value)
        except Malformed as refused:
            raise Malformed(section, f"{what}: {refused.what}") from refused
    return value


def loads_canonical(data: bytes, *, section: str = SECTION, what: str = "JSON") -> object:
    """Read JSON that must be written exactly as `dumps` writes it, protocol.md §2.

    One value then has one form, so that no two programs read the same hash differently. Raises Malformed.
    """
    value = loads(data, section=section, what=what)
    if dumps(value) != data:
        raise Malformed(section, f"{what}: not in canonical form (white space, escapes or a trailing byte)")
    return value
