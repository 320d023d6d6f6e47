"""Archives of running boards: where they are, and what becomes of bad answers."""

import io
import socket
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sandogh.verifier import remote
from sandogh.verifier.cli import verify
from sandogh.verifier.remote import archive_address, fetch
from sandogh.verifier.source import BadAddress, Unreachable
from verifier.boards import Answer, board

ARCHIVE = (Path(__file__).parents[1] / "vectors" / "belenios" / "ed25519-small.bel").read_bytes()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(verify, [*arguments, "--jobs", "1"])


def fetched(address: str, *, most: int = 1 << 20, seconds: float = 10) -> bytes:
    file = io.BytesIO()
    fetch(address, file, most=most, seconds=seconds, told=lambda done, total: None)
    return file.getvalue()


@pytest.mark.parametrize(
    ("given", "archive"),
    [
        ("https://vote.example.ir/e/arkan/", "https://vote.example.ir/e/arkan/archive.bel"),
        ("https://vote.example.ir/e/arkan", "https://vote.example.ir/e/arkan/archive.bel"),
        ("HTTPS://vote.example.ir/e/arkan/board/?page=3#top", "https://vote.example.ir/e/arkan/archive.bel"),
        ("https://vote.example.ir/sandogh/e/a-1/board/" + "0" * 64 + "/", "https://vote.example.ir/sandogh/e/a-1/archive.bel"),
        ("https://vote.example.ir:8443/old/copy.bel?day=1", "https://vote.example.ir:8443/old/copy.bel?day=1"),
        ("http://127.0.0.1:8000/e/demo/", "http://127.0.0.1:8000/e/demo/archive.bel"),
        ("http://localhost/e/demo/result/", "http://localhost/e/demo/archive.bel"),
        ("http://[::1]:8000/e/demo/", "http://[::1]:8000/e/demo/archive.bel"),
    ],
)
def test_the_archive_is_found_from_any_page_of_the_election(given: str, archive: str) -> None:
    assert archive_address(given) == archive


@pytest.mark.parametrize(
    "given",
    [
        "http://vote.example.ir/e/arkan/",
        "http://127.0.0.1.example.ir/e/arkan/",
        "https://vote.example.ir/",
        "https://vote.example.ir/e/",
        "https:///e/arkan/",
        "https://user:secret@vote.example.ir/e/arkan/",
        "https://vote.example.ir:port/e/arkan/",
        "https://xn--/e/arkan/",
    ],
)
def test_an_address_that_may_not_be_used_is_a_usage_error(given: str) -> None:
    with pytest.raises(BadAddress):
        archive_address(given)
    assert run(given).exit_code == 2


@pytest.mark.parametrize("chunked", [False, True])
def test_a_running_board_is_verified_by_its_address(*, chunked: bool) -> None:
    with board(e_arkan_archive=Answer(status=404)) as shown:
        shown.answers["/e/arkan/archive.bel"] = Answer(ARCHIVE, chunked=chunked)
        done = run(f"{shown.origin}/e/arkan/board/")
        assert done.exit_code == 0
        assert done.stdout.splitlines()[-1].startswith("VALID:")
        assert shown.asked == ["/e/arkan/archive.bel"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(b"no such election", 404), "answered 404"),
        (Answer(b"", 500), "answered 500"),
        (Answer(ARCHIVE, announced=len(ARCHIVE) + 512), "broke off"),
        (Answer(ARCHIVE[:30_000], chunked=True, whole=False), "broke off"),
        (Answer(ARCHIVE, headers={"Content-Encoding": "gzip"}), "another encoding"),
        (Answer(status=302, headers={"Location": "https://elsewhere.example/e/x/archive.bel"}), "redirects to https://elsewhere.example"),
        (Answer(status=302, headers={"Location": "/e/x/archive.bel"}), "without end"),
        (Answer(status=302, headers={"Location": "https://xn--/e/x/archive.bel"}), "no address"),
        (Answer(status=302, headers={"Location": "mailto:board"}), "no address"),
    ],
)
def test_what_is_not_a_whole_archive_is_out_of_reach(answer: Answer, says: str) -> None:
    with board() as shown:
        shown.answers["/e/x/archive.bel"] = answer
        done = run(f"{shown.origin}/e/x/")
    assert done.exit_code == 3
    assert done.stdout == ""
    assert done.stderr.startswith("NOT VERIFIED: ")
    assert says in done.stderr


def test_nobody_there_is_out_of_reach() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        done = run(f"http://127.0.0.1:{taken.getsockname()[1]}/e/x/")
    assert done.exit_code == 3
    assert "cannot be reached" in done.stderr


def test_silence_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "SILENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/e/x/"
        done = run(address, "--timeout", "60")
    assert done.exit_code == 3
    assert "no answer in time" in done.stderr


def test_a_board_that_sends_drop_by_drop_is_out_of_reach_when_the_time_is_over() -> None:
    with board() as shown:
        # Each byte comes long before a single read would be given up, and all of them would take eight seconds.
        shown.answers["/e/x/archive.bel"] = Answer(b"x" * 40, pause=0.2)
        began = time.monotonic()
        done = run(f"{shown.origin}/e/x/", "--timeout", "1")
        took = time.monotonic() - began
    assert done.exit_code == 3
    assert "--timeout allows more" in done.stderr
    assert took < 6


def test_a_page_instead_of_an_archive_is_not_valid() -> None:
    with board() as shown:
        shown.answers["/e/x/archive.bel"] = Answer(b"<!doctype html>" + b" " * 600)
        assert run(f"{shown.origin}/e/x/").exit_code == 1


def test_a_redirection_within_the_board_is_followed() -> None:
    with board() as shown:
        shown.answers["/e/x/archive.bel"] = Answer(status=307, headers={"Location": "/files/x.bel"})
        shown.answers["/files/x.bel"] = Answer(ARCHIVE)
        assert fetched(f"{shown.origin}/e/x/archive.bel") == ARCHIVE


@pytest.mark.parametrize("chunked", [False, True])
def test_more_bytes_than_allowed_are_not_fetched(*, chunked: bool) -> None:
    with board() as shown:
        shown.answers["/x.bel"] = Answer(ARCHIVE, chunked=chunked)
        assert fetched(f"{shown.origin}/x.bel", most=len(ARCHIVE)) == ARCHIVE
        with pytest.raises(Unreachable, match="larger than"):
            fetched(f"{shown.origin}/x.bel", most=len(ARCHIVE) - 1)
