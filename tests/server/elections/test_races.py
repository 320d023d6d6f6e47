"""Blank votes and the other kinds of races: from the definition to the protocol's questions, and what is no such race."""

import json
from pathlib import Path
from typing import Any

import pytest

from elections_for_tests import _definition, build, draft
from sandogh.protocol.errors import Malformed
from sandogh.protocol.groups import group_named
from sandogh.server.common.errors import Refused
from sandogh.server.console import acts
from sandogh.server.elections.definition import parse_definition
from sandogh.server.elections.fields import DefinitionRefused
from sandogh.server.elections.races import questions, races_of

ED25519 = group_named("Ed25519")


@pytest.fixture
def kinds() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_definition("azmayesh", "kinds"))
    return document


def problems(document: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(DefinitionRefused) as caught:
        parse_definition(document)
    return {problem.path: problem.message for problem in caught.value.problems}


def test_a_race_offers_a_blank_vote_only_where_it_says_so(examples: Path) -> None:
    document = json.loads((examples / "sample-election.json").read_text())
    document["races"][1]["blank"] = True
    made = questions(parse_definition(document).races, ED25519)
    assert [getattr(question, "blank") for question in made] == [False, True, False]  # noqa: B009 - questions of any kind
    assert list(made[1].form()) == ["answers", "blank", "min", "max", "question"]
    assert "blank" not in made[0].form()


def test_each_kind_becomes_its_question(kinds: dict[str, Any]) -> None:
    races = parse_definition(kinds).races
    order, grades, lists, pairs, marks = (question.form() for question in questions(races, ED25519))
    names = [candidate.display_name for candidate in races[0].candidates]
    assert order == {
        "type": "NonHomomorphic",
        "value": {"answers": names, "question": "رتبه‌بندی"},
        "extra": {"method": "STV", "blank": True, "seats": 1},
    }
    assert grades["extra"] == {"method": "MajorityJudgment", "blank": False, "grades": ["عالی", "خوب", "رد"]}
    assert pairs["extra"] == {"method": "Schulze", "blank": False}
    assert marks["blank"] is True
    people = {candidate["code"]: candidate["display_name"] for one in kinds["races"][2]["lists"] for candidate in one["candidates"]}
    assert lists == {
        "type": "Lists",
        # A list keeps the order that it was given: it is the list's own.
        "value": {
            "answers": [
                ["فهرست یکم", people["105"], people["106"]],
                ["فهرست دوم", people["107"], people["108"], people["109"]],
            ],
            "question": "فهرست‌ها",
        },
    }


def test_what_is_stored_comes_back_the_same(kinds: dict[str, Any]) -> None:
    definition = parse_definition(kinds)
    stored = json.loads(json.dumps(definition.stored()))
    assert races_of(stored) == list(definition.races)


def test_what_was_stored_before_there_were_kinds_is_a_race_by_choices(examples: Path) -> None:
    definition = parse_definition((examples / "sample-election.json").read_bytes())
    stored = definition.stored()
    for race in stored["races"]:
        for name in ("kind", "blank", "method", "grades", "lists"):
            del race[name]
    assert races_of(stored) == list(definition.races)


@pytest.mark.parametrize(
    ("place", "change", "path", "words"),
    [
        (0, {"kind": "approval"}, "races[0].kind", "ناشناخته است: «approval»"),
        (0, {"method": "borda"}, "races[0].method", "ناشناخته است: «borda»"),
        (0, {"method": ""}, "races[0].method", "نباید خالی باشد"),
        (0, {"min_choices": 0}, "races[0].min_choices", "ناشناخته است"),
        (0, {"seats_alternate": 2}, "races[0].seats_alternate", "در این نسخه تنها «0» پشتیبانی می‌شود"),
        (1, {"grades": ["خوب"]}, "races[1].grades", "از ۲ تا ۲۰ درجه لازم است"),
        (1, {"grades": []}, "races[1].grades", "فهرستی با دست‌کم یک مورد لازم است"),
        (1, {"grades": ["خوب", "خوب"]}, "races[1].grades", "یک درجه دو بار آمده است"),
        (1, {"grades": ["خوب", 2]}, "races[1].grades.1", "متن لازم است"),
        (2, {"lists": []}, "races[2].lists", "فهرستی با دست‌کم یک مورد لازم است"),
        (2, {"blank": True}, "races[2].blank", "ناشناخته است"),
        (4, {"blank": "yes"}, "races[4].blank", "true یا false لازم است"),
        (4, {"grades": ["الف", "ب"]}, "races[4].grades", "ناشناخته است"),
    ],
)
def test_each_fault_has_its_path(kinds: dict[str, Any], place: int, change: dict[str, Any], path: str, words: str) -> None:
    kinds["races"][place] |= change
    assert problems(kinds)[path] == words


def test_two_lists_of_one_name_and_a_candidate_on_two_lists(kinds: dict[str, Any]) -> None:
    first, second = kinds["races"][2]["lists"]
    second["title"] = first["title"]
    second["candidates"].append(dict(first["candidates"][0]))
    assert problems(kinds) == {
        "races[2].lists": "عنوان دو فهرست یکی است",
        "races[2].lists[1].candidates[3].code": "تکراری است: «105»",
    }


# ---- groups


def test_not_every_group_opens_votes_one_by_one(kinds: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match="no encoding of vectors"):
        questions(parse_definition(kinds).races, group_named("BELENIOS-2048"))


@pytest.mark.django_db
def test_that_is_said_at_once_and_not_first_at_sealing(kinds: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="group_unfit"):
        draft(races="kinds", group="BELENIOS-2048")
    election, _people = draft(group="BELENIOS-2048")
    with pytest.raises(Refused, match="group_unfit"):
        acts.revise(election, definition=json.dumps(kinds).encode(), now=election.created_at)


@pytest.mark.django_db
def test_votes_that_are_opened_one_by_one_all_weigh_the_same() -> None:
    with pytest.raises(Refused, match="weights_unfit"):
        build(races="kinds", weights=(1, 2, 1))
