"""Questions of every kind: read, written, and refused when they are none (protocol.md §4.3)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.elections import story
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.groups import group_named
from sandogh.protocol.homomorphic import BLANK_LABEL, HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nonhomomorphic import CountingMethod, NonHomomorphicQuestion
from sandogh.protocol.question import Question, parse_question

names = st.text(max_size=5)


@st.composite
def races(draw: st.DrawFn) -> HomomorphicQuestion:
    answers = tuple(draw(st.lists(names, max_size=5)))
    least = draw(st.integers(0, len(answers)))
    return HomomorphicQuestion(answers, draw(names), least, draw(st.integers(least, len(answers))), draw(st.booleans()))


methods = st.one_of(
    st.builds(CountingMethod, st.just("MajorityJudgment"), st.booleans(), grades=st.lists(names, max_size=4).map(tuple)),
    st.builds(CountingMethod, st.just("Schulze"), st.booleans()),
    st.builds(CountingMethod, st.just("STV"), st.booleans(), seats=st.integers(0, 9)),
)
questions: st.SearchStrategy[Question] = st.one_of(
    races(),
    st.builds(NonHomomorphicQuestion, st.lists(names, max_size=30).map(tuple), names, st.none() | methods),
    st.builds(ListsQuestion, st.lists(st.lists(names, min_size=1, max_size=4).map(tuple), max_size=4).map(tuple), names),
)


@given(questions)
def test_what_is_written_is_read_back(question: Question) -> None:
    form = loads(dumps(question.form()))
    assert parse_question(form, ED25519) == question
    assert dumps(parse_question(form, ED25519).form()) == dumps(form)


@given(questions, st.data())
def test_a_question_with_one_node_changed_is_another_one_or_malformed(question: Question, data: st.DataObject) -> None:
    form: Any = loads(dumps(question.form()))
    parent, key = form, data.draw(st.sampled_from(sorted(form)))
    while isinstance(parent[key], (dict, list)) and parent[key] and data.draw(st.booleans()):
        parent = parent[key]
        key = data.draw(st.sampled_from(sorted(parent)) if isinstance(parent, dict) else st.integers(0, len(parent) - 1))
    parent[key] = data.draw(st.none() | st.booleans() | st.integers(-1, 40) | st.text(max_size=3) | st.just([]) | st.just({}))
    with contextlib.suppress(Malformed):
        assert dumps(parse_question(form, ED25519).form()) == dumps(form) or form.get("blank") is False


BAD: list[Any] = [
    {"answers": ["a"], "blank": None, "min": 0, "max": 1, "question": "q"},
    {"answers": ["a"], "min": 0, "max": 1, "question": "q", "blank": True},
    {"answers": ["a"], "min": -1, "max": 1, "question": "q"},
    {"type": "NonHomomorphic", "value": {"answers": ["a"]}},
    {"type": "NonHomomorphic", "value": {"answers": "a", "question": "q"}},
    {"type": "NonHomomorphic", "value": {"answers": ["a"], "question": "q", "min": 0}},
    {"type": "NonHomomorphic", "value": {"answers": [["a"]], "question": "q"}},
    {"type": "NonHomomorphic", "extra": {"method": "Schulze", "blank": True}, "value": {"answers": ["a"], "question": "q"}},
    {"type": "NonHomomorphic", "value": {"answers": ["a"], "question": "q"}, "extra": None},
    {"type": "NonHomomorphic", "value": {"answers": ["a"], "question": "q"}, "extra": {"method": "Borda", "blank": True}},
    {"type": "NonHomomorphic", "value": {"answers": ["a"], "question": "q"}, "extra": {"method": ["Schulze"], "blank": True}},
    {"type": "NonHomomorphic", "value": {"answers": ["a"], "question": "q"}, "extra": {"method": "Schulze", "blank": 1}},
    {"type": "NonHomomorphic", "value": {"answers": ["a"], "question": "q"}, "extra": {"method": "Schulze", "blank": True, "seats": 1}},
    {"type": "NonHomomorphic", "value": {"answers": ["a"], "question": "q"}, "extra": {"method": "STV", "blank": True}},
    {"type": "NonHomomorphic", "value": {"answers": ["a"], "question": "q"}, "extra": {"method": "MajorityJudgment", "blank": True}},
    {"type": "NonHomomorphic", "value": {"answers": ["a"] * 31, "question": "q"}},
    {"type": "Lists", "value": {"answers": ["a"], "question": "q"}},
    {"type": "Lists", "value": {"answers": [["a", "b"], []], "question": "q"}},
    {"type": "Lists", "value": {"answers": [["a", 5]], "question": "q"}},
    {"type": "Lists", "value": {"answers": [["a"]], "question": "q"}, "extra": {"method": "Schulze", "blank": True}},
    {"type": "Homomorphic", "value": {"answers": ["a"], "min": 0, "max": 1, "question": "q"}},
    {"type": None, "value": {}},
]


@pytest.mark.parametrize("form", BAD, ids=str)
def test_what_is_no_question_is_malformed(form: Any) -> None:
    with pytest.raises(Malformed) as refused:
        parse_question(form, ED25519)
    assert refused.value.section == "§4.3"


def test_a_group_bounds_the_length_of_vectors() -> None:
    def form(size: int) -> object:
        return {"type": "NonHomomorphic", "value": {"answers": ["a"] * size, "question": "q"}}

    safe = group_named("RFC-3526-2048")
    assert parse_question(form(30), ED25519)
    assert parse_question(form(255), safe)
    for size, group in ((31, ED25519), (256, safe), (1, BELENIOS_2048), (0, BELENIOS_2048)):
        with pytest.raises(Malformed) as refused:
            parse_question(form(size), group)
        assert refused.value.section == "§4.3"


def test_labels_and_shapes_go_together() -> None:
    blank = HomomorphicQuestion(("a", "b"), "q", 0, 1, blank=True)
    assert (blank.labels, blank.tally_shape()) == ((BLANK_LABEL, "a", "b"), (None, None, None))
    plain = HomomorphicQuestion(("a", "b"), "q", 0, 1)
    assert (plain.labels, plain.tally_shape()) == (("a", "b"), (None, None))
    lists = ListsQuestion((("L", "a"), ("M",)), "q")
    assert (lists.labels, lists.tally_shape()) == ((("L", "a"), ("M",)), ((None, None), (None,)))
    vector = NonHomomorphicQuestion(("a", "b"), "q")
    assert (vector.labels, vector.tally_shape()) == (("a", "b"), ())


def test_an_election_needs_shuffles_exactly_when_a_vector_is_asked() -> None:
    blank, vector = HomomorphicQuestion(("a",), "q", 0, 1, blank=True), NonHomomorphicQuestion(("a",), "q")
    assert not story(questions=[blank, ListsQuestion((("L", "a"),), "q")]).election.needs_shuffle
    assert story(questions=[blank, vector]).election.needs_shuffle


@given(st.data())
def test_an_election_file_with_bytes_changed_is_refused_in_words(data: st.DataObject) -> None:
    changed = bytearray(ELECTION)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(changed) - 1))
        match data.draw(st.sampled_from("xid")):
            case "x":
                changed[place] = data.draw(st.integers(0, 255))
            case "i":
                changed.insert(place, data.draw(st.integers(0, 255)))
            case _:
                del changed[place]
    with contextlib.suppress(Malformed, VerificationError):
        assert Election.from_bytes(bytes(changed)).bytes == changed


ELECTION = story(
    questions=[
        HomomorphicQuestion(("a", "b"), "q", 0, 1, blank=True),
        ListsQuestion((("L", "a"), ("M",)), "q"),
        NonHomomorphicQuestion(("a", "b"), "q", CountingMethod("STV", blank=False, seats=2)),
    ]
).election.bytes
