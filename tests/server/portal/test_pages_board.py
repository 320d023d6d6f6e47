"""The public record: the board and its pages, one event, a tracker in every form it is pasted, fingerprints, the archive."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from elections_for_tests import ElectionForTests, archive, build, cast, count, ready
from sandogh.server.ballotbox import domain as ballotbox
from sandogh.server.board import domain as board
from sandogh.server.board.domain import reading

pytestmark = pytest.mark.django_db

Read = Callable[..., Any]
BOARD, TRACKER = "/e/azmayesh/board/", "/e/azmayesh/tracker/"


@pytest.fixture
def e() -> ElectionForTests:
    return build(voters=5)


def vote(e: ElectionForTests, number: int) -> ballotbox.Record:
    ballot = e.ballot(e.voters[number])
    return cast(ready(e, e.voters[number], ballot), ballot)


def hrefs(page: Any) -> list[str]:
    return [link.attributes["href"] for link in page.all("a")]


# ---- the board


def test_the_newest_row_stands_first_and_every_row_leads_to_its_event(e: ElectionForTests, read: Read) -> None:
    records = [vote(e, number) for number in range(3)]
    page = read(Client().get(BOARD))
    rows = [link for link in page.all("a") if link.attributes["href"].startswith(BOARD) and "…" in link.text and "رأی" in link.text]
    assert [row.attributes["href"] for row in rows] == [f"{BOARD}{record.event_hash}/" for record in reversed(records)]
    numbers = [element.text for element in page.all("span") if element.attributes.get("class") == "no"]
    assert numbers == ["۴", "۳", "۲", "۱"]
    assert page.words("p", **{"class": "big"}) == ["۳", "۴"]


def test_the_board_shows_no_time_of_a_vote(e: ElectionForTests, read: Read) -> None:
    record = vote(e, 0)
    lines = [li.text for li in read(Client().get(BOARD)).all("li") if "رأی" in li.text and "آغاز" not in li.text]
    assert len(lines) == 1
    assert not re.search(r"[۰-۹]:[۰-۹]", lines[0])
    assert "زمان رأی‌ها اعلام نمی‌شود" in read(Client().get(f"{BOARD}{record.event_hash}/")).facts()["زمان ثبت"]


def test_pages_lead_to_each_other_and_end(e: ElectionForTests, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        vote(e, number)
    monkeypatch.setattr(reading, "PAGE", 2)
    pages = {number: read(Client().get(f"{BOARD}?page={number}")) for number in (1, 2, 3)}
    shown = {n: [e.text for e in page.all("span") if e.attributes.get("class") == "no"] for n, page in pages.items()}
    assert shown == {1: ["۵", "۴"], 2: ["۳", "۲"], 3: ["۱"]}
    links = {n: [href for href in hrefs(page) if href.startswith("?")] for n, page in pages.items()}
    assert links == {1: ["?page=2"], 2: ["?page=1", "?page=3"], 3: ["?page=2"]}
    assert "صفحهٔ ۲ از ۳" in pages[2].text


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", "", "1e3", "99999999999999999999", "۱", "1%00"])
def test_pages_that_are_not_there_are_not_found(e: ElectionForTests, number: str) -> None:
    assert Client().get(f"{BOARD}?page={number}").status_code == 404


# ---- one event


def test_an_event_shows_its_bytes_and_they_give_its_fingerprint(e: ElectionForTests, read: Read) -> None:
    records = [vote(e, number) for number in range(3)]
    page = read(Client().get(f"{BOARD}{records[1].event_hash}/"))
    body = page.one("pre", **{"class": "hash raw", "tabindex": "0"}).text
    assert hashlib.sha256(body.encode()).hexdigest() == records[1].event_hash
    facts = page.facts()
    assert facts["اثر انگشت این ردیف"] == records[1].event_hash
    assert facts["کد رهگیری"] == records[1].tracker
    assert page.words("h1") == ["ردیف ۳: یک رأی"]
    links = hrefs(page)
    assert f"{BOARD}{records[0].event_hash}/" in links
    assert f"{BOARD}{records[2].event_hash}/" in links


def test_the_events_after_voting_have_names_and_times(e: ElectionForTests, read: Read) -> None:
    vote(e, 0)
    count(e)
    lines = board.events_page(e.model, 1).lines
    names = [read(Client().get(f"{BOARD}{line.hash}/")).words("h1")[0] for line in lines]
    assert names == [
        "ردیف ۷: نتیجه",
        "ردیف ۶: گشودن جمع آرا به دست یک کلیددار",
        "ردیف ۵: گشودن جمع آرا به دست یک کلیددار",
        "ردیف ۴: جمع بستهٔ آرا",
        "ردیف ۳: پایان رأی‌گیری",
        "ردیف ۲: یک رأی",
        "ردیف ۱: آغاز: نامزدها، قواعد و کلیدها",
    ]
    times = [read(Client().get(f"{BOARD}{line.hash}/")).facts()["زمان ثبت"] for line in lines if line.tracker is None]
    assert all(re.search(r"ساعت [۰-۹]{2}:[۰-۹]{2}:[۰-۹]{2}\Z", time) for time in times)


@pytest.mark.parametrize("event", ["0" * 64, "x", "A" * 64, "%00", "0" * 4000, "..%2f..", "' OR 1=1"])
def test_events_that_are_not_there_are_not_found(e: ElectionForTests, event: str) -> None:
    assert Client().get(f"{BOARD}{event}/").status_code == 404


def test_an_event_of_another_election_is_not_on_this_board(e: ElectionForTests) -> None:
    other = build(voters=1, slug="other")
    record = vote(other, 0)
    assert Client().get(f"{BOARD}{record.event_hash}/").status_code == 404
    assert Client().get(f"/e/other/board/{record.event_hash}/").status_code == 200


# ---- a tracker


def test_a_tracker_is_found_in_every_form_it_is_pasted(e: ElectionForTests, read: Read) -> None:
    for number in range(3):
        vote(e, number)
    record = vote(e, 3)
    tracker, event = record.tracker, record.event_hash
    forms = [
        tracker,
        f"  {tracker}\u200f ",
        " ".join(tracker[start : start + 4] for start in range(0, 43, 4)),
        f"{tracker[:30]}\n{tracker[30:]}",
        f"{tracker}=",
        f"\u2066{tracker}\u2069.",
        event,
        event.upper(),
        f"http://127.0.0.1:8000/e/azmayesh/board/{event}/",
        f"http://127.0.0.1:8000/e/azmayesh/tracker/?code={quote(tracker, safe='')}",
    ]
    for form in forms:
        answer = Client().get(TRACKER, {"code": form})
        assert answer.status_code == 200, form
        page = read(answer)
        assert page.facts() == {"کد رهگیری": tracker, "جای رأی": "ردیف ۵ تابلو، در میان ۴ رأی", "اثر انگشت ردیف": event}
        assert f"{BOARD}{event}/" in hrefs(page)
        assert page.one("div", role="status").text.startswith("بله")


def test_a_tracker_that_is_not_there_says_what_to_do(e: ElectionForTests, read: Read) -> None:
    other = build(voters=1, slug="other")
    elsewhere = vote(other, 0)
    for code in (elsewhere.tracker, elsewhere.event_hash, "A" * 43, board.head(e.model).hash):
        answer = Client().get(TRACKER, {"code": code})
        assert answer.status_code == 404
        page = read(answer)
        assert "در این تابلو پیدا نشد" in page.one("div", role="alert").text
        assert "رسید را نگه دارید و با پشتیبانی تماس بگیرید" in page.text
        assert page.one("input", name="code").attributes["value"] == code


@pytest.mark.parametrize(
    "code", ["x", "سلام", "A" * 42, "A" * 44, "-" * 43, "<script>alert(1)</script>", "http://[", "x" * 5000, "://?code=", "A" * 42 + "\x00"]
)
def test_what_cannot_be_a_tracker_is_told_so(e: ElectionForTests, read: Read, code: str) -> None:
    answer = Client().get(TRACKER, {"code": code})
    assert answer.status_code == 400
    page = read(answer)
    assert "این نوشته کد رهگیری نیست" in page.one("div", role="alert").text
    assert len(page.all("script")) == 0


@pytest.mark.parametrize("code", ["", "   "])
def test_nothing_typed_asks_for_it(e: ElectionForTests, read: Read, code: str) -> None:
    answer = Client().get(TRACKER, {"code": code})
    assert answer.status_code == 200
    assert read(answer).all("div", role="alert") == []


# ---- fingerprints and the archive


def test_the_fingerprints_are_those_of_the_archive(e: ElectionForTests, read: Read) -> None:
    vote(e, 0)
    open_facts = read(Client().get("/e/azmayesh/fingerprints/")).facts()
    assert open_facts["تعریف انتخابات"] == e.model.fingerprint
    assert open_facts["آخرین ردیف تابلو (۲)"] == board.head(e.model).hash
    assert "با هر رأی عوض می‌شود" in open_facts["پروندهٔ کامل (SHA-256)"]
    count(e)
    facts = read(Client().get("/e/azmayesh/fingerprints/")).facts()
    assert facts["پروندهٔ کامل (SHA-256)"] == hashlib.sha256(archive(e)).hexdigest()
    assert facts["تعریف انتخابات"] == open_facts["تعریف انتخابات"]


def test_the_definition_can_be_had_and_is_what_its_fingerprint_says(e: ElectionForTests, read: Read) -> None:
    """Seats and rules stand in no file of the archive; without their document nobody could check the fingerprint that does."""
    answer = Client().get("/e/azmayesh/definition.json")
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "application/json",
        'attachment; filename="azmayesh-definition.json"',
    )
    digest = hashlib.sha256(answer.content).hexdigest()
    assert f"definition sha256 {digest}\n" in json.loads(e.model.parsed().bytes)["description"]
    assert json.loads(answer.content) == e.model.definition
    assert read(Client().get("/e/azmayesh/fingerprints/")).facts()["نامزدها، جایگاه‌ها و قواعد (SHA-256)"] == digest


def test_the_archive_is_streamed_byte_for_byte(e: ElectionForTests) -> None:
    vote(e, 0)
    answer = Client().get("/e/azmayesh/archive.bel")
    assert answer.streaming
    assert b"".join(answer) == archive(e)
    assert answer["Content-Type"] == "application/x-tar"
    assert answer["Content-Disposition"] == 'attachment; filename="azmayesh.bel"'
