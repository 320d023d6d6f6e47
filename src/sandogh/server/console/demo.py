"""`sandogh demo`: a whole fictional election on this machine, in one terminal, by the same commands that anybody would type.

Each party has a folder of its own under the data folder, as it would have a machine of its own: `server/`, `authority/` (the
credential authority), `ceremony/` (who coordinates the trustees' key), `trustee-1/` … `trustee-5/`, `phone/` (the simulated mobile
network).
"""

import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from sandogh.server.console.demo_trustees import COUNTING, TRUSTEES, Trustees
from sandogh.server.console.processes import (
    Child,
    Stopped,
    demand_free,
    hold,
    ignore_signals,
    stand_until_stopped,
    stopping_on_signals,
    wait_until_answering,
)

MARKER = "demo.json"
HOST = "127.0.0.1"
EXAMPLES = Path(__file__).resolve().parents[4] / "examples"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the first run chose and later runs keep: the ports stand inside links that were already texted."""

    port: int
    phone_port: int
    slug: str
    webhook_secret: str

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def phone_url(self) -> str:
        return f"http://{HOST}:{self.phone_port}"


class Demo:
    """The folder of one demonstration and the commands run in it."""

    def __init__(self, data: Path, settings: Settings) -> None:
        self.data = data
        self.settings = settings
        self.slug = settings.slug
        self.definition = EXAMPLES / "sample-election.json"
        self.roll = EXAMPLES / "roll-642.csv"
        self.request = data / "authority" / "credentials-request.json"
        self.store = data / "authority" / "credentials.sqlite3"
        self.public_credentials = data / "authority" / "public-credentials.json"
        self.archive = data / f"{self.slug}.bel"
        self.trustees = Trustees(data, show)

    def visible(self) -> dict[str, str]:
        """The environment that a person needs to type the same commands."""
        return {"SANDOGH_DATA": str(self.data / "server"), "SANDOGH_BASE_URL": self.settings.base_url}

    def environment(self) -> dict[str, str]:
        """Everything of ours is set here and nothing is inherited, so that no real election's settings leak into a demonstration."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SANDOGH_")}
        return inherited | self.visible() | {
            "SANDOGH_ENV": "development",
            "SANDOGH_SMS_PROVIDER": "simulated",
            "SANDOGH_SMS_SIMULATED_URL": self.settings.phone_url,
            "SANDOGH_SMS_WEBHOOK_SECRET": self.settings.webhook_secret,
            "SANDOGH_PHONE_DATA": str(self.data / "phone"),
            "DJANGO_SETTINGS_MODULE": "sandogh.server.settings",
            "PYTHONUNBUFFERED": "1",
        }  # fmt: skip

    # ---- running commands
    def run(self, *arguments: str | Path) -> None:
        """Show and run one `sandogh` command; stop the demonstration with its status when it refuses."""
        words = [str(argument) for argument in arguments]
        show(words)
        done = subprocess.run([*SANDOGH, *words], env=self.environment(), stdin=subprocess.DEVNULL, check=False)  # noqa: S603 (our own command)
        if done.returncode:
            raise click.ClickException(
                f"«sandogh {' '.join(words[:2])}» ended with status {done.returncode}; running this again goes on from here"
            )

    def state(self) -> str:
        """The election's state; "" while there is none. ClickException with the command's own sentence when it cannot be told."""
        done = subprocess.run(  # noqa: S603 (our own command)
            [*SANDOGH, "election", "status", self.slug, "--json"],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode == 0:
            return str(json.loads(done.stdout)["state"])
        said = done.stderr.decode(errors="replace").strip().removeprefix("Error: ")
        if "[no_election]" in said:
            return ""
        raise click.ClickException(f"the election's state cannot be told: {said}")


def sandogh_command() -> list[str]:
    """How this very installation's command is started."""
    script = Path(sys.executable).parent / "sandogh"
    return [str(script)] if script.is_file() else [sys.executable, "-c", "from sandogh.cli import main; main()"]


SANDOGH = sandogh_command()


def shorten(word: str) -> str:
    """A path as seen from here, when that is shorter."""
    with suppress(ValueError):
        return str(Path(word).relative_to(Path.cwd())) if word.startswith("/") else word
    return word


def show(words: Sequence[str | Path]) -> None:
    """A command as a person would type it."""
    say(f"$ {shlex.join(['sandogh', *(shorten(str(word)) for word in words)])}", dim=True)


def say(text: str = "", *, dim: bool = False, bold: bool = False) -> None:
    click.secho(text, dim=dim, bold=bold)
    sys.stdout.flush()


# ---- the command
@click.group(invoke_without_command=True)
@click.option("--fresh", is_flag=True, help="Throw the demonstration's data away and start over.")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of its data.  [default: $SANDOGH_DATA/demo or var/demo]"
)
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the election's pages.  [default: 8000]")
@click.option("--phone-port", type=click.IntRange(1, 65535), help="Port of the simulated phones.  [default: 8001]")
@click.option("--hours", type=click.FloatRange(min=0.01, max=72), default=3.0, show_default=True, help="How long voting stays open.")
@click.pass_context
def demo(ctx: click.Context, *, fresh: bool, data: Path | None, port: int | None, phone_port: int | None, hours: float) -> None:
    """Prepare and serve a fictional election to click through. Ctrl-C stops it; again resumes."""
    if os.environ.get("SANDOGH_ENV") == "production":
        raise click.ClickException("SANDOGH_ENV is production: the demonstration is for trying only")
    if not (EXAMPLES / "sample-election.json").is_file():
        raise click.ClickException("the demonstration needs the project's folder with examples/: clone it, and run «make demo» there")
    folder = (data or Path(os.environ.get("SANDOGH_DATA", "var")) / "demo").resolve()
    ctx.obj = folder
    if ctx.invoked_subcommand is not None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with hold(folder / "running.lock", "a demonstration with this data is running already: use it, or choose another --data"):
        if fresh:
            throw_away(folder)
        chosen = settings_of(folder, port=port, phone_port=phone_port)
        demand_free(HOST, chosen.port, "--port")
        demand_free(HOST, chosen.phone_port, "--phone-port")
        save(folder, chosen)
        made = Demo(folder, chosen)
        try:
            with stopping_on_signals():
                prepare(made, hours=hours)
                serve(made)
        except Stopped:
            say("Stopped. Running it again resumes; --fresh starts over.")


