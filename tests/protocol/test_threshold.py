"""Threshold parameters that break exactly one rule, all else made good again (protocol.md §6.4)."""

from collections.abc import Callable
from typing import Any

import pytest

from protocol.establishments import Establishment, changed, establish, with_small_part
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import MessageKeys, SignedMessage, sign_text
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.threshold import ThresholdParameters, assembled, in_exponent
from sandogh.protocol.trustee_key import TrusteePublicKey, trustee_key


@pytest.fixture(scope="module")
def held() -> Establishment:
    return establish(3, 2)


def refused(data: bytes, section: str = "§6.4") -> str:
    with pytest.raises((Malformed, VerificationError)) as found:
        ThresholdParameters.from_bytes(data, ED25519)
    assert found.value.section == section
    return str(found.value)


def keys_of(held: Establishment, index: int) -> MessageKeys:
    return MessageKeys.from_seed(held.seeds[index - 1], ED25519)


def recommit(held: Establishment, form: Any, index: int, elements: list[str]) -> None:
    """Member `index` signs other commitments, alone and together with the certificates that stand in the form."""
    keys = keys_of(held, index)
    form["coefexps"][index - 1] = SignedMessage.make(dumps({"coefexps": elements}).decode(), keys).form()
    bound = "certs_sig|" + dumps({"certs": form["certs"], "coefexps": elements}).decode()
    form["signatures"][index - 1] = sign_text(bound, keys).form()


def recertify(held: Establishment, form: Any, index: int, change: Callable[[Any], object], keys: MessageKeys | None = None) -> None:
    """Member `index` signs another certificate, and everybody binds the new list."""
    contents: Any = loads(form["certs"][index - 1]["message"].encode())
    change(contents)
    form["certs"][index - 1] = SignedMessage.make(dumps(contents).decode(), keys or keys_of(held, index)).form()
    for each in range(1, len(held.seeds) + 1):
        recommit(held, form, each, elements_of(form, each))


def elements_of(form: Any, index: int) -> list[str]:
    contents: Any = loads(form["coefexps"][index - 1]["message"].encode())
    return list(contents["coefexps"])


def with_change(held: Establishment, change: Callable[[Any], object]) -> bytes:
    return changed(held.parameters.to_bytes(), lambda form: change(form) and None)


def test_the_helpers_alone_break_nothing(held: Establishment) -> None:
    """What the tests below make good again is good."""

    def change(form: Any) -> None:
        recertify(held, form, 2, lambda contents: None)

    ThresholdParameters.from_bytes(with_change(held, change), ED25519)


# ---- lists


@pytest.mark.parametrize("name", ["certs", "coefexps", "signatures", "verification_keys"])
def test_every_list_has_an_entry_for_every_member(held: Establishment, name: str) -> None:
    refused(with_change(held, lambda form: form[name].pop()))
    refused(with_change(held, lambda form: form[name].append(form[name][0])))


def test_the_signatures_that_bind_the_certificates_must_be_there(held: Establishment) -> None:
    assert "signatures that bind the certificates are missing" in refused(
        with_change(held, lambda form: form.pop("signatures")), section="§6.3"
    )


@pytest.mark.parametrize("threshold", [0, 4, 1, 3, "2", None, True])
def test_the_threshold_is_the_one_of_the_certificates(held: Establishment, threshold: object) -> None:
    refused(with_change(held, lambda form: form.update(threshold=threshold)))


def test_no_member_at_all_is_no_group() -> None:
    for threshold in (0, 1):
        form = {"threshold": threshold, "certs": [], "coefexps": [], "signatures": [], "verification_keys": []}
        assert "does not suit 0 members" in refused(dumps(form))


