"""A checked result in words: answers with counts, and what the counting methods make of revealed votes (protocol.md §10.3, §10.4)."""

from collections.abc import Sequence
from typing import Any

from sandogh.counting import Uncountable, count
from sandogh.counting.majority_judgment import MajorityJudgmentOutcome
from sandogh.counting.schulze import SchulzeOutcome
from sandogh.counting.stv import Stage, STVOutcome
from sandogh.protocol.election import Election
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.question import Question
from sandogh.protocol.result import Result
from sandogh.verifier.report import Counting, ListsResult, QuestionResult, RaceResult, VotesResult


def race_results(election: Election, result: Result) -> tuple[RaceResult, ...]:
    """Each question with what came out of it."""
    return tuple(_race(question, counts) for question, counts in zip(election.questions, result.counts, strict=True))


def _race(question: Question, counts: Any) -> RaceResult:
    match question.kind:
        case "H":
            return QuestionResult(question.question, tuple(zip(question.labels, counts, strict=True)))
        case "L":
            return ListsResult(question.question, tuple(_list(names, row) for names, row in zip(question.labels, counts, strict=True)))
        case "NH":
            votes = tuple(map(tuple, counts))
            return VotesResult(question.question, question.answers, votes, counting_of(question, votes))


def _list(names: Sequence[str], counts: Sequence[int]) -> tuple[str, int, tuple[tuple[str, int], ...]]:
    return names[0], counts[0], tuple(zip(names[1:], counts[1:], strict=True))


def counting_of(question: NonHomomorphicQuestion, votes: Sequence[Sequence[int]]) -> Counting | None:
    """What the method that the question names makes of the votes; None when it names none."""
    if question.extra is None:
        return None
    method = question.extra.method
    try:
        outcome = count(question, votes)
    except Uncountable as reason:
        return Counting(method, (), (f"not counted: {reason}",), 0)
    names = question.answers
    match outcome:
        case MajorityJudgmentOutcome():
            places, working = _named(outcome.ranking, names), _of_grades(outcome, names)
        case SchulzeOutcome():
            places, working = _named(outcome.ranking, names), _of_pairs(outcome, names)
        case STVOutcome():
            places, working = _named([[each] for each in outcome.elected], names), _of_stages(outcome, names)
    votes_line = f"{outcome.valid} votes counted, {outcome.blank} blank, {len(outcome.invalid)} invalid"
    invalid = (f"vote {each.place} {list(each.vector)}: {each.reason}" for each in outcome.invalid)
    return Counting(method, places, (votes_line, *working, *invalid), len(outcome.invalid))


def _named(ranking: Sequence[Sequence[int]], names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(names[candidate] for candidate in level) for level in ranking)


def _list_of(candidates: Sequence[int], names: Sequence[str]) -> str:
    return ", ".join(f"«{names[candidate]}»" for candidate in candidates)


def _of_grades(outcome: MajorityJudgmentOutcome, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"«{names[each.candidate]}»: majority grade {outcome.grades[each.majority_grade - 1] if each.majority_grade else 'none'},"
        f" grades best first {list(each.histogram)}"
        for each in outcome.standings
    )


def _of_pairs(outcome: SchulzeOutcome, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"«{names[one]}» against «{names[other]}»: {row[other]} to {outcome.preferences[other][one]}"
        for one, row in enumerate(outcome.preferences)
        for other in range(one + 1, len(names))
    )


def _of_stages(outcome: STVOutcome, names: Sequence[str]) -> tuple[str, ...]:
    lines = [f"{outcome.seats} seats, quota {outcome.quota}"]
    lines += [f"stage {number}: {_stage(stage, names)}" for number, stage in enumerate(outcome.stages, 1)]
    if outcome.undecided is not None:
        lines.append(f"stopped by a tie, {outcome.undecided.purpose}: {_list_of(outcome.undecided.candidates, names)}; no rule was given")
    return tuple(lines)


def _stage(stage: Stage, names: Sequence[str]) -> str:
    parts = [", ".join(f"«{name}» {votes}" for name, votes in zip(names, stage.votes, strict=True) if votes)]
    if stage.elected:
        parts.append(f"elected {_list_of(stage.elected, names)}")
    if stage.transfer is not None:
        parts.append(f"transferred: {_list_of(stage.transfer.candidates, names)} at {stage.transfer.ratio}")
    return "; ".join(part for part in parts if part)
