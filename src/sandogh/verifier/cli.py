"""`sandogh verify FILE.bel`: the report of a verification, for people and for programs."""

import json
import os
import sys
from typing import BinaryIO

import click

from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Check, Finding, Outcome, Report, Verdict

MARKS = {Outcome.HOLDS: "✓", Outcome.FAILS: "✗", Outcome.NOT_CHECKED: "–"}

#: Invisible, and a part of Persian spelling.
JOINERS = "\u200c\u200d"

#: Findings of one check that are printed; the rest is counted. `--json` has them all.
SHOWN = 20

VERDICTS = {
    Verdict.INVALID: "NOT VALID",
    Verdict.UNSUPPORTED: "NOT VERIFIED: the archive uses parts of the protocol that this version cannot check yet",
}


@click.command()
@click.argument("archive", metavar="FILE.bel", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Write the whole report to stdout as JSON.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    envvar="SANDOGH_JOBS",
    default=lambda: os.cpu_count() or 1,
    show_default="number of processors",
    help="Check ballots by this many processes.",
)
def verify(archive: BinaryIO, *, as_json: bool, jobs: int) -> None:
    """Verify a whole election archive, check by check; «-» reads standard input.

    Needs no network and trusts nobody. Each check is marked ✓ (holds), ✗ (fails) or – (not checked). An archive of an election that is
    still open is checked as far as it goes.

    Exit status: 0 nothing fails, 1 something fails or cannot be checked by this version, 2 the file cannot be read or the usage is wrong.
    """
    try:
        report = verify_archive(archive, jobs=jobs, progress=_progress if sys.stderr.isatty() else None)
    except OSError as error:
        raise click.UsageError(f"cannot read the archive: {error}") from error
    click.echo(json.dumps(as_data(report), ensure_ascii=False, indent=1) if as_json else as_text(report))
    sys.exit(0 if report.verdict is Verdict.VALID else 1)


def _progress(done: int, total: int) -> None:
    click.echo(f"\rballot {done} of {total}", nl=done == total, err=True)


def as_text(report: Report) -> str:
    """The report for a person: a line per check, its findings under it, the result, the verdict."""
    lines = [line for check in report.checks for line in _check_lines(check)]
    for number, question in enumerate(report.facts.result or (), 1):
        width = len(str(max((count for _, count in question.counts), default=0)))
        lines += ["", f"{number}. {question.question}", *(f"   {count:>{width}}  {answer}" for answer, count in question.counts)]
    return "\n".join(map(_harmless, [*lines, "", _verdict(report)]))


def _harmless(line: str) -> str:
    """Without control characters: the archive's texts are a stranger's, and must not move the cursor or turn the line around."""
    return "".join(each if each.isprintable() or each in JOINERS else "�" for each in line)


def _check_lines(check: Check) -> list[str]:
    parts = ["not checked"] if check.outcome is Outcome.NOT_CHECKED else []
    if check.note:
        parts.append(check.note)
    head = ": ".join([f"{MARKS[check.outcome]} {check.number:>2} {check.name} ({check.sections})", *parts])
    shown = [f"     {_finding(finding)}" for finding in check.findings[:SHOWN]]
    if len(check.findings) > SHOWN:
        shown.append(f"     and {len(check.findings) - SHOWN} more")
    return [head, *shown]


def _finding(finding: Finding) -> str:
    return f"{finding.section} {f'{finding.where}: ' if finding.where else ''}{finding.what}"


def _verdict(report: Report) -> str:
    if report.verdict is not Verdict.VALID:
        return VERDICTS[report.verdict]
    if report.complete:
        return "VALID: everything checked holds, from the setup to the result"
    return f"VALID SO FAR: everything checked holds; the archive ends with {report.facts.stage}, so there is no result yet"


def as_data(report: Report) -> dict[str, object]:
    """The report for a program. The format's number changes when a field changes its meaning."""
    facts = report.facts
    return {
        "format": "sandogh-verification/1",
        "verdict": report.verdict.value,
        "complete": report.complete,
        "election": {
            "name": facts.name,
            "uuid": facts.uuid,
            "group": facts.group,
            "fingerprint": facts.fingerprint,
            "trustees_fingerprint": facts.trustees_fingerprint,
            "credentials_fingerprint": facts.credentials_fingerprint,
            "stage": facts.stage,
            "last_event": facts.last_event,
            "trustees": facts.trustees,
            "credentials": facts.credentials,
            "ballots": facts.ballots,
            "kept": facts.kept,
        },
        "checks": [
            {
                "number": check.number,
                "name": check.name,
                "sections": check.sections,
                "outcome": check.outcome.value,
                "note": check.note,
                "findings": [
                    {"section": finding.section, "what": finding.what, "where": finding.where, "unsupported": finding.unsupported}
                    for finding in check.findings
                ],
            }
            for check in report.checks
        ],
        "result": None
        if facts.result is None
        else [
            {"question": question.question, "answers": [{"answer": answer, "count": count} for answer, count in question.counts]}
            for question in facts.result
        ],
    }
