"""Partial decryptions (protocol.md §10.1)."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from protocol.elections import Story, story
from protocol.establishments import ORDER_TWO, threshold_story, with_small_part
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.decryption import check_partial_decryption, check_partial_decryptions, make_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Element, Group
from sandogh.protocol.tally import EncryptedTally

VOTE = [[1, 1, 0], [0, 1]]


@pytest.fixture(scope="module")
def held() -> Story:
    return story()


@pytest.fixture(scope="module")
def tally(held: Story) -> EncryptedTally:
    return held.tally([held.ballot(0, VOTE), held.ballot(1, VOTE)])


def refusal(data: bytes, held: Story, tally: EncryptedTally, trustee: int = 0) -> SandoghError:
    with pytest.raises((Malformed, VerificationError)) as refused:
        check_partial_decryption(data, tally=tally, trustee=held.trustees.members[trustee], election=held.election)
    assert refused.value.section in ("§10.1", "§3.3")
    return refused.value


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
@pytest.mark.parametrize("ballots", [0, 1])
def test_what_is_made_is_accepted_also_for_an_empty_tally(group: Group, ballots: int) -> None:
    held = story(group)
    tally = held.tally(held.ballot(voter, VOTE) for voter in range(ballots))
    for key, member, data in zip(held.keys, held.trustees.members, held.decryptions(tally), strict=True):
        partial = check_partial_decryption(data, tally=tally, trustee=member, election=held.election)
        assert (partial.owner, partial.public_key) == (member.number, key.public.public_key)
        assert partial.factors == tuple(tuple(group.power(each.alpha, key.private) for each in row) for row in tally.ciphertexts)


def test_another_trustee_another_tally_another_election(held: Story, tally: EncryptedTally) -> None:
    data = held.decryptions(tally)[0]
    assert isinstance(refusal(data, held, tally, trustee=1), VerificationError)
    assert isinstance(refusal(data, held, held.tally([held.ballot(0, VOTE)])), VerificationError)
    other = story()
    elsewhere = make_partial_decryption(tally, private_key=held.keys[0].private, election=other.election)
    assert isinstance(refusal(elsewhere, held, tally), VerificationError)


def test_every_factor_and_every_proof_counts(held: Story, tally: EncryptedTally) -> None:
    form: Any = loads(held.decryptions(tally)[0])
    q = held.group.q
    for question, row in enumerate(form["decryption_factors"]):
        for answer in range(len(row)):
            where = f"question {question + 1}, answer {answer + 1}"
            shifted = copy.deepcopy(form)
            factor = held.group.parse(row[answer], section="§x", what="factor")
            shifted["decryption_factors"][question][answer] = held.group.ser(held.group.divide(factor, held.group.generator))
            assert getattr(refusal(dumps(shifted), held, tally), "where", "") == where
            for field in ("challenge", "response"):
                changed = copy.deepcopy(form)
                proof = changed["decryption_proofs"][question][answer]
                proof[field] = str((int(proof[field]) + 1) % q)
                assert getattr(refusal(dumps(changed), held, tally), "where", "") == where


def test_shape_and_members(held: Story, tally: EncryptedTally) -> None:
    form: Any = loads(held.decryptions(tally)[0])
    factors, proofs = form["decryption_factors"], form["decryption_proofs"]
    for changed in (
        {"decryption_factors": factors},
        {"decryption_factors": factors[:1], "decryption_proofs": proofs[:1]},
        {"decryption_factors": [factors[0][:2], factors[1]], "decryption_proofs": [proofs[0][:2], proofs[1]]},
        {"decryption_factors": factors, "decryption_proofs": [proofs[0], proofs[1][:1]]},
        {"decryption_factors": [[*factors[0], factors[0][0]], factors[1]], "decryption_proofs": proofs},
        {"decryption_proofs": proofs, "decryption_factors": factors},
        {**form, "more": 1},
        [],
        {"decryption_factors": [["0" * 63 + "2", *factors[0][1:]], factors[1]], "decryption_proofs": proofs},
    ):
        assert isinstance(refusal(dumps(changed), held, tally), Malformed)
    low = [[f"{2**255 - 20:064x}", *factors[0][1:]], factors[1]]
    assert isinstance(refusal(dumps({**form, "decryption_factors": low}), held, tally), VerificationError)


def test_no_key_is_used_on_a_tally_outside_the_group(held: Story, tally: EncryptedTally) -> None:
    """However the value came to be: alpha of order two would tell whether the private key is even."""
    first, *others = tally.ciphertexts
    low = Element(bytes.fromhex(ORDER_TWO)[::-1])
    hidden = Element(bytes.fromhex(with_small_part(held.group.ser(first[1].alpha)))[::-1])
    drawn: list[int] = []

    def draw(below: int) -> int:
        drawn.append(below)
        return 1

    for alpha in (low, hidden):
        spoiled = replace(tally, ciphertexts=((first[0], Ciphertext(alpha, first[1].beta), *first[2:]), *others))
        with pytest.raises(VerificationError) as refused:
            make_partial_decryption(spoiled, private_key=held.keys[0].private, election=held.election, draw=draw)
        assert (refused.value.section, refused.value.where) == ("§10.1", "question 1, answer 2")
    assert drawn == []


def test_a_tally_outside_the_group_is_not_even_read(held: Story, tally: EncryptedTally) -> None:
    form: Any = loads(tally.to_bytes())
    for part in ("alpha", "beta"):
        changed = copy.deepcopy(form)
        changed[1][0][part] = with_small_part(changed[1][0][part])
        data = dumps(changed)
        sized = dumps({"num_tallied": tally.num_tallied, "total_weight": tally.total_weight, "encrypted_tally": sha_hex(data)})
        with pytest.raises(VerificationError) as refused:
            EncryptedTally.from_bytes(data, sized, election=held.election)
        assert refused.value.where == "question 2, answer 1"


def test_all_published_ones_are_checked_owner_by_owner(held: Story, tally: EncryptedTally) -> None:
    first, second = held.decryptions(tally)

    def check(*published: tuple[int, bytes]) -> list[int]:
        found = check_partial_decryptions(published, tally=tally, trustees=held.trustees, election=held.election)
        return [partial.owner for partial in found]

    assert check((2, second), (1, first)) == [2, 1]
    assert check() == []
    for published, said in (
        ([(0, first)], "there is no trustee 0 among 2"),
        ([(1, first), (3, second)], "partial decryption 2 (of trustee 3): there is no trustee 3 among 2"),
        ([(-1, first)], "there is no trustee -1"),
        ([(1, first), (1, first)], "partial decryption 2 (of trustee 1): a second partial decryption of trustee 1"),
        ([(1, second)], "partial decryption 1 (of trustee 1), question 1, answer 1: the decryption proof does not hold"),
    ):
        with pytest.raises(VerificationError) as refused:
            check(*published)
        assert refused.value.section == "§10.1"
        assert said in str(refused.value)


def test_a_surplus_partial_decryption_must_be_valid_too() -> None:
    """Two of three suffice, and the third one published is false: upstream lets it pass since 3.3.0."""
    held = threshold_story(3, 2)
    tally = held.tally([held.ballot(0, VOTE)])
    published = list(enumerate(held.decryptions(tally), 1))
    found = check_partial_decryptions(published, tally=tally, trustees=held.trustees, election=held.election)
    assert [partial.owner for partial in found] == [1, 2, 3]
    form: Any = loads(published[2][1])
    form["decryption_factors"][0][0] = form["decryption_factors"][0][1]
    with pytest.raises(VerificationError, match="the decryption proof does not hold") as refused:
        check_partial_decryptions([*published[:2], (3, dumps(form))], tally=tally, trustees=held.trustees, election=held.election)
    assert (refused.value.section, refused.value.where) == ("§10.1", "partial decryption 3 (of trustee 3), question 1, answer 1")
