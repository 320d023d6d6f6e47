"""Known answers for what a setup consists of: election file, credentials, trustees (protocol.md §4.3, §5.2, §6.1)."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandogh.protocol.canonical import dumps
from sandogh.protocol.credential import derive_credential
from sandogh.protocol.election import Election
from sandogh.protocol.groups import group_named
from sandogh.protocol.trustee import TrusteePublicKey, trustee_key

KAT: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "belenios" / "kat.json").read_text("utf-8"))


@pytest.mark.parametrize("entry", KAT["election_fingerprint"], ids=lambda entry: entry["file"])
def test_election_fingerprint(entry: dict[str, str]) -> None:
    election = Election.from_bytes(entry["election_json"].encode())
    assert (election.fingerprint, election.hash) == (entry["fingerprint"], entry["sha256_hex"])


@pytest.mark.parametrize("entry", KAT["credential_derivation"], ids=lambda entry: f"{entry['group']} {entry['credential']}")
def test_credential_derivation(entry: dict[str, str]) -> None:
    key = derive_credential(entry["credential"], uuid=entry["uuid"], group=group_named(entry["group"]))
    assert (str(key.secret), key.public) == (entry["exponent"], entry["public"])


@pytest.mark.parametrize("entry", KAT["trustee_single"], ids=lambda entry: entry["group"])
def test_trustee_key(entry: dict[str, Any]) -> None:
    group = group_named(entry["group"])
    read = TrusteePublicKey.from_bytes(dumps(entry["public"]), group)
    assert read.form() == entry["public"]
    assert trustee_key(int(entry["private_key"]), group).public.public_key == entry["public"]["public_key"]
