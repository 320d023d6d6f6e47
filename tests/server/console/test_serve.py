"""`sandogh serve` and `sandogh worker` as processes: starting, refusing to start, answering, stopping."""

import contextlib
import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from sandogh.cli import main; main()"]
PATIENCE = 60.0


def environment(data: Path, **more: str) -> dict[str, str]:
    """A database of its own, whatever the tests beside it use."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SANDOGH_")} | {"SANDOGH_DATA": str(data), **more}


def run(data: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], env=environment(data, **more), capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("server")
    done = run(data, "prepare")
    assert (done.returncode, done.stderr) == (0, "the database is prepared\n")
    return data


def test_only_the_services_own_user_reads_the_database(prepared: Path) -> None:
    """It holds the roll: names, national IDs, numbers."""
    assert (prepared / "sandogh.sqlite3").stat().st_mode & 0o777 == 0o600


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def started(data: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The process in a session of its own, and nothing of it left behind."""
    process = subprocess.Popen(
        [*COMMAND, *words], env=environment(data), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE)


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def status_of(port: int, path: str = "/e/nowhere/", *, body: bytes | None = None) -> int:
    """HTTP status, or 0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET" if body is None else "POST", path, body)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@pytest.mark.parametrize("words", [["serve"], ["worker"], ["worker", "--once"], ["election", "list"]])
def test_nothing_starts_on_a_database_that_is_not_prepared(tmp_path, words):
    done = run(tmp_path, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: the database is not prepared for this version: run «sandogh prepare»\n"


def test_production_without_its_settings_does_not_start(tmp_path):
    done = run(tmp_path, "serve", SANDOGH_ENV="production")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the settings are not complete: SANDOGH_SECRET_KEY must be set in production")


def test_a_simulated_provider_does_not_start_in_production(prepared):
    done = run(
        prepared, "serve", SANDOGH_ENV="production", SANDOGH_SECRET_KEY="s" * 60, SANDOGH_BASE_URL="https://vote.example",
        SANDOGH_HOSTS="vote.example", SANDOGH_SMS_PROVIDER="simulated", SANDOGH_SMS_WEBHOOK_SECRET="w" * 40,
        SANDOGH_DATABASE_URL=f"sqlite:///{prepared / 'sandogh.sqlite3'}",
    )  # fmt: skip
    assert done.returncode == 1
    assert "SANDOGH_SMS_PROVIDER is «simulated»" in done.stderr


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path):
    done = run(tmp_path, "election", "list", SANDOGH_DATABASE_URL=f"postgres://nobody@127.0.0.1:{free_port()}/none")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the database cannot be used: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_answers_and_stops_when_told(prepared, number):
    port = free_port()
    with started(prepared, "serve", "--port", str(port), "--workers", "2") as server:
        wait_for(lambda: status_of(port) == 404)
        assert status_of(port, "/sms/inbound/wrong/", body=b"x" * 100) in (403, 404)
        os.kill(server.pid, number)
        assert server.wait(PATIENCE) == 0
    assert status_of(port) == 0


def test_no_server_process_outlives_a_killed_server(prepared):
    port = free_port()
    with started(prepared, "serve", "--port", str(port), "--workers", "2") as server:
        wait_for(lambda: status_of(port) == 404)
        os.kill(server.pid, signal.SIGKILL)
        server.wait(PATIENCE)
        wait_for(lambda: status_of(port) == 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_stops_when_told(prepared, number):
    with started(prepared, "worker") as worker:
        assert worker.stderr is not None
        for line in worker.stderr:
            if line == "worker: started\n":
                break
        began = time.monotonic()
        os.kill(worker.pid, number)
        rest = worker.stderr.read()
        assert worker.wait(PATIENCE) == 0
        assert rest.endswith("worker: stopped\n")
        assert time.monotonic() - began < 25


def test_the_worker_says_loudly_that_its_messages_are_simulated(prepared):
    done = run(prepared, "worker", "--once")
    assert "SIMULATED SMS" in done.stderr


def test_two_workers_at_once_open_an_election_once(prepared, tmp_path, definition):
    def done(*words: object) -> None:
        result = run(prepared, *map(str, words))
        assert result.returncode == 0, result.stderr

    (tmp_path / "definition.json").write_bytes(definition)
    (tmp_path / "roll.csv").write_text(
        "شماره پروانه,کد ملی,نام,نام خانوادگی,تلفن همراه,رشته,شهر,وضعیت\n9901014501,9990001235,آزاده,پیش‌گام,,راه,سپیدشهر,فعال\n"
    )
    opens = datetime.now(UTC) - timedelta(minutes=1)
    done(
        "election", "create", tmp_path / "definition.json", "--roll", tmp_path / "roll.csv",
        "--opens", opens.isoformat(), "--closes", (opens + timedelta(hours=1)).isoformat(),
    )  # fmt: skip
    done("trustee", "keygen", "--out", tmp_path / "key", "--no-passphrase")
    done("election", "credentials-request", "arkan-1405", "--out", tmp_path / "request.json")
    done(
        "credentials", "issue", "--request", tmp_path / "request.json", "--store", tmp_path / "store", "--out", tmp_path / "public.json",
        "--no-passphrase",
    )  # fmt: skip
    done("election", "seal", "arkan-1405", "--credentials", tmp_path / "public.json", "--trustee", tmp_path / "key.public.json")

    def acts_done() -> list[str]:
        with contextlib.closing(sqlite3.connect(prepared / "sandogh.sqlite3")) as database:
            return [act for (act,) in database.execute("SELECT act FROM elections_actrecord ORDER BY id")]

    with started(prepared, "worker") as first, started(prepared, "worker") as second:
        wait_for(lambda: "open" in acts_done())
        time.sleep(2.5)  # two more rounds of each
        assert (first.poll(), second.poll()) == (None, None)
    assert acts_done() == ["create", "seal", "open"]
