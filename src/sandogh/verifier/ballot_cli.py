"""`sandogh ballot check` and `sandogh ballot open`: one's own ballot, by anybody who holds its tracker or its opening."""

import base64
import re
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import click

from sandogh.protocol.ballot import check_ballot
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.events import EventType
from sandogh.protocol.homomorphic import BLANK_LABEL, HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.opening import Opening, check_opened
from sandogh.protocol.question import Choice, Question
from sandogh.verifier.audit import Audit
from sandogh.verifier.checks import PLAN
from sandogh.verifier.cli import ENDED, FAILS, HOLDS, INCOMPLETE, Reading, out_of_reach, source_at, source_options
from sandogh.verifier.index import BallotLine, credential_named
from sandogh.verifier.report import Verdict
from sandogh.verifier.source import Unreachable, is_address
from sandogh.verifier.text import finding_line, harmless

#: How the short form of an opening begins.
SHORT = "#1."

_TRACKER = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]", re.ASCII)


@click.group()
def ballot() -> None:
    """Look at one ballot: is it on the board, and what did a challenged one hold."""


@ballot.command()
@click.argument("tracker")
@click.argument("source", metavar="SOURCE")
@source_options
def check(tracker: str, source: str, *, jobs: int, most: int, seconds: int, progress: bool | None) -> None:
    """Is the ballot with this TRACKER on the board, is it valid, and does it count?

    SOURCE is an archive, «-» or the address of an election. What is checked: the chain, the election, the list of credentials, and this
    ballot. The other ballots are not; `sandogh verify` checks them all.

    Exit status: 0 the ballot is there, valid, and counts; 1 it is not there, not valid, or replaced by a later one of the same voter, or
    the board is not in order; 2 the usage is wrong; 3 out of reach or cut off.
    """
    digest = _digest(tracker)
    with _audited(source, Reading(jobs, most, seconds, progress)) as audit:
        line = audit.index.ballot_with_hash(digest)
        if line is None:
            _say(f"✗ no ballot with the tracker {_tracker(digest)} among {audit.index.ballot_count}")
            sys.exit(INCOMPLETE if audit.report.cut_off else FAILS)
        _say(f"✓ on the board: ballot {line.number + 1} of {audit.index.ballot_count}, event {line.height}")
        good = _is_valid(audit, line)
        later = audit.index.replacement_of(line)
        if later is not None:
            where = f"ballot {later.number + 1}, event {later.height}, tracker {_tracker(later.place.hash)}"
            _say(f"✗ does not count: the same credential cast a later one, {where}")
        elif good:
            open_still = not audit.index.happened(EventType.EndBallots)
            _say(f"✓ counts{', unless the same credential casts another before voting ends' if open_still else ''}")
        if not good or later is not None or audit.report.verdict is Verdict.INVALID:
            sys.exit(FAILS)
        sys.exit(INCOMPLETE if audit.report.cut_off else HOLDS)


def _is_valid(audit: Audit, line: BallotLine) -> bool:
    """Check the ballot by itself, and say what came out."""
    data = audit.index.read(line.place)
    named = credential_named(data)
    listed = () if named is None or audit.index.weight_of(line) is None else (named,)
    try:
        check_ballot(data, election=audit.election, credentials=listed)
    except (Malformed, VerificationError) as refusal:
        _say(f"✗ not valid: {refusal}")
        return False
    weight = audit.index.weight_of(line)
    _say(f"✓ valid: canonical, signed by a listed credential, every proof holds{f'; its weight is {weight}' if weight != 1 else ''}")
    return True


@ballot.command("open")
@click.argument("opening", metavar="OPENING")
@click.option("--election", "source", metavar="FILE|SOURCE", required=True, help="election.json, an archive, or an election's address.")
@source_options
def open_(opening: str, *, source: str, jobs: int, most: int, seconds: int, progress: bool | None) -> None:
    """Which choices did a challenged ballot hold?

    OPENING is the file that the voter's device gave, or the address behind its picture code (in quotation marks: it holds a #).

    The ballot is made again from its randomness and compared with the hash that the voter was shown before. With an archive or an address,
    the board is searched as well: a challenged ballot must never be on it.

    Exit status: 0 the opening is true (and the ballot was not cast), 1 it is not, 2 the usage is wrong, 3 out of reach or cut off.
    """
    reading = Reading(jobs, most, seconds, progress)
    if not is_address(source) and _is_election_file(source):
        try:
            election = Election.from_bytes(Path(source).read_bytes())
        except SandoghError as error:
            raise click.UsageError(f"{source} is no election file: {error}") from error
        sys.exit(FAILS if _shown(opening, election) is None else HOLDS)
    with _audited(source, reading, lists_too=False) as audit:
        opened = _shown(opening, audit.election)
        sys.exit(FAILS if opened is None else _search(audit, opened.ballot))


