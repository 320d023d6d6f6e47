"""The receipt: the five lines, the tracker with its QR code, and the file that names nobody (journey.md S10)."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import segno
from django.test import Client

from elections_for_tests import Device, ElectionForTests, build, cast, log_in, ready
from sandogh.server.accounts.models import VotingSession
from sandogh.server.common import clock
from sandogh.server.elections.models import Election
from sandogh.server.portal.views.receipt import qr_of, tracker_url

pytestmark = pytest.mark.django_db

RECEIPT, FILE = "/e/azmayesh/receipt/", "/e/azmayesh/receipt/file/"
Browser = Callable[..., Client]
Read = Callable[..., Any]


@pytest.fixture
def e() -> ElectionForTests:
    return build(voters=3)


@pytest.fixture
def voted(e: ElectionForTests) -> Device:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    cast(device, ballot)
    return device


def test_the_five_lines(voted: Device, browser: Browser, read: Read) -> None:
    VotingSession.objects.filter(pk=voted.session.pk).update(address="192.0.2.158")
    event = f"http://127.0.0.1:8000/e/azmayesh/board/{voted.session.event_hash}/"
    page = read(browser(voted).get(RECEIPT))
    facts = page.facts()
    # Local time by hand: Tehran is +03:30, and the Jalali date is checked where it is made.
    local: datetime = voted.session.cast_at + timedelta(hours=3, minutes=30)
    at = f"{local:%H:%M:%S}".translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert re.fullmatch(rf"{at} ۱۴[۰-۹]{{2}}/[۰-۹]{{2}}/[۰-۹]{{2}}", facts.pop("زمان شرکت در انتخابات"))
    assert facts == {
        "شمارهٔ پروانه": "۹۹۰۰۰۰۰۰۰۱",
        # On the screen, and masked on paper.
        "کد ملی": "۹۹۹۰۰۰۰۰۱۸۹۹۹****۰۱۸",
        "پیوند رهگیری در تابلو": event,
        "نشانی اینترنتی (IP)": "۱۹۲.۰.۲.۱۵۸",
    }
    classes = {span.text: span.attributes["class"] for span in page.all("span") if "۰۱۸" in span.text}
    assert classes == {"۹۹۹۰۰۰۰۰۱۸": "noprint", "۹۹۹****۰۱۸": "print"}
    assert page.words("h1") == ["رأی شما ثبت شد"]
    assert event in [link.attributes["href"] for link in page.all("a")]


def test_the_tracker_is_shown_in_fours_and_as_a_code_that_opens_its_page(voted: Device, browser: Browser, read: Read) -> None:
    tracker = voted.session.tracker
    page = read(browser(voted).get(RECEIPT))
    (groups,) = page.all("p", **{"class": "hash hash--group"})
    assert groups.text == tracker
    assert all(len(text) <= 4 for text in page.words("span") if text and text in tracker)
    address = tracker_url(Election.by_slug("azmayesh"), tracker)
    qr = qr_of(address)
    assert page.one("path", fill="currentColor", d=qr.path)
    parts = urlsplit(address)
    assert parse_qs(parts.query) == {"code": [tracker]}
    assert browser().get(f"{parts.path}?{parts.query}").status_code == 200


@pytest.mark.parametrize("text", ["x", "http://127.0.0.1:8000/e/azmayesh/tracker/?code=" + "A%2B" * 20])
def test_the_path_of_the_qr_code_covers_its_dark_modules_and_no_other(text: str) -> None:
    qr = qr_of(text)
    matrix = [bytes(row) for row in segno.make_qr(text, error="m").matrix]
    drawn = [bytearray(qr.size) for _ in range(qr.size)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", qr.path):
        for column in range(int(x), int(x) + int(length)):
            drawn[int(y)][column] = 1
    assert [bytes(row) for row in drawn] == matrix


def test_the_file_has_what_a_check_needs_and_nobody_in_it(e: ElectionForTests, voted: Device, browser: Browser) -> None:
    VotingSession.objects.filter(pk=voted.session.pk).update(address="192.0.2.158")
    answer = browser(voted).get(FILE)
    assert answer["Content-Disposition"] == 'attachment; filename="receipt-azmayesh.json"'
    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"]
    facts = json.loads(answer.content)
    assert facts == {
        "format": "sandogh-receipt/1",
        "election": {
            "title": e.model.title,
            "organisation": e.model.organisation.name,
            "uuid": e.model.uuid,
            "fingerprint": e.model.fingerprint,
        },
        "tracker": voted.session.tracker,
        "event": voted.session.event_hash,
        "height": 1,
        "parent": facts["parent"],
        "addresses": {
            "event": f"http://127.0.0.1:8000/e/azmayesh/board/{voted.session.event_hash}/",
            "board": "http://127.0.0.1:8000/e/azmayesh/board/",
            "archive": "http://127.0.0.1:8000/e/azmayesh/archive.bel",
        },
    }
    assert re.fullmatch(r"[0-9a-f]{64}", facts["parent"])
    text = answer.content.decode()
    voter, session = e.voters[0], voted.session
    for personal in (
        voter.licence_no,
        voter.national_id,
        voter.mobile,
        voter.credential,
        voter.key.public,
        session.public_id,
        "آزمون‌گر",
        session.address,
    ):
        assert personal not in text


@pytest.mark.parametrize("address", [RECEIPT, FILE])
def test_nobody_else_sees_it(e: ElectionForTests, voted: Device, browser: Browser, address: str) -> None:
    not_voted = log_in(e, e.voters[1])
    made_up = Client()
    made_up.cookies["sandogh_session"] = voted.session.token_hash
    answers = [browser().get(address), browser(not_voted).get(address), made_up.get(address)]
    assert [answer.status_code for answer in answers] == [401, 404, 401]
    for answer in answers:
        assert voted.session.tracker not in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]


def test_an_hour_later_the_session_shows_it_no_more(voted: Device, browser: Browser) -> None:
    VotingSession.objects.filter(pk=voted.session.pk).update(cast_at=clock.now() - timedelta(minutes=61))
    assert browser(voted).get(RECEIPT).status_code == 401


def test_nothing_on_the_receipt_tells_the_choices(e: ElectionForTests, voted: Device, browser: Browser) -> None:
    text = browser(voted).get(RECEIPT).content.decode() + browser(voted).get(FILE).content.decode()
    for race in e.model.races():
        for candidate in race.candidates:
            assert candidate.display_name not in text
            assert candidate.family_name not in text
