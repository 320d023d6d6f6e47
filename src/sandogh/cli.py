"""The one command. Each party's part loads only when it is asked for, so that a verifier needs no server."""

from importlib import import_module
from importlib.util import find_spec

import click

# What the base installation can do: check, hold a key, issue credentials.
ALONE = {
    "verify": ("sandogh.verifier.cli", "verify"),
    "ballot": ("sandogh.verifier.ballot_cli", "ballot"),
    "trustee": ("sandogh.ceremony.cli", "trustee"),
    "credentials": ("sandogh.ceremony.cli", "credentials"),
}
# What needs the packages of sandogh[server].
SERVER = {
    "election": ("sandogh.server.console.cli", "election"),
    "prepare": ("sandogh.server.console.cli", "prepare"),
    "serve": ("sandogh.server.console.serve", "serve"),
    "worker": ("sandogh.server.console.serve", "worker"),
    "phone": ("sandogh.phone.cli", "phone"),
    "demo": ("sandogh.server.console.demo", "demo"),
}


def has_server() -> bool:
    return find_spec("django") is not None


class Parts(click.Group):
    """Looks a command up and imports it then."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*ALONE, *(SERVER if has_server() else ())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in SERVER and not has_server():
            raise click.ClickException(f"«{cmd_name}» needs the server's packages: pip install 'sandogh[server]'")
        place = (ALONE | SERVER).get(cmd_name)
        if place is None:
            return None
        module, name = place
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}.{name} is not a command")
        return command


@click.group(cls=Parts)
@click.version_option(package_name="sandogh")
def main() -> None:
    """Sandogh, the ballot box: elections that anyone can verify."""
