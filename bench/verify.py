"""Ballots verified per second and peak memory: ours against Debian's belenios-tool 2.0 on one BELENIOS-2048 archive, and ours on Ed25519.

Run: `.venv/bin/python bench/verify.py [--ballots N] [--runs R] [--races sample|one] [--groups …] [--without-peer]`. The races are those of
the sample election: 20, 6 and 3 candidates, of which at most 7, 3 and 1 may be chosen; with `--races one`, a single yes or no, which makes
a hundred thousand ballots cheap and shows what memory does. Archives are kept in bench/cache and used again.

    .venv/bin/python bench/verify.py                                  minutes: 60 ballots, five runs
    .venv/bin/python bench/verify.py --ballots 1000 --runs 3
    .venv/bin/python bench/verify.py --ballots 10000 --runs 1         hours, most of them the peer's
    .venv/bin/python bench/verify.py --ballots 100000 --runs 1 --races one --groups Ed25519 --without-peer

Each figure is the median of real runs of the command, start of the program included, the contestants in turn. Time on the wall tells what
an auditor waits; processors' time tells the same on a machine that has other work as well; memory is the largest sum over all processes
of the command, pages that they share counted once (PSS), looked at ten times a second. Every answer is checked: a fast wrong one counts
for nothing.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sandogh.protocol.archive import archive_header
from sandogh.protocol.ballot import make_ballot, parse_ballot
from sandogh.protocol.credential import CredentialKey, derive_credential, generate_credential, make_public_credentials
from sandogh.protocol.decryption import check_partial_decryption, make_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election, make_election, new_uuid
from sandogh.protocol.events import Event, EventType, make_setup_data, owned
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.record import make_record
from sandogh.protocol.result import make_result
from sandogh.protocol.tally import EncryptedTally, TallyBuilder
from sandogh.protocol.trustee import check_trustees, generate_trustee_key, make_trustees
from sandogh.verifier.combining import combined

#: (candidates, most choices) of each race.
RACES = {"sample": ((20, 7), (6, 3), (3, 1)), "one": ((1, 1),)}
GROUPS = {group.name: group for group in (BELENIOS_2048, ED25519)}
TIMESTAMP = 1_795_000_000
CACHE = Path(__file__).parent / "cache"

#: Ballots made at once by a process.
BATCH = 32


def cached(group: Group, ballots: int, races: str) -> Path:
    """A whole election with that many ballots, in a folder of its own and named as belenios-tool names it: UUID.bel."""
    folder = CACHE / f"{group.name}-{races}-{ballots}"
    if folder.exists():
        return next(folder.glob("*.bel"))
    fresh = CACHE / f"{folder.name}.part"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    print(f"making {ballots} ballots in {group.name} …", file=sys.stderr)
    build(group, ballots, RACES[races], fresh)
    fresh.rename(folder)
    return next(folder.glob("*.bel"))


def build(group: Group, ballots: int, races: tuple[tuple[int, int], ...], folder: Path) -> None:
    """Setup, ballots by all processors, tally, decryptions, result; written as it comes."""
    keys = [generate_trustee_key(group) for _ in range(2)]
    trustees = check_trustees(make_trustees([key.public for key in keys]), group)
    questions = [HomomorphicQuestion(tuple(f"{number}" for number in range(size)), "race", 0, most) for size, most in races]
    election = Election.from_bytes(
        make_election(name="bench", description="", group=group, trustees=trustees, questions=questions, uuid=new_uuid())
    )
    with (folder / f"{election.uuid}.bel").open("wb") as file, ProcessPoolExecutor() as pool:
        voters = list(pool.map(partial(voter, election), range(ballots), chunksize=BATCH))
        credentials = make_public_credentials([each.public for each in voters], group)
        chain = Chain(file)
        setup = make_setup_data(election.hash, trustees.hash, sha_hex(credentials))
        chain.append(EventType.Setup, election.bytes, trustees.data, credentials, setup)
        tally = TallyBuilder(election).finish()
        for made, product in in_turn(pool, election, voters, races):
            for data in made:
                chain.append(EventType.Ballot, data)
            tally = combined(election, tally, product)
        chain.append(EventType.EndBallots)
        chain.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
        partials = []
        for owner, key in enumerate(keys, 1):
            data = make_partial_decryption(tally, private_key=key.private, election=election)
            partials.append(check_partial_decryption(data, tally=tally, trustee=trustees.member(owner), election=election))
            chain.append(EventType.PartialDecryption, data, owned(owner, sha_hex(data)))
        chain.append(EventType.Result, make_result(election, tally, partials, trustees, tally.total_weight))


def voter(election: Election, _: int) -> CredentialKey:
    return derive_credential(generate_credential(), uuid=election.uuid, group=election.group)


Made = tuple[list[bytes], EncryptedTally]


def in_turn(
    pool: ProcessPoolExecutor, election: Election, voters: list[CredentialKey], races: tuple[tuple[int, int], ...]
) -> Iterator[Made]:
    """The ballots in order, batch by batch, a few hundred batches in memory at most."""
    starts = range(0, len(voters), BATCH)
    for ahead in range(0, len(starts), 256):
        batches = [(start, voters[start : start + BATCH]) for start in starts[ahead : ahead + 256]]
        yield from pool.map(partial(make_batch, election, races), batches)


def make_batch(election: Election, races: tuple[tuple[int, int], ...], batch: tuple[int, list[CredentialKey]]) -> Made:
    start, voters = batch
    builder = TallyBuilder(election)
    made = []
    for number, credential in enumerate(voters, start):
        chosen = [[int((place + number) % max(size, 2) < most) for place in range(size)] for size, most in races]
        made.append(make_ballot(election, credential, chosen))
        builder.add(parse_ballot(made[-1], election))
    return made, builder.finish()


class Chain:
    """An archive as it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._last: Event | None = None
        file.write(archive_header(TIMESTAMP))

    def append(self, kind: EventType, *data: bytes) -> None:
        self._last, record = make_record(self._last, kind, *data, timestamp=TIMESTAMP)
        self._file.write(record)


