"""Any questions, any voters, any weights: what is allowed is accepted and counted, and what is not cannot be made (protocol.md §7, §8)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.elections import Story, story
from protocol.forgeries import at, check, opened, paths, signed
from sandogh.protocol.ballot import check_ballot, make_unsigned_ballot
from sandogh.protocol.canonical import dumps
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nested import leaves, mapped
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.question import Question
from sandogh.protocol.tally import EncryptedTally, check_encrypted_tally


@st.composite
def races(draw: st.DrawFn) -> HomomorphicQuestion:
    size = draw(st.integers(0, 4))
    least = draw(st.integers(0, size))
    return HomomorphicQuestion(tuple(map(str, range(size))), "q", least, draw(st.integers(least, size)), draw(st.booleans()))


@st.composite
def list_questions(draw: st.DrawFn) -> ListsQuestion:
    sizes = [draw(st.integers(1, 3)) + 1, *draw(st.lists(st.integers(1, 3), max_size=2))]
    return ListsQuestion(tuple(tuple(f"{row}.{place}" for place in range(size)) for row, size in enumerate(sizes)), "q")


vectors = st.integers(0, 30).map(lambda size: NonHomomorphicQuestion(tuple(map(str, range(size))), "q"))


def allowed(question: Question) -> st.SearchStrategy[Any]:
    """Choices that the rules of the question allow, written down anew here."""
    match question:
        case NonHomomorphicQuestion():
            return st.lists(st.integers(0, 255), min_size=len(question.answers), max_size=len(question.answers))
        case ListsQuestion():
            eligible = [row for row, names in enumerate(question.answers) if len(names) > 1]
            return (
                st.sampled_from(eligible)
                .flatmap(lambda row: st.tuples(st.just(row), some_of(len(question.answers[row]) - 1)))
                .map(
                    lambda chosen: [[1, *chosen[1]] if row == chosen[0] else [0] * len(names) for row, names in enumerate(question.answers)]
                )
            )
        case HomomorphicQuestion():
            size = len(question.answers)
            votes = st.integers(question.min, question.max).flatmap(
                lambda many: st.permutations([1] * many + [0] * (size - many)).map(list)
            )
            if not question.blank:
                return votes
            return votes.map(lambda bits: [0, *bits]) | st.just([1] + [0] * size)


def some_of(size: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, 1), min_size=size, max_size=size).filter(any)


@st.composite
def elections(draw: st.DrawFn, *, weighted: bool) -> tuple[list[Question], list[int], list[Any]]:
    """Questions, the weights of the voters, and their choices."""
    kinds: list[st.SearchStrategy[Any]] = [races(), list_questions()] + ([] if weighted else [vectors])
    questions: list[Question] = draw(st.lists(st.one_of(kinds), min_size=1, max_size=3))
    weights = draw(st.lists(st.integers(1, 9) if weighted else st.just(1), max_size=3))
    return questions, weights, [[draw(allowed(question)) for question in questions] for _ in weights]


def plaintexts(held: Story, tally: EncryptedTally) -> list[Any]:
    """g^m of every ciphertext, opened with the trustees' keys."""
    private = sum(key.private for key in held.keys) % held.group.q
    group = held.group
    return [mapped((entry,), lambda each: group.divide(each.beta, group.power(each.alpha, private)))[0] for entry in tally.ciphertexts]


@pytest.mark.parametrize("weighted", [False, True])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_is_allowed_is_accepted_and_counted(weighted: bool, data: st.DataObject) -> None:
    questions, weights, votes = data.draw(elections(weighted=weighted))
    held = story(questions=questions, voters=len(weights), weights=weights)
    ballots = [held.ballot(voter, vote) for voter, vote in enumerate(votes)]
    for ballot in ballots:
        assert check(ballot, held).credential in held.publics
    tally = held.tally(ballots)
    assert (tally.num_tallied, tally.total_weight) == (len(weights), sum(weights))
    assert check_encrypted_tally(tally.to_bytes(), tally.sized_bytes(), computed=tally, election=held.election) == tally
    for place, (question, found) in enumerate(zip(questions, plaintexts(held, tally), strict=True)):
        given_votes = [vote[place] for vote in votes]
        if question.kind == "NH":
            size = len(question.answers)
            assert sorted(held.group.decode_vector(element, size) for element in found) == sorted(map(tuple, given_votes))
            assert list(tally.ciphertexts[place]) == sorted(  # type: ignore[arg-type]
                tally.to_shuffle[tally.unmixed.index(place)], key=lambda each: each.sort_key(held.group)
            )
            continue
        for where, (cell, element) in enumerate(leaves((found,))):
            counts = [[leaf for _, leaf in leaves((as_tuple(vote),))][where] for vote in given_votes]
            total = sum(weight * count for weight, count in zip(weights, counts, strict=True))
            assert element == held.group.power_g(total), cell


