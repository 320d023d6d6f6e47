"""What a monitor remembers of a board: the last archive, and a journal of every look at it (protocol.md §12.7).

In the folder: `archive.bel`, the last archive that continued the one before; `journal.jsonl`, a line per look; and, once a board was
found rewritten, `other-first.bel` and `other-latest.bel`, what it handed out then. Files are replaced whole, the journal only grows.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sandogh.verifier.report import Outcome, Report, Verdict
from sandogh.verifier.text import finding_line

ARCHIVE = "archive.bel"
JOURNAL = "journal.jsonl"

#: Findings that a line of the journal quotes.
QUOTED = 5

#: The check that compares with the copy before, and the one whose failure leaves no chain to compare.
CONTAINER, EARLIER = 1, 12


class Busy(Exception):
    """Another monitor is at work in the folder."""


@dataclass(frozen=True, slots=True)
class History:
    """A monitor's folder, held by this process alone while it is `locked`."""

    folder: Path

    @classmethod
    @contextmanager
    def locked(cls, folder: Path) -> "Iterator[History]":
        """The folder's history, made if there is none. Raises Busy when another process holds it, OSError for an unusable folder."""
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Busy(f"another verification is at work in {folder}") from error
            yield cls(folder)

    @property
    def archive(self) -> Path | None:
        """The last archive that continued the one before; None at the first look."""
        path = self.folder / ARCHIVE
        return path if path.exists() else None

    def was_verified(self, program: str) -> bool:
        """Whether this very program found nothing false in `archive.bel`, bytes as they are now."""
        path = self.archive
        if path is None:
            return False
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return any(
            entry.get("sha256") == digest and entry.get("verdict") == Verdict.VALID.value and entry.get("program") == program
            for entry in self.entries()
        )

    def entries(self) -> Iterator[dict[str, Any]]:
        """The journal's lines, oldest first; a line that a crash left unfinished, or that holds anything else, is skipped."""
        path = self.folder / JOURNAL
        for line in path.read_bytes().split(b"\n") if path.exists() else ():
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(entry, dict):
                yield entry

    def keep(self, report: Report, file: BinaryIO, *, source: str, moment: datetime, program: str) -> None:
        """Note what was found. An archive that continues the one before takes its place, even if something in it is false.

        1. keep the bytes: as the last archive, or, from a board that was rewritten, as evidence beside it
        2. then say so in the journal; a crash between the two loses a line and no archive
        """
        # (1)
        outcomes = {check.number: check.outcome for check in report.checks}
        if outcomes[EARLIER] is Outcome.FAILS:
            if not (self.folder / "other-first.bel").exists():
                self._replace("other-first.bel", file)
            self._replace("other-latest.bel", file)
        elif outcomes[CONTAINER] is Outcome.HOLDS and report.facts.last_event is not None:
            self._replace(ARCHIVE, file)
        # (2)
        facts = report.facts
        self._append(
            {
                "time": moment.isoformat(timespec="seconds"),
                "source": source,
                "verdict": report.verdict.value,
                "complete": report.complete,
                "continues": outcomes[EARLIER].value,
                "height": facts.last_height,
                "event": facts.last_event,
                "ballots": facts.ballots,
                "bytes": facts.archive_bytes,
                "sha256": facts.archive_sha256,
                "findings": report.count,
                "first": [finding_line(finding) for finding in report.findings[:QUOTED]],
                "program": program,
            }
        )

    def note_unreachable(self, reason: str, *, source: str, moment: datetime, program: str) -> None:
        """A look at which there was nothing to see."""
        self._append(
            {
                "time": moment.isoformat(timespec="seconds"),
                "source": source,
                "verdict": "unreachable",
                "complete": False,
                "reason": reason,
                "program": program,
            }
        )

    def _replace(self, name: str, file: BinaryIO) -> None:
        fresh = self.folder / f"{name}.part"
        file.seek(0)
        with fresh.open("wb") as copy:
            shutil.copyfileobj(file, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
        fresh.replace(self.folder / name)
        _sync(self.folder)

    def _append(self, entry: dict[str, object]) -> None:
        path = self.folder / JOURNAL
        # What a crash left of a line is ended first, so that it spoils no other.
        unfinished = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
        with path.open("ab") as journal:
            journal.write((b"\n" if unfinished else b"") + json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            journal.flush()
            os.fsync(journal.fileno())
        _sync(self.folder)


def _sync(folder: Path) -> None:
    """Make the folder's list of names durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
