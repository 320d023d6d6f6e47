"""A ranking held with a belenios-tool of the releases 3: ballots, shuffles and decryptions by both programs (protocol.md §7.4, §9, §10)."""

import io
import json
from pathlib import Path

import pytest

from interop.belenios import Belenios
from protocol.elections import story
from sandogh.protocol.ballot import check_ballot, make_ballot
from sandogh.protocol.decryption import check_partial_decryption, make_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.events import EventType, owned
from sandogh.protocol.finite_field import RFC_3526_2048
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.nonhomomorphic import CountingMethod, NonHomomorphicQuestion
from sandogh.protocol.result import Result, make_result
from sandogh.protocol.shuffle import check_shuffle, make_shuffle
from sandogh.protocol.tally import make_encrypted_tally
from sandogh.verifier.checks import verify_archive

pytestmark = pytest.mark.belenios_newer

QUESTIONS = (
    NonHomomorphicQuestion(("آبادگر", "B", "C"), "ترجیح", CountingMethod("Schulze", blank=True)),
    HomomorphicQuestion(("P", "Q"), "بازرس", 1, 1),
)
CHOICES = (((1, 2, 3), (1, 0)), ((3, 1, 2), (0, 1)), ((0, 0, 0), (0, 1)))


@pytest.mark.parametrize("group", [ED25519, RFC_3526_2048], ids=lambda group: group.name)
def test_both_vote_shuffle_and_decrypt(group: Group, newer_belenios: str, tmp_path: Path) -> None:
    tool = Belenios(newer_belenios, tmp_path)
    held = story(group, questions=QUESTIONS, voters=3, trustees=2)
    election, uuid = held.election, held.election.uuid
    tool.write(f"{uuid}.bel", held.opened().archive)
    cast = [
        tool.ballot(held.secrets[0], CHOICES[0]),
        make_ballot(election, held.voters[1], CHOICES[1]),
        tool.ballot(held.secrets[2], CHOICES[2]),
    ]
    for ballot in cast:
        tool.add_event(EventType.Ballot, ballot)
    tool.add_event(EventType.EndBallots)
    tally = make_encrypted_tally(election, [check_ballot(ballot, election=election, credentials=held.publics) for ballot in cast])
    computed = tool.run("election", "compute-encrypted-tally")
    assert computed == tally.to_bytes() + b"\n" + tally.sized_bytes() + b"\n"
    tool.add_event(EventType.EncryptedTally, computed)

    theirs = tool.run("election", "shuffle", "--trustee-id=1")
    tool.add_event(EventType.Shuffle, theirs)
    tally = tally.shuffled(check_shuffle(theirs.splitlines()[0], election=election, ciphertexts=tally.to_shuffle))
    ours = make_shuffle(election, tally.to_shuffle)
    tool.add_event(EventType.Shuffle, ours + b"\n" + owned(2, sha_hex(ours)) + b"\n")
    tally = tally.shuffled(check_shuffle(ours, election=election, ciphertexts=tally.to_shuffle))
    tool.add_event(EventType.EndShuffles)

    tool.write("key1", json.dumps(str(held.keys[0].private)).encode())
    decrypted = tool.run("election", "decrypt", "--privkey=key1", "--trustee-id=1")
    tool.add_event(EventType.PartialDecryption, decrypted)
    parts = [decrypted.splitlines()[0], make_partial_decryption(tally, private_key=held.keys[1].private, election=election)]
    tool.add_event(EventType.PartialDecryption, parts[1] + b"\n" + owned(2, sha_hex(parts[1])) + b"\n")
    partials = [
        check_partial_decryption(part, tally=tally, trustee=member, election=election)
        for part, member in zip(parts, held.trustees.members, strict=True)
    ]
    result = make_result(election, tally, partials, held.trustees, tally.total_weight)
    assert tool.run("election", "compute-result").rstrip(b"\n") == result
    tool.add_event(EventType.Result, result)

    archive = (tool.folder / f"{uuid}.bel").read_bytes()
    report = verify_archive(io.BytesIO(archive))
    assert ([f"{finding.where}: {finding.what}" for finding in report.findings], report.complete) == ([], True)
    assert tool.accepts_whole(archive, uuid)
    counted = Result.from_bytes(result)
    assert sorted(counted.rows(0)) == sorted(vectors[0] for vectors in CHOICES)
    assert counted.row(1) == (1, 2)
