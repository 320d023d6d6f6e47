"""Seconds and memory of shuffling and of checking a shuffle, in both groups that allow one (protocol.md §9).

Run: `.venv/bin/python bench/shuffle.py [--curve N] [--field N]`, with 1,000 and 100 ballots unless told. One list of N ciphertexts, as one
ranking question gives; both acts run in a fresh process on one core, so that the peak of memory is theirs, beside that of a process that
only holds the ciphertexts. Every shuffle is checked, and its votes are opened and compared: a fast wrong one counts for nothing.

What bounds it: powers, about ten a ballot to make a shuffle and nine to check one. On Ed25519 each is libsodium's, in constant time and
with a subgroup check inside (75 µs); several bases at once do not pay there, since its additions decode and encode points. In the
safe-prime group a secret power takes 3 ms; checking gains from short exponents (256 bits), from a table for g, from the Jacobi symbol for
membership and from many bases at once, and is then bound by one full power a ballot, the link of the chain. Memory is that of the texts:
five elements and two scalars a ballot, a few times over.
"""

import argparse
import json
import resource
import secrets
import subprocess
import sys
import time
from collections import Counter

from sandogh.protocol.canonical import dumps
from sandogh.protocol.election import Election, new_uuid
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.group import Group
from sandogh.protocol.groups import group_named
from sandogh.protocol.shuffle import check_shuffle, make_shuffle

ANSWERS = 5


def election_with(group: Group, secret: int) -> Election:
    form = {
        "version": 1,
        "description": "",
        "name": "bench",
        "group": group.name,
        "public_key": group.ser(group.power_g(secret)),
        "questions": [{"type": "NonHomomorphic", "value": {"answers": [str(number) for number in range(ANSWERS)], "question": "q"}}],
        "uuid": new_uuid(),
    }
    return Election.from_bytes(dumps(form))


def encrypted(election: Election, vector: list[int]) -> Ciphertext:
    group, r = election.group, election.group.random_scalar()
    return Ciphertext(group.power_g(r), group.multiply(group.power(election.public_key, r), group.encode_vector(vector)))


def peak() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(name: str, size: int) -> dict[str, float]:
    """Shuffle once, check it, and open the votes: they must be those that were given."""
    group = group_named(name)
    secret = group.random_scalar()
    election = election_with(group, secret)
    vectors = [[secrets.randbelow(ANSWERS + 1) for _ in range(ANSWERS)] for _ in range(size)]
    before = [encrypted(election, vector) for vector in vectors]
    held = peak()
    begin = time.perf_counter()
    data = make_shuffle(election, [before])
    made = time.perf_counter() - begin
    begin = time.perf_counter()
    [after] = check_shuffle(data, election=election, ciphertexts=[before])
    checked = time.perf_counter() - begin
    most = peak()
    found = Counter(group.decode_vector(group.divide(each.beta, group.power(each.alpha, secret)), ANSWERS) for each in after)
    if found != Counter(map(tuple, vectors)):
        sys.exit("the shuffle has lost votes")
    return {"make": made, "check": checked, "held": held, "peak": most, "bytes": len(data)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--curve", type=int, default=1000, help="ballots on Ed25519")
    options.add_argument("--field", type=int, default=100, help="ballots in RFC-3526-2048")
    options.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        print(json.dumps(one(given.one[0], int(given.one[1]))))
        return
    print(f"{'group':14} {'ballots':>7} {'make s':>8} {'check s':>8} {'checked/s':>10} {'peak MB':>8} {'before MB':>10} {'shuffle MB':>11}")
    for name, size in (("Ed25519", given.curve), ("RFC-3526-2048", given.field)):
        command = [sys.executable, __file__, "--one", name, str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        figures = json.loads(done.stdout)
        print(
            f"{name:14} {size:7} {figures['make']:8.2f} {figures['check']:8.2f} {size / figures['check']:10.0f}"
            f" {figures['peak']:8.0f} {figures['held']:10.0f} {figures['bytes'] / 1e6:11.2f}"
        )


if __name__ == "__main__":
    main()
