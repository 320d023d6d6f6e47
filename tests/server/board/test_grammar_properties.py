"""Whatever is tried in whatever order, the board holds exactly the events that protocol.md §12.2 allows, in an unbroken chain."""

import io
import re

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from elections_for_tests import draft
from sandogh.protocol.archive import read_archive
from sandogh.protocol.credential import derive_credential, generate_credential, make_public_credentials
from sandogh.protocol.events import Event, EventType
from sandogh.protocol.groups import group_named
from sandogh.server.board import domain as board
from sandogh.server.common import clock
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election

# protocol.md §12.2 written once more, as a regular expression over one letter an event.
LETTERS = {
    EventType.Setup: "S",
    EventType.Ballot: "b",
    EventType.EndBallots: "E",
    EventType.EncryptedTally: "T",
    EventType.PartialDecryption: "d",
    EventType.Result: "R",
}
ALLOWED = re.compile("(S(b*(E(T(d+R?)?)?)?)?)?")
MEMBERS = {"S": 4, "b": 1, "E": 0, "T": 2, "d": 2, "R": 1}


class Board(RuleBasedStateMachine):
    """Tries any event at any time, sometimes in an act that fails afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.run = transaction.atomic()
        self.run.__enter__()
        self.election: Election = draft()[0]
        group = group_named("Ed25519")
        key = derive_credential(generate_credential(), uuid=self.election.uuid, group=group)
        self.credentials = make_public_credentials([key.public], group)
        self.happened = ""
        self.members: list[bytes] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.run.__exit__(None, None, None)

    def contents(self, letter: str, seed: bytes) -> list[bytes]:
        made = [b'"%s%d"' % (seed.hex().encode(), place) for place in range(MEMBERS[letter])]
        if letter == "S":
            made[2] = self.credentials
        return made

    @rule(
        event_type=st.sampled_from(list(LETTERS)),
        seed=st.binary(min_size=1, max_size=4),
        fails=st.sampled_from([False, False, False, True]),
    )
    def try_to_append(self, event_type: EventType, seed: bytes, *, fails: bool) -> None:
        letter = LETTERS[event_type]
        made = self.contents(letter, seed)
        allowed = ALLOWED.fullmatch(self.happened + letter)
        try:
            with transaction.atomic():
                board.append(self.election, event_type, made, now=clock.now())
                transaction.set_rollback(fails)
        except Refused:
            refused = True
        else:
            refused = False
        assert refused is not bool(allowed), f"{letter} after {self.happened}"
        if allowed and not fails:
            self.happened += letter
            self.members += made

    # Blind tries seldom get far; these walk on to the later stages.
    @precondition(lambda self: self.happened and self.happened[-1] in "SbET")
    @rule()
    def go_on(self) -> None:
        following = {"S": EventType.EndBallots, "b": EventType.EndBallots, "E": EventType.EncryptedTally, "T": EventType.PartialDecryption}
        self.try_to_append(following[self.happened[-1]], b"x", fails=False)

    @invariant()
    def the_archive_is_that_chain(self) -> None:
        if not self.happened:
            return
        archived = list(read_archive(io.BytesIO(b"".join(board.stream_archive(self.election)))))
        events = [Event.from_bytes(member.data) for member in archived if member.kind == "event"]
        assert "".join(LETTERS[event.type] for event in events) == self.happened
        assert [event.height for event in events] == list(range(len(events)))
        assert [event.parent for event in events] == [None] + [event.hash for event in events[:-1]]
        assert [member.data for member in archived if member.kind == "data"] == self.members
        end = board.head(self.election)
        assert (end.hash, end.height, end.ballots) == (events[-1].hash, len(events) - 1, self.happened.count("b"))
        assert [event for event, _members in board.walk(self.election, end)] == events


@pytest.mark.django_db
def test_the_board_keeps_the_grammar() -> None:
    run_state_machine_as_test(Board, settings=settings(max_examples=40, stateful_step_count=15, deadline=None))
