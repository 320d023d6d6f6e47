"""What holds for every page: language, headers, nothing from outside, nothing that the content security policy would have to allow."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from elections_for_tests import ElectionForTests, build, cast, close, count, log_in, ready
from sandogh.server.board import domain as board
from sandogh.server.common import clock
from sandogh.server.elections.models import Election

pytestmark = pytest.mark.django_db

POLICY = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "img-src 'self' data:; manifest-src 'self'; media-src 'self'; script-src 'self'; style-src 'self'; worker-src 'self'"
)
PERSONAL = {"login", "code", "booth", "over", "receipt", "no-session"}
Page = tuple[Client, str, int]


@pytest.fixture
def e() -> ElectionForTests:
    return build(voters=4)


@pytest.fixture
def pages(e: ElectionForTests) -> dict[str, Page]:
    """Every page, each as the browser that may see it asks for it, with the status it has."""
    ballot = e.ballot(e.voters[0])
    voted = ready(e, e.voters[0], ballot)
    record = cast(voted, ballot)
    live, old = log_in(e, e.voters[1]), log_in(e, e.voters[2])
    log_in(e, e.voters[2])
    anyone = Client()

    def with_cookie(token: str) -> Client:
        client = Client()
        client.cookies["sandogh_session"] = token
        return client

    return {
        "landing": (anyone, "/e/azmayesh/", 200),
        "login": (anyone, "/e/azmayesh/login/", 200),
        "booth": (with_cookie(live.token), "/e/azmayesh/vote/", 200),
        "over": (with_cookie(old.token), "/e/azmayesh/vote/", 409),
        "no-session": (anyone, "/e/azmayesh/vote/", 401),
        "receipt": (with_cookie(voted.token), "/e/azmayesh/receipt/", 200),
        "board": (anyone, "/e/azmayesh/board/", 200),
        "event": (anyone, f"/e/azmayesh/board/{record.event_hash}/", 200),
        "setup": (anyone, f"/e/azmayesh/board/{first_event(e)}/", 200),
        "tracker": (anyone, "/e/azmayesh/tracker/", 200),
        "found": (anyone, f"/e/azmayesh/tracker/?code={record.tracker.replace('+', '%2B')}", 200),
        "not-found": (anyone, f"/e/azmayesh/tracker/?code={'A' * 43}", 404),
        "not-a-tracker": (anyone, "/e/azmayesh/tracker/?code=x", 400),
        "fingerprints": (anyone, "/e/azmayesh/fingerprints/", 200),
        "no-result": (anyone, "/e/azmayesh/result/", 404),
        "missing-election": (anyone, "/e/nothing/", 404),
        "missing-page": (anyone, "/no/such/page/", 404),
        "missing-event": (anyone, f"/e/azmayesh/board/{'0' * 64}/", 404),
    }


def first_event(e: ElectionForTests) -> str:
    return board.events_page(e.model, 1).lines[-1].hash


NAMES = [
    "landing",
    "login",
    "booth",
    "over",
    "no-session",
    "receipt",
    "board",
    "event",
    "setup",
    "tracker",
    "found",
    "not-found",
    "not-a-tracker",
    "fingerprints",
    "no-result",
    "missing-election",
    "missing-page",
    "missing-event",
]


@pytest.fixture(params=NAMES)
def page(request: pytest.FixtureRequest, pages: dict[str, Page]) -> tuple[str, Any]:
    client, address, status = pages[request.param]
    response = client.get(address)
    assert response.status_code == status
    return request.param, response


def test_every_page_keeps_the_rules_of_all_pages(page: tuple[str, Any], read: Callable[..., Any]) -> None:
    name, response = page
    markup = read(response)
    check_markup(markup)
    check_headers(response, personal=name in PERSONAL)


def check_markup(markup: Any) -> None:
    html = markup.one("html")
    assert (html.attributes["lang"], html.attributes["dir"]) == ("fa", "rtl")
    assert len(markup.all("main")) == 1
    assert markup.words("title")[0]
    (skip,) = [element for element in markup.all("a") if element.attributes.get("class") == "skip"]
    assert skip.attributes["href"] == f"#{markup.one('main').attributes['id']}"
    headings = markup.words("h1")
    assert len(headings) == (0 if markup.one("main").attributes["id"] == "booth" else 1)
    for element in markup.elements:
        assert "style" not in element.attributes, element
        assert element.name != "style"
        assert not [attribute for attribute in element.attributes if attribute.startswith("on")], element
        if element.name == "script" and element.attributes.get("type") != "application/json":
            assert element.attributes["src"].startswith("/static/booth/"), element
            assert element.attributes["type"] == "module"
        if element.name == "img":
            assert element.attributes["alt"]
        for attribute in ("src", "href", "action", "poster", "data"):
            address = element.attributes.get(attribute, "")
            assert re.match(r"(/(?!/)|#|\?|tel:|$)", address) or address.startswith(f"{settings.BASE_URL}/"), element
    ids = [element.attributes["id"] for element in markup.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))


def check_headers(response: Any, *, personal: bool) -> None:
    assert "; ".join(sorted(part.strip() for part in response["Content-Security-Policy"].split(";"))) == "; ".join(
        sorted(POLICY.split("; "))
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Content-Language"] == "fa"
    assert ("no-store" in response.headers.get("Cache-Control", "")) is personal
    assert response.headers.get("X-Robots-Tag") == ("noindex" if personal else None)


def test_the_pages_of_the_other_states_keep_them_too(read: Callable[..., Any]) -> None:
    now = clock.now()
    build(voters=1, slug="sealed", state="sealed", opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    long_ago = {"opens_at": now - timedelta(hours=9), "closes_at": now - timedelta(hours=1), "now": now - timedelta(hours=8)}
    build(voters=1, slug="grace", opens_at=now - timedelta(hours=9), closes_at=now - timedelta(minutes=2), now=now - timedelta(hours=8))
    close(build(voters=1, slug="closed", **long_ago))
    published = build(voters=2, slug="published", **long_ago)
    ballot = published.ballot(published.voters[0])
    cast(ready(published, published.voters[0], ballot, now=now - timedelta(hours=7)), ballot, now=now - timedelta(hours=7))
    count(published)
    build(voters=1, slug="cancelled")
    Election.objects.filter(slug="cancelled").update(state="cancelled")
    for slug in ("sealed", "grace", "closed", "published", "cancelled"):
        response = Client().get(f"/e/{slug}/")
        assert response.status_code == 200
        check_markup(read(response))
        check_headers(response, personal=False)
    for address in ("/", "/e/published/result/", "/e/published/board/", "/e/published/fingerprints/", "/e/closed/result/"):
        response = Client().get(address)
        check_markup(read(response))
        check_headers(response, personal=False)


def test_stylesheets_ask_for_nothing_from_outside() -> None:
    for name in ("sandogh.css", "record.css", "booth.css"):
        path = finders.find(f"portal/{name}")
        assert path
        with open(path) as file:
            addresses = re.findall(r"url\(([^)]*)\)", file.read())
        for address in addresses:
            assert re.match(r'"(data:image/svg\+xml,|fonts/[a-z]+\.woff2")', address), address


def test_a_browser_set_to_english_gets_the_persian_page(e: ElectionForTests, read: Callable[..., Any]) -> None:
    response = Client(headers={"accept-language": "en-US,en;q=0.9"}).get("/e/azmayesh/")
    assert read(response).one("html").attributes["lang"] == "fa"


@pytest.mark.parametrize("chosen", ["xx", "", "../fa", "fa" * 500])
def test_an_unknown_language_choice_is_the_usual_language(e: ElectionForTests, read: Callable[..., Any], chosen: str) -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = chosen
    assert read(client.get("/e/azmayesh/")).one("html").attributes["lang"] == "fa"


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
@pytest.mark.parametrize("address", ["board/", "tracker/", "fingerprints/", "archive.bel", "result/", "receipt/", "vote/"])
def test_pages_to_read_take_no_other_method_and_say_so(e: ElectionForTests, read: Callable[..., Any], method: str, address: str) -> None:
    answer = getattr(Client(), method)(f"/e/azmayesh/{address}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert read(answer).words("h1") == ["درخواست درست خوانده نشد"]


def test_what_strangers_send_wrongly_leaves_no_line_in_the_log(e: ElectionForTests, caplog: pytest.LogCaptureFixture) -> None:
    """Else anybody could fill the disk; and the times of requests beside the board could tie a ballot to a person."""
    strict = Client(enforce_csrf_checks=True)
    answers = [
        strict.post("/e/azmayesh/login/", {"licence_no": "1"}),
        Client().get("/e/azmayesh/", headers={"host": "evil.example"}),
        Client().get("/e/azmayesh/tracker/?" + "&".join("a=1" for _ in range(1001))),
        Client().post("/e/azmayesh/login/", "a=" + "1" * 600_000, content_type="application/x-www-form-urlencoded"),
        Client().get("/nothing/"),
        Client().put("/e/azmayesh/"),
    ]
    assert [answer.status_code for answer in answers] == [403, 400, 400, 413, 404, 405]
    assert caplog.messages == []
