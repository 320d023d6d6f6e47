"""The demonstration as a newcomer gets it (`sandogh demo`), started and stopped by a test, and its three folders of evidence."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SANDOGH = str(Path(sys.executable).parent / "sandogh")
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
SAMPLE: dict[str, Any] = json.loads((EXAMPLES / "sample-election.json").read_text())
PATIENCE = 180  # seconds for the whole preparation: import, 611 credentials, sealing, invitations


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Person:
    """A fictional voter of the sample."""

    licence_no: str
    national_id: str
    name: str
    mobile: str


def person(number: int) -> Person:
    """Test voter `number` of the sample, counted from 1, with the name as the roll's importer spells it."""
    voter = SAMPLE["test_voters"][number - 1]
    name = f"{voter['given_name']} {voter['family_name']}".translate(str.maketrans("يك", "یک"))
    return Person(voter["licence_no"], voter["national_id"], name, voter["mobile"])


class Demonstration:
    """`sandogh demo` in a folder and on ports of its own."""

    def __init__(self, data: Path, *, hours: float = 3.0) -> None:
        self.data = data
        self.port, self.phone_port = free_port(), free_port()
        self.hours = hours
        self.slug: str = SAMPLE["election"]["slug"]
        self.url = f"http://127.0.0.1:{self.port}"
        self.phone_url = f"http://127.0.0.1:{self.phone_port}"
        self.process: subprocess.Popen[str] | None = None

    def page(self, path: str = "") -> str:
        return f"{self.url}/e/{self.slug}/{path}"

    def environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("SANDOGH_")}

    def start(self) -> None:
        """Return when the last line of the announcement is printed; the election is then open and every invitation sent."""
        self.process = subprocess.Popen(
            [
                SANDOGH,
                "demo",
                "--data",
                str(self.data),
                "--port",
                str(self.port),
                "--phone-port",
                str(self.phone_port),
                "--hours",
                str(self.hours),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment(),
            start_new_session=True,
        )
        said: list[str] = []
        if self.process.stdout is None:
            raise RuntimeError("the demonstration's output is not read")
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("Ctrl-C stops everything"):
                return
        raise RuntimeError("the demonstration ended by itself:\n" + "".join(said))

    def stop(self) -> int:
        """Ctrl-C; the exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(timeout=60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return status

    def run(self, *words: str) -> str:
        """One `sandogh demo` subcommand on this data; its output. Raises CalledProcessError."""
        done = subprocess.run(
            [SANDOGH, "demo", "--data", str(self.data), *words],
            capture_output=True,
            text=True,
            env=self.environment(),
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"sandogh demo {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def archive(self) -> Path:
        return self.data / f"{self.slug}.bel"


def latin(text: str) -> str:
    """Persian and Arabic digits as ASCII ones."""
    return re.sub(r"\d", lambda digit: str(int(digit[0])), text)
