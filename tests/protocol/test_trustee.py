"""Trustees' keys and the list of them (protocol.md §6)."""

import copy
from typing import Any

import pytest

from protocol.elections import story
from protocol.establishments import establish
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election, check_election_key
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.trustee import TrusteePublicKey, check_trustees, generate_trustee_key, make_trustees, trustee_key

both = pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)


@both
def test_a_key_is_read_back_and_belongs_to_its_private_part(group: Group) -> None:
    key = generate_trustee_key(group, name="متولی یکم")
    read = TrusteePublicKey.from_bytes(key.public.to_bytes(), group)
    assert read == key.public
    assert read.name == "متولی یکم"
    assert read.public_key == group.ser(group.power_g(key.private))
    assert str(key.private) not in repr(key)


@both
def test_the_election_key_is_the_product(group: Group) -> None:
    keys = [generate_trustee_key(group) for _ in range(3)]
    trustees = check_trustees(make_trustees([key.public for key in keys]), group)
    assert trustees.election_key == group.power_g(sum(key.private for key in keys) % group.q)
    assert trustees.items == tuple(key.public for key in keys)
    assert [(member.number, member.item, member.index, member.published) for member in trustees.members] == [
        (number, number - 1, 1, key.public) for number, key in enumerate(keys, 1)
    ]


@both
def test_a_private_key_lies_between_1_and_q(group: Group) -> None:
    for private in (0, -1, group.q):
        with pytest.raises(Malformed):
            trustee_key(private, group)


def _refused(form: Any, group: Group = ED25519) -> SandoghError:
    with pytest.raises(SandoghError) as refused:
        check_trustees(dumps(form), group)
    return refused.value


def test_a_key_without_its_proof_is_refused() -> None:
    """Every field of the proof of knowledge counts, and so does the group's name in it."""
    form: Any = loads(make_trustees([generate_trustee_key(ED25519).public]))
    for field in ("challenge", "response"):
        changed = copy.deepcopy(form)
        pok = changed[0][1]["pok"]
        pok[field] = str((int(pok[field]) + 1) % ED25519.q)
        refused = _refused(changed)
        assert (type(refused), getattr(refused, "section", "")) == (VerificationError, "§6.1")
    other: Any = loads(make_trustees([generate_trustee_key(ED25519).public]))
    form[0][1]["public_key"] = other[0][1]["public_key"]
    assert isinstance(_refused(form), VerificationError)


def test_keys_that_protect_nothing_are_refused() -> None:
    """Identity and low order, each with a proof that would hold."""
    for element in (ED25519.ser(ED25519.identity), f"{2**255 - 20:064x}"):
        form = [["Single", {"pok": {"challenge": "0", "response": "1"}, "public_key": element}]]
        assert isinstance(_refused(form), VerificationError)


def test_a_key_twice_is_refused() -> None:
    key = generate_trustee_key(ED25519)
    again = trustee_key(key.private, ED25519, name="another name")
    with pytest.raises(VerificationError) as refused:
        check_trustees(make_trustees([key.public, again.public]), ED25519)
    assert refused.value.where == "trustee 2"


def test_threshold_groups_are_numbered_in_place_beside_single_trustees() -> None:
    first, last, held = generate_trustee_key(ED25519), generate_trustee_key(ED25519, name="last"), establish(3, 2)
    trustees = check_trustees(make_trustees([first.public, held.parameters, last.public]), ED25519)
    assert trustees.items == (first.public, held.parameters, last.public)
    assert [(member.number, member.item, member.index) for member in trustees.members] == [
        (1, 0, 1),
        (2, 1, 1),
        (3, 1, 2),
        (4, 1, 3),
        (5, 2, 1),
    ]
    assert [member.name for member in trustees.members] == [None, "متولی 1", "متولی 2", "متولی 3", "last"]
    assert trustees.member(3).key == ED25519.power_g(held.private(2))
    expected = ED25519.product([first.public.key, held.parameters.key, last.public.key])
    assert trustees.election_key == expected


@pytest.mark.parametrize(
    ("owners", "missing"),
    [
        ([], ["trustee 1", "2 of the trustees 2, 3, 4"]),
        ([1, 3], ["1 of the trustees 2, 4"]),
        ([2, 4], ["trustee 1"]),
        ([1, 2, 3, 4], []),
        ([1, 4, 2], []),
    ],
)
def test_who_must_still_decrypt_is_told(owners: list[int], missing: list[str]) -> None:
    trustees = check_trustees(make_trustees([generate_trustee_key(ED25519).public, establish(3, 2).parameters]), ED25519)
    assert [str(each) for each in trustees.missing(owners)] == missing
    assert trustees.enough(owners) is (not missing)


def test_all_of_a_group_may_be_needed() -> None:
    trustees = check_trustees(make_trustees([establish(3, 3).parameters]), ED25519)
    assert [str(each) for each in trustees.missing([2])] == ["trustees 1, 3"]


@pytest.mark.parametrize("number", [0, -1, 3])
def test_a_number_beyond_the_trustees_is_no_trustee(number: int) -> None:
    trustees = check_trustees(make_trustees([generate_trustee_key(ED25519).public for _ in range(2)]), ED25519)
    with pytest.raises(VerificationError) as refused:
        trustees.member(number)
    assert refused.value.section == "§10.1"


def test_a_member_of_a_group_is_no_single_trustee_as_well() -> None:
    held = establish(3, 2)
    double = trustee_key(held.private(2), ED25519)
    refused = _refused([["Pedersen", held.parameters.form()], ["Single", double.public.form()]])
    assert (type(refused), getattr(refused, "section", ""), getattr(refused, "where", "")) == (VerificationError, "§6", "trustee 4")
    refused = _refused([["Pedersen", held.parameters.form()], ["Pedersen", held.parameters.form()]])
    assert (type(refused), getattr(refused, "section", ""), getattr(refused, "where", "")) == (VerificationError, "§6", "trustee 4")


def test_where_one_of_a_group_decrypts_alone_all_its_keys_are_the_same() -> None:
    held = establish(3, 1)
    trustees = check_trustees(make_trustees([held.parameters]), ED25519)
    assert {member.public_key for member in trustees.members} == {held.parameters.public_key}


@pytest.mark.parametrize("form", [[], {}, [["Other", {}]], [["Single"]], [["Single", {}, {}]], ["Single"], [[1, {}]], [["Single", []]]])
def test_what_is_no_list_of_trustees_is_malformed(form: object) -> None:
    assert type(_refused(form)) is Malformed


def test_a_signature_belongs_to_threshold_trustees_only() -> None:
    form: Any = generate_trustee_key(ED25519).public.form()
    assert type(_refused([["Single", {**form, "signature": form["pok"]}]])) is Malformed


def test_another_elections_key_is_refused() -> None:
    one, other = story(), story()
    check_election_key(one.election, one.trustees)
    with pytest.raises(VerificationError) as refused:
        check_election_key(Election.from_bytes(one.election.bytes), other.trustees)
    assert refused.value.section == "§6"
