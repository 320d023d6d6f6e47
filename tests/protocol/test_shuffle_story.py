"""Elections with rankings and grades from ballot to count, judged by belenios-tool as well (protocol.md §7.4, §8.2, §9, §10.3, §10.4)."""

import dataclasses
import io
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from protocol.elections import story
from sandogh.counting import Outcome, count
from sandogh.counting.majority_judgment import MajorityJudgmentOutcome
from sandogh.counting.schulze import SchulzeOutcome
from sandogh.counting.stv import STVOutcome
from sandogh.protocol.archive import read_archive
from sandogh.protocol.ballot import make_ballot
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election
from sandogh.protocol.events import EventType, owned
from sandogh.protocol.finite_field import RFC_3526_2048
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.nonhomomorphic import CountingMethod, NonHomomorphicQuestion
from sandogh.protocol.question import Question
from sandogh.protocol.result import Result
from sandogh.protocol.shuffle import check_shuffle, make_shuffle

#: Where setting up the tests unpacks a version that knows Ed25519, if it can.
NEWER = Path(__file__).parents[2] / ".venv" / "belenios-newer" / "tool" / "belenios-tool"

NAMES = ("آبادگر", "B", "C")
QUESTIONS = (
    NonHomomorphicQuestion(NAMES, "ترجیح", CountingMethod("Schulze", blank=True)),
    HomomorphicQuestion(("P", "Q"), "بازرس", 1, 1),
    NonHomomorphicQuestion(NAMES, "کرسی‌ها", CountingMethod("STV", blank=True, seats=2)),
    NonHomomorphicQuestion(NAMES, "نمره", CountingMethod("MajorityJudgment", blank=True, grades=("خوب", "بد"))),
)
CHOICES = (
    ((1, 2, 3), (1, 0), (1, 2, 0), (1, 2, 2)),
    ((2, 1, 3), (0, 1), (1, 2, 3), (2, 1, 2)),
    ((1, 2, 3), (1, 0), (1, 0, 0), (1, 1, 2)),
    ((0, 0, 0), (1, 0), (0, 0, 1), (0, 0, 0)),
    ((3, 1, 2), (0, 1), (1, 2, 7), (1, 9, 1)),
)


Choices = Sequence[Sequence[Sequence[int]]]


def held(
    group: Group, choices: Choices, *, mixing: Sequence[int] = (1, 2), asked: Sequence[Question] = QUESTIONS
) -> tuple[bytes, list[Outcome]]:
    """The archive of an election, shuffled by these trustees in this order, and its counts. The voters answer what they think is asked."""
    told = story(group, questions=QUESTIONS, voters=len(choices), trustees=2)
    board = told.opened()
    election = dataclasses.replace(told.election, questions=tuple(asked))
    ballots = [make_ballot(election, told.voters[voter], vectors) for voter, vectors in enumerate(choices)]
    for ballot in ballots:
        board.append(EventType.Ballot, ballot)
    board.append(EventType.EndBallots)
    tally = told.tally(ballots)
    board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    for owner in mixing:
        shuffle = make_shuffle(told.election, tally.to_shuffle)
        tally = tally.shuffled(check_shuffle(shuffle, election=told.election, ciphertexts=tally.to_shuffle))
        board.append(EventType.Shuffle, shuffle, owned(owner, sha_hex(shuffle)))
    board.append(EventType.EndShuffles)
    decryptions = told.decryptions(tally)
    for owner, decryption in enumerate(decryptions, 1):
        board.append(EventType.PartialDecryption, decryption, owned(owner, sha_hex(decryption)))
    result = told.result(tally, decryptions)
    board.append(EventType.Result, result)
    read = Result.from_bytes(result)
    assert read.row(1) == tuple(sum(vectors[1][answer] for vectors in choices) for answer in range(2))
    counts = [count(question, read.rows(place)) for place, question in enumerate(QUESTIONS) if isinstance(question, NonHomomorphicQuestion)]
    return board.archive, counts


@pytest.mark.parametrize("group", [ED25519, RFC_3526_2048], ids=lambda group: group.name)
def test_rankings_and_grades_are_counted_as_they_were_given(group: Group) -> None:
    _, (schulze, stv, judgment) = held(group, CHOICES)
    assert isinstance(schulze, SchulzeOutcome)
    assert (schulze.valid, schulze.blank, schulze.preferences) == (4, 1, ((0, 2, 3), (2, 0, 4), (1, 0, 0)))
    assert isinstance(stv, STVOutcome)
    # The shuffle has taken away whose vote it is; that it is there, it must show.
    assert (stv.valid, stv.blank, [each.vector for each in stv.invalid]) == (4, 0, [(1, 2, 7)])
    assert stv.elected[0] == 0
    assert isinstance(judgment, MajorityJudgmentOutcome)
    assert (judgment.valid, judgment.blank, [each.reason for each in judgment.invalid]) == (
        3,
        1,
        ["candidate 2 has grade 9, where grades are 1 to 2"],
    )
    assert judgment.ranking == ((0, 1), (2,))


@pytest.mark.parametrize("choices", [CHOICES, CHOICES[:1], ()], ids=["five ballots", "one ballot", "no ballot"])
def test_belenios_2_0_accepts_our_shuffles(choices: Choices, tmp_path: Path) -> None:
    """In the one group with such questions that Debian's version knows."""
    archive, _ = held(RFC_3526_2048, choices)
    judged(oracle(), archive, tmp_path)


def test_a_vote_that_no_question_allows_stops_nobody_and_is_read_alike(tmp_path: Path) -> None:
    """A voter encodes five values where three are asked, which no proof excludes: every program reads the last three."""
    longer = tuple(
        dataclasses.replace(each, answers=("x", "y", *NAMES)) if isinstance(each, NonHomomorphicQuestion) else each for each in QUESTIONS
    )
    vector = (255, 3, 2, 1, 3)
    archive, (schulze, stv, judgment) = held(RFC_3526_2048, [(vector, (1, 0), vector, vector)], asked=longer)
    assert isinstance(schulze, SchulzeOutcome)
    assert schulze.ranking == ((1,), (0,), (2,))
    assert isinstance(stv, STVOutcome)
    assert (stv.valid, stv.elected) == (1, (1,))
    assert isinstance(judgment, MajorityJudgmentOutcome)
    assert [each.vector for each in judgment.invalid] == [(2, 1, 3)]
    judged(oracle(), archive, tmp_path)


@pytest.mark.belenios_newer
def test_a_newer_belenios_accepts_our_shuffles_on_ed25519(tmp_path: Path) -> None:
    archive, _ = held(ED25519, CHOICES, mixing=(2, 1))
    judged(str(NEWER), archive, tmp_path)


def oracle() -> str:
    tool = shutil.which("belenios-tool")
    if tool is None:
        pytest.fail("belenios-tool is missing: apt-get install belenios-tool")
    return tool


def judged(tool: str, archive: bytes, folder: Path) -> None:
    uuid = Election.from_bytes(next(member.data for member in read_archive(io.BytesIO(archive)))).uuid
    (folder / f"{uuid}.bel").write_bytes(archive)
    done = subprocess.run([tool, "election", "verify"], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, "all checks passed" in done.stderr) == (0, True), done.stderr
