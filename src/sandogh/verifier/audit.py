"""One run through the plan of the checks: what each found, and what later ones may rest on (protocol.md §12.1)."""

from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, NoReturn

from sandogh.protocol.decryption import PartialDecryption
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError, within
from sandogh.protocol.events import EventType
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import Trustees
from sandogh.verifier.earlier import Earlier, check_continuation
from sandogh.verifier.index import Index
from sandogh.verifier.report import Check, Finding, Outcome, Report
from sandogh.verifier.workers import Workers

#: Told what is being counted ("bytes", "credentials", "ballots", "shuffles", "decryptions"), how many are done, and how many there are
#: (0 when that is not known).
Progress = Callable[[str, int, int], None]

#: Findings kept of one check; the rest is counted. A board of junk must not fill the memory of who looks at it.
KEPT = 1000


class NothingToCheck(Exception):
    """The matter of a check has not happened yet, or lies outside the archive; the message says which."""


class Unfounded(Exception):
    """A check rests on others that did not hold or did not run."""

    def __init__(self, numbers: Collection[int]) -> None:
        super().__init__(numbers)
        self.numbers = numbers


@dataclass(frozen=True, slots=True)
class Step:
    """One check: its place in the plan. `act` returns a note, refuses what is false, or raises what says why there is nothing to say."""

    number: int
    name: str
    sections: str
    act: "Callable[[Audit], str]"


class Audit:
    """One run through a plan. Each step sets what later steps rest on; they ask for it by `need`, and do not run without it."""

    election: Election
    trustees: Trustees
    #: The tally as published, once it is in form, whether or not it is the right one.
    tally: EncryptedTally | None = None
    #: What the trustees decrypt: the tally, its non-homomorphic entries after the last shuffle.
    shuffled: EncryptedTally | None = None
    #: The product of the ballots that count, once all of them hold.
    computed: EncryptedTally | None = None

    def __init__(
        self,
        file: BinaryIO,
        *,
        jobs: int,
        progress: Progress | None = None,
        kept: int = KEPT,
        earlier: Earlier | None = None,
        only_new: bool = False,
    ) -> None:
        self.file = file
        self.earlier = earlier
        #: Whether the ballots of the earlier copy are taken as checked.
        self.only_new = only_new
        self.report = Report()
        #: By owner, each valid partial decryption.
        self.partials: dict[int, PartialDecryption] = {}
        self.index: Index
        self.workers: Workers
        self._start = file.tell()
        self._continuation: str | VerificationError | None = None
        self._jobs = jobs
        self._stack = ExitStack()
        self._progress = progress
        self._kept = kept
        self._findings: list[Finding] = []
        self._count = 0
        self._sound: set[int] = set()
        # Steps that found nothing to check yet, with the reason; and, for steps that did not run, the failed ones to blame.
        self._waiting: dict[int, str] = {}
        self._blame: dict[int, set[int]] = {}

    def __enter__(self) -> "Audit":
        self.index = self._stack.enter_context(closing(Index(self.file)))
        self.workers = self._stack.enter_context(Workers(self._jobs))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    def run(self, plan: Iterable[Step]) -> Report:
        """Take every step of the plan. Never raises for anything an archive may hold. What was found can be asked for until the end."""
        for step in plan:
            self._take(step)
        return self.report

    def _take(self, step: Step) -> None:
        self._findings, self._count = [], 0
        note = ""
        outcome = Outcome.HOLDS
        try:
            note = step.act(self)
        except NothingToCheck as reason:
            self._waiting[step.number] = note = str(reason)
            outcome = Outcome.NOT_CHECKED
        except Unfounded as unfounded:
            note = self._excuse(step, unfounded.numbers)
            outcome = Outcome.NOT_CHECKED
        except (Malformed, VerificationError) as refusal:
            self.refuse(refusal)
        if self._count:
            outcome = Outcome.FAILS
        if outcome is Outcome.HOLDS or (self._count and all(finding.truncated for finding in self._findings)):
            self._sound.add(step.number)
        blamed = tuple(sorted(self._blame.get(step.number, ())))
        findings = tuple(self._findings)
        self.report.checks.append(Check(step.number, step.name, step.sections, outcome, note, findings, self._count, blamed))

    def _excuse(self, step: Step, numbers: Collection[int]) -> str:
        """Why a step did not run: the checks that failed under it, or else what has not happened yet."""
        blamed: set[int] = set()
        for number in numbers:
            blamed |= self._blame.get(number, set() if number in self._waiting else {number})
        self._blame[step.number] = blamed
        if blamed:
            return f"rests on check {', '.join(map(str, sorted(blamed)))}, which failed"
        self._waiting[step.number] = reason = next(self._waiting[number] for number in numbers if number in self._waiting)
        return reason

    # ---- what the steps call

    def refuse(self, refusal: Malformed | VerificationError, where: str = "") -> None:
        """Note something that does not hold; the place is put in front of the place that the refusal names."""
        if where:
            try:
                with within(where):
                    raise refusal
            except (Malformed, VerificationError) as placed:
                refusal = placed
        self._count += 1
        if self._count <= self._kept:
            self._findings.append(Finding.of(refusal))

    @property
    def refused(self) -> int:
        """Findings of this step so far."""
        return self._count

    def sound(self, number: int) -> bool:
        """Whether a check held, or broke off without anything false."""
        return number in self._sound

    def need(self, *numbers: int) -> None:
        """Raise Unfounded unless all these checks are sound."""
        if missing := [number for number in numbers if number not in self._sound]:
            raise Unfounded(missing)

    def not_yet(self, kind: str) -> NoReturn:
        """Raise NothingToCheck: an event of this kind has not happened."""
        if not self.sound(1) or not self.sound(2):
            self.need(1, 2)
        open_still = not self.index.happened(EventType.EndBallots)
        raise NothingToCheck(f"no {kind} yet: {'election still open' if open_still else 'counting not finished'}")

    def continuation(self, earlier: Earlier) -> str:
        """What to say of an archive that begins with the earlier copy; raises VerificationError for one that does not (§12.7)."""
        if self._continuation is None:
            try:
                self._continuation = check_continuation(earlier, self.file, self._start)
            except VerificationError as refusal:
                self._continuation = refusal
        if isinstance(self._continuation, VerificationError):
            raise self._continuation
        return self._continuation

    def tell(self, what: str, done: int, total: int) -> None:
        """Progress of long work."""
        if self._progress is not None:
            self._progress(what, done, total)


def count(number: int, noun: str) -> str:
    """«1 ballot», «2 ballots»."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
