"""Non-homomorphic questions, whose answers are vectors of small integers shuffled and opened one by one (protocol.md §4.3, §7.4)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import Malformed
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.nested import Nested
from sandogh.protocol.proofs import Proof, Setting, check_knowledge, make_knowledge
from sandogh.protocol.shapes import array, integer, record, text

SECTION = "§7.4"

#: What a single entry of a vector may be.
_BYTE = range(256)


@dataclass(frozen=True, slots=True)
class CountingMethod:
    """`extra`: how the revealed vectors are meant to be counted. It guides the counting only, no proof depends on it (protocol.md §4.3)."""

    method: Literal["MajorityJudgment", "Schulze", "STV"]
    blank: bool
    #: The names of the grades, best first; of majority judgment only.
    grades: tuple[str, ...] | None = None
    #: How many are elected; of STV only.
    seats: int | None = None

    @classmethod
    def parse(cls, value: object) -> "CountingMethod":
        """Raises Malformed, protocol.md §4.3."""
        method = value.get("method") if isinstance(value, dict) else None
        further = {"MajorityJudgment": ("grades",), "Schulze": (), "STV": ("seats",)}
        if not isinstance(method, str) or method not in further:
            raise Malformed("§4.3", f"extra: counting method {str(method)[:40]!r} is unknown")
        fields = record(value, ("method", "blank", *further[method]), section="§4.3", what="extra")
        blank = fields["blank"]
        if type(blank) is not bool:
            raise Malformed("§4.3", "extra: blank is neither true nor false")
        if method == "MajorityJudgment":
            grades = array(fields["grades"], section="§4.3", what="grades")
            return cls("MajorityJudgment", blank, grades=tuple(text(grade, section="§4.3", what="grade") for grade in grades))
        if method == "STV":
            return cls("STV", blank, seats=integer(fields["seats"], section="§4.3", what="seats"))
        return cls("Schulze", blank)

    def form(self) -> dict[str, object]:
        """The JSON form that `parse` reads."""
        grades: dict[str, object] = {} if self.grades is None else {"grades": list(self.grades)}
        seats: dict[str, object] = {} if self.seats is None else {"seats": self.seats}
        return {"method": self.method, "blank": self.blank, **grades, **seats}


@dataclass(frozen=True, slots=True)
class NonHomomorphicQuestion:
    """Choices are a vector of integers 0..255, one per answer: grades or ranks."""

    kind: ClassVar[Literal["NH"]] = "NH"

    answers: tuple[str, ...]
    question: str
    extra: CountingMethod | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """What the places of a vector stand for."""
        return self.answers

    @classmethod
    def parse(cls, value: object, group: Group) -> "NonHomomorphicQuestion":
        """Raises Malformed, also where the group cannot encode a vector of that length, protocol.md §4.3."""
        outer = record(value, ("type", "value", "?extra"), section="§4.3", what="question")
        fields = record(outer["value"], ("answers", "question"), section="§4.3", what="question")
        answers = tuple(text(answer, section="§4.3", what="answer") for answer in array(fields["answers"], section="§4.3", what="answers"))
        if not group.vector_limit:
            raise Malformed("§4.3", f"question: {group.name} has no encoding of vectors")
        if len(answers) > group.vector_limit:
            raise Malformed("§4.3", f"question: {len(answers)} answers where {group.name} encodes at most {group.vector_limit}")
        extra = CountingMethod.parse(outer["extra"]) if "extra" in outer else None
        return cls(answers, text(fields["question"], section="§4.3", what="question"), extra)

    def form(self) -> dict[str, object]:
        extra = {} if self.extra is None else {"extra": self.extra.form()}
        return {"type": "NonHomomorphic", "value": {"answers": list(self.answers), "question": self.question}, **extra}

    def tally_shape(self) -> Nested[None]:
        """No cell before a ballot is kept: each brings its own, protocol.md §8.2."""
        return ()

    def make_answer(
        self, election: Setting, choice: Sequence[object], *, context: str, draw: Draw = secrets.randbelow
    ) -> "NonHomomorphicAnswer":
        """Encrypt a vector and prove knowledge of the randomness, protocol.md §7.4. Raises Malformed when the choice is no such vector.

        The encoding takes longer for some vectors than for others (`Group.encode_vector`), so that it belongs on the voter's own machine.
        """
        vector = [entry for entry in choice if type(entry) is int and entry in _BYTE]
        if len(choice) != len(self.answers) or len(vector) != len(choice):
            raise Malformed(SECTION, f"choices are not one integer of 0 to 255 for each of {len(self.answers)} answers")
        group, key = election.group, election.public_key
        encoded = group.encode_vector(vector)
        randomness = group.random_scalar(draw)
        ciphertext = Ciphertext(group.power_g(randomness), group.multiply(group.power(key, randomness), encoded))
        proof = make_knowledge(group, "raweg", _context(context, key, ciphertext, group), randomness, draw=draw, version=election.version)
        return NonHomomorphicAnswer(ciphertext, proof)

    def parse_answer(self, value: object, group: Group) -> "NonHomomorphicAnswer":
        """An answer in form, its ciphertext in the group, protocol.md §7.4, §4.2. Raises Malformed or VerificationError."""
        fields = record(value, ("choices", "proof"), section="§7.1", what="answer")
        ciphertext = Ciphertext.parse(fields["choices"], group)
        return NonHomomorphicAnswer(ciphertext, Proof.parse(fields["proof"], group, section=SECTION, what="proof"))


@dataclass(frozen=True, slots=True)
class NonHomomorphicAnswer:
    """One ciphertext of a whole vector. Which vector, nothing proves: the count deals with meaningless ones (protocol.md §7.4, §10.4)."""

    choices: Ciphertext
    proof: Proof

    @property
    def ciphertexts(self) -> Nested[Ciphertext]:
        """What enters the tally."""
        return self.choices

    def form(self, group: Group) -> dict[str, object]:
        """The JSON form that `parse_answer` reads."""
        return {"choices": self.choices.form(group), "proof": self.proof.form()}

    def check(self, election: Setting, *, context: str) -> None:
        """Raise VerificationError unless the voter knows the randomness: a copied ciphertext fails, protocol.md §7.4."""
        check_knowledge(
            self.proof,
            group=election.group,
            label="raweg",
            context=_context(context, election.public_key, self.choices, election.group),
            public=self.choices.alpha,
            section=SECTION,
            what="proof",
            version=election.version,
        )


def _context(context: str, key: Element, ciphertext: Ciphertext, group: Group) -> str:
    return f"{context}|{group.ser(key)},{ciphertext.text(group)}"
