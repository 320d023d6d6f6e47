"""`sandogh trustee rehearse`, and the officer's `sandogh trustee rehearsal new | check`."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from sandogh.ceremony.cli.common import FILE, Ceremony, opens_secret, talk
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import read, write_new
from sandogh.ceremony.keyfile import read_key
from sandogh.ceremony.locked import Ask
from sandogh.ceremony.rehearsal import PURPOSES, Rehearsal, make_answer, make_rehearsal
from sandogh.ceremony.rehearsal_check import Outcome, check_rehearsal, read_setup
from sandogh.protocol.digest import sha_hex

REHEARSAL = click.option("--rehearsal", "rehearsal_file", type=FILE, required=True, help="From: sandogh trustee rehearsal new.")
ARCHIVE = click.option("--archive", type=FILE, required=True, help="The sealed election's archive.")


@click.command()
@click.option("--key", "key_file", type=FILE, required=True, help="Your PREFIX.private.json, from the medium you will use at the count.")
@REHEARSAL
@click.option("--out", type=FILE, required=True, help="Your answer, for the officers.")
@opens_secret
def rehearse(key_file: Path, rehearsal_file: Path, out: Path, ask: Ask) -> None:
    """Show that your key works, by opening a canary. It can never open a vote: see what is checked in the documentation."""
    rehearsal = Rehearsal.from_bytes(read(rehearsal_file))
    talk(f"rehearsal before {rehearsal.purpose} of «{rehearsal.title}», made {rehearsal.made_at}")
    write_new(out, make_answer(rehearsal, read_key(key_file, ask)), private=False)
    talk(f"your key works. Answer: {out}  hand this to the officers")


@click.group(cls=Ceremony)
def rehearsal() -> None:
    """For the officers: see that the keys work, before voting opens and again before it closes."""


@rehearsal.command()
@ARCHIVE
@click.option("--before", "purpose", type=click.Choice(PURPOSES), required=True, help="What the rehearsal is held before.")
@click.option("--out", type=FILE, required=True, help="The rehearsal, for every trustee.")
def new(archive: Path, purpose: str, out: Path) -> None:
    """Make a rehearsal with a fresh nonce. Old answers do not answer it."""
    election, trustees = read_setup(archive)
    keys = [member.public_key for member in trustees.members]
    data = make_rehearsal(election, keys, purpose=purpose, now=datetime.now(UTC))
    write_new(out, data, private=False)
    talk(f"{out}  hand this to every trustee")
    click.echo(sha_hex(data))


@rehearsal.command()
@ARCHIVE
@REHEARSAL
@click.option("--out", type=FILE, help="Keep the record for the minutes.")
@click.option("--json", "as_json", is_flag=True)
@click.argument("answers", nargs=-1, type=FILE)
def check(archive: Path, rehearsal_file: Path, out: Path | None, as_json: bool, answers: tuple[Path, ...]) -> None:
    """Check the answers: who passed, and whether enough did. Exit status 0 only if every trustee passed."""
    election, trustees = read_setup(archive)
    found = Rehearsal.from_bytes(read(rehearsal_file))
    outcome = check_rehearsal(found, {str(path): read(path) for path in answers}, election=election, trustees=trustees)
    record = outcome.to_bytes(now=datetime.now(UTC))
    if out is not None:
        write_new(out, record, private=False)
    if as_json:
        click.echo(json.dumps(json.loads(record), ensure_ascii=False))
    else:
        show_outcome(outcome)
        click.echo(sha_hex(record))
    if not outcome.works:
        raise Refused("the keys that were shown do NOT suffice to count: do not open voting")
    if not outcome.complete:
        raise Refused("enough keys work to count, but not everybody passed: see above")


def show_outcome(outcome: Outcome) -> None:
    for member in outcome.trustees.members:
        passed = "passed" if member.number in outcome.answers else "NO ANSWER THAT HOLDS"
        talk(f"trustee {member.number}{f' ({member.name})' if member.name else ''}: {passed}")
    for file, reason in outcome.faults.items():
        talk(f"refused: {file}: {reason}")
    for each in outcome.quorums:
        members = ", ".join(map(str, each.members))
        if len(each.members) > 1:
            verdict = f"{each.possible} quorums open the canary" if each.works else "too few"
            talk(f"trustees {members}, of whom {each.needed} suffice: {len(each.passed)} passed, {verdict}")


def register_rehearsals(group: click.Group) -> None:
    for command in (rehearse, rehearsal):
        group.add_command(command)
