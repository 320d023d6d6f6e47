"""From the landing page to the receipt without touching a mouse or a screen: keys only."""

import pytest
from playwright.sync_api import Browser, expect

from e2e.browser.demonstration import Demonstration, person
from e2e.browser.voter import DESK, SEALED, Device

pytestmark = pytest.mark.e2e
FAR = 120  # presses of Tab after which something is not reachable


def tab_to(device: Device, words: str) -> None:
    """Press Tab until the focused control carries these words; it must be visibly focused and inside the window."""
    page = device.page
    for _ in range(FAR):
        page.keyboard.press("Tab")
        name, box, outlined = page.evaluate(
            """() => {
                const on = document.activeElement, label = on.labels?.[0] ?? on;
                if (on === document.body) return ["", [0, 0, 0], false];
                const box = label.getBoundingClientRect(), style = getComputedStyle(label), own = getComputedStyle(on);
                const words = `${on.getAttribute("aria-label") ?? ""} ${label.innerText ?? ""}`;
                return [words, [box.top, box.bottom, innerHeight], [style, own].some((of) => of.outlineStyle !== "none")];
            }"""
        )
        if words in name:
            assert outlined, f"the focus on «{words}» cannot be seen"
            assert box[1] > 0, f"«{words}» is focused above the window: {box}"
            assert box[0] < box[2], f"«{words}» is focused below the window: {box}"
            return
    raise AssertionError(f"«{words}» is not reached by Tab")


def test_the_whole_way_by_keys_alone(chromium: Browser, open_election: Demonstration) -> None:
    with Device(chromium, open_election, person(1), DESK) as voter:
        page, keys = voter.page, voter.page.keyboard
        voter.open_invitation()
        tab_to(voter, "ورود")
        keys.press("Enter")
        expect(page.get_by_role("heading", name="ورود به پنل شخصی")).to_be_visible()
        tab_to(voter, "شمارهٔ پروانه")
        keys.type(voter.person.licence_no)
        tab_to(voter, "کد ملی")
        keys.type(voter.person.national_id)
        tab_to(voter, "بدون تصویر ادامه می‌دهم")
        keys.press("Enter")
        expect(page.get_by_text("انجام شد؛ دیگر به عدد تصویر نیازی نیست.")).to_be_visible(timeout=SEALED)
        tab_to(voter, "تأیید")
        keys.press("Enter")
        expect(page.get_by_label("کد تأیید")).to_be_focused()
        keys.type(voter.newest_code(0))
        keys.press("Enter")
        expect(page).to_have_url(open_election.page("vote/"))

        voter.at_race("هیئت مدیره")
        tab_to(voter, "گلناز آیینه‌چی")
        keys.press("Space")
        expect(page.get_by_role("checkbox", name="گلناز آیینه‌چی")).to_be_checked()
        tab_to(voter, "ادامه")
        keys.press("Enter")
        voter.at_race("بازرس")
        # The focus follows to the new screen's heading, so that a screen reader says where one is.
        expect(page.get_by_role("heading", name="بازرس", level=1)).to_be_focused()
        tab_to(voter, "ادامه")
        keys.press("Enter")
        voter.at_race("دادستان انتظامی")
        tab_to(voter, "ادامه")
        keys.press("Enter")
        voter.at_race("پیش‌نمایش")
        voter.text(voter.vote_code())
        voter.wait_for_confirmation()
        tab_to(voter, "امضا و ثبت رأی")
        keys.press("Enter")
        expect(page.get_by_role("heading", name="رسید رأی")).to_be_visible(timeout=SEALED)
