"""The questions of an election: homomorphic ones, each a race with at least `min` and at most `max` choices (protocol.md §4.3)."""

from dataclasses import dataclass

from sandogh.protocol.errors import Malformed, Unsupported
from sandogh.protocol.shapes import array, integer, record, text

SECTION = "§4.3"

_LATER = {"NonHomomorphic": "non-homomorphic questions", "Lists": "list questions"}


@dataclass(frozen=True, slots=True)
class Question:
    """An H question without blank. Choices are a vector of 0 and 1, one per answer, with min..max ones."""

    answers: tuple[str, ...]
    question: str
    min: int
    max: int

    def __post_init__(self) -> None:
        if not 0 <= self.min <= self.max <= len(self.answers):
            raise Malformed(SECTION, f"question: min {self.min} and max {self.max} do not fit {len(self.answers)} answers")

    @property
    def totals(self) -> range:
        """How many choices a ballot may hold."""
        return range(self.min, self.max + 1)

    @classmethod
    def parse(cls, value: object) -> "Question":
        """Raises Malformed, and Unsupported for the kinds that come later, protocol.md §4.3."""
        if isinstance(value, dict) and "type" in value:
            kind = value["type"]
            if isinstance(kind, str) and kind in _LATER:
                raise Unsupported(SECTION, _LATER[kind])
            raise Malformed(SECTION, f"question: kind {str(kind)[:40]!r} is unknown")
        fields = record(value, ("answers", "?blank", "min", "max", "question"), section=SECTION, what="question")
        blank = fields.get("blank", False)
        if type(blank) is not bool:
            raise Malformed(SECTION, "question: blank is neither true nor false")
        if blank:
            raise Unsupported("§7.3", "explicit blank votes")
        answers = array(fields["answers"], section=SECTION, what="answers")
        return cls(
            answers=tuple(text(answer, section=SECTION, what="answer") for answer in answers),
            question=text(fields["question"], section=SECTION, what="question"),
            min=integer(fields["min"], section=SECTION, what="min"),
            max=integer(fields["max"], section=SECTION, what="max"),
        )

    def form(self) -> dict[str, object]:
        return {"answers": list(self.answers), "min": self.min, "max": self.max, "question": self.question}