@dataclass(frozen=True, slots=True)
class Contestant:
    """A command that must succeed and say what is expected, by so many processes."""

    group: Group
    program: str
    command: list[str]
    expected: str
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Run:
    """What a run took: seconds on the wall and of processors' time, and megabytes."""

    wall: float
    processor: float
    memory: float


def timed(contestant: Contestant) -> Run:
    """One run from start to end; ends the program when the answer is wrong."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with subprocess.Popen(contestant.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        watch = Watch(process.pid)
        said, _ = process.communicate()
        wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
        memory = watch.peak()
    if process.returncode != 0 or contestant.expected not in said:
        sys.exit(f"{' '.join(contestant.command)} did not accept the archive:\n{said}")
    return Run(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, memory)


class Watch:
    """The largest memory of a process and its children together, in megabytes."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            self._most = max(self._most, sum(map(proportional, family(self._pid))))

    def peak(self) -> float:
        self._over.set()
        self._thread.join()
        return self._most / 1024


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for each in found:
        try:
            found += [int(child) for task in Path(f"/proc/{each}/task").iterdir() for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def proportional(pid: int) -> int:
    """Kilobytes, what is shared divided among those who share it; 0 once the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def ours(group: Group, path: Path, jobs: int) -> Contestant:
    command = [str(Path(sys.executable).with_name("sandogh")), "verify", "--jobs", str(jobs), str(path)]
    return Contestant(group, f"sandogh, {jobs} process{'es' * (jobs > 1)}", command, "VALID:", jobs)


def theirs(path: Path) -> Contestant:
    peer = shutil.which("belenios-tool")
    if peer is None:
        sys.exit("belenios-tool is missing: apt-get install belenios-tool, or leave it out with --without-peer")
    return Contestant(BELENIOS_2048, "belenios-tool 2.0", [peer, "election", "verify", "--dir", str(path.parent)], "all checks passed")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ballots", type=int, default=60)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--races", choices=list(RACES), default="sample")
    options.add_argument("--groups", nargs="+", choices=list(GROUPS), default=list(GROUPS))
    options.add_argument("--without-peer", action="store_true")
    given = options.parse_args()
    cores = len(os.sched_getaffinity(0))
    contestants: list[Contestant] = []
    for name in given.groups:
        path = cached(GROUPS[name], given.ballots, given.races)
        if GROUPS[name] is BELENIOS_2048 and not given.without_peer:
            contestants.append(theirs(path))
        contestants += [ours(GROUPS[name], path, jobs) for jobs in sorted({1, cores})]
    # In turn, so that whatever else the machine does falls on all of them alike.
    rounds = [[timed(contestant) for contestant in contestants] for _ in range(given.runs)]
    tell(given.ballots, given.races, contestants, [list(runs) for runs in zip(*rounds, strict=True)], cores)


def tell(ballots: int, races: str, contestants: list[Contestant], runs: list[list[Run]], cores: int) -> None:
    """The figures as a table. «× peer» compares with belenios-tool on the same archive."""
    number = len(runs[0])
    size = ", ".join(f"{candidates}/{most}" for candidates, most in RACES[races])
    print(f"{ballots} ballots ({size}), 2 trustees, whole archive, median of {number} run{'s' * (number > 1)}, {cores} cores")
    print(
        f"{'group':14} {'program':22} {'seconds':>9} {'ballots/s':>10} {'per core':>9} {'× peer':>7}"
        f" {'processor ms/ballot':>20} {'× peer':>7} {'peak MB':>8}"
    )
    medians = [Run(*(statistics.median(getattr(run, field) for run in each) for field in ("wall", "processor", "memory"))) for each in runs]
    peer = next((median for contestant, median in zip(contestants, medians, strict=True) if "belenios" in contestant.program), None)
    for contestant, median in zip(contestants, medians, strict=True):
        same = peer if contestant.group is BELENIOS_2048 else None
        print(
            f"{contestant.group.name:14} {contestant.program:22} {median.wall:9.1f} {ballots / median.wall:10.1f}"
            f" {ballots / median.wall / contestant.processes:9.1f}"
            f" {f'{same.wall / median.wall:.2f}' if same else '':>7}"
            f" {1000 * median.processor / ballots:20.1f}"
            f" {f'{same.processor / median.processor:.2f}' if same else '':>7} {median.memory:8.0f}"
        )


if __name__ == "__main__":
    main()
