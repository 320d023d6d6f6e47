"""`sandogh ballot check` and `sandogh ballot open`."""

from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protocol.elections import Board, Story, story
from sandogh.cli import main
from sandogh.protocol.ballot import make_unsigned_ballot, tracker_of
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.events import EventType
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.opening import SeededDraw, make_opening
from sandogh.verifier.workers import Workers
from verifier.boards import Answer, board

SEED = bytes(range(32))


@pytest.fixture(scope="module")
def held() -> Story:
    questions = [HomomorphicQuestion(("زهرا", "Ali"), "هیئت مدیره", 0, 1, blank=True), HomomorphicQuestion(("P", "Q"), "بازرس", 0, 2)]
    return story(questions=questions)


@pytest.fixture(scope="module")
def ballots(held: Story) -> list[bytes]:
    return [held.ballot(0, [[0, 1, 0], [1, 1]]), held.ballot(1, [[1, 0, 0], [0, 0]]), held.ballot(0, [[0, 0, 1], [0, 1]])]


@pytest.fixture(scope="module")
def archive(held: Story, ballots: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("board") / "x.bel", held, [*ballots, b"junk"])


def saved(path: Path, held: Story, ballots: list[bytes]) -> Path:
    shown: Board = held.opened()
    for ballot in ballots:
        shown.append(EventType.Ballot, ballot)
    path.write_bytes(shown.archive)
    return path


@pytest.mark.parametrize("fault", [BrokenProcessPool, MemoryError])
def test_a_process_that_was_ended_from_outside_says_nothing_about_the_ballot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def each(*_: object, **__: object) -> None:
        raise fault

    held = story()
    archive = tmp_path / "x.bel"
    archive.write_bytes(held.opened().archive)
    monkeypatch.setattr(Workers, "each", each)
    for command in (["ballot", "check", "A" * 43, str(archive)], ["verify", str(archive)]):
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 3
        assert "ended from outside" in done.stderr


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["ballot", *map(str, arguments), "--jobs", "1"])


# ---- check


def test_a_ballot_that_counts(archive: Path, ballots: list[bytes]) -> None:
    done = run("check", f" {tracker_of(ballots[1])}= ", archive)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "✓ on the board: ballot 2 of 4, event 2",
        "✓ valid: canonical, signed by a listed credential, every proof holds",
        "✓ counts, unless the same credential casts another before voting ends",
    ]


def test_a_ballot_that_was_replaced(archive: Path, ballots: list[bytes]) -> None:
    done = run("check", tracker_of(ballots[0]), archive)
    assert done.exit_code == 1
    later = f"ballot 3, event 3, tracker {tracker_of(ballots[2])}"
    assert done.stdout.splitlines()[-1] == f"✗ does not count: the same credential cast a later one, {later}"


def test_a_ballot_that_is_not_valid_and_one_that_is_not_there(archive: Path, held: Story) -> None:
    done = run("check", tracker_of(b"junk"), archive)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[1].startswith("✗ not valid: ballot: not JSON")
    absent = run("check", tracker_of(b"another"), archive)
    assert absent.exit_code == 1
    assert absent.stdout == f"✗ no ballot with the tracker {tracker_of(b'another')} among 4\n"


def test_an_archive_that_breaks_off_leaves_the_question_open(tmp_path: Path, archive: Path, ballots: list[bytes]) -> None:
    torn = tmp_path / "torn.bel"
    torn.write_bytes(archive.read_bytes()[:-10])
    assert run("check", tracker_of(ballots[1]), torn).exit_code == 3
    assert run("check", tracker_of(b"another"), torn).exit_code == 3
    assert run("check", tracker_of(ballots[0]), torn).exit_code == 1


def test_a_running_board_is_asked_by_its_address(archive: Path, ballots: list[bytes]) -> None:
    with board() as shown:
        shown.answers["/e/x/archive.bel"] = Answer(archive.read_bytes())
        assert run("check", tracker_of(ballots[1]), f"{shown.origin}/e/x/").exit_code == 0
        shown.answers.clear()
        assert run("check", tracker_of(ballots[1]), f"{shown.origin}/e/x/").exit_code == 3


