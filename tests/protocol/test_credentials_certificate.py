"""The certificate of a credential authority, made, checked and tampered with (protocol.md §5.4)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.elections import Story, story
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import MessageKeys, SignedMessage, generate_seed
from sandogh.protocol.credentials_certificate import (
    CredentialsCertificate,
    check_credentials_certificate,
    make_credentials_certificate,
)
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group

HELD = story(voters=3)
KEYS = MessageKeys.from_seed(generate_seed(), ED25519)
DATA = make_credentials_certificate(KEYS, HELD.credentials, uuid=HELD.election.uuid)


def check(data: bytes, held: Story = HELD, *, voters: int = 3) -> CredentialsCertificate:
    return check_credentials_certificate(data, election=held.election, credentials_hash=sha_hex(held.credentials), voters=voters)


def form() -> dict[str, Any]:
    value: Any = loads(DATA)
    return value  # type: ignore[no-any-return]


def signed(changes: dict[str, Any]) -> bytes:
    """The certificate with changes, signed again by its maker."""
    said = {name: value for name, value in (form() | changes).items() if name != "signature"}
    return dumps(said | {"signature": SignedMessage.make(sha_hex(dumps(said)), KEYS).form()})


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_what_is_made_is_accepted_and_read_back(group: Group) -> None:
    held, keys = story(group, voters=3), MessageKeys.from_seed(generate_seed(), group)
    data = make_credentials_certificate(keys, held.credentials, uuid=held.election.uuid)
    certificate = check(data, held)
    assert dumps(certificate.form()) == data
    assert (certificate.uuid, certificate.voter_list_length) == (held.election.uuid, 3)
    assert (certificate.verification_key, certificate.encryption_key) == (keys.verification, keys.encryption)
    assert list(loads(data)) == [  # type: ignore[call-overload]
        "uuid",
        "voter_list_length",
        "public_creds_hash",
        "verification_key",
        "encryption_key",
        "signature",
    ]


ANOTHER = story(voters=3)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"uuid": ANOTHER.election.uuid}, "another election"),
        ({"public_creds_hash": sha_hex(ANOTHER.credentials)}, "another list"),
        ({"voter_list_length": 4}, "4 voters where 3"),
        ({"verification_key": f"{1:064x}"}, "identity"),
        ({"encryption_key": f"{1:064x}"}, "identity"),
        ({"verification_key": f"{2**255 - 20:064x}"}, "subgroup"),
        ({"encryption_key": f"{2**255 - 20:064x}"}, "subgroup"),
    ],
    # Not by value: some are drawn, and all processes that share the tests must name them alike.
    ids=lambda given: given if isinstance(given, str) else next(iter(given)),
)
def test_a_certificate_of_something_else_is_refused_though_signed(changes: dict[str, Any], what: str) -> None:
    with pytest.raises(VerificationError, match=what) as refused:
        check(signed(changes))
    assert refused.value.section == "§5.4"


def test_a_certificate_that_its_key_did_not_sign_is_refused() -> None:
    stranger = MessageKeys.from_seed(generate_seed(), ED25519)
    with pytest.raises(VerificationError, match="signature"):
        check(signed({"verification_key": ED25519.ser(stranger.verification)}))
    # The old signature, of other contents.
    with pytest.raises(VerificationError, match="another certificate"):
        check(dumps(form() | {"encryption_key": ED25519.ser(stranger.encryption)}))


def test_an_unsigned_certificate_vouches_for_nothing() -> None:
    bare = form()
    del bare["signature"]
    assert CredentialsCertificate.from_bytes(dumps(bare), ED25519).signature is None
    with pytest.raises(Malformed, match="not signed"):
        check(dumps(bare))


def test_what_is_signed_is_the_digest_of_the_rest() -> None:
    said = form()
    signature = said.pop("signature")
    assert signature["message"] == sha_hex(dumps(said))
    certificate = check(DATA)
    assert replace(certificate, signature=None).statement == certificate.statement == signature["message"]


@settings(max_examples=200)
@given(place=st.integers(0, len(DATA) - 1), bit=st.integers(0, 7))
def test_every_flipped_bit_is_refused(place: int, bit: int) -> None:
    changed = bytearray(DATA)
    changed[place] ^= 1 << bit
    with pytest.raises(SandoghError):
        check(bytes(changed))


@pytest.mark.parametrize("field", ["uuid", "voter_list_length", "public_creds_hash", "verification_key", "encryption_key", "signature"])
@pytest.mark.parametrize("value", [None, True, -1, "", "0", [], {}], ids=str)
def test_any_field_replaced_by_anything_is_refused(field: str, value: Any) -> None:
    with pytest.raises(SandoghError):
        check(dumps(form() | {field: value}))
