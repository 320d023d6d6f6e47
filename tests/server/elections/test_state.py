"""The table of states, act by act (ARCHITECTURE.md §6)."""

import pytest

from sandogh.server.common.errors import Refused
from sandogh.server.elections.state import Act, State, next_state, state_text

ALLOWED = {
    ("draft", "seal"): "sealed",
    ("sealed", "open"): "open",
    ("open", "close"): "closed",
    ("closed", "tally"): "tallying",
    ("tallying", "publish"): "published",
    ("draft", "cancel"): "cancelled",
    ("sealed", "cancel"): "cancelled",
    ("open", "cancel"): "cancelled",
    ("closed", "cancel"): "cancelled",
    ("tallying", "cancel"): "cancelled",
}


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("state", State)
def test_every_act_in_every_state(state, act):
    if (state.value, act.value) in ALLOWED:
        assert next_state(state, act).value == ALLOWED[state.value, act.value]
    else:
        with pytest.raises(Refused) as refused:
            next_state(state, act)
        assert (refused.value.code, refused.value.status) == ("wrong_state", 409)
        assert state_text(state) in refused.value.message


def test_every_state_has_a_name_of_its_own():
    assert len({state_text(state) for state in State}) == len(State)
