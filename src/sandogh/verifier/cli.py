"""`sandogh verify SOURCE`: what to verify, and what to do with the report."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from sandogh.protocol.errors import SandoghError
from sandogh.verifier.as_json import as_data
from sandogh.verifier.audit import KEPT
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.earlier import Earlier
from sandogh.verifier.progress import Teller
from sandogh.verifier.report import Report, Verdict
from sandogh.verifier.source import STANDARD_INPUT, BadAddress, Source, Unreachable, opened
from sandogh.verifier.text import as_text

HOLDS, FAILS, INCOMPLETE = 0, 1, 3

#: Why a verification ended, through no fault of the archive that anybody could name.
ENDED = "a process of the verification was ended from outside, or did not get the memory that it asked for"

#: As shells report a program that Ctrl-C ended.
INTERRUPTED = 130

#: 32 GiB: a hundred thousand ballots of the largest kind. An hour: a board that sends no faster is not at work.
MOST_BYTES = 1 << 35
SECONDS = 3600


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every command that reads an archive takes."""
    for option in (
        click.option(
            "--progress/--no-progress", default=None, help="Tell on stderr how far the work is.  [default: if that is a terminal]"
        ),
        click.option(
            "--timeout",
            "seconds",
            type=click.IntRange(min=1),
            default=SECONDS,
            show_default=True,
            help="Give up fetching after this many seconds.",
        ),
        click.option(
            "--most-bytes",
            "most",
            type=click.IntRange(min=1),
            default=MOST_BYTES,
            show_default=True,
            help="Give up fetching above this size.",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(min=1),
            envvar="SANDOGH_JOBS",
            default=processors,
            show_default="number of processors",
            help="Share the work among this many processes.",
        ),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Reading:
    """How an archive is read: the options of `source_options`."""

    jobs: int
    most: int
    seconds: int
    progress: bool | None

    def teller(self) -> Teller | None:
        wanted = sys.stderr.isatty() if self.progress is None else self.progress
        return Teller() if wanted else None


@contextmanager
def source_at(name: str, reading: Reading, teller: Teller | None) -> Iterator[Source]:
    """The archive; or the end of the program, with 2 for what cannot be a source and 3 for one that is out of reach."""
    told = teller if teller is not None else _silently
    with ExitStack() as stack:
        try:
            source = stack.enter_context(opened(name, most=reading.most, seconds=reading.seconds, told=told))
        except BadAddress as error:
            raise click.UsageError(str(error)) from error
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise click.UsageError(f"cannot read {name}: {error.strerror}") from error
        yield source


def _silently(what: str, done: int, total: int) -> None:
    """Nobody wants to hear."""


def out_of_reach(message: str) -> NoReturn:
    """End the program: nothing was found false, and nothing could be verified."""
    click.echo(f"NOT VERIFIED: {message}", err=True)
    sys.exit(INCOMPLETE)


@click.command()
@click.argument("source", metavar="SOURCE")
@click.option("--json", "as_json", is_flag=True, help="Write the whole report to stdout as JSON.")
@click.option("--open-ok", is_flag=True, help="Exit with 0 also for an election without its result yet, if all so far holds.")
@click.option("--since", metavar="OLD.bel", help="Prove that this earlier archive is the beginning of SOURCE.")
@click.option(
    "--history",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="For monitors: keep archive and journal there, and compare with the last look. Implies --open-ok.",
)
@click.option("--only-new", is_flag=True, help="With --since or --history: take the earlier ballots as checked, because you checked them.")
@click.option(
    "--report",
    "documents",
    metavar="OUT.html|OUT.pdf",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="Write a report for a court; may be given more than once.",
)
@click.option("--language", type=click.Choice(["fa", "en"]), default="fa", show_default=True, help="Language of these reports.")
@click.option(
    "--findings", "kept", type=click.IntRange(min=1), default=KEPT, show_default=True, help="List so many findings of a check; count all."
)
@source_options
def verify(
    source: str,
    *,
    as_json: bool,
    open_ok: bool,
    since: str | None,
    history: Path | None,
    only_new: bool,
    documents: tuple[Path, ...],
    language: str,
    kept: int,
    jobs: int,
    most: int,
    seconds: int,
    progress: bool | None,
) -> None:
    """Verify a whole election, check by check.

    SOURCE is an archive (FILE.bel), «-» for standard input, or the address of an election on a running board (https://…/e/NAME/).

    Trusts nobody; without an address it needs no network. Each check is marked ✓ (holds), ✗ (fails) or – (not checked). Every fault
    is listed, not only the first. An election that is still open is checked as far as it goes.

    Exit status: 0 all holds, 1 something fails, 2 the usage is wrong, 3 incomplete (no result yet, cut off, beyond this version) or out of
    reach.
    """
    for path in documents:
        if path.suffix.lower() not in (".html", ".pdf"):
            raise click.UsageError(f"--report {path}: the name must end in .html or .pdf")
        # Said now, and not after hours of work.
        if not os.access(path.parent, os.W_OK):
            raise click.UsageError(f"--report {path}: the folder does not exist or cannot be written")
    if history is not None and (since is not None or source == STANDARD_INPUT):
        raise click.UsageError("--history compares with its own last archive of a file or an address: give neither --since nor «-»")
    if only_new and history is None and since is None:
        raise click.UsageError("--only-new means nothing without --since or --history")
    reading = Reading(jobs, most, seconds, progress)
    wanted = _Wanted(as_json, open_ok or history is not None, documents, language)
    try:
        if history is not None:
            status = _with_history(source, history, reading, wanted, kept=kept, only_new=only_new)
        else:
            with _earlier(since) as earlier, _looked_at(source, reading, kept=kept, earlier=earlier, only_new=only_new) as (report, found):
                status = wanted.deliver(report, found)
    except Unreachable as error:
        out_of_reach(str(error))
    except KeyboardInterrupt:
        # Not 1, which would say that something failed.
        sys.exit(INTERRUPTED)
    except (BrokenProcessPool, MemoryError):
        out_of_reach(ENDED)
    except OSError as error:
        out_of_reach(f"cannot read or write: {error}")
    sys.exit(status)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be done with a report."""

    as_json: bool
    open_ok: bool
    documents: tuple[Path, ...]
    language: str

    def deliver(self, report: Report, source: Source) -> int:
        """Write the documents and the answer; return the exit status."""
        if self.documents:
            from sandogh.verifier.document import write_documents  # typesetting takes a while to load

            write_documents(report, self.documents, language=self.language, source=source, moment=datetime.now(UTC))
        if self.as_json:
            data = as_data(report) | {"source": {"name": source.name, "address": source.address}}
            click.echo(json.dumps(data, ensure_ascii=False, indent=1))
        else:
            click.echo(as_text(report))
        return exit_status(report, open_ok=self.open_ok)


def exit_status(report: Report, *, open_ok: bool = False) -> int:
    """0 all holds, 1 something fails, 3 neither."""
    if report.verdict is Verdict.INVALID:
        return FAILS
    return HOLDS if report.complete or (open_ok and report.verdict is Verdict.VALID) else INCOMPLETE


@contextmanager
def _earlier(path: str | None) -> Iterator[Earlier | None]:
    """The earlier archive, if one is given; it must itself be whole."""
    if path is None:
        yield None
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise click.UsageError(f"cannot read {path}: {error.strerror}") from error
    with file:
        try:
            earlier = Earlier.read(file)
        except SandoghError as error:
            raise click.UsageError(f"{path} is itself no whole archive: {error}") from error
        yield earlier


@contextmanager
def _looked_at(name: str, reading: Reading, *, kept: int, earlier: Earlier | None, only_new: bool) -> Iterator[tuple[Report, Source]]:
    """The report of a source, and the source as long as the block lasts."""
    teller = reading.teller()
    with source_at(name, reading, teller) as source:
        report = verify_archive(source.file, jobs=reading.jobs, progress=teller, kept=kept, earlier=earlier, only_new=only_new)
        if teller is not None:
            teller.finish()
        yield report, source


def _with_history(name: str, folder: Path, reading: Reading, wanted: _Wanted, *, kept: int, only_new: bool) -> int:
    """Look at a board, compare with the last look, and remember this one."""
    from sandogh.verifier.history import Busy, History
    from sandogh.verifier.program import this_program

    program = this_program().sha256
    try:
        with History.locked(folder) as history:
            before = None if history.archive is None else str(history.archive)
            trusted = only_new and history.was_verified(program)
            try:
                with (
                    _earlier(before) if before else nullcontext() as earlier,
                    _looked_at(name, reading, kept=kept, earlier=earlier, only_new=trusted) as (report, source),
                ):
                    where = source.address or name
                    history.keep(report, source.file, source=where, moment=datetime.now(UTC), program=program)
                    return wanted.deliver(report, source)
            except Unreachable as error:
                history.note_unreachable(str(error), source=name, moment=datetime.now(UTC), program=program)
                raise
    except Busy as error:
        out_of_reach(str(error))
