"""The board page judges one ballot and the whole board in the visitor's own browser, and is not taken in by a false board."""

import json
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from e2e.browser.axe import check
from e2e.browser.demonstration import SAMPLE, Demonstration, person
from e2e.browser.voter import DESK, PHONE, Device
from e2e.http_voter import HttpVoter
from sandogh.protocol.archive import archive_header, archive_member, read_archive
from sandogh.protocol.record import make_record, read_records
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import QuestionResult

pytestmark = pytest.mark.e2e

VOTERS = 3
CHECKED = 60_000  # milliseconds for the whole small board, on a busy test machine


@pytest.fixture(scope="module")
def trackers(own_election: Demonstration) -> list[str]:
    """Three people vote, by the same calls as the booth makes."""
    rng = random.Random(7)
    found = []
    for number in range(1, VOTERS + 1):
        who = person(number)
        with HttpVoter(own_election.phone_url, licence_no=who.licence_no, national_id=who.national_id, mobile=who.mobile) as voter:
            found.append(voter.vote(tuple(some_choices(race, rng) for race in SAMPLE["races"])))
    return found


@pytest.fixture(scope="module")
def counted(own_election: Demonstration, trackers: list[str]) -> Demonstration:
    """The same election, closed, tallied and published."""
    own_election.run("count")
    return own_election


def some_choices(race: dict[str, Any], rng: random.Random) -> tuple[int, ...]:
    size = len(race["candidates"])
    chosen = rng.sample(range(size), rng.randint(0, race["max_choices"]))
    return tuple(int(place in chosen) for place in range(size))


@pytest.fixture
def visitor(chromium: Browser, own_election: Demonstration) -> Iterator[Device]:
    """Somebody who never voted, at a desk, looks at the board."""
    with Device(chromium, own_election, person(9), DESK) as device:
        device.page.goto(own_election.page("board/"))
        yield device


def outcomes(page: Page) -> dict[int, str]:
    """Of each check of the list, how it came out."""
    expect(page.locator("#verify-results > li")).to_have_count(12, timeout=CHECKED)
    found: list[list[str]] = page.locator("#verify-results > li").evaluate_all(
        "lines => lines.map(line => [line.dataset.check, line.dataset.outcome])"
    )
    return {int(number): outcome for number, outcome in found}


def start(page: Page) -> None:
    page.get_by_role("button", name="بررسی همهٔ تابلو").click()


def report(page: Page) -> dict[str, Any]:
    """What the button at the end saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name="ذخیرهٔ گزارش").click()
    saved: dict[str, Any] = json.loads(Path(download.value.path()).read_text("utf-8"))
    return saved


# ---- while the election is open


def test_one_ballot(visitor: Device, trackers: list[str]) -> None:
    page = visitor.page
    page.reload()
    box = page.get_by_label("کد رهگیری شما")
    box.fill("not a tracker")
    page.get_by_role("button", name="بررسی رأی من").click()
    expect(page.locator("#verify-status")).to_contain_text("این نوشته کد رهگیری نیست")
    expect(box).to_be_focused()
    for place, tracker in enumerate(trackers):
        box.fill(tracker)
        box.press("Enter")
        note = page.locator("#verify .note--ok")
        expect(note).to_contain_text(f"این رأی در ردیف {'۲۳۴'[place]} تابلو و درست است", timeout=CHECKED)
        expect(note).to_be_focused()
        expect(page.locator("#verify-results > li[data-outcome=holds]")).to_have_count(5)
    saved = report(page)
    assert (saved["tracker"], saved["height"], saved["holds"]) == (trackers[-1], VOTERS, True)
    page.get_by_role("link", name="دیدن ردیف").click()
    expect(page.get_by_text(trackers[-1])).to_be_visible()


def test_a_ballot_that_is_not_there(visitor: Device, trackers: list[str]) -> None:
    page = visitor.page
    page.get_by_label("کد رهگیری شما").fill("A" * 43)
    page.get_by_role("button", name="بررسی رأی من").click()
    expect(page.locator("#verify .note--bad")).to_contain_text("در این تابلو پیدا نشد", timeout=CHECKED)


@pytest.mark.parametrize(("old", "new", "step"), [('\\"alpha\\":\\"', '\\"alpha\\":\\"0', "tracker"), ('"Ballot\\"', '"Result\\"', "row")])
def test_a_false_record_of_a_ballot_is_refused(visitor: Device, trackers: list[str], old: str, new: str, step: str) -> None:
    """The server's own answer is believed in nothing: another ballot under the tracker, another event under the ballot."""
    page = visitor.page

    def falsify(route: Route) -> None:
        answer = route.fetch()
        body = answer.text()
        assert old in body
        route.fulfill(response=answer, body=body.replace(old, new, 1))

    page.route("**/record.json?*", falsify)
    page.get_by_label("کد رهگیری شما").fill(trackers[0])
    page.get_by_role("button", name="بررسی رأی من").click()
    expect(page.locator("#verify .note--bad")).to_contain_text("این رأی درست نیست", timeout=CHECKED)
    expect(page.locator("#verify-results > li[data-outcome=fails]")).to_have_attribute("data-step", step)


