"""Verification of a whole archive, as the numbered plan of protocol.md §12.1.

 1. container and chain: exactly our container, every member what its name says, every event after the one before (§11)
 2. event grammar: no ballot after the end of voting, nothing after the result (§12.2)
 3. election file (§4.3)
 4. trustees: each key proven, all together the election key (§6)
 5. credentials: each in the group, none twice (§5.3)
 6. ballots: each in canonical form, signed by a listed credential, every proof holding (§7)
 7. encrypted tally: the product of the last ballot of each credential, with the right numbers (§8)
 8. shuffles: none, because no question needs them (§9)
 9. partial decryptions: one by every trustee, each proven (§10.1)
10. result: what the decryptions open, no more than the weight (§10.2, §10.3)
11. electoral roll: not in the archive, so never checked here (§12.1)

What a reader of the report MUST still do: compare the fingerprint with the one published at the opening, the number of credentials with the
electoral roll, and the trackers of the voters one knows with the ballots.

A check whose foundation failed, and one whose matter has not happened yet, is reported as not checked, never as holding.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

from sandogh.protocol.ballot import Ballot, parse_ballot, tracker_of
from sandogh.protocol.credential import check_public_credentials
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryption
from sandogh.protocol.digest import sha_base64
from sandogh.protocol.election import Election, check_election_key
from sandogh.protocol.errors import Malformed, Unsupported, VerificationError, within
from sandogh.protocol.events import EventType, Owned, check_grammar
from sandogh.protocol.result import check_result
from sandogh.protocol.tally import EncryptedTally, TallyBuilder, check_encrypted_tally
from sandogh.protocol.trustee import Trustees, check_trustees
from sandogh.verifier.ballots import WORTHWHILE, judge_all
from sandogh.verifier.index import Index, read_index
from sandogh.verifier.report import Check, Finding, Outcome, QuestionResult, Report

#: Told how many of how many ballots have been checked.
Progress = Callable[[int, int], None]


class _NothingToCheck(Exception):
    """The matter of a check has not happened yet, or lies outside the archive; the message says which."""


def verify_archive(file: BinaryIO, *, jobs: int = 1, progress: Progress | None = None) -> Report:
    """Judge an archive from the file's present position to its end, protocol.md §12.1. Never raises for anything an archive may hold.

    With `jobs` above 1, large numbers of ballots are checked by that many processes. A file that cannot be rewound is first copied to a
    temporary one.
    """
    if file.seekable():
        return _Audit(file, jobs, progress).run()
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        return _Audit(copy, jobs, progress).run()


@dataclass(frozen=True, slots=True)
class _Step:
    """One check: its place in the plan, and the checks without which it means nothing."""

    number: int
    name: str
    sections: str
    rests_on: tuple[int, ...]
    act: "Callable[[_Audit], str]"


class _Audit:
    """One run through the plan. Each step sets what later steps rest on; they do not run if it failed."""

    index: Index
    election: Election
    trustees: Trustees
    credentials: dict[str, int]
    computed: EncryptedTally
    tally: EncryptedTally
    partials: list[PartialDecryption]

    def __init__(self, file: BinaryIO, jobs: int, progress: Progress | None) -> None:
        self._file = file
        self._jobs = jobs
        self._progress = progress
        self._refused: list[Finding] = []
        self._held: set[int] = set()
        # Steps that found nothing to check yet, with the reason; and, for steps that did not run, the failed ones to blame.
        self._waiting: dict[int, str] = {}
        self._blame: dict[int, set[int]] = {}
        self.report = Report()

    def run(self) -> Report:
        for step in PLAN:
            self._refused = []
            outcome, note = self._take(step) if all(number in self._held for number in step.rests_on) else self._skip(step)
            if outcome is Outcome.HOLDS:
                self._held.add(step.number)
            self.report.checks.append(Check(step.number, step.name, step.sections, outcome, note, tuple(self._refused)))
        return self.report

    def _take(self, step: _Step) -> tuple[Outcome, str]:
        try:
            note = step.act(self)
        except _NothingToCheck as reason:
            self._waiting[step.number] = str(reason)
            return Outcome.NOT_CHECKED, str(reason)
        except (Malformed, VerificationError) as refusal:
            self._refused.append(Finding.of(refusal))
            note = ""
        return (Outcome.FAILS if self._refused else Outcome.HOLDS), note

    def _skip(self, step: _Step) -> tuple[Outcome, str]:
        """Say why a step did not run: the checks that failed under it, or else what has not happened yet."""
        blamed: set[int] = set()
        for number in step.rests_on:
            blamed |= self._blame.get(number, set() if number in self._held or number in self._waiting else {number})
        self._blame[step.number] = blamed
        if blamed:
            return Outcome.NOT_CHECKED, f"rests on check {', '.join(map(str, sorted(blamed)))}, which failed"
        self._waiting[step.number] = reason = next(self._waiting[number] for number in step.rests_on if number in self._waiting)
        return Outcome.NOT_CHECKED, reason

    def container(self) -> str:
        """(1)"""
        self.index = read_index(self._file)
        events = len(self.index.types)
        if not events:
            return "no event"
        facts = self.report.facts
        facts.stage, facts.last_event = self.index.types[-1].value, self.index.last_event
        return f"{_count(events, 'event')}, the last {facts.stage} {facts.last_event}"

    def grammar(self) -> str:
        """(2) Whether there should be shuffles at all is the matter of (8)."""
        types = self.index.types
        check_grammar(types, shuffles=EventType.Shuffle in types or EventType.EndShuffles in types)
        return _count(self.index.ballot_count, "ballot")

    def election_file(self) -> str:
        """(3)"""
        self.election = election = Election.from_bytes(self.index.read(self.index.setup[0]))
        facts = self.report.facts
        facts.name, facts.uuid, facts.group, facts.fingerprint = election.name, election.uuid, election.group.name, election.fingerprint
        return f"«{election.name}», group {election.group.name}, fingerprint {election.fingerprint}"

    def trustee_keys(self) -> str:
        """(4)"""
        data = self.index.read(self.index.setup[1])
        trustees = check_trustees(data, self.election.group)
        check_election_key(self.election, trustees)
        self.trustees = trustees
        facts = self.report.facts
        facts.trustees, facts.trustees_fingerprint = len(trustees.members), sha_base64(data)
        return f"{_count(facts.trustees, 'trustee')}, every one needed, fingerprint {facts.trustees_fingerprint}"

    def public_credentials(self) -> str:
        """(5)"""
        if len(self.index.setup) > 4:
            raise Unsupported("§5.4", "certificate of an external credential authority")
        data = self.index.read(self.index.setup[2])
        self.credentials = check_public_credentials(data, self.election.group)
        facts = self.report.facts
        facts.credentials, facts.credentials_fingerprint = len(self.credentials), sha_base64(data)
        return f"{_count(facts.credentials, 'credential')}, fingerprint {facts.credentials_fingerprint}"

    def ballots(self) -> str:
        """(6) and the product that (7) compares. Every ballot is looked at: one refusal does not hide another."""
        index, count = self.index, self.index.ballot_count
        builder = TallyBuilder(self.election)
        seen: set[str] = set()
        latest: dict[str, int] = {}
        jobs = self._jobs if count >= WORTHWHILE else 1
        judged = judge_all((index.ballot(number) for number in range(count)), self.election, frozenset(self.credentials), jobs=jobs)
        for number, ballot in enumerate(judged):
            if isinstance(ballot, Ballot):
                if ballot.tracker in seen:
                    self._refuse_ballot(number, VerificationError("§7.1", "the same ballot twice"))
                else:
                    self._keep(builder, ballot, latest.get(ballot.credential))
                    latest[ballot.credential] = number
                seen.add(ballot.tracker)
            else:
                self._refuse_ballot(number, ballot)
            if self._progress is not None:
                self._progress(number + 1, count)
        self.computed = builder.finish()
        facts = self.report.facts
        facts.ballots, facts.kept = count, self.computed.num_tallied
        if self._refused:
            return f"{len(self._refused)} of {_count(count, 'ballot')} refused"
        replaced = count - self.computed.num_tallied
        return _count(count, "ballot") + (f", {replaced} replaced by a later one" if replaced else "")

    def _keep(self, builder: TallyBuilder, ballot: Ballot, earlier: int | None) -> None:
        """Only the last ballot of a credential counts, protocol.md §8.1."""
        replaces = None if earlier is None else parse_ballot(self.index.ballot(earlier), self.election)
        builder.add(ballot, self.credentials[ballot.credential], replaces=replaces)

    def _refuse_ballot(self, number: int, refusal: Malformed | VerificationError) -> None:
        """Named by number and tracker, so that its owner and the board's reader find it."""
        try:
            with within(f"ballot {number + 1} ({tracker_of(self.index.ballot(number))})"):
                raise refusal
        except (Malformed, VerificationError) as placed:
            self._refused.append(Finding.of(placed))

    def encrypted_tally(self) -> str:
        """(7)"""
        if not self.index.tally:
            self._not_yet("EncryptedTally")
        data, sized = map(self.index.read, self.index.tally)
        self.tally = check_encrypted_tally(data, sized, computed=self.computed, election=self.election)
        return f"{_count(self.tally.num_tallied, 'ballot')}, total weight {self.tally.total_weight}"

    def shuffles(self) -> str:
        """(8) Every question that this version reads is homomorphic, so a shuffle belongs to none."""
        if EventType.Shuffle in self.index.types or EventType.EndShuffles in self.index.types:
            raise VerificationError("§12.2", "shuffles, though no question is non-homomorphic")
        return "none, and none needed"

    def partial_decryptions(self) -> str:
        """(9) Every one in range, by another trustee than those before, and valid."""
        if not self.index.decryptions:
            self._not_yet("PartialDecryption")
        by_owner: dict[int, PartialDecryption] = {}
        for place, (object_place, owned_place) in enumerate(self.index.decryptions, 1):
            owned = Owned.from_bytes(self.index.read(owned_place))
            with within(f"partial decryption {place} (of trustee {owned.owner})"):
                if not 1 <= owned.owner <= len(self.trustees.members):
                    raise VerificationError("§10.1", "the owner is no trustee")
                if owned.owner in by_owner:
                    raise VerificationError("§10.1", "a second one of the same trustee")
                data = self.index.read(object_place)
                trustee = self.trustees.members[owned.owner - 1]
                by_owner[owned.owner] = check_partial_decryption(data, tally=self.tally, trustee=trustee, election=self.election)
        self.partials = list(by_owner.values())
        return f"{len(self.partials)} of {_count(len(self.trustees.members), 'trustee')}"

    def result(self) -> str:
        """(10)"""
        if not self.index.result:
            self._not_yet("Result")
        data = self.index.read(self.index.result[0])
        found = check_result(data, election=self.election, tally=self.tally, partials=self.partials, trustees=self.trustees)
        self.report.facts.result = tuple(
            QuestionResult(question.question, tuple(zip(question.answers, counts, strict=True)))
            for question, counts in zip(self.election.questions, found.counts, strict=True)
        )
        return f"{_count(sum(map(sum, found.counts)), 'choice')} in {_count(len(found.counts), 'question')}"

    def roll(self) -> str:
        """(11)"""
        count = self.report.facts.credentials
        what = "the credentials" if count is None else f"the number of credentials, {count},"
        raise _NothingToCheck(f"not in the archive: compare {what} with the electoral roll")

    def _not_yet(self, kind: str) -> NoReturn:
        open_still = EventType.EndBallots not in self.index.types
        raise _NothingToCheck(f"no {kind} yet: {'election still open' if open_still else 'counting not finished'}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


PLAN: tuple[_Step, ...] = (
    _Step(1, "container and chain", "§11", (), _Audit.container),
    _Step(2, "event grammar", "§12.2", (1,), _Audit.grammar),
    _Step(3, "election file", "§4.3", (1, 2), _Audit.election_file),
    _Step(4, "trustees", "§6", (3,), _Audit.trustee_keys),
    _Step(5, "credentials", "§5.3", (3,), _Audit.public_credentials),
    _Step(6, "ballots", "§7", (3, 5), _Audit.ballots),
    _Step(7, "encrypted tally", "§8", (2, 6), _Audit.encrypted_tally),
    _Step(8, "shuffles", "§9", (2, 3), _Audit.shuffles),
    _Step(9, "partial decryptions", "§10.1", (4, 7, 8), _Audit.partial_decryptions),
    _Step(10, "result", "§10.3", (9,), _Audit.result),
    _Step(11, "electoral roll", "§12.1", (), _Audit.roll),
)
