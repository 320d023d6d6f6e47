"""The hashes of version 1, each against its own text, and what asking for another version gives (protocol.md §4.1, §5.2, §6.2, §9.2)."""

import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, Unsupported
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.version import VERSION_1, version_numbered

KAT: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "belenios" / "kat.json").read_text("utf-8"))
GROUPS: dict[str, Group] = {group.name: group for group in (ED25519, BELENIOS_2048)}


def sha(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@pytest.mark.parametrize("entry", KAT["election_fingerprint"], ids=lambda entry: str(entry["file"]))
def test_fingerprint(entry: dict[str, Any]) -> None:
    assert VERSION_1.fingerprint(entry["election_json"].encode()) == entry["fingerprint"]


@pytest.mark.parametrize(
    "entry", [entry for entry in KAT["credential_derivation"] if entry["group"] in GROUPS], ids=lambda entry: str(entry)
)
def test_credential_exponent(entry: dict[str, Any]) -> None:
    found = VERSION_1.credential_exponent(entry["credential"], uuid=entry["uuid"], group=GROUPS[entry["group"]])
    assert found == int(entry["exponent"])


@pytest.mark.parametrize("member", KAT["pedersen_pki"]["members"], ids=lambda member: str(member["index"]))
def test_keys_and_channel_of_a_trustee(member: dict[str, Any]) -> None:
    sk, dk = VERSION_1.message_keys(member["seed"], ED25519)
    assert (sk, dk) == (int(member["signing_key"]), int(member["encryption_key"]))
    message = member["encrypted_msg"]
    alpha = ED25519.parse(message["alpha"], section="§6.2", what="alpha")
    beta = ED25519.parse(message["beta"], section="§6.2", what="beta")
    shared = ED25519.ser(ED25519.divide(beta, ED25519.power(alpha, dk)))
    assert VERSION_1.channel_key(shared).hex() == member["aes_key_hex"]
    assert VERSION_1.channel_nonce(message["alpha"]).hex() == member["iv_hex"]


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_a_challenge_hashes_label_context_and_elements(group: Group) -> None:
    two = [group.power_g(1), group.power_g(2)]
    text = f"label|con|text|{group.ser(two[0])},{group.ser(two[1])}"
    assert VERSION_1.challenge(group, "label", "con|text", two) == int.from_bytes(sha(text)) % group.q
    assert VERSION_1.challenge(group, "label", "con|text", []) == int.from_bytes(sha("label|con|text|")) % group.q


def test_the_hashes_of_a_shuffle() -> None:
    seed = VERSION_1.shuffle_seed("φ", "a,b,")
    assert seed == sha("shuffle-challenges|φ|a,b,").hex()
    assert VERSION_1.shuffle_exponent(seed, 10, 101) == int.from_bytes(sha(seed + sha("10").hex())) % 101
    assert VERSION_1.shuffle_challenge("φ", "a,b,", 101) == int.from_bytes(sha("shuffle-challenge|φ|a,b,")) % 101


def test_only_version_1_is_there() -> None:
    assert version_numbered(1) is VERSION_1
    assert pickle.loads(pickle.dumps(VERSION_1)) is VERSION_1  # noqa: S301 - our own bytes
    with pytest.raises(Unsupported) as later:
        version_numbered(2)
    assert (later.value.section, later.value.feature) == ("§4.3", "protocol version 2")
    for number in (0, 3, -1):
        with pytest.raises(Malformed) as unknown:
            version_numbered(number)
        assert not isinstance(unknown.value, Unsupported)
