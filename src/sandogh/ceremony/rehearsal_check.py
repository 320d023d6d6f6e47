"""What a rehearsal showed: who has a working key, and whether a quorum opens the canary. The record is for the minutes.

Format `sandogh-rehearsal-record/1`. Its SHA-256 is what the minutes quote; rehearsal and answers, kept beside it, let anyone check it
again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations, islice
from math import comb
from pathlib import Path

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.record import setup_of
from sandogh.ceremony.rehearsal import Answer, Rehearsal, check_answer
from sandogh.protocol import canonical
from sandogh.protocol.combination import lagrange
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.election import Election, check_election_key
from sandogh.protocol.errors import SandoghError, VerificationError
from sandogh.protocol.group import Element
from sandogh.protocol.trustee import Member, Trustees, check_trustees

RECORD_FORMAT = "sandogh-rehearsal-record/1"
MOST_QUORUMS = 500  # tried one by one; every answer being proven, more would only say the same again


@dataclass(frozen=True, slots=True)
class Quorums:
    """Of one mandatory trustee or one threshold group: how many sets of `needed` members could be formed of those who passed."""

    needed: int
    members: tuple[int, ...]
    passed: tuple[int, ...]
    tried: int

    @property
    def works(self) -> bool:
        return len(self.passed) >= self.needed

    @property
    def possible(self) -> int:
        return comb(len(self.passed), self.needed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the answers showed. `faults`: file → why it does not count."""

    rehearsal: Rehearsal
    trustees: Trustees
    answers: Mapping[int, Answer]
    faults: Mapping[str, str]
    quorums: tuple[Quorums, ...]

    @property
    def works(self) -> bool:
        """Whether those who passed could open the tally."""
        return all(quorums.works for quorums in self.quorums)

    @property
    def complete(self) -> bool:
        """Whether every trustee passed and no file was refused."""
        return len(self.answers) == len(self.trustees.members) and not self.faults

    def to_bytes(self, *, now: datetime) -> bytes:
        """The record."""
        return canonical.dumps(
            {
                "format": RECORD_FORMAT,
                "rehearsal": self.rehearsal.digest,
                "purpose": self.rehearsal.purpose,
                "election": self.rehearsal.election,
                "uuid": self.rehearsal.uuid,
                "made_at": self.rehearsal.made_at,
                "checked_at": now.astimezone(UTC).isoformat(timespec="seconds"),
                "trustees": [self._entry(member) for member in self.trustees.members],
                "groups": [
                    {"needed": each.needed, "members": list(each.members), "passed": list(each.passed), "works": each.works}
                    for each in self.quorums
                ],
                "refused": [{"file": file, "reason": reason} for file, reason in sorted(self.faults.items())],
                "works": self.works,
            }
        )

    def _entry(self, member: Member) -> dict[str, object]:
        answer = self.answers.get(member.number)
        named = {} if member.name is None else {"name": member.name}
        passed = {"passed": False} if answer is None else {"passed": True, "answer": sha_hex(answer.data)}
        return {"number": member.number, **named, "public_key": member.public_key, **passed}


def read_setup(archive: Path) -> tuple[Election, Trustees]:
    """Election and trustees from the first event of an archive; Refused when it cannot be read or does not hold."""
    with setup_of(archive) as data:
        election = Election.from_bytes(data[0].data)
        trustees = check_trustees(data[1].data, election.group)
        check_election_key(election, trustees)
        return election, trustees


def check_rehearsal(rehearsal: Rehearsal, answers: Mapping[str, bytes], *, election: Election, trustees: Trustees) -> Outcome:
    """Check every answer (file → bytes) and every quorum; Refused only when the rehearsal is not of this election.

    1. the rehearsal is of this election and these trustees
    2. each answer by itself; a bad one is named and does not stop the others
    3. each group of trustees: every quorum of those who passed opens its part of the canary
    """
    # (1)
    numbers = {member.public_key: member.number for member in trustees.members}
    ours = (election.fingerprint, election.group.ser(election.public_key), tuple(numbers))
    if (rehearsal.election, rehearsal.group.ser(rehearsal.key), rehearsal.trustees) != ours:
        raise Refused("the rehearsal is not of this election")
    # (2)
    good: dict[int, Answer] = {}
    faults: dict[str, str] = {}
    for file, data in answers.items():
        try:
            answer = check_answer(data, rehearsal)
        except SandoghError as fault:
            faults[file] = str(fault)
        else:
            good[numbers[answer.public_key]] = answer
    # (3)
    quorums = tuple(try_quorums(rehearsal, trustees, place, good) for place in range(len(trustees.items)))
    return Outcome(rehearsal, trustees, dict(sorted(good.items())), faults, quorums)


def try_quorums(rehearsal: Rehearsal, trustees: Trustees, place: int, good: Mapping[int, Answer]) -> Quorums:
    """Whether sets of members of one item open its part of the canary; VerificationError if any does not, which the proofs exclude.

    The item's part is its key to the power of the canary's randomness, which everybody knows.
    """
    needed, members = list(trustees.grouped())[place]
    group = rehearsal.group
    part = group.public_power(trustees.items[place].key, rehearsal.randomness)
    passed = [member for member in members if member.number in good]
    tried = 0
    for quorum in islice(combinations(passed, needed), MOST_QUORUMS):
        if combined(rehearsal, quorum, good) != part:
            raise VerificationError("§10.2", f"trustees {', '.join(str(member.number) for member in quorum)} do not open the canary")
        tried += 1
    return Quorums(needed, tuple(member.number for member in members), tuple(member.number for member in passed), tried)


def combined(rehearsal: Rehearsal, quorum: Sequence[Member], good: Mapping[int, Answer]) -> Element:
    group = rehearsal.group
    weights = lagrange([member.index for member in quorum], group.q)
    return group.product(group.public_power(good[member.number].factor, weight) for member, weight in zip(quorum, weights, strict=True))
