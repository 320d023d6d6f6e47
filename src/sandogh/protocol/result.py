"""The result: all partial decryptions together open the tally (protocol.md §10.2, §10.3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isqrt

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.decryption import PartialDecryption
from sandogh.protocol.election import Election
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.group import Element, Group
from sandogh.protocol.shapes import array, number, number_form, record
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import Trustees

SECTION = "§10.3"


@dataclass(frozen=True, slots=True)
class Result:
    """How often each answer of each question was chosen."""

    counts: tuple[tuple[int, ...], ...]

    def to_bytes(self) -> bytes:
        return dumps({"result": [[number_form(count) for count in row] for row in self.counts]})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Result":
        """Read a result in form; that it is true, only `check_result` says, protocol.md §10.3."""
        fields = record(loads_canonical(data, section=SECTION, what="result"), ("result",), section=SECTION, what="result")
        rows = array(fields["result"], section=SECTION, what="result")
        return cls(
            tuple(
                tuple(number(count, section=SECTION, what="count") for count in array(row, section=SECTION, what="result of a question"))
                for row in rows
            )
        )


def _opened(tally: EncryptedTally, partials: Sequence[PartialDecryption], trustees: Trustees) -> list[list[Element]]:
    """g^count for every ciphertext: beta divided by the product of every trustee's factor, protocol.md §10.2.

    Raises VerificationError unless there is exactly one partial decryption of each trustee.
    """
    group = tally.group
    by_key = {partial.public_key: partial for partial in partials}
    if len(by_key) != len(partials):
        raise VerificationError("§10.1", "two partial decryptions of one trustee")
    wanted = [member.public_key for member in trustees.members]
    if missing := [str(place) for place, key in enumerate(wanted, 1) if key not in by_key]:
        raise VerificationError("§10.2", f"no partial decryption of trustee {', '.join(missing)}")
    if len(by_key) != len(wanted):
        raise VerificationError("§10.1", "a partial decryption of somebody who is no trustee")
    return [
        [
            group.divide(ciphertext.beta, group.product(by_key[key].factors[question][answer] for key in wanted))
            for answer, ciphertext in enumerate(row)
        ]
        for question, row in enumerate(tally.ciphertexts)
    ]


def discrete_log(group: Group, bound: int, searches: int = 1) -> Callable[[Element], int]:
    """A function that finds r with g^r = x for 0 <= r <= bound, by baby steps and giant steps, protocol.md §10.3.

    The table is sized for the number of searches to come. The function raises VerificationError when there is no such r.
    """
    steps = min(bound + 1, isqrt((bound + 1) * max(searches, 1)) + 1)
    table: dict[Element, int] = {}
    power = group.identity
    for exponent in range(steps):
        table[power] = exponent
        power = group.multiply(power, group.generator)
    giant = power  # g^steps

    def find(element: Element) -> int:
        for stride in range(0, bound + 1, steps):
            if (rest := table.get(element)) is not None and stride + rest <= bound:
                return stride + rest
            element = group.divide(element, giant)
        raise VerificationError(SECTION, f"a count does not lie between 0 and the total weight {bound}")

    return find


def make_result(
    election: Election,
    tally: EncryptedTally,
    partials: Sequence[PartialDecryption],
    trustees: Trustees,
    total_weight: int,
) -> bytes:
    """The result from checked partial decryptions, one of each trustee, protocol.md §10.2, §10.3. Raises VerificationError."""
    opened = _opened(tally, partials, trustees)
    find = discrete_log(election.group, total_weight, sum(map(len, opened)))
    return Result(tuple(tuple(find(element) for element in row) for row in opened)).to_bytes()


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
    3. g^count is what the decryptions leave of each ciphertext
    """
    group = election.group
    result = Result.from_bytes(data)
    # (1)
    if [len(row) for row in result.counts] != [len(question.answers) for question in election.questions]:
        raise VerificationError(SECTION, "the result has not one count per answer of every question")
    for question, (counts, row) in enumerate(zip(result.counts, _opened(tally, partials, trustees), strict=True), 1):
        for answer, (count, element) in enumerate(zip(counts, row, strict=True), 1):
            where = f"question {question}, answer {answer}"
            # (2)
            if count > tally.total_weight:
                raise VerificationError(SECTION, f"count {count} is above the total weight {tally.total_weight}", where)
            # (3)
            if group.public_power_g(count) != element:
                raise VerificationError(SECTION, f"count {count} is not what the decryptions give", where)
    return result
