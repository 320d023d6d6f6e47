"""The questions of an election, of any of the three kinds, and the answers to them (protocol.md §4.3)."""

from collections.abc import Sequence
from typing import TypeAlias

from sandogh.protocol.errors import Malformed
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import HomomorphicAnswer, HomomorphicQuestion
from sandogh.protocol.lists import ListsAnswer, ListsQuestion
from sandogh.protocol.nonhomomorphic import NonHomomorphicAnswer, NonHomomorphicQuestion

Question: TypeAlias = HomomorphicQuestion | NonHomomorphicQuestion | ListsQuestion
Answer: TypeAlias = HomomorphicAnswer | NonHomomorphicAnswer | ListsAnswer

#: What a voter chooses in one question: integers, or in a list question rows of them.
Choice: TypeAlias = Sequence[int] | Sequence[Sequence[int]]


def parse_question(value: object, group: Group) -> Question:
    """A question of any kind, protocol.md §4.3. Raises Malformed, also for a kind that the group does not allow."""
    if not isinstance(value, dict) or "type" not in value:
        return HomomorphicQuestion.parse(value)
    match value["type"]:
        case "NonHomomorphic":
            return NonHomomorphicQuestion.parse(value, group)
        case "Lists":
            return ListsQuestion.parse(value)
        case kind:
            raise Malformed("§4.3", f"question: kind {str(kind)[:40]!r} is unknown")
