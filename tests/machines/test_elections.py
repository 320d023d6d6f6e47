"""Whole elections at random, with faults: after every step the verifier says what a simple model says (protocol.md §12)."""

import io
import random

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from machines.electing import COPIED, QUESTIONS, Course, Model, choice_for, shown
from sandogh.protocol.ballot import make_ballot
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.events import EventType
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.earlier import Earlier
from sandogh.verifier.report import Outcome, Report, Verdict

seldom = st.sampled_from([False, False, False, True])
chances = st.integers(0, 2**32).map(random.Random)

TRUSTEES: list[tuple[int, list[tuple[int, int]]]] = [
    (1, []),
    (2, []),
    (0, [(2, 1)]),
    (0, [(3, 2)]),
    (1, [(3, 2)]),
    (0, [(2, 2), (2, 1)]),
]


class Elections(RuleBasedStateMachine):
    """Votes, faults, counting; `stage` is the last event that moves the election on."""

    course: Course
    model: Model

    def __init__(self) -> None:
        super().__init__()
        self.stage = EventType.Setup
        self.copies: list[bytes] = []

    @initialize(
        kinds=st.lists(st.sampled_from(sorted(QUESTIONS)), min_size=1, max_size=2, unique=True),
        weights=st.lists(st.sampled_from([1, 1, 1, 2, 5]), min_size=2, max_size=4),
        trustees=st.sampled_from(TRUSTEES),
        field=st.sampled_from([False, False, False, False, False, True]),
        ending=st.integers(0, 2**16),
    )
    def set_up(
        self, kinds: list[str], weights: list[int], trustees: tuple[int, list[tuple[int, int]]], *, field: bool, ending: int
    ) -> None:
        """`ending` 0 means that whatever is left to the end goes honestly."""
        self.ending = ending
        weights = [1] * len(weights) if "ranks" in kinds else weights
        group = BELENIOS_2048 if field and "ranks" not in kinds else ED25519
        questions = [QUESTIONS[kind] for kind in kinds]
        self.course = Course(group, questions, weights, *trustees)
        self.model = Model(questions, weights)

    def choices(self, chance: random.Random) -> list[object]:
        return [choice_for(question, chance) for question in self.model.questions]

    def voter(self, number: int) -> int:
        return number % len(self.model.weights)

    # ---- voting

    @precondition(lambda self: self.stage is EventType.Setup)
    @rule(number=st.integers(0, 3), chance=chances)
    def vote(self, number: int, chance: random.Random) -> None:
        """For the first time, or again: the last one counts."""
        voter, choices = self.voter(number), self.choices(chance)
        self.course.cast(self.course.held.ballot(voter, choices))  # type: ignore[arg-type]
        self.model.last[voter] = choices  # type: ignore[assignment]

    @precondition(lambda self: self.stage is EventType.Setup)
    @rule(
        number=st.integers(0, 3),
        kind=st.sampled_from(["replay", "forged signature", "stranger", "junk", "the same bytes"]),
        chance=chances,
        happens=st.booleans(),
    )
    def bad_ballot(self, number: int, kind: str, chance: random.Random, *, happens: bool) -> None:
        """A server that lets it through, and counts it as far as it can be counted."""
        course, voter = self.course, self.voter(number)
        honest = [ballot for ballot in course.counted if course.held.voters[voter].public.encode() not in ballot]
        if not happens or (kind == "replay" and not honest) or (kind == "the same bytes" and not course.counted):
            return
        match kind:
            case "replay":
                course.cast(course.replayed(chance.choice(honest), voter))
            case "forged signature":
                course.cast(course.forged(voter, self.choices(chance)))  # type: ignore[arg-type]
            case "stranger":
                ballot = make_ballot(course.held.election, course.stranger, self.choices(chance))  # type: ignore[arg-type]
                course.cast(ballot, counts=False)
            case "junk":
                course.cast(b'{"credential":"%d"}' % chance.randrange(10), counts=False)
            case "the same bytes":
                course.cast(chance.choice(course.counted))
        # Two of the same junk are each no ballot, which is the same section.
        self.model.ballots.add(COPIED[self.model.questions[0].kind] if kind == "replay" else "§7.1")

    @precondition(lambda self: self.stage is EventType.Setup)
    @rule(happens=st.sampled_from([False, False, True]))
    def close(self, *, happens: bool = True) -> None:
        if not happens:
            return
        self.course.append(EventType.EndBallots)
        self.stage = EventType.EndBallots

    # ---- counting

    @precondition(lambda self: self.stage is EventType.EndBallots)
    @rule(drop=seldom, wrong=seldom, late=seldom)
    def add_up(self, *, drop: bool = False, wrong: bool = False, late: bool = False) -> None:
        """Perhaps without the last ballot, perhaps with false numbers, perhaps with a ballot that came too late."""
        course, model = self.course, self.model
        if late:
            choices = self.choices(random.Random(0))
            course.cast(course.held.ballot(0, choices))  # type: ignore[arg-type]
            model.last[0] = choices  # type: ignore[assignment]
            model.grammar = True
        counted = course.counted
        if drop and counted:
            counted, model.dropped = counted[:-1], True
        model.numbers = wrong
        course.add_up(counted, more=int(wrong))
        self.stage = EventType.EncryptedTally if course.held.election.needs_shuffle else EventType.EndShuffles

    @precondition(lambda self: self.stage is EventType.EncryptedTally)
    @rule(false=seldom, missing=seldom)
    def shuffle(self, *, false: bool = False, missing: bool = False) -> None:
        """Every trustee; or one of several not, or one with a false proof."""
        owners = list(range(1, len(self.course.held.keys) + 1))
        if missing and len(owners) > 1:
            owners.pop()
            self.model.shuffles.add("§9.3")
        for owner in owners:
            self.course.shuffle(owner, false=false and owner == 1)
        if false:
            self.model.shuffles.add("§9.2")
        self.course.append(EventType.EndShuffles)
        self.stage = EventType.EndShuffles

    @precondition(lambda self: self.stage is EventType.EndShuffles)
    @rule(chance=chances, false=seldom, few=seldom, everybody=st.booleans())
    def decrypt(self, chance: random.Random, *, false: bool = False, few: bool = False, everybody: bool = False) -> None:
        """A quorum drawn at random, or everybody; perhaps with a false one among them, perhaps one too few."""
        course, trustees = self.course, self.course.held.trustees
        order = chance.sample(range(1, len(trustees.members) + 1), len(trustees.members))
        owners: list[int] = []
        for owner in order:
            if everybody or any(owner in missing.numbers for missing in trustees.missing(owners)):
                owners.append(owner)
        if few and len(owners) > 1:
            owners.pop()
        liar = chance.choice(owners) if false else None
        for owner in owners:
            course.decrypt(owner, false=owner == liar)
        self.model.false_decryption = liar is not None
        self.model.openable = trustees.enough([owner for owner in owners if owner != liar])
        self.missing = not trustees.enough(owners)
        self.stage = EventType.PartialDecryption

    @precondition(lambda self: self.stage is EventType.PartialDecryption)
    @rule(false=seldom, again=seldom)
    def publish(self, *, false: bool = False, again: bool = False) -> None:
        """The result, or a false one; or two."""
        self.model.false_result = false and self._has_numbers()
        self.course.publish(false=self.model.false_result)
        self.model.too_few = self.missing
        if again:
            self.course.publish()
            self.model.grammar = True
        self.stage = EventType.Result

    def _has_numbers(self) -> bool:
        """Whether the result has a first number that could be changed: of no vote there is none."""
        assert self.course.tally is not None
        return self.model.questions[0].kind != "NH" or self.course.tally.num_tallied > 0

    # ---- at any time

    @precondition(lambda self: [kind for kind, _ in self.course.happenings[:2]] == [EventType.Ballot] * 2)
    @rule(happens=st.sampled_from([False, False, True]))
    def swap(self, *, happens: bool) -> None:
        """The first two ballots change places on the board."""
        (_, first), (_, second) = self.course.happenings[:2]
        if happens and first != second:
            self.course.swapped = self.model.chain = True

    @precondition(lambda self: not self.course.swapped and not self.copies)
    @rule()
    def keep_a_copy(self) -> None:
        """A monitor downloads the board."""
        self.copies.append(self.course.archive)

    @rule()
    def look(self) -> None:
        self.judge()

    def judge(self) -> Report:
        """The verifier's verdict, sections and result are the model's."""
        archive = self.course.archive
        earlier = Earlier.read(io.BytesIO(self.copies[-1])) if self.copies else None
        report = verify_archive(io.BytesIO(archive), earlier=earlier)
        found = {finding.section for finding in report.findings}
        rewritten = {"§12.7"} if earlier is not None and self.course.swapped and earlier.last.height > 0 else set()
        assert found == self.model.broken | rewritten
        assert (report.verdict is Verdict.VALID) == (not found)
        assert report.complete == (not found and self.stage is EventType.Result)
        if report.complete:
            assert shown(report) == self.model.result
        else:
            assert report.result is None
        return report

    def teardown(self) -> None:
        """Whatever was begun is brought to its end, with the faults that `ending` draws."""
        if not hasattr(self, "model"):
            return
        chance = random.Random(self.ending)

        def fault() -> bool:
            return self.ending > 0 and chance.random() < 0.15

        if self.stage is EventType.Setup:
            self.close()
        if self.stage is EventType.EndBallots:
            self.add_up(drop=fault(), wrong=fault(), late=fault())
        if self.stage is EventType.EncryptedTally:
            self.shuffle(false=fault(), missing=fault())
        if self.stage is EventType.EndShuffles:
            self.decrypt(chance, false=fault(), few=fault(), everybody=fault())
        if self.stage is EventType.PartialDecryption:
            self.publish(false=fault(), again=fault())
        report = self.judge()
        event(", ".join(sorted(self.model.broken)) or "all holds")
        assert all(check.outcome is not Outcome.NOT_CHECKED for check in report.checks[:10]) or self.model.broken


def test_the_verifier_agrees_with_the_model_on_whole_elections() -> None:
    run_state_machine_as_test(Elections, settings=settings(max_examples=120, stateful_step_count=14, deadline=None, print_blob=True))
