"""What the report for a court says, as blocks that every form of it renders alike."""

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime

from sandogh import jalali
from sandogh.protocol.homomorphic import BLANK_LABEL
from sandogh.verifier.document.blocks import Banner, Blanks, Block, Bullets, Cell, Commands, Document, Pairs, Paragraph, Section, Table
from sandogh.verifier.document.words import Words
from sandogh.verifier.program import COMMAND, Program
from sandogh.verifier.report import (
    Check,
    Counting,
    Facts,
    ListsResult,
    Outcome,
    QuestionResult,
    RaceResult,
    Report,
    TrusteeFacts,
    Verdict,
    VotesResult,
)
from sandogh.verifier.source import STANDARD_INPUT, Source
from sandogh.verifier.text import VOTES_SHOWN, harmless


def document_of(report: Report, *, language: str, source: Source, moment: datetime, program: Program) -> Document:
    """Put the report into words. `moment` is when the verification was made."""
    words = Words(language)
    facts = report.facts
    return Document(
        language=language,
        title=words("title"),
        election=harmless(facts.name or "") or words("unnamed"),
        subtitle=words("subtitle"),
        page=words("page", page="{page}", pages="{pages}"),
        sections=(
            Section(words("conclusion"), (_conclusion(words, report),)),
            Section(words("matter"), (_matter(words, facts, source, moment),)),
            Section(words("results"), tuple(_results(words, report.result))),
            Section(words("checks"), (Paragraph(Cell(words("checks_intro"))), _checks(words, report))),
            Section(words("findings"), tuple(_findings(words, report))),
            Section(words("figures"), (_figures(words, facts),)),
            Section(words("fingerprints"), (Paragraph(Cell(words("fingerprints_intro"))), _fingerprints(words, facts))),
            Section(words("means"), (_means(words, program),)),
            Section(words("repeat"), _repeat(words, facts, source, program)),
            Section(words("limits"), (Bullets(tuple(Cell(words(f"limit{number}")) for number in range(1, 7))),)),
            Section(words("signature"), _signature(words)),
        ),
    )


# ---- conclusion and matter


def _conclusion(words: Words, report: Report) -> Banner:
    kind = report.verdict.value
    if report.verdict is Verdict.VALID and not report.complete:
        kind = "open"
    text = words(f"says_{kind}", count=words.number(report.count))
    return Banner(words(f"verdict_{kind}"), text, good=report.verdict is Verdict.VALID)


def _matter(words: Words, facts: Facts, source: Source, moment: datetime) -> Pairs:
    told = words(
        "moment_value",
        jalali=f"{jalali.long_date(moment, words.language)}{words('comma')}{jalali.clock_with_seconds(moment, words.language)}",
        gregorian=words.gregorian(moment.astimezone(UTC)),
    )
    rows = [
        (words("election"), Cell(harmless(facts.name or "–"), "foreign")),
        (words("source"), Cell(words("standard_input")) if source.name == STANDARD_INPUT else Cell(source.name, "code")),
    ]
    if source.address is not None:
        rows.append((words("address"), Cell(source.address, "code")))
    rows += [
        (words("size"), Cell(words("bytes", number=words.number(facts.archive_bytes)))),
        (words("archive_print"), Cell(facts.archive_sha256, "code")),
        (words("moment"), Cell(told)),
    ]
    if facts.stage is not None and facts.last_height is not None:
        rows.append((words("stage"), Cell(words("stage_value", name=words.event(facts.stage), height=words.number(facts.last_height + 1)))))
    return Pairs(tuple(rows))


# ---- checks and findings


def _checks(words: Words, report: Report) -> Table:
    rows = []
    for check in report.checks:
        name = f"{words.number(check.number)}. {words(f'check{check.number}')} "
        rows.append((Cell(name), Cell(f"{words(f'rule{check.number}')} ({words.section(check.sections)})"), _outcome(words, check)))
    return Table((words("check"), words("rule"), words("outcome")), (3, 9, 3), tuple(rows))


def _outcome(words: Words, check: Check) -> Cell:
    said = words(check.outcome.value)
    if check.outcome is Outcome.HOLDS:
        return Cell(said, "good")
    if check.outcome is Outcome.FAILS:
        return Cell(f"{said}: {words('count_of_findings', count=words.number(check.count))}", "bad")
    if check.blamed:
        reason = words("because", numbers=words.listed(check.blamed))
    else:
        reason = words({11: "outside", 12: "none_given"}.get(check.number, "not_yet"))
    return Cell(f"{said}: {reason}", "muted")


def _findings(words: Words, report: Report) -> Iterator[Block]:
    if not report.count:
        yield Paragraph(Cell(words("no_findings")))
        return
    yield Paragraph(Cell(words("findings_intro")))
    for check in report.checks:
        if not check.findings:
            continue
        rows = tuple(
            (Cell(words.section(each.section)), Cell(harmless(f"{each.where}: {each.what}" if each.where else each.what), "code"))
            for each in check.findings
        )
        caption = f"{words.number(check.number)}. {words(f'check{check.number}')}"
        yield Table((words("section"), words("finding")), (2, 13), rows, caption)
        if check.count > len(check.findings):
            yield Paragraph(Cell(words("more_findings", count=words.number(check.count - len(check.findings))), "muted"))


# ---- figures and fingerprints