def as_tuple(value: Any) -> Any:
    return tuple(map(as_tuple, value)) if isinstance(value, list) else value


# ---- what is not allowed


def is_allowed(question: Question, choice: list[Any]) -> bool:
    """The rules once more, as a judgement of one choice."""
    match question:
        case NonHomomorphicQuestion():
            return len(choice) == len(question.answers) and all(type(entry) is int and 0 <= entry < 256 for entry in choice)
        case ListsQuestion():
            if [len(row) if isinstance(row, list) else -1 for row in choice] != [len(row) for row in question.answers]:
                return False
            if any(type(bit) is not int or bit not in (0, 1) for row in choice for bit in row):
                return False
            chosen = [row for row in choice if row[0]]
            return len(chosen) == 1 and any(chosen[0][1:]) and not any(any(row[1:]) for row in choice if not row[0])
        case HomomorphicQuestion():
            if len(choice) != len(question.answers) + question.blank or any(type(bit) is not int or bit not in (0, 1) for bit in choice):
                return False
            if question.blank and choice[0]:
                return not any(choice[1:])
            return question.min <= sum(choice) <= question.max


entries = st.integers(0, 1) | st.integers(-1, 256) | st.booleans() | st.none()


@given(races() | list_questions() | vectors, st.data())
@settings(deadline=None)
def test_what_is_not_allowed_cannot_be_made(question: Question, data: st.DataObject) -> None:
    """And what is allowed can."""
    row = st.lists(st.integers(0, 1), max_size=5) | st.lists(entries, max_size=4)
    choice = data.draw(row | st.lists(row, max_size=3) | allowed(question))
    context = "φ|credential"
    if is_allowed(question, choice):
        assert question.make_answer(ELECTION, choice, context=context)
        return
    with pytest.raises(Malformed) as refused:
        question.make_answer(ELECTION, choice, context=context)
    assert refused.value.section in {"H": ("§7.2", "§7.3"), "L": ("§7.5",), "NH": ("§7.4",)}[question.kind]


# ---- what is no ballot

EVERY_KIND: list[Question] = [
    HomomorphicQuestion(("a",), "q", 0, 1),
    HomomorphicQuestion(("a",), "q", 1, 1, blank=True),
    ListsQuestion((("L", "a"), ("M",)), "q"),
    NonHomomorphicQuestion(("a", "b"), "q"),
]
HELD = story(questions=EVERY_KIND, voters=1)
ELECTION = HELD.election
BALLOT = HELD.ballot(0, [[1], [1, 0], [[1, 1], [0]], [4, 2]])
FORM = opened(BALLOT)
PATHS = [path for path in paths(FORM) if path and path[0] != "signature"]

json = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2**53) | st.text(max_size=5) | st.integers(0, ED25519.q).map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(PATHS), replacement=json)
def test_a_signed_ballot_with_any_node_replaced_is_refused_in_words(path: list[Any], replacement: Any) -> None:
    form = opened(BALLOT)
    if at(form, path) == replacement:
        return
    at(form, path[:-1])[path[-1]] = replacement
    with pytest.raises((Malformed, VerificationError)):
        check(signed(form, HELD), HELD)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_other_bytes_are_refused_in_words(data: st.DataObject) -> None:
    changed = bytearray(BALLOT)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    if changed == BALLOT:
        return
    with pytest.raises((Malformed, VerificationError)):
        check_ballot(bytes(changed), election=ELECTION, credentials=HELD.publics)


@settings(max_examples=100, deadline=None)
@given(json)
def test_any_json_is_a_tally_or_refused_in_words(value: Any) -> None:
    tally = HELD.tally([BALLOT])
    for data, sized in ((dumps(value), tally.sized_bytes()), (tally.to_bytes(), dumps(value))):
        with pytest.raises((Malformed, VerificationError)):
            EncryptedTally.from_bytes(data, sized, election=ELECTION)


def test_the_hash_is_known_before_the_signature() -> None:
    """What the voter confirms and may challenge; signing changes nothing of it."""
    unsigned = make_unsigned_ballot(ELECTION, HELD.voters[0].public, [[1], [1, 0], [[1, 1], [0]], [4, 2]])
    data = unsigned.sign(HELD.voters[0])
    ballot = check(data, HELD)
    assert ballot.hash == unsigned.hash
    assert data.startswith(unsigned.data[:-1] + b',"signature":{"hash":"' + unsigned.hash.encode())
    stranger = story(voters=1).voters[0]
    with pytest.raises(Malformed, match="another credential"):
        unsigned.sign(stranger)
