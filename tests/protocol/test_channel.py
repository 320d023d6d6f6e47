"""Messages between trustees (protocol.md §6.2)."""

import json
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from protocol.establishments import ORDER_TWO, with_small_part
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import EncryptedMessage, MessageKeys, SignedMessage, decrypt, encrypt, generate_seed, receive, send
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048, RFC_3526_2048
from sandogh.protocol.group import Group

every = pytest.mark.parametrize("group", [ED25519, BELENIOS_2048, RFC_3526_2048], ids=lambda group: group.name)


def keys(group: Group = ED25519) -> MessageKeys:
    return MessageKeys.from_seed(generate_seed(), group)


@every
def test_what_is_sent_is_received_by_the_recipient_alone(group: Group) -> None:
    sender, recipient, other = keys(group), keys(group), keys(group)
    message = '{"secret":"۱۲۳"}'
    sent = send(message, sender=sender, recipient=recipient.encryption)
    assert receive(sent, recipient=recipient, sender=sender.verification) == message
    with pytest.raises(VerificationError, match="not encrypted for this member"):
        receive(sent, recipient=other, sender=sender.verification)


def test_a_seed_is_base58_and_never_repeated() -> None:
    seeds = {generate_seed() for _ in range(50)}
    assert len(seeds) == 50
    for seed in seeds:
        MessageKeys.from_seed(seed, ED25519)


@pytest.mark.parametrize(
    "seed", ["", "uaDMypJc1n3jWnzsC3siT", "uaDMypJc1n3jWnzsC3siTVx", "uaDMypJc1n3jWnzsC3si0T", "uaDMypJc1n3jWnzsC3sTV\n"]
)
def test_what_is_no_seed_is_refused_without_being_quoted(seed: str) -> None:
    with pytest.raises(Malformed) as refused:
        MessageKeys.from_seed(seed, ED25519)
    assert refused.value.section == "§6.2"
    assert not seed or seed not in str(refused.value)


def test_secret_keys_do_not_show() -> None:
    held = keys()
    for secret in (held.signing, held.decryption):
        assert str(secret) not in repr(held)


def test_another_sender_is_not_believed() -> None:
    sender, recipient, other = keys(), keys(), keys()
    sent = send("x", sender=sender, recipient=recipient.encryption)
    with pytest.raises(VerificationError, match="signature does not hold"):
        receive(sent, recipient=recipient, sender=other.verification)


def test_a_message_passed_on_to_somebody_else_is_refused() -> None:
    """The recipient of a signed message encrypts it again for a third, as if the sender had."""
    sender, recipient, third = keys(), keys(), keys()
    sent = send("x", sender=sender, recipient=recipient.encryption)
    signed = decrypt(EncryptedMessage.from_text(sent, ED25519, section="§6.2", what="m"), recipient, section="§6.2", what="m")
    passed_on = encrypt(signed, third.encryption, group=ED25519).to_text()
    with pytest.raises(VerificationError, match="signed for another recipient") as refused:
        receive(passed_on, recipient=third, sender=sender.verification)
    assert refused.value.section == "§6.2"


def forged(contents: bytes, recipient: MessageKeys) -> str:
    return encrypt(contents, recipient.encryption, group=recipient.group).to_text()


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"4815162342",
        b"4815162342.5",
        b"-4815162342",
        b"48151623420000000000",
        b"\xff",
        b'{"message":"4815162342"}',
        b'{"message":4815162342,"signature":{"challenge":"1","response":"1"}}',
        b'{"message": "4815162342","signature":{"challenge":"1","response":"1"}}',
        b'{"message":"4815162342","signature":{"challenge":"1","response":"99999999999999999999999999999999999999999999999999999999999999999999999999999"}}',
    ],
)
def test_nothing_that_was_decrypted_is_quoted(contents: bytes) -> None:
    sender, recipient = keys(), keys()
    with pytest.raises((Malformed, VerificationError)) as refused:
        receive(forged(contents, recipient), recipient=recipient, sender=sender.verification)
    assert refused.value.section == "§6.2"
    # With its causes, as a log would hold it, but without the lines of this test.
    assert "4815162342" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("addressed", ["secret", '{"recipient":"x"}', '{"message":"x","recipient":"x"}', '{"recipient":"x","message":1}'])
