"""Progress is told to people, on a terminal on one line, elsewhere rarely."""

import io

import pytest

from sandogh.verifier import progress
from sandogh.verifier.progress import Teller, described


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("ballots", 1240, 10_000, 32.0), "ballots: 1,240 of 10,000, 38.8/s, about 3 min 46 s left"),
        (("ballots", 1, 20_000, 2.0), "ballots: 1 of 20,000, 0.5/s, about 11 h 6 min left"),
        (("ballots", 10, 10, 2.0), "ballots: 10 of 10, 5.0/s"),
        (("credentials", 512, 0, 1.0), "credentials: 512, 512.0/s"),
        (("bytes", 2_500_000, 10_000_000, 0.5), "reading: 2 of 10 MB, 5.0 MB/s, about 2 s left"),
        (("download", 0, 0, 0.0), "fetching: 0 MB"),
    ],
)
def test_a_line_says_how_far_how_fast_and_how_long(arguments: tuple[str, int, int, float], line: str) -> None:
    assert described(*arguments) == line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    clock = iter(range(1000))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock) * 1.0)
    teller = Teller(stream)
    for done in range(25):
        teller("ballots", done, 25)
    teller.finish()
    return stream.getvalue()


def test_a_terminal_has_one_line_that_is_cleared_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(Terminal(), monkeypatch)
    assert "\n" not in said
    assert said.count("\rballots: ") == 24
    assert said.endswith(" \r")


def test_a_log_has_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = told(io.StringIO(), monkeypatch).splitlines()
    assert [line.split(",")[0] for line in lines] == ["ballots: 1 of 25", "ballots: 11 of 25", "ballots: 21 of 25"]