def test_an_open_board_holds_so_far(visitor: Device, trackers: list[str]) -> None:
    page = visitor.page
    page.reload()
    page.get_by_label("کد رهگیری شما").fill(trackers[1])
    start(page)
    waiting = dict.fromkeys((7, 9, 10), "not yet") | dict.fromkeys((11, 12), "not checked")
    assert outcomes(page) == dict.fromkeys(range(1, 13), "holds") | waiting
    note = page.locator("#verify .note--ok")
    expect(note).to_contain_text("تا این‌جا همه چیز درست است")
    expect(note).to_contain_text("رأی شما در ردیف ۳ تابلوست و درست است.")
    expect(note).to_be_focused()
    check(page, "board, checked while open")


def test_a_check_can_be_stopped(visitor: Device, trackers: list[str]) -> None:
    """While the board is on its way: no worker goes on, nothing is claimed, and the check can begin anew."""
    page = visitor.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/archive.bel", hold)
    start(page)
    expect(page.locator("#verify-progress")).to_be_visible()
    page.wait_for_timeout(500)
    assert len(page.workers) >= 2
    page.get_by_role("button", name="توقف").click()
    expect(page.locator("#verify-status")).to_contain_text("بررسی را متوقف کردید")
    expect(page.get_by_role("button", name="بررسی همهٔ تابلو")).to_be_focused()
    expect(page.locator("#verify-results")).to_be_hidden()
    page.wait_for_timeout(300)
    assert page.workers == []
    for route in held:
        route.abort()
    page.unroute("**/archive.bel")
    start(page)
    assert outcomes(page)[6] == "holds"


def test_a_board_that_does_not_come_is_no_verdict(visitor: Device, trackers: list[str]) -> None:
    page = visitor.page
    page.route("**/archive.bel", lambda route: route.abort())
    start(page)
    expect(page.locator("#verify .note--warn")).to_contain_text("تابلو دریافت نشد", timeout=CHECKED)
    expect(page.locator("#verify-results")).to_be_hidden()


def test_an_old_browser_is_told(chromium: Browser, own_election: Demonstration) -> None:
    with Device(chromium, own_election, person(9), PHONE) as visitor:
        visitor.context.add_init_script("delete globalThis.Worker")
        visitor.page.goto(own_election.page("board/"))
        expect(visitor.page.locator("#verify .note--warn")).to_contain_text("این مرورگر برای بررسی قدیمی است")
        expect(visitor.page.get_by_role("button", name="بررسی همهٔ تابلو")).to_be_hidden()


def test_the_page_needs_no_script(chromium: Browser, own_election: Demonstration) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(own_election.page("board/"))
    # Chromium with its scripts switched off from outside does not draw what stands in noscript; it is there.
    assert f"sandogh verify {own_election.slug}.bel" in page.content()
    expect(page.get_by_role("link", name="راه بررسی")).to_be_visible()
    expect(page.locator("#verify-form")).to_be_hidden()
    context.close()


# ---- after the count


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_counted_board_holds(chromium: Browser, counted: Demonstration, trackers: list[str], size: dict[str, int]) -> None:
    with Device(chromium, counted, person(9), size) as visitor:
        page = visitor.page
        page.goto(counted.page("board/"))
        start(page)
        assert outcomes(page) == dict.fromkeys(range(1, 11), "holds") | dict.fromkeys((11, 12), "not checked")
        expect(page.locator("#verify .note--ok")).to_contain_text("همه چیز درست است")
        for summary in page.locator("#verify summary").all():
            summary.click()
        check(page, "board, checked after the count")
        saved = report(page)
        assert (saved["verdict"], saved["complete"]) == ("valid", True)
        # The command line says the same of the same file.
        with counted.archive().open("rb") as archive:
            theirs = verify_archive(archive).facts
        names = (
            "ballots",
            "kept",
            "trustees",
            "decryptions",
            "fingerprint",
            "trustees_fingerprint",
            "credentials_fingerprint",
            "last_event",
        )
        assert {name: saved["election"][name] for name in names} == {name: getattr(theirs, name) for name in names}
        assert saved["election"]["ballots"] == VOTERS
        counts = [[answer["count"] for answer in question["answers"]] for question in saved["result"]]
        assert counts == [[count for _, count in race.counts] for race in theirs.result or () if isinstance(race, QuestionResult)]
        assert saved["page_event"]["found"]


