"""Ballots verified per second: ours against Debian's belenios-tool 2.0 on one BELENIOS-2048 archive, and ours on Ed25519.

Run: `.venv/bin/python bench/verify.py [--ballots N] [--runs R]`. The races are those of the sample election: 20, 6 and 3 candidates, of
which at most 7, 3 and 1 may be chosen. Each figure is the median of several real runs of the command, start of the program included; the
time of the same archive without its ballots is not taken off. Both outputs are checked: a fast wrong answer counts for nothing.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
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
from sandogh.protocol.question import Question
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
    questions = [Question(tuple(f"{number}" for number in range(size)), "race", 0, most) for size, most in RACES]
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
        partials.append(check_partial_decryption(partial, tally=tally, trustee=key.public, election=election))
        chain.append(EventType.PartialDecryption, partial, owned(owner, sha_hex(partial)))
    chain.append(EventType.Result, make_result(election, tally, partials, trustees, tally.total_weight))
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


def median_seconds(command: list[str], expected: str, runs: int) -> float:
    """Median wall time of a command that must succeed and say what is expected."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        times.append(time.perf_counter() - begin)
        if done.returncode != 0 or expected not in done.stdout + done.stderr:
            sys.exit(f"{' '.join(command)} did not accept the archive:\n{done.stdout}{done.stderr}")
    return statistics.median(times)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ballots", type=int, default=60)
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    peer = shutil.which("belenios-tool")
    if peer is None:
        sys.exit("belenios-tool is missing: apt-get install belenios-tool")
    cores = os.cpu_count() or 1

    def ours(path: Path, jobs: int) -> list[str]:
        return [str(Path(sys.executable).with_name("sandogh")), "verify", "--jobs", str(jobs), str(path)]

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = build(BELENIOS_2048, given.ballots, folder)
        rows = [
            (
                "BELENIOS-2048",
                "belenios-tool 2.0",
                median_seconds([peer, "election", "verify", "--dir", name], "all checks passed", given.runs),
            ),
            ("BELENIOS-2048", "sandogh, 1 process", median_seconds(ours(path, 1), "VALID:", given.runs)),
            ("BELENIOS-2048", f"sandogh, {cores} processes", median_seconds(ours(path, cores), "VALID:", given.runs)),
        ]
        path.unlink()
        path = build(ED25519, given.ballots, folder)
        rows += [
            ("Ed25519", "sandogh, 1 process", median_seconds(ours(path, 1), "VALID:", given.runs)),
            ("Ed25519", f"sandogh, {cores} processes", median_seconds(ours(path, cores), "VALID:", given.runs)),
        ]
    print(
        f"{given.ballots} ballots of 29 candidates (20/7, 6/3, 3/1), 2 trustees, whole archive, median of {given.runs} runs, {cores} cores"
    )
    base = rows[0][2]
    for group, program, seconds in rows:
        ratio = f"   {base / seconds:4.2f} × belenios-tool" if group == rows[0][0] else ""
        print(f"{group:14} {program:22} {given.ballots / seconds:7.1f} ballots/s {1000 * seconds / given.ballots:7.1f} ms/ballot{ratio}")


if __name__ == "__main__":
    main()
