"""The one command with and without the server's packages."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from sandogh.cli import ALONE, SERVER, main


@pytest.mark.parametrize("name", [*ALONE, *SERVER])
def test_every_part_explains_itself(name: str) -> None:
    said = CliRunner().invoke(main, [name, "--help"])
    assert said.exit_code == 0, said.output
    assert said.output.startswith(f"Usage: main {name}")


def test_an_unknown_part_is_a_usage_error() -> None:
    assert CliRunner().invoke(main, ["recount"]).exit_code == 2


# Django cannot be imported and cannot be found, as where only the base distribution is installed.
WITHOUT_DJANGO = """
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name.split(".")[0] == "django" else find(name, *rest)
sys.modules["django"] = None
from sandogh.cli import main
main(sys.argv[1:], prog_name="sandogh")
"""


def run_without_django(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", WITHOUT_DJANGO, *words], capture_output=True, text=True, check=False)


def test_without_the_server_the_help_lists_what_works() -> None:
    said = run_without_django("--help")
    assert said.returncode == 0, said.stderr
    listed = [line.split()[0] for line in said.stdout.split("Commands:\n")[1].splitlines()]
    assert listed == list(ALONE)


def test_without_the_server_its_parts_name_the_remedy() -> None:
    said = run_without_django("serve")
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == "Error: «serve» needs the server's packages: pip install 'sandogh[server]'\n"
