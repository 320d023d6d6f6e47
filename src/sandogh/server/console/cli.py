"""`sandogh election …`: the officers' acts on the command line. Results on stdout, talk on stderr, exit 1 for a refusal, 2 for wrong usage.

Models can be imported only when Django is set up, hence the imports inside the commands; so that `--help` needs neither.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sandogh.server.console import cli_counting  # noqa: F401 - its commands belong to `election`
from sandogh.server.console.cli_common import FILE, election, found, talk
from sandogh.server.console.files import read, write_new
from sandogh.server.console.setup import set_up

if TYPE_CHECKING:
    from sandogh.server.rolls.importer import RollReport

SHOWN_ROWS = 20


class Moment(click.ParamType[datetime]):
    """ISO time with its offset from UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            time = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"«{value}» is not an ISO time such as 2026-12-18T08:00:00+03:30", param, ctx)
        if time.tzinfo is None:
            self.fail(f"«{value}» does not say its offset from UTC, as in 2026-12-18T08:00:00+03:30", param, ctx)
        return time


# ---- preparing
@election.command()
@click.argument("definition", type=FILE)
@click.option("--roll", type=FILE, required=True, help="The voters: CSV in UTF-8 with the eight columns, and perhaps their weights.")
@click.option(
    "--group",
    type=click.Choice(["Ed25519", "BELENIOS-2048", "RFC-3526-2048"]),
    default="Ed25519",
    show_default=True,
    help="The booth votes in the first two; the first and the last open rankings and grades.",
)
@click.option("--opens", type=Moment(), help="Opening, in place of the definition's.")
@click.option("--closes", type=Moment(), help="Closing, in place of the definition's.")
@click.option("--report", type=FILE, help="Write each row's fate to this new file (JSON; it holds personal data).")
def create(definition: Path, roll: Path, group: str, opens: datetime | None, closes: datetime | None, report: Path | None) -> None:
    """Make an election in draft from DEFINITION, the photos beside it, and the roll; prints its slug."""
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts
    from sandogh.server.console.photos import photos_beside

    made, fates = acts.create(
        read(definition), read(roll), group=group, opens_at=opens, closes_at=closes, photos=photos_beside(definition), now=now()
    )
    tell_fates(fates, report)
    talk(f"{made.slug}: {len(made.races())} races; voting from {made.opens_at.isoformat()} to {made.closes_at.isoformat()}")
    click.echo(made.slug)


@election.command()
@click.argument("slug")
@click.option("--definition", type=FILE)
@click.option("--roll", type=FILE)
@click.option("--report", type=FILE, help="Write each row's fate to this new file (JSON; it holds personal data).")
def revise(slug: str, definition: Path | None, roll: Path | None, report: Path | None) -> None:
    """Put another definition (with the photos beside it) or roll in place of a draft's."""
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts
    from sandogh.server.console.photos import photos_beside
    from sandogh.server.elections.photos import no_photos

    if definition is None and roll is None:
        raise click.UsageError("give --definition, --roll, or both")
    fates = acts.revise(
        found(slug),
        definition=read(definition) if definition else None,
        roll=read(roll) if roll else None,
        photos=photos_beside(definition) if definition else no_photos,
        now=now(),
    )
    if fates:
        tell_fates(fates, report)
    talk(f"{slug}: revised")


def tell_fates(fates: "RollReport", report: Path | None) -> None:
    """Counts and the rejected rows: by number and code, since a terminal keeps what it shows."""
    totals = fates.totals()
    talk(f"roll: {totals['rows']} rows, {totals['accepted']} accepted ({totals['eligible']} may vote), {totals['rejected']} rejected")
    rejected = [row for row in fates.rows if not row.accepted]
    for row in rejected[:SHOWN_ROWS]:
        talk(f"  row {row.number} rejected: {', '.join(reason['code'] for reason in row.rejections)}")
    if len(rejected) > SHOWN_ROWS:
        talk(f"  and {len(rejected) - SHOWN_ROWS} more")
    if totals["rows_warned_and_accepted"]:
        talk(f"  {totals['rows_warned_and_accepted']} accepted rows with a warning")
    if report:
        write_new(report, [json.dumps(fates.as_dict(), ensure_ascii=False, indent=1).encode() + b"\n"], private=True)
        talk(f"  each row's fate: {report}")


@election.command("credentials-request")
@click.argument("slug")
@click.option("--out", type=FILE, required=True)
def credentials_request(slug: str, out: Path) -> None:
    """Write what the credential authority needs: the eligible voters and the invitation. It holds personal data."""
    from django.conf import settings

    from sandogh.server.console import acts

    write_new(out, [acts.credentials_request(found(slug), base_url=settings.BASE_URL)], private=True)
    talk(f"{out}: hand this to the credential authority, and delete it here afterwards")


