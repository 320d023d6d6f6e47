"""The key establishment shared with belenios-tool: its members, its server, and ours in any mixture (protocol.md §6.3)."""

import subprocess
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

from protocol.elections import story
from protocol.establishments import Establishment, establish
from sandogh.protocol.canonical import loads
from sandogh.protocol.channel import generate_seed
from sandogh.protocol.decryption import check_partial_decryption, make_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.key_generation import (
    check_certificates,
    check_decryption_keys,
    check_polynomials,
    make_certificate,
    make_decryption_key,
    make_polynomial,
    make_threshold_parameters,
    recover_decryption_key,
    vector_for,
)
from sandogh.protocol.result import check_result, make_result
from sandogh.protocol.threshold import ThresholdParameters

pytestmark = pytest.mark.belenios_newer

groups = pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)


@dataclass(slots=True)
class Tool:
    """The steps of `belenios-tool setup generate-trustee-key-threshold` over bytes; its files are named after the keys that it makes."""

    program: str
    folder: Path
    group: Group

    def run(self, *arguments: str, given: bytes = b"") -> bytes:
        command = [self.program, "setup", "generate-trustee-key-threshold", "--group", self.group.name, *arguments]
        done = subprocess.run(command, cwd=self.folder, input=given, capture_output=True, check=False)
        if done.returncode:
            pytest.fail(f"{' '.join(command)}:\n{done.stderr.decode()}")
        return done.stdout

    def write(self, name: str, lines: list[bytes]) -> str:
        (self.folder / name).write_bytes(b"".join(line + b"\n" for line in lines))
        return name

    def certificate(self, index: int, size: int, threshold: int) -> tuple[str, bytes]:
        """Step 1: (the name of the key, the certificate)."""
        self.run("--step", "1", "--threshold-context", f"{index}/{threshold}/{size}")
        new = max(self.folder.glob("*.cert"), key=lambda path: path.stat().st_mtime_ns)
        return new.stem, new.read_bytes().strip()

    def check_certificates(self, certs: list[bytes]) -> None:
        """Step 2."""
        self.run("--step", "2", "--certs", self.write("certs.jsons", certs))

    def polynomial(self, name: str) -> bytes:
        """Step 3."""
        return self.run("--step", "3", "--certs", "certs.jsons", "--key", f"{name}.key").strip()

    def vectors(self, polynomials: list[bytes], names: list[str]) -> list[bytes]:
        """Step 4; what is for whom goes by the name of the key."""
        self.run("--step", "4", "--certs", "certs.jsons", "--polynomials", self.write("polynomials.jsons", polynomials))
        return [(self.folder / f"{name}.vinput").read_bytes().strip() for name in names]

    def decryption_key(self, name: str, vector: bytes) -> bytes:
        """Step 5."""
        return self.run("--step", "5", "--certs", "certs.jsons", "--key", f"{name}.key", given=vector + b"\n").strip()

    def parameters(self, keys: list[bytes]) -> bytes:
        """Step 6."""
        given = b"".join(key + b"\n" for key in keys)
        return self.run("--step", "6", "--certs", "certs.jsons", "--polynomials", "polynomials.jsons", given=given).strip()

    def seed(self, name: str) -> str:
        return (self.folder / f"{name}.key").read_text().strip()


def names_of(made: Establishment) -> list[str]:
    """How the tool names a member's files: by the SHA-256 of what its certificate says."""
    return [sha_hex(member.signed.message.encode()) for member in made.certs.members]


@groups
def test_their_server_does_to_our_members_what_ours_does(group: Group, newer_belenios: str, tmp_path: Path) -> None:
    """It accepts every message, and sends and publishes the same bytes."""
    made, tool = establish(3, 2, group), Tool(newer_belenios, tmp_path, group)
    tool.check_certificates([member.to_bytes() for member in made.certs.members])
    vectors = tool.vectors([made.sent[index] for index in (1, 2, 3)], names_of(made))
    assert vectors == [vector_for(index, made.polynomials, made.certs) for index in (1, 2, 3)]
    assert tool.parameters([made.keys[index] for index in (1, 2, 3)]) == made.parameters.to_bytes()


@groups
def test_the_key_of_their_members_is_accepted(group: Group, newer_belenios: str, tmp_path: Path) -> None:
    tool = Tool(newer_belenios, tmp_path, group)
    members = [tool.certificate(index, 3, 2) for index in (1, 2, 3)]
    names, certs = [name for name, _ in members], [cert for _, cert in members]
    tool.check_certificates(certs)
    vectors = tool.vectors([tool.polynomial(name) for name in names], names)
    data = tool.parameters([tool.decryption_key(name, vector) for name, vector in zip(names, vectors, strict=True)])
    parameters = ThresholdParameters.from_bytes(data, group)
    assert parameters.to_bytes() == data
    assert parameters.certificates == check_certificates(certs, group=group, threshold=2)


@groups
def test_members_of_both_make_one_key_and_any_two_open_a_tally(group: Group, newer_belenios: str, tmp_path: Path) -> None:
    """Members 1 and 3 are theirs, 2 is ours; each side checks what the other sent. The tally opens with any two of the three.

    Releases before AES-GCM (3.0 still) encrypt by AES-CCM. We refuse that, by the rule, and name the members.
    """
    tool, own = Tool(newer_belenios, tmp_path, group), generate_seed()
    first, third = tool.certificate(1, 3, 2), tool.certificate(3, 3, 2)
    certs = check_certificates([third[1], make_certificate(own, group=group, index=2, size=3, threshold=2), first[1]], group=group)
    tool.check_certificates([member.to_bytes() for member in certs.members])
    sent = {1: tool.polynomial(first[0]), 2: make_polynomial(own, 2, certs), 3: tool.polynomial(third[0])}
    if b"AES-GCM" not in sent[1]:
        with pytest.raises(VerificationError, match="member 1: polynomial: field 'algorithm' is missing; member 3: polynomial: field"):
            check_polynomials(sent, certs=certs)
        return
    polynomials = check_polynomials(sent, certs=certs)
    keys = {
        1: tool.decryption_key(first[0], vector_for(1, polynomials, certs)),
        2: make_decryption_key(own, 2, vector_for(2, polynomials, certs), certs),
        3: tool.decryption_key(third[0], vector_for(3, polynomials, certs)),
    }
    checked = check_decryption_keys(keys, polynomials=polynomials, certs=certs)
    parameters = make_threshold_parameters(certs, polynomials, checked)
    tool.write("polynomials.jsons", [sent[index] for index in (1, 2, 3)])
    assert tool.parameters([keys[index] for index in (1, 2, 3)]) == parameters.to_bytes()

    seeds = {1: tool.seed(first[0]), 2: own, 3: tool.seed(third[0])}
    privates = {index: recover_decryption_key(seeds[index], key.message, parameters=parameters) for index, key in enumerate(checked, 1)}
    held = story(group, holders=([parameters], []), voters=2)
    tally = held.tally([held.ballot(0, [[1, 1, 0], [0, 1]]), held.ballot(1, [[0, 1, 0], [1, 0]])])
    partials = [
        check_partial_decryption(
            make_partial_decryption(tally, private_key=privates[member.number], election=held.election),
            tally=tally,
            trustee=member,
            election=held.election,
        )
        for member in held.trustees.members
    ]
    for quorum in combinations(partials, 2):
        result = make_result(held.election, tally, quorum, held.trustees, tally.total_weight)
        assert loads(result) == {"result": [[1, 2, 0], [1, 1]]}
        check_result(result, election=held.election, tally=tally, partials=quorum, trustees=held.trustees)
