"""Establishing a threshold key: seconds per step of five trustees of whom three suffice, by group.

Run: `.venv/bin/python bench/keygen.py [--runs R] [--size M] [--threshold T]`. The steps of a member (1, 3, 5) are timed for one member, the
server's (2, 4, 6) for the whole group; medians of several whole establishments, in one process. Every establishment is checked: the
parameters are read back, and each share recovered.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from sandogh.protocol.channel import generate_seed
from sandogh.protocol.group import Group
from sandogh.protocol.groups import group_named
from sandogh.protocol.key_generation import (
    check_certificates,
    check_decryption_keys,
    check_polynomials,
    make_certificate,
    make_decryption_key,
    make_polynomial,
    make_threshold_parameters,
    recover_decryption_key,
    vector_for,
)
from sandogh.protocol.threshold import ThresholdParameters

GROUPS = ("Ed25519", "BELENIOS-2048", "RFC-3526-2048")

T = TypeVar("T")


class Clock:
    """Seconds by step, one entry for each time that the step ran."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def __call__(self, step: str, act: Callable[[], T]) -> T:
        start = time.perf_counter()
        done = act()
        self.seconds.setdefault(step, []).append(time.perf_counter() - start)
        return done


def establish(group: Group, size: int, threshold: int, clock: Clock) -> None:
    """One whole establishment, each step under the clock."""
    indices = range(1, size + 1)
    seeds = {index: generate_seed() for index in indices}

    def certificate(index: int) -> bytes:
        return make_certificate(seeds[index], group=group, index=index, size=size, threshold=threshold)

    certified = [clock("1 certificate, a member", lambda index=index: certificate(index)) for index in indices]
    certs = clock("2 all certificates checked", lambda: check_certificates(certified, group=group))
    sent = {index: clock("3 polynomial, a member", lambda index=index: make_polynomial(seeds[index], index, certs)) for index in indices}
    polynomials = clock("3 all polynomials checked", lambda: check_polynomials(sent, certs=certs))
    vectors = clock("4 all vectors", lambda: {index: vector_for(index, polynomials, certs) for index in indices})
    keys = {
        index: clock("5 share, a member", lambda index=index: make_decryption_key(seeds[index], index, vectors[index], certs))
        for index in indices
    }
    checked = clock("5 all shares checked", lambda: check_decryption_keys(keys, polynomials=polynomials, certs=certs))
    parameters = clock("6 parameters put together", lambda: make_threshold_parameters(certs, polynomials, checked))
    read = clock("  parameters read back", lambda: ThresholdParameters.from_bytes(parameters.to_bytes(), group))
    if read != parameters:
        sys.exit("the parameters are not read back as they were made")
    for index in indices:
        recover_decryption_key(seeds[index], checked[index - 1].message, parameters=parameters)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=7)
    options.add_argument("--size", type=int, default=5)
    options.add_argument("--threshold", type=int, default=3)
    given = options.parse_args()
    columns: list[dict[str, float]] = []
    for name in GROUPS:
        group, clock, whole = group_named(name), Clock(), []
        for _ in range(given.runs):
            start = time.perf_counter()
            establish(group, given.size, given.threshold, clock)
            whole.append(time.perf_counter() - start)
        medians = {step: statistics.median(runs) for step, runs in clock.seconds.items()}
        columns.append({**medians, "everything, one processor": statistics.median(whole)})
    print(f"{given.size} trustees of whom {given.threshold} suffice, milliseconds, median of {given.runs} establishments")
    print(f"{'step':28}" + "".join(f"{name:>15}" for name in GROUPS))
    for step in columns[0]:
        print(f"{step:28}" + "".join(f"{1000 * column[step]:15.2f}" for column in columns))


if __name__ == "__main__":
    main()
