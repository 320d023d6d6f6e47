"""A whole election in real Chromium, in Persian, at phone and desktop size, from the invitation to the verified result."""

import json
from collections import Counter

import pytest
from playwright.sync_api import Browser, expect

from e2e.browser.axe import check
from e2e.browser.demonstration import SAMPLE, Demonstration, Person, latin, person
from e2e.browser.voter import DESK, PHONE, Device
from sandogh.protocol.election import Election
from sandogh.verifier.checks import verify_archive

pytestmark = pytest.mark.e2e

BOARD, INSPECTOR, PROSECUTOR = (race["title"] for race in SAMPLE["races"])
NAMES = {race["title"]: [candidate["display_name"] for candidate in race["candidates"]] for race in SAMPLE["races"]}

Choices = tuple[tuple[str, tuple[str, ...]], ...]


def choices(board: int, inspectors: int, prosecutor: int, *, offset: int = 0) -> Choices:
    """So many names of each race, beginning somewhere in the list."""
    return tuple(
        (title, tuple(NAMES[title][(offset + step) % len(NAMES[title])] for step in range(count)))
        for title, count in ((BOARD, board), (INSPECTOR, inspectors), (PROSECUTOR, prosecutor))
    )


def test_a_whole_election(chromium: Browser, own_election: Demonstration) -> None:
    """Seven people vote, each in another way; then the election is counted, and everything agrees."""
    demonstration, cast = own_election, dict[str, Choices]()

    def device(who: Person, size: dict[str, int]) -> Device:
        return Device(chromium, demonstration, who, size)

    # (1) An ordinary voter with a phone, who edits: the code changes, and the old one no longer counts.
    with device(person(1), PHONE) as azadeh:
        azadeh.open_invitation()
        azadeh.log_in()
        first, second = choices(7, 3, 1), choices(6, 3, 1)
        azadeh.vote(*first)
        expect(azadeh.page.get_by_text("هنوز ثبت نشده است")).to_be_visible()
        old_code = azadeh.vote_code()
        azadeh.page.get_by_role("button", name=f"ویرایش {BOARD}").click()
        azadeh.at_race(BOARD)
        azadeh.press(first[0][1][6])
        azadeh.page.get_by_role("button", name="به پیش‌نمایش").click()
        azadeh.at_race("پیش‌نمایش")
        azadeh.text(old_code)
        new_code = azadeh.vote_code()
        assert new_code != old_code
        azadeh.page.wait_for_timeout(4_000)  # longer than the page takes between two looks
        expect(azadeh.page.get_by_role("button", name="امضا و ثبت رأی")).to_have_attribute("aria-disabled", "true")
        azadeh.text(new_code)
        azadeh.sign()
        cast[azadeh.tracker()] = second
        # The five lines (journey.md S10).
        for line in (azadeh.person.licence_no, azadeh.person.national_id, "127.0.0.1", "/board/"):
            assert line in latin(azadeh.page.get_by_role("article").inner_text())
        # Nothing of the secret is left on the device.
        assert azadeh.page.evaluate("Object.keys(sessionStorage).concat(Object.keys(localStorage))") == []

    # (2) One who leaves at the second race and comes back later at a desk: nothing was kept, and the vote counts once.
    with device(person(2), PHONE) as kian:
        kian.open_invitation()
        kian.log_in()
        kian.choose(*choices(3, 0, 0)[0][1])
        kian.go_on()
        kian.at_race(INSPECTOR)
        kian.page.get_by_role("button", name="خروج").click()
        kian.page.get_by_role("button", name="بیرون می‌روم").click()
        expect(kian.page.get_by_role("heading", name="از صفحهٔ رأی بیرون آمدید")).to_be_visible()
        assert kian.page.evaluate("Object.keys(sessionStorage)") == []
    with device(person(2), DESK) as kian:
        kian.open_invitation()
        kian.log_in()
        expect(kian.page.get_by_role("checkbox", checked=True)).to_have_count(0)
        chosen = choices(2, 2, 1, offset=5)
        kian.vote(*chosen)
        kian.text(kian.vote_code())
        kian.sign()
        cast[kian.tracker()] = chosen

    # (3) One on two devices: the first says so at its next step and cannot cast; the second votes.
    with device(person(11), PHONE) as first_device, device(person(11), DESK) as second_device:
        first_device.open_invitation()
        first_device.log_in()
        first_device.vote(*choices(1, 1, 1))
        first_device.vote_code()
        second_device.open_invitation()
        second_device.log_in()
        expect(first_device.page.get_by_role("heading", name="این صفحه در دستگاه دیگری باز شد")).to_be_visible(timeout=20_000)
        expect(first_device.page.get_by_role("button", name="امضا و ثبت رأی")).to_have_count(0)
        chosen = choices(7, 0, 1, offset=9)
        second_device.vote(*chosen)
        second_device.text(second_device.vote_code())
        second_device.sign()
        cast[second_device.tracker()] = chosen

    # (4) One who chooses nobody in any race: each race says so on the preview.
    with device(person(12), PHONE) as mahtab:
        mahtab.open_invitation()
        mahtab.log_in()
        chosen = choices(0, 0, 0)
        mahtab.vote(*chosen)
        expect(mahtab.page.get_by_text("رأی سفید: کسی را انتخاب نکرده‌اید.")).to_have_count(3)
        mahtab.text(mahtab.vote_code())
        mahtab.sign()
        cast[mahtab.tracker()] = chosen

    # (5) One who texts a wrong code first, then the right one in Persian digits with words around it.
    with device(person(4), DESK) as fatemeh:
        fatemeh.open_invitation()
        fatemeh.log_in()
        chosen = choices(4, 1, 0, offset=12)
        fatemeh.vote(*chosen)
        code = fatemeh.vote_code()
        fatemeh.text(f"{(int(code) + 1) % 10**8:08d}")
        fatemeh.page.wait_for_timeout(4_000)
        expect(fatemeh.page.get_by_role("button", name="امضا و ثبت رأی")).to_have_attribute("aria-disabled", "true")
        fatemeh.text("کد رأی من " + code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) + " است")
        fatemeh.sign()
        cast[fatemeh.tracker()] = chosen

    # (6) One who texts from somebody else's phone: nothing happens until the own phone does it.
    with device(person(5), PHONE) as ali:
        ali.open_invitation()
        ali.log_in()
        chosen = choices(3, 3, 1, offset=3)
        ali.vote(*chosen)
        code = ali.vote_code()
        ali.text(code, phone_of=person(3))
        ali.page.wait_for_timeout(4_000)
        expect(ali.page.get_by_role("button", name="امضا و ثبت رأی")).to_have_attribute("aria-disabled", "true")
        ali.text(code)
        ali.sign()
        cast[ali.tracker()] = chosen

    # (7) Two who share one mobile number: each code confirms its own page.
    with device(person(8), PHONE) as nahid, device(person(9), DESK) as behruz:
        for voter, chosen in ((nahid, choices(5, 2, 1, offset=1)), (behruz, choices(1, 0, 1, offset=2))):
            voter.open_invitation()
            voter.log_in()
            voter.vote(*chosen)
        for voter, chosen in ((behruz, choices(1, 0, 1, offset=2)), (nahid, choices(5, 2, 1, offset=1))):
            voter.text(voter.vote_code())
            voter.sign()
            cast[voter.tracker()] = chosen

    # (8) Who has voted and logs in again gets the receipt of the vote, not a second ballot.
    with device(person(12), DESK) as mahtab:
        mahtab.open_invitation()
        mahtab.identify()
        expect(mahtab.page).to_have_url(demonstration.page("receipt/"))
        assert cast[mahtab.tracker()] == choices(0, 0, 0)

    # (9) A tracker is found on the board by anyone.
    with device(person(3), PHONE) as passer_by:
        for tracker in cast:
            passer_by.page.goto(demonstration.page("tracker/"))
            passer_by.page.get_by_role("main").get_by_role("textbox").fill(tracker)
            passer_by.page.keyboard.press("Enter")
            expect(passer_by.page.get_by_text("بله، این رأی در صندوق است")).to_be_visible()
        check(passer_by.page, "a tracker that is found")

    # (10) Close, count, decrypt, publish, verify: the command that the terminal names.
    said = demonstration.run("count")
    assert "http" in said
    expected = Counter((title, name) for ballot in cast.values() for title, names in ballot for name in names)
    with demonstration.archive().open("rb") as file:
        report = verify_archive(file)
    assert report.complete, report.findings
    counted = counts_of(demonstration)
    assert counted == {(title, name): expected[(title, name)] for title, names in NAMES.items() for name in names}

    # (11) The public page says the same.
    with device(person(3), DESK) as reader:
        reader.page.goto(demonstration.page("result/"))
        check(reader.page, "result")
        for (_title, name), count in expected.items():
            row = reader.page.get_by_role("listitem").filter(has_text=name).first
            assert str(count) in latin(row.inner_text()).replace("\n", " ").split()


def counts_of(demonstration: Demonstration) -> dict[tuple[str, str], int]:
    """Race and name to votes, read from the archive by hand."""
    blobs: dict[str, bytes] = {}
    events: list[dict[str, str]] = []
    data = demonstration.archive().read_bytes()
    offset = 0
    while offset < len(data):
        header = data[offset : offset + 512]
        name, size = header[:100].rstrip(b"\0").decode(), int(header[124:135], 8)
        body = data[offset + 512 : offset + 512 + size]
        offset += 512 + -(-size // 512) * 512
        if name.endswith(".event.json"):
            events.append(json.loads(body))
        else:
            blobs[name.split(".")[0]] = body
    setup = json.loads(blobs[events[0]["payload"]])
    election = Election.from_bytes(blobs[setup["election"]])
    result = json.loads(blobs[events[-1]["payload"]])["result"]
    return {
        (question.question, answer): votes
        for question, counts in zip(election.questions, result, strict=True)
        for answer, votes in zip(question.answers, counts, strict=True)
    }
