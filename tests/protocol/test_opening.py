"""Openings of challenged ballots: made again from the seed, and refused when anything else is claimed (protocol.md §14)."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.elections import Story, story
from sandogh.protocol.ballot import make_unsigned_ballot
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.groups import group_named
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.opening import Opening, SeededDraw, check_opened, check_opening, make_opening

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "twins" / "opening-vectors.json").read_text("utf-8"))
SEED = hashlib.sha256(b"seed").digest()

QUESTIONS = [HomomorphicQuestion(("a", "b"), "q", 0, 1, blank=True), HomomorphicQuestion(("c", "d", "e"), "r", 0, 2)]
CHOICES = [[0, 0, 1], [1, 0, 1]]
HELD = story(questions=QUESTIONS, voters=2)
OPENING = make_opening(HELD.election, credential=HELD.voters[0].public, seed=SEED, choices=CHOICES)


def refused(data: bytes, held: Story = HELD) -> Malformed | VerificationError:
    with pytest.raises((Malformed, VerificationError)) as refusal:
        check_opening(data, held.election)
    return refusal.value


# ---- known answers, the same in the booth


@pytest.mark.parametrize("entry", VECTORS["draws"], ids=lambda entry: entry["group"])
def test_known_scalars(entry: dict[str, Any]) -> None:
    draw, q = SeededDraw(bytes.fromhex(entry["seed"])), group_named(entry["group"]).q
    assert [str(draw(q)) for _ in entry["scalars"]] == entry["scalars"]


@pytest.mark.parametrize("entry", VECTORS["openings"], ids=lambda entry: entry["name"])
def test_known_openings(entry: dict[str, Any]) -> None:
    election = Election.from_bytes(entry["election"].encode())
    opening = Opening.from_bytes(entry["opening"].encode())
    assert check_opening(entry["opening"].encode(), election) == opening.choices
    assert (opening.ballot, opening.to_fragment(), opening.to_bytes().decode()) == (entry["hash"], entry["fragment"], entry["opening"])
    assert Opening.from_fragment(entry["fragment"], election=election.fingerprint) == opening


# ---- the stream


def stream(seed: bytes, size: int) -> bytes:
    """The definition, written down anew."""
    blocks = (hashlib.sha256(f"ballot-randomness|{seed.hex()}|{number}".encode()).digest() for number in range(size // 32 + 1))
    return b"".join(blocks)[:size]


@given(seed=st.binary(min_size=32, max_size=32), bounds=st.lists(st.integers(1, 2**300) | st.sampled_from([ED25519.q, BELENIOS_2048.q])))
def test_draws_take_the_stream_piece_by_piece(seed: bytes, bounds: list[int]) -> None:
    draw, place = SeededDraw(seed), 0
    source = stream(seed, 60_000)
    for bound in bounds:
        size, mask = (bound.bit_length() + 7) // 8, (1 << bound.bit_length()) - 1
        while True:
            number = int.from_bytes(source[place : place + size], "big") & mask
            place += size
            if number < bound:
                break
        assert draw(bound) == number


def test_a_seed_is_32_bytes() -> None:
    for size in (0, 31, 33):
        with pytest.raises(Malformed):
            SeededDraw(bytes(size))


# ---- what an opening shows


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_an_opening_shows_the_choices_of_the_ballot_that_was_sealed(group: Any) -> None:
    held = story(group, questions=QUESTIONS, voters=1)
    sealed = make_unsigned_ballot(held.election, held.voters[0].public, CHOICES, draw=SeededDraw(SEED))
    opening = make_opening(held.election, credential=held.voters[0].public, seed=SEED, choices=CHOICES)
    assert opening.ballot == sealed.hash
    assert check_opening(opening.to_bytes(), held.election) == ((0, 0, 1), (1, 0, 1))


def test_openings_of_every_kind_of_question() -> None:
    questions = [ListsQuestion((("L", "a"), ("M", "b")), "q"), NonHomomorphicQuestion(("a", "b"), "q")]
    held = story(questions=questions, voters=1)
    opening = make_opening(held.election, credential=held.voters[0].public, seed=SEED, choices=[[[1, 1], [0, 0]], [255, 0]])
    assert check_opening(opening.to_bytes(), held.election) == (((1, 1), (0, 0)), (255, 0))
    with pytest.raises(Malformed, match="short form"):
        opening.to_fragment()


def test_the_signature_takes_nothing_from_the_seed() -> None:
    """The same sealed ballot, signed twice, has two nonces; both are drawn elsewhere."""
    sealed = make_unsigned_ballot(HELD.election, HELD.voters[0].public, CHOICES, draw=SeededDraw(SEED))
    first, second = (loads(sealed.sign(HELD.voters[0])) for _ in range(2))
    assert first["answers"] == second["answers"]  # type: ignore[index, call-overload]
    assert first["signature"]["proof"] != second["signature"]["proof"]  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    "change",
    [
        {"choices": ((0, 1, 0), (1, 0, 1))},
        {"choices": ((1, 0, 0), (1, 0, 1))},
        {"choices": ((0, 0, 1), (0, 0, 0))},
        {"seed": bytes(32)},
        {"credential": HELD.voters[1].public},
        {"ballot": story().election.fingerprint},
        {"election": story().election.fingerprint},
    ],
    ids=["another choice", "a blank vote", "nothing in the second", "seed", "credential", "ballot", "election"],
)
def test_a_ballot_that_held_something_else_is_refused(change: dict[str, Any]) -> None:
    refusal = refused(replace(OPENING, **change).to_bytes())
    assert (type(refusal), refusal.section) == (VerificationError, "§14")


def test_a_proof_with_a_hidden_message_is_found() -> None:
    """A booth that puts a nonce of its own into one proof: the ciphertexts are right, the ballot is another one."""
    seeded, drawn = SeededDraw(SEED), []

    def draw(below: int) -> int:
        drawn.append(below)
        # The second draw of the first choice is w of its proof.
        return (seeded(below) + (len(drawn) == 2)) % below

    sealed = make_unsigned_ballot(HELD.election, HELD.voters[0].public, CHOICES, draw=draw)
    honest = loads(make_unsigned_ballot(HELD.election, HELD.voters[0].public, CHOICES, draw=SeededDraw(SEED)).data)
    hiding = loads(sealed.data)
    assert [answer["choices"] for answer in hiding["answers"]] == [answer["choices"] for answer in honest["answers"]]  # type: ignore[index, call-overload]
    assert refused(replace(OPENING, ballot=sealed.hash).to_bytes()).section == "§14"


def test_choices_that_are_not_allowed_are_no_opening() -> None:
    for choices in (((1, 1, 0), (0, 0, 0)), ((0, 0, 1),), ((0, 0, 2), (0, 0, 0)), ((), ()), (((0, 0, 1),), (1, 0, 1))):
        assert type(refused(replace(OPENING, choices=choices).to_bytes())) is Malformed


@pytest.mark.parametrize(
    "credential",
    ["", "zz", f"{1:064x}", f"{2**255 - 20:064x}", HELD.voters[0].public.upper()],
    ids=["empty", "no number", "identity", "small order", "upper case"],
)
def test_a_credential_that_is_none_is_refused(credential: str) -> None:
    refused(replace(OPENING, credential=credential).to_bytes())


# ---- forms


@given(
    st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=5).map(tuple), min_size=1, max_size=4), st.binary(min_size=32, max_size=32)
)
def test_both_forms_are_read_back(choices: list[tuple[int, ...]], seed: bytes) -> None:
    opening = replace(OPENING, choices=tuple(choices), seed=seed)
    assert Opening.from_bytes(opening.to_bytes()) == opening
    assert Opening.from_fragment(opening.to_fragment(), election=opening.election) == opening


@settings(max_examples=300)
@given(place=st.integers(0, 1000), replacement=st.text(max_size=2))
def test_a_changed_fragment_is_refused_in_words(place: int, replacement: str) -> None:
    whole = OPENING.to_fragment()
    place %= len(whole)
    changed = whole[:place] + replacement + whole[place + 1 :]
    if changed == whole:
        return
    with pytest.raises((Malformed, VerificationError)):
        check_opened(Opening.from_fragment(changed, election=HELD.election.fingerprint), HELD.election)


@pytest.mark.parametrize("part", [1, 2, 3])
def test_a_fragment_has_one_spelling(part: int) -> None:
    """The last character of each part has spare bits, which a lenient reader drops."""
    parts = OPENING.to_fragment().split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts[part] = parts[part][:-1] + alphabet[alphabet.index(parts[part][-1]) + 1]
    with pytest.raises(Malformed, match="one Base64 form"):
        Opening.from_fragment(".".join(parts), election=HELD.election.fingerprint)


@settings(max_examples=300)
@given(place=st.integers(0, 10_000), replacement=st.binary(max_size=2))
def test_a_changed_file_is_refused_in_words(place: int, replacement: bytes) -> None:
    whole = OPENING.to_bytes()
    place %= len(whole)
    changed = whole[:place] + replacement + whole[place + 1 :]
    if changed != whole:
        refused(changed)


@pytest.mark.parametrize("field", ["format", "election", "ballot", "credential", "seed", "choices"])
@pytest.mark.parametrize("value", [None, True, 0, "", [], {}, [None], [[None]], [[True]], [[[1]]], [[[[1]]]], ["1"]], ids=str)
def test_any_field_replaced_by_anything_is_refused(field: str, value: Any) -> None:
    form: Any = loads(OPENING.to_bytes())
    assert refused(dumps(form | {field: value}))
