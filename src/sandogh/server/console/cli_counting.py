"""`sandogh election tally | shuffle | archive | decrypt | publish | status | list`: from the last ballot to the result."""

import json
from pathlib import Path

import click

from sandogh.server.console.cli_common import FILE, election, found, talk
from sandogh.server.console.files import read, write_new


# ---- counting
@election.command()
@click.argument("slug")
def tally(slug: str) -> None:
    """Check every ballot again, add them up encrypted, and publish the encrypted tally."""
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts

    acts.tally(found(slug), now=now())
    talk(f"{slug}: tallied; hand the archive («sandogh election archive {slug}») to the trustees")
    tell_wanted(slug)


def tell_wanted(slug: str) -> None:
    """Who has still to do something before the result can be published."""
    from sandogh.server.tallies import domain as tallies

    chosen = found(slug)
    if unmixed := tallies.missing_shuffles(chosen):
        talk(f"{slug}: each trustee shuffles first, one after the other; still wanted: {', '.join(map(str, unmixed))}")
    elif missing := tallies.missing_decryptions(chosen):
        talk(f"{slug}: still wanted: partial decryptions of {'; '.join(map(str, missing))}")
    elif chosen.state == "tallying":
        talk(f"{slug}: enough; publish the result («sandogh election publish {slug}»)")


@election.command()
@click.argument("slug")
@click.argument("shuffled", type=FILE)
def shuffle(slug: str, shuffled: Path) -> None:
    """Take in one trustee's shuffle, checked; the next trustee shuffles what it left. Where votes are opened one by one."""
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts

    owner, new = acts.shuffle(found(slug), read(shuffled), now=now())
    talk(f"{slug}: the shuffle of trustee {owner} {'is recorded' if new else 'is on the board already'}")
    tell_wanted(slug)


@election.command()
@click.argument("slug")
@click.option("--out", type=FILE, required=True)
def archive(slug: str, out: Path) -> None:
    """Write the public record as it is now; anyone can verify it with «sandogh verify»."""
    from sandogh.server.board import domain as board

    write_new(out, board.stream_archive(found(slug)), private=False)
    talk(f"{out}: {out.stat().st_size} bytes")


@election.command()
@click.argument("slug")
@click.argument("partials", type=FILE, nargs=-1, required=True)
def decrypt(slug: str, partials: tuple[Path, ...]) -> None:
    """Take in the trustees' partial decryptions, each checked; files that came before are passed over."""
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts

    chosen = found(slug)
    for path in partials:
        owner, new = acts.decrypt(chosen, read(path), now=now())
        talk(f"{slug}: trustee {owner} {'recorded' if new else 'is on the board already'}")
    tell_wanted(slug)


@election.command()
@click.argument("slug")
def publish(slug: str) -> None:
    """Put the decryptions together and publish the result."""
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts

    acts.publish(found(slug), now=now())
    talk(f"{slug}: published")


# ---- looking
@election.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True)
def status(slug: str, as_json: bool) -> None:
    """Where an election stands."""
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts

    answer = acts.status(found(slug), now=now())
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    for name, value in answer.items():
        if isinstance(value, dict):
            value = ", ".join(f"{part} {fact}" for part, fact in value.items())
        if name == "missing_decryptions":
            value = "; ".join(f"{each['needed']} of the trustees {', '.join(map(str, each['of']))}" for each in value)
        if value not in ("", None, []):
            click.echo(f"{name.replace('_', ' '):22}{value}")


@election.command("list")
def list_elections() -> None:
    """Every election of this installation, newest first: slug, state, title."""
    from sandogh.server.elections.models import Election

    for slug, state, title in Election.objects.order_by("-opens_at").values_list("slug", "state", "title"):
        click.echo(f"{slug}\t{state}\t{title}")
