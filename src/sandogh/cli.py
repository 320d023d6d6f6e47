"""The one command. Each party's part loads only when it is asked for, so that a verifier needs no server."""

from importlib import import_module

import click

PARTS = {
    "verify": ("sandogh.verifier.cli", "verify"),
    "trustee": ("sandogh.ceremony.cli", "trustee"),
    "credentials": ("sandogh.ceremony.cli", "credentials"),
    "election": ("sandogh.server.console.cli", "election"),
    "prepare": ("sandogh.server.console.cli", "prepare"),
    "serve": ("sandogh.server.console.serve", "serve"),
    "worker": ("sandogh.server.console.serve", "worker"),
    "phone": ("sandogh.phone.cli", "phone"),
    "demo": ("sandogh.server.console.demo", "demo"),
}


class Parts(click.Group):
    """Looks a command up in PARTS and imports it then."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(PARTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in PARTS:
            return None
        module, name = PARTS[cmd_name]
        try:
            command = getattr(import_module(module), name)
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("sandogh"):
                raise
            remedy = "pip install 'sandogh[server]'"
            raise click.ClickException(f"«{cmd_name}» needs the server's packages ({missing.name}): {remedy}") from missing
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}.{name} is not a command")
        return command


@click.group(cls=Parts)
@click.version_option(package_name="sandogh")
def main() -> None:
    """Sandogh, the ballot box: elections that anyone can verify."""
