"""Trees of equal shape: a tally, its decryption factors, their proofs and the result (protocol.md §8.2, §10.1, §10.3).

Per question there is a row; in a list question a row of rows. Rows are tuples, so a leaf may be anything but a tuple.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, TypeVar, cast, overload

from sandogh.protocol.errors import Malformed, within
from sandogh.protocol.shapes import array

T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")

Nested: TypeAlias = T | tuple["Nested[T]", ...]
Tree: TypeAlias = tuple[Nested[T], ...]


def _place(path: tuple[int, ...], *, row: bool = False) -> str:
    """Where something stands, in words, counted from 1; in a list, the flag of the list itself is answer 0.

    `row` says that it is no leaf: two steps down, a whole list then and not an answer.
    """
    names = ("question", "list", "answer") if row or len(path) == 3 else ("question", "answer")
    return ", ".join(f"{name} {index + (depth < 2)}" for depth, (name, index) in enumerate(zip(names, path, strict=False)))


def _walk(path: tuple[int, ...], trees: tuple[Nested[Any], ...], section: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    first = trees[0]
    size = len(first) if isinstance(first, tuple) else None
    if any((len(tree) if isinstance(tree, tuple) else None) != size for tree in trees[1:]):
        raise Malformed(section, "the shapes differ", _place(path, row=True))
    if size is None:
        yield _place(path), trees
        return
    for index in range(size):
        yield from _walk((*path, index), tuple(cast(tuple[Any, ...], tree)[index] for tree in trees), section)


@overload
def leaves(tree: Tree[T]) -> Iterator[tuple[str, T]]: ...
@overload
def leaves(tree: Nested[T]) -> Iterator[tuple[str, T]]: ...
def leaves(tree: Nested[Any]) -> Iterator[tuple[str, Any]]:
    """The leaves in order, each with its place: "question 2, answer 3" or "question 2, list 1, answer 0", protocol.md §8.2."""
    for place, (leaf,) in _walk((), (tree,), "§8.2"):
        yield place, leaf


@overload
def together(first: Tree[T], second: Tree[U], /, *, section: str = ...) -> Iterator[tuple[str, tuple[T, U]]]: ...
@overload
def together(first: Tree[T], second: Tree[U], third: Tree[V], /, *, section: str = ...) -> Iterator[tuple[str, tuple[T, U, V]]]: ...
def together(*trees: Tree[Any], section: str = "§8.2") -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The leaves of trees side by side, each with its place, protocol.md §8.2. Raises Malformed at the first place where shapes differ."""
    return _walk((), trees, section)


@overload
def mapped(tree: Tree[T], function: Callable[[T], U]) -> Tree[U]: ...
@overload
def mapped(tree: Nested[T], function: Callable[[T], U]) -> Nested[U]: ...
def mapped(tree: Nested[Any], function: Callable[[Any], U]) -> Nested[U]:
    """The tree of the function's values, in the order of the leaves."""
    return tuple(mapped(branch, function) for branch in tree) if isinstance(tree, tuple) else function(tree)


def parsed_like(value: object, shape: Tree[U], parse_leaf: Callable[[object], T], *, section: str, what: str) -> Tree[T]:
    """Read arrays of exactly the shape of another tree. Raises Malformed, naming the place, and what `parse_leaf` raises with its place."""
    return cast(Tree[T], _parsed((), value, shape, parse_leaf, section=section, what=what))


def _parsed(
    path: tuple[int, ...], value: object, shape: Nested[Any], parse_leaf: Callable[[object], T], *, section: str, what: str
) -> Nested[T]:
    if not isinstance(shape, tuple):
        with within(_place(path)):
            return parse_leaf(value)
    with within(_place(path, row=True)):
        cells = array(value, section=section, what=what, length=len(shape))
    return tuple(
        _parsed((*path, index), cell, branch, parse_leaf, section=section, what=what)
        for index, (cell, branch) in enumerate(zip(cells, shape, strict=True))
    )


def as_json(tree: Tree[T], form: Callable[[T], object]) -> list[object]:
    """The JSON form that `parsed_like` reads: arrays, and the form of each leaf."""
    return [as_json(cast(Tree[T], branch), form) if isinstance(branch, tuple) else form(branch) for branch in tree]
