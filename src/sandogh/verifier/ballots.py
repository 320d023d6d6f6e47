"""Checks many ballots, on one processor or on several (protocol.md §7)."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from sandogh.protocol.ballot import Ballot, check_ballot
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError

#: Ballots handed to a process at once: enough to outweigh the handing over, few enough to keep memory small.
BATCH = 8

#: Below this number of ballots, starting processes costs more than it gains.
WORTHWHILE = 24

Judged = Ballot | Malformed | VerificationError


def judge(data: bytes, election: Election, credentials: frozenset[str]) -> Judged:
    """The ballot if it may be counted, else the refusal."""
    try:
        return check_ballot(data, election=election, credentials=credentials)
    except (Malformed, VerificationError) as refusal:
        return refusal


def judge_all(ballots: Iterable[bytes], election: Election, credentials: frozenset[str], *, jobs: int) -> Iterator[Judged]:
    """Every ballot judged, in the order given, at most a few batches in memory."""
    if jobs == 1:
        for data in ballots:
            yield judge(data, election, credentials)
        return
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(election, credentials)) as pool:
        waiting: deque[Future[list[Judged]]] = deque()
        batch: list[bytes] = []
        for data in ballots:
            batch.append(data)
            if len(batch) == BATCH:
                waiting.append(pool.submit(_judge_batch, batch))
                batch = []
            if len(waiting) > 2 * jobs:
                yield from waiting.popleft().result()
        if batch:
            waiting.append(pool.submit(_judge_batch, batch))
        while waiting:
            yield from waiting.popleft().result()


# What a process of the pool works on, set once when it starts.
_work: list[tuple[Election, frozenset[str]]] = []


def _begin(election: Election, credentials: frozenset[str]) -> None:
    _work[:] = [(election, credentials)]


def _judge_batch(batch: list[bytes]) -> list[Judged]:
    election, credentials = _work[0]
    return [judge(data, election, credentials) for data in batch]
