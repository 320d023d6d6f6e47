"""Records of an archive: each event with its own data members, no more, no fewer, in their order (protocol.md §11.4, §12.2)."""

import io
from collections.abc import Sequence

import pytest

from protocol.elections import TIMESTAMP, Board, Story, story
from sandogh.protocol.archive import archive_header, archive_member
from sandogh.protocol.channel import MessageKeys, generate_seed
from sandogh.protocol.credentials_certificate import make_credentials_certificate
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.events import Event, EventType, check_grammar, make_setup_data, owned
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.record import Record, make_record, read_records

HELD = story()
CERTIFICATE = make_credentials_certificate(MessageKeys.from_seed(generate_seed(), ED25519), HELD.credentials, uuid=HELD.election.uuid)


def setup_members(*, certificate_hash: str | None = sha_hex(CERTIFICATE)) -> list[bytes]:
    setup = make_setup_data(HELD.election.hash, HELD.trustees.hash, sha_hex(HELD.credentials), certificate_hash)
    return [HELD.election.bytes, HELD.trustees.data, HELD.credentials, CERTIFICATE, setup]


def read(archive: bytes) -> list[Record]:
    return list(read_records(io.BytesIO(archive)))


def written(kind: EventType, data: Sequence[bytes]) -> bytes:
    """An archive of one event over these members, whatever they are."""
    event = Event.after(None, kind, sha_hex(data[-1]))
    members = [archive_member(member, "data", TIMESTAMP) for member in data]
    return archive_header(TIMESTAMP) + b"".join(members) + archive_member(event.to_bytes(), "event", TIMESTAMP)


def test_a_setup_with_a_certificate_has_five_members() -> None:
    _, archive = make_record(None, EventType.Setup, *setup_members(), timestamp=TIMESTAMP)
    (record,) = read(archive_header(TIMESTAMP) + archive)
    assert [member.data for member in record.data] == setup_members()
    assert archive_header(TIMESTAMP) + archive == written(EventType.Setup, setup_members())


def test_a_setup_holds_the_certificate_that_it_names_and_no_other() -> None:
    whole, unnamed = setup_members(), setup_members(certificate_hash=None)
    for members in (
        [*whole[:3], whole[4]],  # named, and not there
        [*unnamed],  # there, and not named
        [whole[3], *whole[:3], whole[4]],  # not in its place
        [*whole[:3], b"{}", whole[4]],  # another one
        [*whole[:4], whole[3], whole[4]],  # twice
        [whole[0], whole[2], whole[1], *whole[3:]],  # the others in another order
    ):
        for attempt in (
            lambda members=members: read(written(EventType.Setup, members)),
            lambda members=members: make_record(None, EventType.Setup, *members, timestamp=TIMESTAMP),
        ):
            with pytest.raises(VerificationError) as refused:
                attempt()
            assert refused.value.section == "§11.4"


def test_a_shuffle_is_owned_and_so_is_a_decryption() -> None:
    shuffle = b'{"ciphertexts":[],"proofs":[]}'
    for kind, section in ((EventType.Shuffle, "§9.3"), (EventType.PartialDecryption, "§10.1")):
        event, _ = make_record(None, kind, shuffle, owned(1, sha_hex(shuffle)), timestamp=TIMESTAMP)
        assert event.type is kind
        with pytest.raises(VerificationError) as refused:
            make_record(None, kind, shuffle, owned(1, sha_hex(b"another")), timestamp=TIMESTAMP)
        assert refused.value.section == "§11.4"
        for payload in (shuffle, b'{"owner":"1","payload":"' + sha_hex(shuffle).encode() + b'"}'):
            with pytest.raises(Malformed) as malformed:
                make_record(None, kind, shuffle, payload, timestamp=TIMESTAMP)
            assert malformed.value.section == section
        with pytest.raises(VerificationError):
            make_record(None, kind, owned(1, sha_hex(shuffle)), timestamp=TIMESTAMP)


