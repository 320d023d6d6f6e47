"""The language switch at the foot of the pages: a form of its own, no script, back to the same page, never to another site."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.views.defaults import server_error

from elections_for_tests import ElectionForTests, build, log_in

pytestmark = pytest.mark.django_db

Browser = Callable[..., Client]
Read = Callable[..., Any]


@pytest.fixture
def e() -> ElectionForTests:
    return build(voters=2)


def switch(page: Any) -> tuple[Any, str, Any]:
    """(the form, where it leads back to, its button)"""
    (form,) = [form for form in page.all("form") if form.attributes.get("action") == "/language/"]
    (button,) = page.all("button", name="language")
    return form, page.one("input", name="next").attributes["value"], button


def press(client: Client, page: Any, **headers: str) -> Any:
    """What a browser does when the switch of this page is pressed."""
    _form, back, button = switch(page)
    return client.post("/language/", {"next": back, "language": button.attributes["value"]}, headers=headers)


def test_a_page_goes_to_english_and_back_and_stays_the_same_page(e: ElectionForTests, read: Read) -> None:
    client = Client()
    for address in ("/e/azmayesh/", "/e/azmayesh/login/", "/e/azmayesh/board/?page=1", "/e/azmayesh/fingerprints/", "/e/azmayesh/open/"):
        for language, direction, other, name in (("fa", "rtl", "en", "English"), ("en", "ltr", "fa", "فارسی")):
            page = read(client.get(address))
            html = page.one("html")
            assert (html.attributes["lang"], html.attributes["dir"]) == (language, direction)
            form, back, button = switch(page)
            assert (form.attributes["method"], back) == ("post", address)
            assert (button.text, button.attributes["value"], button.attributes["lang"]) == (name, other, other)
            answer = press(client, page)
            assert (answer.status_code, answer["Location"]) == (302, address)


def test_the_choice_is_a_cookie_that_scripts_and_other_sites_cannot_use(e: ElectionForTests) -> None:
    answer = Client().post("/language/", {"next": "/", "language": "en"})
    cookie = answer.cookies["django_language"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"], cookie["path"]) == ("en", "Lax", True, "/")
    assert cookie["max-age"] == 90 * 24 * 60 * 60
    assert answer.cookies.keys() == {"django_language"}
    assert "no-store" in answer["Cache-Control"]


def test_public_pages_stay_without_cookies(e: ElectionForTests) -> None:
    for address in ("/e/azmayesh/", "/e/azmayesh/board/", "/e/azmayesh/fingerprints/", "/e/azmayesh/open/"):
        answer = Client().get(address)
        assert not answer.cookies
        # and no cache in between shows one visitor's language to another
        assert "Cookie" in answer["Vary"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://evil.example/", "//evil.example/", "///evil.example", r"/\evil.example", r"\\evil.example", "javascript:alert(1)"),
        *("evil.example", "http:evil.example", " //evil.example", "/\t/evil.example", "\n//evil.example", "/" + "a" * 2_000, "", "?next=/"),
    ],
)
def test_it_leads_to_no_other_site(elsewhere: str) -> None:
    answer = Client().post("/language/", {"next": elsewhere, "language": "en"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert answer.cookies["django_language"].value == "en"


def test_without_an_address_it_leads_to_the_first_page() -> None:
    assert Client().post("/language/", {"language": "en"})["Location"] == "/"


def test_what_was_typed_comes_back_whole(e: ElectionForTests, read: Read) -> None:
    client = Client()
    address = "/e/azmayesh/tracker/?code=%2B%2F%26%22%3C" + "A" * 38
    answer = press(client, read(client.get(address)))
    assert answer["Location"] == address


@pytest.mark.parametrize("language", ["", "xx", "fa-IR", "EN", "../en", "en" * 1000])
def test_only_the_languages_that_there_are(language: str) -> None:
    answer = Client().post("/language/", {"next": "/", "language": language})
    assert answer.status_code == 400
    assert not answer.cookies


def test_it_is_a_form_and_no_link() -> None:
    assert Client().get("/language/?language=en").status_code == 405


def test_a_form_on_another_site_changes_nothing(e: ElectionForTests) -> None:
    client = Client(enforce_csrf_checks=True)
    for origin in ("https://evil.example", "null", "http://testserver.evil.example", "http://testserver:81"):
        answer = client.post("/language/", {"next": "/", "language": "en"}, headers={"origin": origin})
        assert answer.status_code == 403
        assert not answer.cookies
    answer = client.post("/language/", {"next": "/", "language": "en"}, headers={"origin": "http://testserver"})
    assert answer.status_code == 302


def test_a_page_that_answers_a_form_leads_back_to_where_the_form_stands(e: ElectionForTests, browser: Browser, read: Read) -> None:
    refused = read(Client().post("/e/azmayesh/login/", {}))
    assert switch(refused)[1] == "/e/azmayesh/login/"
    # A resend while nobody is logged in is refused on an address that takes nothing but forms.
    refused = read(Client().post("/e/azmayesh/code/again/"))
    assert switch(refused)[1] == "/e/azmayesh/code/"


def test_a_page_for_a_fault_leads_to_the_first_page(read: Read) -> None:
    client = Client()
    page = read(client.get("/no/such/page/"))
    assert switch(page)[1] == "/"
    press(client, page)
    page = read(client.get("/no/such/page/"))
    assert (page.one("html").attributes["lang"], page.one("html").attributes["dir"]) == ("en", "ltr")


def test_the_page_for_our_own_faults_has_it_too(read: Read) -> None:
    page = read(server_error(RequestFactory().get("/e/azmayesh/board/")))
    assert switch(page)[1] == "/"


def test_the_booth_has_none_and_speaks_the_language_chosen_before(e: ElectionForTests, browser: Browser, read: Read) -> None:
    client = browser(log_in(e, e.voters[0]))
    page = read(client.get("/e/azmayesh/vote/"))
    assert page.all("button", name="language") == []
    assert '"language": "fa"' in page.one("script", id="booth-data").text
    press(client, read(client.get("/e/azmayesh/")))
    page = read(client.get("/e/azmayesh/vote/"))
    assert (page.one("html").attributes["lang"], page.one("html").attributes["dir"]) == ("en", "ltr")
    assert '"language": "en"' in page.one("script", id="booth-data").text


def test_the_switch_does_not_end_a_session(e: ElectionForTests, browser: Browser, read: Read) -> None:
    device = log_in(e, e.voters[0])
    client = browser(device)
    press(client, read(client.get("/e/azmayesh/")))
    assert client.cookies["sandogh_session"].value == device.token
    assert client.get("/e/azmayesh/vote/").status_code == 200
