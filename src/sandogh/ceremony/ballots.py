"""Checks many ballots at once, with every core, in the order they came. protocol.md §7"""

import os
from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from sandogh.protocol.ballot import Ballot, check_ballot
from sandogh.protocol.election import Election
from sandogh.protocol.errors import within

AT_ONCE = 512  # ballots in memory: some ten megabytes
WORTHWHILE = 32  # below this, starting processes costs more than it gains
CHUNK = 8


@dataclass(frozen=True, slots=True)
class Cast:
    """A ballot as it stands in the archive, with the number of its event."""

    height: int
    data: bytes


class BallotChecker:
    """Checks against one election; processes start with the first large batch and end with `close`."""

    def __init__(self, election: Election, credentials: Collection[str]) -> None:
        self.election = election
        self.credentials = frozenset(credentials)
        self.pool: ProcessPoolExecutor | None = None

    def check(self, batch: Sequence[Cast]) -> list[Ballot]:
        """The ballots; Malformed or VerificationError, naming the event, for the first that does not hold."""
        if self.pool is None and len(batch) >= WORTHWHILE and (cores := os.cpu_count() or 1) > 1:
            # Not forked: a copy of this process would hold the trustee's key as well.
            self.pool = ProcessPoolExecutor(
                cores, mp_context=get_context("spawn"), initializer=_begin, initargs=(self.election, self.credentials)
            )
        if self.pool is None:
            return [_checked(cast, self.election, self.credentials) for cast in batch]
        return list(self.pool.map(_check, batch, chunksize=CHUNK))

    def close(self) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)
            self.pool = None


def _checked(cast: Cast, election: Election, credentials: frozenset[str]) -> Ballot:
    with within(f"event {cast.height}"):
        return check_ballot(cast.data, election=election, credentials=credentials)


# What a process was started for.
_bound: list[tuple[Election, frozenset[str]]] = []


def _begin(election: Election, credentials: frozenset[str]) -> None:
    _bound.append((election, credentials))


def _check(cast: Cast) -> Ballot:
    election, credentials = _bound[0]
    return _checked(cast, election, credentials)
