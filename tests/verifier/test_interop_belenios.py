"""Whole elections shared with Debian's belenios-tool 2.0, in both directions, in the group that both know (BELENIOS-2048).

Version 2.0 is the oracle, for the reasons of protocol.md §12.4.
"""

import io
import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from protocol.elections import story
from sandogh.protocol.ballot import check_ballot, make_ballot
from sandogh.protocol.canonical import dumps
from sandogh.protocol.credential import (
    CredentialKey,
    check_public_credentials,
    derive_credential,
    generate_credential,
    make_public_credentials,
)
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryption, make_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.election import Election
from sandogh.protocol.events import Event, EventType, owned
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.record import make_record, read_records
from sandogh.protocol.result import make_result
from sandogh.protocol.tally import make_encrypted_tally
from sandogh.protocol.trustee import TrusteeKey, Trustees, check_trustees, trustee_key
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Report

QUESTIONS = [HomomorphicQuestion(("آبادگر", "B / «C»", 'D"\\'), "هیئت مدیره", 0, 2), HomomorphicQuestion(("P", "Q"), "بازرس", 1, 1)]


@pytest.fixture(scope="session", autouse=True)
def _tool_is_there() -> None:
    if shutil.which("belenios-tool") is None:
        pytest.fail("belenios-tool is missing: apt-get install belenios-tool")


@dataclass(slots=True)
class Tool:
    """belenios-tool at work in a folder."""

    folder: Path

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        done = subprocess.run(["belenios-tool", *arguments], cwd=self.folder, input=stdin, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def verify(self) -> str:
        done = subprocess.run(["belenios-tool", "election", "verify"], cwd=self.folder, capture_output=True, text=True, check=False)
        return "accepted" if done.returncode == 0 and "all checks passed" in done.stderr else f"refused: {done.stderr}"

    def add_event(self, kind: str, lines: bytes = b"") -> None:
        self.run("archive", "add-event", f"--type={kind}", stdin=lines)

    def ballot(self, credential: str, choices: list[list[int]]) -> bytes:
        (self.folder / "credential").write_text(credential)
        (self.folder / "choices").write_text(json.dumps(choices))
        return self.run("election", "generate-ballot", "--privcred=credential", "--ballot=choices").rstrip(b"\n")


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path)


def judged(archive: bytes, tool: Tool, uuid: str) -> tuple[Report, str]:
    """Both verdicts on the same bytes."""
    path = tool.folder / f"{uuid}.bel"
    path.write_bytes(archive)
    with path.open("rb") as file:
        return verify_archive(file), tool.verify()


def counts(report: Report) -> list[list[int]]:
    assert report.facts.result is not None
    return [[count for _, count in question.counts] for question in report.facts.result]


def test_the_tool_accepts_our_election(tool: Tool) -> None:
    held = story(BELENIOS_2048, questions=QUESTIONS, trustees=3)
    votes = [[[1, 0, 1], [0, 1]], [[0, 0, 0], [1, 0]], [[1, 1, 0], [1, 0]]]
    ballots = [held.ballot(voter, vote) for voter, vote in enumerate(votes)] + [held.ballot(0, votes[1])]
    report, verdict = judged(held.archive(ballots), tool, held.election.uuid)
    assert (report.complete, verdict) == (True, "accepted")
    assert counts(report) == [[1, 1, 0], [3, 0]]


@pytest.mark.parametrize("number", [0, 1])
def test_the_tool_accepts_our_election_of_none_and_of_one(tool: Tool, number: int) -> None:
    held = story(BELENIOS_2048, questions=QUESTIONS, trustees=1)
    report, verdict = judged(held.archive([held.ballot(0, [[1, 0, 0], [0, 1]])] * number), tool, held.election.uuid)
    assert (report.complete, verdict) == (True, "accepted")
    assert counts(report) == [[number, 0, 0], [0, number]]


