"""Any vector comes back, and any element decodes (protocol.md §3.5)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.finite_field import RFC_3526_2048
from sandogh.protocol.group import Group

able = pytest.mark.parametrize("group", [ED25519, RFC_3526_2048], ids=lambda group: group.name)
vectors = st.lists(st.integers(0, 255), max_size=30)


@able
@given(values=vectors)
@settings(max_examples=150, deadline=None)
def test_decoding_undoes_encoding_and_the_element_is_a_member(group: Group, values: list[int]) -> None:
    element = group.encode_vector(values)
    assert group.parse(group.ser(element), section="§x", what="vector") == element
    assert group.decode_vector(element, len(values)) == tuple(values)


@able
@given(left=vectors, right=vectors)
@settings(max_examples=50, deadline=None)
def test_two_vectors_of_one_length_never_share_an_element(group: Group, left: list[int], right: list[int]) -> None:
    length = min(len(left), len(right))
    left, right = left[:length], right[:length]
    assert (group.encode_vector(left) == group.encode_vector(right)) == (left == right)


@able
@given(exponent=st.integers(0, 2**252), length=st.integers(0, 30))
@settings(max_examples=50, deadline=None)
def test_every_element_decodes_whoever_made_it(group: Group, exponent: int, length: int) -> None:
    """One ballot that no honest voter makes must not stop the count."""
    vector = group.decode_vector(group.public_power_g(exponent), length)
    assert len(vector) == length
    assert all(0 <= value <= 255 for value in vector)
