"""Proofs bind everything they speak of, and hold for nothing false (protocol.md §4.4, §6.1; threat-model.md W2)."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandogh.protocol.digest import sha_integer
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.elgamal import Ciphertext, Sealed, encrypt, seal
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Element, Group
from sandogh.protocol.proofs import Proof, check_disjunction, check_either, check_knowledge, make_disjunction, make_either, make_knowledge
from sandogh.protocol.version import VERSION_1, Version

both = pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)


@dataclass(frozen=True)
class Setting:
    """All that a proof knows of an election."""

    group: Group
    public_key: Element
    version: Version = VERSION_1


def holds(proofs: tuple[Proof, ...], ciphertext: Ciphertext, values: range, *, group: Group, key: Element, context: str) -> bool:
    try:
        check_disjunction(proofs, ciphertext, values, election=Setting(group, key), context=context, section="§7.2", what="proof")
    except VerificationError as refused:
        if refused.section != "§7.2":
            raise
        return False
    return True


@both
@given(start=st.integers(0, 4), size=st.integers(1, 5), place=st.integers(0, 4), data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_true_disjunction_holds_and_no_other(group: Group, start: int, size: int, place: int, data: st.DataObject) -> None:
    """Whatever the range and the true branch; and then with each thing that it binds changed in turn."""
    values, plaintext = range(start, start + size), start + place % size
    key, randomness = group.power_g(group.random_scalar()), group.random_scalar()
    ciphertext = Ciphertext(group.power_g(randomness), group.multiply(group.power(key, randomness), group.power_g(plaintext)))
    proofs = make_disjunction(Sealed(ciphertext, plaintext, randomness), values, election=Setting(group, key), context="φ|credential")
    assert holds(proofs, ciphertext, values, group=group, key=key, context="φ|credential")

    assert not holds(proofs, ciphertext, values, group=group, key=key, context="φ|credentiaL")
    assert not holds(proofs, ciphertext, values, group=group, key=group.generator, context="φ|credential")
    assert not holds(proofs, ciphertext, range(start + 1, start + size + 1), group=group, key=key, context="φ|credential")
    for part in ("alpha", "beta"):
        shifted = replace(ciphertext, **{part: group.multiply(getattr(ciphertext, part), group.generator)})
        assert not holds(proofs, shifted, values, group=group, key=key, context="φ|credential")
    branch = data.draw(st.integers(0, size - 1))
    for field in ("challenge", "response"):
        changed = replace(proofs[branch], **{field: (getattr(proofs[branch], field) + 1) % group.q})
        assert not holds(
            (*proofs[:branch], changed, *proofs[branch + 1 :]), ciphertext, values, group=group, key=key, context="φ|credential"
        )
    for wrong in (proofs[:-1], (*proofs, proofs[0]), proofs[1:]):
        assert not holds(wrong, ciphertext, values, group=group, key=key, context="φ|credential")
    if size > 1:
        assert not holds(proofs[::-1], ciphertext, values, group=group, key=key, context="φ|credential")


@both
def test_a_false_plaintext_cannot_be_proven_by_the_honest_code(group: Group) -> None:
    """The prover trusts its caller; the verifier does not."""
    key, randomness = group.power_g(7), group.random_scalar()
    two = Ciphertext(group.power_g(randomness), group.multiply(group.power(key, randomness), group.power_g(2)))
    for claimed in (0, 1):
        proofs = make_disjunction(Sealed(two, claimed, randomness), range(2), election=Setting(group, key), context="c")
        assert not holds(proofs, two, range(2), group=group, key=key, context="c")


@both
def test_a_challenge_over_the_commitments_alone_is_refused(group: Group) -> None:
    """Weak Fiat-Shamir lets the statement be chosen after the challenge: every branch simulated, then the ciphertext solved for."""
    key = group.power_g(7)
    commitments = [group.power_g(number) for number in (3, 4)]
    challenge = sha_integer(",".join(map(group.ser, commitments)).encode()) % group.q
    response = 5
    # Solve A = g^r·α^c for α and B = y^r·β^c for β.
    inverse = pow(challenge, -1, group.q)
    alpha = group.power(group.divide(commitments[0], group.power_g(response)), inverse)
    beta = group.power(group.divide(commitments[1], group.power(key, response)), inverse)
    forged = Ciphertext(alpha, beta)
    assert group.multiply(group.power_g(response), group.power(alpha, challenge)) == commitments[0]
    assert not holds((Proof(challenge, response),), forged, range(1), group=group, key=key, context="c")


@both
def test_fresh_encryptions_of_one_plaintext_differ_and_open(group: Group) -> None:
    key = group.power_g(7)
    for plaintext in (0, 1):
        made = [encrypt(group, key, plaintext, group.random_scalar()) for _ in range(4)]
        assert len({each.text(group) for each in made}) == 4
        assert {group.divide(each.beta, group.power(each.alpha, 7)) for each in made} == {group.power_g(plaintext)}


@both
@given(secret=st.integers(0, 2**256), label=st.text(max_size=4), context=st.text(max_size=8))
@settings(max_examples=20, deadline=None)
def test_knowledge_is_bound_to_label_context_and_key(group: Group, secret: int, label: str, context: str) -> None:
    secret %= group.q
    proof, public = make_knowledge(group, label, context, secret), group.power_g(secret)
    check_knowledge(proof, group=group, label=label, context=context, public=public, section="§7.1", what="signature")
    for changed in (
        (proof, f"{label}!", context, public),
        (proof, label, f"{context}!", public),
        (proof, label, context, group.multiply(public, group.generator)),
        (replace(proof, response=(proof.response + 1) % group.q), label, context, public),
        (replace(proof, challenge=(proof.challenge + 1) % group.q), label, context, public),
    ):
        with pytest.raises(VerificationError):
            check_knowledge(
                changed[0], group=group, label=changed[1], context=changed[2], public=changed[3], section="§7.1", what="signature"
            )


def either_holds(
    proofs: tuple[Proof, ...], claims: list[tuple[Ciphertext, int]], *, setting: Setting, label: str = "l", context: str = "c"
) -> bool:
    try:
        check_either(proofs, claims, election=setting, label=label, context=context, section="§7.3", what="proof")
    except VerificationError as refused:
        assert refused.section == "§7.3"  # noqa: PT017 - the other outcome is an answer as well
        return False
    return True


@both
@pytest.mark.parametrize(
    ("plaintexts", "values"),
    [([0, 1], [0, 0]), ([1, 0], [0, 0]), ([0, 0], [0, 0]), ([1, 1, 1], [1, 0, 2]), ([0, 1, 1, 1], [1, 0, 1, 2])],
    ids=str,
)
def test_one_of_several_claims_about_several_ciphertexts(group: Group, plaintexts: list[int], values: list[int]) -> None:
    """Each true claim can be the one that is proven; a claim, a ciphertext, a label or a context changed breaks it."""
    setting = Setting(group, group.power_g(7))
    sealed = [seal(group, setting.public_key, plaintext, group.random_scalar()) for plaintext in plaintexts]
    claims = [(each.ciphertext, value) for each, value in zip(sealed, values, strict=True)]
    for true, (plaintext, value) in enumerate(zip(plaintexts, values, strict=True)):
        proofs = make_either(list(zip(sealed, values, strict=True)), true, election=setting, label="l", context="c")
        assert either_holds(proofs, claims, setting=setting) == (plaintext == value)
        if plaintext != value:
            continue
        assert not either_holds(proofs, claims, setting=setting, label="m")
        assert not either_holds(proofs, claims, setting=setting, context="d")
        assert not either_holds(proofs, claims[:-1], setting=setting)
        assert not either_holds((*proofs, proofs[0]), claims, setting=setting)
        for place, (ciphertext, other) in enumerate(claims):
            moved = (*claims[:place], (ciphertext, other + 1), *claims[place + 1 :])
            assert not either_holds(proofs, list(moved), setting=setting)
            swapped = (*claims[:place], (Ciphertext(ciphertext.beta, ciphertext.alpha), other), *claims[place + 1 :])
            assert not either_holds(proofs, list(swapped), setting=setting)
