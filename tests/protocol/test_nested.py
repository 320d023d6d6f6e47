"""Trees of equal shape: places, walks side by side, and strict reading (protocol.md §8.2)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.nested import Nested, as_json, leaves, mapped, parsed_like, together

#: Two homomorphic questions, the second without an answer, and a list question.
TREE: Nested[int] = ((1, 2), (), ((3, 4, 5), (6,)))

trees: st.SearchStrategy[Any] = st.lists(
    st.lists(st.integers(0, 9), max_size=4).map(tuple)
    | st.lists(st.lists(st.integers(0, 9), max_size=3).map(tuple), max_size=3).map(tuple),
    max_size=4,
).map(tuple)


def number(value: object) -> int:
    if not isinstance(value, int):
        raise VerificationError("§10.3", "no number")
    return value


def read(value: object, shape: Nested[Any] = TREE) -> Nested[int]:
    return parsed_like(value, shape, number, section="§10.3", what="result")


def test_every_leaf_has_its_place() -> None:
    assert list(leaves(TREE)) == [
        ("question 1, answer 1", 1),
        ("question 1, answer 2", 2),
        ("question 3, list 1, answer 0", 3),
        ("question 3, list 1, answer 1", 4),
        ("question 3, list 1, answer 2", 5),
        ("question 3, list 2, answer 0", 6),
    ]


def test_two_and_three_trees_are_walked_side_by_side() -> None:
    assert list(together(((1,),), (("a",),))) == [("question 1, answer 1", (1, "a"))]
    assert list(together(((1,),), (("a",),), ((None,),))) == [("question 1, answer 1", (1, "a", None))]


@pytest.mark.parametrize(
    ("other", "where"),
    [
        (((1, 2), ()), ""),
        (((1,), (), ((3, 4, 5), (6,))), "question 1"),
        (((1, 2), (9,), ((3, 4, 5), (6,))), "question 2"),
        (((1, 2), (), ((3, 4), (6,))), "question 3, list 1"),
        (((1, 2), (), (3, (6,))), "question 3, list 1"),
        (((1, (2,)), (), ((3, 4, 5), (6,))), "question 1, list 2"),
    ],
    ids=str,
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_place_where_shapes_differ_is_named(other: Any, where: str, turned: bool) -> None:
    with pytest.raises(Malformed) as refused:
        list(together(other, TREE) if turned else together(TREE, other))
    assert refused.value.where == where


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({}, ""),
        ([[1, 2], []], ""),
        ([[1], [], [[3, 4, 5], [6]]], "question 1"),
        ([[1, 2], 5, [[3, 4, 5], [6]]], "question 2"),
        ([[1, "x"], [], [[3, 4, 5], [6]]], "question 1, answer 2"),
        ([[1, [2]], [], [[3, 4, 5], [6]]], "question 1, answer 2"),
        ([[1, 2], [], [[3, 4, None], [6]]], "question 3, list 1, answer 2"),
        ([[1, 2], [], [[3, 4, 5], 6]], "question 3, list 2"),
    ],
    ids=str,
)
def test_what_has_another_shape_is_not_read(value: object, where: str) -> None:
    with pytest.raises((Malformed, VerificationError)) as refused:
        read(value)
    assert (refused.value.section, refused.value.where) == ("§10.3", where)


@given(trees)
def test_a_tree_goes_to_json_and_back(tree: Nested[int]) -> None:
    assert read(as_json(tree, lambda leaf: leaf), tree) == tree


@given(trees)
def test_a_mapped_tree_keeps_places_and_order(tree: Nested[int]) -> None:
    assert list(leaves(mapped(tree, lambda leaf: -leaf))) == [(place, -leaf) for place, leaf in leaves(tree)]
    assert all(left == right for _, (left, right) in together(tree, tree))