def _figures(words: Words, facts: Facts) -> Pairs:
    replaced = None if facts.ballots is None or facts.kept is None else facts.ballots - facts.kept
    values = (
        ("credentials", facts.credentials),
        ("credentials_weight", facts.credentials_weight),
        ("ballots", facts.ballots),
        ("replaced", replaced),
        ("kept", facts.kept),
        ("kept_weight", facts.kept_weight),
        ("trustees", facts.trustees),
        ("shuffles", facts.shuffles or None),
        ("decryptions", facts.decryptions or None),
    )
    return Pairs(tuple((words(key), Cell(words.number(value), "number")) for key, value in values if value is not None))


def _fingerprints(words: Words, facts: Facts) -> Pairs:
    values = (
        ("election_print", facts.fingerprint),
        ("trustees_print", facts.trustees_fingerprint),
        ("credentials_print", facts.credentials_fingerprint),
        ("certificate_print", facts.certificate_fingerprint),
        ("tally_print", facts.tally_fingerprint),
        ("last_event", facts.last_event),
        ("archive_print", facts.archive_sha256),
    )
    rows = [(words(key), Cell(value, "code")) for key, value in values if value]
    rows += [(_trustee(words, each), Cell(each.fingerprint, "code")) for each in facts.trustee_list]
    return Pairs(tuple(rows))


def _trustee(words: Words, trustee: TrusteeFacts) -> str:
    parts = [words("trustee", number=words.number(trustee.number))]
    if trustee.name:
        parts.append(words("quoted", text=harmless(trustee.name)))
    if trustee.threshold is not None:
        parts.append(words("one_of_group", needed=words.number(trustee.threshold), size=words.number(trustee.size)))
    return words("comma").join(parts)


# ---- results


def _results(words: Words, result: tuple[RaceResult, ...] | None) -> Iterator[Block]:
    if result is None:
        yield Paragraph(Cell(words("no_result")))
        return
    for number, race in enumerate(result, 1):
        yield from _race(words, f"{words.number(number)}. {harmless(race.question)}", race)


def _race(words: Words, caption: str, race: RaceResult) -> Iterator[Block]:
    match race:
        case QuestionResult():
            yield _counts(words, caption, race.counts)
        case ListsResult():
            for name, count, candidates in race.lists:
                whole = (words("list", name=name), count)
                yield _counts(words, caption, (whole, *candidates))
        case VotesResult():
            yield Table((words("answer"),), (1,), tuple((Cell(harmless(answer), "foreign"),) for answer in race.answers), caption)
            yield Paragraph(Cell(words("revealed", count=words.number(len(race.votes)))))
            yield Commands(tuple(" ".join(map(str, vote)) for vote in race.votes[:VOTES_SHOWN]))
            if len(race.votes) > VOTES_SHOWN:
                yield Paragraph(Cell(words("more_votes", count=words.number(len(race.votes) - VOTES_SHOWN)), "muted"))
            if race.counting is not None:
                yield from _counting(words, race.counting)


def _counts(words: Words, caption: str, counts: tuple[tuple[str, int], ...]) -> Table:
    rows = tuple(
        (
            Cell(words("blank")) if answer == BLANK_LABEL else Cell(harmless(answer), "foreign"),
            Cell(words.number(count), "number"),
        )
        for answer, count in counts
    )
    return Table((words("answer"), words("votes")), (12, 3), rows, caption)


def _counting(words: Words, counting: Counting) -> Iterator[Block]:
    yield Paragraph(Cell(words("counting", method=counting.method)))
    yield Commands(tuple(map(harmless, counting.working)))
    if counting.places:
        names = [words("comma").join(map(harmless, level)) for level in counting.places]
        said = [words("tie", names=name) if len(level) > 1 else name for name, level in zip(names, counting.places, strict=True)]
        rows = tuple((Cell(words.number(place), "number"), Cell(name, "foreign")) for place, name in enumerate(said, 1))
        yield Table((words("place"), words("answer")), (2, 13), rows)


# ---- means, repetition, signature


def _means(words: Words, program: Program) -> Pairs:
    libraries = ", ".join(f"{name} {version}" for name, version in program.libraries)
    return Pairs(
        (
            (words("program"), Cell(words("program_value", version=words.digits(program.version)))),
            (words("files_print"), Cell(program.sha256, "code")),
            (words("files_command"), Cell(f"cd {program.folder} && {COMMAND}", "code")),
            (words("python"), Cell(program.python, "code")),
            (words("libraries"), Cell(libraries, "code")),
            (words("machine"), Cell(program.machine, "code")),
        )
    )


def _repeat(words: Words, facts: Facts, source: Source, program: Program) -> tuple[Block, ...]:
    name = source.name
    fetching: tuple[str, ...] = ()
    if source.address is not None:
        name = "election.bel"
        fetching = (f"curl --fail --output {name} {shlex.quote(source.address)}",)
    elif source.name == STANDARD_INPUT:
        name = "election.bel"
    quoted = shlex.quote(name)
    lines = (f"pip install sandogh=={program.version}", *fetching, f"sha256sum {quoted}", f"sandogh verify {quoted}")
    blocks: list[Block] = [Paragraph(Cell(words("repeat_intro"))), Commands(lines), Paragraph(Cell(words("repeat_digest")))]
    if facts.uuid is not None:
        blocks += [
            Paragraph(Cell(words("repeat_other"))),
            Commands((f"mkdir check && cp {quoted} check/{facts.uuid}.bel", "belenios-tool election verify --dir check")),
        ]
    return tuple(blocks)


def _signature(words: Words) -> tuple[Block, ...]:
    return (
        Paragraph(Cell(words("signature_intro"))),
        Blanks(tuple(words(key) for key in ("name", "capacity", "date", "sign"))),
    )
