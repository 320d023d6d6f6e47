"""Reading undoes writing, and reading raises nothing but Malformed (protocol.md §2)."""

import json

from hypothesis import given
from hypothesis import strategies as st

from sandogh.protocol.canonical import dumps, loads, loads_canonical
from sandogh.protocol.errors import Malformed

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**15) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_reading_undoes_writing(value: object) -> None:
    data = dumps(value)
    assert loads_canonical(data) == value
    assert json.loads(data) == value


@given(
    st.binary(max_size=60)
    | st.text('{}[]",:\\u0123459-.eE ntfalsruN\x7f\ud800', max_size=60).map(lambda text: text.encode("utf-8", "replace"))
)
def test_reading_anything_gives_a_value_or_malformed(data: bytes) -> None:
    try:
        value = loads(data)
    except Malformed:
        return
    assert loads_canonical(dumps(value)) == value
