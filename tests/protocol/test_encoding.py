"""Edges of the encoding of vectors (protocol.md §3.5)."""

import pytest

from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed
from sandogh.protocol.finite_field import BELENIOS_2048, RFC_3526_2048
from sandogh.protocol.group import Group

able = pytest.mark.parametrize("group", [ED25519, RFC_3526_2048], ids=lambda group: group.name)


def refuse(group: Group, values: object) -> str:
    with pytest.raises(Malformed) as refused:
        group.encode_vector(values)  # type: ignore[arg-type]
    assert refused.value.section == "§3.5"
    return refused.value.what


def test_a_group_without_encoding_says_so() -> None:
    assert BELENIOS_2048.vector_limit == 0
    for values in ([], [1]):
        assert "BELENIOS-2048 has no encoding" in refuse(BELENIOS_2048, values)


@able
def test_the_longest_vector_is_encoded_and_one_longer_is_not(group: Group) -> None:
    longest = [7] * group.vector_limit
    assert group.decode_vector(group.encode_vector(longest), len(longest)) == tuple(longest)
    assert f"at most {group.vector_limit}" in refuse(group, [*longest, 0])


@able
def test_values_are_integers_of_one_byte(group: Group) -> None:
    for bad in (-1, 256, True, 1.0, "1", None):
        assert refuse(group, [0, bad]) == "value 2 is not an integer from 0 to 255"


@able
def test_a_length_that_has_no_encoding_is_not_decoded(group: Group) -> None:
    for length in (-1, group.vector_limit + 1):
        with pytest.raises(Malformed):
            group.decode_vector(group.generator, length)


@able
def test_the_empty_vector_is_the_identity(group: Group) -> None:
    """0 stands for no member (Ed25519: a point of order four), 1 for the identity."""
    assert group.encode_vector([]) == group.encode_vector([0, 0]) == group.identity
    assert group.decode_vector(group.identity, 0) == ()


def test_a_vector_beyond_the_prime_has_no_element() -> None:
    """255 bytes and the padding fill 2048 bits, and the prime begins with 64 ones: the last few vectors lie above it."""
    assert "stands for this vector" in refuse(RFC_3526_2048, [255] * 255)
    below = [255] * 7 + [254] + [255] * 247
    assert RFC_3526_2048.decode_vector(RFC_3526_2048.encode_vector(below), 255) == tuple(below)


def test_on_ed25519_even_the_largest_vector_has_an_element() -> None:
    assert ED25519.decode_vector(ED25519.encode_vector([255] * 30), 30) == (255,) * 30


@able
def test_what_stands_above_the_asked_length_is_dropped(group: Group) -> None:
    element = group.encode_vector([9, 8, 7, 6])
    assert group.decode_vector(element, 2) == (7, 6)
    assert group.decode_vector(element, 6) == (0, 0, 9, 8, 7, 6)
