"""A whole installation for a test: every party in a folder of its own, every act by the real `sandogh` command."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandogh.server.console.processes import Child, wait_until_answering

SANDOGH = str(Path(sys.executable).parent / "sandogh")
ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SECRET_PATH = "webhook-of-this-very-test-alone"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """Server, worker and simulated phones on ports of their own; `public` is the address that voters are given."""

    def __init__(self, folder: Path, *, public_port: int | None = None) -> None:
        self.folder = folder
        self.port, self.phone_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.phone_url = f"http://127.0.0.1:{self.phone_port}"
        self.public_url = f"http://127.0.0.1:{public_port or self.port}"
        self.children: list[Child] = []
        for part in ("server", "phone", "authority", "log"):
            (folder / part).mkdir()

    @property
    def database(self) -> Path:
        return self.folder / "server" / "sandogh.sqlite3"

    def environment(self) -> Mapping[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SANDOGH_", "DJANGO_", "PYTEST_"))}
        return inherited | {
            "SANDOGH_DATA": str(self.folder / "server"),
            "SANDOGH_BASE_URL": self.public_url,
            "SANDOGH_SMS_SIMULATED_URL": self.phone_url,
            "SANDOGH_SMS_WEBHOOK_SECRET": SECRET_PATH,
            "SANDOGH_PHONE_DATA": str(self.folder / "phone"),
        }

    # ---- commands
    def sandogh(self, *arguments: str | Path, fails: bool = False) -> str:
        """Run `sandogh …` in the folder; what it printed. It must succeed, or with `fails` be refused, which answers the refusal."""
        done = subprocess.run(
            [SANDOGH, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode != (1 if fails else 0):
            raise AssertionError(f"sandogh {' '.join(map(str, arguments))}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stderr if fails else done.stdout.strip()

    def status(self, slug: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.sandogh("election", "status", slug, "--json"))
        return answer

    # ---- processes
    def start(self) -> None:
        """The three processes; returns when the pages answer."""
        hooks = f"{self.public_url}/sms/{{}}/{SECRET_PATH}/"
        phone = ["--port", str(self.phone_port), "--webhook", hooks.format("inbound"), "--delivery", hooks.format("delivery")]
        self.children += [
            self.child("phone", "phone", "serve", *phone),
            self.child("server", "serve", "--port", str(self.port), "--workers", "1"),
            self.child("worker", "worker"),
        ]
        wait_until_answering(self.phone_url, self.children)
        wait_until_answering(self.url, self.children)

    def child(self, name: str, *arguments: str) -> Child:
        return Child(name, [SANDOGH, *arguments], environment=self.environment(), log=self.folder / "log" / f"{name}.log")

    def stop(self) -> None:
        while self.children:
            self.children.pop().stop()
