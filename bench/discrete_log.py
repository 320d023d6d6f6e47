"""Discrete logarithms of a count: seconds and peak memory for a million voters and beyond, by group.

Run: `.venv/bin/python bench/discrete_log.py [--runs R]`. As many searches as the races of 20, 6 and 3 candidates have, 29, with one table
for all of them; the counts are spread over the whole range, so that the giant steps are what they are on average. Every run is a process of
its own, so that the peak of one is not the peak of another; figures are medians. "before" is the memory of the process before the table.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import time

from sandogh.protocol.discrete_log import discrete_log
from sandogh.protocol.groups import group_named

GROUPS = ("Ed25519", "BELENIOS-2048", "RFC-3526-2048")
BOUNDS = (100_000, 1_000_000, 100_000_000)
SEARCHES = 29


def measure(group_name: str, bound: int) -> dict[str, float]:
    """One run: seconds for the table, for all searches, and megabytes before and at the peak. Every answer is compared."""
    group, chance = group_named(group_name), random.Random(bound)
    counts = [chance.randint(0, bound) for _ in range(SEARCHES)]
    elements = [group.public_power_g(count) for count in counts]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    find = discrete_log(group, bound, SEARCHES)
    table = time.perf_counter() - start
    if [find(element) for element in elements] != counts:
        sys.exit(f"{group_name}, {bound}: a logarithm is wrong")
    searches = time.perf_counter() - start - table
    return {"table": table, "searches": searches, "before": before, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--one", nargs=2, metavar=("GROUP", "BOUND"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        print(json.dumps(measure(given.one[0], int(given.one[1]))))
        return
    print(f"{SEARCHES} counts, one table, median of {given.runs} runs")
    print(f"{'group':14} {'bound':>12} {'table s':>9} {'searches s':>11} {'before MB':>10} {'peak MB':>8}")
    for group_name in GROUPS:
        for bound in BOUNDS:
            command = [sys.executable, __file__, "--one", group_name, str(bound)]
            runs = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(given.runs)]
            median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            seconds = f"{median['table']:9.3f} {median['searches']:11.3f}"
            print(f"{group_name:14} {bound:12,} {seconds} {median['before']:10.1f} {median['peak']:8.1f}")


if __name__ == "__main__":
    main()
