"""Blank votes and weights shared with Debian's belenios-tool 2.0, in both directions (protocol.md §5.3, §7.3, §8.2)."""

import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from protocol.elections import Story, story
from sandogh.protocol.ballot import check_ballot, make_ballot, parse_ballot
from sandogh.protocol.canonical import loads
from sandogh.protocol.credential import (
    CredentialKey,
    check_public_credentials,
    derive_credential,
    generate_credential,
    make_public_credentials,
)
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.election import Election
from sandogh.protocol.events import EventType, owned
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.record import read_records
from sandogh.protocol.tally import TallyBuilder, make_encrypted_tally

QUESTIONS = [
    HomomorphicQuestion(("آبادگر", "B / «C»", 'D"\\'), "هیئت مدیره", 1, 2, blank=True),
    HomomorphicQuestion(("P", "Q"), "بازرس", 0, 1),
    HomomorphicQuestion(("x",), "دادستان", 0, 1, blank=True),
]
VOTES = [
    [[0, 1, 0, 1], [0, 1], [0, 0]],
    [[1, 0, 0, 0], [0, 0], [1, 0]],
    [[0, 0, 1, 0], [1, 0], [0, 1]],
]
WEIGHTS = [3, 1, 12]
#: What they come to, the blank votes first.
RESULT = [[1, 3, 12, 3], [12, 3], [1, 12]]


@pytest.fixture(scope="module", autouse=True)
def _tool_is_there() -> None:
    if shutil.which("belenios-tool") is None:
        pytest.fail("belenios-tool is missing: apt-get install belenios-tool")


