"""List questions: exactly one list, and of its candidates at least one (protocol.md §4.3, §7.5)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar, Literal

from sandogh.protocol import elgamal
from sandogh.protocol.elgamal import Ciphertext, Sealed
from sandogh.protocol.errors import Malformed, VerificationError, within
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.homomorphic import BIT, is_bit, overall_context
from sandogh.protocol.nested import Nested
from sandogh.protocol.proofs import Proof, Setting, check_disjunction, check_either, make_disjunction, make_either, parse_proofs
from sandogh.protocol.shapes import array, record, text

SECTION = "§7.5"

_FIELDS = ("choices", "individual_proofs", "overall_proof", "list_proofs", "nonzero_proof")


@dataclass(frozen=True, slots=True)
class NonzeroProof:
    """That a ciphertext does not hold 0: the plaintext, raised to a secret power, is shown (protocol.md §7.5)."""

    commitment: Element
    challenge: int
    response: tuple[int, int]

    @classmethod
    def parse(cls, value: object, group: Group) -> "NonzeroProof":
        """Raises Malformed, or VerificationError when the commitment lies outside the subgroup."""
        fields = record(value, ("commitment", "challenge", "response"), section="§7.1", what="nonzero proof")
        first, second = array(fields["response"], section=SECTION, what="nonzero proof: response", length=2)
        return cls(
            group.parse(fields["commitment"], section=SECTION, what="nonzero proof: commitment"),
            group.scalar(fields["challenge"], section=SECTION, what="nonzero proof: challenge"),
            (
                group.scalar(first, section=SECTION, what="nonzero proof: response"),
                group.scalar(second, section=SECTION, what="nonzero proof: response"),
            ),
        )

    def form(self, group: Group) -> dict[str, object]:
        """The JSON form that `parse` reads."""
        return {
            "commitment": group.ser(self.commitment),
            "challenge": str(self.challenge),
            "response": [str(response) for response in self.response],
        }


def make_nonzero(sealed: Sealed, *, election: Setting, context: str, draw: Draw = secrets.randbelow) -> NonzeroProof:
    """Prove that a ciphertext holds another plaintext than 0, protocol.md §7.5.

    With plaintext m and randomness r, A0 = β^s·y^(-sr) is computed as g^(ms), A1 = α^w1·g^w2 as g^(r·w1+w2), A2 = β^w1·y^w2 as
    y^(r·w1+w2)·g^(m·w1): the same elements, with powers of g and y only.
    """
    group, q = election.group, election.group.q
    m, r = sealed.plaintext, sealed.randomness
    while (s := group.random_scalar(draw)) == 0:
        pass
    w1, w2 = group.random_scalar(draw), group.random_scalar(draw)
    exponent = (r * w1 + w2) % q
    commitment = group.power_g(m * s % q)
    further = [
        group.power_g(exponent),
        group.multiply(group.power(election.public_key, exponent), group.power_g(m * w1 % q)),
    ]
    challenge = election.version.challenge(group, "nonzero", context, [commitment, *further])
    return NonzeroProof(commitment, challenge, ((w1 - s * challenge) % q, (w2 + s * r * challenge) % q))


def check_nonzero(proof: NonzeroProof, ciphertext: Ciphertext, *, election: Setting, context: str) -> None:
    """Raise VerificationError unless the proof shows that the ciphertext does not hold 0, protocol.md §7.5."""
    group, c, (t1, t2) = election.group, proof.challenge, proof.response
    # What is shown of the plaintext 0 is the identity, whatever the secret power.
    if proof.commitment == group.identity:
        raise VerificationError(SECTION, "nonzero proof: the commitment is the identity")
    multiply, power = group.multiply, group.public_power
    first = multiply(power(ciphertext.alpha, t1), group.public_power_g(t2))
    second = multiply(power(ciphertext.beta, t1), group.public_base(election.public_key)(t2))
    second = multiply(second, power(proof.commitment, c))
    if election.version.challenge(group, "nonzero", context, [proof.commitment, first, second]) != c:
        raise VerificationError(SECTION, "nonzero proof does not hold")


@dataclass(frozen=True, slots=True)
class ListsQuestion:
    """Each entry of `answers` is a list: its name, then its candidates. Choices are rows of 0 and 1 of the same shape.

    Exactly one name is chosen, of its candidates at least one, and of the other lists' candidates none.
    """

    kind: ClassVar[Literal["L"]] = "L"

    answers: tuple[tuple[str, ...], ...]
    question: str

    def __post_init__(self) -> None:
        if not all(self.answers):
            raise Malformed("§4.3", "question: a list without a name")

    @property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        """What the places of the rows of choices, and of the counts, stand for."""
        return self.answers

    @classmethod
    def parse(cls, value: object) -> "ListsQuestion":
        """Raises Malformed, protocol.md §4.3."""
        outer = record(value, ("type", "value"), section="§4.3", what="question")
        fields = record(outer["value"], ("answers", "question"), section="§4.3", what="question")
        return cls(
            tuple(
                tuple(text(name, section="§4.3", what="answer") for name in array(row, section="§4.3", what="list"))
                for row in array(fields["answers"], section="§4.3", what="answers")
            ),
            text(fields["question"], section="§4.3", what="question"),
        )

    def form(self) -> dict[str, object]:
        return {"type": "Lists", "value": {"answers": [list(row) for row in self.answers], "question": self.question}}

    def tally_shape(self) -> Nested[None]:
        """The shape of what is counted: a cell per list and per candidate, protocol.md §8.2."""
        return tuple((None,) * len(row) for row in self.answers)

    def make_answer(self, election: Setting, choice: Sequence[object], *, context: str, draw: Draw = secrets.randbelow) -> "ListsAnswer":
        """Encrypt and prove rows of 0 and 1, protocol.md §7.5. Raises Malformed when the choice is not an allowed one.

        Draws, in this order: per cell, row by row, its randomness and the proof of it; the overall proof; the proof of each list; s, w1
        and w2 of the nonzero proof.
        """
        bits = self._allowed(choice)
        group, key = election.group, election.public_key
        rows: list[list[Sealed]] = []
        individual: list[tuple[tuple[Proof, ...], ...]] = []
        for row in bits:
            cells: list[Sealed] = []
            proofs: list[tuple[Proof, ...]] = []
            for bit in row:
                cells.append(elgamal.seal(group, key, bit, group.random_scalar(draw)))
                proofs.append(make_disjunction(cells[-1], BIT, election=election, context=context, draw=draw))
            rows.append(cells)
            individual.append(tuple(proofs))
        choices = tuple(tuple(cell.ciphertext for cell in cells) for cells in rows)
        overall = overall_context(context, list(chain(*choices)), group)
        flags = elgamal.multiply_sealed(group, [cells[0] for cells in rows])
        (one_list,) = make_disjunction(flags, range(1, 2), election=election, context=overall, draw=draw)
        list_proofs: list[tuple[Proof, ...]] = []
        for cells in rows:
            flag, candidates = cells[0], elgamal.multiply_sealed(group, cells[1:])
            # Of the chosen list the first claim is true, of the others the second.
            claims = [(flag, 1), (candidates, 0)]
            list_proofs.append(make_either(claims, 1 - flag.plaintext, election=election, label="lproof", context=overall, draw=draw))
        every = elgamal.multiply_sealed(group, [cell for cells in rows for cell in cells[1:]])
        nonzero = make_nonzero(every, election=election, context=overall, draw=draw)
        return ListsAnswer(choices, tuple(individual), one_list, tuple(list_proofs), nonzero)

    def _allowed(self, choice: Sequence[object]) -> list[list[int]]:
        rows = [[bit for bit in row if isinstance(bit, int)] for row in choice if isinstance(row, Sequence) and all(map(is_bit, row))]
        if len(rows) != len(choice) or [len(row) for row in rows] != [len(row) for row in self.answers]:
            raise Malformed(SECTION, f"choices are not rows of 0 or 1 in the shape of the {len(self.answers)} lists")
        if sum(row[0] for row in rows) != 1:
            raise Malformed(SECTION, f"{sum(row[0] for row in rows)} lists are chosen where one must be")
        if any(row[0] < bit for row in rows for bit in row[1:]):
            raise Malformed(SECTION, "a candidate of a list that is not chosen")
        if sum(map(sum, rows)) < 2:
            raise Malformed(SECTION, "no candidate of the chosen list")
        return rows

    def parse_answer(self, value: object, group: Group) -> "ListsAnswer":
        """An answer in form, every ciphertext in the group, protocol.md §7.5, §4.2. Raises Malformed or VerificationError."""
        fields = record(value, _FIELDS, section="§7.1", what="answer")
        choices = [[Ciphertext.parse(cell, group) for cell in row] for row in self._rows(fields["choices"], what="choices")]
        individual = [
            [parse_proofs(proofs, group, section=SECTION, what="individual proof") for proofs in row]
            for row in self._rows(fields["individual_proofs"], what="individual proofs")
        ]
        list_proofs = array(fields["list_proofs"], section=SECTION, what="list proofs", length=len(self.answers))
        return ListsAnswer(
            tuple(map(tuple, choices)),
            tuple(map(tuple, individual)),
            Proof.parse(fields["overall_proof"], group, section=SECTION, what="overall proof"),
            tuple(parse_proofs(proofs, group, section=SECTION, what="list proof") for proofs in list_proofs),
            NonzeroProof.parse(fields["nonzero_proof"], group),
        )

    def _rows(self, value: object, *, what: str) -> list[list[object]]:
        rows = array(value, section=SECTION, what=what, length=len(self.answers))
        return [array(row, section=SECTION, what=what, length=len(names)) for row, names in zip(rows, self.answers, strict=True)]


@dataclass(frozen=True, slots=True)
class ListsAnswer:
    """A ciphertext per list and per candidate, with the proofs that one list is chosen and somebody on it (protocol.md §7.5)."""

    choices: tuple[tuple[Ciphertext, ...], ...]
    individual_proofs: tuple[tuple[tuple[Proof, ...], ...], ...]
    overall_proof: Proof
    list_proofs: tuple[tuple[Proof, ...], ...]
    nonzero_proof: NonzeroProof

    @property
    def ciphertexts(self) -> Nested[Ciphertext]:
        """What enters the tally."""
        return self.choices

    def form(self, group: Group) -> dict[str, object]:
        """The JSON form that `parse_answer` reads."""
        return {
            "choices": [[choice.form(group) for choice in row] for row in self.choices],
            "individual_proofs": [[[proof.form() for proof in proofs] for proofs in row] for row in self.individual_proofs],
            "overall_proof": self.overall_proof.form(),
            "list_proofs": [[proof.form() for proof in proofs] for proofs in self.list_proofs],
            "nonzero_proof": self.nonzero_proof.form(group),
        }

    def check(self, election: Setting, *, context: str) -> None:
        """Raise VerificationError unless the proofs hold, protocol.md §7.5.

        1. each ciphertext holds 0 or 1
        2. exactly one list is chosen
        3. of each list: it is chosen, or none of its candidates is
        4. some candidate is chosen
        """
        group = election.group
        # (1)
        for number, (row, of_row) in enumerate(zip(self.choices, self.individual_proofs, strict=True), 1):
            for place, (choice, proofs) in enumerate(zip(row, of_row, strict=True)):
                with within(f"list {number}, answer {place}"):
                    check_disjunction(proofs, choice, BIT, election=election, context=context, section=SECTION, what="individual proof")
        overall = overall_context(context, list(chain(*self.choices)), group)
        # (2)
        flags = elgamal.multiply(group, [row[0] for row in self.choices])
        check_disjunction(
            [self.overall_proof], flags, range(1, 2), election=election, context=overall, section=SECTION, what="overall proof"
        )
        # (3)
        for number, (row, proofs) in enumerate(zip(self.choices, self.list_proofs, strict=True), 1):
            claims = [(row[0], 1), (elgamal.multiply(group, row[1:]), 0)]
            with within(f"list {number}"):
                check_either(proofs, claims, election=election, label="lproof", context=overall, section=SECTION, what="list proof")
        # (4)
        every = elgamal.multiply(group, [cell for row in self.choices for cell in row[1:]])
        check_nonzero(self.nonzero_proof, every, election=election, context=overall)