def test_both_refuse_our_election_with_a_false_result(tool: Tool) -> None:
    """The oracle can say no: a test that only ever agrees on yes proves little."""
    held = story(BELENIOS_2048, questions=QUESTIONS)
    board = held.opened()
    ballot = held.ballot(0, [[1, 0, 0], [0, 1]])
    board.append(EventType.Ballot, ballot)
    board.append(EventType.EndBallots)
    tally = held.tally([ballot])
    board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    for owner, data in enumerate(held.decryptions(tally), 1):
        board.append(EventType.PartialDecryption, data, owned(owner, sha_hex(data)))
    board.append(EventType.Result, dumps({"result": [[1, 0, 0], [1, 0]]}))
    report, verdict = judged(board.archive, tool, held.election.uuid)
    assert [finding.section for finding in report.findings] == ["§10.3"]
    assert verdict.startswith("refused")


@dataclass(slots=True)
class Made:
    """A setup made by the tool: two trustees, and credentials of its own kind (15 characters, PBKDF2; protocol.md §5.2)."""

    uuid: str
    credentials: list[str]
    keys: list[TrusteeKey] = field(default_factory=list)
    key_files: list[str] = field(default_factory=list)


def setup_by_tool(tool: Tool, *, voters: int, own: int = 0) -> tuple[Made, list[CredentialKey]]:
    """The tool makes uuid, credentials, trustees' keys, election and archive; `own` credentials of ours join the list."""
    uuid = tool.run("setup", "generate-token").decode().strip()
    group = ["--group", "BELENIOS-2048"]
    tool.run("setup", "generate-credentials", f"--count={voters}", "--uuid", uuid, *group)
    secrets = [line.split()[1] for line in next(tool.folder.glob("*.privcreds")).read_text().splitlines()]
    # As handed to a server: "PUB,WEIGHT,USERNAME"; what is published keeps the first part (protocol.md §5.3).
    theirs = [line.split(",")[0] for line in json.loads(next(tool.folder.glob("*.pubcreds")).read_bytes())]
    ours = [derive_credential(generate_credential(), uuid=uuid, group=BELENIOS_2048) for _ in range(own)]
    listed = make_public_credentials([*theirs, *(key.public for key in ours)], BELENIOS_2048)
    (tool.folder / "public_creds.json").write_bytes(listed)
    made = Made(uuid, secrets)
    for _ in range(2):
        tool.run("setup", "generate-trustee-key", *group)
    for path in sorted(tool.folder.glob("*.privkey")):
        made.key_files.append(path.name)
        made.keys.append(trustee_key(int(json.loads(path.read_bytes())), BELENIOS_2048))
    publics = [(tool.folder / key.replace("privkey", "pubkey")).read_bytes() for key in made.key_files]
    (tool.folder / "public_keys.jsons").write_bytes(b"".join(publics))
    tool.run("setup", "make-trustees")
    template = {
        "description": "d",
        "name": "انتخابات",
        "questions": [question.form() for question in QUESTIONS],
        "administrator": "a",
        "credential_authority": "c",
    }
    (tool.folder / "template.json").write_text(json.dumps(template))
    tool.run("setup", "make-election", "--uuid", uuid, *group, "--template=template.json")
    tool.run("archive", "init")
    return made, ours


def test_an_election_begun_by_the_tool_is_finished_by_us(tool: Tool) -> None:
    made, _ = setup_by_tool(tool, voters=3)
    for secret, choices in zip(made.credentials, [[[1, 0, 1], [0, 1]], [[0, 0, 0], [1, 0]], [[0, 1, 1], [1, 0]]], strict=True):
        tool.add_event("Ballot", tool.ballot(secret, choices))
    archive = (tool.folder / f"{made.uuid}.bel").read_bytes()
    finished = finish(archive, made)
    report, verdict = judged(finished, tool, made.uuid)
    assert (report.complete, verdict) == (True, "accepted")
    assert counts(report) == [[1, 1, 2], [2, 1]]


