"""Processes that share the work of a verification."""

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from types import TracebackType
from typing import TypeVar

from sandogh.protocol.election import Election

Task = TypeVar("Task")
Done = TypeVar("Done")


class Workers:
    """Runs a function of the election over many tasks, on this processor or on several, and answers in the order of the tasks."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def each(
        self, election: Election, function: Callable[[Election, Task], Done], tasks: Iterable[Task], *, worthwhile: bool
    ) -> Iterator[Done]:
        """function(election, task) of every task in order, with at most a few tasks in memory.

        The function is one of a module, so that another process finds it. Unless it is worthwhile to start processes, none is started.
        """
        if self._jobs == 1 or not worthwhile:
            for task in tasks:
                yield function(election, task)
            return
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self._jobs, initializer=_begin, initargs=(election,))
        waiting: deque[Future[Done]] = deque()
        for task in tasks:
            waiting.append(self._pool.submit(_run, function, task))
            if len(waiting) > 2 * self._jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


# What a process of the pool works on, set once when it starts.
_election: list[Election] = []


def _begin(election: Election) -> None:
    # Ctrl-C reaches every process of a terminal; the first one ends the others in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _election[:] = [election]


def _run(function: Callable[[Election, Task], Done], task: Task) -> Done:
    return function(_election[0], task)
