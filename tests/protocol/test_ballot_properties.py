"""Any allowed choices seal, check and count; any bytes are a ballot or refused (protocol.md §7)."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.elections import story
from sandogh.protocol.ballot import check_ballot, parse_ballot
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.question import Question
from sandogh.protocol.result import Result


@st.composite
def elections(draw: st.DrawFn) -> tuple[list[Question], list[list[list[int]]]]:
    """Questions with bounds, and the choices of up to four voters within them."""
    questions = []
    for number in range(draw(st.integers(1, 3))):
        size = draw(st.integers(1, 5))
        least = draw(st.integers(0, size))
        questions.append(HomomorphicQuestion(tuple(map(str, range(size))), f"q{number}", least, draw(st.integers(least, size))))

    def choice(question: Question) -> st.SearchStrategy[list[int]]:
        size = len(question.answers)
        counts = st.integers(question.min, question.max)
        return counts.flatmap(lambda count: st.permutations([1] * count + [0] * (size - count)))

    return questions, draw(st.lists(st.tuples(*map(choice, questions)).map(list), max_size=4))


@given(elections())
@settings(max_examples=30, deadline=None)
def test_what_is_sealed_is_accepted_and_counted(drawn: tuple[list[Question], list[list[list[int]]]]) -> None:
    questions, votes = drawn
    held = story(questions=questions, voters=len(votes))
    ballots = [held.ballot(voter, choices) for voter, choices in enumerate(votes)]
    for data in ballots:
        assert check_ballot(data, election=held.election, credentials=held.publics) == parse_ballot(data, held.election)
    tally = held.tally(ballots)
    counted = Result.from_bytes(held.result(tally, held.decryptions(tally))).counts
    plain = [[sum(vote[place][answer] for vote in votes) for answer in range(len(q.answers))] for place, q in enumerate(questions)]
    assert counted == tuple(map(tuple, plain))


HELD = story(questions=[HomomorphicQuestion(("a",), "q", 0, 1)])
HONEST = HELD.ballot(0, [[1]])


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_refused_with_a_rule(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(HONEST)))
    end = data.draw(st.integers(start, len(HONEST)))
    junk = data.draw(st.binary(max_size=20) | st.text('{}[]",:0123456789abcdef', max_size=20).map(str.encode))
    damaged = HONEST[:start] + junk + HONEST[end:]
    if damaged == HONEST:
        return
    with pytest.raises((Malformed, VerificationError)) as refused:
        check_ballot(damaged, election=HELD.election, credentials=HELD.publics)
    assert refused.value.section.startswith("§")
    # Without its proofs looked at, a ballot whose signature alone was touched may still be read.
    with contextlib.suppress(Malformed, VerificationError):
        parse_ballot(damaged, HELD.election)
