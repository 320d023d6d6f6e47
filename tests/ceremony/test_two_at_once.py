"""Two processes at once, on one folder or one key: one of them wins, and what is found is as if only one had run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from protocol.elections import story
from sandogh.ceremony import ballots
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.key_establishment import coordinator
from sandogh.ceremony.key_establishment.papers import Step
from sandogh.ceremony.keyfile import PrivateKey
from sandogh.ceremony.record import check_tallied
from sandogh.protocol import canonical
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.events import EventType

from .ceremonies import Establishment

SANDOGH = str(Path(sys.executable).parent / "sandogh")


def together(*commands: list[str]) -> list[tuple[int, str]]:
    """(exit status, stderr) of commands that were started at the same moment."""
    started = [subprocess.Popen([SANDOGH, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for command in commands]
    said = [process.communicate()[1] for process in started]
    return [(process.returncode, each) for process, each in zip(started, said, strict=True)]


def test_two_coordinators_on_one_folder(tmp_path: Path) -> None:
    going = Establishment(tmp_path)
    papers = [going.act(number, Step.CERTIFICATE) for number in going.members]
    done = together(*(["trustee", "ceremony", "add", "--folder", str(going.office), str(paper)] for paper in papers))
    assert [status for status, _ in done] == [0] * 5, done
    found = coordinator.status(going.office)
    assert (found.step, len(found.rounds)) == (Step.COMMITMENT, 1)


def test_two_runs_of_one_member_keep_one_polynomial(tmp_path: Path) -> None:
    """Else two polynomials of one seed could both be handed out."""
    going = Establishment(tmp_path, size=2, threshold=2).until(Step.CERTIFICATE)
    command = ["trustee", "commit", "--seed", str(going.seed(1)), "--round", str(going.office / "round-1.json")]
    done = together(command, command, command)
    assert sorted(status for status, _ in done) in ([0, 1, 1], [0, 0, 1], [0, 0, 0])
    assert all("exists already" in said for status, said in done if status)
    coordinator.add(going.office, going.paper(1, Step.COMMITMENT))
    coordinator.add(going.office, going.act(2, Step.COMMITMENT))
    going.step(Step.POLYNOMIAL)


def test_one_key_and_two_tallies_at_once_decrypts_one_of_them(tmp_path: Path) -> None:
    told = story(trustees=1, voters=2)
    (tmp_path / "t.private.json").write_bytes(PrivateKey.of(told.keys[0]).to_bytes())
    (tmp_path / "t.private.json").chmod(0o600)
    ballots = [told.ballot(voter, [[1, 0, 0], [0, 1]]) for voter in (0, 1)]
    commands = []
    for count in (1, 2):
        board, tally = told.opened(), told.tally(ballots[:count])
        for ballot in ballots[:count]:
            board.append(EventType.Ballot, ballot)
        board.append(EventType.EndBallots)
        board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
        archive = tmp_path / f"{count}.bel"
        archive.write_bytes(board.archive)
        key, out = tmp_path / "t.private.json", tmp_path / f"part-{count}.json"
        commands.append(["trustee", "decrypt", "--key", str(key), "--archive", str(archive), "--out", str(out)])
    done = together(*commands)
    assert sorted(status for status, _ in done) == [0, 1], done
    assert len(list(tmp_path.glob("part-*.json"))) == 1
    assert any("used for another tally" in said for _, said in done)


# ---- many ballots are checked by several processes
def forty(path: Path, *, bad: int | None) -> Path:
    """An archive of forty ballots and their tally; the proofs of one of them are exchanged."""
    told = story(trustees=1, voters=40)
    board = told.opened()
    ballots = [told.ballot(voter, [[1, 0, 0], [0, 1]]) for voter in range(40)]
    for voter, ballot in enumerate(ballots):
        fields = json.loads(ballot)
        if voter == bad:
            fields["answers"][0]["individual_proofs"].reverse()
        board.append(EventType.Ballot, canonical.dumps(fields))
    tally = told.tally(ballots)
    board.append(EventType.EndBallots)
    board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    path.write_bytes(board.archive)
    return path


def test_forty_ballots_are_checked_by_several_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ballots, "AT_ONCE", 36)  # two batches
    path = forty(tmp_path / "e.bel", bad=None)
    counted: list[int] = []
    with path.open("rb") as file:
        assert check_tallied(path, file, progress=counted.append).ballots == 40
    assert counted[-1] == 40


@pytest.mark.parametrize("bad", [3, 39])
def test_the_one_false_ballot_among_forty_is_named(tmp_path: Path, bad: int) -> None:
    path = forty(tmp_path / "e.bel", bad=bad)
    with path.open("rb") as file, pytest.raises(VerificationError) as refused:
        check_tallied(path, file)
    assert refused.value.where.startswith(f"event {bad + 1}")


def test_a_folder_without_a_ceremony_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        coordinator.status(tmp_path)
