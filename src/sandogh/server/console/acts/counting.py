"""From the last ballot to the published result."""

from datetime import datetime

from django.utils.translation import gettext as _

from sandogh.protocol.events import EventType
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.console.sealing import (
    read_partial_decryption,
    read_shuffle,
)
from sandogh.server.elections import domain as elections
from sandogh.server.elections.models import Election
from sandogh.server.elections.state import Act, State, next_state
from sandogh.server.tallies import domain as tallies


def tally(election: Election, *, now: datetime) -> Election:
    """Publish the encrypted tally: every ballot is checked again and added.

    Two transactions, since the first takes minutes of processor: (1) the board, (2) the state. A crash between them is mended by
    doing it again.
    """
    next_state(State(election.state), Act.TALLY)
    if board.head(election).type is EventType.EndBallots:
        tallies.tally(election, now=now)  # (1)
    return elections.advance(election, Act.TALLY, now=now)  # (2)


def shuffle(election: Election, shuffled: bytes, *, now: datetime) -> tuple[int, bool]:
    """Take in one trustee's shuffle: (the trustee's number, whether it is new). Its proofs are checked before it goes on the board.

    The same trustee's again is no error and changes nothing.
    """
    if election.state != State.TALLYING:
        raise Refused("wrong_state", _("بُر زدن تنها هنگام شمارش پذیرفته می‌شود."))
    owner, data = read_shuffle(shuffled)
    try:
        tallies.add_shuffle(election, data, owner, now=now)
    except Refused as refused:
        if refused.code != "already_shuffled":
            raise
        return owner, False
    return owner, True


def decrypt(election: Election, partial: bytes, *, now: datetime) -> tuple[int, bool]:
    """Take in one trustee's file: (the trustee's number, whether it is new). Its proofs are checked before it goes on the board.

    The same trustee's again is no error and changes nothing.
    """
    if election.state not in (State.TALLYING, State.PUBLISHED):
        raise Refused("wrong_state", _("رمزگشایی تنها هنگام شمارش پذیرفته می‌شود."))
    owner, data = read_partial_decryption(partial)
    try:
        tallies.add_partial_decryption(election, data, owner, now=now)
    except Refused as refused:
        if refused.code != "already_decrypted":
            raise
        return owner, False
    return owner, True


def publish(election: Election, *, now: datetime) -> Election:
    """Publish the result. As with `tally`, (1) the board, (2) the state, and a crash between them is mended by doing it again."""
    next_state(State(election.state), Act.PUBLISH)
    if board.head(election).type is not EventType.Result:
        tallies.publish(election, now=now)  # (1)
    return elections.advance(election, Act.PUBLISH, now=now)  # (2)
