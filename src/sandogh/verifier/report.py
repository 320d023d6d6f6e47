"""What a verification found, check by check."""

from dataclasses import dataclass, field
from enum import StrEnum

from sandogh.protocol.errors import Malformed, Unsupported, VerificationError


class Outcome(StrEnum):
    """What became of one check."""

    HOLDS = "holds"
    FAILS = "fails"
    #: Neither: there was nothing to check yet, or what it rests on failed.
    NOT_CHECKED = "not checked"


class Verdict(StrEnum):
    """What became of the whole archive."""

    VALID = "valid"
    INVALID = "invalid"
    #: Everything that was wrong is a legal part of the protocol that this version cannot check yet.
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold: the section of protocol.md it breaks, what, and where."""

    section: str
    what: str
    where: str
    unsupported: bool = False

    @classmethod
    def of(cls, refusal: Malformed | VerificationError) -> "Finding":
        return cls(refusal.section, refusal.what, refusal.where, isinstance(refusal, Unsupported))


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    number: int
    name: str
    sections: str
    outcome: Outcome
    note: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question with its answers and how often each was chosen."""

    question: str
    counts: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Facts:
    """What the archive says of itself; a field is trustworthy once the check that fills it has held."""

    name: str | None = None
    uuid: str | None = None
    group: str | None = None
    #: φ, which everybody who took part should compare (protocol.md §4.3).
    fingerprint: str | None = None
    #: Type and hash of the last event; the hash stands for everything before it.
    stage: str | None = None
    last_event: str | None = None
    #: Of the two other files of Setup, in the form of `fingerprint`.
    trustees_fingerprint: str | None = None
    credentials_fingerprint: str | None = None
    trustees: int | None = None
    credentials: int | None = None
    ballots: int | None = None
    #: Ballots that count: of each credential the last.
    kept: int | None = None
    result: tuple[QuestionResult, ...] | None = None


@dataclass(slots=True)
class Report:
    """Every check of the plan, in order, none left out."""

    checks: list[Check] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)

    @property
    def findings(self) -> list[Finding]:
        return [finding for check in self.checks for finding in check.findings]

    @property
    def verdict(self) -> Verdict:
        if not self.findings:
            return Verdict.VALID
        return Verdict.UNSUPPORTED if all(finding.unsupported for finding in self.findings) else Verdict.INVALID

    @property
    def complete(self) -> bool:
        """Whether the election has come to its result, and the result holds."""
        return self.verdict is Verdict.VALID and self.facts.result is not None
