"""Credentials: secret form, derivation, public list (protocol.md §5)."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.elections import story
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.credential import (
    BASE58,
    LARGEST_TOTAL_WEIGHT,
    check_public_credentials,
    count_public_credentials,
    derive_credential,
    generate_credential,
    make_public_credentials,
)
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.tally import check_weights

PUBLICS = [voter.public for voter in story(voters=4).voters]
UUID = "mk3kXqNQuFFLZ5"
GOOD = "SztZS-owXfoo-n6o8k-RbHtZ2"


def test_a_secret_credential_has_22_characters_in_groups_of_5_6_5_6() -> None:
    made = {generate_credential() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(f"[{BASE58}]{{5}}-[{BASE58}]{{6}}-[{BASE58}]{{5}}-[{BASE58}]{{6}}", each) for each in made)
    assert {character for each in made for character in each} == set(BASE58) | {"-"}


@pytest.mark.parametrize(
    "typed",
    [
        "",
        GOOD.replace("-", ""),
        GOOD[:-1],
        GOOD + "a",
        GOOD.replace("S", "0"),
        GOOD.replace("S", "l"),
        GOOD.replace("-", " "),
        GOOD + "\n",
        "abcde-fghij-kmnop",
    ],
)
def test_what_is_no_secret_credential_is_refused(typed: str) -> None:
    with pytest.raises(Malformed) as refused:
        derive_credential(typed, uuid=UUID, group=ED25519)
    assert refused.value.section == "§5.1"


def test_another_election_gives_another_key() -> None:
    here = derive_credential(GOOD, uuid=UUID, group=ED25519)
    assert here == derive_credential(GOOD, uuid=UUID, group=ED25519)
    assert here != derive_credential(GOOD, uuid=UUID[:-1] + "6", group=ED25519)


def test_the_secret_does_not_show_in_its_repr() -> None:
    key = derive_credential(GOOD, uuid=UUID, group=ED25519)
    assert str(key.secret) not in repr(key)


def test_the_list_is_sorted_by_little_endian_bytes_on_the_curve_and_by_number_in_the_field() -> None:
    curve = [voter.public for voter in story(ED25519, voters=12).voters]
    assert loads(make_public_credentials(curve, ED25519)) == sorted(curve, key=lambda text: bytes.fromhex(text)[::-1])
    field = [voter.public for voter in story(BELENIOS_2048, voters=5).voters]
    assert loads(make_public_credentials(field, BELENIOS_2048)) == sorted(field, key=int)


def test_what_is_made_is_read_back() -> None:
    publics = [voter.public for voter in story(voters=5).voters]
    assert check_public_credentials(make_public_credentials(publics, ED25519), ED25519) == dict.fromkeys(publics, 1)
    assert check_public_credentials(make_public_credentials([], ED25519), ED25519) == {}


def test_bad_lists_are_refused() -> None:
    one, two = (voter.public for voter in story(voters=2).voters)
    identity = ED25519.ser(ED25519.identity)
    bad: list[tuple[bytes, type[Exception]]] = [
        (dumps([one, one]), VerificationError),
        (dumps([one, identity]), VerificationError),
        (dumps([one, "7f" + "ff" * 30 + "ec"]), VerificationError),  # order two
        (dumps([one, two.upper()]), Malformed),
        (dumps([one, 5]), Malformed),
        (dumps({one: 1}), Malformed),
        (dumps([one, two]) + b"\n", Malformed),
        (dumps([one, f"{one},2"]), VerificationError),
        (dumps([one, f"{two},0"]), Malformed),
        (dumps([one, f"{two},"]), Malformed),
        (dumps([one, f"{two},01"]), Malformed),
        (dumps([one, f"{two},+1"]), Malformed),
        (dumps([one, f"{two},-1"]), Malformed),
        (dumps([one, f"{two}, 1"]), Malformed),
        (dumps([one, f"{two},1.0"]), Malformed),
        (dumps([one, f"{two},۱"]), Malformed),
        (dumps([one, f"{two},1,voter"]), Malformed),
        (dumps([one, f"{two},{10**12}"]), Malformed),
    ]
    for data, kind in bad:
        with pytest.raises(kind) as refused:
            check_public_credentials(data, ED25519)
        assert type(refused.value) is kind
        assert refused.value.section in ("§5.3", "§3.3")  # type: ignore[attr-defined]


@given(weights=st.lists(st.integers(1, 3) | st.integers(1, 30_000), min_size=4, max_size=4))
def test_weights_are_written_when_there_are_any(weights: list[int]) -> None:
    entries = dict(zip(PUBLICS, weights, strict=True))
    if max(weights) > 1 and sum(weights) > LARGEST_TOTAL_WEIGHT:
        with pytest.raises(VerificationError, match="add up"):
            make_public_credentials(entries, ED25519)
        return
    data = make_public_credentials(entries, ED25519)
    assert check_public_credentials(data, ED25519) == entries
    assert (b"," in data.replace(b'","', b"")) == (max(weights) > 1)
    assert count_public_credentials(data) == 4
    # The order is that of the credentials, whatever they weigh.
    assert list(check_public_credentials(data, ED25519)) == list(
        check_public_credentials(make_public_credentials(PUBLICS, ED25519), ED25519)
    )


@pytest.mark.parametrize("weight", [0, -1, True, 1.0])
def test_a_list_is_not_made_with_a_weight_that_is_none(weight: Any) -> None:
    with pytest.raises(Malformed, match="weight"):
        make_public_credentials({PUBLICS[0]: weight}, ED25519)


def test_the_largest_total_weight_is_the_last_that_is_made() -> None:
    heavy = {PUBLICS[0]: LARGEST_TOTAL_WEIGHT - 1, PUBLICS[1]: 1}
    assert check_public_credentials(make_public_credentials(heavy, ED25519), ED25519) == heavy
    with pytest.raises(VerificationError, match="add up"):
        make_public_credentials(heavy | {PUBLICS[1]: 2}, ED25519)


def test_weights_and_vectors_do_not_go_together() -> None:
    question = NonHomomorphicQuestion(("a", "b"), "q")
    plain, vectors = story().election, story(questions=[question]).election
    check_weights(plain, {"a": 2})
    check_weights(vectors, {"a": 1, "b": 1})
    with pytest.raises(VerificationError) as refused:
        check_weights(vectors, {"a": 1, "b": 2})
    assert refused.value.section == "§8.2"


def test_a_list_is_not_made_of_what_would_not_be_read() -> None:
    one = story(voters=1).voters[0].public
    with pytest.raises(VerificationError, match="twice"):
        make_public_credentials([one, one], ED25519)
    with pytest.raises(VerificationError, match="identity"):
        make_public_credentials([ED25519.ser(ED25519.identity)], ED25519)


def test_the_refusal_says_which_entry() -> None:
    one, two = (voter.public for voter in story(voters=2).voters)
    with pytest.raises(VerificationError) as refused:
        check_public_credentials(dumps([one, two, one]), ED25519)
    assert (refused.value.where, refused.value.section) == ("credential 3", "§5.3")