# ---- certificates


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda contents: contents["context"].update(size=4), "size is 4 where 3 belongs"),
        (lambda contents: contents["context"].update(size=2), "size is 2 where 3 belongs"),
        (lambda contents: contents["context"].update(threshold=3), "threshold is 3 where 2 belongs"),
        (lambda contents: contents["context"].update(index=1), "index is 1 where 2 belongs"),
        (lambda contents: contents["context"].update(index=4), "index is 4 where 2 belongs"),
        (lambda contents: contents["context"].update(group="BELENIOS-2048"), "group is 'BELENIOS-2048'"),
        (lambda contents: contents["context"].update(size="3"), "size is '3' where 3 belongs"),
        (lambda contents: contents["context"].update(more=1), "unknown field"),
        (lambda contents: contents["context"].pop("index"), "field 'index' is missing"),
        (lambda contents: contents.update(encryption=with_small_part(contents["encryption"])), "encryption key: not in the subgroup"),
        (lambda contents: contents.update(encryption=ED25519.ser(ED25519.identity)), "encryption key: the identity"),
    ],
)
def test_a_certificate_says_exactly_which_member_of_which_group(held: Establishment, change: Callable[[Any], object], said: str) -> None:
    found = refused(with_change(held, lambda form: recertify(held, form, 2, change)))
    assert found.startswith("member 2: certificate: ")
    assert said in found


def test_certificates_stand_in_the_order_of_their_indices(held: Establishment) -> None:
    def swap(form: Any) -> None:
        for name in ("certs", "coefexps", "signatures", "verification_keys"):
            form[name][0], form[name][1] = form[name][1], form[name][0]

    assert "member 1: certificate: index is 2 where 1 belongs" in refused(with_change(held, swap))


def test_a_certificate_is_signed_by_its_own_key(held: Establishment) -> None:
    def change(form: Any) -> None:
        recertify(held, form, 2, lambda contents: None, keys_of(held, 1))

    assert refused(with_change(held, change)).startswith("member 2: certificate: signature does not hold")


def test_an_encryption_key_of_another_member_is_refused(held: Establishment) -> None:
    other = held.certs.members[0].encryption
    for key in (other, ED25519.divide(ED25519.identity, other)):

        def change(form: Any, key: Any = key) -> None:
            recertify(held, form, 2, lambda contents: contents.update(encryption=ED25519.ser(key)))

        assert "the encryption key of member 2 is the" in refused(with_change(held, change))


# ---- coefexps


@pytest.mark.parametrize("index", [1, 2, 3])
@pytest.mark.parametrize("more", [False, True])
def test_the_commitments_of_one_member_alone_are_too_many_or_too_few(held: Establishment, index: int, more: bool) -> None:
    def change(form: Any) -> None:
        own = elements_of(form, index)
        recommit(held, form, index, [*own, ED25519.ser(ED25519.generator)] if more else own[:1])

    found = refused(with_change(held, change))
    assert found.startswith(f"member {index}: coefexps: {3 if more else 1} entries where 2 belong")


def test_commitments_outside_the_group_that_cancel_are_refused(held: Establishment) -> None:
    """Both members add the point of order two: sub-key and verification keys stay as they are."""
    for place in (0, 1):

        def change(form: Any, place: int = place) -> None:
            for index in (1, 2):
                own = elements_of(form, index)
                own[place] = with_small_part(own[place])
                recommit(held, form, index, own)

        found = refused(with_change(held, change))
        assert found.startswith(f"member 1: coefexps entry {place}: not in the subgroup of order q")


def test_a_commitment_to_nothing_is_refused(held: Establishment) -> None:
    def change(form: Any) -> None:
        recommit(held, form, 2, [ED25519.ser(ED25519.identity), elements_of(form, 2)[1]])

    assert refused(with_change(held, change)).startswith("member 2: coefexps entry 0: the identity")


def test_both_signatures_of_commitments_count(held: Establishment) -> None:
    def alone(form: Any) -> None:
        form["coefexps"][1]["signature"]["response"] = "1"

    def bound(form: Any) -> None:
        form["signatures"][1]["response"] = "1"

    def of_another(form: Any) -> None:
        form["signatures"][1] = form["signatures"][0]

    assert refused(with_change(held, alone)).startswith("member 2: coefexps: signature does not hold")
    for change in (bound, of_another):
        assert refused(with_change(held, change)).startswith("member 2: certificates and coefexps: signature does not hold")


