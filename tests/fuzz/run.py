"""Fuzz every reader: `make fuzz`, or for longer `make fuzz FUZZ="--runs 10000000 --seconds 3600"`.

    python -m fuzz.run                        from tests/: bounded by runs and seconds; 0 when nothing was found
    python -m fuzz.run --input FOUND          run one input again, as it was found
    python -m fuzz.run --only "JSON"          the targets whose names contain this

A finding is anything that a reader raises but Malformed and VerificationError, or that takes too long; the input is kept in the folder
that --keep names.
"""

import argparse
import random
import secrets
import sys
import tempfile
from pathlib import Path

import atheris

#: Longer than the longest seed.
LARGEST = 120_000
SLOW_SECONDS = 30


def main() -> None:
    """Read the arguments, write the seeds, and hand over to libFuzzer, which ends the process."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=30_000)
    arguments.add_argument("--seconds", type=int, default=40)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--keep", type=Path, default=Path(".fuzz"))
    arguments.add_argument("--input", type=Path)
    wanted = arguments.parse_args()
    # The same election in every run, so that what was found can be read again: this draw is taken when the modules are imported.
    secrets.randbelow = random.Random(1).randrange
    with atheris.instrument_imports(include=["sandogh.protocol", "sandogh.verifier"]):
        from fuzz import mutating, readers

    if wanted.input is not None:
        data = wanted.input.read_bytes()
        sys.stderr.write(f"for: {readers.target_of(data).name}\n")
        readers.run(data)
        return

    def mutate(data: bytes, largest: int, seed: int) -> bytes:
        return mutating.change(data, largest, seed, lambda rest, most: bytes(atheris.Mutate(rest, most)))[:largest]

    def one(data: bytes) -> None:
        if wanted.only in readers.target_of(data).name:
            readers.run(data)

    wanted.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sandogh-fuzz-") as corpus:
        chosen = [seed for seed in readers.seeds() if wanted.only in readers.target_of(seed).name]
        if not chosen:
            arguments.error(f"no target is called {wanted.only}")
        for number, seed in enumerate(chosen):
            (Path(corpus) / f"{number:04}").write_bytes(seed)
        options = [
            f"-runs={wanted.runs}",
            f"-max_total_time={wanted.seconds}",
            f"-max_len={LARGEST}",
            f"-timeout={SLOW_SECONDS}",
            "-rss_limit_mb=2048",
            "-verbosity=0",
            "-print_final_stats=1",
            f"-artifact_prefix={wanted.keep}/",
        ]
        atheris.Setup([sys.argv[0], corpus, *options], one, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
