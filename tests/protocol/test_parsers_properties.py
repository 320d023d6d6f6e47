"""Whatever is read has one spelling: a reader refuses in words, or its value is written back to the very bytes (protocol.md §2)."""

import io
import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.elections import story
from protocol.mutations import anything, mutated
from sandogh.protocol.archive import read_archive
from sandogh.protocol.ballot import make_unsigned_ballot
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import EncryptedMessage, MessageKeys, SignedMessage, generate_seed, send
from sandogh.protocol.credential import check_public_credentials
from sandogh.protocol.credentials_certificate import CredentialsCertificate, make_credentials_certificate
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.events import Event, EventType, Owned, SetupData, make_setup_data, owned
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nonhomomorphic import CountingMethod, NonHomomorphicQuestion
from sandogh.protocol.opening import Opening, make_opening
from sandogh.protocol.proofs import Proof
from sandogh.protocol.question import parse_question
from sandogh.protocol.record import read_records
from sandogh.protocol.result import Result
from sandogh.protocol.shapes import decimal, number, number_form
from sandogh.protocol.shuffle import check_shuffle, make_shuffle
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import TrusteePublicKey

KINDS = (
    HomomorphicQuestion(("a", "b"), "q", 0, 1, blank=True),
    ListsQuestion((("L1", "a"), ("L2", "b")), "q"),
    NonHomomorphicQuestion(("a", "b"), "q", CountingMethod("STV", blank=False, seats=1)),
)

Reader = Callable[[bytes], bytes]
"""Reads, and writes back what was read."""


def _questions(data: bytes) -> bytes:
    election = Election.from_bytes(data)
    form: Any = loads(data)
    return dumps(form | {"questions": [question.form() for question in election.questions]})


def _credentials(data: bytes) -> bytes:
    weights = check_public_credentials(data, ED25519)
    written: Any = loads(data)
    return dumps([f"{public},{weights[public]}" if "," in entry else public for public, entry in zip(weights, written, strict=True)])


@cache
def readers() -> dict[str, tuple[bytes, Reader]]:
    """Name → (a valid input, what reads it and writes it again)."""
    held = story(questions=KINDS, voters=2)
    tally = held.tally([held.ballot(0, [[0, 1, 0], [[1, 1], [0, 0]], [2, 1]])])
    keys = MessageKeys.from_seed(generate_seed(), ED25519)
    certificate = make_credentials_certificate(keys, held.credentials, uuid=held.election.uuid)
    choices = [[0, 1, 0], [[1, 1], [0, 0]], [2, 1]]
    opening = make_opening(held.election, credential=held.voters[0].public, seed=bytes(32), choices=choices)
    message = send("text", sender=keys, recipient=keys.encryption).encode()
    shuffle = make_shuffle(held.election, tally.to_shuffle)
    digest = sha_hex(b"")

    def shuffled(data: bytes) -> bytes:
        after = check_shuffle(data, election=held.election, ciphertexts=tally.to_shuffle)
        form: Any = loads(data)
        return dumps(form | {"ciphertexts": [[cell.form(ED25519) for cell in each] for each in after]})

    return {
        "election": (held.election.bytes, _questions),
        "credentials": (held.credentials, _credentials),
        "weighted credentials": (dumps([f"{voter.public},{3}" for voter in held.voters]), _credentials),
        "trustee key": (held.keys[0].public.to_bytes(), lambda data: TrusteePublicKey.from_bytes(data, ED25519).to_bytes()),
        "credentials certificate": (certificate, lambda data: dumps(CredentialsCertificate.from_bytes(data, ED25519).form())),
        "setup data": (make_setup_data(digest, digest, digest), lambda data: dumps(_present(SetupData.from_bytes(data)))),
        "owned": (owned(1, digest), lambda data: owned(*_fields(Owned.from_bytes(data)))),
        "event": (Event(None, 0, EventType.Setup, digest).to_bytes(), lambda data: Event.from_bytes(data).to_bytes()),
        "opening": (opening.to_bytes(), lambda data: Opening.from_bytes(data).to_bytes()),
        "encrypted tally": (
            tally.to_bytes(),
            lambda data: EncryptedTally.from_bytes(data, _sized(tally, data), election=held.election).to_bytes(),
        ),
        "sized tally": (
            tally.sized_bytes(),
            lambda data: EncryptedTally.from_bytes(tally.to_bytes(), data, election=held.election).sized_bytes(),
        ),
        "shuffle": (shuffle, shuffled),
        "result": (b'{"result":[[0,1,0],[[1,1],[0,0]],[[2,1]]]}', lambda data: Result.from_bytes(data).to_bytes()),
        "signed message": (
            dumps(SignedMessage.make("text", keys).form()),
            lambda data: dumps(SignedMessage.parse(loads(data), ED25519, section="§6.2", what="message").form()),
        ),
        "encrypted message": (
            message,
            lambda data: EncryptedMessage.from_text(data.decode(), ED25519, section="§6.2", what="message").to_text().encode(),
        ),
        "proof": (
            dumps(Proof(1, 2).form()),
            lambda data: dumps(Proof.parse(loads(data), ED25519, section="§4.1", what="proof").form()),
        ),
        "question": (dumps(KINDS[2].form()), lambda data: dumps(parse_question(loads(data), ED25519).form())),
        "unsigned ballot": (
            make_unsigned_ballot(held.election, held.voters[0].public, choices).data,
            lambda data: dumps(loads(data)),
        ),
    }


