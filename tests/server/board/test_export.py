"""The archive at every stage of an election, judged by the verifier and by Debian's belenios-tool."""

import io
import shutil
import subprocess
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import transaction

from elections_for_tests import ElectionForTests, archive, build, cast, close, draft, partial_decryption, ready
from sandogh.protocol.archive import archive_header, archive_member
from sandogh.protocol.events import EventType
from sandogh.server.board import domain as board
from sandogh.server.board.models import BoardData, BoardEvent
from sandogh.server.common.errors import Refused
from sandogh.server.console import acts
from sandogh.server.tallies import domain as tallies
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Outcome, Verdict

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def vote(e: ElectionForTests, number: int) -> None:
    ballot = e.ballot(e.voters[number])
    cast(ready(e, e.voters[number], ballot), ballot)


def verified(e: ElectionForTests) -> tuple[Verdict, str | None, list[str]]:
    """The verdict, the stage, and the checks that could not be made yet."""
    report = verify_archive(io.BytesIO(archive(e)))
    return report.verdict, report.facts.stage, [check.name for check in report.checks if check.outcome is Outcome.NOT_CHECKED]


@pytest.mark.parametrize("group", ["Ed25519", "BELENIOS-2048"])
def test_the_archive_verifies_at_every_stage_and_only_grows(group: str) -> None:
    e = build(voters=3, group=group)
    stages = [archive(e)]
    verdict, stage, later = verified(e)
    assert (verdict, stage) == (Verdict.VALID, "Setup")
    assert {"encrypted tally", "partial decryptions", "result"} <= set(later)

    for number in (0, 1):
        vote(e, number)
        stages.append(archive(e))
    assert verified(e) == (Verdict.VALID, "Ballot", later)

    now = close(e)
    stages.append(archive(e))
    acts.tally(e.model, now=now)
    stages.append(archive(e))
    for owner in (1, 2):
        tallies.add_partial_decryption(e.model, partial_decryption(e, owner), owner, now=now)
        stages.append(archive(e))
    acts.publish(e.model, now=now)
    stages.append(archive(e))

    verdict, stage, later = verified(e)
    assert (verdict, stage) == (Verdict.VALID, "Result")
    # What no archive can tell: the roll is elsewhere, and an earlier copy is the reader's.
    assert set(later) <= {"electoral roll", "earlier copy"}
    assert [after.startswith(before) for before, after in pairwise(stages)] == [True] * 7


def test_belenios_tool_accepts_the_archive(tmp_path: Path) -> None:
    if shutil.which("belenios-tool") is None:
        pytest.fail("belenios-tool is missing: sudo apt-get install belenios-tool")
    e = build(voters=2, group="BELENIOS-2048")
    vote(e, 0)
    now = close(e)
    acts.tally(e.model, now=now)
    for owner in (1, 2):
        tallies.add_partial_decryption(e.model, partial_decryption(e, owner), owner, now=now)
    acts.publish(e.model, now=now)
    (tmp_path / f"{e.model.uuid}.bel").write_bytes(archive(e))
    judged = subprocess.run(["belenios-tool", "election", "verify"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stderr


def test_the_archive_is_the_stored_members_in_order() -> None:
    e = build(voters=1)
    with transaction.atomic():
        board.append(e.model, EventType.Ballot, [b'"one"'], now=NOW)
        board.append(e.model, EventType.EndBallots, now=NOW)
    timestamp = int(BoardEvent.objects.get(height=0).created_at.timestamp())
    expected = [archive_header(timestamp)]
    for event in BoardEvent.objects.order_by("height"):
        members = BoardData.objects.filter(event=event).order_by("place").values_list("body", flat=True)
        expected += [archive_member(bytes(member), "data", timestamp) for member in members]
        expected.append(archive_member(bytes(event.body), "event", timestamp))
    assert archive(e) == b"".join(expected)


def test_an_election_without_a_board_has_no_archive() -> None:
    election, _people = draft()
    with pytest.raises(Refused, match="no_board"):
        board.stream_archive(election)


def test_the_stream_ends_where_it_began_even_if_ballots_come_in() -> None:
    e = build(voters=1)
    before = archive(e)
    stream = board.stream_archive(e.model)
    first = next(iter(stream))
    with transaction.atomic():
        board.append(e.model, EventType.Ballot, [b"{}"], now=NOW)
    assert first + b"".join(stream) == before
    assert archive(e).startswith(before)


def test_events_are_read_in_batches(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    e = build(voters=1)
    with transaction.atomic():
        for place in range(99):
            board.append(e.model, EventType.Ballot, [b"%d" % place], now=NOW)
    model = e.model
    # One for the end, then events and members of 0–31, 32–63, 64–95, 96–99.
    with django_assert_num_queries(9):
        assert len([*board.stream_archive(model)]) == 1 + 100 + 103
