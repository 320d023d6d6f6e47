"""The key establishment of threshold trustees, and who is named when somebody cheats (protocol.md §6.3)."""

from collections.abc import Callable
from typing import Any

import pytest

from protocol.establishments import Establishment, certify, changed, establish, with_small_part
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import MessageKeys, SignedMessage, generate_seed, send, sign_text
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.key_generation import (
    check_certificates,
    check_commitment,
    check_decryption_key,
    check_decryption_keys,
    check_polynomial,
    check_polynomials,
    commit_polynomial,
    index_of,
    make_certificate,
    make_decryption_key,
    make_polynomial,
    recover_decryption_key,
    vector_for,
)
from sandogh.protocol.threshold import ThresholdParameters


@pytest.fixture(scope="module")
def held() -> Establishment:
    return establish(3, 2)


def refusal(act: Callable[[], object], section: str = "§6.3") -> str:
    """What it says to the one who asked."""
    with pytest.raises((Malformed, VerificationError)) as refused:
        act()
    assert refused.value.section == section
    return str(refused.value)


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
@pytest.mark.parametrize(("size", "threshold"), [(1, 1), (2, 1), (3, 2), (3, 3), (5, 3)])
def test_any_threshold_of_any_group_leaves_valid_parameters(group: Group, size: int, threshold: int) -> None:
    made = establish(size, threshold, group)
    assert ThresholdParameters.from_bytes(made.parameters.to_bytes(), group) == made.parameters
    assert (made.parameters.size, made.parameters.threshold) == (size, threshold)
    for index, key in enumerate(made.parameters.verification_keys, 1):
        assert key.key == group.power_g(made.private(index))
        assert key.name == f"متولی {index}"


# ---- steps 1 and 2


def certs_of(held: Establishment) -> list[bytes]:
    return [member.to_bytes() for member in held.certs.members]


def test_certificates_come_in_any_order_and_have_one_hash(held: Establishment) -> None:
    certs = certs_of(held)
    assert check_certificates([certs[2], certs[0], certs[1]], group=ED25519) == held.certs
    assert held.certs.hash != certify(held.seeds, 3).hash
    assert [index_of(seed, held.certs) for seed in held.seeds] == [1, 2, 3]


@pytest.mark.parametrize(("size", "threshold", "index"), [(3, 0, 1), (3, 4, 1), (3, 2, 0), (3, 2, 4), (0, 0, 0)])
def test_numbers_that_do_not_fit_together_make_no_certificate(size: int, threshold: int, index: int) -> None:
    with pytest.raises(VerificationError):
        make_certificate(generate_seed(), group=ED25519, index=index, size=size, threshold=threshold)


def test_missing_and_double_certificates_are_named(held: Establishment) -> None:
    certs = certs_of(held)
    assert "certificate of member 2, 3 is missing" in refusal(lambda: check_certificates(certs[:1], group=ED25519))
    assert "two certificates of member 1" in refusal(lambda: check_certificates([*certs, certs[0]], group=ED25519))
    assert "no certificate" in refusal(lambda: check_certificates([], group=ED25519))
    crowd = make_certificate(generate_seed(), group=ED25519, index=1, size=10**15, threshold=1)
    assert "is missing" in refusal(lambda: check_certificates([crowd], group=ED25519))
    stranger = make_certificate(generate_seed(), group=ED25519, index=4, size=4, threshold=2)
    assert "member 4 says 4" in refusal(lambda: check_certificates([*certs[:2], stranger], group=ED25519))


def certificate(**changes: object) -> bytes:
    """Member 2 of 3 signs whatever it likes."""
    seed = generate_seed()
    keys = MessageKeys.from_seed(seed, ED25519)
    contents: Any = {
        "context": {"group": "Ed25519", "size": 3, "threshold": 2, "index": 2},
        "verification": ED25519.ser(keys.verification),
        "encryption": ED25519.ser(keys.encryption),
    }
    for name, value in changes.items():
        (contents if name in contents else contents["context"])[name] = value
    return dumps(SignedMessage.make(dumps(contents).decode(), keys).form())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"threshold": 3}, "member 2: certificate: threshold is 3 where 2 belongs"),
        ({"group": "BELENIOS-2048"}, "group is 'BELENIOS-2048'"),
        ({"index": 4}, "certificate of member 2 is missing"),
        ({"size": True}, "not an integer"),
        ({"verification": ED25519.ser(ED25519.generator)}, "member 2: certificate: signature does not hold"),
        ({"verification": ED25519.ser(ED25519.identity)}, "member 2: certificate: verification key: the identity"),
        ({"encryption": ED25519.ser(ED25519.identity)}, "member 2: certificate: encryption key: the identity"),
        ({"encryption": with_small_part(ED25519.ser(ED25519.generator))}, "encryption key: not in the subgroup"),
        ({"verification": with_small_part(ED25519.ser(ED25519.generator))}, "verification key: not in the subgroup"),
    ],
)
def test_a_false_certificate_is_refused_and_its_member_named(held: Establishment, changes: dict[str, object], said: str) -> None:
    certs = certs_of(held)
    assert said in refusal(lambda: check_certificates([certs[0], certificate(**changes), certs[2]], group=ED25519))