def _sized(tally: EncryptedTally, data: bytes) -> bytes:
    form: Any = loads(tally.sized_bytes())
    return dumps(form | {"encrypted_tally": sha_hex(data)})


def _fields(value: Owned) -> tuple[int, str]:
    return value.owner, value.payload


def _present(setup: SetupData) -> dict[str, str]:
    names = ("election", "trustees", "credentials", "credentials_certificate")
    return {name: getattr(setup, name) for name in names if getattr(setup, name) is not None}


NAMES = (
    "credentials",
    "credentials certificate",
    "election",
    "encrypted message",
    "encrypted tally",
    "event",
    "opening",
    "owned",
    "proof",
    "question",
    "result",
    "setup data",
    "shuffle",
    "signed message",
    "sized tally",
    "trustee key",
    "unsigned ballot",
    "weighted credentials",
)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_is_read_and_written_the_same(name: str) -> None:
    data, again = readers()[name]
    assert again(data) == data


def test_every_reader_has_its_turn() -> None:
    assert sorted(readers()) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**32), put=anything)
@settings(max_examples=60)
def test_a_change_is_refused_in_words_or_written_back_as_it_came(name: str, seed: int, put: object) -> None:
    data, again = readers()[name]
    changed = dumps(mutated(json.loads(data), random.Random(seed), put))
    try:
        written = again(changed)
    except (Malformed, VerificationError) as refusal:
        said = str(refusal)
    else:
        said = "(§"
        assert written == changed
    assert "(§" in said


@pytest.mark.parametrize("name", NAMES)
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
@settings(max_examples=60)
def test_a_changed_byte_is_refused_in_words_or_written_back_as_it_came(name: str, place: int, byte: int) -> None:
    data, again = readers()[name]
    place %= len(data)
    changed = data[:place] + bytes([byte]) + data[place + 1 :]
    try:
        changed.decode()
        written = again(changed)
    except (Malformed, VerificationError, UnicodeDecodeError):
        return
    # What reads a part of a larger JSON does not see how the whole is spelt.
    assert written == changed or (name in PARTS and written == dumps(json.loads(changed)))


#: Read out of a value that was held to the canonical form before.
PARTS = {"signed message", "proof", "question", "unsigned ballot"}


# ---- numbers


@given(st.integers(0, 10**20 - 1))
def test_a_number_has_one_form(value: int) -> None:
    form = number_form(value)
    assert number(form, section="§2", what="n") == value
    other: object = str(value) if isinstance(form, int) else value
    with pytest.raises(Malformed):
        number(other, section="§2", what="n")


@given(st.text("0123456789+-_ .e٣", max_size=12))
def test_a_decimal_has_one_spelling(written: str) -> None:
    try:
        value = decimal(written, digits=9, section="§2", what="n")
    except Malformed:
        return
    assert str(value) == written


# ---- short forms of openings


@given(st.binary(min_size=32, max_size=32), st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=4), min_size=1, max_size=3))
def test_a_fragment_is_the_opening(seed: bytes, rows: list[list[int]]) -> None:
    data, _ = readers()["opening"]
    opening = Opening.from_bytes(data)
    short = Opening(opening.election, opening.ballot, opening.credential, seed, tuple(tuple(row) for row in rows))
    assert Opening.from_fragment(short.to_fragment(), election=opening.election) == short


@given(st.text("#1.AZaz09-_=%01", max_size=40))
def test_any_fragment_is_refused_in_words_or_written_back_as_it_came(fragment: str) -> None:
    election = Opening.from_bytes(readers()["opening"][0]).election
    try:
        opening = Opening.from_fragment(fragment, election=election)
    except Malformed:
        return
    assert opening.to_fragment() == fragment


# ---- archives


@cache
def archive() -> bytes:
    held = story(questions=KINDS, voters=2)
    return held.archive([held.ballot(0, [[0, 1, 0], [[1, 1], [0, 0]], [2, 1]])])


@given(place=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.booleans())
def test_a_changed_or_cut_archive_is_refused_in_words(place: int, byte: int, *, cut: bool) -> None:
    whole = archive()
    place %= len(whole)
    if not cut and whole[place] == byte:
        return
    changed = whole[:place] + (b"" if cut else bytes([byte]) + whole[place + 1 :])
    try:
        count = sum(1 for _ in read_records(io.BytesIO(changed)))
    except (Malformed, VerificationError):
        return
    # Only what ends between two events is read to its end.
    assert cut
    assert count < sum(1 for _ in read_records(io.BytesIO(whole)))


@given(st.binary(max_size=1600))
def test_any_bytes_are_no_archive(data: bytes) -> None:
    with pytest.raises((Malformed, VerificationError)):
        list(read_archive(io.BytesIO(data)))
