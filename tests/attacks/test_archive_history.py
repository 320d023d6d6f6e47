"""A board that tells another story today than yesterday, or to another reader: whoever compares finds the first event that differs."""

import io
from pathlib import Path

from click.testing import CliRunner, Result

from attacks.forging import (
    accepted,
    cast,
    findings,
    judged,
    published,
    sections,
    whole,
)
from attacks.rewriting import pieces, places, since
from protocol.elections import Story
from sandogh.protocol.archive import archive_header, archive_member
from sandogh.protocol.record import read_records
from sandogh.verifier.cli import verify
from sandogh.verifier.report import Outcome

# ---- history


def test_altered_history_in_a_members_contents(held: Story, ballots: list[bytes]) -> None:
    """The database is changed and the hashes are not: a member is no longer what its name says (§11.2)."""
    archive, other = whole(held, ballots), held.ballot(0, [[0, 1]])
    named = archive_member(ballots[0], "data", 1_795_000_000)[:512]
    changed = archive.replace(named + padded(ballots[0]), resized(named, other) + padded(other))
    assert changed != archive
    refused = findings(changed)
    assert refused[0] == ("§11.2", f"member {places(archive)[1]}")


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


def resized(header: bytes, data: bytes) -> bytes:
    """A tar header with the size of other contents and a right checksum, under the old name."""
    fresh = archive_member(data, "data", 1_795_000_000)[:512]
    name = header[:100]
    plain = name + fresh[100:148] + b" " * 8 + fresh[156:]
    return plain[:148] + b"%06o\0 " % sum(plain) + plain[156:]


def test_altered_history_in_the_middle_of_the_chain(held: Story, ballots: list[bytes]) -> None:
    """A ballot and its event are replaced; every later event still names the old one as its parent (§11.3)."""
    honest, other = whole(held, ballots), whole(held, [ballots[0], held.ballot(1, [[1, 0]]), ballots[2]])
    one, two = places(honest)[2:4]
    spliced = b"".join([*pieces(honest)[:one], *pieces(other)[one:two], *pieces(honest)[two:]])
    refused = findings(spliced)
    assert refused[0] == ("§11.3", "event 3")
    assert {section for section, _ in refused} == {"§11.3"}


def test_altered_history_by_leaving_an_event_out(held: Story, ballots: list[bytes]) -> None:
    """An event vanishes with its members (§11.3)."""
    archive = whole(held, ballots)
    one, two = places(archive)[2:4]
    assert sections(b"".join(pieces(archive)[:one] + pieces(archive)[two:])) == {"§11.3"}
    tail = b"".join(pieces(archive)[: places(archive)[-1]])
    assert judged(tail).findings == []  # the end alone can be missing: that is what comparing heads is for


def test_split_view_between_two_readers(held: Story, ballots: list[bytes], tmp_path: Path) -> None:
    """The server shows one reader a board with the ballot and the other one without; both hold. Who compares finds the event (§12.7)."""
    shown, hidden = published(held, *cast(ballots)), published(held, *cast([ballots[0], ballots[2]]))
    assert judged(shown).findings == judged(hidden).findings == []
    done = since(tmp_path, hidden, shown)
    assert done.exit_code == 1
    second = [record.event.hash for record in read_records(io.BytesIO(shown))][2]
    assert f"event 2 is now Ballot {second}" in done.output
    assert "§12.7" in done.output
    assert since(tmp_path, published(held, *cast(ballots[:1])), shown).exit_code == 0


def test_split_view_between_two_days(held: Story, ballots: list[bytes], tmp_path: Path) -> None:
    """The same against one monitor, whose history remembers; the evidence is kept (§12.7)."""
    board, folder = tmp_path / "board.bel", tmp_path / "history"

    def look(archive: bytes) -> Result:
        board.write_bytes(archive)
        return CliRunner().invoke(verify, [str(board), "--history", str(folder), "--jobs", "1"])

    assert look(published(held, *cast(ballots[:2]))).exit_code == 0
    assert look(published(held, *cast(ballots))).exit_code == 0
    rewritten = look(published(held, *cast([ballots[0], held.ballot(1, [[0, 0]]), ballots[2]])))
    assert rewritten.exit_code == 1
    assert "event 2 is now Ballot" in rewritten.output
    assert (folder / "other-first.bel").read_bytes() == board.read_bytes()
    assert (folder / "archive.bel").read_bytes() == published(held, *cast(ballots))


# ---- the container


def test_something_hidden_behind_the_last_event(held: Story, ballots: list[bytes]) -> None:
    """A second election, or anything, appended where some tar readers do not look (§11.1, §11.4)."""
    archive = whole(held, ballots)
    for hidden in (archive, archive_header(1_795_000_000), archive_member(b"{}", "data", 1_795_000_000), bytes(1024)):
        assert judged(archive + hidden).checks[0].outcome is Outcome.FAILS
    assert accepted(archive)
