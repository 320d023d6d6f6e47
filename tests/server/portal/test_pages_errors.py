"""Pages for requests that go wrong: in Persian, in the same look, telling what to do, and nothing about the inside."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.views.defaults import server_error

from elections_for_tests import build

pytestmark = pytest.mark.django_db

Read = Callable[..., Any]


def test_a_missing_page_is_told_in_persian(read: Read) -> None:
    answer = Client().get("/wp-login.php")
    assert answer.status_code == 404
    page = read(answer)
    assert page.words("h1") == ["این صفحه یافت نشد"]
    assert "wp-login" not in page.source


def test_a_body_over_the_limit_is_413(read: Read) -> None:
    build(voters=1)
    answer = Client().post("/e/azmayesh/login/", {"licence_no": "1" * 600_000})
    # Multipart fields are limited together; the same for a plain form.
    assert answer.status_code == 413
    plain = Client().post("/e/azmayesh/login/", b"licence_no=" + b"1" * 600_000, content_type="application/x-www-form-urlencoded")
    assert plain.status_code == 413
    assert read(plain).words("h1") == ["آنچه فرستادید بزرگ‌تر از اندازه است"]


def test_too_many_fields_are_a_bad_request(read: Read) -> None:
    build(voters=1)
    answer = Client().post(
        "/e/azmayesh/login/", b"&".join(b"a%d=1" % number for number in range(1500)), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 400
    assert read(answer).words("h1") == ["درخواست درست خوانده نشد"]


def test_a_host_that_is_not_ours_is_a_bad_request(read: Read) -> None:
    answer = Client(headers={"host": "evil.example"}).get("/")
    assert answer.status_code == 400
    assert "evil" not in read(answer).source


def test_our_own_fault_needs_no_database_to_be_told(read: Read, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    page = read(answer)
    assert page.words("h1") == ["این صفحه باز نشد"]
    assert page.one("html").attributes == {"lang": "fa", "dir": "rtl"}


@pytest.mark.parametrize("slug", ["azmayesh"])
def test_a_refusal_on_a_page_says_its_reason_and_the_support(read: Read, slug: str) -> None:
    build(voters=1)
    answer = Client().get(f"/e/{slug}/receipt/")
    assert answer.status_code == 401
    page = read(answer)
    assert "وارد نشده‌اید" in page.text
    assert "tel:09900000000" in [link.attributes["href"] for link in page.all("a")]
