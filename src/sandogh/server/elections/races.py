"""Races and candidates, and the questions of the protocol that they become. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from sandogh.protocol.group import Group
from sandogh.protocol.question import Question, parse_question


class RaceKind(StrEnum):
    """How a race is voted on: marking names, an order of the names, a grade for each name, or one list and names on it."""

    CHOICES = "choices"
    RANKING = "ranking"
    GRADES = "grades"
    LISTS = "lists"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody on the ballot. `photo` is the SHA-256 of the portrait, in hex."""

    code: str
    display_name: str
    given_name: str
    family_name: str
    title: str
    field: str
    city: str
    bio: str
    photo: str | None


@dataclass(frozen=True, slots=True)
class CandidateList:
    """A list that stands for election; `codes` are its candidates in its own order."""

    title: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Race:
    """One question on the ballot. Seats are not choices: four separate settings. Candidates stand in ballot order.

    `blank` offers «رأی سفید» as a choice of its own. `method` (stv, schulze) is a ranking's way of counting, `grades` the words of a race
    by grades from the best to the worst, `lists` those of a race by lists; `min_choices` and `max_choices` mean something for choices only.
    """

    id: str
    title: str
    seats_main: int
    seats_alternate: int
    min_choices: int
    max_choices: int
    rule_text: str
    candidates: tuple[Candidate, ...]
    kind: str = RaceKind.CHOICES.value
    blank: bool = False
    method: str = ""
    grades: tuple[str, ...] = ()
    lists: tuple[CandidateList, ...] = ()


def races_of(stored: Mapping[str, Any]) -> list[Race]:
    """The races of a stored definition, in ballot order. What was stored before a field existed has its default."""
    plain = {one.name for one in fields(Race)} - {"candidates", "grades", "lists"}
    return [
        Race(
            **{name: race[name] for name in plain if name in race},
            candidates=tuple(Candidate(**candidate) for candidate in race["candidates"]),
            grades=tuple(race.get("grades", ())),
            lists=tuple(CandidateList(one["title"], tuple(one["codes"])) for one in race.get("lists", ())),
        )
        for race in stored["races"]
    ]


def questions(races: Sequence[Race], group: Group) -> list[Question]:
    """The races as questions of the protocol, answers in ballot order (protocol.md §4.3).

    Namesakes in one race are told apart by their codes, since an answer is nothing but its text there. Raises Malformed for what this
    group cannot hold: rankings and grades need one that encodes vectors (protocol.md §3.5).
    """
    return [parse_question(_form(race), group) for race in races]


def _form(race: Race) -> dict[str, Any]:
    names = answer_names(race)
    match RaceKind(race.kind):
        case RaceKind.CHOICES:
            blank = {"blank": True} if race.blank else {}
            return {"answers": list(names.values())} | blank | {"min": race.min_choices, "max": race.max_choices, "question": race.title}
        case RaceKind.LISTS:
            rows = [[one.title, *(names[code] for code in one.codes)] for one in race.lists]
            return {"type": "Lists", "value": {"answers": rows, "question": race.title}}
        case RaceKind.RANKING:
            extra: dict[str, Any] = (
                {"method": "STV", "blank": race.blank, "seats": race.seats_main}
                if race.method == "stv"
                else {"method": "Schulze", "blank": race.blank}
            )
        case RaceKind.GRADES:
            extra = {"method": "MajorityJudgment", "blank": race.blank, "grades": list(race.grades)}
    return {"type": "NonHomomorphic", "value": {"answers": list(names.values()), "question": race.title}, "extra": extra}


def answer_names(race: Race) -> dict[str, str]:
    """Candidate's code → what stands on the ballot, in ballot order."""
    times = Counter(candidate.display_name for candidate in race.candidates)
    return {
        candidate.code: f"{candidate.display_name} ({candidate.code})" if times[candidate.display_name] > 1 else candidate.display_name
        for candidate in race.candidates
    }
