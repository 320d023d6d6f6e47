"""What every test may rely on: the project's own copies of examples and vectors."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples"


@pytest.fixture(scope="session")
def belenios_vectors() -> Path:
    return ROOT / "tests" / "vectors" / "belenios"
