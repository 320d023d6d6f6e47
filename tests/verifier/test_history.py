"""An earlier copy is the beginning of a later one; a monitor remembers, and names the first event that differs."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from protocol.elections import Board, Story, story
from sandogh.protocol.events import EventType
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.record import read_records
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.cli import verify
from sandogh.verifier.earlier import Earlier
from sandogh.verifier.history import History
from sandogh.verifier.report import Outcome, Report
from verifier.boards import Answer, board


@pytest.fixture(scope="module")
def held() -> Story:
    return story(questions=[HomomorphicQuestion(("a", "b"), "q", 0, 1)])


@pytest.fixture(scope="module")
def ballots(held: Story) -> list[bytes]:
    return [held.ballot(voter, [[voter % 2, 0]]) for voter in range(4)]


def opened(held: Story, ballots: list[bytes]) -> bytes:
    archive: Board = held.opened()
    for ballot in ballots:
        archive.append(EventType.Ballot, ballot)
    return archive.archive


def events(archive: bytes) -> list[str]:
    return [record.event.hash for record in read_records(io.BytesIO(archive))]


def compared(old: bytes, new: bytes, *, only_new: bool = False) -> Report:
    return verify_archive(io.BytesIO(new), earlier=Earlier.read(io.BytesIO(old)), only_new=only_new)


def test_a_longer_archive_continues_a_shorter_one(held: Story, ballots: list[bytes]) -> None:
    for old in (held.opened().archive, opened(held, ballots[:2]), opened(held, ballots)):
        check = compared(old, held.archive(ballots)).checks[11]
        assert check.outcome is Outcome.HOLDS
        assert check.note == f"events 0 to {len(events(old)) - 1} as in the earlier copy, byte for byte"


def test_a_rewritten_board_is_named_with_its_first_other_event(held: Story, ballots: list[bytes]) -> None:
    old, new = opened(held, ballots[:3]), opened(held, [ballots[0], ballots[3], ballots[2], ballots[1]])
    (finding,) = compared(old, new).checks[11].findings
    assert finding.section == "§12.7"
    assert finding.what == f"event 2 is now Ballot {events(new)[2]}; the earlier copy has Ballot {events(old)[2]} there"


def test_a_shortened_board_is_named_with_the_first_event_that_is_gone(held: Story, ballots: list[bytes]) -> None:
    old, new = opened(held, ballots[:3]), opened(held, ballots[:1])
    (finding,) = compared(old, new).checks[11].findings
    assert finding.what == f"the board ends before event 2; the earlier copy has Ballot {events(old)[2]} there"


def test_a_copy_that_breaks_off_is_no_shortened_board(held: Story, ballots: list[bytes]) -> None:
    old = opened(held, ballots[:3])
    report = compared(old, old[:-100])
    assert report.checks[11].outcome is Outcome.NOT_CHECKED
    assert report.cut_off


def test_another_election_is_no_continuation(held: Story, ballots: list[bytes]) -> None:
    (finding,) = compared(opened(held, ballots), story().archive([])).checks[11].findings
    assert finding.what.startswith("event 0 is now Setup ")


def test_the_same_events_in_another_container_are_a_continuation(held: Story, ballots: list[bytes]) -> None:
    old = opened(held, ballots[:2])
    later = rewrapped(opened(held, ballots), 1_795_000_001)
    assert compared(old, later).checks[11].note == "events 0 to 2 as in the earlier copy, in a container of another timestamp"


def rewrapped(archive: bytes, timestamp: int) -> bytes:
    from sandogh.protocol.archive import archive_header, archive_member

    members = [
        archive_member(data, kind, timestamp)  # type: ignore[arg-type]
        for record in read_records(io.BytesIO(archive))
        for kind, data in [*(("data", member.data) for member in record.data), ("event", record.event.to_bytes())]
    ]
    return archive_header(timestamp) + b"".join(members)


def test_only_new_ballots_are_checked_only_when_told_so(held: Story, ballots: list[bytes]) -> None:
    """The false ballot of the earlier copy is found, unless somebody says that the copy was verified."""
    form: Any = json.loads(ballots[0])
    form["signature"]["proof"]["response"] = "5"
    false = json.dumps(form, separators=(",", ":")).encode()
    old, new = opened(held, [false]), opened(held, [false, *ballots[1:]])
    assert [finding.section for finding in compared(old, new).findings] == ["§7.1"]
    trusting = compared(old, new, only_new=True)
    assert trusting.findings == []
    assert trusting.checks[5].note.endswith("the first 1 taken as checked, being in the earlier copy")
    # What is new is checked all the same, and so is everything when the copy is of another board.
    assert [finding.section for finding in compared(opened(held, []), new, only_new=True).findings] == ["§7.1"]
    other = compared(opened(held, ballots[:2]), new, only_new=True)
    assert [finding.section for finding in other.findings] == ["§7.1", "§12.7"]


# ---- the command


def run(*arguments: str) -> Result:
    return CliRunner().invoke(verify, [*arguments, "--jobs", "1"])


def test_since_is_check_12_of_the_command(tmp_path: Path, held: Story, ballots: list[bytes]) -> None:
    old, new, torn = tmp_path / "old.bel", tmp_path / "new.bel", tmp_path / "torn.bel"
    old.write_bytes(opened(held, ballots[:2]))
    new.write_bytes(held.archive(ballots))
    torn.write_bytes(old.read_bytes()[:-10])
    assert run(str(new), "--since", str(old)).exit_code == 0
    assert "✓ 12 earlier copy (§12.7): events 0 to 2" in run(str(new), "--since", str(old), "--only-new").stdout
    assert run(str(old), "--since", str(new)).exit_code == 1
    assert run(str(new), "--since", str(torn)).exit_code == 2
    assert run(str(new), "--since", str(tmp_path / "none.bel")).exit_code == 2
    assert run(str(new), "--only-new").exit_code == 2


def journal(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]


def test_a_monitor_follows_a_board_and_raises_the_alarm(tmp_path: Path, held: Story, ballots: list[bytes]) -> None:
    folder = tmp_path / "history"
    honest = [opened(held, ballots[:1]), opened(held, ballots[:3]), held.archive(ballots)]
    with board() as shown:
        place = f"{shown.origin}/e/x/"

        def look(archive: bytes | None, *options: str) -> int:
            shown.answers["/e/x/archive.bel"] = Answer(b"", 503) if archive is None else Answer(archive)
            return run(place, "--history", str(folder), *options).exit_code

        assert look(honest[0]) == 0  # open still, which is no alarm
        assert look(honest[1], "--only-new") == 0
        assert look(None) == 3
        assert look(opened(held, [ballots[3], *ballots[:3]])) == 1
        assert look(opened(held, ballots[:2])) == 1
        assert look(honest[1][:-200]) == 3
        assert (folder / "archive.bel").read_bytes() == honest[1]
        assert look(honest[2], "--only-new") == 0
    assert (folder / "archive.bel").read_bytes() == honest[2]
    assert (folder / "other-first.bel").read_bytes() == opened(held, [ballots[3], *ballots[:3]])
    assert (folder / "other-latest.bel").read_bytes() == opened(held, ballots[:2])
    entries = journal(folder)
    verdicts = [(entry["verdict"], entry.get("continues")) for entry in entries]
    assert verdicts == [
        ("valid", "not checked"),
        ("valid", "holds"),
        ("unreachable", None),
        ("invalid", "fails"),
        ("invalid", "fails"),
        ("incomplete", "not checked"),
        ("valid", "holds"),
    ]
    assert (entries[6]["complete"], entries[6]["height"], entries[6]["event"]) == (True, 9, events(honest[2])[-1])
    assert entries[3]["first"][0].startswith("§12.7 event 1 is now Ballot ")
    assert "503" in entries[2]["reason"]
    assert all(entry["time"].endswith("+00:00") for entry in entries)


def test_a_board_with_a_false_ballot_goes_on_being_watched(tmp_path: Path, held: Story, ballots: list[bytes]) -> None:
    """Every look is an alarm; and taking the false ballot away afterwards is another one."""
    archive = tmp_path / "x.bel"
    folder = tmp_path / "history"
    for contents, code in (
        (opened(held, [ballots[0], b"junk"]), 1),
        (opened(held, [ballots[0], b"junk", ballots[1]]), 1),
        (opened(held, ballots[:2]), 1),
    ):
        archive.write_bytes(contents)
        assert run(str(archive), "--history", str(folder), "--only-new").exit_code == code
    assert [entry["continues"] for entry in journal(folder)] == ["not checked", "holds", "fails"]
    assert [entry["first"][0][:5] for entry in journal(folder)] == ["§7.1 ", "§7.1 ", "§12.7"]


def test_a_line_that_a_crash_left_unfinished_spoils_nothing(tmp_path: Path, held: Story, ballots: list[bytes]) -> None:
    archive = tmp_path / "x.bel"
    archive.write_bytes(opened(held, ballots[:1]))
    folder = tmp_path / "history"
    assert run(str(archive), "--history", str(folder)).exit_code == 0
    with (folder / "journal.jsonl").open("ab") as file:
        file.write(b'{"time": "2026-1')
    assert run(str(archive), "--history", str(folder)).exit_code == 0
    with History.locked(folder) as history:
        entries = list(history.entries())
        assert [entry["verdict"] for entry in entries] == ["valid", "valid"]
        assert history.was_verified(entries[-1]["program"])
        assert not history.was_verified("0" * 64)
        (folder / "archive.bel").write_bytes(b"another")
        assert not history.was_verified(entries[-1]["program"])


@pytest.mark.parametrize("junk", [b"\xff\xfe", b"[" * 100_000, b"1" * 6000, b"\x00", b"7"])
def test_a_journal_with_anything_else_in_it_is_read_past(tmp_path: Path, held: Story, ballots: list[bytes], junk: bytes) -> None:
    archive, folder = tmp_path / "x.bel", tmp_path / "history"
    archive.write_bytes(opened(held, ballots[:1]))
    assert run(str(archive), "--history", str(folder)).exit_code == 0
    written = (folder / "journal.jsonl").read_bytes()
    (folder / "journal.jsonl").write_bytes(junk + b"\n" + written)
    done = run(str(archive), "--history", str(folder), "--only-new")
    assert done.exit_code == 0
    assert "taken as checked" in done.stdout
    with History.locked(folder) as history:
        assert len(list(history.entries())) == 2


def test_two_monitors_in_one_folder_wait_for_nobody(tmp_path: Path, held: Story) -> None:
    archive = tmp_path / "x.bel"
    archive.write_bytes(held.opened().archive)
    with History.locked(tmp_path / "history"):
        done = run(str(archive), "--history", str(tmp_path / "history"))
    assert done.exit_code == 3
    assert "another verification is at work" in done.stderr


def test_history_excludes_what_contradicts_it(tmp_path: Path) -> None:
    assert run("-", "--history", str(tmp_path)).exit_code == 2
    assert run("x.bel", "--history", str(tmp_path), "--since", "y.bel").exit_code == 2
