"""Whole elections shared with a belenios-tool of the releases 3, in Ed25519: three of five trustees, blank votes, weights, lists.

Ours judged by theirs, and elections begun by one program and finished by the other. Because its `election verify` is not the last word on
ballots (protocol.md §12.4), each ballot is shown to `verify-ballot` too, and our verifier always has a say.
"""

import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from interop.belenios import Belenios, timestamp_of
from interop.weighted import BOARD, CHOICES, COUNTED, INSPECTOR, LISTS, archive_of, result_of, weighted
from protocol.elections import story
from protocol.establishments import establish
from sandogh.protocol.ballot import check_ballot, make_ballot
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import generate_seed
from sandogh.protocol.credential import derive_credential, generate_credential, make_public_credentials
from sandogh.protocol.decryption import check_partial_decryption, make_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election
from sandogh.protocol.events import EventType, owned
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.key_generation import (
    check_certificates,
    make_certificate,
    make_decryption_key,
    make_polynomial,
    recover_decryption_key,
)
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.result import Result, make_result
from sandogh.protocol.tally import make_encrypted_tally
from sandogh.protocol.threshold import ThresholdParameters
from sandogh.protocol.trustee import check_trustees
from sandogh.verifier.checks import verify_archive

pytestmark = pytest.mark.belenios_newer


@pytest.fixture
def tool(newer_belenios: str, tmp_path: Path) -> Belenios:
    return Belenios(newer_belenios, tmp_path)


def our_findings(archive: bytes) -> list[str]:
    report = verify_archive(io.BytesIO(archive))
    return [f"{finding.where}: {finding.what}" for finding in report.findings] + ([] if report.complete else ["no result that holds"])


def test_they_accept_our_five_trustees_of_whom_three_suffice_blank_votes_and_weights(tool: Belenios) -> None:
    made = establish(5, 3)
    held, weights = weighted(story(questions=(BOARD, INSPECTOR, LISTS), holders=([made.parameters], made.held)))
    ballots = [make_ballot(held.election, held.voters[place], CHOICES[place]) for place in (2, 0, 1, 3)]
    archive = archive_of(held, weights, ballots, (1, 3, 5))
    assert our_findings(archive) == []
    assert tool.accepts_whole(archive, held.election.uuid)
    assert tool.accepts_ballots(archive, held.election.uuid) == [True] * 4
    assert result_of(archive) == [[3, 3, 1, 1], [1, 3], [[4, 2, 3], [3, 3]]]


@pytest.mark.parametrize("owners", [(1, 2, 3), (2, 4, 5), (5, 1, 4)])
def test_they_accept_any_three_of_our_trustees(tool: Belenios, owners: tuple[int, ...]) -> None:
    made = establish(5, 3)
    held, weights = weighted(story(questions=(BOARD, INSPECTOR, LISTS), holders=([made.parameters], made.held)))
    ballots = [make_ballot(held.election, held.voters[place], CHOICES[place]) for place in (0, 1, 3)]
    archive = archive_of(held, weights, ballots, owners)
    assert our_findings(archive) == []
    assert tool.accepts_whole(archive, held.election.uuid)
    assert result_of(archive) == COUNTED


def test_they_refuse_our_ballot_with_one_changed_response(tool: Belenios) -> None:
    """The judge can say no."""
    held, _ = weighted(story(questions=(BOARD, INSPECTOR, LISTS)))
    good = make_ballot(held.election, held.voters[0], CHOICES[0])
    bad: dict[str, object] = loads(make_ballot(held.election, held.voters[1], CHOICES[1]))  # type: ignore[assignment]
    proof = bad["signature"]["proof"]  # type: ignore[index]
    proof["response"] = str((int(proof["response"]) + 1) % held.group.q)
    board = held.opened()
    for ballot in (good, dumps(bad)):
        board.append(EventType.Ballot, ballot)
    assert tool.accepts_ballots(board.archive, held.election.uuid) == [True, False]


@dataclass(frozen=True, slots=True)
class Begun:
    """An election set up by the tool: credentials with weights, two of its own trustees and three of ours in one threshold key."""

    uuid: str
    secrets: list[str]
    our_secrets: list[str]
    weights: dict[str, int]
    keys: dict[int, int]
    key_files: dict[int, str]
    election: Election


