"""docs/trustee.md is what five trustees really type and read, from the first paper to the count."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from documents_for_tests import ROOT, blocks, typed
from protocol.elections import Board
from sandogh.protocol.ballot import make_ballot, parse_ballot
from sandogh.protocol.credential import derive_credential, make_public_credentials
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election, make_election
from sandogh.protocol.events import EventType, make_setup_data, owned
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.question import Question
from sandogh.protocol.result import make_result
from sandogh.protocol.tally import EncryptedTally, make_encrypted_tally
from sandogh.protocol.threshold import ThresholdParameters
from sandogh.protocol.trustee import Trustees, check_trustees, make_trustees
from walks_for_tests import Walk, masked, matches

DOCUMENT = (ROOT / "docs" / "trustee.md").read_text("utf-8")
MEMBERS = ("azadeh", "bahram", "parvin", "jamshid", "dana")
UUID = "8YJ6ZwzVgVfD4d"


class Server:
    """What stands on the board: sealed with the parameters that the walk has made, then two ballots, then their sum."""

    def __init__(self, walk: Walk, question: Question, choices: list[list[list[int]]]) -> None:
        made = next(walk.folder.rglob("threshold-parameters.json")).read_bytes()
        data = make_trustees([ThresholdParameters.from_bytes(made, ED25519)])
        self.trustees: Trustees = check_trustees(data, ED25519)
        election = make_election(
            name="Board of the seventh term", description="", group=ED25519, trustees=self.trustees, questions=[question], uuid=UUID
        )
        self.election = Election.from_bytes(election)
        voters = [derive_credential(f"abcde-fghijk-abcde-fghij{letter}", uuid=UUID, group=ED25519) for letter in "kmn"]
        listed = make_public_credentials([voter.public for voter in voters], ED25519)
        self.board = Board()
        self.board.append(EventType.Setup, election, data, listed, make_setup_data(sha_hex(election), sha_hex(data), sha_hex(listed)))
        self.sealed = self.board.archive
        ballots = [make_ballot(self.election, voter, choice) for voter, choice in zip(voters, choices, strict=False)]
        for ballot in ballots:
            self.board.append(EventType.Ballot, ballot)
        self.tally: EncryptedTally = make_encrypted_tally(self.election, [parse_ballot(ballot, self.election) for ballot in ballots])
        self.board.append(EventType.EndBallots)
        self.board.append(EventType.EncryptedTally, self.tally.to_bytes(), self.tally.sized_bytes())

    def count(self, files: list[Path]) -> bytes:
        """The result, from these trustees' files; each goes on the board."""
        partials: list[PartialDecryption] = []
        for file in files:
            handed = json.loads(file.read_bytes())
            data = json.dumps(handed["partial_decryption"], separators=(",", ":")).encode()
            member = self.trustees.member(handed["owner"])
            partials.append(check_partial_decryption(data, tally=self.tally, trustee=member, election=self.election))
            self.board.append(EventType.PartialDecryption, data, owned(member.number, sha_hex(data)))
        return make_result(self.election, self.tally, partials, self.trustees, self.tally.total_weight)


@dataclass(frozen=True, slots=True)
class Story:
    """Everything of the document typed. `said`: what it says and what the program said, command by command."""

    walk: Walk
    said: list[tuple[str, str]]
    added_up: Server


def replayed(folder: Path) -> Story:
    """The members in folders below this one, and a server in memory."""
    servers: dict[bool, Server] = {}

    def make(walk: Walk, name: str) -> bytes | None:
        ranked = name == "to-shuffle.bel"
        if name not in {"sealed.bel", "tally.bel", "to-shuffle.bel"}:
            return None
        if ranked not in servers:
            question: Question = (
                NonHomomorphicQuestion(("A", "B"), "order") if ranked else HomomorphicQuestion(("A", "B", "C"), "Board", 0, 2)
            )
            servers[ranked] = Server(walk, question, [[[1, 2]], [[2, 1]]] if ranked else [[[1, 1, 0]], [[0, 1, 0]]])
        return servers[ranked].sealed if name == "sealed.bel" else servers[ranked].board.archive

    walk = Walk(folder, members=MEMBERS, make=make)
    said = [(masked(each.answer), masked(walk.type(each))) for block in blocks(DOCUMENT, "console") for each in typed(block)]
    return Story(walk, said, servers[False])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return replayed(tmp_path_factory.mktemp("walk"))


def test_the_document_is_what_the_program_says(story: Story) -> None:
    for shown, answered in story.said:
        assert matches(shown, answered), answered
    assert len(story.said) > 15


def test_three_of_the_five_are_enough_for_what_they_handed_in(story: Story) -> None:
    files = [story.walk.desk(name) / f"{name}.decryption.json" for name in ("azadeh", "parvin", "dana")]
    assert json.loads(story.added_up.count(files)) == {"result": [[1, 2, 0]]}


def test_what_stays_with_a_member_is_told(story: Story) -> None:
    secret = {path.name for path in story.walk.desk("parvin").iterdir() if path.stat().st_mode & 0o077 == 0}
    assert {"parvin.seed.json", "parvin.private.json", "parvin.kept.json"} <= secret
    for name in secret - {"parvin.shuffled.json"}:
        assert f"| `{name}` | yes" in DOCUMENT, name


SOURCE = "".join(path.read_text("utf-8") for path in sorted((ROOT / "src/sandogh/ceremony").rglob("*.py")))
QUOTED = re.findall(r'(?m)^\| "([^"]+)"', DOCUMENT)


@pytest.mark.parametrize("sentence", QUOTED)
def test_every_refusal_that_is_quoted_can_be_said(sentence: str) -> None:
    joined = re.sub(r'"\s*\n\s*f?"', "", SOURCE)
    assert sentence in joined


def test_refusals_are_quoted() -> None:
    assert len(QUOTED) > 7
