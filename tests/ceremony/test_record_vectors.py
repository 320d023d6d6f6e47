"""The trustee's check against archives written by another implementation, whole and with exactly one fault."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandogh.ceremony.keyfile import PrivateKey
from sandogh.ceremony.record import check_tallied
from sandogh.ceremony.trustee import decrypt
from sandogh.protocol.archive import BLOCK, read_archive
from sandogh.protocol.errors import SandoghError, Unsupported
from sandogh.protocol.groups import group_named

from .conftest import unasked

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "belenios"
INDEX: list[dict[str, Any]] = json.loads((VECTORS / "vectors.json").read_bytes())["vectors"]
# What comes after the tally is for the verifier: the trustee has nothing to do with it any more.
AFTER_THE_TALLY = {"bad-forged-partial-decryption.bel", "bad-ff-result.bel", "bad-result-off-by-one.bel"}
VALID = [vector for vector in INDEX if vector["expected"] == "valid" and vector["stage"] == "Result"]
INVALID = [vector for vector in INDEX if vector["expected"] == "invalid" and vector["file"] not in AFTER_THE_TALLY]


def check(file: str) -> Any:
    with (VECTORS / file).open("rb") as opened:
        return check_tallied(VECTORS / file, opened)


def test_there_is_something_to_check() -> None:
    assert (len(VALID), len(INVALID)) == (11, 25)


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector["file"])
def test_a_valid_archive_holds(vector: dict[str, Any]) -> None:
    record = check(vector["file"])
    assert (record.ballots, record.tally.num_tallied, len(record.trustees.members)) == (
        vector["ballots"],
        vector["kept"],
        sum(int(trustee.rpartition(" of ")[2]) if " of " in trustee else 1 for trustee in vector["trustees"]),
    )
    assert record.trustees.enough(record.decrypted_by)
    assert record.mixed is ("NH" in vector["questions"])


@pytest.mark.parametrize("vector", INVALID, ids=lambda vector: vector["file"])
def test_an_archive_with_one_fault_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(SandoghError) as refused:
        check(vector["file"])
    assert not isinstance(refused.value, Unsupported)


@pytest.mark.parametrize("name", ["ed25519-small", "bel2048-small-330"])
def test_our_trustee_computes_the_factors_that_the_other_implementation_did(tmp_path: Path, name: str) -> None:
    secrets = json.loads((VECTORS / "secrets" / f"{name}.json").read_bytes())
    group = group_named(secrets["group"])
    stored = (VECTORS / f"{name}.bel").read_bytes()
    with (VECTORS / f"{name}.bel").open("rb") as opened:
        members = list(read_archive(opened))
    tally_event = next(member for member in members if member.kind == "event" and b'"EncryptedTally"' in member.data)
    end = tally_event.offset + -(-len(tally_event.data) // BLOCK) * BLOCK
    (tmp_path / "until-tally.bel").write_bytes(stored[:end])
    published = [json.loads(member.data) for member in members if member.data.startswith(b'{"decryption_factors"')]
    assert len(published) == len(secrets["trustees"])
    for trustee in secrets["trustees"]:
        private = int(trustee["private_key"])
        key = tmp_path / f"{trustee['trustee']}.private.json"
        key.write_bytes(PrivateKey(group, private, group.ser(group.power_g(private))).to_bytes())
        key.chmod(0o600)
        out = tmp_path / f"{trustee['trustee']}.json"
        assert decrypt(key_file=key, archive=tmp_path / "until-tally.bel", out=out, ask=unasked).owner == trustee["trustee"]
        ours = json.loads(out.read_bytes())["partial_decryption"]["decryption_factors"]
        assert ours in [other["decryption_factors"] for other in published]
