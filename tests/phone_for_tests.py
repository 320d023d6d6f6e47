"""The real `sandogh phone serve` in a folder and on a port of its own, and its interface for tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

SANDOGH = str(Path(sys.executable).parent / "sandogh")
PATIENCE = 40.0


class PhoneForTests:
    """A running simulated network."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(base_url=url, timeout=20, trust_env=False)

    def messages(self, number: str) -> list[dict[str, Any]]:
        """What stands on this phone, oldest first."""
        return list(self.client.get("/api/messages", params={"number": number}).json()["messages"])

    def text(self, number: str, text: str, line: str = "100000000") -> str:
        """The phone texts the line; answers the network's id of it."""
        answer = self.client.post("/api/text", json={"from": number, "to": line, "text": text})
        answer.raise_for_status()
        return str(answer.json()["id"])

    def fail(self, kind: str, *, number: str = "", times: int | None = None, hold: float = 1.0) -> None:
        """From now on the network fails in this way; kind "none" ends it."""
        self.client.post("/api/faults", json={"kind": kind, "number": number, "times": times, "hold": hold}).raise_for_status()


@contextmanager
def phone(data: Path, *, webhook: str = "", delivery: str = "") -> Iterator[PhoneForTests]:
    """Start it, wait until it answers, end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SANDOGH_", "DJANGO_"))}
    log = data / "phone.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [SANDOGH, "phone", "serve", "--port", str(port), "--webhook", webhook, "--delivery", delivery],
            env=environment | {"SANDOGH_PHONE_DATA": str(data)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = PhoneForTests(f"http://127.0.0.1:{port}")
    try:
        _wait(running, process, log)
        yield running
    finally:
        running.client.close()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(running: PhoneForTests, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the simulated network ended by itself:\n{log.read_text()}")
        try:
            running.client.get("/api/faults").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the simulated network does not answer:\n{log.read_text()}")
