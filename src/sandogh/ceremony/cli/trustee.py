"""`sandogh trustee keygen | passphrase | decrypt`."""

from pathlib import Path

import click

from sandogh.ceremony import trustee as acts
from sandogh.ceremony.cli.common import FILE, PREFIX, Ceremony, Choose, locks_secret, opens_secret, talk
from sandogh.ceremony.files import alone
from sandogh.ceremony.locked import Ask, change_passphrase


@click.group(cls=Ceremony)
def trustee() -> None:
    """One holder of the key: make it before the election, decrypt the tally after it."""


KEY = click.option("--key", "key_file", type=FILE, required=True, help="Your PREFIX.private.json.")
GROUP_HELP = "The election's group: Ed25519, BELENIOS-2048 or RFC-3526-2048."


@trustee.command()
@click.option("--group", "group_name", default="Ed25519", show_default=True, help=GROUP_HELP)
@click.option("--name", help="Your name as it stands in the public record.")
@click.option("--out", "prefix", type=PREFIX, required=True, help="Makes PREFIX.private.json and PREFIX.public.json.")
@locks_secret()
def keygen(group_name: str, name: str | None, prefix: Path, choose: Choose) -> None:
    """Make a key of your own, without which nothing is counted. (For a key of which some suffice: trustee certificate.)"""
    made = acts.keygen(group_name=group_name, name=name, prefix=prefix, choose=choose)
    talk(f"private key: {made.private}  keep it on two media of your own; without it the election cannot be counted")
    talk(f"public key:  {made.public}  hand this to the officers")
    talk("fingerprint of the public key, to compare by telephone:")
    click.echo(made.fingerprint)


@trustee.command()
@click.option("--key", "key_file", type=FILE, required=True, help="Your PREFIX.private.json or PREFIX.seed.json.")
@opens_secret
@locks_secret("new-")
def passphrase(key_file: Path, ask: Ask, choose: Choose) -> None:
    """Change the passphrase of a key or a seed. Copies on other media keep the old one: copy the file anew."""
    with alone(key_file):
        change_passphrase(key_file, ask, choose)
    talk("changed. What the old file left on the medium may still open with the old passphrase.")


ARCHIVE = click.option("--archive", type=FILE, required=True, help="The election's archive with the encrypted tally.")


@trustee.command()
@KEY
@ARCHIVE
@click.option("--out", type=FILE, required=True, help="Your shuffle, for the officers.")
@opens_secret
def shuffle(key_file: Path, archive: Path, out: Path, ask: Ask) -> None:
    """Check the archive, then shuffle the answers that are not added up (rankings, grades). One trustee after the other."""
    done = acts.shuffle(key_file=key_file, archive=archive, out=out, ask=ask, progress=checked_ballots)
    say_checked(done)
    talk(f"shuffle: {out}  hand this to the officers; keep the file that was written beside your key, decrypting needs it")


@trustee.command()
@KEY
@ARCHIVE
@click.option("--out", type=FILE, required=True, help="Your partial decryption, for the officers.")
@opens_secret
def decrypt(key_file: Path, archive: Path, out: Path, ask: Ask) -> None:
    """Check the archive, then decrypt your part of its tally. Never of single ballots, never of two different tallies."""
    done = acts.decrypt(key_file=key_file, archive=archive, out=out, ask=ask, progress=checked_ballots)
    say_checked(done)
    talk(f"partial decryption: {out}  hand this to the officers")


def say_checked(done: acts.Done) -> None:
    talk(f"election: {done.title}")
    talk(f"checked: {done.ballots} ballots of {done.credentials} credentials and their sum; trustee {done.owner} of {done.trustees} is you")


def checked_ballots(ballots: int) -> None:
    talk(f"checked {ballots} ballots …")
