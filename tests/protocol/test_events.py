"""Events and their order (protocol.md §11.3, §12.2; threat-model.md W6)."""

import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandogh.protocol.canonical import dumps
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.events import Event, EventType, Owned, SetupData, check_grammar, check_link, make_setup_data, next_allowed, owned

HASH, OTHER = "0a" * 32, "0b" * 32

LETTERS = dict(zip(EventType, "SBETHFPR", strict=True))
#: The grammar of protocol.md §12.2, one letter an event: a whole election, without and with shuffles.
WHOLE = {False: "SB*ETP+R", True: "SB*ETH+FP+R"}


def _is_prefix(word: str, *, shuffles: bool) -> bool:
    """Whether the word can be continued to a whole election: tried with every short continuation, independent of the table in use."""
    continuations = ("", "R", "PR", "FPR", "HFPR", "TPR", "THFPR", "ETPR", "ETHFPR", "SETPR", "SETHFPR")
    return any(re.fullmatch(WHOLE[shuffles], word + more) for more in continuations)


@pytest.mark.parametrize("shuffles", [False, True])
def test_every_order_of_up_to_five_events_is_judged_by_the_grammar(shuffles: bool) -> None:
    for length in range(1, 6):
        for types in itertools.product(EventType, repeat=length):
            word = "".join(LETTERS[kind] for kind in types)
            try:
                check_grammar(types, shuffles=shuffles)
            except VerificationError as refused:
                verdict, section = False, refused.section
            else:
                verdict, section = True, "§12.2"
            assert (verdict, section) == (_is_prefix(word, shuffles=shuffles), "§12.2"), word


@given(st.integers(0, 5), st.integers(1, 4), st.data())
def test_a_whole_election_passes_and_any_event_moved_or_added_does_not(ballots: int, trustees: int, data: st.DataObject) -> None:
    kind = EventType
    whole = [kind.Setup, *[kind.Ballot] * ballots, kind.EndBallots, kind.EncryptedTally, *[kind.PartialDecryption] * trustees, kind.Result]
    check_grammar(whole)
    place = data.draw(st.integers(0, len(whole)))
    extra = data.draw(st.sampled_from(EventType))
    added = [*whole[:place], extra, *whole[place:]]
    if re.fullmatch(WHOLE[False], "".join(LETTERS[each] for each in added)) is None:
        with pytest.raises(VerificationError):
            check_grammar(added)


def test_the_split_trick_is_refused_where_it_begins() -> None:
    kind = EventType
    with pytest.raises(VerificationError) as refused:
        check_grammar(
            [kind.Setup, kind.Ballot, kind.Ballot, kind.EndBallots, kind.Ballot, kind.Ballot, kind.EndBallots, kind.EncryptedTally]
        )
    assert (refused.value.where, refused.value.what) == ("event 4", "Ballot is not allowed after EndBallots")


def test_no_event_is_no_election() -> None:
    with pytest.raises(VerificationError):
        check_grammar([])
    assert next_allowed(None) == {EventType.Setup}
    assert next_allowed(EventType.Result) == frozenset()
    assert next_allowed(EventType.Shuffle) == frozenset()


def test_an_event_is_written_in_the_protocols_order_and_read_back() -> None:
    first = Event.after(None, EventType.Setup, HASH)
    second = Event.after(first, EventType.EndBallots)
    assert first.to_bytes() == b'{"height":0,"type":"Setup","payload":"' + HASH.encode() + b'"}'
    assert second.to_bytes() == b'{"parent":"' + first.hash.encode() + b'","height":1,"type":"EndBallots"}'
    for event in (first, second):
        assert Event.from_bytes(event.to_bytes()) == event


@pytest.mark.parametrize(
    "form",
    [
        {"height": 1, "type": "Setup", "payload": HASH},
        {"parent": HASH, "height": 0, "type": "Setup", "payload": HASH},
        {"height": 0, "type": "Setup"},
        {"height": 0, "type": "EndBallots", "payload": HASH},
        {"height": 0, "type": "Other", "payload": HASH},
        {"height": 0, "type": ["Setup"], "payload": HASH},
        {"height": False, "type": "Setup", "payload": HASH},
        {"height": "0", "type": "Setup", "payload": HASH},
        {"height": 0, "type": "Setup", "payload": HASH.upper()},
        {"parent": None, "height": 0, "type": "Setup", "payload": HASH},
        {"height": 0, "payload": HASH, "type": "Setup"},
        {"height": 0, "type": "Setup", "payload": HASH, "more": 1},
        [],
    ],
    ids=str,
)
def test_what_is_no_event_is_malformed(form: object) -> None:
    with pytest.raises(Malformed) as refused:
        Event.from_bytes(dumps(form))
    assert refused.value.section == "§11.3"


def test_a_link_names_the_event_before_and_the_next_height() -> None:
    first = Event.after(None, EventType.Setup, HASH)
    second = Event.after(first, EventType.Ballot, HASH)
    check_link(first, None)
    check_link(second, first)
    for wrong in (replace(second, parent=OTHER), replace(second, height=2), first):
        with pytest.raises(VerificationError) as refused:
            check_link(wrong, first)
        assert refused.value.section == "§11.3"
    with pytest.raises(VerificationError):
        check_link(second, None)


def test_payloads_are_read_back() -> None:
    assert SetupData.from_bytes(make_setup_data(HASH, OTHER, HASH)) == SetupData(HASH, OTHER, HASH)
    assert Owned.from_bytes(owned(2, HASH)) == Owned(2, HASH)
    for data in (b"{}", owned(1, "x"), b'{"owner":"1","payload":"' + HASH.encode() + b'"}', b"[]"):
        with pytest.raises(Malformed):
            Owned.from_bytes(data)
        with pytest.raises(Malformed):
            SetupData.from_bytes(data)