def test_what_the_ceremony_agreed_on_binds(held: Establishment) -> None:
    assert check_certificates(certs_of(held), group=ED25519, threshold=2) == held.certs
    said = refusal(lambda: check_certificates(certs_of(held), group=ED25519, threshold=3))
    assert all(f"member {index}: certificate: threshold" in said for index in (1, 2, 3))


def test_every_false_member_is_named_and_not_only_the_first(held: Establishment) -> None:
    certs = certs_of(held)

    def spoil(form: Any) -> None:
        form["signature"]["response"] = str((int(form["signature"]["response"]) + 1) % ED25519.q)

    said = refusal(lambda: check_certificates([changed(certs[0], spoil), certs[1], changed(certs[2], spoil)], group=ED25519))
    assert "member 1: " in said
    assert "member 3: " in said
    assert "member 2: " not in said


def test_a_key_of_another_member_is_refused(held: Establishment) -> None:
    """Equal or opposite: both are another's key, made one's own."""
    certs, third = certs_of(held), held.certs.members[2]
    inverse = ED25519.divide(ED25519.identity, third.encryption)
    for key, said in ((third.encryption, "the same as the encryption key of member 3"), (inverse, "the inverse of")):
        copied = certificate(encryption=ED25519.ser(key))
        found = refusal(lambda copied=copied: check_certificates([certs[0], copied, certs[2]], group=ED25519))
        assert "of member 3 is" in found or said in found
    twice = [make_certificate(held.seeds[0], group=ED25519, index=index, size=2, threshold=2) for index in (1, 2)]
    assert "verification key of member 2 is the same as" in refusal(lambda: check_certificates(twice, group=ED25519))


# ---- step 3


def test_only_the_holder_of_the_seed_takes_part(held: Establishment) -> None:
    refusal(lambda: make_polynomial(held.seeds[0], 2, held.certs))
    refusal(lambda: make_polynomial(generate_seed(), 1, held.certs))
    refusal(lambda: make_decryption_key(held.seeds[0], 2, vector_for(2, held.polynomials, held.certs), held.certs))
    refusal(lambda: vector_for(4, held.polynomials, held.certs))


def test_missing_polynomials_and_keys_are_named(held: Establishment) -> None:
    assert "polynomial of member 1, 3 is missing" in refusal(lambda: check_polynomials({2: held.sent[2]}, certs=held.certs))
    assert "polynomial of member 7" in refusal(lambda: check_polynomials({**held.sent, 7: held.sent[2]}, certs=held.certs))
    only = {1: held.keys[1], 2: held.keys[2]}
    assert "decryption key of member 3 is missing" in refusal(
        lambda: check_decryption_keys(only, polynomials=held.polynomials, certs=held.certs)
    )


def test_a_polynomial_under_another_name_is_refused(held: Establishment) -> None:
    said = refusal(lambda: check_polynomials({**held.sent, 1: held.sent[2]}, certs=held.certs))
    assert said.startswith("member 1: coefexps: signature does not hold")


def test_a_polynomial_for_other_certificates_is_refused(held: Establishment) -> None:
    """Γ is fixed before any polynomial: the same seeds with another certificate of somebody are another Γ."""
    others = certify([*held.seeds[:2], generate_seed()], 2)
    said = refusal(lambda: check_polynomial(held.sent[1], certs=others, index=1))
    assert "certificates and coefexps: signature does not hold" in said


def coefexps_signed(held: Establishment, index: int, elements: list[str]) -> Callable[[Any], None]:
    """Member `index` publishes these commitments instead, with both signatures."""
    keys = MessageKeys.from_seed(held.seeds[index - 1], held.group)

    def change(form: Any) -> None:
        form["coefexps"] = SignedMessage.make(dumps({"coefexps": elements}).decode(), keys).form()
        bound = "certs_sig|" + dumps({"certs": held.certs.form(), "coefexps": elements}).decode()
        form["signature"] = sign_text(bound, keys).form()

    return change


def coefexps_of(held: Establishment, index: int) -> list[str]:
    return [ED25519.ser(element) for element in held.polynomials[index - 1].coefexps.elements]


