"""Elections at random, and the plain model of what a verifier must say of them.

`Course` is the election: it does what it is told, right or wrong, and keeps on going. `Model` knows no cryptography: it counts the last
choice of each voter, and remembers which rules were broken.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from attacks.forging import Happening, opened, published, signed
from attacks.rewriting import pieces, places
from protocol.elections import Story, story
from protocol.establishments import establish
from sandogh.protocol.ballot import make_ballot
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.credential import CredentialKey
from sandogh.protocol.decryption import make_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.events import EventType, owned
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.question import Choice, Question
from sandogh.protocol.shuffle import check_shuffle, make_shuffle
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import generate_trustee_key
from sandogh.verifier.report import ListsResult, QuestionResult, Report

QUESTIONS: dict[str, Question] = {
    "choices": HomomorphicQuestion(("a", "b", "c"), "choices", 0, 2),
    "one": HomomorphicQuestion(("a", "b"), "one", 1, 1),
    "blank": HomomorphicQuestion(("a", "b"), "blank", 1, 2, blank=True),
    "lists": ListsQuestion((("L1", "a", "b"), ("L2", "c")), "lists"),
    "ranks": NonHomomorphicQuestion(("a", "b", "c"), "ranks"),
}

#: The rule that a copied answer to the first question breaks.
COPIED = {"H": "§7.2", "L": "§7.5", "NH": "§7.4"}


def choice_for(question: Question, chance: random.Random) -> Choice:
    """An allowed choice."""
    match question:
        case HomomorphicQuestion():
            blank = question.blank and chance.random() < 0.3
            marked = [] if blank else chance.sample(range(len(question.answers)), chance.randint(question.min, question.max))
            marks = [int(place in marked) for place in range(len(question.answers))]
            return [int(blank), *marks] if question.blank else marks
        case ListsQuestion():
            chosen = chance.randrange(len(question.answers))
            rows = []
            for place, names in enumerate(question.answers):
                size = len(names) - 1
                some = [1, *(int(chance.random() < 0.5) for _ in range(size - 1))]
                rows.append([int(place == chosen), *(chance.sample(some, size) if place == chosen else [0] * size)])
            return rows
        case NonHomomorphicQuestion():
            return [chance.randrange(256) for _ in question.answers]


@dataclass(slots=True)
class Model:
    """What counts, and what is wrong: nothing here looks at a ciphertext."""

    questions: Sequence[Question]
    weights: Sequence[int]
    last: dict[int, Sequence[Choice]] = field(default_factory=dict)
    #: Sections of the rules that ballots break.
    ballots: set[str] = field(default_factory=set)
    chain: bool = False
    grammar: bool = False
    dropped: bool = False
    numbers: bool = False
    shuffles: set[str] = field(default_factory=set)
    false_decryption: bool = False
    too_few: bool = False
    #: Whether the valid decryptions are enough.
    openable: bool = True
    false_result: bool = False

    @property
    def broken(self) -> set[str]:
        """The sections that a verifier must find, and no others: what rests on a broken thing is not judged (protocol.md §12.1)."""
        found = set(self.ballots)
        found |= {"§11.3"} if self.chain else set()
        found |= {"§12.2"} if self.grammar else set()
        if not found:
            found |= {"§8.2"} if self.dropped else {"§8.3"} if self.numbers else set()
        if self.grammar:
            return found
        found |= self.shuffles
        if self.shuffles:
            return found
        if self.false_decryption:
            found.add("§10.1")
        elif self.too_few:
            found.add("§10.2")
        if self.openable and not self.too_few and self.false_result:
            found.add("§10.3")
        return found

    @property
    def result(self) -> list[object]:
        """Plain counting: per question the counts, the rows of counts, or the votes in no order."""
        votes = [(self.weights[voter], choices) for voter, choices in self.last.items()]
        counted: list[object] = []
        for place, question in enumerate(self.questions):
            if isinstance(question, NonHomomorphicQuestion):
                counted.append(Counter(tuple(choices[place]) for _, choices in votes))
            elif isinstance(question, ListsQuestion):
                sizes = [len(names) for names in question.answers]
                counted.append(
                    [[sum(w * c[place][row][cell] for w, c in votes) for cell in range(size)] for row, size in enumerate(sizes)]  # type: ignore[index]
                )
            else:
                counted.append([sum(w * c[place][cell] for w, c in votes) for cell in range(len(question.labels))])  # type: ignore[operator]
        return counted


def shown(report: Report) -> list[object]:
    """The verifier's result in the form of the model's."""
    found: list[object] = []
    for each in report.result or ():
        match each:
            case QuestionResult():
                found.append([count for _, count in each.counts])
            case ListsResult():
                found.append([[count, *(of for _, of in candidates)] for _, count, candidates in each.lists])
            case _:
                found.append(Counter(each.votes))
    return found


class Course:
    """An election from its setup on, with everybody's secrets; `happenings` is what stands on the board."""

    def __init__(
        self, group: Group, questions: Sequence[Question], weights: Sequence[int], singles: int, groups: Sequence[tuple[int, int]]
    ) -> None:
        alone = [generate_trustee_key(group) for _ in range(singles)]
        established = [establish(size, threshold, group) for size, threshold in groups]
        items = [*(key.public for key in alone), *(each.parameters for each in established)]
        holders = items, [*alone, *(key for each in established for key in each.held)]
        self.held: Story = story(group, questions=questions, voters=len(weights), weights=weights, holders=holders)
        self.stranger = story(group, questions=questions, voters=1, uuid=self.held.election.uuid, trustees=1).voters[0]
        self.happenings: list[Happening] = []
        self.counted: list[bytes] = []
        self.tally: EncryptedTally | None = None
        self.swapped = False

    def append(self, kind: EventType, *data: bytes) -> None:
        self.happenings.append((kind, data))

    @property
    def ballots(self) -> list[bytes]:
        """Every ballot on the board, whatever it is worth."""
        return [data[0] for kind, data in self.happenings if kind is EventType.Ballot]

    def cast(self, ballot: bytes, *, counts: bool = True) -> None:
        self.append(EventType.Ballot, ballot)
        if counts:
            self.counted.append(ballot)

    def replayed(self, theirs: bytes, voter: int) -> bytes:
        """Somebody's answers under the credential of another voter, signed by that one."""
        key = self.held.voters[voter]
        return signed(opened(theirs) | {"credential": key.public}, self.held.election, key)

    def forged(self, voter: int, choices: Sequence[Choice]) -> bytes:
        """A ballot in a voter's name by somebody without the secret."""
        return make_ballot(self.held.election, CredentialKey(7, self.held.voters[voter].public), choices)

    def add_up(self, ballots: Sequence[bytes], *, more: int = 0) -> None:
        """Publish the tally of these ballots, and say that there are `more`."""
        self.tally = tally = self.held.tally(ballots)
        sized: Any = loads(tally.sized_bytes())
        self.append(EventType.EncryptedTally, tally.to_bytes(), dumps(sized | {"num_tallied": tally.num_tallied + more}))

    def shuffle(self, owner: int, *, false: bool = False) -> None:
        assert self.tally is not None
        data = make_shuffle(self.held.election, self.tally.to_shuffle)
        self.tally = self.tally.shuffled(check_shuffle(data, election=self.held.election, ciphertexts=self.tally.to_shuffle))
        if false:
            form: Any = loads(data)
            form["proofs"][0][1][0] = str((int(form["proofs"][0][1][0]) + 1) % self.held.group.q)
            data = dumps(form)
        self.append(EventType.Shuffle, data, owned(owner, sha_hex(data)))

    def decrypt(self, owner: int, *, false: bool = False) -> None:
        assert self.tally is not None
        private = self.held.keys[owner - 1].private + false
        data = make_partial_decryption(self.tally, private_key=private, election=self.held.election)
        self.append(EventType.PartialDecryption, data, owned(owner, sha_hex(data)))

    def publish(self, *, false: bool = False) -> None:
        """The result that all trustees would come to together; or one with a number changed."""
        assert self.tally is not None
        data = self.held.result(self.tally, self.held.decryptions(self.tally))
        if false:
            form: Any = loads(data)
            row = form["result"][0]
            while row and isinstance(row[0], list):
                row = row[0]
            row[0] = row[0] + 1 if row[0] < 255 else row[0] - 1
            data = dumps(form)
        self.append(EventType.Result, data)

    @property
    def archive(self) -> bytes:
        """The board as it is downloaded; with two neighbouring ballots exchanged and nothing else adapted, if somebody did that."""
        data = published(self.held, *self.happenings)
        if not self.swapped:
            return data
        members, starts = pieces(data), places(data)
        first = next(place for place, (kind, _) in enumerate(self.happenings, 1) if kind is EventType.Ballot)
        one, two = starts[first], starts[first + 1]
        return b"".join([*members[:one], *members[two : two + 2], *members[one:two], *members[two + 2 :]])
