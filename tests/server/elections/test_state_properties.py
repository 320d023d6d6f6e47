"""What holds for every sequence of acts (threat-model.md T1, F7)."""

from hypothesis import given
from hypothesis import strategies as st

from sandogh.server.common.errors import Refused
from sandogh.server.elections.state import Act, State, next_state

WAY = [State.DRAFT, State.SEALED, State.OPEN, State.CLOSED, State.TALLYING, State.PUBLISHED]
sequences = st.lists(st.sampled_from(list(Act)), max_size=30)


def walk(acts: list[Act]) -> list[State]:
    """The states passed through; an act that is refused changes nothing."""
    states = [State.DRAFT]
    for act in acts:
        try:
            states.append(next_state(states[-1], act))
        except Refused:
            continue
    return states


@given(sequences)
def test_the_way_has_no_step_back_and_no_step_left_out(acts):
    states = walk(acts)
    travelled = [state for state in states if state is not State.CANCELLED]
    assert travelled == WAY[: len(travelled)]


@given(sequences)
def test_cancelled_and_published_are_ends(acts):
    states = walk(acts)
    assert all(state not in (State.CANCELLED, State.PUBLISHED) for state in states[:-1])


@given(sequences, st.sampled_from(list(Act)))
def test_the_same_question_has_the_same_answer(acts, act):
    state = walk(acts)[-1]
    answers = []
    for _again in range(2):
        try:
            answers.append(next_state(state, act))
        except Refused as refused:
            answers.append(refused.code)
    assert answers[0] == answers[1]
