"""Ballots verified per second: ours against Debian's belenios-tool 2.0 on one BELENIOS-2048 archive, and ours on Ed25519.

Run: `.venv/bin/python bench/verify.py [--ballots N] [--runs R]`. The races are those of the sample election: 20, 6 and 3 candidates, of
which at most 7, 3 and 1 may be chosen. Each figure is the median of several real runs of the command, start of the program included, the
contestants in turn. Time on the wall tells what an auditor waits; processors' time tells the same on a machine that has other work as well.
Every answer is checked: a fast wrong one counts for nothing.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sandogh.protocol.archive import archive_header
from sandogh.protocol.ballot import make_ballot, parse_ballot
from sandogh.protocol.credential import derive_credential, generate_credential, make_public_credentials
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
from sandogh.protocol.tally import TallyBuilder
from sandogh.protocol.trustee import check_trustees, generate_trustee_key, make_trustees

RACES = ((20, 7), (6, 3), (3, 1))
TIMESTAMP = 1_795_000_000


def build(group: Group, ballots: int, folder: Path) -> Path:
    """A whole election with that many ballots, as belenios-tool names it: UUID.bel."""
    keys = [generate_trustee_key(group) for _ in range(2)]
    trustees = check_trustees(make_trustees([key.public for key in keys]), group)
    questions = [HomomorphicQuestion(tuple(f"{number}" for number in range(size)), "race", 0, most) for size, most in RACES]
    election = Election.from_bytes(
        make_election(name="bench", description="", group=group, trustees=trustees, questions=questions, uuid=new_uuid())
    )
    voters = [derive_credential(generate_credential(), uuid=election.uuid, group=group) for _ in range(ballots)]
    credentials = make_public_credentials([voter.public for voter in voters], group)
    chain = Chain()
    setup = make_setup_data(election.hash, trustees.hash, sha_hex(credentials))
    chain.append(EventType.Setup, election.bytes, trustees.data, credentials, setup)
    builder = TallyBuilder(election)
    for number, voter in enumerate(voters):
        chosen = [[int((place + number) % size < most) for place in range(size)] for size, most in RACES]
        data = make_ballot(election, voter, chosen)
        builder.add(parse_ballot(data, election))
        chain.append(EventType.Ballot, data)
    tally = builder.finish()
    chain.append(EventType.EndBallots)
    chain.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    partials = []
    for owner, key in enumerate(keys, 1):
        partial = make_partial_decryption(tally, private_key=key.private, election=election)
        partials.append(check_partial_decryption(partial, tally=tally, trustee=trustees.members[owner - 1], election=election))
        chain.append(EventType.PartialDecryption, partial, owned(owner, sha_hex(partial)))
    chain.append(EventType.Result, make_result(election, tally, partials, trustees, tally.total_weight))
    folder.mkdir()
    path = folder / f"{election.uuid}.bel"
    path.write_bytes(chain.archive)
    return path


class Chain:
    """An archive under construction."""

    def __init__(self) -> None:
        self.archive = archive_header(TIMESTAMP)
        self._last: Event | None = None

    def append(self, kind: EventType, *data: bytes) -> None:
        self._last, record = make_record(self._last, kind, *data, timestamp=TIMESTAMP)
        self.archive += record


@dataclass(frozen=True, slots=True)
class Contestant:
    """A command that must succeed and say what is expected."""

    group: Group
    program: str
    command: list[str]
    expected: str


@dataclass(frozen=True, slots=True)
class Seconds:
    """What a run took on the wall, and of processors' time."""

    wall: float
    processor: float


def timed(contestant: Contestant) -> Seconds:
    """One run from start to end; ends the program when the answer is wrong."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(contestant.command, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0 or contestant.expected not in done.stdout + done.stderr:
        sys.exit(f"{' '.join(contestant.command)} did not accept the archive:\n{done.stdout}{done.stderr}")
    return Seconds(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def ours(group: Group, path: Path, jobs: int) -> Contestant:
    command = [str(Path(sys.executable).with_name("sandogh")), "verify", "--jobs", str(jobs), str(path)]
    return Contestant(group, f"sandogh, {jobs} process{'es' * (jobs > 1)}", command, "VALID:")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ballots", type=int, default=60)
    options.add_argument("--runs", type=int, default=5)
    given = options.parse_args()
    peer = shutil.which("belenios-tool")
    if peer is None:
        sys.exit("belenios-tool is missing: apt-get install belenios-tool")
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name:
        field, curve = (build(group, given.ballots, Path(name) / group.name) for group in (BELENIOS_2048, ED25519))
        reference = Contestant(
            BELENIOS_2048, "belenios-tool 2.0", [peer, "election", "verify", "--dir", str(field.parent)], "all checks passed"
        )
        contestants = [
            reference,
            *(ours(group, path, jobs) for group, path in ((BELENIOS_2048, field), (ED25519, curve)) for jobs in sorted({1, cores})),
        ]
        # In turn, so that whatever else the machine does falls on all of them alike.
        rounds = [[timed(contestant) for contestant in contestants] for _ in range(given.runs)]
    medians = [
        Seconds(statistics.median(run.wall for run in runs), statistics.median(run.processor for run in runs))
        for runs in zip(*rounds, strict=True)
    ]
    print(
        f"{given.ballots} ballots of 29 candidates (20/7, 6/3, 3/1), 2 trustees, whole archive, median of {given.runs} runs, {cores} cores"
    )
    print(f"{'group':14} {'program':22} {'ballots/s':>9} {'× peer':>7} {'processor ms/ballot':>20} {'× peer':>7}")
    for contestant, median in zip(contestants, medians, strict=True):
        same = contestant.group is BELENIOS_2048
        print(
            f"{contestant.group.name:14} {contestant.program:22} {given.ballots / median.wall:9.1f}"
            f" {f'{medians[0].wall / median.wall:.2f}' if same else '':>7}"
            f" {1000 * median.processor / given.ballots:20.1f}"
            f" {f'{medians[0].processor / median.processor:.2f}' if same else '':>7}"
        )


if __name__ == "__main__":
    main()