def test_an_election_of_mixed_ballots_and_mixed_trustees(tool: Tool) -> None:
    """Ballots of both programs, one of them replacing another, a partial decryption by each, the tally computed by both alike."""
    made, ours = setup_by_tool(tool, voters=2, own=2)
    election = Election.from_bytes((tool.folder / "election.json").read_bytes().rstrip(b"\n"))
    cast = [
        tool.ballot(made.credentials[0], [[1, 0, 1], [0, 1]]),
        make_ballot(election, ours[0], [[1, 1, 0], [1, 0]]),
        tool.ballot(made.credentials[1], [[0, 0, 0], [1, 0]]),
        make_ballot(election, ours[1], [[0, 0, 1], [0, 1]]),
        make_ballot(election, ours[0], [[0, 0, 0], [0, 1]]),
        tool.ballot(made.credentials[1], [[0, 1, 0], [1, 0]]),
    ]
    for ballot in cast:
        tool.add_event("Ballot", ballot)
    tool.add_event("EndBallots")

    archive = (tool.folder / f"{made.uuid}.bel").read_bytes()
    held = read_setup(archive)
    checked = [check_ballot(data, election=held.election, credentials=held.credentials) for data in cast]
    tally = make_encrypted_tally(held.election, checked)
    computed = tool.run("election", "compute-encrypted-tally")
    assert computed == tally.to_bytes() + b"\n" + tally.sized_bytes() + b"\n"
    tool.add_event("EncryptedTally", computed)

    theirs = tool.run("election", "decrypt", f"--privkey={made.key_files[0]}", "--trustee-id=1")
    tool.add_event("PartialDecryption", theirs)
    data = make_partial_decryption(tally, private_key=made.keys[1].private, election=held.election)
    tool.add_event("PartialDecryption", data + b"\n" + owned(2, sha_hex(data)) + b"\n")

    partials = [
        check_partial_decryption(each, tally=tally, trustee=held.trustees.members[place], election=held.election)
        for place, each in enumerate([theirs.splitlines()[0], data])
    ]
    result = make_result(held.election, tally, partials, held.trustees, tally.total_weight)
    assert tool.run("election", "compute-result") == result + b"\n"
    tool.add_event("Result", result)

    report, verdict = judged((tool.folder / f"{made.uuid}.bel").read_bytes(), tool, made.uuid)
    assert (report.complete, verdict) == (True, "accepted")
    assert counts(report) == [[1, 1, 2], [1, 3]]
    assert (report.facts.ballots, report.facts.kept) == (6, 4)


@dataclass(frozen=True, slots=True)
class Setup:
    election: Election
    trustees: Trustees
    credentials: dict[str, int]
    ballots: list[bytes]
    last: Event
    timestamp: int


def read_setup(archive: bytes) -> Setup:
    """What an archive says so far, through our own reader."""
    records = list(read_records(io.BytesIO(archive)))
    election = Election.from_bytes(records[0].data[0].data)
    return Setup(
        election=election,
        trustees=check_trustees(records[0].data[1].data, election.group),
        credentials=check_public_credentials(records[0].data[2].data, election.group),
        ballots=[record.data[0].data for record in records if record.event.type is EventType.Ballot],
        last=records[-1].event,
        timestamp=int(archive[136:147], 8),
    )


def finish(archive: bytes, made: Made) -> bytes:
    """Close, tally, decrypt with the tool's keys and publish, all by our code."""
    held = read_setup(archive)
    ballots = [check_ballot(data, election=held.election, credentials=held.credentials) for data in held.ballots]
    tally = make_encrypted_tally(held.election, ballots)
    last = held.last

    def append(kind: EventType, *data: bytes) -> None:
        nonlocal archive, last
        last, record = make_record(last, kind, *data, timestamp=held.timestamp)
        archive += record

    append(EventType.EndBallots)
    append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    partials: list[PartialDecryption] = []
    for owner, (key, member) in enumerate(zip(made.keys, held.trustees.members, strict=True), 1):
        data = make_partial_decryption(tally, private_key=key.private, election=held.election)
        partials.append(check_partial_decryption(data, tally=tally, trustee=member, election=held.election))
        append(EventType.PartialDecryption, data, owned(owner, sha_hex(data)))
    append(EventType.Result, make_result(held.election, tally, partials, held.trustees, tally.total_weight))
    return archive