@demo.command()
@click.pass_obj
def count(folder: Path) -> None:
    """Close the election, count it with three of the five trustees, publish, and verify the archive; each command is shown."""
    if not (folder / MARKER).is_file():
        raise click.ClickException(f"there is no demonstration in {folder}: start one with «sandogh demo»")
    made = Demo(folder, Settings(**read_marker(folder)))
    count_votes(made)


# ---- its data
def throw_away(folder: Path) -> None:
    """Empty the folder, but only one that this program made."""
    entries = [entry for entry in folder.iterdir() if entry.name != "running.lock"]
    if entries and not (folder / MARKER).is_file():
        raise click.ClickException(f"{folder} was not made by «sandogh demo», so --fresh does not empty it")
    # The marker goes last: an interrupted emptying can be repeated.
    for entry in sorted(entries, key=lambda entry: entry.name == MARKER):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def read_marker(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MARKER).read_text())
    return found


def settings_of(folder: Path, *, port: int | None, phone_port: int | None) -> Settings:
    """The saved settings, or new ones; refuses a port that contradicts links already made."""
    if (folder / MARKER).is_file():
        saved = Settings(**read_marker(folder))
        wanted = replace(saved, port=port or saved.port, phone_port=phone_port or saved.phone_port)
        if wanted != saved and (folder / "authority" / "credentials-request.json").exists():
            raise click.ClickException(
                f"this demonstration was prepared for ports {saved.port} and {saved.phone_port}, which stand in the texted links:"
                " use those, or start over with --fresh"
            )
        return wanted
    slug = json.loads((EXAMPLES / "sample-election.json").read_text())["election"]["slug"]
    return Settings(port=port or 8000, phone_port=phone_port or 8001, slug=slug, webhook_secret=secrets.token_urlsafe(24))


