"""What every test may rely on: the project's own copies of examples and vectors."""

import os
import subprocess
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# How long an example takes is the machine's affair; speed is shown in bench/, never by a test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples"


@pytest.fixture(scope="session")
def belenios_vectors() -> Path:
    return ROOT / "tests" / "vectors" / "belenios"


@pytest.fixture(scope="session")
def newer_belenios() -> str:
    """A belenios-tool that knows Ed25519: the one that BELENIOS_TOOL_3 names, or else the one that `make setup-test` unpacks.

    The tests that ask for it are marked `belenios_newer`, and left out by name where no archive offers one; asked for, it must run.
    """
    program = os.environ.get("BELENIOS_TOOL_3") or str(ROOT / ".venv" / "belenios-newer" / "tool" / "belenios-tool")
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as fault:
        pytest.fail(f"{program} does not run: {fault}")
    if not said.startswith("3."):
        pytest.fail(f"{program} is not of the releases 3: {said}")
    return program


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What can only happen on PostgreSQL is left out on SQLite; `make test-postgres` runs it."""
    if connection.vendor == "postgresql":
        return
    left_out = [item for item in items if item.get_closest_marker("postgres")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
