"""Tells on stderr how far long work has come, how fast it goes and how long it will still take."""

import sys
import time
from typing import TextIO

#: What is counted, in words. Bytes are shown as megabytes.
NOUNS = {
    "download": "fetching",
    "bytes": "reading",
    "credentials": "credentials",
    "ballots": "ballots",
    "shuffles": "shuffles",
    "decryptions": "partial decryptions",
}
_IN_BYTES = frozenset({"download", "bytes"})

#: Seconds between two tellings: on a terminal the line is written over, elsewhere a new one begins.
ON_TERMINAL = 0.2
ELSEWHERE = 10.0

#: Work that is over sooner is not worth a line.
PATIENCE = 0.5


class Teller:
    """Called with what is counted, how many are done, and how many there are (0 if that is not known)."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._what = ""
        self._began = self._told = 0.0
        self._width = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what != self._what:
            self.finish()
            self._what, self._began, self._told = what, now, now + PATIENCE - (ON_TERMINAL if self._terminal else ELSEWHERE)
            return
        if now - self._told < (ON_TERMINAL if self._terminal else ELSEWHERE):
            return
        self._told = now
        line = described(what, done, total, now - self._began)
        if self._terminal:
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

    def finish(self) -> None:
        """Clear the line, so that what comes next stands alone."""
        if self._terminal and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
        self._width = 0
        self._what = ""


def described(what: str, done: int, total: int, seconds: float) -> str:
    """«ballots: 1,240 of 10,000, 38/s, about 3 min 51 s left»."""
    rate = done / seconds if seconds > 0 else 0.0
    unit, scale = (" MB", 1_000_000) if what in _IN_BYTES else ("", 1)
    parts = [f"{NOUNS[what]}: {done // scale:,}{f' of {total // scale:,}' if total else ''}{unit}"]
    if rate:
        parts.append(f"{rate / scale:,.1f}{unit}/s")
        if total > done:
            parts.append(f"about {_duration((total - done) / rate)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
