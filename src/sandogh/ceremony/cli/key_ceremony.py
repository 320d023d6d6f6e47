"""`sandogh trustee certificate | commit | polynomial | key | confirm`, and the coordinator's `sandogh trustee ceremony …`."""

import json
from collections.abc import Callable
from pathlib import Path

import click

from sandogh.ceremony.cli.common import FILE, FOLDER, PREFIX, Ceremony, Choose, locks_secret, opens_secret, talk
from sandogh.ceremony.cli.trustee import GROUP_HELP
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import read
from sandogh.ceremony.key_establishment import coordinator, member
from sandogh.ceremony.key_establishment.coordinator import Status
from sandogh.ceremony.key_establishment.papers import Ceremony as KeyCeremony
from sandogh.ceremony.key_establishment.papers import Round
from sandogh.ceremony.locked import Ask

SEED = click.option("--seed", "seed_file", type=FILE, required=True, help="Your PREFIX.seed.json.")
FOLDER_OPTION = click.option("--folder", type=FOLDER, required=True, help="The coordinator's folder of this ceremony.")


def round_option(number: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option("--round", "round_file", type=FILE, required=True, help=f"round-{number}.json from the coordinator.")


# ---- the member
@click.command()
@click.option("--ceremony", "ceremony_file", type=FILE, required=True, help="ceremony.json from the coordinator.")
@click.option("--member", "number", type=click.IntRange(min=1), required=True, help="Your number in it, from 1.")
@click.option("--out", "prefix", type=PREFIX, required=True, help="Makes PREFIX.seed.json, which stays, and PREFIX.1-certificate.json.")
@locks_secret()
def certificate(ceremony_file: Path, number: int, prefix: Path, choose: Choose) -> None:
    """Step 1 of a key of which some suffice: make your seed, and the certificate for the others."""
    ceremony = KeyCeremony.from_bytes(read(ceremony_file))
    done = member.certificate(ceremony, number, prefix=prefix, choose=choose)
    talk(f"you are {done.member} of {ceremony.size}; {ceremony.threshold} will suffice to count")
    talk(f"seed: {prefix}.seed.json  keep it on two media of your own, with the files that join it there")
    handed_in(done)
    click.echo(done.fingerprint)


@click.command()
@SEED
@round_option(1)
@opens_secret
def commit(seed_file: Path, round_file: Path, ask: Ask) -> None:
    """Step 2: draw your polynomial and commit to it, before anybody shows one."""
    done = member.commit(seed_file, read_round(round_file), ask)
    handed_in(done)
    talk("Fingerprint of the round. Compare it with every other member by telephone NOW; if one has another, go no further:")
    click.echo(done.fingerprint)


@click.command()
@SEED
@round_option(2)
@opens_secret
def polynomial(seed_file: Path, round_file: Path, ask: Ask) -> None:
    """Step 3: hand in your polynomial, now that everybody has committed to one."""
    done = member.polynomial(seed_file, read_round(round_file), ask)
    handed_in(done)
    click.echo(done.fingerprint)


@click.command()
@SEED
@round_option(3)
@opens_secret
def key(seed_file: Path, round_file: Path, ask: Ask) -> None:
    """Step 4: check what everybody sent you, and make your share of the key."""
    done = member.key(seed_file, read_round(round_file), ask)
    handed_in(done)
    click.echo(done.fingerprint)


@click.command()
@SEED
@round_option(4)
@click.option("--parameters", type=FILE, help="threshold-parameters.json as it is to be sealed: checked to be that of the round.")
@click.option("--out", type=FILE, required=True, help="Your private key, as for trustee decrypt.")
@opens_secret
def confirm(seed_file: Path, round_file: Path, parameters: Path | None, out: Path, ask: Ask) -> None:
    """Step 5, and after a loss: make your private key from your seed and the last round, and see that it fits what is sealed."""
    wanted = None if parameters is None else read(parameters)
    fingerprint = member.confirm(seed_file, read_round(round_file), ask=ask, out=out, parameters=wanted)
    talk(f"private key: {out}  locked as your seed is; decrypts your part of the tally")
    talk("Fingerprint of the threshold parameters. Compare it with the other members and with what the officers seal:")
    click.echo(fingerprint)


def handed_in(done: member.Handed) -> None:
    talk(f"{done.paper}  hand this to the coordinator")


def read_round(path: Path) -> Round:
    return Round.from_bytes(read(path), what=str(path))


# ---- the coordinator
@click.group(cls=Ceremony)
def ceremony() -> None:
    """For the coordinator of a key of which some suffice: collect, check and hand on. Knows no secret."""


@ceremony.command()
@FOLDER_OPTION
@click.option("--group", "group_name", default="Ed25519", show_default=True, help=GROUP_HELP)
@click.option("--threshold", type=click.IntRange(min=1), required=True, help="How many members suffice to count.")
@click.option("--member", "members", multiple=True, required=True, help="A member's name; once for each, in the order of their numbers.")
def new(folder: Path, group_name: str, threshold: int, members: tuple[str, ...]) -> None:
    """Begin: makes FOLDER/ceremony.json, for every member."""
    made = coordinator.begin(folder, group_name=group_name, threshold=threshold, members=members)
    for number in range(1, made.size + 1):
        talk(f"  {made.name(number)}: sandogh trustee certificate --ceremony ceremony.json --member {number} --out PREFIX")
    talk(f"{folder / 'ceremony.json'}  hand this to every member")
    click.echo(made.digest)


@ceremony.command()
@FOLDER_OPTION
@click.argument("files", nargs=-1, required=True, type=FILE)
def add(folder: Path, files: tuple[Path, ...]) -> None:
    """Take in what members handed in. Every file is checked at once; a bad one is named and not kept, the others are."""
    refused = 0
    for file in files:
        try:
            paper, found = coordinator.add(folder, file)
        except Refused as fault:
            refused += 1
            talk(f"REFUSED {fault}")
        else:
            talk(f"{found.name(paper.member)}: {paper.step.word} taken in")
    show_status(coordinator.status(folder))
    if refused:
        raise Refused(f"{refused} of {len(files)} files refused: see above")


@ceremony.command("status")
@FOLDER_OPTION
@click.option("--json", "as_json", is_flag=True)
def status_(folder: Path, as_json: bool) -> None:
    """Who is missing, and what to hand round now."""
    found = coordinator.status(folder)
    if not as_json:
        show_status(found)
        return
    click.echo(
        json.dumps(
            {
                "collecting": None if found.step is None else found.step.word,
                "missing": [{"member": number, "name": found.ceremony.members[number - 1]} for number in found.missing],
                "rounds": {path.name: fingerprint for path, fingerprint in found.rounds},
                "parameters": None if found.parameters is None else found.parameters[1],
            },
            ensure_ascii=False,
        )
    )


def show_status(found: Status) -> None:
    """What is done, what to hand round, who is missing."""
    for path, fingerprint in found.rounds:
        click.echo(f"{path}  {fingerprint}")
    if found.parameters is not None:
        path, fingerprint = found.parameters
        click.echo(f"{path}  {fingerprint}")
        talk("done: hand the last round to every member (trustee confirm), keep a copy yourself, and seal with the parameters")
        return
    if found.rounds:
        talk(f"hand round: {found.rounds[-1][0]}")
    step = "" if found.step is None else found.step.word
    for number in found.missing:
        talk(f"missing: the {step} of {found.ceremony.name(number)}")


def register_key_ceremony(group: click.Group) -> None:
    for command in (certificate, commit, polynomial, key, confirm, ceremony):
        group.add_command(command)