def test_a_signed_text_that_names_no_recipient_is_refused(addressed: str) -> None:
    sender, recipient = keys(), keys()
    addressed = addressed.replace('"recipient":"x"', f'"recipient":"{ED25519.ser(recipient.encryption)}"')
    signed = SignedMessage.make(addressed, sender)
    with pytest.raises(Malformed):
        receive(forged(dumps(signed.form()), recipient), recipient=recipient, sender=sender.verification)


def _altered(change: Callable[[Any], None]) -> SandoghError:
    sender, recipient = keys(), keys()
    form: Any = loads(send("x", sender=sender, recipient=recipient.encryption).encode())
    change(form)
    with pytest.raises((Malformed, VerificationError)) as refused:
        receive(dumps(form).decode(), recipient=recipient, sender=sender.verification)
    return refused.value


def _flip(form: Any, place: int) -> None:
    data = bytearray.fromhex(form["data"])
    data[place] ^= 1
    form["data"] = data.hex()


@pytest.mark.parametrize("place", [0, 40, -16, -1])
def test_ciphertext_and_tag_are_whole(place: int) -> None:
    assert isinstance(_altered(lambda form: _flip(form, place)), VerificationError)


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("part", ["alpha", "beta"])
def test_a_part_outside_the_group_is_refused_before_anything_is_decrypted(part: str, hidden: bool) -> None:
    """Of small order, plain and hidden behind a member: its power would tell dk modulo that order."""

    def change(form: Any) -> None:
        form[part] = with_small_part(form[part]) if hidden else ORDER_TWO

    refused = _altered(change)
    assert isinstance(refused, VerificationError)
    assert refused.what.endswith(f"{part}: not in the subgroup of order q")


@pytest.mark.parametrize(
    "change",
    [
        lambda form: form.pop("algorithm"),
        lambda form: form.update(algorithm="AES-CCM"),
        lambda form: form.update(more=1),
        lambda form: form.update(data=form["data"].upper() + "AB"),
        lambda form: form.update(data=form["data"] + "a"),
        lambda form: form.update(data="00" * 15),
        lambda form: form.update(data=1),
        lambda form: form.update(alpha="0" * 63 + "2"),
        lambda form: form.update(alpha=None),
    ],
)
def test_another_form_is_malformed(change: Callable[[Any], None]) -> None:
    assert type(_altered(change)) is Malformed


@pytest.mark.parametrize("written", [None, 1, "", "x", "[]", '{"algorithm":"AES-GCM"} ', "\ud800"])
def test_what_is_no_message_is_malformed(written: object) -> None:
    with pytest.raises(Malformed):
        receive(written, recipient=keys(), sender=keys().verification)


def test_no_two_messages_share_key_or_nonce() -> None:
    sender, recipient = keys(), keys()
    sent = [json.loads(send("same", sender=sender, recipient=recipient.encryption)) for _ in range(8)]
    assert len({message["alpha"] for message in sent}) == len({message["beta"] for message in sent}) == 8
    assert len({message["data"][:32] for message in sent}) == 8


@every
def test_a_signature_is_of_this_text_by_this_key(group: Group) -> None:
    signer, other = keys(group), keys(group)
    signed = SignedMessage.make("متن|با|خط", signer)
    read = SignedMessage.parse(signed.form(), group, section="§6.2", what="m")
    assert read == signed
    read.check(signer.verification, group=group, version=signer.version, section="§6.2", what="m")
    for message, key in (("متن|با", signer.verification), ("متن|با|خط", other.verification)):
        with pytest.raises(VerificationError) as refused:
            replace(signed, message=message).check(key, group=group, version=signer.version, section="§6.2", what="m")
        assert refused.value.section == "§6.2"
