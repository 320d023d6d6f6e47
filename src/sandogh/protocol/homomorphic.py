"""Homomorphic questions, races in which choices are counted without opening a ballot, and their answers (protocol.md §4.3, §7.2, §7.3)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from sandogh.protocol import elgamal
from sandogh.protocol.elgamal import Ciphertext, Sealed
from sandogh.protocol.errors import Malformed, within
from sandogh.protocol.group import Draw, Group
from sandogh.protocol.nested import Nested
from sandogh.protocol.proofs import Proof, Setting, check_disjunction, check_either, make_disjunction, make_either, parse_proofs
from sandogh.protocol.shapes import array, integer, record, text

#: What stands for the blank choice among the labels of a question; programs put the words of their reader's language in its place.
BLANK_LABEL = "(blank)"

#: What a single choice may be.
BIT = range(2)


def is_bit(value: object) -> bool:
    """Whether this is the integer 0 or 1, and not a boolean."""
    return type(value) is int and value in BIT


def overall_context(context: str, choices: Sequence[Ciphertext], group: Group) -> str:
    """S: S0 and all ciphertexts of the answer, protocol.md §7.2, §7.5."""
    return f"{context}|{','.join(choice.text(group) for choice in choices)}"


@dataclass(frozen=True, slots=True)
class HomomorphicQuestion:
    """Choices are a vector of 0 and 1, one per answer, with min..max ones; or, where `blank` allows it, the blank vote."""

    kind: ClassVar[Literal["H"]] = "H"

    answers: tuple[str, ...]
    question: str
    min: int
    max: int
    blank: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.min <= self.max <= len(self.answers):
            raise Malformed("§4.3", f"question: min {self.min} and max {self.max} do not fit {len(self.answers)} answers")

    @property
    def totals(self) -> range:
        """How many choices a ballot that is not blank may hold."""
        return range(self.min, self.max + 1)

    @property
    def labels(self) -> tuple[str, ...]:
        """What the places of a vector of choices, and of the counts, stand for: the blank choice first, if there is one."""
        return (BLANK_LABEL, *self.answers) if self.blank else self.answers

    @classmethod
    def parse(cls, value: object) -> "HomomorphicQuestion":
        """Raises Malformed, protocol.md §4.3."""
        fields = record(value, ("answers", "?blank", "min", "max", "question"), section="§4.3", what="question")
        blank = fields.get("blank", False)
        if type(blank) is not bool:
            raise Malformed("§4.3", "question: blank is neither true nor false")
        answers = array(fields["answers"], section="§4.3", what="answers")
        return cls(
            answers=tuple(text(answer, section="§4.3", what="answer") for answer in answers),
            question=text(fields["question"], section="§4.3", what="question"),
            min=integer(fields["min"], section="§4.3", what="min"),
            max=integer(fields["max"], section="§4.3", what="max"),
            blank=blank,
        )

    def form(self) -> dict[str, object]:
        blank = {"blank": True} if self.blank else {}
        return {"answers": list(self.answers), **blank, "min": self.min, "max": self.max, "question": self.question}

    def tally_shape(self) -> Nested[None]:
        """The shape of what is counted: a cell per label, protocol.md §8.2."""
        return (None,) * len(self.labels)

    def make_answer(
        self, election: Setting, choice: Sequence[object], *, context: str, draw: Draw = secrets.randbelow
    ) -> "HomomorphicAnswer":
        """Encrypt and prove 0 or 1 per label, protocol.md §7.2, §7.3. Raises Malformed when the choice is not an allowed one.

        Draws, in this order: per label its randomness and the proof of it; the overall proof; the blank proof.
        """
        bits = [bit for bit in choice if isinstance(bit, int)]
        if len(choice) != len(self.labels) or not all(map(is_bit, choice)):
            raise Malformed("§7.2", f"choices are not one 0 or 1 for each of {len(self.labels)} answers")
        self._refuse_disallowed(bits)
        group, key = election.group, election.public_key
        sealed: list[Sealed] = []
        individual: list[tuple[Proof, ...]] = []
        for bit in bits:
            sealed.append(elgamal.seal(group, key, bit, group.random_scalar(draw)))
            individual.append(make_disjunction(sealed[-1], BIT, election=election, context=context, draw=draw))
        choices = tuple(each.ciphertext for each in sealed)
        overall = overall_context(context, choices, group)
        if not self.blank:
            total = elgamal.multiply_sealed(group, sealed)
            proofs = make_disjunction(total, self.totals, election=election, context=overall, draw=draw)
            return HomomorphicAnswer(choices, tuple(individual), proofs, None, self.totals)
        flag, total = sealed[0], elgamal.multiply_sealed(group, sealed[1:])
        # Of two true claims the first is the one that is not simulated: for a blank vote that of the flag, for a vote for nobody too.
        within_limits = [(flag, 1), *((total, value) for value in self.totals)]
        proofs = make_either(
            within_limits,
            self._true_branch(flag.plaintext, total.plaintext),
            election=election,
            label="bproof1",
            context=overall,
            draw=draw,
        )
        not_both = [(flag, 0), (total, 0)]
        blank = make_either(not_both, flag.plaintext, election=election, label="bproof0", context=overall, draw=draw)
        return HomomorphicAnswer(choices, tuple(individual), proofs, blank, self.totals)

    def _true_branch(self, flag: int, total: int) -> int:
        """The place of the true claim in a blank question's overall proof; of a blank vote's sum, if allowed at all, nothing is said."""
        return (1 - flag) * (1 + total - self.min)

    def _refuse_disallowed(self, bits: Sequence[int]) -> None:
        flag, chosen = (bits[0], sum(bits[1:])) if self.blank else (0, sum(bits))
        if flag and chosen:
            raise Malformed("§7.3", f"a blank vote with {chosen} choices")
        if not flag and chosen not in self.totals:
            raise Malformed("§7.2", f"{chosen} choices where {self.min} to {self.max} are allowed")

    def parse_answer(self, value: object, group: Group) -> "HomomorphicAnswer":
        """An answer in form, every ciphertext in the group, protocol.md §7.2, §4.2. Raises Malformed or VerificationError."""
        if isinstance(value, dict) and ("blank_proof" in value) != self.blank:
            raise Malformed("§7.2", f"answer: a blank proof is {'required' if self.blank else 'forbidden'} for this question")
        # An unknown field belongs to the canonical form of the whole ballot (§7.1), other faults to the answer.
        fields = record(value, ("choices", "individual_proofs", "overall_proof", "?blank_proof"), section="§7.1", what="answer")
        size = len(self.labels)
        choices: list[Ciphertext] = []
        for number, choice in enumerate(array(fields["choices"], section="§7.2", what="choices", length=size), 1):
            with within(f"answer {number}"):
                choices.append(Ciphertext.parse(choice, group))
        individual = tuple(
            parse_proofs(proofs, group, section="§7.2", what="individual proof")
            for proofs in array(fields["individual_proofs"], section="§7.2", what="individual proofs", length=size)
        )
        overall = parse_proofs(fields["overall_proof"], group, section="§7.3" if self.blank else "§7.2", what="overall proof")
        blank = parse_proofs(fields["blank_proof"], group, section="§7.3", what="blank proof") if self.blank else None
        return HomomorphicAnswer(tuple(choices), individual, overall, blank, self.totals)


@dataclass(frozen=True, slots=True)
class HomomorphicAnswer:
    """A ciphertext per label, each proven to hold 0 or 1, all together one of the totals or a blank vote (protocol.md §7.2, §7.3)."""

    choices: tuple[Ciphertext, ...]
    individual_proofs: tuple[tuple[Proof, ...], ...]
    overall_proof: tuple[Proof, ...]
    #: None where the question knows no blank vote.
    blank_proof: tuple[Proof, ...] | None
    #: What the question allows, and the overall proof must show.
    totals: range

    @property
    def ciphertexts(self) -> Nested[Ciphertext]:
        """What enters the tally."""
        return self.choices

    def form(self, group: Group) -> dict[str, object]:
        """The JSON form that `parse_answer` reads."""
        blank = {} if self.blank_proof is None else {"blank_proof": [proof.form() for proof in self.blank_proof]}
        return {
            "choices": [choice.form(group) for choice in self.choices],
            "individual_proofs": [[proof.form() for proof in proofs] for proofs in self.individual_proofs],
            "overall_proof": [proof.form() for proof in self.overall_proof],
            **blank,
        }

    def check(self, election: Setting, *, context: str) -> None:
        """Raise VerificationError unless the proofs hold, protocol.md §7.2, §7.3.

        1. each ciphertext holds 0 or 1
        2. without blank: their sum is one of the totals
        3. with blank: the flag is set or the sum of the others is one of the totals, and not both flag and others are set
        """
        group = election.group
        # (1)
        for number, (choice, proofs) in enumerate(zip(self.choices, self.individual_proofs, strict=True), 1):
            with within(f"answer {number}"):
                check_disjunction(proofs, choice, BIT, election=election, context=context, section="§7.2", what="individual proof")
        overall = overall_context(context, self.choices, group)
        # (2)
        if self.blank_proof is None:
            total = elgamal.multiply(group, self.choices)
            check_disjunction(
                self.overall_proof, total, self.totals, election=election, context=overall, section="§7.2", what="overall proof"
            )
            return
        # (3)
        flag, total = self.choices[0], elgamal.multiply(group, self.choices[1:])
        within_limits = [(flag, 1), *((total, value) for value in self.totals)]
        check_either(
            self.overall_proof, within_limits, election=election, label="bproof1", context=overall, section="§7.3", what="overall proof"
        )
        not_both = [(flag, 0), (total, 0)]
        check_either(self.blank_proof, not_both, election=election, label="bproof0", context=overall, section="§7.3", what="blank proof")