def save(folder: Path, settings: Settings) -> None:
    temporary = folder / f"{MARKER}.new"
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(asdict(settings), indent=1))
    temporary.rename(folder / MARKER)


# ---- preparing
def prepare(demo: Demo, *, hours: float) -> None:
    """From nothing to an open election. Each step looks whether it is done, so a run that died half-way is simply run again.

    1. the database, the definition and the roll
    2. five trustees make a key of which three suffice, each in a folder of its own
    3. the credential authority makes the credentials from the frozen roll
    4. seal: from here on nothing of the election changes
    5. the trustees rehearse with their real keys
    6. open
    """
    for part in ("server", "authority", "phone", "log", *(f"trustee-{number}" for number in TRUSTEES)):
        (demo.data / part).mkdir(mode=0o700, exist_ok=True)
    # (1)
    say("Preparing the election …", bold=True)
    demo.run("prepare")
    if not demo.state():
        now = datetime.now(UTC).replace(microsecond=0)
        demo.run(
            "election", "create", demo.definition, "--roll", demo.roll, "--report", demo.data / "server" / "roll-report.json",
            "--opens", now.isoformat(), "--closes", (now + timedelta(hours=hours)).isoformat(),
        )  # fmt: skip
    if demo.state() == "draft":
        # (2)
        people = json.loads(demo.definition.read_text())["election"]["supervisory_board"]
        demo.trustees.establish([person["name"] for person in people[: len(TRUSTEES)]])
        # (3)
        if not readable(demo.request):
            demo.request.unlink(missing_ok=True)
            demo.run("election", "credentials-request", demo.slug, "--out", demo.request)
        demo.run(
            "credentials", "issue", "--request", demo.request, "--store", demo.store, "--out", demo.public_credentials, "--no-passphrase"
        )  # fmt: skip
        # (4)
        parties = ("--credentials", demo.public_credentials, "--threshold-parameters", demo.trustees.parameters)
        demo.run("election", "seal", demo.slug, *parties, "--same-operator")
    if demo.state() == "sealed":
        # (5)
        if not readable(demo.trustees.rehearsal_record):
            sealed = demo.data / "sealed.bel"
            sealed.unlink(missing_ok=True)
            demo.run("election", "archive", demo.slug, "--out", sealed)
            demo.trustees.rehearse(sealed)
        demo.run("election", "rehearsal", demo.slug, demo.trustees.rehearsal_record)
        # (6)
        demo.run("election", "open", demo.slug)


def readable(path: Path) -> bool:
    """Whether the file holds a whole JSON document."""
    with suppress(OSError, ValueError):
        json.loads(path.read_bytes())
        return True
    return False


# ---- serving
def serve(demo: Demo) -> None:
    """Phones, server and worker, until Ctrl-C or until one of them ends by itself."""
    settings = demo.settings
    inbound = f"{settings.base_url}/sms/inbound/{settings.webhook_secret}/"
    delivery = f"{settings.base_url}/sms/delivery/{settings.webhook_secret}/"
    commands: Mapping[str, Sequence[str]] = {
        "phone": ["phone", "serve", "--port", str(settings.phone_port), "--webhook", inbound, "--delivery", delivery],
        "server": ["serve", "--host", HOST, "--port", str(settings.port)],
        "worker": ["worker"],
    }
    children: list[Child] = []
    try:
        for name, words in commands.items():
            children.append(Child(name, [*SANDOGH, *words], environment=demo.environment(), log=demo.data / "log" / f"{name}.log"))
        wait_until_answering(settings.phone_url, children)
        wait_until_answering(f"{settings.base_url}/e/{demo.slug}/", children)
        if demo.state() == "open":
            demo.run(
                "credentials",
                "send",
                "--store",
                demo.store,
                "--provider",
                "simulated",
                "--simulated-url",
                settings.phone_url,
                "--rate",
                "0",
            )
        announce(demo)
        stand_until_stopped(children)
    finally:
        ignore_signals()  # a second Ctrl-C must not leave half of them running
        for child in reversed(children):
            child.stop()


