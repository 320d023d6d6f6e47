"""A whole election by command line, from a voter roll to a result that anyone can verify. Read it from top to bottom.

Server, worker and telephones are running; five members vote over HTTP as a program would; everything else is typed.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from .http_voter import HttpVoter
from .installation import EXAMPLES, Installation

SLUG = "arkan-1405"
SAMPLE: dict[str, Any] = json.loads((EXAMPLES / "sample-election.json").read_text())
PEOPLE = {voter["scenario"]: voter for voter in SAMPLE["test_voters"]}
CANDIDATES = [len(race["candidates"]) for race in SAMPLE["races"]]

# Who votes how: the places on the ballot that are marked, race by race. The last one votes for nobody.
VOTES = {
    "9901014501": [[0, 3, 24], [1], [0]],
    "9901014502": [[0, 1, 2, 3, 4, 5, 6], [0, 1, 2], [0]],
    "9902014503": [[3], [], [2]],
    "9903014504": [[0, 24], [1, 7], []],
    "9911014512": [[], [], []],
}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    try:
        yield made
    finally:
        made.stop()


def marked(places: list[list[int]]) -> list[list[int]]:
    """Places as the protocol writes choices: a 0 or 1 for each candidate."""
    return [[int(place in chosen) for place in range(number)] for chosen, number in zip(places, CANDIDATES, strict=True)]


def expected_counts() -> list[list[int]]:
    return [
        [sum(marked(vote)[race][place] for vote in VOTES.values()) for place in range(number)] for race, number in enumerate(CANDIDATES)
    ]


@pytest.mark.parametrize("group", ["Ed25519", "BELENIOS-2048"])
def test_an_election_from_the_roll_to_the_verified_result(installation: Installation, group: str) -> None:
    office, here = installation, installation.folder
    now = datetime.now(UTC)

    # ---- The office sets the election up. Its roll is as untidy as rolls are: each row's fate is reported.
    office.sandogh("prepare")
    office.sandogh(
        "election", "create", EXAMPLES / "sample-election.json", "--roll", EXAMPLES / "roll-642.csv", "--group", group,
        "--opens", now.isoformat(), "--closes", (now + timedelta(hours=2)).isoformat(), "--report", "fates.json",
    )  # fmt: skip
    fates = json.loads((here / "fates.json").read_text())
    expected = json.loads((EXAMPLES / "roll-642.expected.json").read_text())
    assert fates["totals"] == {name: number for name, number in expected["totals"].items() if name != "members"}

    # ---- Acts out of order are refused.
    assert "wrong_state" in office.sandogh("election", "open", SLUG, fails=True)
    assert "wrong_state" in office.sandogh("election", "tally", SLUG, fails=True)

    # ---- Three trustees, each with a key of their own; the credential authority makes a credential for each eligible member.
    for number in (1, 2, 3):
        office.sandogh("trustee", "keygen", "--group", group, "--name", f"امین {number}", "--out", f"trustee-{number}", "--no-passphrase")
    office.sandogh("election", "credentials-request", SLUG, "--out", "authority/request.json")
    issued = office.sandogh(
        "credentials",
        "issue",
        "--request",
        "authority/request.json",
        "--store",
        "authority/secret.sqlite3",
        "--out",
        "authority/public.json",
        "--no-passphrase",
    )
    assert issued == "611 credentials"

    # ---- Sealed, nothing of it changes any more.
    keys = [word for number in (1, 2, 3) for word in ("--trustee", f"trustee-{number}.public.json")]
    fingerprint = office.sandogh("election", "seal", SLUG, "--credentials", "authority/public.json", *keys)
    assert len(fingerprint) == 43
    assert "frozen" in office.sandogh("election", "credentials-request", SLUG, "--out", "again.json", fails=True)

    # ---- Voting opens, and everybody with a mobile gets the link.
    office.sandogh("election", "open", SLUG)
    office.start()
    sent = json.loads(
        office.sandogh(
            "credentials", "send", "--store", "authority/secret.sqlite3", "--simulated-url", office.phone_url, "--rate", "0", "--json"
        )
    )
    assert sent["states"] == {"queued": 0, "sending": 0, "sent": 610, "failed": 0, "unknown": 0}
    assert sent["without_mobile"] == ["9905014506"]

    # ---- Five members vote.
    trackers = {}
    for licence_no, places in VOTES.items():
        person = next(voter for voter in SAMPLE["test_voters"] if voter["licence_no"] == licence_no)
        with HttpVoter(office.phone_url, licence_no=licence_no, national_id=person["national_id"], mobile=person["mobile"]) as voter:
            trackers[licence_no] = voter.vote(marked(places))
    assert office.status(SLUG)["board"]["ballots"] == 5

    # ---- The key and the count come only after the end.
    assert "wrong_state" in office.sandogh("election", "tally", SLUG, fails=True)
    office.sandogh("election", "archive", SLUG, "--out", "open.bel")
    too_early = office.sandogh(
        "trustee", "decrypt", "--key", "trustee-1.private.json", "--archive", "open.bel", "--out", "early.json", fails=True
    )
    assert "no encrypted tally yet" in too_early
    office.sandogh("election", "close", SLUG, "--early", "--reason", "پایان آزمایش", "--now")
    office.sandogh("election", "tally", SLUG)

    # ---- Each trustee checks the archive and decrypts; with two of three there is no result.
    office.sandogh("election", "archive", SLUG, "--out", "tally.bel")
    for number in (1, 2, 3):
        office.sandogh(
            "trustee", "decrypt", "--key", f"trustee-{number}.private.json", "--archive", "tally.bel", "--out", f"part-{number}.json"
        )
    office.sandogh("election", "decrypt", SLUG, "part-3.json", "part-1.json")
    office.sandogh("election", "publish", SLUG, fails=True)
    office.sandogh("election", "decrypt", SLUG, "part-2.json")
    office.sandogh("election", "publish", SLUG)
    assert office.status(SLUG)["state"] == "published"

    # ---- Anybody takes the archive and verifies it: the counts are those of the votes cast, and every voter's ballot is in it.
    office.sandogh("election", "archive", SLUG, "--out", "result.bel")
    office.sandogh("verify", "result.bel")
    assert published_counts(here / "result.bel") == expected_counts()
    stored = (here / "result.bel").read_bytes()
    for licence_no, tracker in trackers.items():
        assert tracker_hex(tracker) in stored, licence_no

    # ---- Nothing of an altered archive holds.
    (here / "altered.bel").write_bytes(stored.replace(b'"result":[[', b'"result":[[1', 1))
    office.sandogh("verify", "altered.bel", fails=True)

    # ---- A program written by others says the same.
    if group == "BELENIOS-2048":
        judge = shutil.which("belenios-tool")
        assert judge, "install belenios-tool"
        (here / "other").mkdir()
        shutil.copy(here / "result.bel", here / "other" / f"{uuid_of(here)}.bel")
        done = subprocess.run([judge, "election", "verify", "--dir", "other"], cwd=here, capture_output=True, text=True, check=False)
        assert (done.returncode, "all checks passed" in (done.stdout + done.stderr)) == (0, True), done.stdout + done.stderr


def published_counts(path: Path) -> list[list[int]]:
    """The counts of the archive's result, read without any of our code."""
    found = path.read_bytes().split(b'{"result":')[1].split(b"}")[0]
    counts: list[list[int]] = json.loads(found)
    return counts


def tracker_hex(tracker: str) -> bytes:
    """The name that a ballot with this tracker has in the archive (protocol.md §7.6, §11.2)."""
    import base64

    return base64.b64decode(tracker + "=").hex().encode()


def uuid_of(folder: Path) -> str:
    return str(json.loads((folder / "authority" / "request.json").read_text())["uuid"])