def run(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(["belenios-tool", *arguments], cwd=folder, input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def verdict(folder: Path, archive: bytes, uuid: str) -> str:
    (folder / f"{uuid}.bel").write_bytes(archive)
    done = subprocess.run(["belenios-tool", "election", "verify"], cwd=folder, capture_output=True, text=True, check=False)
    return "accepted" if done.returncode == 0 and "all checks passed" in done.stderr else f"refused: {done.stderr}"


@pytest.fixture(scope="module")
def held() -> Story:
    return story(BELENIOS_2048, questions=QUESTIONS, voters=3, weights=WEIGHTS)


def test_the_tool_accepts_our_blank_votes_and_weights(tmp_path: Path, held: Story) -> None:
    archive = held.archive([held.ballot(voter, vote) for voter, vote in enumerate(VOTES)])
    result: Any = loads(list(read_records(io.BytesIO(archive)))[-1].data[0].data)
    assert result["result"] == RESULT
    assert verdict(tmp_path, archive, held.election.uuid) == "accepted"


def test_a_weight_left_out_of_our_tally_is_refused_by_both(tmp_path: Path, held: Story) -> None:
    """The oracle can say no."""
    board = held.opened()
    ballots = [held.ballot(voter, vote) for voter, vote in enumerate(VOTES)]
    for ballot in ballots:
        board.append(EventType.Ballot, ballot)
    board.append(EventType.EndBallots)
    builder = TallyBuilder(held.election)
    for ballot in ballots:
        builder.add(parse_ballot(ballot, held.election))
    unweighted, honest = builder.finish(), held.tally(ballots)
    board.append(EventType.EncryptedTally, unweighted.to_bytes(), unweighted.sized_bytes())
    decryptions = held.decryptions(unweighted)
    for owner, data in enumerate(decryptions, 1):
        board.append(EventType.PartialDecryption, data, owned(owner, sha_hex(data)))
    board.append(EventType.Result, held.result(unweighted, decryptions))
    assert verdict(tmp_path, board.archive, held.election.uuid).startswith("refused")
    assert unweighted.to_bytes() != honest.to_bytes()


def made_by_tool(folder: Path, *, own: int) -> tuple[Election, list[str], dict[str, int], list[CredentialKey]]:
    """The tool makes everything of an election with weights; `own` credentials of ours, of weight 7, join the list."""
    uuid = run(folder, "setup", "generate-token").decode().strip()
    group = ["--group", "BELENIOS-2048"]
    (folder / "voters").write_text("".join(f"voter{number},,{weight}\n" for number, weight in enumerate(WEIGHTS)))
    run(folder, "setup", "generate-credentials", "--file=voters", "--uuid", uuid, *group)
    secrets = [line.split()[1] for line in next(folder.glob("*.privcreds")).read_text().splitlines()]
    theirs: list[str] = json.loads(next(folder.glob("*.pubcreds")).read_bytes())
    weights = {public: int(weight) for public, weight, _ in (line.split(",") for line in theirs)}
    ours = [derive_credential(generate_credential(), uuid=uuid, group=BELENIOS_2048) for _ in range(own)]
    listed = make_public_credentials(weights | {key.public: 7 for key in ours}, BELENIOS_2048)
    (folder / "public_creds.json").write_bytes(listed)
    run(folder, "setup", "generate-trustee-key", *group)
    (folder / "public_keys.jsons").write_bytes(next(folder.glob("*.pubkey")).read_bytes())
    run(folder, "setup", "make-trustees")
    template = {
        "description": "d",
        "name": "انتخابات",
        "questions": [question.form() for question in QUESTIONS],
        "administrator": "a",
        "credential_authority": "c",
    }
    (folder / "template.json").write_text(json.dumps(template))
    run(folder, "setup", "make-election", "--uuid", uuid, *group, "--template=template.json")
    run(folder, "archive", "init")
    records = list(read_records(io.BytesIO((folder / f"{uuid}.bel").read_bytes())))
    election = Election.from_bytes(records[0].data[0].data)
    return election, secrets, check_public_credentials(records[0].data[2].data, BELENIOS_2048), ours


def test_we_accept_the_tools_blank_votes_and_weights_and_it_mixes_with_ours(tmp_path: Path) -> None:
    election, secrets, weights, ours = made_by_tool(tmp_path, own=1)
    assert sorted(weights.values()) == sorted([*WEIGHTS, 7])
    assert election.questions == tuple(QUESTIONS)
    cast: list[bytes] = []
    for secret, vote in zip(secrets, VOTES, strict=True):
        (tmp_path / "credential").write_text(secret)
        (tmp_path / "choices").write_text(json.dumps(vote))
        cast.append(run(tmp_path, "election", "generate-ballot", "--privcred=credential", "--ballot=choices").rstrip(b"\n"))
    cast.append(make_ballot(election, ours[0], VOTES[1]))
    for ballot in cast:
        run(tmp_path, "archive", "add-event", "--type=Ballot", stdin=ballot)
    run(tmp_path, "archive", "add-event", "--type=EndBallots")

    checked = [check_ballot(ballot, election=election, credentials=weights) for ballot in cast]
    tally = make_encrypted_tally(election, checked, weights)
    assert tally.total_weight == sum(WEIGHTS) + 7
    computed = run(tmp_path, "election", "compute-encrypted-tally")
    assert computed == tally.to_bytes() + b"\n" + tally.sized_bytes() + b"\n"
    run(tmp_path, "archive", "add-event", "--type=EncryptedTally", stdin=computed)
    key = next(tmp_path.glob("*.privkey")).name
    decryption = run(tmp_path, "election", "decrypt", f"--privkey={key}", "--trustee-id=1")
    run(tmp_path, "archive", "add-event", "--type=PartialDecryption", stdin=decryption)
    published = run(tmp_path, "election", "compute-result").rstrip(b"\n")
    run(tmp_path, "archive", "add-event", "--type=Result", stdin=published)
    # The tool hands credentials out in its own order; whose weight is whose, only the list says.
    votes = dict(zip([ballot.credential for ballot in checked], [*VOTES, VOTES[1]], strict=True))
    expected = [
        [sum(weights[public] * vote[place][answer] for public, vote in votes.items()) for answer in range(len(question.labels))]
        for place, question in enumerate(QUESTIONS)
    ]
    assert loads(published) == {"result": expected}
    assert verdict(tmp_path, (tmp_path / f"{election.uuid}.bel").read_bytes(), election.uuid) == "accepted"
