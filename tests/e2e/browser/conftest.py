"""Real Chromium and one running demonstration for all tests of this folder."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from e2e.browser.demonstration import Demonstration

# The machine's own Chromium. Nothing of these tests leaves the machine, so its background errands are switched off.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("chromium is missing: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def open_election(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """An open election for tests that leave it open."""
    yield from demonstration_in(Path(tmp_path_factory.mktemp("open")))


@pytest.fixture(scope="module")
def own_election(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """An open election of one module's own, which may close and count it."""
    yield from demonstration_in(Path(tmp_path_factory.mktemp("own")))


def demonstration_in(folder: Path) -> Iterator[Demonstration]:
    """By the same command that a newcomer types, with every invitation sent."""
    made = Demonstration(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
