"""The election file (protocol.md §4.3)."""

import pickle
from typing import Any

import pytest

from protocol.elections import SMALL, story
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.credential import BASE58
from sandogh.protocol.digest import sha_base64, sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election, make_election, new_uuid
from sandogh.protocol.errors import Malformed, SandoghError, Unsupported
from sandogh.protocol.homomorphic import HomomorphicQuestion


def fields() -> dict[str, Any]:
    value: Any = loads(story().election.bytes)
    return value


def refusal(changes: dict[str, Any]) -> SandoghError:
    with pytest.raises(SandoghError) as refused:
        Election.from_bytes(dumps(fields() | changes))
    return refused.value


def test_what_is_made_is_read_back() -> None:
    made = story(uuid="mk3kXqNQuFFLZ5").election
    assert (made.uuid, made.name, made.description, made.group) == ("mk3kXqNQuFFLZ5", "انتخابات آزمون", "d", ED25519)
    assert (made.administrator, made.credential_authority) == ("Admin", "CA")
    assert made.questions == SMALL
    assert (made.fingerprint, made.hash) == (sha_base64(made.bytes), sha_hex(made.bytes))


def test_optional_fields_are_absent_when_unset() -> None:
    prepared = story()
    data = make_election(name="n", description="", group=ED25519, trustees=prepared.trustees, questions=SMALL, uuid=prepared.election.uuid)
    assert b"administrator" not in data
    assert b"null" not in data
    assert Election.from_bytes(data).administrator is None


def test_a_language_is_let_through_and_held_to_its_form() -> None:
    assert Election.from_bytes(dumps(fields() | {"language": ["fa", "rtl"]}))
    for language in ("fa", ["fa"], ["fa", "up"], [5, "rtl"], ["fa", "rtl", ""]):
        assert isinstance(refusal({"language": language}), Malformed)


def test_an_election_reads_the_same_in_another_process() -> None:
    made = story().election
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 3},
        {"version": 0},
        {"version": True},
        {"version": "1"},
        {"group": "Curve25519"},
        {"public_key": "00" * 32},
        {"public_key": f"{1:064x}"},
        {"public_key": f"{2**255 - 20:064x}"},
        {"questions": []},
        {"questions": {}},
        {"uuid": "short"},
        {"uuid": "0000000000000000"},
        {"uuid": "mk3kXqNQuFFLZ5\n"},
        {"name": None},
        {"description": 5},
        {"administrator": None},
        {"more": 1},
    ],
    ids=str,
)
def test_bad_fields_are_refused(changes: dict[str, Any]) -> None:
    refused = refusal(changes)
    assert not isinstance(refused, Unsupported)


@pytest.mark.parametrize(
    "question",
    [
        {"answers": ["a"], "min": 1, "max": 0, "question": "q"},
        {"answers": ["a"], "min": 0, "max": 2, "question": "q"},
        {"answers": ["a"], "min": True, "max": 1, "question": "q"},
        {"answers": ["a", 5], "min": 0, "max": 1, "question": "q"},
        {"answers": ["a"], "blank": None, "min": 0, "max": 1, "question": "q"},
        {"answers": ["a"], "blank": 1, "min": 0, "max": 1, "question": "q"},
        {"answers": ["a"], "max": 1, "min": 0, "question": "q"},
        {"answers": ["a"], "min": 0, "max": 1},
        {"type": "Other", "value": {}},
        {"type": ["Lists"], "value": {}},
        "q",
    ],
    ids=str,
)
def test_bad_questions_are_refused_where_they_stand(question: Any) -> None:
    refused = refusal({"questions": [*fields()["questions"], question]})
    assert (type(refused), getattr(refused, "where", "")) == (Malformed, "question 3")


def test_blank_false_is_a_question_like_any_other() -> None:
    question = {"answers": ["a"], "blank": False, "min": 0, "max": 1, "question": "q"}
    assert Election.from_bytes(dumps(fields() | {"questions": [question]})).questions == (HomomorphicQuestion(("a",), "q", 0, 1),)


def test_only_the_compact_form_is_an_election_file() -> None:
    data = story().election.bytes
    for changed in (data + b"\n", b" " + data, data.replace(b'":', b'": ', 1)):
        with pytest.raises(Malformed):
            Election.from_bytes(changed)


def test_a_uuid_has_14_base58_characters() -> None:
    made = {new_uuid() for _ in range(200)}
    assert len(made) == 200
    assert all(len(each) == 14 and set(each) <= set(BASE58) for each in made)


def test_a_question_that_exists_has_fitting_bounds() -> None:
    assert HomomorphicQuestion(("a", "b"), "q", 1, 2).totals == range(1, 3)
    with pytest.raises(Malformed):
        HomomorphicQuestion(("a", "b"), "q", 0, 3)