def test_commitments_are_exactly_as_many_as_decrypt(held: Establishment) -> None:
    own = coefexps_of(held, 2)
    for elements in ([], own[:1], [*own, own[0]]):
        false = changed(held.sent[2], coefexps_signed(held, 2, elements))
        assert refusal(lambda false=false: check_polynomials({**held.sent, 2: false}, certs=held.certs)).startswith("member 2: coefexps")


def test_commitments_outside_the_group_are_refused_also_where_they_cancel(held: Establishment) -> None:
    """Members 1 and 2 both add the point of order two: the sum is as before, and each list is not."""
    sent = dict(held.sent)
    for index in (1, 2):
        first, *rest = coefexps_of(held, index)
        sent[index] = changed(sent[index], coefexps_signed(held, index, [with_small_part(first), *rest]))
    said = refusal(lambda: check_polynomials(sent, certs=held.certs))
    assert "member 1: coefexps entry 0: not in the subgroup of order q" in said
    assert "member 2: coefexps entry 0: not in the subgroup of order q" in said


def test_a_rushing_member_cannot_copy_or_cancel_another(held: Establishment) -> None:
    """It has seen the commitments of member 1, and publishes the same ones, their inverses, or a commitment to 0."""
    first = held.polynomials[0].coefexps.elements
    inverses = [ED25519.divide(ED25519.identity, each) for each in first]
    for elements, said in (
        (first, "is the same as coefexps entry 0 of member 1"),
        (inverses, "is the inverse of coefexps entry 0 of member 1"),
        ([ED25519.identity, first[1]], "member 3: coefexps entry 0: the identity"),
    ):
        false = changed(held.sent[3], coefexps_signed(held, 3, [ED25519.ser(each) for each in elements]))
        assert said in refusal(lambda false=false: check_polynomials({**held.sent, 3: false}, certs=held.certs))


def test_committed_polynomials_cannot_be_chosen_after_the_others(held: Establishment) -> None:
    commitments = {index: commit_polynomial(data) for index, data in held.sent.items()}
    assert check_polynomials(held.sent, certs=held.certs, commitments=commitments) == held.polynomials
    again = make_polynomial(held.seeds[2], 3, held.certs)
    check_polynomial(again, certs=held.certs, index=3)
    said = refusal(lambda: check_polynomials({**held.sent, 3: again}, certs=held.certs, commitments=commitments))
    assert said.startswith("member 3: not the polynomial that was committed to")
    assert "commitment of member 2 is missing" in refusal(
        lambda: check_polynomials(held.sent, certs=held.certs, commitments={1: commitments[1], 3: commitments[3]})
    )
    for no_hash in ("", commitments[1].upper(), "هش"):
        refusal(lambda no_hash=no_hash: check_commitment(held.sent[1], no_hash))


@pytest.mark.parametrize(
    "change",
    [
        lambda form: form.pop("signature"),
        lambda form: form.update(secrets=form["secrets"][:2]),
        lambda form: form.update(secrets=[*form["secrets"], form["secrets"][0]]),
        lambda form: form["secrets"].__setitem__(1, form["secrets"][1].replace("AES-GCM", "AES-CCM")),
        lambda form: form["secrets"].__setitem__(1, loads(form["secrets"][1].encode())),
        lambda form: form.update(polynomial=""),
        lambda form: form.update(more=""),
    ],
)
def test_another_form_of_a_polynomial_is_malformed(held: Establishment, change: Callable[[Any], object]) -> None:
    with pytest.raises(Malformed) as refused:
        check_polynomial(changed(held.sent[1], lambda form: change(form) and None), certs=held.certs, index=1)
    assert refused.value.section == "§6.3"


# ---- step 5


def sent_by(held: Establishment, index: int, recipient: int, contents: object) -> str:
    keys = MessageKeys.from_seed(held.seeds[index - 1], held.group)
    return send(dumps(contents).decode(), sender=keys, recipient=held.certs.members[recipient - 1].encryption)


def key_from(held: Establishment, index: int, change: Callable[[Any], object]) -> bytes:
    vector = changed(vector_for(index, held.polynomials, held.certs), lambda form: change(form) and None)
    return make_decryption_key(held.seeds[index - 1], index, vector, held.certs)


