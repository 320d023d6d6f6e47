"""Partial decryptions (protocol.md §10.1)."""

import copy
from typing import Any

import pytest

from protocol.elections import Story, story
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.decryption import check_partial_decryption, make_partial_decryption
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
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
        check_partial_decryption(data, tally=tally, trustee=held.keys[trustee].public, election=held.election)
    assert refused.value.section in ("§10.1", "§3.3")
    return refused.value


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
@pytest.mark.parametrize("ballots", [0, 1])
def test_what_is_made_is_accepted_also_for_an_empty_tally(group: Group, ballots: int) -> None:
    held = story(group)
    tally = held.tally(held.ballot(voter, VOTE) for voter in range(ballots))
    for key, data in zip(held.keys, held.decryptions(tally), strict=True):
        partial = check_partial_decryption(data, tally=tally, trustee=key.public, election=held.election)
        assert partial.public_key == key.public.public_key
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
