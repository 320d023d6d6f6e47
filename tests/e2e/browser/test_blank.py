"""An election with «رأی سفید» as a choice of its own (protocol.md §7.3), in real Chromium, from the roll to the verified result."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from e2e.browser.axe import check
from e2e.browser.demonstration import Person
from e2e.browser.voter import DESK, PHONE, Device
from e2e.installation import EXAMPLES, Installation

pytestmark = pytest.mark.e2e

DEFINITION: dict[str, Any] = json.loads((EXAMPLES / "weights-and-blank.json").read_text())
SLUG: str = DEFINITION["election"]["slug"]
GROUP, INSPECTOR, PROSECUTOR = (race["title"] for race in DEFINITION["races"])
BLANK = "رأی سفید"


class Running(Installation):
    """An installation with this one election open."""

    def page(self, path: str = "") -> str:
        return f"{self.url}/e/{SLUG}/{path}"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    now = datetime.now(UTC)
    try:
        made.sandogh("prepare")
        made.sandogh(
            "election", "create", EXAMPLES / "weights-and-blank.json", "--roll", EXAMPLES / "weights-and-blank.csv",
            "--opens", now.isoformat(), "--closes", (now + timedelta(hours=2)).isoformat(), "--report", "fates.json",
        )  # fmt: skip
        made.sandogh("trustee", "keygen", "--name", "امین", "--out", "trustee", "--no-passphrase")
        made.sandogh("election", "credentials-request", SLUG, "--out", "authority/request.json")
        store = ("--store", "authority/secret.sqlite3")
        issue = ("--request", "authority/request.json", "--out", "authority/public.json", "--no-passphrase")
        made.sandogh("credentials", "issue", *store, *issue)
        made.sandogh("election", "seal", SLUG, "--credentials", "authority/public.json", "--trustee", "trustee.public.json")
        made.sandogh("election", "open", SLUG)
        made.start()
        made.sandogh("credentials", "send", *store, "--simulated-url", made.phone_url, "--rate", "0", "--json")
        yield made
    finally:
        made.stop()


def member(number: int) -> Person:
    """Test voter `number` of this election, counted from 1."""
    voter = DEFINITION["test_voters"][number - 1]
    return Person(voter["licence_no"], voter["national_id"], f"{voter['given_name']} {voter['family_name']}", voter["mobile"])


def test_blank_votes_are_cast_and_counted_apart(chromium: Browser, running: Running) -> None:
    names = {race["title"]: [one["display_name"] for one in race["candidates"]] for race in DEFINITION["races"]}

    # (1) By keyboard, on a phone: blank in the first race and no way around it, then names, then nobody.
    with Device(chromium, running, member(1), PHONE) as azadeh:
        page = azadeh.page
        azadeh.open_invitation()
        azadeh.log_in()
        azadeh.at_race(GROUP)
        blank = page.get_by_role("checkbox", name=BLANK)
        blank.focus()
        page.keyboard.press("Space")
        expect(blank).to_be_checked()
        closed = page.get_by_role("checkbox", name=names[GROUP][0])
        expect(closed).to_have_attribute("aria-disabled", "true")
        closed.focus()
        page.keyboard.press("Space")
        expect(closed).not_to_be_checked()
        expect(page.locator("#why")).to_contain_text("برای انتخاب نامزد، نخست آن را بردارید")
        check(page, "a race with blank chosen")
        azadeh.go_on()
        # Here one name or blank is asked for.
        azadeh.at_race(INSPECTOR)
        page.get_by_role("button", name="ادامه", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator("#why")).to_contain_text("دست‌کم یک نفر")
        azadeh.choose(names[INSPECTOR][1])
        expect(page.get_by_role("checkbox", name=BLANK)).to_have_attribute("aria-disabled", "true")
        azadeh.go_on()
        azadeh.at_race(PROSECUTOR)
        expect(page.get_by_role("checkbox", name=BLANK)).to_have_count(0)
        azadeh.go_on()
        azadeh.at_race("پیش‌نمایش")
        shown = page.locator(".picks")
        expect(shown.nth(0)).to_contain_text(BLANK)
        expect(shown.nth(1)).to_contain_text(names[INSPECTOR][1])
        azadeh.text(azadeh.vote_code())
        check(page, "a preview with a blank vote")
        azadeh.sign()

    # (2) At a desk: blank in both, tested first and then cast.
    with Device(chromium, running, member(2), DESK) as kian:
        page = kian.page
        kian.open_invitation()
        kian.log_in()
        for title in (GROUP, INSPECTOR):
            kian.at_race(title)
            kian.choose(BLANK)
            kian.go_on()
        kian.at_race(PROSECUTOR)
        kian.choose(names[PROSECUTOR][0])
        kian.go_on()
        kian.vote_code()
        page.get_by_role("button", name="آزمودن رأی").click()
        page.get_by_role("button", name="این برگه را می‌آزمایم").click()
        expect(page.get_by_text("در برگهٔ بسته همین بود")).to_be_visible()
        assert [part.locator("p").all_inner_texts() for part in page.locator(".picks").all()] == [[BLANK], [BLANK], []]
        page.get_by_role("button", name="بازگشت و مهر دوباره").click()
        kian.text(kian.vote_code())
        kian.sign()

    # (3) Counted and verified: blank votes stand first in the count of a race that has them, with the weight of who cast them.
    running.sandogh("election", "close", SLUG, "--early", "--reason", "پایان آزمایش", "--now")
    running.sandogh("election", "tally", SLUG)
    running.sandogh("election", "archive", SLUG, "--out", "tally.bel")
    running.sandogh("trustee", "decrypt", "--key", "trustee.private.json", "--archive", "tally.bel", "--out", "part.json")
    running.sandogh("election", "decrypt", SLUG, "part.json")
    running.sandogh("election", "publish", SLUG)
    running.sandogh("election", "archive", SLUG, "--out", "result.bel")
    running.sandogh("verify", "result.bel")
    counts = json.loads((running.folder / "result.bel").read_bytes().split(b'{"result":')[1].split(b"}")[0])
    # The roll gives the first member the weight 1 and the second 3.
    assert [race[0] for race in counts[:2]] == [1 + 3, 3]
    assert [sum(race) for race in counts] == [4, 4, 3]
