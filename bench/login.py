"""Does the time of a refused login tell a stranger whether a number is on the roll? (threat-model.md W7, O16)

    python bench/login.py --tries 400

Refused logins of four kinds, in random order, through the domain on a SQLite file with a roll of 611: nobody has either number, the
licence exists, the national ID exists, both exist but of two people. Printed: the median of each kind and its ratio to the first; and, as
the yardstick for what chance alone does, the same ratio between two random halves of the first kind. The tests hold the statements and
hashes of all kinds to be equal; this looks for what they cannot see.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

VOTERS = 611
NOW = datetime(2026, 12, 18, 8, 0, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=400, help="of each kind")
    tries = parser.parse_args().tries
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"SANDOGH_DATA": folder, "SANDOGH_ENV": "development", "DJANGO_SETTINGS_MODULE": "sandogh.server.settings"}
        os.environ.pop("SANDOGH_DATABASE_URL", None)
        report(measure(tries), tries)


def measure(tries: int) -> dict[str, list[float]]:
    """Milliseconds of each refused login, by kind."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from elections_for_tests import build
    from sandogh.server.accounts.domain import captcha, login
    from sandogh.server.accounts.models import Attempt
    from sandogh.server.common.errors import Refused

    e = build(voters=VOTERS, now=NOW)
    election, chance = e.model, random.Random(20261218)

    def numbers(kind: str) -> tuple[str, str]:
        one, two = chance.sample(e.voters, 2)
        free_licence, free_id = f"98{chance.randrange(10**8):08d}", f"12{chance.randrange(10**8):08d}"
        return {
            "nobody has either number": (free_licence, free_id),
            "the licence exists": (one.licence_no, free_id),
            "the national ID exists": (free_licence, one.national_id),
            "both exist, of two people": (one.licence_no, two.national_id),
        }[kind]

    kinds = ["nobody has either number", "the licence exists", "the national ID exists", "both exist, of two people"]
    order = [kind for kind in kinds for _ in range(tries)]
    chance.shuffle(order)
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for turn, kind in enumerate(order):
        now = NOW + timedelta(seconds=turn % 3600)
        Attempt.objects.all().delete()
        challenge = captcha.new_challenge(now=now)
        proof = captcha.PictureAnswer(challenge, captcha._digits(challenge))
        licence_no, national_id = numbers(kind)
        start = time.perf_counter()
        try:
            login.identify(election, licence_no=licence_no, national_id=national_id, address="192.0.2.7", proof=proof, now=now)
        except Refused as refused:
            taken[kind].append(1000 * (time.perf_counter() - start))
            if refused.code != "no_match":
                raise
    return taken


def report(taken: dict[str, list[float]], tries: int) -> None:
    first = taken["nobody has either number"]
    shuffled = random.Random(1).sample(first, len(first))
    halves = statistics.median(shuffled[::2]) / statistics.median(shuffled[1::2])
    print(f"refused logins, {tries} of each kind, roll of {VOTERS}")
    for kind, milliseconds in taken.items():
        median = statistics.median(milliseconds)
        print(f"  {kind:28} median {median:6.2f} ms   × {median / statistics.median(first):.3f}")
    print(f"  by chance alone (two halves of the first kind)   × {halves:.3f}")


if __name__ == "__main__":
    main()