@pytest.mark.parametrize("tracker", ["", "abc", "A" * 42 + "B", "A" * 44, "A" * 42 + "-"])
def test_what_is_no_tracker_is_a_usage_error(tracker: str, archive: Path) -> None:
    assert run("check", tracker, archive).exit_code == 2


# ---- open


def opening(held: Story, path: Path) -> Path:
    made = make_opening(held.election, credential=held.voters[1].public, seed=SEED, choices=((1, 0, 0), (1, 1)))
    path.write_bytes(made.to_bytes())
    return path


def test_an_opening_shows_the_names_that_were_chosen(tmp_path: Path, held: Story, archive: Path) -> None:
    definition = tmp_path / "election.json"
    definition.write_bytes(held.election.bytes)
    file = opening(held, tmp_path / "opening.json")
    done = run("open", file, "--election", definition)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].endswith(f"of «{held.election.name}» held:")
    assert lines[2:] == ["1. هیئت مدیره", "   blank vote", "", "2. بازرس", "   P", "   Q"]
    with_board = run("open", file, "--election", archive)
    assert with_board.exit_code == 0
    assert with_board.stdout.splitlines()[-1] == "✓ it is not among the 4 ballots on the board"


def test_the_short_form_is_read_from_an_address(tmp_path: Path, held: Story, archive: Path) -> None:
    made = make_opening(held.election, credential=held.voters[1].public, seed=SEED, choices=((0, 1, 0), (0, 0)))
    done = run("open", f"https://vote.example.ir/e/x/open/{made.to_fragment()}", "--election", archive)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[2:7] == ["1. هیئت مدیره", "   زهرا", "", "2. بازرس", "   nobody"]


def test_a_challenged_ballot_that_was_cast_after_all_is_an_alarm(tmp_path: Path, held: Story, ballots: list[bytes]) -> None:
    choices = ((1, 0, 0), (1, 1))
    unsigned = make_unsigned_ballot(held.election, held.voters[1].public, choices, draw=SeededDraw(SEED))
    cast = unsigned.sign(held.voters[1])
    board_with_it = saved(tmp_path / "x.bel", held, [ballots[0], cast])
    done = run("open", opening(held, tmp_path / "opening.json"), "--election", board_with_it)
    assert done.exit_code == 1
    assert f"✗ and yet it was cast: ballot 2, event 2, tracker {tracker_of(cast)}" in done.stdout


@pytest.mark.parametrize(
    ("field", "value"), [("choices", [[0, 1, 0], [1, 1]]), ("seed", "00" * 32), ("ballot", "A" * 43), ("election", "A" * 43)]
)
def test_an_opening_that_lies_is_refused(tmp_path: Path, held: Story, field: str, value: object) -> None:
    definition = tmp_path / "election.json"
    definition.write_bytes(held.election.bytes)
    file = opening(held, tmp_path / "opening.json")
    form = loads(file.read_bytes())
    assert isinstance(form, dict)
    file.write_bytes(dumps(form | {field: value}))
    done = run("open", file, "--election", definition)
    assert done.exit_code == 1
    assert done.stdout.startswith("✗ this is not what the challenged ballot held")


def test_lists_and_rankings_are_shown_too(tmp_path: Path) -> None:
    questions = [ListsQuestion((("One", "a", "b"), ("Two", "c")), "lists"), NonHomomorphicQuestion(("x", "y"), "ranks")]
    held = story(questions=questions)
    choices = (((1, 0, 1), (0, 0)), (2, 1))
    made = make_opening(held.election, credential=held.voters[0].public, seed=SEED, choices=choices)
    (tmp_path / "o.json").write_bytes(made.to_bytes())
    (tmp_path / "e.json").write_bytes(held.election.bytes)
    done = run("open", tmp_path / "o.json", "--election", tmp_path / "e.json")
    assert done.stdout.splitlines()[2:] == ["1. lists", "   One, b", "", "2. ranks", "   x: 2", "   y: 1"]


def test_files_that_are_not_there_are_usage_errors(tmp_path: Path, archive: Path) -> None:
    assert run("open", tmp_path / "none.json", "--election", archive).exit_code == 2
    assert run("open", archive, "--election", tmp_path / "none.bel").exit_code == 2