def _is_election_file(name: str) -> bool:
    """Whether a file begins like JSON rather than like an archive."""
    try:
        with Path(name).open("rb") as file:
            return file.read(1) == b"{"
    except OSError as error:
        raise click.UsageError(f"cannot read {name}: {error.strerror}") from error


def _shown(written: str, election: Election) -> Opening | None:
    """Print the choices and return the opening; or print why it is not true."""
    try:
        opened = _read(written, election)
        choices = check_opened(opened, election)
    except SandoghError as error:
        _say(f"✗ this is not what the challenged ballot held: {error}")
        return None
    _say(f"✓ the ballot {opened.ballot} of «{election.name}» held:")
    for number, (question, choice) in enumerate(zip(election.questions, choices, strict=True), 1):
        _say(f"\n{number}. {question.question}")
        for line in chosen(question, choice):
            _say(f"   {line}")
    return opened


def _read(written: str, election: Election) -> Opening:
    """An opening from its file, or from its short form at the end of an address."""
    if SHORT in written:
        return Opening.from_fragment(written[written.index(SHORT) :], election=election.fingerprint)
    try:
        return Opening.from_bytes(Path(written).read_bytes().rstrip(b"\r\n"))
    except OSError as error:
        raise click.UsageError(f"cannot read {written}: {error.strerror}") from error


def chosen(question: Question, choice: Choice) -> list[str]:
    """The chosen answers of a question in words."""
    match question:
        case HomomorphicQuestion():
            names = [name for name, bit in zip(question.labels, choice, strict=True) if bit]
            return ["blank vote" if name == BLANK_LABEL else name for name in names] or ["nobody"]
        case ListsQuestion():
            rows = [
                [name for name, bit in zip(names, row, strict=True) if bit]
                for names, row in zip(question.labels, choice, strict=True)
                if isinstance(row, tuple)
            ]
            return [", ".join(row) for row in rows if row]
        case _:
            return [f"{name}: {value}" for name, value in zip(question.labels, choice, strict=True)]


def _search(audit: Audit, unsigned: str) -> int:
    """Whether a ballot with this hash was cast after all. Its tracker is another value, so that each ballot is looked into."""
    wanted = f'"signature":{{"hash":"{unsigned}"'.encode()
    for line in audit.index.ballots():
        if wanted in audit.index.read(line.place):
            where = f"ballot {line.number + 1}, event {line.height}, tracker {_tracker(line.place.hash)}"
            _say(f"\n✗ and yet it was cast: {where}. A challenged ballot must never be on the board; show this to the officers")
            return FAILS
    if audit.report.findings:
        _say("\n– not among the ballots that could be read; the archive is not whole")
        return INCOMPLETE
    _say(f"\n✓ it is not among the {audit.index.ballot_count} ballots on the board")
    return HOLDS


# ---- what both need


@contextmanager
def _audited(source: str, reading: Reading, *, lists_too: bool = True) -> Iterator[Audit]:
    """The source with chain, election and, if wanted, list of credentials checked; ends the program when those are not there."""
    teller = reading.teller()
    try:
        with source_at(source, reading, teller) as found, Audit(found.file, jobs=reading.jobs, progress=teller) as audit:
            steps = PLAN[:5] if lists_too else PLAN[:3]
            audit.run(steps)
            if teller is not None:
                teller.finish()
            for finding in audit.report.findings:
                _say(f"✗ {finding_line(finding)}")
            if not audit.sound(steps[-1].number):
                sys.exit(INCOMPLETE if audit.report.cut_off else FAILS)
            yield audit
    except Unreachable as error:
        out_of_reach(str(error))
    except (BrokenProcessPool, MemoryError):
        out_of_reach(ENDED)
    except OSError as error:
        out_of_reach(f"cannot read: {error}")


def _digest(tracker: str) -> str:
    """The hex digest that a tracker stands for."""
    written = tracker.strip().rstrip("=")
    if not _TRACKER.fullmatch(written):
        raise click.UsageError("a tracker has 43 characters: Latin letters, digits, + and /")
    return base64.b64decode(written + "=").hex()


def _tracker(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode().rstrip("=")


def _say(line: str) -> None:
    click.echo("\n".join(map(harmless, line.split("\n"))))
