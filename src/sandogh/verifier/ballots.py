"""Checks ballots and multiplies those that count, batch by batch (protocol.md §7, §8.2)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandogh.protocol.ballot import check_ballot, parse_ballot
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.tally import EncryptedTally, TallyBuilder

#: Ballots handed to a process at once: enough to outweigh the handing over, few enough to keep memory small.
BATCH = 8

#: Below this number of ballots, starting processes costs more than it gains.
WORTHWHILE = 24

Refusal = Malformed | VerificationError


@dataclass(frozen=True, slots=True)
class Task:
    """A ballot's bytes; the listed credential that it names, or None; its weight if it counts, else 0; whether to check its proofs."""

    data: bytes
    credential: str | None
    weight: int
    check: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """Of a batch, per ballot None or the refusal, and the product of those that count and were not refused."""

    refusals: tuple[Refusal | None, ...]
    product: EncryptedTally


def judge_batch(election: Election, batch: list[Task]) -> Judged:
    """Check every ballot of a batch, protocol.md §7, and multiply those that count, protocol.md §8.2."""
    builder = TallyBuilder(election)
    refusals: list[Refusal | None] = []
    for task in batch:
        try:
            if task.check:
                listed = () if task.credential is None else (task.credential,)
                ballot = check_ballot(task.data, election=election, credentials=listed)
            else:
                ballot = parse_ballot(task.data, election)
            if task.weight:
                builder.add(ballot, task.weight)
        except (Malformed, VerificationError) as refusal:
            refusals.append(refusal)
        else:
            refusals.append(None)
    return Judged(tuple(refusals), builder.finish())


def batches(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """The tasks in lists of BATCH, the last one shorter."""
    batch: list[Task] = []
    for task in tasks:
        batch.append(task)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
