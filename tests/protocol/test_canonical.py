"""JSON as the protocol writes it, and what it refuses to read (protocol.md §2)."""

import pytest

from sandogh.protocol.canonical import MOST_PARTS, dumps, loads, loads_canonical
from sandogh.protocol.errors import Malformed


def test_dumps_is_compact_and_keeps_the_order_of_fields() -> None:
    assert dumps({"b": [1, "x"], "a": {"c": True}}) == b'{"b":[1,"x"],"a":{"c":true}}'


def test_dumps_writes_raw_utf8_and_escapes_nothing_else() -> None:
    assert dumps("صندوق/é😀\u2028") == '"صندوق/é😀\u2028"'.encode()


def test_dumps_escapes_controls_the_protocols_way() -> None:
    written = '"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f"'
    assert dumps('"\\\b\f\n\r\t\x00\x1f\x7f') == written.encode()
    assert loads_canonical(written.encode()) == '"\\\b\f\n\r\t\x00\x1f\x7f'


def test_dumps_refuses_half_a_surrogate_pair() -> None:
    with pytest.raises(Malformed) as refused:
        dumps("\ud800")
    assert refused.value.section == "§2"


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b"1.0",
        b"1e3",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"-1",
        b"-0",
        b"01",
        b"+1",
        b"0x10",
        b"12345678901234567",
        b"9" * 5000,
        b"",
        b" ",
        b"{",
        b"[1,]",
        b"[1] x",
        b"'a'",
        b"nul",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf1",
        b'"\\ud800"',
        b'"\\uDC00 \\ud83d"',
        b'"\n"',
        b"[" * 100_000,
        b"[" + b"[]," * MOST_PARTS + b"[]]",
        b"[" + b"{}," * MOST_PARTS + b"{}]",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_loads_refuses(text: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        loads(text, section="§9.9", what="thing")
    assert refused.value.section == "§9.9"


def test_loads_takes_white_space_and_canonical_form_does_not() -> None:
    assert loads(b' { "a" : 1 }\n') == {"a": 1}
    for text in (b'{"a": 1}', b'{"a":1}\n', b'{"a":"\\u0041"}', b'{"a":"\\/"}', b'{"a":"\x7f"}', b'{"a":"\\u001F"}'):
        assert loads(text)
        with pytest.raises(Malformed, match="canonical"):
            loads_canonical(text)


def test_a_full_surrogate_pair_is_a_character_yet_not_canonical() -> None:
    assert loads(b'"\\ud83d\\ude00"') == "😀"
    with pytest.raises(Malformed):
        loads_canonical(b'"\\ud83d\\ude00"')


def test_depth_ends_in_a_refusal_wherever_it_is_noticed() -> None:
    """The limit is the interpreter's; no depth may end in anything else than a value or Malformed."""
    outcomes = set()
    for depth in range(900, 1100):
        for text in (b"[" * depth + b"]" * depth, b"[" * depth + b'"\\ud83d\\ude00"' + b"]" * depth):
            try:
                loads(text)
            except Malformed as refused:
                outcomes.add(refused.what)
    assert outcomes == {"JSON: nested too deeply"}
    nested: object = []
    for _ in range(5000):
        nested = [nested]
    with pytest.raises(Malformed):
        dumps(nested)
