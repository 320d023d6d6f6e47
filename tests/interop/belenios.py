"""belenios-tool at work in a folder: whatever version, one command of ours a line (protocol.md §12.4 says how far to believe it)."""

import io
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sandogh.protocol.archive import archive_header
from sandogh.protocol.events import EventType
from sandogh.protocol.record import Record, make_record, read_records


@dataclass(frozen=True, slots=True)
class Belenios:
    """A program and the folder with its files."""

    program: str
    folder: Path

    @property
    def version(self) -> str:
        return self.run("--version").decode()

    def attempt(self, *arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run([self.program, *arguments], cwd=self.folder, input=given, capture_output=True, check=False)

    def run(self, *arguments: str, given: bytes = b"") -> bytes:
        done = self.attempt(*arguments, given=given)
        assert done.returncode == 0, f"{arguments}: {done.stderr.decode()}"
        return done.stdout

    def write(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return name

    def add_event(self, kind: EventType, given: bytes = b"") -> None:
        """The next event of the one archive in the folder; `given` is what the tool's own commands print for it."""
        self.run("archive", "add-event", f"--type={kind}", given=given)

    def ballot(self, credential: str, choices: object) -> bytes:
        """A ballot by the tool."""
        named = f"--privcred={self.write('credential', credential.encode())}"
        return self.run("election", "generate-ballot", named, f"--choice={self.write('choice', json.dumps(choices).encode())}").rstrip(
            b"\n"
        )

    def accepts_whole(self, archive: bytes, uuid: str) -> bool:
        """`election verify`: everything but the ballots one by one."""
        self.write(f"{uuid}.bel", archive)
        done = self.attempt("election", "verify")
        return done.returncode == 0 and b"all checks passed" in done.stderr

    def accepts_ballots(self, archive: bytes, uuid: str) -> list[bool]:
        """`election verify-ballot` for each ballot of an archive, before the setup alone: a ballot already there would be a duplicate."""
        records = list(read_records(io.BytesIO(archive)))
        self.write(f"{uuid}.bel", setup_only(archive, records[0]))
        return [
            self.attempt("election", "verify-ballot", f"--ballot={self.write('ballot', record.data[0].data)}").returncode == 0
            for record in records
            if record.event.type is EventType.Ballot
        ]


def timestamp_of(archive: bytes) -> int:
    """Every header of an archive carries the same time (protocol.md §11.1)."""
    return int(archive[136:147], 8)


def setup_only(archive: bytes, setup: Record) -> bytes:
    """The archive as it was before the first ballot."""
    timestamp = timestamp_of(archive)
    _, record = make_record(None, EventType.Setup, *(member.data for member in setup.data), timestamp=timestamp)
    return archive_header(timestamp) + record
