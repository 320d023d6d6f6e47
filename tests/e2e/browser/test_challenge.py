"""A voter tests the sealed ballot instead of casting it (protocol.md §14), in real Chromium: on the device, on another, and without any."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from e2e.browser.axe import check
from e2e.browser.demonstration import SAMPLE, SANDOGH, Demonstration, Person, person
from e2e.browser.voter import DESK, PHONE, SEALED, Device
from sandogh.protocol.ballot import make_ballot
from sandogh.protocol.credential import derive_credential
from sandogh.protocol.election import Election
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.opening import Opening, SeededDraw

pytestmark = pytest.mark.e2e

TITLES = [race["title"] for race in SAMPLE["races"]]
NAMES = [[candidate["display_name"] for candidate in race["candidates"]] for race in SAMPLE["races"]]

# The tests of this file share an election with others: each has a voter of its own.
TESTER, DECEIVED, CHEATED, UNLUCKY = person(2), person(4), person(5), person(11)


def to_preview(device: Device, *names: tuple[str, ...]) -> str:
    """Choose the names, race by race; the short hash that the preview shows."""
    device.open_invitation()
    device.log_in()
    device.vote(*zip(TITLES, names, strict=True))
    device.vote_code()
    return short_hash(device.page)


def short_hash(page: Page) -> str:
    return page.locator(".hash").first.inner_text()


def press(page: Page, name: str) -> None:
    """By keyboard, as with the pointer."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def challenge(page: Page) -> None:
    """To the opened ballot; each screen takes the focus to its heading and passes axe."""
    press(page, "آزمودن رأی")
    expect(page.get_by_role("heading", name="آزمودن این برگهٔ بسته")).to_be_focused()
    check(page, "the screen that asks")
    press(page, "این برگه را می‌آزمایم")
    expect(page.get_by_role("heading", name="برگه باز شد")).to_be_focused(timeout=SEALED)


def shown(page: Page) -> list[list[str]]:
    """The names in the opened ballot, race by race."""
    return [part.get_by_role("listitem").all_inner_texts() for part in page.locator(".picks").all()]


def link_of(page: Page) -> str:
    link = page.get_by_role("link", name="باز کردن در پنجرهٔ دیگر").get_attribute("href")
    assert link is not None
    return link


def opened_elsewhere(browser: Browser, link: str) -> tuple[BrowserContext, Page]:
    """Another device, which knows nothing, at the address that the picture holds."""
    context = browser.new_context(viewport=PHONE, locale="fa-IR")
    page = context.new_page()
    page.goto(link)
    expect(page.locator("[data-opening=busy]")).to_be_hidden(timeout=SEALED)
    return context, page


def election_of(page: Page, demonstration: Demonstration) -> Election:
    return Election.from_bytes(page.request.get(demonstration.page("election.json")).body())


def candidates(election: Election) -> list[str]:
    """Of the first race, in the order of the ballot."""
    question = election.questions[0]
    assert isinstance(question, HomomorphicQuestion)
    return list(question.answers)


