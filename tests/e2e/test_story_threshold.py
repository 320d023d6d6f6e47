"""Five trustees of whom three suffice, blank votes, votes that weigh more than others, and a voter who tests the device before trusting it.

A whole election by command line, from the key ceremony to three programs' word on the result. Read it from top to bottom.
"""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from .http_voter import HttpVoter
from .installation import EXAMPLES, Installation

SLUG = "vazn-1405"
DEFINITION: dict[str, Any] = json.loads((EXAMPLES / "weights-and-blank.json").read_text())
PEOPLE = {voter["licence_no"]: voter for voter in DEFINITION["test_voters"]}
WEIGHTS = {"9901014501": 1, "9901014502": 3, "9902014503": 5, "9903014504": 12}

# Race by race; the first two races begin with the mark of the blank vote.
VOTES = {
    "9901014501": [[0, 1, 0, 1, 1, 0], [1, 0, 0, 0], [0, 1]],
    "9901014502": [[1, 0, 0, 0, 0, 0], [0, 1, 1, 0], [1, 0]],
    "9902014503": [[0, 0, 0, 0, 0, 0], [0, 0, 0, 1], [0, 0]],
    "9903014504": [[1, 0, 0, 0, 0, 0], [1, 0, 0, 0], [1, 0]],
}
TESTED = [[0, 0, 1, 0, 0, 0], [0, 1, 0, 0], [0, 1]]
FIVE = range(1, 6)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    for number in FIVE:
        (tmp_path / f"m{number}").mkdir()
    try:
        yield made
    finally:
        made.stop()


def everybody(office: Installation, command: Callable[[int], str]) -> set[str]:
    """Each trustee's command; the fingerprints that they compare by telephone."""
    return {office.sandogh(*command(number).split()) for number in FIVE}


def establish_key(office: Installation, group: str) -> None:
    names = [word for number in FIVE for word in ("--member", f"امین {number}")]
    office.sandogh("trustee", "ceremony", "new", "--folder", "office", "--group", group, "--threshold", "3", *names)
    everybody(
        office, lambda number: f"trustee certificate --ceremony office/ceremony.json --member {number} --out m{number}/me --no-passphrase"
    )
    for step, (command, paper) in enumerate(
        (("", "certificate"), ("commit", "commitment"), ("polynomial", "polynomial"), ("key", "key")), 1
    ):
        if command:
            compared = everybody(
                office,
                lambda number, c=command, s=step: f"trustee {c} --seed m{number}/me.seed.json --round office/round-{s - 1}.json",  # type: ignore[misc]
            )
            assert len(compared) == 1
        office.sandogh("trustee", "ceremony", "add", "--folder", "office", *(f"m{number}/me.{step}-{paper}.json" for number in FIVE))
    compared = everybody(
        office,
        lambda number: (
            f"trustee confirm --seed m{number}/me.seed.json --round office/round-4.json"
            f" --parameters office/threshold-parameters.json --out m{number}/me.private.json"
        ),
    )
    assert len(compared) == 1


def rehearse(office: Installation) -> None:
    """One trustee is away, and still there are enough."""
    office.sandogh("trustee", "rehearsal", "new", "--archive", "sealed.bel", "--before", "opening", "--out", "rehearsal.json")
    for number in (1, 2, 4, 5):
        office.sandogh(
            *("trustee", "rehearse", "--key", f"m{number}/me.private.json"),
            *("--rehearsal", "rehearsal.json", "--out", f"m{number}/answer.json"),
        )
    checked = ("--archive", "sealed.bel", "--rehearsal", "rehearsal.json", "--out", "rehearsed.json")
    answers = [f"m{number}/answer.json" for number in (1, 2, 4, 5)]
    said = office.sandogh("trustee", "rehearsal", "check", *checked, *answers, fails=True)
    assert "enough keys work to count, but not everybody passed" in said


def expected_counts() -> list[list[int]]:
    """Of each place how much weight marked it."""
    return [
        [sum(weight * VOTES[who][race][place] for who, weight in WEIGHTS.items()) for place in range(len(marks))]
        for race, marks in enumerate(VOTES["9901014501"])
    ]


