"""Vectors of small integers as one integer (protocol.md §3.5)."""

from collections.abc import Sequence

from sandogh.protocol.errors import Malformed

SECTION = "§3.5"


def packed(values: Sequence[int], *, limit: int, padding: int, group: str) -> int:
    """The values, 0..255 each, one byte after the other, with `padding` zero bits below, protocol.md §3.5.

    Raises Malformed for a value out of range, more than `limit` values, and a group without encoding (limit 0); the values themselves
    are a vote, and do not enter the message.
    """
    if not limit:
        raise Malformed(SECTION, f"{group} has no encoding of vectors")
    if len(values) > limit:
        raise Malformed(SECTION, f"{group} encodes at most {limit} integers, not {len(values)}")
    for place, value in enumerate(values, 1):
        if type(value) is not int or not 0 <= value <= 255:
            raise Malformed(SECTION, f"value {place} is not an integer from 0 to 255")
    return int.from_bytes(bytes(values), "big") << padding


def unpacked(number: int, *, length: int, padding: int) -> tuple[int, ...]:
    """The lowest `length` bytes above the padding; whatever stands above them is dropped, protocol.md §3.5."""
    return tuple((number >> padding & (1 << 8 * length) - 1).to_bytes(length, "big"))
