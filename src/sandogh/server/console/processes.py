"""Child processes of one terminal: started together, stopped together, none left behind."""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

import click

PR_SET_PDEATHSIG = 1  # prctl(2): the signal a child gets when its parent dies, however it dies
PATIENCE = 60.0  # seconds until a server must answer
GRACE = 25.0  # seconds that a child has to end by itself; the server lets requests finish


class Stopped(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


@contextlib.contextmanager
def hold(path: Path, otherwise: str) -> Iterator[None]:
    """Hold the lock file while inside; ClickException when another process does. The kernel frees it with the process."""
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise click.ClickException(otherwise) from held
        yield


def demand_free(host: str, port: int, option: str) -> None:
    """ClickException when somebody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise click.ClickException(f"port {port} is in use: stop what listens there, or choose another with {option} N") from taken


def die_with_parent(parent: int) -> None:
    """In the child, before its program: end when the parent ends, even by kill -9 (Linux only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


class Child:
    """One process in a process group of its own, so that the terminal's Ctrl-C reaches us alone and we stop it in order."""

    def __init__(self, name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        parent = os.getpid()
        with log.open("ab") as output:
            # No thread runs in this program, so that a function between fork and exec is safe.
            self.process = subprocess.Popen(  # noqa: S603 (our own commands)
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(parent),
            )

    def demand_alive(self) -> None:
        """ClickException with the end of its log when the process has ended."""
        if self.process.poll() is None:
            return
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        raise click.ClickException(
            f"«{self.name}» ended with status {self.process.returncode}; the end of {self.log}:\n" + "\n".join(lines)
        )

    def stop(self) -> None:
        """End the whole group: politely, then not."""
        for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=patience)
                break
        # What the process itself left behind in its group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def wait_until_answering(url: str, children: Sequence[Child]) -> None:
    """Return once the address answers anything at all; ClickException when a child ends first or time runs out."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for child in children:
            child.demand_alive()
        try:
            opener.open(url, timeout=5).close()
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                return
            raise click.ClickException(f"{url} answers {answer.code}; see the logs in {children[0].log.parent}") from answer
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise click.ClickException(f"{url} did not answer within {PATIENCE:.0f} seconds; see the logs in {children[0].log.parent}")


@contextlib.contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Inside, Ctrl-C, SIGTERM and a closed terminal raise Stopped in the main thread."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def ignore_signals() -> None:
    """For the last seconds, while everything is being stopped."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def stand_until_stopped(children: Sequence[Child]) -> None:
    """Watch the children for ever; ends by Stopped, or by ClickException when one of them ends."""
    while True:
        for child in children:
            child.demand_alive()
        time.sleep(0.5)
