"""The phones' pages over HTTP, and how the network starts."""

import os
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from phone_for_tests import SANDOGH, PhoneForTests
from sandogh.sms import Outgoing
from sandogh.sms.simulated import SimulatedProvider


def page(network: PhoneForTests, path: str) -> str:
    answer = network.client.get(path)
    assert answer.status_code == 200
    return answer.text


def test_a_link_can_be_tapped_whole_with_its_secret(network: PhoneForTests, client: SimulatedProvider) -> None:
    link = "http://127.0.0.1:8000/e/arkan-1405#7kQ2a-abcdef-12345-67890a"
    client.send(Outgoing("09120002001", f"همکار گرامی\nورود: {link}", "page-1"))
    html = page(network, "/phone/09120002001/")
    assert re.findall(r'<a class="ltr" lang="en" href="([^"]+)" target="_blank" rel="noopener noreferrer">', html) == [link]


def test_what_a_text_says_is_shown_and_never_run(network: PhoneForTests, client: SimulatedProvider) -> None:
    text = "<script>alert(1)</script> https://x/\"><img src=x onerror=alert(1)> javascript:alert(1) 'a' & b"
    client.send(Outgoing("09120002002", text, "page-2"))
    html = page(network, "/phone/09120002002/talk/")
    assert "<script>" not in html
    assert "<img" not in html
    assert re.findall(r'href="([^"]*)"', html) == ["https://x/"]


def test_the_page_is_marked_as_no_product_and_runs_no_inline_code(network: PhoneForTests) -> None:
    answer = network.client.get("/phone/09120002003/")
    assert "فقط برای توسعه: این گوشی واقعی نیست و پیامکی به کسی نمی‌رود" in answer.text
    assert '<html lang="fa" dir="rtl">' in answer.text
    assert not re.search(r"<script(?![^>]*src=)|<[^>]*\s(?:style|on\w+)=", answer.text)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_everything_the_page_asks_for_is_here(network: PhoneForTests) -> None:
    html = page(network, "/")
    wanted = re.findall(r'(?:href|src)="(/static/[^"]+)"', html)
    assert len(wanted) == 4
    assert [network.client.get(path).status_code for path in wanted] == [200] * 4


def test_texting_from_the_page(network: PhoneForTests) -> None:
    with httpx.Client(base_url=network.url, trust_env=False) as browser:
        form = browser.get("/phone/09120002004/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token is not None
        sent = browser.post("/phone/09120002004/write/", data={"csrfmiddlewaretoken": token[1], "text": "۴۸۵۹۰۴۳۳"})
        assert sent.headers["location"] == "/phone/09120002004/"
        empty = browser.post("/phone/09120002004/write/", data={"csrfmiddlewaretoken": token[1], "text": " "})
        assert (empty.status_code, "متن پیامک را بنویسید." in empty.text) == (400, True)
    assert [(text["from_phone"], text["text"]) for text in network.messages("09120002004")] == [(True, "۴۸۵۹۰۴۳۳")]


def test_another_site_s_page_cannot_text(network: PhoneForTests) -> None:
    assert network.client.post("/phone/09120002005/write/", data={"text": "48590433"}).status_code == 403
    assert network.messages("09120002005") == []


def test_a_fault_chosen_on_the_page(network: PhoneForTests, client: SimulatedProvider) -> None:
    with httpx.Client(base_url=network.url, trust_env=False) as browser:
        form = browser.get("/phone/09120002006/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token is not None
        browser.post("/phone/09120002006/fault/", data={"csrfmiddlewaretoken": token[1], "kind": "undelivered"})
        assert re.search(r'value="undelivered" checked', browser.get("/phone/09120002006/").text)
        client.send(Outgoing("09120002006", "x", "page-6"))
        browser.post("/phone/09120002006/fault/", data={"csrfmiddlewaretoken": token[1], "kind": ""})
    assert network.messages("09120002006") == []
    assert network.client.get("/api/faults").json() == {"faults": []}


@pytest.mark.parametrize(("typed", "status", "place"), [("۰۹۱۲ ۰۰۰ ۲۰۰۷", 302, "/phone/09120002007/"), ("سلام", 200, None)])
def test_a_number_typed_into_the_box(network: PhoneForTests, typed: str, status: int, place: str | None) -> None:
    answer = network.client.get("/", params={"number": typed})
    assert (answer.status_code, answer.headers.get("location")) == (status, place)


@pytest.mark.parametrize("path", ["/phone/09121234567/", "/phone/0912000/", "/phone/09120002008/nothing/"])
def test_phones_that_do_not_exist(network: PhoneForTests, path: str) -> None:
    assert network.client.get(path).status_code == 404


def test_it_does_not_start_in_production(tmp_path: Path) -> None:
    environment = os.environ | {"SANDOGH_ENV": "production", "SANDOGH_PHONE_DATA": str(tmp_path)}
    done = subprocess.run(
        [SANDOGH, "phone", "serve", "--port", "1"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "production" in done.stderr
    assert list(tmp_path.iterdir()) == []
