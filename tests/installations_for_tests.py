"""Whole installations to test with: a data folder, a database and processes of their own, reached by HTTP alone.

with installation(tmp_path) as here:                 # SQLite, or a fresh database where SANDOGH_DATABASE_URL is PostgreSQL's
    prepared = here.script("prepare", voters=100)     # runs tests/installation_script.py inside; answers what it prints
    server = here.serve()                             # `sandogh serve --workers 2`, answering; here.worker(), here.phone() likewise
    with Booth(here.url, slug, token) as booth: ...  # the booth's four calls, with the Python protocol for a booth
    server.kill()                                     # kill -9 of the whole process group
    here.serve()                                      # again, on the same port
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import psycopg

ROOT = Path(__file__).resolve().parent.parent
WEBHOOK_SECRET = "a-secret-of-the-tests-and-of-nothing-else"
PATIENCE_SECONDS = 60.0


class Process:
    """A child in a process group of its own; its output goes to a file."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self.child = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    def kill(self) -> None:
        """kill -9, of everything in the group, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait(timeout=PATIENCE_SECONDS)

    def demand_alive(self) -> None:
        if self.child.poll() is not None:
            raise RuntimeError(f"ended with status {self.child.returncode}:\n{self.log.read_text(errors='replace')[-3000:]}")


@dataclass
class Installation:
    """`database` is None for SQLite in the data folder."""

    folder: Path
    database: str | None
    port: int
    phone_port: int
    processes: list[Process] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def phone_url(self) -> str:
        return f"http://127.0.0.1:{self.phone_port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "SANDOGH_DATA": str(self.folder),
            "SANDOGH_BASE_URL": self.url,
            "SANDOGH_SMS_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "SANDOGH_SMS_SIMULATED_URL": self.phone_url,
            "PYTHONPATH": str(ROOT / "tests"),
        }
        if self.database is not None:
            own["SANDOGH_DATABASE_URL"] = self.database
        return {name: value for name, value in os.environ.items() if not name.startswith(("SANDOGH_", "DJANGO_"))} | own

    def script(self, name: str, **options: object) -> Any:
        """Run a command of installation_script.py in this installation; answers the JSON that it prints."""
        command = [sys.executable, str(ROOT / "tests" / "installation_script.py"), name, json.dumps(options)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{name} failed:\n{done.stderr[-3000:]}")
        return json.loads(done.stdout)

    def serve(self, workers: int = 2) -> Process:
        """The server, once it answers."""
        process = self._start("server", "serve", "--port", str(self.port), "--workers", str(workers))
        wait_until_answering(f"{self.url}/", process)
        return process

    def worker(self) -> Process:
        return self._start("worker", "worker")

    def phone(self) -> Process:
        """The simulated network, once it answers; it pushes texts to the server."""
        webhook = f"{self.url}/sms/inbound/{WEBHOOK_SECRET}/"
        process = self._start("phone", "phone", "serve", "--port", str(self.phone_port), "--webhook", webhook)
        wait_until_answering(f"{self.phone_url}/", process)
        return process

    def _start(self, name: str, *arguments: str) -> Process:
        command = [str(Path(sys.executable).parent / "sandogh"), *arguments]
        process = Process(command, self.environment, self.folder / f"{name}.log")
        self.processes.append(process)
        return process


@contextlib.contextmanager
def installation(folder: Path, database_url: str | None = None) -> Iterator[Installation]:
    """An installation whose tables are made; every process of it is gone afterwards.

    On PostgreSQL, a database beside the one that `database_url`, else SANDOGH_DATABASE_URL, names; otherwise on SQLite.
    """
    url = os.environ.get("SANDOGH_DATABASE_URL", "") if database_url is None else database_url
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(_fresh_database(url)) if url.startswith("postgres") else None
        here = Installation(folder, database, free_port(), free_port())
        subprocess.run(
            [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--settings", "sandogh.server.settings"],
            env=here.environment,
            check=True,
        )
        try:
            yield here
        finally:
            for process in here.processes:
                process.kill()


@contextlib.contextmanager
def _fresh_database(url: str) -> Iterator[str]:
    base, _slash, _name = url.rpartition("/")
    name = f"sandogh_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield f"{base}/{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_answering(url: str, process: Process) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        process.demand_alive()
        try:
            httpx.get(url, timeout=5, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


class Booth:
    """What the booth's page sends, from a device that is logged in. Not for several threads at once."""

    def __init__(self, url: str, slug: str, token: str) -> None:
        csrf = secrets.token_hex(16)
        self.slug = slug
        self.http = httpx.Client(
            base_url=url,
            cookies={"sandogh_session": token, "csrftoken": csrf},
            headers={"X-CSRFToken": csrf},
            timeout=httpx.Timeout(60),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()

    def seal(self, ballot_hash: str, credential: str) -> httpx.Response:
        return self._post("seal", {"ballot_hash": ballot_hash, "credential": credential})

    def status(self) -> httpx.Response:
        return self.http.get(f"/e/{self.slug}/vote/status/")

    def cast(self, ballot: str) -> httpx.Response:
        return self._post("cast", {"ballot": ballot})

    def enter_code(self, code: str) -> httpx.Response:
        """The page after the login's three fields."""
        return self.http.post(
            f"/e/{self.slug}/code/", data={"code": code, "csrfmiddlewaretoken": self.http.headers["X-CSRFToken"]}, follow_redirects=False
        )

    def text(self, mobile: str, code: str) -> httpx.Response:
        """The provider hands in a text from this number, as its webhook does."""
        fields = {"id": secrets.token_hex(8), "from": mobile, "to": "100000000", "text": code, "at": "2026-11-22T08:00:00+00:00"}
        return self.http.post(f"/sms/inbound/{WEBHOOK_SECRET}/", data=fields)

    def _post(self, call: str, fields: dict[str, str]) -> httpx.Response:
        return self.http.post(f"/e/{self.slug}/vote/{call}/", json=fields)
