"""Candidates' photos as they are served, and as the booth is told of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from elections_for_tests import ElectionForTests, build, draft, log_in
from pictures_for_tests import picture, seen, telling_picture
from sandogh.server.elections.models import Election, Photo
from sandogh.server.elections.photos import Portrait, make_portrait

pytestmark = pytest.mark.django_db

Browser = Callable[..., Client]
Read = Callable[..., Any]


def give(election: Election, code: str, data: bytes) -> Portrait:
    portrait = make_portrait(data)
    Photo.objects.create(election=election, code=code, sha256=portrait.sha256, jpeg=portrait.jpeg)
    return portrait


@pytest.fixture
def e() -> ElectionForTests:
    return build(voters=1)


def address(sha256: str, slug: str = "azmayesh") -> str:
    return f"/e/{slug}/photo/{sha256}.jpg"


def test_a_photo_is_served_to_be_kept_for_good_and_as_nothing_but_a_picture(e: ElectionForTests) -> None:
    portrait = give(e.model, "101", telling_picture("JPEG"))
    answer = Client().get(address(portrait.sha256))
    assert answer.status_code == 200
    assert answer.content == portrait.jpeg
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert not answer.cookies
    assert "Vary" not in answer.headers
    assert b"Exif" not in answer.content
    assert dict(seen(answer.content).getexif()) == {}


def test_a_photo_is_asked_for_and_never_sent_to(e: ElectionForTests) -> None:
    portrait = give(e.model, "101", picture())
    assert Client().head(address(portrait.sha256)).status_code == 200
    for method in ("post", "put", "delete", "patch"):
        assert getattr(Client(), method)(address(portrait.sha256)).status_code == 405


@pytest.mark.parametrize("sha256", ["0" * 64, "x", "101", "..%2F101", "%00", "a" * 5000])
def test_there_is_nothing_under_another_fingerprint(e: ElectionForTests, sha256: str) -> None:
    give(e.model, "101", picture())
    assert Client().get(address(sha256)).status_code == 404


def test_a_draft_s_photos_are_nobody_s_business_yet() -> None:
    election, _people = draft()
    portrait = give(election, "101", picture())
    assert Client().get(address(portrait.sha256)).status_code == 404


def test_another_election_does_not_show_them(e: ElectionForTests) -> None:
    portrait = give(e.model, "101", picture())
    build(voters=1, slug="other")
    assert Client().get(address(portrait.sha256, "other")).status_code == 404
    assert Client().get(address(portrait.sha256, "nowhere")).status_code == 404


def test_the_booth_learns_of_each_candidate_s_own_photo(e: ElectionForTests, browser: Browser, read: Read) -> None:
    people = [candidate.code for candidate in e.model.races()[0].candidates]
    portraits = {code: give(e.model, code, picture(colour=(place, 90, 90))) for place, code in enumerate(people[:-1])}
    page = read(browser(log_in(e, e.voters[0])).get("/e/azmayesh/vote/"))
    races = json.loads(page.one("script", id="booth-data").text)["races"]
    told = {candidate["code"]: candidate["photo"] for race in races for candidate in race["candidates"]}
    assert {code: photo for code, photo in told.items() if photo} == {code: address(p.sha256) for code, p in portraits.items()}
    assert told[people[-1]] is None
    for code, portrait in portraits.items():
        assert Client().get(told[code]).content == portrait.jpeg