@election.command()
@click.argument("slug")
@click.option("--credentials", type=FILE, required=True, help="From the authority: sandogh credentials issue.")
@click.option("--trustee", "trustees", type=FILE, multiple=True, help="Public key of a trustee who must decrypt; once for each, in order.")
@click.option(
    "--threshold-parameters",
    "thresholds",
    type=FILE,
    multiple=True,
    help="A group of trustees of whom its threshold must decrypt; once for each group.",
)
@click.option("--credentials-proof", "proof", type=FILE, help="From: sandogh credentials prove. Its certificate is published.")
@click.option("--same-operator", is_flag=True, help="The credential authority is run by this server's operator; the public page says so.")
def seal(
    slug: str, *, credentials: Path, trustees: tuple[Path, ...], thresholds: tuple[Path, ...], proof: Path | None, same_operator: bool
) -> None:
    """Freeze definition, roll, trustees and credentials, and publish them; prints the election's fingerprint.

    Trustees are numbered in the order given, the single ones first, then the members of each group.
    The first event's hash, told beside it, binds election, trustees and credentials in one value: publish it too.
    """
    from sandogh.server.board import domain as board
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts
    from sandogh.server.rolls import domain as rolls

    if not trustees and not thresholds:
        raise click.UsageError("give --trustee, --threshold-parameters, or both")
    sealed = acts.seal(
        found(slug),
        credentials=read(credentials),
        trustees=[read(path) for path in trustees],
        threshold_parameters=[read(path) for path in thresholds],
        credentials_proof=read(proof) if proof else None,
        same_operator=same_operator,
        now=now(),
    )
    members = acts.trustees(sealed)
    talk(f"{slug}: sealed, {sealed.eligible_at_sealing} voters, {len(members)} trustees")
    if any(member.group for member in members):
        for member in members:
            kind = f"group {member.group}" if member.group else "must decrypt"
            talk(f"  trustee {member.number}: {member.name or 'without a name'} ({kind})")
    if alone := rolls.lone_weights(sealed):
        talk(f"{slug}: {alone} voters have a weight that nobody else has; on the board their ballots can be recognised by it")
    talk(f"first event on the board: {board.head(sealed).hash}")
    click.echo(sealed.fingerprint)


@election.command()
@click.argument("slug")
@click.argument("record", type=FILE)
def rehearsal(slug: str, record: Path) -> None:
    """Note the record of a rehearsal, in which the trustees opened a canary with their real keys."""
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts

    passed = acts.note_rehearsal(found(slug), read(record), now=now())
    talk(f"{slug}: the rehearsal is on record: {'a quorum opened the canary' if passed else 'NO quorum could open the canary'}")


# ---- voting
@election.command("open")
@click.argument("slug")
@click.option("--now", "at_once", is_flag=True, help="Before the announced time; only for a fictional election.")
def open_voting(slug: str, at_once: bool) -> None:
    """Open the voting. The worker does it by itself at the announced time."""
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts

    opened = acts.open_voting(found(slug), now=now(), at_once=at_once)
    talk(f"{slug}: open until {opened.closes_at.isoformat()}")
    if not acts.rehearsed(opened):
        talk(
            f"{slug}: warning: no passed rehearsal of the trustees is on record, so whether their keys work is not known;"
            f" hold one («sandogh trustee rehearsal new») and note it («sandogh election rehearsal {slug} RECORD»)"
        )


@election.command()
@click.argument("slug")
@click.option("--early", is_flag=True, help="End the voting before the announced time; whoever is logged in may still finish.")
@click.option("--reason", default="", help="Why it ends early; published.")
@click.option("--now", "at_once", is_flag=True, help="Do not wait for those who are voting; only for a fictional election.")
def close(slug: str, early: bool, reason: str, at_once: bool) -> None:
    """Close the voting. The worker does it by itself when the last session is over."""
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts

    if early and not reason.strip():
        raise click.UsageError("--early needs --reason")
    moment = now()
    chosen = found(slug)
    if early and not (at_once and chosen.closes_at <= moment):
        chosen = acts.close_early(chosen, reason=reason, now=moment)
        talk(f"{slug}: no further logins")
        if moment < chosen.last_cast_at and not at_once:
            talk(f"{slug}: whoever is logged in may finish until {chosen.last_cast_at.isoformat()}; the worker closes it then")
            return
    acts.close(chosen, now=moment, at_once=at_once)
    talk(f"{slug}: closed")


@election.command()
@click.argument("slug")
@click.option("--reason", required=True)
def cancel(slug: str, reason: str) -> None:
    """Cancel an election whose result is not published."""
    from sandogh.server.common.clock import now
    from sandogh.server.console import acts

    acts.cancel(found(slug), reason=reason, now=now())
    talk(f"{slug}: cancelled")


@click.command()
def prepare() -> None:
    """Make or update the database, and in production collect the static files. Run it before the first start and after every upgrade."""
    settings = set_up()
    from django.core.management import call_command
    from django.db import DatabaseError

    from sandogh.server.console.setup import first_line

    try:
        call_command("migrate", interactive=False, verbosity=0)
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
    except DatabaseError as error:
        raise click.ClickException(f"the database cannot be prepared: {first_line(error)}") from error
    talk("the database is prepared")