class Older(Exception):
    """The tool is of a release whose members cannot join an establishment with ours."""


def begin(tool: Belenios, questions: tuple[HomomorphicQuestion | ListsQuestion, ...]) -> Begun:
    """Their uuid, credentials, election file, archive and members 1 and 2; our members 3 to 5, two further credentials of ours."""
    group = ["--group", "Ed25519"]
    uuid = tool.run("setup", "generate-token").decode().strip()
    tool.write("voters", b"one@example.org,,3\ntwo@example.org\n")
    tool.run("setup", "generate-credentials", "--file=voters", "--uuid", uuid, *group)
    theirs = json.loads(next(tool.folder.glob("*.privcreds")).read_bytes())
    secrets = [theirs["one@example.org"], theirs["two@example.org"]]
    ours = [generate_credential() for _ in range(2)]
    publics = [derive_credential(secret, uuid=uuid, group=ED25519).public for secret in (*secrets, *ours)]
    weights = dict(zip(publics, (3, 1, 2, 1), strict=True))
    listed = {line.split(",")[0]: int(line.split(",")[1] or 1) for line in json.loads(next(tool.folder.glob("*.pubcreds")).read_bytes())}
    assert listed == {public: weights[public] for public in publics[:2]}
    tool.write("public_creds.json", make_public_credentials(weights, ED25519))

    def step(number: int, *arguments: str, given: bytes = b"") -> bytes:
        return tool.run("setup", "generate-trustee-key-threshold", f"--step={number}", *group, *arguments, given=given)

    seeds = {index: generate_seed() for index in (3, 4, 5)}
    names: dict[int, str] = {}
    certs: list[bytes] = []
    for index in (1, 2):
        before = set(tool.folder.glob("*.cert"))
        step(1, f"--threshold-context={index}/3/5")
        (new,) = set(tool.folder.glob("*.cert")) - before
        names[index] = new.stem
        certs.append(new.read_bytes().strip())
    certs += [make_certificate(seed, group=ED25519, index=index, size=5, threshold=3) for index, seed in seeds.items()]
    tool.write("certs.jsons", b"".join(cert + b"\n" for cert in certs))
    step(2, "--certs=certs.jsons")
    checked = check_certificates(certs, group=ED25519, threshold=3)
    polynomials = [step(3, "--certs=certs.jsons", f"--key={names[index]}.key").strip() for index in (1, 2)]
    if b"AES-GCM" not in polynomials[0]:
        raise Older("releases before 3.3 encrypt their messages by AES-CCM, which ours refuses by the rule")
    polynomials += [make_polynomial(seed, index, checked) for index, seed in seeds.items()]
    tool.write("polynomials.jsons", b"".join(polynomial + b"\n" for polynomial in polynomials))
    step(4, "--certs=certs.jsons", "--polynomials=polynomials.jsons")
    keys: list[bytes] = []
    for index in (1, 2):
        vector = (tool.folder / f"{names[index]}.vinput").read_bytes()
        keys.append(step(5, "--certs=certs.jsons", f"--key={names[index]}.key", given=vector).strip())
        tool.write(f"decryption{index}", json.loads(keys[-1])["private_key"].encode())
    for index, seed in seeds.items():
        name = sha_hex(json.loads(certs[index - 1])["message"].encode())
        vector = (tool.folder / f"{name}.vinput").read_bytes().strip()
        keys.append(make_decryption_key(seed, index, vector, checked))
    parameters = step(6, "--certs=certs.jsons", "--polynomials=polynomials.jsons", given=b"".join(key + b"\n" for key in keys)).strip()
    read = ThresholdParameters.from_bytes(parameters, ED25519)
    shares = {
        index: recover_decryption_key(seed, json.loads(keys[index - 1])["private_key"], parameters=read) for index, seed in seeds.items()
    }
    tool.write("trustees.json", dumps([["Pedersen", loads(parameters)]]))
    template = {
        "description": "d", "name": "انتخابات", "questions": [question.form() for question in questions],
        "administrator": "a", "credential_authority": "c",
    }  # fmt: skip
    tool.write("template.json", json.dumps(template).encode())
    tool.run("setup", "make-election", "--uuid", uuid, *group, "--template=template.json")
    tool.run("archive", "init")
    election = Election.from_bytes((tool.folder / "election.json").read_bytes().rstrip(b"\n"))
    key_files = {index: f"{name}.key" for index, name in names.items()}
    return Begun(uuid, secrets, ours, weights, shares, key_files, election)