def test_members_whose_secrets_are_false_are_named(held: Establishment) -> None:
    def lie(form: Any) -> None:
        form["secrets"][0] = sent_by(held, 1, 2, {"secret": "1"})
        form["secrets"][2] = sent_by(held, 3, 2, {"secret": "2"})

    said = refusal(lambda: key_from(held, 2, lie))
    assert "member 1: secret for member 2: not on the polynomial" in said
    assert "member 3: secret for member 2: not on the polynomial" in said


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ({"secret": "01"}, "not a canonical decimal number"),
        ({"secret": str(ED25519.q)}, "scalar not below q"),
        ({"secret": 1}, "not a string"),
        ({"secrets": "1"}, "unknown field"),
        ([], "not an object"),
    ],
)
def test_a_secret_in_another_form_is_refused_with_its_sender(held: Establishment, contents: object, said: str) -> None:
    found = refusal(lambda: key_from(held, 2, lambda form: form["secrets"].__setitem__(0, sent_by(held, 1, 2, contents))))
    assert found.startswith("member 1: ")
    assert said in found


def test_secrets_are_for_this_member_and_from_that_one(held: Establishment) -> None:
    for false, who in (
        (held.polynomials[0].secrets[2], "member 1"),  # for member 3, who alone can open it
        (sent_by(held, 3, 2, {"secret": "1"}), "member 1"),  # from member 3, in the place of member 1
    ):
        said = refusal(lambda false=false: key_from(held, 2, lambda form: form["secrets"].__setitem__(0, false)))
        assert said.startswith(f"{who}: secret for member 2")


def test_whoever_carries_the_vector_cannot_exchange_what_is_in_it(held: Establishment) -> None:
    other = establish(3, 2)
    for change, said in (
        (lambda form: form["coefexps"].__setitem__(1, other.polynomials[1].coefexps.signed.form()), "member 2: coefexps: signature"),
        (lambda form: form["signatures"].__setitem__(1, other.polynomials[1].coefexps.binding.form()), "member 2: certificates and"),
        (lambda form: form["coefexps"].reverse(), "member 1: "),
        (lambda form: form["secrets"].pop(), "secrets: 2 entries where 3 belong"),
        (lambda form: form.update(polynomial=sent_by(held, 1, 1, {"polynomial": ["1", "2"]})), "member 1: the coefexps are not those"),
        (lambda form: form.update(polynomial=sent_by(held, 1, 1, {"polynomial": ["1"]})), "own polynomial: 1 entries where 2 belong"),
    ):
        assert said in refusal(lambda change=change: key_from(held, 1, change))


def test_coefexps_swapped_for_older_ones_of_the_same_member_are_noticed(held: Establishment) -> None:
    """Both were signed by member 2 for these certificates; the secret tells which one it belongs to."""
    again = check_polynomial(make_polynomial(held.seeds[1], 2, held.certs), certs=held.certs, index=2)

    def change(form: Any) -> None:
        form["coefexps"][1], form["signatures"][1] = again.coefexps.signed.form(), again.coefexps.binding.form()

    assert refusal(lambda: key_from(held, 1, change)).startswith("member 2: secret for member 1: not on the polynomial")


def test_a_key_that_does_not_follow_is_refused_and_its_member_named(held: Establishment) -> None:
    for change, said in (
        (lambda form: form.update(public_key=loads(held.keys[2])["public_key"]), "trustee public key: signature does not hold"),
        (lambda form: form["public_key"].pop("signature"), "the member's signature is missing"),
        (lambda form: form["public_key"]["pok"].update(challenge="1"), "proof of knowledge of the private key does not hold"),
        (lambda form: form.update(private_key=form["private_key"].replace("AES-GCM", "none")), "the algorithm is not AES-GCM"),
    ):
        false = {**held.keys, 1: changed(held.keys[1], lambda form, change=change: change(form) and None)}
        found = refusal(lambda false=false: check_decryption_keys(false, polynomials=held.polynomials, certs=held.certs))
        assert found.startswith("member 1: ")
        assert said in found
    other = make_polynomial(held.seeds[1], 2, held.certs)
    polynomials = (held.polynomials[0], check_polynomial(other, certs=held.certs, index=2), held.polynomials[2])
    assert "does not follow from the coefexps" in refusal(
        lambda: check_decryption_key(held.keys[1], polynomials=polynomials, certs=held.certs, index=1)
    )


# ---- the way back


def test_a_member_recovers_its_share_with_its_own_seed_only(held: Establishment) -> None:
    form: Any = loads(held.keys[1])
    share = recover_decryption_key(held.seeds[0], form["private_key"], parameters=held.parameters)
    assert held.group.power_g(share) == held.parameters.verification_keys[0].key
    for seed in (held.seeds[1], generate_seed()):
        refusal(lambda seed=seed: recover_decryption_key(seed, form["private_key"], parameters=held.parameters))
    for contents in ({"decryption_key": str(share + 1)}, {"decryption_key": "0"}):
        message = sent_by(held, 1, 1, contents)
        said = refusal(lambda message=message: recover_decryption_key(held.seeds[0], message, parameters=held.parameters))
        assert "not that of the member's verification key" in said
        assert str(share) not in said