def test_commitments_signed_for_other_certificates_are_refused(held: Establishment) -> None:
    """The same member, the same commitments, in a group with somebody else: what the server could have exchanged before 2.5.1."""

    def change(form: Any) -> None:
        certs = [*form["certs"][:2], {**form["certs"][2], "message": form["certs"][2]["message"] + " "}]
        bound = "certs_sig|" + dumps({"certs": certs, "coefexps": elements_of(form, 1)}).decode()
        form["signatures"][0] = sign_text(bound, keys_of(held, 1)).form()

    assert refused(with_change(held, change)).startswith("member 1: certificates and coefexps: signature does not hold")


# ---- verification keys


def signed_key(held: Establishment, index: int, private: int) -> dict[str, object]:
    return trustee_key(private, ED25519, signer=keys_of(held, index)).public.form()


def test_a_verification_key_follows_from_the_commitments(held: Establishment) -> None:
    for form_of in (lambda: signed_key(held, 2, 5), lambda: signed_key(held, 2, held.private(1))):
        found = refused(with_change(held, lambda form, form_of=form_of: form["verification_keys"].__setitem__(1, form_of())))
        assert found.startswith("member 2: the verification key does not follow from the coefexps")


def test_a_verification_key_is_proven_and_signed_by_its_member(held: Establishment) -> None:
    share = held.private(2)
    unsigned = trustee_key(share, ED25519).public.form()
    by_another = signed_key(held, 1, share)
    unproven = {**signed_key(held, 2, share), "pok": {"challenge": "1", "response": "1"}}
    for key, said in (
        (unsigned, "the member's signature is missing"),
        (by_another, "trustee public key: signature does not hold"),
        (unproven, "proof of knowledge of the private key does not hold"),
    ):
        found = refused(with_change(held, lambda form, key=key: form["verification_keys"].__setitem__(1, key)))
        assert found.startswith("member 2: ")
        assert said in found


def test_two_members_who_share_a_key_are_one_and_refused(held: Establishment) -> None:
    """Nobody reaches this by the rules; the assembly refuses it all the same."""
    keys = held.parameters.verification_keys
    with pytest.raises(VerificationError, match="members 1 and 3 have the same verification key") as found:
        assembled(held.certs, held.parameters.coefexps, [keys[0], keys[1], keys[0]])
    assert found.value.section == "§6.4"


def test_a_sub_key_that_is_the_identity_is_refused(held: Establishment) -> None:
    """A rushing member who would know the sum of the others' secrets could bring it about; commitments alone do not rule it out."""
    first, *others = (each.coefexps for each in held.polynomials)
    product = ED25519.product(each.elements[0] for each in others)
    forged = type(first)((ED25519.divide(ED25519.identity, product), *first.elements[1:]), first.signed, first.binding)
    with pytest.raises(VerificationError, match="the sub-key of the threshold trustees is the identity"):
        assembled(held.certs, [forged, *others], held.parameters.verification_keys)


def test_parameters_of_another_group_are_refused(held: Establishment) -> None:
    with pytest.raises(VerificationError, match="group is 'Ed25519' where 'BELENIOS-2048' belongs"):
        ThresholdParameters.from_bytes(held.parameters.to_bytes(), BELENIOS_2048)


def test_names_are_kept_and_are_nothing_more(held: Establishment) -> None:
    renamed = with_change(held, lambda form: form["verification_keys"][0].update(name="کس دیگر"))
    found = ThresholdParameters.from_bytes(renamed, ED25519)
    assert [key.name for key in found.verification_keys] == ["کس دیگر", "متولی 2", "متولی 3"]
    assert found.key == held.parameters.key


def test_a_member_of_a_group_is_read_as_no_single_trustee(held: Establishment) -> None:
    with pytest.raises(Malformed, match="a signature belongs to threshold trustees only"):
        TrusteePublicKey.from_bytes(held.parameters.verification_keys[0].to_bytes(), ED25519)


def test_a_commitment_to_a_polynomial_is_evaluated_in_the_exponent() -> None:
    coefficients = [7, 5, 3]
    elements = [ED25519.power_g(each) for each in coefficients]
    for index in (0, 1, 2, 10):
        assert in_exponent(ED25519, elements, index) == ED25519.power_g(7 + 5 * index + 3 * index * index)
