"""The states of an election and what may be done in each (ARCHITECTURE.md §6). Pure."""

from enum import StrEnum

from django.utils.translation import gettext as _

from sandogh.server.common.errors import Refused


class State(StrEnum):
    DRAFT = "draft"
    SEALED = "sealed"
    OPEN = "open"
    CLOSED = "closed"
    TALLYING = "tallying"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Act(StrEnum):
    SEAL = "seal"
    OPEN = "open"
    CLOSE = "close"
    TALLY = "tally"
    PUBLISH = "publish"
    CANCEL = "cancel"


_STEPS = {
    (State.DRAFT, Act.SEAL): State.SEALED,
    (State.SEALED, Act.OPEN): State.OPEN,
    (State.OPEN, Act.CLOSE): State.CLOSED,
    (State.CLOSED, Act.TALLY): State.TALLYING,
    (State.TALLYING, Act.PUBLISH): State.PUBLISHED,
} | {(state, Act.CANCEL): State.CANCELLED for state in State if state not in (State.PUBLISHED, State.CANCELLED)}


def next_state(state: State, act: Act) -> State:
    """The state after the act. Raises Refused `wrong_state` when the act is not allowed now; there is no other way from state to state."""
    if (state, act) not in _STEPS:
        raise Refused("wrong_state", _("این کار در وضعیت کنونی انتخابات («%(state)s») شدنی نیست.") % {"state": state_text(state)})
    return _STEPS[state, act]


def state_text(state: State) -> str:
    """The state's name for people."""
    match state:
        case State.DRAFT:
            return _("پیش‌نویس")
        case State.SEALED:
            return _("مهر و موم شده")
        case State.OPEN:
            return _("در حال رأی‌گیری")
        case State.CLOSED:
            return _("پایان رأی‌گیری")
        case State.TALLYING:
            return _("در حال شمارش")
        case State.PUBLISHED:
            return _("اعلام نتیجه")
        case State.CANCELLED:
            return _("لغو شده")
