"""Each piece of a JSON value has exactly one shape (protocol.md §2)."""

from collections.abc import Callable

import pytest

from sandogh.protocol import shapes
from sandogh.protocol.errors import Malformed

LAYOUT = ("a", "?b", "c")


def test_record_takes_the_fields_in_order_with_or_without_the_optional_one() -> None:
    for value in ({"a": 1, "c": 2}, {"a": 1, "b": 3, "c": 2}):
        assert shapes.record(value, LAYOUT, section="§x", what="thing") == value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a": 1}, "'c' is missing"),
        ({"a": 1, "c": 2, "d": 3}, "unknown field 'd'"),
        ({"c": 2, "a": 1}, "order"),
        ({"a": 1, "c": 2, "b": 3}, "order"),
        ([], "not an object"),
        (None, "not an object"),
    ],
)
def test_record_refuses_and_says_why(value: object, reason: str) -> None:
    with pytest.raises(Malformed, match=reason) as refused:
        shapes.record(value, LAYOUT, section="§x", what="thing")
    assert refused.value.section == "§x"


def _decimal(value: object, *, section: str, what: str) -> int:
    return shapes.decimal(value, digits=4, section=section, what=what)


ACCEPTED: list[tuple[Callable[..., object], object, object]] = [
    (_decimal, "0", 0),
    (_decimal, "9999", 9999),
    (shapes.integer, 0, 0),
    (shapes.number, 2**30 - 1, 2**30 - 1),
    (shapes.number, str(2**30), 2**30),
    (shapes.text, "", ""),
    (shapes.hash_hex, "0a" * 32, "0a" * 32),
    (shapes.hash_base64, "A" * 43, "A" * 43),
]

REFUSED: list[tuple[Callable[..., object], object]] = [
    (_decimal, "00"),
    (_decimal, "01"),
    (_decimal, "+1"),
    (_decimal, "-1"),
    (_decimal, "0x1"),
    (_decimal, "1_0"),
    (_decimal, " 1"),
    (_decimal, "1\n"),
    (_decimal, "١"),
    (_decimal, ""),
    (_decimal, "10000"),
    (_decimal, 1),
    (shapes.integer, True),
    (shapes.integer, "1"),
    (shapes.integer, None),
    (shapes.number, 2**30),
    (shapes.number, str(2**30 - 1)),
    (shapes.number, -1),
    (shapes.number, True),
    (shapes.text, 1),
    (shapes.array, {}),
    (shapes.array, "ab"),
    (shapes.hash_hex, "0A" * 32),
    (shapes.hash_hex, "0a" * 31),
    (shapes.hash_hex, "0a" * 32 + "\n"),
    (shapes.hash_base64, "A" * 44),
    (shapes.hash_base64, "A" * 42 + "B"),
    (shapes.hash_base64, "A" * 42 + "="),
]


@pytest.mark.parametrize(("shape", "value", "read"), ACCEPTED)
def test_shape_accepts(shape: Callable[..., object], value: object, read: object) -> None:
    assert shape(value, section="§x", what="thing") == read


@pytest.mark.parametrize(("shape", "value"), REFUSED)
def test_shape_refuses(shape: Callable[..., object], value: object) -> None:
    with pytest.raises(Malformed) as refused:
        shape(value, section="§x", what="thing")
    assert refused.value.section == "§x"


def test_number_form_is_what_number_reads() -> None:
    for count in (0, 1, 2**30 - 1, 2**30, 10**15):
        assert shapes.number(shapes.number_form(count), section="§x", what="count") == count


def test_array_counts_its_entries() -> None:
    assert shapes.array([1, 2], section="§x", what="list", length=2) == [1, 2]
    with pytest.raises(Malformed, match="1 entries where 2 belong"):
        shapes.array([1], section="§x", what="list", length=2)