def posted(page: Page, path: str, body: dict[str, str]) -> dict[str, Any]:
    """A call of the booth's interface made by hand, with the voter's own session."""
    answer: dict[str, Any] = page.evaluate(
        """async ([path, body]) => {
            const { csrf } = JSON.parse(document.getElementById("booth-data").textContent);
            const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
            return (await fetch(path, { method: "POST", headers, body: JSON.stringify(body) })).json();
        }""",
        [path, body],
    )
    return answer


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_tested_ballot_is_opened_everywhere_and_cast_nowhere(
    chromium: Browser, open_election: Demonstration, size: dict[str, int], tmp_path: Path
) -> None:
    chosen = ((NAMES[0][2], NAMES[0][5]), (NAMES[1][1],), ())
    with Device(chromium, open_election, TESTER if size is PHONE else UNLUCKY, size) as voter:
        page = voter.page
        before = to_preview(voter, *chosen)
        first_code = voter.vote_code()
        credential = voter.invitation().rsplit("#", 1)[1]
        voter.text(first_code)
        voter.wait_for_confirmation()

        # (1) On this device: what was chosen was in it, and its hash is the one shown before.
        challenge(page)
        expect(page.get_by_text("در برگهٔ بسته همین بود")).to_be_visible(timeout=SEALED)
        check(page, "the opened ballot")
        assert shown(page) == [list(names) for names in chosen]
        assert page.locator("dd .hash").all_inner_texts() == [before, before]
        assert page.evaluate("Object.keys(localStorage).length") == 0

        # (2) On another device, by the address in the picture: the same; and nothing of it stays in the address.
        link = link_of(page)
        context, other = opened_elsewhere(chromium, link)
        expect(other.locator("[data-opening=good]")).to_be_visible()
        check(other, "the page that opens")
        assert other.url == open_election.page("open/")
        assert other.locator("#opening-choices li").all_inner_texts() == [name for names in chosen for name in names]
        assert other.locator("#opening-hash strong").inner_text() == before
        context.close()

        # (3) Without a browser: the downloaded file.
        with page.expect_download() as download:
            page.get_by_role("link", name="دریافت پروندهٔ برگه").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        done = subprocess.run(
            [SANDOGH, "ballot", "open", file, "--election", open_election.page()], capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        for name in (NAMES[0][2], NAMES[0][5], NAMES[1][1]):
            assert name in done.stdout

        # (4) Made again and signed by hand, it is refused; so is its hash, and the code that was texted for it.
        opening = Opening.from_bytes(file.read_bytes())
        election = election_of(page, open_election)
        key = derive_credential(credential, uuid=election.uuid, group=election.group)
        ballot = make_ballot(election, key, opening.choices, draw=SeededDraw(opening.seed)).decode()
        assert json.loads(ballot)["signature"]["hash"] == opening.ballot
        base = f"/e/{open_election.slug}/vote"
        assert posted(page, f"{base}/cast/", {"ballot": ballot})["error"]["code"] == "audited"
        sealing = {"ballot_hash": opening.ballot, "credential": opening.credential}
        assert posted(page, f"{base}/seal/", sealing)["error"]["code"] == "audited"

        # (5) The next ballot holds the same choices under another hash and another code, and is the vote.
        press(page, "بازگشت و مهر دوباره")
        expect(page.get_by_role("heading", name="پیش‌نمایش")).to_be_focused()
        second_code = voter.vote_code()
        assert second_code != first_code
        assert short_hash(page) != before
        voter.text(first_code)
        page.wait_for_timeout(4_000)  # longer than the page takes between two looks
        expect(page.get_by_role("button", name="امضا و ثبت رأی")).to_have_attribute("aria-disabled", "true")
        voter.text(second_code)
        voter.sign()

        # (6) The public board tells that a ballot was tested, and nothing of whose or what.
        page.goto(open_election.page("board/"))
        expect(page.get_by_text("به جای ثبت، باز کرده و آزموده‌اند")).to_be_visible()


# What a false booth does: it changes the choices on their way to the worker that seals them.
SEALS_ANOTHER = """
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...more) {
    if (message.act === "seal") {
        globalThis.wished = message.ask.choices;
        message = { ...message, ask: { choices: message.ask.choices.map((row) => [...row].reverse()) } };
    }
    return post.call(this, message, ...more);
};
"""
# And, when it is challenged, shows what the voter wished for.
LIES_ABOUT_IT = """
const listen = Object.getOwnPropertyDescriptor(Worker.prototype, "onmessage");
Object.defineProperty(Worker.prototype, "onmessage", {
    ...listen,
    set(heard) {
        listen.set.call(this, (event) => {
            const told = event.data.answer;
            heard(told && told.seed ? { data: { ...event.data, answer: { ...told, choices: globalThis.wished } } } : event);
        });
    },
});
"""


def false_booth(device: Device, *scripts: str) -> None:
    device.context.add_init_script("{" + "}\n{".join(scripts) + "}")


def test_a_booth_that_seals_something_else_is_found_out(chromium: Browser, open_election: Demonstration) -> None:
    """It opens the ballot truly: then the voter reads, here and elsewhere, names that were never chosen."""
    wished = ((NAMES[0][0],), (), ())
    with Device(chromium, open_election, DECEIVED, PHONE) as voter:
        ballot_order = candidates(election_of(voter.page, open_election))
        other_name = list(reversed(ballot_order))[ballot_order.index(NAMES[0][0])]
        assert other_name != NAMES[0][0]
        false_booth(voter, SEALS_ANOTHER)
        before = to_preview(voter, *wished)
        assert voter.page.locator(".picks li").all_inner_texts() == [NAMES[0][0]]
        challenge(voter.page)
        assert shown(voter.page) == [[other_name], [], []]
        context, other = opened_elsewhere(chromium, link_of(voter.page))
        expect(other.locator("[data-opening=good]")).to_be_visible()
        assert other.locator("#opening-choices li").all_inner_texts() == [other_name]
        assert other.locator("#opening-hash strong").inner_text() == before
        context.close()


def test_a_booth_that_also_lies_about_it_is_refuted(chromium: Browser, open_election: Demonstration, tmp_path: Path) -> None:
    """It shows what was wished for: no device makes the sealed ballot from that, nor does the program."""
    wished = ((NAMES[0][0],), (), ())
    with Device(chromium, open_election, CHEATED, PHONE) as voter:
        false_booth(voter, SEALS_ANOTHER, LIES_ABOUT_IT)
        to_preview(voter, *wished)
        challenge(voter.page)
        expect(voter.page.get_by_text("در برگهٔ بسته چیز دیگری بود")).to_be_visible(timeout=SEALED)
        expect(voter.page.get_by_role("button", name="بازگشت و مهر دوباره")).to_have_count(0)
        check(voter.page, "a ballot that held something else")
        link = link_of(voter.page)
        context, other = opened_elsewhere(chromium, link)
        expect(other.locator("[data-opening=different]")).to_be_visible()
        expect(other.locator("#opening-answer")).to_be_hidden()
        check(other, "the refutation")
        context.close()
        words = [SANDOGH, "ballot", "open", link, "--election", open_election.page()]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 1, done.stdout + done.stderr


def test_reading_the_ballot_again_later_is_up_to_the_voter(chromium: Browser, open_election: Demonstration) -> None:
    """A reload in the middle loses the seed with everything else: the ballot stays given up, and the voter begins anew."""
    someone: Person = person(12)
    with Device(chromium, open_election, someone, PHONE) as voter:
        to_preview(voter, (NAMES[0][1],), (), ())
        challenge(voter.page)
        link = link_of(voter.page)
        voter.page.on("dialog", lambda dialog: dialog.accept())
        voter.page.reload()
        voter.at_race(TITLES[0])
        expect(voter.page.get_by_role("checkbox", checked=True)).to_have_count(0)
        assert link.rsplit("#", 1)[1] not in voter.page.content()
        # The link goes on working for whoever kept it.
        context, other = opened_elsewhere(chromium, link)
        expect(other.locator("[data-opening=good]")).to_be_visible()
        context.close()