def announce(demo: Demo) -> None:
    """What a person needs to try it."""
    settings = demo.settings
    voters = [voter for voter in json.loads(demo.definition.read_text())["test_voters"] if voter["status"] == "active" and voter["mobile"]][
        :3
    ]
    say()
    say("The election is here", bold=True)
    say(f"  pages    {settings.base_url}/e/{demo.slug}/")
    say(f"  phones   {settings.phone_url}/   (simulated: every text of this demonstration arrives here and nowhere else)")
    say(f"  logs     {shorten(str(demo.data / 'log'))}/")
    say()
    say("Three voters to try (fictional). Begin on the voter's phone: tap the link in the invitation.", bold=True)
    for voter in voters:
        say(f"  {voter['given_name']} {voter['family_name']}")
        say(f"    licence {voter['licence_no']}   national ID {voter['national_id']}   mobile {voter['mobile']}")
        say(f"    phone   {settings.phone_url}/phone/{voter['mobile']}/")
    say()
    if demo.state() != "open":
        say(f"Voting has ended (state: {demo.state()}). In a second terminal:", bold=True)
    else:
        say("To close and count, in a second terminal:", bold=True)
    say(f"  make demo-count        or: {' '.join(['sandogh', 'demo', *data_option(demo)])} count")
    say("  (it shows each command that it runs: close, tally, three of five trustees decrypt, publish, archive, verify)")
    say()
    say("Ctrl-C stops everything; running it again resumes; make demo-fresh starts over.")


def data_option(demo: Demo) -> list[str]:
    default = (Path(os.environ.get("SANDOGH_DATA", "var")) / "demo").resolve()
    return [] if demo.data == default else ["--data", shorten(str(demo.data))]


# ---- counting
def count_votes(demo: Demo) -> None:
    """From an open election to a verified result; each step looks whether it is done.

    1. close, without waiting for those who are just voting (allowed for fictional elections only)
    2. the server adds up the encrypted ballots; the archive goes to the trustees
    3. three of the five trustees check it and decrypt with their own keys; nobody else has those
    4. the server puts the three together, and publishes
    5. anybody verifies the archive, with a program that shares nothing with the server
    """
    say("The same commands can be typed by hand, with:")
    for name, value in demo.visible().items():
        say(f"$ export {name}={shlex.quote(value)}", dim=True)
    state = demo.state()
    if state in {"", "draft", "sealed", "cancelled"}:
        raise click.ClickException(f"the election is not open (state: {state or 'none'}): start it with «sandogh demo»")
    # (1)
    if state == "open":
        demo.run("election", "close", demo.slug, "--early", "--reason", "end of the demonstration", "--now")
    # (2)
    if demo.state() == "closed":
        demo.run("election", "tally", demo.slug)
    to_decrypt = demo.data / "to-decrypt.bel"
    if demo.state() == "tallying":
        if not to_decrypt.is_file():
            demo.run("election", "archive", demo.slug, "--out", to_decrypt)
        # (3)
        partials = [demo.trustees.file(number, "partial-decryption.json") for number in COUNTING]
        for number, partial in zip(COUNTING, partials, strict=True):
            if not partial.is_file():
                demo.run("trustee", "decrypt", "--key", demo.trustees.private_key(number), "--archive", to_decrypt, "--out", partial)
        # (4)
        demo.run("election", "decrypt", demo.slug, *partials)
        demo.run("election", "publish", demo.slug)
    # (5)
    demo.archive.unlink(missing_ok=True)
    demo.run("election", "archive", demo.slug, "--out", demo.archive)
    demo.run("verify", demo.archive)
    say()
    say("The result", bold=True)
    say(f"  page     {demo.settings.base_url}/e/{demo.slug}/result/   (while the demonstration is running)")
    say(f"  archive  {shorten(str(demo.archive))}   (verify it anywhere: sandogh verify FILE)")
