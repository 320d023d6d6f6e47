"""The landing page in every state of the election, and the list of elections (journey.md S1, S2)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from elections_for_tests import build, close, count, draft
from sandogh.server.common import clock
from sandogh.server.elections.models import Election
from sandogh.server.portal.views.public import short_title

pytestmark = pytest.mark.django_db

ENTER = "/e/azmayesh/login/"


def landing(read: Callable[..., Any], slug: str = "azmayesh") -> Any:
    response = Client().get(f"/e/{slug}/")
    assert response.status_code == 200
    return read(response)


def main_link(page: Any) -> str:
    """Where the one filled button leads."""
    (button,) = [element for element in page.all("a") if "btn--main" in element.attributes.get("class", "")]
    return str(button.attributes["href"])


def no_main_link(page: Any) -> bool:
    return not [element for element in page.all("a") if "btn--main" in element.attributes.get("class", "")]


def clock_ends(page: Any) -> list[int]:
    return [int(element.attributes["data-until"]) for element in page.all("div") if "data-until" in element.attributes]


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def test_a_draft_does_not_exist() -> None:
    draft()
    answers = [Client().get(f"/e/{slug}/") for slug in ("azmayesh", "no-such")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    for page in ("login/", "vote/", "board/", "tracker/", "fingerprints/", "archive.bel", "result/", "receipt/"):
        assert Client().get(f"/e/azmayesh/{page}").status_code == 404


@pytest.mark.parametrize("state", ["sealed", "open"])
def test_before_opening_the_clock_runs_to_the_opening(read: Callable[..., Any], state: str) -> None:
    opens = clock.now() + timedelta(days=2, hours=3, minutes=4, seconds=30)
    build(voters=1, state="sealed", opens_at=opens, closes_at=opens + timedelta(hours=12))
    # Opened by its officers, yet not before its time.
    Election.objects.update(state=state)
    page = landing(read)
    assert clock_ends(page) == [milliseconds(opens)]
    shown = {element.attributes["data-part"]: element.text for element in page.all("b") if "data-part" in element.attributes}
    assert (shown["days"], shown["hours"], shown["minutes"]) == ("۲", "۳", "۴")
    assert "زمان مانده تا آغاز رأی‌گیری" in page.text
    assert no_main_link(page)
    assert [a.attributes["href"] for a in page.all("a") if a.attributes.get("href") == ENTER] == []


def test_a_sealed_election_whose_time_has_come_says_so_without_a_clock(read: Callable[..., Any]) -> None:
    now = clock.now()
    build(voters=1, state="sealed", opens_at=now - timedelta(seconds=5), closes_at=now + timedelta(hours=1))
    page = landing(read)
    assert clock_ends(page) == []
    assert "زمان آغاز رسیده و به‌زودی باز می‌شود" in page.text


def test_an_open_election_counts_down_and_lets_in(read: Callable[..., Any]) -> None:
    closes = clock.now() + timedelta(hours=6, minutes=5, seconds=30)
    build(voters=1, closes_at=closes)
    page = landing(read)
    assert clock_ends(page) == [milliseconds(closes)]
    assert abs(int(page.one("body").attributes["data-now"]) - milliseconds(clock.now())) < 10_000
    assert page.one("body").attributes["data-slug"] == "azmayesh"
    assert main_link(page) == ENTER
    assert "پشتیبانی تلفنی" in page.text
    assert [element.attributes["href"] for element in page.all("a") if element.attributes.get("class") == "tel"] == [
        "tel:09900000000",
        "tel:09900000001",
    ]
    assert page.facts() == {
        "هیئت مدیره": "۴ نامزد، حداکثر ۳ انتخاب",
        "بازرس": "۲ نامزد، حداکثر ۲ انتخاب",
        "دادستان انتظامی": "۲ نامزد، حداکثر ۱ انتخاب",
    }


def test_the_grace_counts_down_to_the_last_ballot_and_lets_nobody_in(read: Callable[..., Any]) -> None:
    now = clock.now()
    closed = now - timedelta(minutes=5)
    build(voters=1, opens_at=now - timedelta(hours=2), closes_at=closed, now=now - timedelta(hours=1))
    page = landing(read)
    assert clock_ends(page) == [milliseconds(closed + timedelta(minutes=20))]
    assert main_link(page) == "/e/azmayesh/vote/"
    assert "زمان ورود پایان یافت" in page.text


def test_while_votes_are_counted_one_can_look_for_ones_own(read: Callable[..., Any]) -> None:
    e = build(voters=1)
    close(e)
    page = landing(read)
    assert main_link(page) == "/e/azmayesh/tracker/"
    assert "آرا شمرده می‌شود" in page.text
    assert clock_ends(page) == []


def test_a_published_election_leads_to_its_result(read: Callable[..., Any]) -> None:
    count(build(voters=1))
    page = landing(read)
    assert main_link(page) == "/e/azmayesh/result/"
    assert "نتیجهٔ انتخابات اعلام شد" in page.text


def test_a_cancelled_election_says_so_and_offers_nothing(read: Callable[..., Any]) -> None:
    build(voters=1)
    Election.objects.update(state="cancelled")
    page = landing(read)
    assert no_main_link(page)
    assert "این انتخابات برگزار نمی‌شود" in page.text


def test_the_rules_that_hold_are_stated(read: Callable[..., Any]) -> None:
    closes = datetime(2030, 12, 18, 16, 30, tzinfo=UTC)
    build(voters=1, closes_at=closes)
    text = landing(read).text
    assert "هر کس پیش از ساعت ۲۰:۰۰ وارد شده باشد، می‌تواند رأی خود را در مهلت ۲۰ دقیقه‌ای همان ورود تمام کند." in text
    assert "نام نامزدها در هر رکن به ترتیب الفبای نام خانوادگی آمده است." in text
    Election.objects.update(grace=False)
    text = landing(read).text
    assert "ساعت ۲۰:۰۰ رأی‌گیری برای همه پایان می‌یابد، برای کسی که وارد شده است نیز." in text
    assert "هر کس پیش از ساعت" not in text


@pytest.mark.parametrize(
    ("field", "said"), [("same_operator", "هر دو به دست یک گرداننده اداره می‌شود"), ("fictional", "این انتخابات ساختگی و برای آزمایش است")]
)
def test_what_weakens_the_election_is_said_on_its_page_and_only_then(read: Callable[..., Any], field: str, said: str) -> None:
    build(voters=1)
    for value in (False, True):
        Election.objects.update(**{field: value})
        assert (said in landing(read).text) is value


def test_an_early_close_is_told_with_its_reason(read: Callable[..., Any]) -> None:
    e = build(voters=1)
    close(e)
    Election.objects.update(closed_early_reason="تصمیم شمارهٔ ۱۲ هیئت نظارت")
    assert "تصمیم شمارهٔ ۱۲ هیئت نظارت" in landing(read).text


def test_the_title_is_shown_without_the_association_at_its_end() -> None:
    build(voters=1)
    election = Election.by_slug("azmayesh")
    assert short_title(election) == "انتخابات ارکان دورهٔ هفتم"
    election.title = election.organisation.name
    assert short_title(election) == election.organisation.name


def test_home_leads_to_the_only_election_and_lists_several(read: Callable[..., Any]) -> None:
    assert Client().get("/").status_code == 200
    draft(slug="draft")
    assert read(Client().get("/")).all("li") == []
    build(voters=1, slug="first")
    assert Client().get("/").headers["Location"] == "/e/first/"
    build(voters=1, slug="second", opens_at=clock.now() - timedelta(minutes=1))
    page = read(Client().get("/"))
    assert [element.attributes["href"] for element in page.all("a") if element.attributes.get("class") == "sheet"] == [
        "/e/second/",
        "/e/first/",
    ]


@pytest.mark.parametrize("slug", ["AZMAYESH", "azmayesh%00", "x" * 300, "..", "%D8%A7"])
def test_strange_addresses_are_not_found(slug: str) -> None:
    build(voters=1)
    assert Client().get(f"/e/{slug}/").status_code == 404


def test_markup_in_the_definition_stays_text(read: Callable[..., Any]) -> None:
    build(voters=1)
    Election.objects.update(title="<script>alert(1)</script>\"'", closed_early_reason="<b>x</b>")
    response = Client().get("/e/azmayesh/")
    assert read(response).words("h1") == ["<script>alert(1)</script>\"'"]
    assert b"<b>x" not in response.content
