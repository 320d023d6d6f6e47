"""axe finds no violation on any page, and no page scrolls sideways, at phone and desktop size, in light and dark."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from e2e.browser.axe import check
from e2e.browser.demonstration import Demonstration, person
from e2e.browser.voter import DESK, PHONE, Device

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("path", ["", "login/", "board/", "tracker/", "fingerprints/", "result/", "vote/", "receipt/", "no-such-page/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_public_pages(chromium: Browser, open_election: Demonstration, path: str, scheme: Any, size: dict[str, int]) -> None:
    with Device(chromium, open_election, person(1), size) as visitor:
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.page.goto(open_election.page(path))
        check(visitor.page, path or "landing")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_public_pages_in_english(chromium: Browser, open_election: Demonstration, size: dict[str, int]) -> None:
    """Each is put into English by its own switch, and stays the page it is."""
    with Device(chromium, open_election, person(1), size) as visitor:
        page = visitor.page
        for path in ("", "login/", "board/", "tracker/", "fingerprints/", "result/"):
            page.goto(open_election.page(path))
            expect(page.locator("html")).to_have_attribute("dir", "rtl")
            page.get_by_role("button", name="English").click()
            expect(page).to_have_url(open_election.page(path))
            expect(page.locator("html[lang=en]")).to_have_attribute("dir", "ltr")
            check(page, f"English {path or 'landing'}")
            page.get_by_role("button", name="فارسی").click()
            expect(page.locator("html[lang=fa]")).to_have_attribute("dir", "rtl")


def test_the_simulated_phone(chromium: Browser, open_election: Demonstration) -> None:
    with Device(chromium, open_election, person(1)) as visitor:
        for address in (f"{open_election.phone_url}/", f"{open_election.phone_url}/phone/{visitor.person.mobile}/"):
            visitor.page.goto(address)
            check(visitor.page, address)


@pytest.mark.parametrize(("size", "number"), [(PHONE, 8), (DESK, 9)], ids=["phone", "desk"])
def test_every_step_of_the_voter(chromium: Browser, open_election: Demonstration, size: dict[str, int], number: int) -> None:
    with Device(chromium, open_election, person(number), size) as voter:
        page = voter.page
        voter.open_invitation()
        page.get_by_role("main").get_by_role("link", name="ورود", exact=True).click()
        page.get_by_label("شمارهٔ پروانه").fill("123")
        page.get_by_role("button", name="تأیید", exact=True).click()
        check(page, "login with errors")
        page.goto(open_election.page())
        voter.identify(at_code=lambda: check(page, "one-time code"))
        voter.at_race("هیئت مدیره")
        check(page, "race")
        voter.choose("گلناز آیینه‌چی", "ژاله امیدوارنیا", "کیوان ارجمندپور", "دکتر الهام شکیبافر", "مهندس آرش پولادوند")
        voter.choose("مهندس محمدحسین آبادگر", "غلامرضا بندری‌نژاد")
        page.locator("summary").first.click()
        check(page, "race, full")
        page.get_by_role("button", name="خروج").click()
        check(page, "leaving")
        page.get_by_role("button", name="ماندن و ادامه دادن").click()
        for title in ("هیئت مدیره", "بازرس", "دادستان انتظامی"):
            voter.at_race(title)
            voter.go_on()
        voter.at_race("پیش‌نمایش")
        voter.vote_code()
        check(page, "preview, waiting")
        voter.text(voter.vote_code())
        voter.wait_for_confirmation()
        check(page, "preview, confirmed")
        voter.sign()
        check(page, "receipt")
        page.get_by_role("link", name="رأی خود را در تابلوی عمومی ببینید").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check(page, "event")