# ---- whole archives whose only fault is the order of their events


def events_of(held: Story, votes: list[list[list[int]]]) -> list[tuple[EventType, list[bytes]]]:
    archive = held.archive([held.ballot(voter, vote) for voter, vote in enumerate(votes)])
    return [(record.event.type, [member.data for member in record.data]) for record in read(archive)]


def judged(held: Story, events: Sequence[tuple[EventType, list[bytes]]]) -> None:
    """The events chained anew: container, chain and layout hold, so that only the grammar can refuse."""
    board = Board()
    for kind, data in events:
        board.append(kind, *data)
    check_grammar([record.event.type for record in read(board.archive)], shuffles=held.election.needs_shuffle)


PLAIN = story(voters=2)
SHUFFLED = story(questions=[NonHomomorphicQuestion(("a", "b"), "q")], voters=2)
VOTES = {"plain": [[[1, 1, 0], [0, 1]], [[0, 0, 0], [1, 0]]], "shuffled": [[[1, 2]], [[0, 0]]]}
EVENTS = {"plain": events_of(PLAIN, VOTES["plain"]), "shuffled": events_of(SHUFFLED, VOTES["shuffled"])}
STORIES = {"plain": PLAIN, "shuffled": SHUFFLED}


def index(name: str, kind: EventType) -> int:
    return [each for each, _ in EVENTS[name]].index(kind)


@pytest.mark.parametrize("name", EVENTS)
def test_the_honest_order_and_every_beginning_of_it_pass(name: str) -> None:
    for size in range(1, len(EVENTS[name]) + 1):
        judged(STORIES[name], EVENTS[name][:size])


def faulty(name: str) -> dict[str, list[tuple[EventType, list[bytes]]]]:
    events, end, tally = EVENTS[name], index(name, EventType.EndBallots), index(name, EventType.EncryptedTally)
    ballot, decryption = events[1], index(name, EventType.PartialDecryption)
    shuffle = (EventType.Shuffle, EVENTS["shuffled"][index("shuffled", EventType.Shuffle)][1])
    cases = {
        "a second result": [*events, events[-1]],
        "a decryption after the result": [*events, events[-2]],
        "a ballot after the end of the ballots": [*events[: end + 1], ballot, *events[end + 1 :]],
        "ballots ended twice, with ballots between": [*events[: end + 1], ballot, events[end], *events[end + 1 :]],
        "no end of the ballots": [*events[:end], *events[end + 1 :]],
        "no tally": [*events[:tally], *events[tally + 1 :]],
        "two tallies": [*events[: tally + 1], *events[tally:]],
        "no decryption": [*events[:decryption], events[-1]],
        "an early decryption": [*events[:end], events[decryption], *events[end:]],
        "a second setup": [events[0], *events],
        "no setup": events[1:],
    }
    if name == "plain":
        cases["a shuffle without a vector"] = [*events[: tally + 1], shuffle, (EventType.EndShuffles, []), *events[tally + 1 :]]
        cases["an end of no shuffles"] = [*events[: tally + 1], (EventType.EndShuffles, []), *events[tally + 1 :]]
    else:
        last = index(name, EventType.EndShuffles)
        cases["no shuffle"] = [*events[: tally + 1], *events[decryption:]]
        cases["no shuffle, and yet an end of them"] = [*events[: tally + 1], *events[last:]]
        cases["no end of the shuffles"] = [*events[:last], *events[last + 1 :]]
        cases["a shuffle after the end of them"] = [*events[: last + 1], shuffle, *events[last + 1 :]]
    return cases


@pytest.mark.parametrize(("name", "case"), [(name, case) for name in EVENTS for case in faulty(name)])
def test_an_election_in_another_order_is_refused(name: str, case: str) -> None:
    with pytest.raises(VerificationError) as refused:
        judged(STORIES[name], faulty(name)[case])
    assert (refused.value.section, refused.value.where.startswith("event ")) == ("§12.2", True)