def test_begun_by_them_voted_by_both_and_opened_by_trustees_of_both(tool: Belenios) -> None:
    if tool.version.startswith("3.0"):
        with pytest.raises(Older):
            begin(tool, (BOARD, INSPECTOR, LISTS))
        return
    begun = begin(tool, (BOARD, INSPECTOR, LISTS))
    election = begun.election
    ours = [derive_credential(secret, uuid=begun.uuid, group=ED25519) for secret in begun.our_secrets]
    cast = [
        tool.ballot(begun.secrets[0], CHOICES[2]),
        make_ballot(election, ours[0], CHOICES[1]),
        tool.ballot(begun.secrets[1], CHOICES[0]),
        make_ballot(election, ours[1], CHOICES[3]),
        tool.ballot(begun.secrets[0], CHOICES[1]),
    ]
    for ballot in cast:
        tool.add_event(EventType.Ballot, ballot)
    tool.add_event(EventType.EndBallots)
    checked = [check_ballot(ballot, election=election, credentials=begun.weights) for ballot in cast]
    tally = make_encrypted_tally(election, checked, begun.weights)
    computed = tool.run("election", "compute-encrypted-tally")
    assert computed == tally.to_bytes() + b"\n" + tally.sized_bytes() + b"\n"
    tool.add_event(EventType.EncryptedTally, computed)

    theirs = tool.run("election", "decrypt-threshold", f"--key={begun.key_files[2]}", "--decryption-key=decryption2", "--trustee-id=2")
    tool.add_event(EventType.PartialDecryption, theirs)
    given = {2: theirs.splitlines()[0]}
    for owner in (3, 5):
        given[owner] = make_partial_decryption(tally, private_key=begun.keys[owner], election=election)
        tool.add_event(EventType.PartialDecryption, given[owner] + b"\n" + owned(owner, sha_hex(given[owner])) + b"\n")
    trustees = check_trustees((tool.folder / "trustees.json").read_bytes(), ED25519)
    partials = [
        check_partial_decryption(data, tally=tally, trustee=trustees.members[owner - 1], election=election) for owner, data in given.items()
    ]
    result = make_result(election, tally, partials, trustees, tally.total_weight)
    assert tool.run("election", "compute-result").rstrip(b"\n") == result
    tool.add_event(EventType.Result, result)

    archive = (tool.folder / f"{begun.uuid}.bel").read_bytes()
    assert our_findings(archive) == []
    assert tool.accepts_whole(archive, begun.uuid)
    # Weights 3 and 2 voted blank, the other two 1 each.
    assert Result.from_bytes(result).row(0) == (5, 2, 0, 1)


def test_begun_by_us_and_finished_by_them(tool: Belenios) -> None:
    """Our setup, trustees and credentials; their ballots, tally and result."""
    held, _ = weighted(story(questions=(BOARD, INSPECTOR, LISTS)))
    board = held.opened()
    tool.write(f"{held.election.uuid}.bel", board.archive)
    assert timestamp_of(board.archive) > 0
    for place in (0, 1, 3):
        tool.add_event(EventType.Ballot, tool.ballot(held.secrets[place], CHOICES[place]))
    tool.add_event(EventType.EndBallots)
    tool.add_event(EventType.EncryptedTally, tool.run("election", "compute-encrypted-tally"))
    for owner, key in enumerate(held.keys, 1):
        name = tool.write(f"key{owner}", json.dumps(str(key.private)).encode())
        tool.add_event(EventType.PartialDecryption, tool.run("election", "decrypt", f"--privkey={name}", f"--trustee-id={owner}"))
    tool.add_event(EventType.Result, tool.run("election", "compute-result"))
    archive = (tool.folder / f"{held.election.uuid}.bel").read_bytes()
    assert our_findings(archive) == []
    assert result_of(archive) == COUNTED
