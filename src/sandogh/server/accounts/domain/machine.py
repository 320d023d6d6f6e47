"""The states of a voting session and what may follow what (ARCHITECTURE.md §6). Pure."""

from enum import StrEnum

from django.utils.translation import gettext as _

from sandogh.server.common.errors import Refused


class SessionState(StrEnum):
    IDENTIFIED = "identified"
    AUTHENTICATED = "authenticated"
    SEALED = "sealed"
    CONFIRMED = "confirmed"
    CAST = "cast"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    LEFT = "left"


class SessionAct(StrEnum):
    AUTHENTICATE = "authenticate"
    SEAL = "seal"
    CONFIRM = "confirm"
    CHALLENGE = "challenge"
    CAST = "cast"
    LEAVE = "leave"
    EXPIRE = "expire"
    SUPERSEDE = "supersede"


LIVE = frozenset({SessionState.AUTHENTICATED, SessionState.SEALED, SessionState.CONFIRMED})
"""At most one session of a voter is in these: the one active device (journey.md S14)."""

OPEN = LIVE | {SessionState.IDENTIFIED}
"""What time, leaving and superseding can end."""

_STEPS: dict[tuple[SessionState, SessionAct], SessionState] = {
    (SessionState.IDENTIFIED, SessionAct.AUTHENTICATE): SessionState.AUTHENTICATED,
    (SessionState.AUTHENTICATED, SessionAct.SEAL): SessionState.SEALED,
    # Sealing anew after «ویرایش»: a new hash, a new code, and the old confirmation is worth nothing.
    (SessionState.SEALED, SessionAct.SEAL): SessionState.SEALED,
    (SessionState.CONFIRMED, SessionAct.SEAL): SessionState.SEALED,
    (SessionState.SEALED, SessionAct.CONFIRM): SessionState.CONFIRMED,
    # The sealed ballot is opened to see what it holds: it is worth nothing any more, and the voter seals another.
    (SessionState.SEALED, SessionAct.CHALLENGE): SessionState.AUTHENTICATED,
    (SessionState.CONFIRMED, SessionAct.CHALLENGE): SessionState.AUTHENTICATED,
    (SessionState.CONFIRMED, SessionAct.CAST): SessionState.CAST,
}
for _state in OPEN:
    _STEPS[_state, SessionAct.LEAVE] = SessionState.LEFT
    _STEPS[_state, SessionAct.EXPIRE] = SessionState.EXPIRED
    _STEPS[_state, SessionAct.SUPERSEDE] = SessionState.SUPERSEDED


def next_session_state(state: SessionState, act: SessionAct) -> SessionState:
    """The state after the act; there is no other way from state to state.

    Raises Refused `no_session`, `superseded`, `expired`, `left`, `already_cast` or `not_confirmed`, as the state is.
    """
    if (state, act) in _STEPS:
        return _STEPS[state, act]
    raise refusal(state)


def refusal(state: SessionState) -> Refused:
    """Why a session in this state cannot go on, said to its voter."""
    match state:
        case SessionState.SUPERSEDED:
            return Refused("superseded", _("این صفحه در دستگاه دیگری باز شد. رأی‌دادن را همان‌جا ادامه دهید، یا این‌جا دوباره وارد شوید."))
        case SessionState.EXPIRED:
            return Refused("expired", _("زمان ثبت رأی شما در این ورود تمام شد. دوباره از پیوند پیامک وارد شوید؛ رأیی از شما ثبت نشده است."))
        case SessionState.LEFT:
            return Refused("left", _("از سامانه خارج شده‌اید. برای رأی‌دادن دوباره وارد شوید."))
        case SessionState.CAST:
            return Refused("already_cast", _("رأی شما پیش از این ثبت شده است و تغییری در آن ممکن نیست. رسید خود را ببینید."))
        case SessionState.IDENTIFIED:
            return Refused("no_session", _("هنوز وارد نشده‌اید. کد پیامک‌شده را وارد کنید."), status=401)
        case SessionState.AUTHENTICATED | SessionState.SEALED | SessionState.CONFIRMED:
            return Refused("not_confirmed", _("پیامک کد رأی شما هنوز به ما نرسیده است. کد را از همراه خود بفرستید و کمی صبر کنید."))