@pytest.mark.parametrize("group", ["Ed25519", "BELENIOS-2048"])
def test_three_of_five_trustees_blank_votes_and_weights(installation: Installation, group: str) -> None:
    office, here = installation, installation.folder
    now = datetime.now(UTC)

    # ---- The office sets the election up; the roll says whose vote weighs how much.
    office.sandogh("prepare")
    office.sandogh(
        "election", "create", EXAMPLES / "weights-and-blank.json", "--roll", EXAMPLES / "weights-and-blank.csv", "--group", group,
        "--opens", now.isoformat(), "--closes", (now + timedelta(hours=2)).isoformat(), "--report", "fates.json",
    )  # fmt: skip
    totals = json.loads((here / "fates.json").read_text())["totals"]
    assert (totals["accepted"], totals["eligible"], totals["weight"]) == (8, 7, 30)

    # ---- Five trustees make a key of which three suffice; nobody ever holds the whole. The authority makes weighted credentials.
    establish_key(office, group)
    office.sandogh("election", "credentials-request", SLUG, "--out", "authority/request.json")
    store = ("--store", "authority/secret.sqlite3")
    issued = office.sandogh(
        "credentials", "issue", "--request", "authority/request.json", *store, "--out", "authority/public.json", "--no-passphrase"
    )
    assert issued == "7 credentials"
    spoilt = json.loads((here / "authority" / "public.json").read_text())
    spoilt["credentials"][0]["weight"] = 1000
    (here / "spoilt.json").write_text(json.dumps(spoilt, separators=(",", ":")))
    parameters = ("--threshold-parameters", "office/threshold-parameters.json")
    assert "credentials_weight" in office.sandogh("election", "seal", SLUG, "--credentials", "spoilt.json", *parameters, fails=True)
    office.sandogh("election", "seal", SLUG, "--credentials", "authority/public.json", *parameters)

    # ---- Before opening, the keys are rehearsed; the record goes to the minutes.
    office.sandogh("election", "archive", SLUG, "--out", "sealed.bel")
    rehearse(office)
    office.sandogh("election", "rehearsal", SLUG, "rehearsed.json")
    office.sandogh("election", "open", SLUG)
    office.start()
    office.sandogh("credentials", "send", *store, "--simulated-url", office.phone_url, "--rate", "0")

    # ---- One voter first seals a ballot only to open it: it held what it should, and can never be cast.
    first = PEOPLE["9901014501"]
    with HttpVoter(office.phone_url, licence_no="9901014501", national_id=first["national_id"], mobile=first["mobile"]) as voter:
        (here / "opening.json").write_bytes(voter.challenge(TESTED).to_bytes())
    opened = office.sandogh("ballot", "open", "opening.json", "--election", f"{office.url}/e/{SLUG}/")
    for words in ("لیلا ترازمند", "مهشید عدالت‌جونیا", "it is not among the 0 ballots on the board"):
        assert words in opened

    # ---- Four vote, that one among them.
    trackers = {}
    for licence_no, choices in VOTES.items():
        person = PEOPLE[licence_no]
        with HttpVoter(office.phone_url, licence_no=licence_no, national_id=person["national_id"], mobile=person["mobile"]) as voter:
            trackers[licence_no] = voter.vote(choices)
    assert "۱ برگهٔ بسته را به جای ثبت" in public_page(office, "board/")

    # ---- The count: two trustees are away; a third has sent a file that is not his, and is told so.
    office.sandogh("election", "close", SLUG, "--early", "--reason", "پایان آزمایش", "--now")
    office.sandogh("election", "tally", SLUG)
    office.sandogh("election", "archive", SLUG, "--out", "tally.bel")
    for number in (1, 2, 4, 5):
        office.sandogh(
            *("trustee", "decrypt", "--key", f"m{number}/me.private.json"), *("--archive", "tally.bel", "--out", f"m{number}/part.json")
        )
    false = json.loads((here / "m1" / "part.json").read_text()) | {"owner": 3}
    (here / "false.json").write_text(json.dumps(false, separators=(",", ":")))
    assert "invalid_partial_decryption" in office.sandogh("election", "decrypt", SLUG, "false.json", fails=True)
    office.sandogh("election", "decrypt", SLUG, "m4/part.json", "m1/part.json")
    assert office.status(SLUG)["missing_decryptions"] == [{"needed": 1, "of": [2, 3, 5]}]
    assert "missing_decryptions" in office.sandogh("election", "publish", SLUG, fails=True)
    assert "۱ نفر از کلیددارهای شمارهٔ ۲، ۳، ۵" in public_page(office, "result/")
    office.sandogh("election", "decrypt", SLUG, "m5/part.json")
    office.sandogh("election", "publish", SLUG)
    assert "result_out" in office.sandogh("election", "decrypt", SLUG, "m2/part.json", fails=True)

    # ---- The counts are in units of weight, blank votes apart; the page says so, and every voter's ballot is in the archive.
    office.sandogh("election", "archive", SLUG, "--out", "result.bel")
    assert published_counts(here / "result.bel") == expected_counts() == [[15, 1, 0, 1, 1, 0], [13, 3, 3, 5], [15, 1]]
    page = public_page(office, "result/")
    assert "۴ رأی، با هم ۲۱ واحد" in page
    stored = (here / "result.bel").read_bytes()
    for tracker in trackers.values():
        assert base64.b64decode(tracker + "=").hex().encode() in stored

    # ---- Anybody verifies: a file, or the running board; nothing of an altered one holds.
    assert "VALID" in office.sandogh("verify", "result.bel")
    office.sandogh("verify", f"{office.url}/e/{SLUG}/")
    (here / "altered.bel").write_bytes(stored.replace(b'"result":[[15', b'"result":[[14', 1))
    office.sandogh("verify", "altered.bel", fails=True)

    # ---- A program written by others says the same.
    if group == "BELENIOS-2048":
        judge = shutil.which("belenios-tool")
        assert judge, "install belenios-tool"
        uuid = json.loads((here / "authority" / "request.json").read_text())["uuid"]
        (here / "other").mkdir()
        shutil.copy(here / "result.bel", here / "other" / f"{uuid}.bel")
        done = subprocess.run([judge, "election", "verify", "--dir", "other"], cwd=here, capture_output=True, text=True, check=False)
        assert (done.returncode, "all checks passed" in (done.stdout + done.stderr)) == (0, True), done.stdout + done.stderr


def public_page(office: Installation, path: str) -> str:
    """The words of a page, as anybody reads it."""
    import httpx

    return httpx.get(f"{office.url}/e/{SLUG}/{path}", trust_env=False).text


def published_counts(path: Path) -> list[list[int]]:
    """The counts of the archive's result, read without any of our code."""
    found = path.read_bytes().split(b'{"result":')[1].split(b"}")[0]
    counts: list[list[int]] = json.loads(found)
    return counts
