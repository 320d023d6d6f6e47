"""The report for programs: `sandogh-verification/2`, described by verification.schema.json beside this file."""

from sandogh.verifier.report import Check, Counting, ListsResult, QuestionResult, RaceResult, Report, VotesResult

#: The number changes when a field changes its meaning or goes; new fields may come without a change.
FORMAT = "sandogh-verification/2"


def as_data(report: Report) -> dict[str, object]:
    """The whole report as JSON values."""
    facts = report.facts
    return {
        "format": FORMAT,
        "verdict": report.verdict.value,
        "complete": report.complete,
        "findings": report.count,
        "archive": {"bytes": facts.archive_bytes, "sha256": facts.archive_sha256},
        "election": {
            "name": facts.name,
            "uuid": facts.uuid,
            "group": facts.group,
            "fingerprint": facts.fingerprint,
            "trustees_fingerprint": facts.trustees_fingerprint,
            "credentials_fingerprint": facts.credentials_fingerprint,
            "certificate_fingerprint": facts.certificate_fingerprint,
            "tally_fingerprint": facts.tally_fingerprint,
            "stage": facts.stage,
            "last_height": facts.last_height,
            "last_event": facts.last_event,
            "trustees": facts.trustees,
            "credentials": facts.credentials,
            "credentials_weight": facts.credentials_weight,
            "ballots": facts.ballots,
            "kept": facts.kept,
            "kept_weight": facts.kept_weight,
            "shuffles": facts.shuffles,
            "partial_decryptions": facts.decryptions,
        },
        "trustees": [
            {
                "number": each.number,
                "name": each.name,
                "fingerprint": each.fingerprint,
                "threshold": each.threshold,
                "group_size": each.size,
            }
            for each in facts.trustee_list
        ],
        "checks": [_check(check) for check in report.checks],
        "result": [_race(race) for race in report.result] if report.result is not None else None,
    }


def _check(check: Check) -> dict[str, object]:
    return {
        "number": check.number,
        "name": check.name,
        "sections": check.sections,
        "outcome": check.outcome.value,
        "note": check.note,
        "rests_on": list(check.blamed),
        "count": check.count,
        "findings": [
            {
                "section": finding.section,
                "what": finding.what,
                "where": finding.where,
                "unsupported": finding.unsupported,
                "truncated": finding.truncated,
            }
            for finding in check.findings
        ],
    }


def _race(race: RaceResult) -> dict[str, object]:
    match race:
        case QuestionResult():
            return {"kind": "H", "question": race.question, "answers": _answers(race.counts)}
        case ListsResult():
            lists = [{"list": name, "count": count, "answers": _answers(candidates)} for name, count, candidates in race.lists]
            return {"kind": "L", "question": race.question, "lists": lists}
        case VotesResult():
            return {
                "kind": "NH",
                "question": race.question,
                "answers": list(race.answers),
                "votes": [list(vote) for vote in race.votes],
                "counting": None if race.counting is None else _counting(race.counting),
            }


def _answers(counts: tuple[tuple[str, int], ...]) -> list[dict[str, object]]:
    return [{"answer": answer, "count": count} for answer, count in counts]


def _counting(counting: Counting) -> dict[str, object]:
    return {
        "method": counting.method,
        "proven": False,
        "places": [list(names) for names in counting.places],
        "working": list(counting.working),
        "invalid_votes": counting.spoilt,
    }
