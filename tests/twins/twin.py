"""Elections, voters and draws that the Python protocol and the booth's twin of it both work on."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandogh.protocol.ballot import make_ballot, tracker_of
from sandogh.protocol.credential import CredentialKey, derive_credential, generate_credential
from sandogh.protocol.election import Election, make_election
from sandogh.protocol.group import Draw, Group
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.question import Question
from sandogh.protocol.trustee import check_trustees, make_trustees, trustee_key

VECTORS = Path(__file__).with_name("vectors.json")
OPENING_VECTORS = Path(__file__).with_name("opening-vectors.json")

CREDENTIAL = "SztZS-owXfoo-n6o8k-RbHtZ2"


def seeded(seed: str) -> Draw:
    """The stream of scalars that booth/tests/twin-cli.ts draws from the same seed: INT(SHA("twin|seed|n")) modulo the bound."""
    number = -1

    def draw(bound: int) -> int:
        nonlocal number
        number += 1
        return int.from_bytes(hashlib.sha256(f"twin|{seed}|{number}".encode()).digest()) % bound

    return draw


@dataclass(frozen=True, slots=True)
class Case:
    """One ballot to make: who, in which election, with which choices."""

    election: Election
    credential: str
    choices: tuple[tuple[int, ...], ...]
    seed: str

    @property
    def key(self) -> CredentialKey:
        return derive_credential(self.credential, uuid=self.election.uuid, group=self.election.group)

    def make(self) -> bytes:
        """The ballot as Python makes it."""
        return make_ballot(self.election, self.key, self.choices, draw=seeded(self.seed))

    def task(self, *, repeatable: bool = True) -> dict[str, object]:
        """What the booth is asked in order to make it; not repeatable, it draws as for a voter."""
        return {
            "task": "make",
            "election": self.election.bytes.decode(),
            "credential": self.credential,
            "choices": self.choices,
            "seed": self.seed if repeatable else None,
        }

    def check_task(self, ballot: bytes) -> dict[str, object]:
        return {"task": "check", "election": self.election.bytes.decode(), "credentials": [self.key.public], "ballot": ballot.decode()}

    def checked(self, ballot: bytes, signature_hash: str) -> dict[str, str]:
        """What the booth says of a valid ballot."""
        return {"credential": self.key.public, "hash": signature_hash, "tracker": tracker_of(ballot)}


def election_of(group: Group, questions: Sequence[Question], *, uuid: str) -> Election:
    trustees = check_trustees(make_trustees([trustee_key(7**80 % group.q, group, draw=seeded("trustee")).public]), group)
    data = make_election(
        name="انتخابات «آزمایشی»", description='d"\\\x7f\n', group=group, trustees=trustees, questions=questions, uuid=uuid
    )
    return Election.from_bytes(data)


def choose(question: HomomorphicQuestion, rng: random.Random, *, chosen: int | None = None) -> tuple[int, ...]:
    """Choices within the question's limits: a given number of them, or any; where blank is allowed, blank in one case of three."""
    size = len(question.answers)
    if question.blank and rng.random() < 1 / 3:
        return (1, *(0,) * size)
    many = rng.randint(question.min, question.max) if chosen is None else chosen
    marked = set(rng.sample(range(size), many))
    return (0,) * question.blank + tuple(int(place in marked) for place in range(size))


def random_case(group: Group, rng: random.Random) -> Case:
    """Any shape: one to four questions of one to nine answers, any limits, none or all chosen, with and without blank."""
    questions = []
    for number in range(rng.randint(1, 4)):
        size = rng.randint(1, 9)
        smallest, largest = sorted((rng.randint(0, size), rng.randint(0, size)))
        answers = tuple(f"نامزد {place}" for place in range(size))
        questions.append(HomomorphicQuestion(answers, f"رقابت {number}", smallest, largest, rng.random() < 0.5))
    election = election_of(group, questions, uuid="".join(rng.choices("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", k=14)))
    credential = generate_credential(draw=lambda bound: rng.randrange(bound))
    return Case(election, credential, tuple(choose(question, rng) for question in questions), f"random-{rng.random()}")


def named_shapes(group: Group) -> dict[str, Case]:
    """The shapes that have gone wrong somewhere before, each by its name."""

    def question(size: int, smallest: int, largest: int) -> HomomorphicQuestion:
        return HomomorphicQuestion(tuple(f"نامزد {place}" for place in range(size)), "رقابت", smallest, largest)

    shapes: dict[str, tuple[list[HomomorphicQuestion], list[tuple[int, ...]]]] = {
        "single answer": ([question(1, 0, 1)], [(1,)]),
        "single answer left blank": ([question(1, 0, 1)], [(0,)]),
        "exactly one of two": ([question(2, 1, 1)], [(0, 1)]),
        "nothing may be chosen": ([question(3, 0, 0)], [(0, 0, 0)]),
        "everything must be chosen": ([question(3, 3, 3)], [(1, 1, 1)]),
        "two to four of five": ([question(5, 2, 4)], [(1, 0, 1, 1, 0)]),
        "all races blank": ([question(4, 0, 2), question(3, 0, 1)], [(0,) * 4, (0,) * 3]),
        "one race blank": ([question(4, 0, 2), question(3, 0, 1), question(2, 0, 1)], [(1, 0, 0, 1), (0, 0, 0), (0, 1)]),
        "no answers at all": ([question(0, 0, 0)], [()]),
    }
    return _cases(group, shapes)


def blank_shapes(group: Group) -> dict[str, Case]:
    """The same for questions with a blank choice, whose flag stands first."""

    def question(size: int, smallest: int, largest: int, *, blank: bool = True) -> HomomorphicQuestion:
        return HomomorphicQuestion(tuple(f"نامزد {place}" for place in range(size)), "رقابت", smallest, largest, blank)

    shapes: dict[str, tuple[list[HomomorphicQuestion], list[tuple[int, ...]]]] = {
        "blank": ([question(3, 1, 2)], [(1, 0, 0, 0)]),
        "blank and nobody both allowed": ([question(3, 0, 2)], [(1, 0, 0, 0)]),
        "nobody though blank": ([question(3, 0, 2)], [(0, 0, 0, 0)]),
        "two of three though blank": ([question(3, 1, 2)], [(0, 1, 0, 1)]),
        "single answer or blank": ([question(1, 1, 1)], [(0, 1)]),
        "nothing but blank": ([question(0, 0, 0)], [(1,)]),
        "with and without blank": ([question(2, 0, 1), question(2, 0, 1, blank=False)], [(0, 0, 1), (1, 0)]),
    }
    return _cases(group, shapes)


def _cases(group: Group, shapes: dict[str, tuple[list[HomomorphicQuestion], list[tuple[int, ...]]]]) -> dict[str, Case]:
    return {
        name: Case(election_of(group, questions, uuid="Twin11112222333"), CREDENTIAL, tuple(choices), f"{group.name} {name}")
        for name, (questions, choices) in shapes.items()
    }


def vectors() -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads(VECTORS.read_text())["ballots"]
    return entries
