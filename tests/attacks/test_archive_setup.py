"""False beginnings: who is listed, how much a voter weighs, and whose the keys are."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from attacks.forging import (
    END,
    PAIR,
    accepted,
    cast,
    counted,
    listing,
    published,
    sections,
    twisted,
)
from protocol.elections import Board, Story, story
from sandogh.protocol.ballot import make_ballot
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import MessageKeys, generate_seed
from sandogh.protocol.credential import make_public_credentials
from sandogh.protocol.credentials_certificate import make_credentials_certificate
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.events import EventType, make_setup_data
from sandogh.protocol.trustee import generate_trustee_key, make_trustees

# ---- who may vote, and with which key


def certificate_of(held: Story, credentials: bytes, keys: MessageKeys) -> bytes:
    return make_credentials_certificate(keys, credentials, uuid=held.election.uuid)


def test_credential_authority_and_server_disagree_on_the_list(held: Story, ballots: list[bytes]) -> None:
    """The server adds a credential of its own to the authority's list, votes with it, and publishes the authority's certificate (§5.4)."""
    keys = MessageKeys.from_seed(generate_seed(), held.group)
    invented = story(questions=PAIR, uuid=held.election.uuid).voters[0]
    longer = listing(held, invented.public)
    known = replace(held, voters=[*held.voters, invented], credentials=longer)
    stuffed = [*ballots, make_ballot(held.election, invented, [[1, 0]])]
    happenings = [*cast(stuffed), END, *counted(known, known.tally(stuffed))]
    certificate = certificate_of(held, held.credentials, keys)
    assert sections(published(known, *happenings, credentials=longer, certificate=certificate)) == {"§5.4"}
    honest = [*cast(ballots), END, *counted(held, held.tally(ballots))]
    assert accepted(published(held, *honest, certificate=certificate))


def test_a_weight_the_authority_did_not_give(held: Story, ballots: list[bytes]) -> None:
    """The server makes a friend's vote count three times (§5.4)."""
    keys = MessageKeys.from_seed(generate_seed(), held.group)
    heavier = make_public_credentials({public: 3 if public == held.voters[0].public else 1 for public in held.publics}, held.group)
    known = replace(held, credentials=heavier)
    happenings = [*cast(ballots), END, *counted(known, known.tally(ballots))]
    archive = published(held, *happenings, credentials=heavier, certificate=certificate_of(held, held.credentials, keys))
    assert sections(archive) == {"§5.4"}
    assert accepted(published(held, *happenings, credentials=heavier, certificate=certificate_of(held, heavier, keys)))


def _of_small_order(held: Story) -> bytes:
    public = held.voters[0].public
    element = held.group.parse(public, section="", what="")
    return dumps([*loads(held.credentials), held.group.ser(twisted(held.group, element))])  # type: ignore[misc]


LISTS: dict[str, Callable[[Story], bytes]] = {
    "a credential twice": lambda held: dumps([*loads(held.credentials), held.voters[0].public]),  # type: ignore[misc]
    "a twin of small order": _of_small_order,
    "the identity": lambda held: dumps([*loads(held.credentials), held.group.ser(held.group.identity)]),  # type: ignore[misc]
    "another spelling": lambda held: dumps([*loads(held.credentials), held.voters[0].public.upper()]),  # type: ignore[misc]
    "a weight of nothing": lambda held: dumps([f"{public},0" for public in loads(held.credentials)]),  # type: ignore[attr-defined]
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_with_a_credential_that_votes_twice(held: Story, name: str) -> None:
    """The authority lists something that lets one person vote twice, everybody, or nobody (§5.3, §3.3)."""
    credentials = LISTS[name](held)
    assert sections(published(held, credentials=credentials)) <= {"§5.3", "§3.3"}
    assert sections(published(held, credentials=credentials))
    assert sections(published(held)) == set()


def test_a_trustee_key_that_cancels_the_others() -> None:
    """The last trustee publishes its key divided by the others', so that the election's key is its own; it has no proof for it (§6.1)."""
    held = story(questions=PAIR)
    group, honest, rogue = held.group, held.keys[0], held.keys[1]
    cancelling = group.divide(rogue.public.key, honest.public.key)
    form = rogue.public.form() | {"public_key": group.ser(cancelling)}
    trustees = dumps([["Single", honest.public.form()], ["Single", form]])
    election = dumps({**_fields(held), "public_key": rogue.public.public_key})
    assert sections(setup(election, trustees, held)) == {"§6.1"}
    assert sections(setup(held.election.bytes, make_trustees([honest.public, rogue.public]), held)) == set()


def test_an_election_key_that_is_not_the_trustees() -> None:
    """The server puts a key of its own into the election file: it could read every ballot (§6)."""
    held = story(questions=PAIR)
    own = generate_trustee_key(held.group)
    election = dumps({**_fields(held), "public_key": own.public.public_key})
    assert sections(setup(election, held.trustees.data, held)) == {"§6"}


def _fields(held: Story) -> dict[str, object]:
    fields: Any = loads(held.election.bytes)
    return dict(fields)


def setup(election: bytes, trustees: bytes, held: Story) -> bytes:
    """An archive that has only begun, of these files."""
    board = Board()
    data = make_setup_data(sha_hex(election), sha_hex(trustees), sha_hex(held.credentials))
    board.append(EventType.Setup, election, trustees, held.credentials, data)
    return board.archive
