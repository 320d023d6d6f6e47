"""`sandogh demo` as a newcomer uses it, and as newcomers break it: Ctrl-C, a closed terminal, kill -9, a taken port, twice at once."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from .http_voter import HttpVoter
from .installation import EXAMPLES, SANDOGH, free_port

SAMPLE = json.loads((EXAMPLES / "sample-election.json").read_text())
LAST_LINE = "Ctrl-C stops everything"


class Terminal:
    """One run of `sandogh demo`, its output read line by line."""

    def __init__(self, data: Path, *options: str) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SANDOGH_", "DJANGO_"))}
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [SANDOGH, "demo", "--data", str(data), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=clean,
            start_new_session=True,
        )

    def read_until(self, beginning: str) -> str:
        """The output up to the first line that begins so."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith(beginning):
                return "".join(self.said)
        raise AssertionError("".join(self.said))

    def end(self, number: signal.Signals) -> int:
        """Send the signal; the exit status. Everything that it started has ended then or ends by itself."""
        self.process.send_signal(number)
        status = self.process.wait(timeout=60)
        if self.process.stdout:
            self.process.stdout.close()
        return status


@pytest.fixture
def ports() -> tuple[int, int]:
    return free_port(), free_port()


@pytest.fixture
def options(ports: tuple[int, int]) -> list[str]:
    return ["--port", str(ports[0]), "--phone-port", str(ports[1])]


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """What a failed test leaves is ended."""
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        if terminal.process.poll() is None:
            terminal.end(signal.SIGTERM)


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def demand_silence(ports: tuple[int, int]) -> None:
    """Nobody listens any more."""
    deadline = time.monotonic() + 40
    while any(map(listening, ports)):
        assert time.monotonic() < deadline, "something was left running"
        time.sleep(0.1)


def refusal(data: Path, *options: str) -> str:
    done = subprocess.run([SANDOGH, "demo", "--data", str(data), *options], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stdout
    return done.stderr


def test_killed_in_the_preparation_resumed_voted_counted_and_counted_again(
    tmp_path: Path, ports: tuple[int, int], options: list[str], terminals: list[Terminal]
) -> None:
    data = tmp_path / "demo"

    # ---- Killed while it prepares, it goes on from there.
    for place in ("$ sandogh election create", "$ sandogh trustee commit", "$ sandogh election seal"):
        terminals.append(Terminal(data, *options))
        terminals[-1].read_until(place)
        terminals[-1].end(signal.SIGKILL)
        time.sleep(1)  # the command that it was running may still be at work; it ends by itself
    terminals.append(Terminal(data, *options))
    said = terminals[-1].read_until(LAST_LINE)

    # ---- It says where everything is.
    for person in SAMPLE["test_voters"][:3]:
        assert f"licence {person['licence_no']}   national ID {person['national_id']}   mobile {person['mobile']}" in said
        assert f"http://127.0.0.1:{ports[1]}/phone/{person['mobile']}/" in said
    assert f"http://127.0.0.1:{ports[0]}/e/arkan-1405/" in said
    assert "same_operator" not in said

    # ---- A second one on the same data is refused, and so are other ports.
    assert "is running already" in refusal(data)

    # ---- A voter votes; then the terminal is closed, and everything with it.
    person = SAMPLE["test_voters"][0]
    choices = [[0] * len(race["candidates"]) for race in SAMPLE["races"]]
    choices[2][1] = 1
    with HttpVoter(
        f"http://127.0.0.1:{ports[1]}", licence_no=person["licence_no"], national_id=person["national_id"], mobile=person["mobile"]
    ) as voter:
        voter.vote(choices)
    assert terminals[-1].end(signal.SIGHUP) == 0
    demand_silence(ports)
    assert "stand in the texted links" in refusal(data, "--port", str(free_port()))

    # ---- The ports are remembered, the vote is kept, nobody is texted twice; killed, it leaves nothing running.
    terminals.append(Terminal(data))
    terminals[-1].read_until(LAST_LINE)
    texts = httpx.get(f"http://127.0.0.1:{ports[1]}/api/messages", params={"number": "09120000102"}, trust_env=False).json()["messages"]
    assert len(texts) == 1
    counted = subprocess.run([SANDOGH, "demo", "--data", str(data), "count"], capture_output=True, text=True, timeout=300, check=False)
    assert counted.returncode == 0, counted.stdout + counted.stderr
    for command in (
        "election close",
        "election tally",
        "trustee decrypt",
        "election decrypt",
        "election publish",
        "election archive",
        "verify",
    ):
        assert f"$ sandogh {command} " in counted.stdout
    assert b'{"result":' in (data / "arkan-1405.bel").read_bytes()
    assert httpx.get(f"http://127.0.0.1:{ports[0]}/e/arkan-1405/result/", trust_env=False).status_code == 200
    again = subprocess.run([SANDOGH, "demo", "--data", str(data), "count"], capture_output=True, text=True, timeout=300, check=False)
    assert again.returncode == 0, again.stdout + again.stderr
    terminals[-1].end(signal.SIGKILL)
    demand_silence(ports)

    # ---- Started again after the count, it says so; Ctrl-C ends it in order.
    terminals.append(Terminal(data))
    assert "Voting has ended (state: published)" in terminals[-1].read_until(LAST_LINE)
    assert terminals[-1].end(signal.SIGINT) == 0
    demand_silence(ports)


def test_a_taken_port_is_said_and_another_can_be_chosen(tmp_path: Path, ports: tuple[int, int]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports[0]))
        taken.listen()
        said = refusal(tmp_path / "demo", "--port", str(ports[0]), "--phone-port", str(ports[1]))
        assert f"port {ports[0]} is in use" in said
        assert "--port N" in said
        said = refusal(tmp_path / "demo", "--port", str(ports[1]), "--phone-port", str(ports[0]))
        assert f"port {ports[0]} is in use" in said
        assert "--phone-port N" in said
    assert not (tmp_path / "demo" / "server").exists()


def test_fresh_empties_only_what_it_made(tmp_path: Path, options: list[str], terminals: list[Terminal]) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt").write_text("mine")
    assert "was not made by" in refusal(tmp_path / "letters", "--fresh", *options)
    assert (tmp_path / "letters" / "mine.txt").read_text() == "mine"
    data = tmp_path / "demo"
    for _ in range(2):
        terminals.append(Terminal(data, *options))
        terminals[-1].read_until("$ sandogh trustee certificate")
        assert terminals[-1].end(signal.SIGTERM) == 0
    before = (data / "server" / "sandogh.sqlite3").stat().st_ino
    terminals.append(Terminal(data, "--fresh", *options))
    terminals[-1].read_until("$ sandogh trustee certificate")
    assert terminals[-1].end(signal.SIGTERM) == 0
    assert (data / "server" / "sandogh.sqlite3").stat().st_ino != before


def test_counting_without_a_demonstration_is_refused(tmp_path: Path) -> None:
    assert "there is no demonstration in" in refusal(tmp_path / "none", "count")


def test_counting_with_a_database_of_another_version_says_so(tmp_path: Path) -> None:
    """After an update, say; else it seems that there is no election."""
    data = tmp_path / "old"
    (data / "server").mkdir(parents=True)
    (data / "demo.json").write_text(json.dumps({"port": 1, "phone_port": 2, "slug": "arkan-1405", "webhook_secret": "w" * 32}))
    assert "the database is not prepared for this version" in refusal(data, "count")


def test_a_demonstration_is_refused_in_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDOGH_ENV", "production")
    assert "for trying only" in refusal(tmp_path / "demo")
    assert list(tmp_path.iterdir()) == []
