"""The independent generators of one shuffle proof (protocol.md §3.4)."""

from sandogh.protocol.errors import VerificationError
from sandogh.protocol.group import Element, Group


def generators(group: Group, count: int) -> tuple[Element, tuple[Element, ...]]:
    """h = gen(-1) and h_1..h_count = gen(0)..gen(count-1), protocol.md §3.4, §9.2.

    Raises VerificationError if one is 0, the identity or g, or equals another: nobody has ever seen a hash that does that.
    """
    h, *rest = [group.derived_generator(index) for index in range(-1, count)]
    if len({h, *rest}) != count + 1:
        raise VerificationError("§3.4", f"two of the {count + 1} derived generators of {group.name} are equal")
    return h, tuple(rest)
