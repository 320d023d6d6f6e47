"""Casting over HTTP with the full check of every proof inside the request: how many a second, and how long each takes.

    python bench/cast.py                       # SQLite, then a throw-away PostgreSQL (tests/postgres.sh)
    python bench/cast.py --voters 300 --rate 40 --database postgresql

Everything before the last click is prepared beforehand: voters logged in, ballots of the sample election sealed and confirmed. Then,
against `sandogh serve` with two processes: (1) as fast as it goes, 8 casts under way at any time; (2) arrivals at a fixed rate, answers
timed from the moment they should have been sent, so that a queue shows. The client runs on the same cores as the server. At the end the
board must hold every ballot, or there are no figures.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from installations_for_tests import Installation, installation  # noqa: E402

PROCESSES = 2
UNDER_WAY = 8
TARGET_RATE, TARGET_P95_MS = 40, 250


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one phase: casts, seconds from first to last, milliseconds of each."""

    casts: int
    seconds: float
    milliseconds: list[float]
    processor_ms: float = 0.0
    """Processor time of the server's processes for one cast; other programs change it little. A database server's is not in it."""

    @property
    def rate(self) -> float:
        return self.casts / self.seconds

    def percentile(self, percent: int) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def request_bytes(slug: str, device: dict[str, Any]) -> bytes:
    """The whole HTTP request, made beforehand, so that the client costs next to nothing."""
    body = json.dumps({"ballot": device["ballot"]}, separators=(",", ":")).encode()
    csrf = "0" * 32
    head = (
        f"POST /e/{slug}/vote/cast/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Cookie: sandogh_session={device['token']}; csrftoken={csrf}\r\nX-CSRFToken: {csrf}\r\n\r\n"
    )
    return head.encode() + body


class Connection:
    """One kept-alive connection, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, request: bytes) -> None:
        """Raises RuntimeError unless the answer is 200."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        body = await self.reader.readexactly(int(length[1]) if length else 0)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{head.splitlines()[0]!r} {body[:300]!r}")


async def as_fast_as_it_goes(port: int, requests: list[bytes]) -> Measured:
    """So many casts under way at any time."""
    waiting, milliseconds = iter(requests), []

    async def voter() -> None:
        connection = await Connection.open(port)
        for request in waiting:
            sent = time.perf_counter()
            await connection.send(request)
            milliseconds.append((time.perf_counter() - sent) * 1000)
        connection.writer.close()

    begin = time.perf_counter()
    await asyncio.gather(*(voter() for _ in range(UNDER_WAY)))
    return Measured(len(requests), time.perf_counter() - begin, milliseconds)


async def at_a_rate(port: int, requests: list[bytes], rate: float) -> Measured:
    """One arrival every 1/rate seconds, whatever the server does. Each has a connection that is already open."""
    idle = [await Connection.open(port) for _ in range(64)]
    milliseconds: list[float] = []
    begin = time.perf_counter() + 0.1

    async def voter(number: int, request: bytes) -> None:
        due = begin + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        connection = idle.pop() if idle else await Connection.open(port)
        await connection.send(request)
        milliseconds.append((time.perf_counter() - due) * 1000)
        idle.append(connection)

    await asyncio.gather(*(voter(number, request) for number, request in enumerate(requests)))
    seconds = time.perf_counter() - begin
    for connection in idle:
        connection.writer.close()
    return Measured(len(requests), seconds, milliseconds)


def processor_seconds(group: int) -> float:
    """User and system time of every process of this process group so far."""
    total = 0
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split() if entry.name.isdigit() else []
        except OSError:  # ended meanwhile
            continue
        if fields and int(fields[2]) == group:
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def measure(here: Installation, *, voters: int, rate: float, group: str) -> tuple[Measured, Measured]:
    prepared = here.script("prepare", voters=voters, races="figures", group=group, stage="confirmed")
    server = here.serve(PROCESSES)
    requests = [request_bytes(prepared["slug"], device) for device in prepared["devices"]]
    warm, half = requests[: 2 * UNDER_WAY], 2 * UNDER_WAY + (voters - 2 * UNDER_WAY) // 2
    asyncio.run(as_fast_as_it_goes(here.port, warm))
    before = processor_seconds(server.child.pid)
    fast = asyncio.run(as_fast_as_it_goes(here.port, requests[2 * UNDER_WAY : half]))
    fast = replace(fast, processor_ms=(processor_seconds(server.child.pid) - before) * 1000 / fast.casts)
    before = processor_seconds(server.child.pid)
    steady = asyncio.run(at_a_rate(here.port, requests[half:], rate))
    steady = replace(steady, processor_ms=(processor_seconds(server.child.pid) - before) * 1000 / steady.casts)
    found = here.script("reconcile")
    if not len(found["events"]) == len(found["ballots"]) == len(found["sessions"]) == voters:
        raise RuntimeError(f"{len(found['events'])} ballots on the board where {voters} were cast")
    return fast, steady


def report(database: str, group: str, fast: Measured, steady: Measured, rate: float) -> None:
    print(f"\n{database}, {group}, ballots of 29 candidates in three races")
    for name, phase in (("as fast as it goes", fast), (f"{rate:.0f} arrivals a second", steady)):
        times = "   ".join(f"p{percent} {phase.percentile(percent):5.0f} ms" for percent in (50, 95, 99))
        print(f"  {name:22} {phase.rate:6.1f} casts/s   {times}   processor {phase.processor_ms:3.0f} ms   ({phase.casts} casts)")
    p95 = steady.percentile(95)
    print(
        f"  of the target          {fast.rate / TARGET_RATE:6.2f} × {TARGET_RATE} casts/s   {p95 / TARGET_P95_MS:.2f} × {TARGET_P95_MS} ms",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voters", type=int, default=416, help="half of them for each phase (default: 416; at most 5000)")
    parser.add_argument("--rate", type=float, default=TARGET_RATE, help="arrivals a second in the second phase")
    parser.add_argument("--group", choices=["Ed25519", "BELENIOS-2048"], default="Ed25519")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    voters = max(64, min(options.voters, 5000))
    url = os.environ.get("SANDOGH_DATABASE_URL", "")
    print(
        f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}; {PROCESSES} server processes",
        flush=True,
    )
    if options.database in {"sqlite", "both"}:
        with tempfile.TemporaryDirectory() as folder, installation(Path(folder), "") as here:
            report("SQLite", options.group, *measure(here, voters=voters, rate=options.rate, group=options.group), options.rate)
    if options.database in {"postgresql", "both"}:
        if not url.startswith("postgres"):
            again = [sys.executable, __file__, "--voters", str(voters), "--rate", str(options.rate), "--group", options.group]
            sys.exit(
                subprocess.run([str(ROOT / "tests" / "postgres.sh"), "run", *again, "--database", "postgresql"], check=False).returncode
            )
        with tempfile.TemporaryDirectory() as folder, installation(Path(folder), url) as here:
            report("PostgreSQL", options.group, *measure(here, voters=voters, rate=options.rate, group=options.group), options.rate)


if __name__ == "__main__":
    main()