def test_in_english(chromium: Browser, counted: Demonstration, trackers: list[str]) -> None:
    with Device(chromium, counted, person(9), DESK) as visitor:
        page = visitor.page
        page.goto(counted.page("board/"))
        page.get_by_role("button", name="English").click()
        expect(page.locator("html[lang=en]")).to_have_attribute("dir", "ltr")
        page.get_by_role("button", name="Check the whole board").click()
        assert outcomes(page)[10] == "holds"
        expect(page.locator("#verify .note--ok")).to_contain_text("Everything is right")
        check(page, "English board, checked")


def rebuilt(archive: bytes, change: dict[bytes, bytes]) -> bytes:
    """The archive with bytes of its members exchanged and every name made right again: what a careless forger would serve."""
    parts = [archive_header(0)]
    for member in read_archive(BytesIO(archive)):
        data = member.data
        for old, new in change.items():
            data = data.replace(old, new)
        parts.append(archive_member(data, member.kind, 0))
    return b"".join(parts)


def flipped(archive: bytes, around: bytes) -> bytes:
    """One bit of a byte behind the first place where these bytes stand."""
    at = archive.index(around) + len(around) + 4
    return archive[:at] + bytes([archive[at] ^ 1]) + archive[at + 1 :]


@pytest.mark.parametrize(
    ("forge", "failing"),
    [
        (lambda archive: flipped(archive, b'"overall_proof":[{"challenge":"'), 1),
        (lambda archive: rebuilt(archive, {b'"type":"EndBallots"': b'"type":"EndShuffles"'}), 2),
        (lambda archive: archive[: len(archive) // 2 // 512 * 512 + 100], 1),
    ],
    ids=["a changed ballot", "another order", "half an archive"],
)
def test_a_forged_board_is_refused(visitor: Device, counted: Demonstration, forge: Any, failing: int) -> None:
    page = visitor.page
    page.route("**/archive.bel", lambda route: route.fulfill(body=forge(counted.archive().read_bytes()), content_type="application/x-tar"))
    start(page)
    found = outcomes(page)
    assert found[failing] == "fails"
    expect(page.locator("#verify .note--ok")).to_have_count(0)
    assert report(page)["complete"] is False


def test_a_false_result_is_refused_with_its_place(visitor: Device, counted: Demonstration) -> None:
    """A result that was changed and sealed properly: only the mathematics tells."""
    archive = counted.archive().read_bytes()
    previous, parts = None, [archive_header(0)]
    for entry in read_records(BytesIO(archive)):
        members = [member.data for member in entry.data]
        if entry.event.type == "Result":
            counts = json.loads(members[-1])
            counts["result"][0][0] += 1
            members[-1] = json.dumps(counts, separators=(",", ":")).encode()
        previous, piece = make_record(previous, entry.event.type, *members, timestamp=0)
        parts.append(piece)
    page = visitor.page
    page.route("**/archive.bel", lambda route: route.fulfill(body=b"".join(parts), content_type="application/x-tar"))
    start(page)
    assert outcomes(page) == dict.fromkeys(range(1, 10), "holds") | {10: "fails", 11: "not checked", 12: "not checked"}
    expect(page.locator("#verify .note--bad")).to_contain_text("درست نیست")
    expect(page.locator("li[data-check='10']")).to_contain_text("question 1, answer 1")
    check(page, "board, found false")
    saved = report(page)
    assert [(finding["section"], finding["where"]) for finding in saved["checks"][9]["findings"]] == [("§10.3", "question 1, answer 1")]


def test_another_board_than_the_page_shows_is_told(visitor: Device, counted: Demonstration) -> None:
    """Valid as far as it goes, but without the row that the page calls the last."""
    archive = counted.archive().read_bytes()
    # Cut behind an event: a beginning of the election, without fault.
    events = [offset for offset, kind in member_ends(archive) if kind == "event"]
    page = visitor.page
    page.route("**/archive.bel", lambda route: route.fulfill(body=archive[: events[2]], content_type="application/x-tar"))
    start(page)
    outcomes(page)
    expect(page.locator("#verify .note--bad")).to_contain_text("تابلوی دیگری رسید")
    expect(page.locator("#verify .note--ok")).to_have_count(0)


def member_ends(archive: bytes) -> Iterator[tuple[int, str]]:
    for member in read_archive(BytesIO(archive)):
        yield member.offset + (len(member.data) + 511) // 512 * 512, member.kind
