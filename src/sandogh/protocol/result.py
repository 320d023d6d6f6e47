"""The result: what enough trustees open the tally to (protocol.md §10.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.combination import opened
from sandogh.protocol.decryption import PartialDecryption
from sandogh.protocol.discrete_log import discrete_log
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Element
from sandogh.protocol.nested import Nested, Tree, as_json, leaves, mapped, together
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.shapes import array, number, number_form, record
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import Trustees

SECTION = "§10.3"

#: A question's row holds numbers, or rows of numbers; nothing is deeper.
_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class Result:
    """Per question: of a homomorphic one how often each answer was chosen; of a list question such a row for each list, the list itself
    first; of a non-homomorphic one the vectors that were cast, in the order of the last shuffle."""

    counts: tuple[Nested[int], ...]

    def row(self, question: int) -> tuple[int, ...]:
        """The counts of a homomorphic question, from 0. Raises Malformed when the question's are not a plain row of numbers."""
        row = self.counts[question]
        if not isinstance(row, tuple) or not all(isinstance(count, int) for count in row):
            raise Malformed(SECTION, "the result is not one count per answer", f"question {question + 1}")
        return cast(tuple[int, ...], row)

    def rows(self, question: int) -> tuple[tuple[int, ...], ...]:
        """The counts of each list, or the vectors, of a question, from 0. Raises Malformed when there are plain numbers in their place."""
        rows = self.counts[question]
        if not isinstance(rows, tuple) or not all(isinstance(row, tuple) for row in rows):
            raise Malformed(SECTION, "the result has not a row for each list or vector", f"question {question + 1}")
        return cast(tuple[tuple[int, ...], ...], rows)

    def to_bytes(self) -> bytes:
        return dumps({"result": as_json(self.counts, number_form)})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Result":
        """Read a result in form; that it is true, only `check_result` says, protocol.md §10.3. Raises Malformed."""
        fields = record(loads_canonical(data, section=SECTION, what="result"), ("result",), section=SECTION, what="result")
        questions = array(fields["result"], section=SECTION, what="result")
        return cls(tuple(_row(row, _DEEPEST) for row in questions))


def _row(value: object, deeper: int) -> Nested[int]:
    return tuple(
        _row(each, deeper - 1) if deeper > 1 and isinstance(each, list) else number(each, section=SECTION, what="count")
        for each in array(value, section=SECTION, what="result of a question")
    )


def make_result(
    election: Election,
    tally: EncryptedTally,
    partials: Sequence[PartialDecryption],
    trustees: Trustees,
    total_weight: int,
) -> bytes:
    """The result from checked partial decryptions of any quorum, protocol.md §10.2, §10.3.

    `tally` is what was decrypted: the shuffled one where there are non-homomorphic questions. Raises Malformed or VerificationError.
    """
    elements = opened(tally, partials, trustees)
    searches = sum(sum(1 for _ in leaves(row)) for question, row in zip(election.questions, elements, strict=True) if question.kind != "NH")
    find = discrete_log(election.group, total_weight, searches)
    counts = [
        _vectors(election, question, row) if question.kind == "NH" else mapped(row, find)
        for question, row in zip(election.questions, elements, strict=True)
    ]
    return Result(tuple(counts)).to_bytes()


def check_result(
    data: bytes,
    *,
    election: Election,
    tally: EncryptedTally,
    partials: Sequence[PartialDecryption],
    trustees: Trustees,
) -> Result:
    """Raise Malformed or VerificationError unless this is the result of the tally, protocol.md §10.3.

    1. the shape of the questions
    2. no count above the total weight, which upstream does not compare
    3. g^count is what the decryptions leave of each ciphertext; of a non-homomorphic question, each vector is what they decode to
    """
    group = election.group
    result = Result.from_bytes(data)
    elements = opened(tally, partials, trustees)
    # (1) for what is counted; vectors are compared whole, since their elements are no tree of numbers
    if len(result.counts) != len(election.questions):
        raise Malformed(SECTION, f"the result has {len(result.counts)} questions where {len(election.questions)} belong")
    revealed = [question.kind == "NH" for question in election.questions]
    counted: Tree[int] = tuple(() if apart else row for apart, row in zip(revealed, result.counts, strict=True))
    wanted: Tree[Element] = tuple(() if apart else row for apart, row in zip(revealed, elements, strict=True))
    for where, (count, element) in together(counted, wanted, section=SECTION):
        # (2)
        if count > tally.total_weight:
            raise VerificationError(SECTION, f"count {count} is above the total weight {tally.total_weight}", where)
        # (3)
        if group.public_power_g(count) != element:
            raise VerificationError(SECTION, f"count {count} is not what the decryptions give", where)
    for place, (question, row) in enumerate(zip(election.questions, elements, strict=True)):
        if question.kind == "NH":
            _check_vectors(result.rows(place), _vectors(election, question, row), question=place + 1)
    return result


def meaningless_votes(
    election: Election, tally: EncryptedTally, partials: Sequence[PartialDecryption], trustees: Trustees
) -> tuple[tuple[int, ...], ...]:
    """Per question the numbers, from 1, of the revealed votes that no program makes of any vector, protocol.md §10.4.

    Either the voter cast such a one, or a trustee whose decryption was needed made it so: the proof of a decryption does not bind the
    factor (§10.1), and who tries often enough finds one that reveals a vector of choice, with something above it. Raises as `opened`.
    """
    group = election.group
    return tuple(
        tuple(place for place, (_, element) in enumerate(leaves(row), 1) if not group.encodes_vector(element, len(question.answers)))
        if question.kind == "NH"
        else ()
        for question, row in zip(election.questions, opened(tally, partials, trustees), strict=True)
    )


def _vectors(election: Election, question: NonHomomorphicQuestion, row: Nested[Element]) -> tuple[tuple[int, ...], ...]:
    """What each opened element of the question stands for, protocol.md §10.3."""
    return tuple(election.group.decode_vector(element, len(question.answers)) for _, element in leaves(row))


def _check_vectors(given: Sequence[tuple[int, ...]], decoded: Sequence[tuple[int, ...]], *, question: int) -> None:
    if len(given) != len(decoded):
        raise Malformed(SECTION, f"the result has {len(given)} vectors where {len(decoded)} belong", f"question {question}")
    for place, (vector, expected) in enumerate(zip(given, decoded, strict=True), 1):
        if vector != expected:
            raise VerificationError(SECTION, "the vector is not what the decryptions give", f"question {question}, vector {place}")
