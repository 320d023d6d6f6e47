"""Five trustees of whom three suffice, blank votes and weights: three programs judge the same file and say the same."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from e2e.browser.demonstration import Demonstration, person
from e2e.browser.test_verify_in_browser import CHECKED, outcomes, report, start
from e2e.browser.voter import DESK, Device
from interop.weighted import BOARD, CHOICES, INSPECTOR, archive_of, weighted
from protocol.elections import Story, story
from protocol.establishments import establish
from sandogh.protocol.ballot import make_ballot
from sandogh.protocol.finite_field import BELENIOS_2048

pytestmark = pytest.mark.e2e

#: Weights 1, 3 and 2; the one of weight 3 votes blank in the first race and for nobody in the second.
COUNTED = [[3, 3, 0, 1], [0, 3]]


@pytest.fixture(scope="module")
def held() -> tuple[Story, bytes]:
    """In the group that all three programs know."""
    made = establish(5, 3, BELENIOS_2048)
    told, weights = weighted(story(BELENIOS_2048, questions=(BOARD, INSPECTOR), holders=([made.parameters], made.held)))
    ballots = [make_ballot(told.election, told.voters[place], CHOICES[place][:2]) for place in (0, 1, 3)]
    return told, archive_of(told, weights, ballots, (5, 1, 4))


def test_ours(held: tuple[Story, bytes], tmp_path: Path) -> None:
    path = tmp_path / "election.bel"
    path.write_bytes(held[1])
    done = subprocess.run([shutil.which("sandogh") or ".venv/bin/sandogh", "verify", "--json", path], capture_output=True, check=False)
    said = json.loads(done.stdout)
    assert (done.returncode, said["verdict"], said["complete"]) == (0, "valid", True)
    assert [[answer["count"] for answer in question["answers"]] for question in said["result"]] == COUNTED


def test_belenios_tool(held: tuple[Story, bytes], tmp_path: Path) -> None:
    """The result is in the archive, so accepting the archive is accepting these counts."""
    (tmp_path / f"{held[0].election.uuid}.bel").write_bytes(held[1])
    tool = shutil.which("belenios-tool")
    assert tool, "apt-get install belenios-tool"
    done = subprocess.run([tool, "election", "verify"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "all checks passed" in done.stderr) == (0, True), done.stderr
    assert json.dumps({"result": COUNTED}, separators=(",", ":")).encode() in held[1]


def test_the_browser(held: tuple[Story, bytes], chromium: Browser, own_election: Demonstration) -> None:
    with Device(chromium, own_election, person(9), DESK) as visitor:
        page = visitor.page
        page.goto(own_election.page("board/"))
        page.route("**/archive.bel", lambda route: route.fulfill(body=held[1], content_type="application/x-tar"))
        start(page)
        assert outcomes(page) == dict.fromkeys(range(1, 11), "holds") | dict.fromkeys((11, 12), "not checked")
        # It is no board of this server, which the page tells as well.
        expect(page.locator("#verify .note--bad")).to_contain_text("تابلوی دیگری رسید", timeout=CHECKED)
        saved = report(page)
        assert (saved["verdict"], saved["election"]["fingerprint"]) == ("valid", held[0].election.fingerprint)
        assert [[answer["count"] for answer in question["answers"]] for question in saved["result"]] == COUNTED
