"""Sending to the simulated operator over HTTP, with the sender killed in the middle (kill -9), again and again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from sandogh.ceremony.sending import text_for
from sandogh.ceremony.store import CredentialStore

from .conftest import issue_plain as issue

SANDOGH = str(Path(sys.executable).parent / "sandogh")
VOTERS = 40


class Operator:
    """`sandogh phone serve` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SANDOGH_", "DJANGO_"))}
        with (folder / "phone.log").open("wb") as log:
            self.process = subprocess.Popen(
                [SANDOGH, "phone", "serve", "--port", str(port)],
                env=clean | {"SANDOGH_PHONE_DATA": str(folder / "phone")},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=30)
        deadline = time.monotonic() + 60
        while not self.answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.stop()
                raise AssertionError((folder / "phone.log").read_text())
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            return self.client.get("/api/inbox").is_success
        except httpx.TransportError:
            return False

    def texts(self, number: str) -> list[str]:
        return [message["text"] for message in self.client.get("/api/messages", params={"number": number}).json()["messages"]]

    def fault(self, **fields: object) -> None:
        self.client.post("/api/faults", json=fields).raise_for_status()

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    made = Operator(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def store(tmp_path: Path, request_bytes: Callable[..., bytes]) -> Path:
    path = tmp_path / "secret.sqlite3"
    issue(request_bytes(size=VOTERS + 1), store_path=path, out=tmp_path / "public.json")
    return path


def sending(store: Path, operator: Operator, *options: str) -> list[str]:
    return [SANDOGH, "credentials", "send", "--store", str(store), "--simulated-url", operator.url, *options]


def states(store: Path) -> dict[str, int]:
    with CredentialStore(store) as opened:
        found: dict[str, int] = {}
        for message in opened.last_messages():
            found[message.state] = found.get(message.state, 0) + 1
        return found


def demand_one_each(store: Path, operator: Operator) -> None:
    """Every voter with a mobile has exactly the one text with the own link; nobody else has any."""
    with CredentialStore(store) as opened:
        for holder in opened.holders():
            expected = [text_for(opened.election, holder, opened.secret_of(holder))] if holder.mobile else []
            assert operator.texts(holder.mobile or "09120009999") == expected


def test_killed_again_and_again_every_voter_gets_exactly_one_text(store: Path, operator: Operator) -> None:
    kills, before = 0, 0
    while kills < 5:
        process = subprocess.Popen(sending(store, operator, "--rate", "0"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        # Into the middle of the work, not into the start of the interpreter.
        while process.poll() is None and states(store).get("sent", 0) < before + 3 and time.monotonic() < deadline:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        before = states(store).get("sent", 0)
        if before == VOTERS:
            break
    assert kills >= 2, "the sender was faster than the killer: nothing was tested"
    done = subprocess.run(sending(store, operator, "--rate", "0"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert states(store) == {"sent": VOTERS}
    demand_one_each(store, operator)


def test_killed_while_the_answer_is_held_back_nothing_is_doubled(store: Path, operator: Operator) -> None:
    """Accepted by the network, unknown to the sender: the worst moment to die."""
    operator.fault(kind="timed_out", number="09120000003", times=1, hold=30)
    process = subprocess.Popen(sending(store, operator, "--rate", "0"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not operator.texts("09120000003") and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert states(store) == {"sent": 2, "sending": 1, "queued": VOTERS - 3}
    done = subprocess.run(sending(store, operator, "--rate", "0"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    demand_one_each(store, operator)


def test_resending_one_voter_and_the_progress_on_stderr(store: Path, operator: Operator) -> None:
    done = subprocess.run(sending(store, operator, "--rate", "0"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"sent {VOTERS} of {VOTERS}" in done.stderr
    assert f"sent     {VOTERS}\n" in done.stdout
    command = [SANDOGH, "credentials", "resend", "--store", str(store), "--simulated-url", operator.url, "--voter", "9901000007"]
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (0, "sent\n")
    first, second = operator.texts("09120000007")
    assert first == second
    assert len(operator.texts("09120000008")) == 1


def test_a_number_outside_the_fictional_range_is_refused(tmp_path: Path, operator: Operator, request_bytes: Callable[..., bytes]) -> None:
    voters = [{"id": "1", "greeting": "سلام", "mobile": "09121111111"}, {"id": "2", "greeting": "سلام", "mobile": "09120000002"}]
    issue(request_bytes(voters=voters), store_path=tmp_path / "o.sqlite3", out=tmp_path / "o.json")
    done = subprocess.run(sending(tmp_path / "o.sqlite3", operator), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "not sent: voter 1: not_fictional" in done.stderr
    assert states(tmp_path / "o.sqlite3") == {"failed": 1, "sent": 1}
    assert len(operator.texts("09120000002")) == 1
