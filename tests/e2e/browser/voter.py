"""A voter at the screen: everything is done as a person does it, by what stands on the page, on one device of a given size."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from playwright.sync_api import Browser, BrowserContext, Page, expect

from e2e.browser.demonstration import Person, latin

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
SEALED = 60_000  # milliseconds: an old phone takes a while, and so does a busy test machine


class Place(Protocol):
    """A running election: where its pages are, and its voters' telephones."""

    @property
    def url(self) -> str: ...

    @property
    def phone_url(self) -> str: ...

    def page(self, path: str = "") -> str:
        """The address of one of the election's pages."""


@dataclass(slots=True)
class Device:
    """One browser with nothing remembered, and the voter in front of it."""

    browser: Browser
    demonstration: Place
    person: Person
    size: dict[str, int] = field(default_factory=lambda: PHONE)
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)
    complaints: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.context = self.browser.new_context(viewport=self.size, locale="fa-IR", timezone_id="Asia/Tehran", service_workers="block")
        self.page = self.context.new_page()
        ours = (self.demonstration.url, self.demonstration.phone_url, "data:", "blob:")
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", lambda request: request.url.startswith(ours) or self.complaints.append(f"outside request: {request.url}"))
        # The policy's own refusals appear here: inline styles, scripts from elsewhere.
        self.page.on("console", lambda said: "Content Security Policy" in said.text and self.complaints.append(said.text))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.context.close()
        if error is None and self.complaints:
            raise AssertionError(self.complaints)

    # ---- the voter's own phone (the simulated network's page), in a tab of its own
    def texts(self, person: Person | None = None) -> list[str]:
        """What stands on the phone, oldest first."""
        with_phone = self.context.new_page()
        with_phone.goto(f"{self.demonstration.phone_url}/phone/{(person or self.person).mobile}/")
        found = with_phone.locator(".sms:not(.sms--out) p").all_inner_texts()
        with_phone.close()
        return found

    def text(self, words: str, *, phone_of: Person | None = None) -> None:
        """Write a text message to the short number, from the voter's own phone or another's."""
        with_phone = self.context.new_page()
        with_phone.goto(f"{self.demonstration.phone_url}/phone/{(phone_of or self.person).mobile}/")
        with_phone.get_by_role("textbox", name="متن پیامک").fill(words)
        with_phone.get_by_role("button", name="فرستادن").click()
        expect(with_phone.locator(".sms--out", has_text=words).last).to_be_visible()
        with_phone.close()

    def invitation(self) -> str:
        """The link in the invitation. A number that two members share has two invitations; the right one greets this voter."""
        with_phone = self.context.new_page()
        with_phone.goto(f"{self.demonstration.phone_url}/phone/{self.person.mobile}/")
        link = with_phone.locator(".sms", has_text=self.person.name).locator("a[href*='#']").first.get_attribute("href")
        with_phone.close()
        if link is None:
            raise AssertionError("there is no link in the invitation")
        return link

    # ---- from the link to the booth
    def open_invitation(self) -> None:
        self.page.goto(self.invitation())
        expect(self.page).to_have_url(self.demonstration.page())  # the credential has left the address

    def identify(self, at_code: Callable[[], None] = lambda: None) -> None:
        """From the landing page through both factors: two numbers, proof of work instead of the picture, the one-time code.

        `at_code` is called when the page asks for the code.
        """
        page = self.page
        page.get_by_role("main").get_by_role("link", name="ورود", exact=True).click()
        page.get_by_label("شمارهٔ پروانه").fill(self.person.licence_no)
        page.get_by_label("کد ملی").fill(self.person.national_id)
        page.get_by_role("button", name="بدون تصویر ادامه می‌دهم").click()
        expect(page.get_by_text("انجام شد؛ دیگر به عدد تصویر نیازی نیست.")).to_be_visible(timeout=SEALED)
        before = len(self.codes())
        page.get_by_role("button", name="تأیید", exact=True).click()
        expect(page.get_by_role("heading", name="کد پیامک‌شده را وارد کنید")).to_be_visible()
        expect(page.get_by_text(self.person.name)).to_be_visible()
        at_code()
        page.get_by_label("کد تأیید").fill(self.newest_code(before))
        page.get_by_role("button", name="تأیید", exact=True).click()

    def log_in(self) -> None:
        """To the first race."""
        self.identify()
        expect(self.page).to_have_url(self.demonstration.page("vote/"))

    def codes(self) -> list[str]:
        """The one-time codes on the phone that greet this voter, oldest first."""
        return [text.rsplit("#", 1)[1].split()[0] for text in self.texts() if "کد ورود" in text and self.person.name in text]

    def newest_code(self, after: int) -> str:
        """The code that came after the first `after` ones. The worker sends within a second or two."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            codes = self.codes()
            if len(codes) > after:
                return codes[-1]
            self.page.wait_for_timeout(300)
        raise AssertionError("no one-time code came")

    # ---- in the booth
    def at_race(self, title: str) -> None:
        expect(self.page.get_by_role("heading", name=title, level=1)).to_be_visible()

    def press(self, name: str) -> None:
        """Press a candidate's card, wherever on it."""
        self.page.locator("label.cand__face", has=self.page.get_by_text(name, exact=True)).click()

    def choose(self, *names: str) -> None:
        for name in names:
            self.press(name)
            expect(self.page.get_by_role("checkbox", name=name)).to_be_checked()

    def go_on(self) -> None:
        self.page.get_by_role("button", name="ادامه", exact=True).click()

    def vote(self, *races: tuple[str, tuple[str, ...]]) -> None:
        """Choose in each race, in order, and arrive at the preview."""
        for title, names in races:
            self.at_race(title)
            self.choose(*names)
            self.go_on()
        self.at_race("پیش‌نمایش")

    def vote_code(self) -> str:
        """The red code on the preview, once the ballot is sealed."""
        code = self.page.locator(".votecode bdi")
        expect(code).to_be_visible(timeout=SEALED)
        return latin("".join(code.inner_text().split()))

    def wait_for_confirmation(self) -> None:
        expect(self.page.get_by_role("button", name="امضا و ثبت رأی")).not_to_have_attribute("aria-disabled", "true", timeout=20_000)

    def sign(self) -> None:
        self.wait_for_confirmation()
        self.page.get_by_role("button", name="امضا و ثبت رأی").click()
        expect(self.page.get_by_role("heading", name="رسید رأی")).to_be_visible(timeout=SEALED)

    def tracker(self) -> str:
        """As the receipt shows it, without the gaps between the groups."""
        return "".join(self.page.locator(".track .hash--group").inner_text().split())
