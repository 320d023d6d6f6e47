"""The report as lines for a terminal."""

from collections.abc import Iterable, Iterator

from sandogh.protocol.homomorphic import BLANK_LABEL
from sandogh.verifier.report import Check, Counting, Finding, ListsResult, Outcome, QuestionResult, RaceResult, Report, Verdict, VotesResult

MARKS = {Outcome.HOLDS: "✓", Outcome.FAILS: "✗", Outcome.NOT_CHECKED: "–"}

#: Invisible, and a part of Persian spelling.
JOINERS = "\u200c\u200d"

#: Revealed votes that are printed; the rest is counted.
VOTES_SHOWN = 100

VERDICTS = {
    Verdict.INVALID: "NOT VALID",
    Verdict.INCOMPLETE: "INCOMPLETE: what is there holds, and the archive breaks off; get the whole of it",
    Verdict.UNSUPPORTED: "NOT VERIFIED: the archive uses parts of the protocol that this version cannot check",
}


def as_text(report: Report) -> str:
    """The report for a person: a line per check, its findings under it, the result, the verdict."""
    lines = [line for check in report.checks for line in _check_lines(check)]
    for number, race in enumerate(report.result or (), 1):
        lines += ["", f"{number}. {race.question}", *race_lines(race)]
    return "\n".join(map(harmless, [*lines, "", verdict_line(report)]))


def harmless(line: str) -> str:
    """Without control characters: the archive's texts are a stranger's, and must not move the cursor or turn the line around."""
    return "".join(each if each.isprintable() or each in JOINERS else "�" for each in line)


def _check_lines(check: Check) -> list[str]:
    parts = ["not checked"] if check.outcome is Outcome.NOT_CHECKED else []
    if check.note:
        parts.append(check.note)
    head = ": ".join([f"{MARKS[check.outcome]} {check.number:>2} {check.name} ({check.sections})", *parts])
    shown = [f"     {finding_line(finding)}" for finding in check.findings]
    if check.count > len(check.findings):
        shown.append(f"     and {check.count - len(check.findings)} more")
    return [head, *shown]


def finding_line(finding: Finding) -> str:
    """«§7.2 ballot 3 (…), question 1: overall proof does not hold»."""
    return f"{finding.section} {f'{finding.where}: ' if finding.where else ''}{finding.what}"


def race_lines(race: RaceResult) -> Iterable[str]:
    """What came out of a question, indented."""
    match race:
        case QuestionResult():
            return _counts(race.counts, "   ")
        case ListsResult():
            return _list_lines(race)
        case VotesResult():
            return _vote_lines(race)


def _counts(counts: tuple[tuple[str, int], ...], indent: str) -> list[str]:
    width = len(str(max((count for _, count in counts), default=0)))
    return [f"{indent}{count:>{width}}  {'blank votes' if answer == BLANK_LABEL else answer}" for answer, count in counts]


def _list_lines(race: ListsResult) -> Iterator[str]:
    width = len(str(max((count for _, count, _ in race.lists), default=0)))
    for name, count, candidates in race.lists:
        yield f"   {count:>{width}}  {name}"
        yield from _counts(candidates, " " * (width + 8))


def _vote_lines(race: VotesResult) -> Iterator[str]:
    yield f"   {len(race.votes)} votes, a number for each of: {', '.join(race.answers)}"
    yield from (f"      {' '.join(map(str, vote))}" for vote in race.votes[:VOTES_SHOWN])
    if len(race.votes) > VOTES_SHOWN:
        yield f"      and {len(race.votes) - VOTES_SHOWN} more"
    if race.counting is not None:
        yield from _counting_lines(race.counting)


def _counting_lines(counting: Counting) -> Iterator[str]:
    yield f"   counted by {counting.method} (outside the proofs; anyone gets the same from the votes above)"
    yield from (f"      {line}" for line in counting.working)
    for place, names in enumerate(counting.places, 1):
        yield f"   {place}.  {' = '.join(names)}{'  (tie)' if len(names) > 1 else ''}"


def verdict_line(report: Report) -> str:
    """The last line, which says what the exit status says."""
    if report.verdict is not Verdict.VALID:
        return VERDICTS[report.verdict]
    if report.complete:
        return "VALID: everything checked holds, from the setup to the result"
    return f"VALID SO FAR: everything checked holds; the archive ends with {report.facts.stage}, so there is no result yet"
