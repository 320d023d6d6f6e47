"""What a verification found, check by check."""

from dataclasses import dataclass, field
from enum import StrEnum

from sandogh.protocol.errors import Malformed, Truncated, Unsupported, VerificationError


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
    #: What is there holds, and the archive breaks off in the middle of something.
    INCOMPLETE = "incomplete"
    #: Everything that was wrong is a legal part of the protocol that this version cannot check yet.
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold: the section of protocol.md it breaks, what, and where."""

    section: str
    what: str
    where: str
    unsupported: bool = False
    #: Not false, but cut off.
    truncated: bool = False

    @classmethod
    def of(cls, refusal: Malformed | VerificationError) -> "Finding":
        return cls(refusal.section, refusal.what, refusal.where, isinstance(refusal, Unsupported), isinstance(refusal, Truncated))


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report. `count` findings were made, of which `findings` has the first ones."""

    number: int
    name: str
    sections: str
    outcome: Outcome
    note: str
    findings: tuple[Finding, ...] = ()
    count: int = 0
    #: For a check that did not run: the failed checks that it rests on; none when its matter has not happened or is not in the archive.
    blamed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A homomorphic question with its answers and how often each was chosen; an explicit blank vote comes first."""

    question: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ListsResult:
    """A question of lists: of each list its name and count, and the counts of its candidates."""

    question: str
    lists: tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...]


@dataclass(frozen=True, slots=True)
class Counting:
    """What a counting method makes of the revealed votes: outside the proofs, and the same for whoever repeats it (protocol.md §10.4)."""

    method: str
    #: Each place of the outcome, the best first; more than one answer at a place is a tie.
    places: tuple[tuple[str, ...], ...]
    #: The working, a line each.
    working: tuple[str, ...]
    #: Votes that the method could not read.
    spoilt: int


@dataclass(frozen=True, slots=True)
class VotesResult:
    """A non-homomorphic question: its votes in the order of the last shuffle, one number per answer."""

    question: str
    answers: tuple[str, ...]
    votes: tuple[tuple[int, ...], ...]
    counting: Counting | None = None


RaceResult = QuestionResult | ListsResult | VotesResult


@dataclass(frozen=True, slots=True)
class TrusteeFacts:
    """A trustee: number from 1, the name it gave itself, the fingerprint of its key (protocol.md §12.7)."""

    number: int
    name: str | None
    fingerprint: str
    #: For members of a threshold group, how many of how many are enough.
    threshold: int | None
    size: int


@dataclass(slots=True)
class Facts:
    """What the archive says of itself; a field is trustworthy once the check that fills it has held."""

    name: str | None = None
    uuid: str | None = None
    group: str | None = None
    #: φ, which everybody who took part should compare (protocol.md §4.3).
    fingerprint: str | None = None
    #: Type, height and hash of the last event; the hash stands for everything before it.
    stage: str | None = None
    last_height: int | None = None
    last_event: str | None = None
    #: Of the other files of Setup, in the form of `fingerprint`.
    trustees_fingerprint: str | None = None
    credentials_fingerprint: str | None = None
    certificate_fingerprint: str | None = None
    tally_fingerprint: str | None = None
    trustees: int | None = None
    trustee_list: tuple[TrusteeFacts, ...] = ()
    credentials: int | None = None
    #: The weights of all credentials added up; equal to their number when nobody has more than one vote.
    credentials_weight: int | None = None
    ballots: int | None = None
    #: Ballots that count: of each credential the last; and their weight. Unknown while a ballot does not hold.
    kept: int | None = None
    kept_weight: int | None = None
    shuffles: int = 0
    decryptions: int = 0
    result: tuple[RaceResult, ...] | None = None
    #: Of the file: its size in bytes and its SHA-256 in hex.
    archive_bytes: int = 0
    archive_sha256: str = ""


@dataclass(slots=True)
class Report:
    """Every check of the plan, in order, none left out."""

    checks: list[Check] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)

    @property
    def findings(self) -> list[Finding]:
        """The findings that were kept, of all checks."""
        return [finding for check in self.checks for finding in check.findings]

    @property
    def count(self) -> int:
        """How many findings were made, kept or not."""
        return sum(check.count for check in self.checks)

    @property
    def cut_off(self) -> bool:
        """Whether the archive breaks off, and nothing else is wrong with it."""
        return bool(self.findings) and all(finding.truncated for finding in self.findings)

    @property
    def verdict(self) -> Verdict:
        findings = self.findings
        if not findings:
            return Verdict.VALID
        if self.cut_off:
            return Verdict.INCOMPLETE
        return Verdict.UNSUPPORTED if all(finding.unsupported or finding.truncated for finding in findings) else Verdict.INVALID

    @property
    def complete(self) -> bool:
        """Whether the election has come to its result, and the result holds."""
        return self.verdict is Verdict.VALID and self.facts.result is not None

    @property
    def result(self) -> tuple[RaceResult, ...] | None:
        """The result, if everything holds that it rests on: nobody is shown numbers that the archive does not prove."""
        return self.facts.result if self.complete else None
