"""Threshold trustees of other people's elections: keys, messages, parameters, combination (protocol.md §6.2, §6.4, §10.2)."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from sandogh.protocol.channel import EncryptedMessage, MessageKeys, decrypt, receive
from sandogh.protocol.combination import lagrange
from sandogh.protocol.election import Election, check_election_key
from sandogh.protocol.errors import SandoghError
from sandogh.protocol.events import EventType
from sandogh.protocol.groups import group_named
from sandogh.protocol.key_generation import recover_decryption_key
from sandogh.protocol.record import read_records
from sandogh.protocol.threshold import ThresholdParameters
from sandogh.protocol.trustee import Trustees, check_trustees, make_trustees

VECTORS = Path(__file__).parents[1] / "vectors" / "belenios"
KAT: dict[str, Any] = json.loads((VECTORS / "kat.json").read_text("utf-8"))
INDEX: list[dict[str, Any]] = json.loads((VECTORS / "vectors.json").read_text("utf-8"))["vectors"]
GROUPS = [entry for entry in INDEX if any("Pedersen" in trustee for trustee in entry["trustees"])]
PKI = KAT["pedersen_pki"]


def setup_of(file: str) -> tuple[Election, bytes]:
    """(election, trustees.json) of an archive."""
    for record in read_records(BytesIO((VECTORS / file).read_bytes())):
        if record.event.type is EventType.Setup:
            return Election.from_bytes(record.data[0].data), record.data[1].data
    raise ValueError(f"{file} has no setup")


def trustees_of(file: str) -> Trustees:
    election, data = setup_of(file)
    return check_trustees(data, election.group)


def parameters_of(file: str) -> ThresholdParameters:
    (found,) = (item for item in trustees_of(file).items if isinstance(item, ThresholdParameters))
    return found


def test_there_are_archives_of_every_verdict() -> None:
    assert {entry["expected"] for entry in GROUPS} == {"valid", "invalid"}
    assert {entry["group"] for entry in GROUPS} == {"Ed25519", "BELENIOS-2048"}


@pytest.mark.parametrize("entry", [entry for entry in GROUPS if entry["expected"] == "valid"], ids=lambda entry: entry["file"])
def test_valid_parameters_are_accepted_and_written_back_to_the_same_bytes(entry: dict[str, Any]) -> None:
    election, data = setup_of(entry["file"])
    trustees = check_trustees(data, election.group)
    check_election_key(election, trustees)
    assert make_trustees(trustees.items) == data
    assert [member.number for member in trustees.members] == [1, 2, 3, 4]
    assert [needed for needed, _ in trustees.grouped()] == [1, 2]
    assert trustees.enough([1, 3, 4])
    assert not trustees.enough([2, 3, 4])


@pytest.mark.parametrize("entry", [entry for entry in GROUPS if entry["expected"] == "invalid"], ids=lambda entry: entry["file"])
def test_invalid_parameters_are_refused_for_the_recorded_rule(entry: dict[str, Any]) -> None:
    election, data = setup_of(entry["file"])
    with pytest.raises(SandoghError) as refused:
        check_trustees(data, election.group)
    assert getattr(refused.value, "section", "") == entry["section"]
    assert getattr(refused.value, "where", "").startswith("threshold group from trustee 2")


@pytest.mark.parametrize("member", PKI["members"], ids=lambda member: f"member {member['index']}")
def test_keys_and_message_of_a_member(member: dict[str, Any]) -> None:
    group = group_named(PKI["group"])
    keys = MessageKeys.from_seed(member["seed"], group)
    assert (str(keys.signing), str(keys.decryption)) == (member["signing_key"], member["encryption_key"])
    assert (group.ser(keys.verification), group.ser(keys.encryption)) == (member["verification"], member["encryption"])
    written = json.dumps(member["encrypted_msg"], separators=(",", ":"))
    message = EncryptedMessage.from_text(written, group, section="§6.2", what="message")
    assert message.to_text() == written
    shared = group.divide(message.beta, group.power(message.alpha, keys.decryption))
    assert keys.version.channel_key(group.ser(shared)).hex() == member["aes_key_hex"]
    assert keys.version.channel_nonce(group.ser(message.alpha)).hex() == member["iv_hex"]
    assert decrypt(message, keys, section="§6.2", what="message").decode() == member["plaintext"]
    received = receive(written, recipient=keys, sender=keys.verification)
    assert json.loads(received) == {"decryption_key": member["decryption_key"]}
    assert str(recover_decryption_key(member["seed"], written, parameters=parameters_of(PKI["file"]))) == member["decryption_key"]


def test_another_members_message_is_not_ones_own_key() -> None:
    first, second = PKI["members"][:2]
    written = json.dumps(first["encrypted_msg"], separators=(",", ":"))
    with pytest.raises(SandoghError):
        recover_decryption_key(second["seed"], written, parameters=parameters_of(PKI["file"]))


@pytest.mark.parametrize("entry", KAT["lagrange"], ids=lambda entry: str(entry["indices"]))
def test_lagrange_coefficients(entry: dict[str, Any]) -> None:
    assert list(map(str, lagrange(entry["indices"], group_named(entry["group"]).q))) == entry["coefficients"]
