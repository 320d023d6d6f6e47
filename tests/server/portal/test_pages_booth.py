"""The booth's page: who gets it, what is in its data, and what never is (journey.md S5–S8, S14; ARCHITECTURE.md §3)."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from elections_for_tests import ElectionForTests, build, cast, log_in, ready
from sandogh.server.accounts.models import VotingSession
from sandogh.server.common import clock
from sandogh.server.elections.models import Election
from sandogh.server.rolls.models import Voter

pytestmark = pytest.mark.django_db

BOOTH = "/e/azmayesh/vote/"
Browser = Callable[..., Client]
Read = Callable[..., Any]


@pytest.fixture
def e() -> ElectionForTests:
    return build(voters=3)


def data_of(page: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(page.one("script", id="booth-data").text)
    return data


def test_the_data_is_the_sealed_election_and_this_session(e: ElectionForTests, browser: Browser, read: Read) -> None:
    device = log_in(e, e.voters[0])
    page = read(browser(device).get(BOOTH))
    data, session, model = data_of(page), device.session, e.model
    main = page.one("main")
    assert (main.attributes["id"], main.attributes["data-worker"]) == ("booth", "/static/booth/worker.js")
    assert data["election"].encode() == bytes(model.election_json)
    assert data["session"] == {
        "id": session.public_id,
        "public_credential": e.voters[0].key.public,
        "state": "authenticated",
        "challenges": {"used": 0, "most": 5},
        "expires_at": round(session.expires_at.timestamp() * 1000),
    }
    assert data["voter"] == {"greeting": "همکار گرامی کیان آزمون‌گر 1", "mobile": "09****01"}
    assert data["urls"] == {
        "seal": "/e/azmayesh/vote/seal/",
        "status": "/e/azmayesh/vote/status/",
        "audit": "/e/azmayesh/vote/audit/",
        "cast": "/e/azmayesh/vote/cast/",
        "leave": "/e/azmayesh/vote/leave/",
        "receipt": "/e/azmayesh/receipt/",
        "landing": "/e/azmayesh/",
        "login": "/e/azmayesh/login/",
        "open": "http://127.0.0.1:8000/e/azmayesh/open/",
    }
    assert abs(data["now"] - round(clock.now().timestamp() * 1000)) < 10_000
    assert data["election_ends_at"] == round(model.closes_at.timestamp() * 1000)
    assert data["last_cast_at"] == round(model.last_cast_at.timestamp() * 1000)
    assert (data["inbound_number"], data["language"], data["slug"]) == ("100000000", "fa", "azmayesh")
    assert data["support"] == [
        {"label": "پشتیبانی تلفنی", "value": "۰۹۹-۰۰۰۰۰۰۰۰"},
        {"label": "دبیرخانهٔ کانون", "value": "۰۹۹-۰۰۰۰۰۰۰۱"},
    ]
    assert data.keys() == {
        *("election", "slug", "title", "organisation", "races", "voter", "session", "now", "election_ends_at", "last_cast_at"),
        *("inbound_number", "support", "urls", "csrf", "language"),
    }


def test_races_and_candidates_stand_as_in_the_election(e: ElectionForTests, browser: Browser, read: Read) -> None:
    data = data_of(read(browser(log_in(e, e.voters[0])).get(BOOTH)))
    questions = e.parsed.questions
    assert [race["title"] for race in data["races"]] == [question.question for question in questions]
    assert [[candidate["name"] for candidate in race["candidates"]] for race in data["races"]] == [list(q.answers) for q in questions]
    assert [(race["min"], race["max"]) for race in data["races"]] == [(question.min, question.max) for question in questions]
    assert data["races"][0].keys() == {
        *("id", "title", "min", "max", "blank", "kind", "seats_main", "seats_alternate", "order_note", "candidates"),
    }
    assert data["races"][0]["candidates"][0].keys() == {"code", "name", "initials", "field", "city", "bio", "photo"}


def test_neither_the_secret_credential_nor_the_whole_mobile_is_in_the_page(e: ElectionForTests, browser: Browser) -> None:
    voter = e.voters[0]
    device = log_in(e, voter)
    source = browser(device).get(BOOTH).content.decode()
    for secret in (voter.credential, str(voter.key.secret), voter.mobile, voter.national_id, device.token):
        assert secret not in source


def test_markup_in_names_cannot_end_the_data(e: ElectionForTests, browser: Browser, read: Read) -> None:
    Voter.objects.update(given_name="</script><script>alert(1)</script>", family_name="<!--")
    response = browser(log_in(e, e.voters[0])).get(BOOTH)
    page = read(response)
    assert data_of(page)["voter"]["greeting"] == "همکار گرامی </script><script>alert(1)</script> <!--"
    assert len(page.all("script")) == 2
    assert b"alert(1)</script>" not in response.content


def test_the_token_of_the_data_lets_the_calls_through(e: ElectionForTests, read: Read) -> None:
    device = log_in(e, e.voters[0])
    client = Client(enforce_csrf_checks=True)
    client.cookies["sandogh_session"] = device.token
    data = data_of(read(client.get(BOOTH)))
    answer = client.post(data["urls"]["leave"], b"{}", content_type="application/json", headers={"x-csrftoken": data["csrf"]})
    assert (answer.status_code, answer.json()) == (200, {"state": "left"})


@pytest.mark.parametrize("state", ["sealed", "confirmed"])
def test_a_page_loaded_again_in_the_middle_tells_the_booth_where_it_is(
    e: ElectionForTests, browser: Browser, read: Read, state: str
) -> None:
    device = ready(e, e.voters[0], e.ballot(e.voters[0]))
    VotingSession.objects.filter(pk=device.session.pk).update(state=state)
    assert data_of(read(browser(device).get(BOOTH)))["session"]["state"] == state


def test_without_a_session_the_page_leads_to_the_login(e: ElectionForTests, read: Read) -> None:
    answer = Client().get(BOOTH)
    assert answer.status_code == 401
    page = read(answer)
    assert page.words("h1") == ["هنوز وارد نشده‌اید"]
    assert "/e/azmayesh/login/" in [link.attributes["href"] for link in page.all("a")]
    assert "booth-data" not in page.source


def test_a_session_of_another_election_is_none_here(e: ElectionForTests, browser: Browser) -> None:
    other = build(voters=1, slug="other")
    assert browser(log_in(other, other.voters[0])).get(BOOTH).status_code == 401


def test_before_the_code_the_booth_sends_to_the_code_page(e: ElectionForTests, browser: Browser) -> None:
    device = log_in(e, e.voters[0])
    VotingSession.objects.update(state="identified")
    assert browser(device).get(BOOTH).headers["Location"] == "/e/azmayesh/code/"


def test_after_casting_the_booth_sends_to_the_receipt(e: ElectionForTests, browser: Browser) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    cast(device, ballot)
    assert browser(device).get(BOOTH).headers["Location"] == "/e/azmayesh/receipt/"


@pytest.mark.parametrize(
    ("how", "heading"),
    [
        ("superseded", "این صفحه در دستگاه دیگری باز شد"),
        ("expired", "زمان این ورود تمام شد"),
        ("left", "از سامانه خارج شدید"),
    ],
)
def test_an_ended_session_says_how_it_ended(e: ElectionForTests, browser: Browser, read: Read, how: str, heading: str) -> None:
    device = log_in(e, e.voters[0])
    if how == "superseded":
        log_in(e, e.voters[0])
    elif how == "expired":
        VotingSession.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    else:
        browser(device).post("/e/azmayesh/vote/leave/", b"{}", content_type="application/json")
    answer = browser(device).get(BOOTH)
    assert answer.status_code == 409
    page = read(answer)
    assert page.words("h1") == [heading]
    assert "از این صفحه رأیی ثبت نشده" in page.text
    assert "booth-data" not in page.source


def test_after_the_end_an_ended_session_is_not_sent_to_a_closed_login(e: ElectionForTests, browser: Browser, read: Read) -> None:
    device = log_in(e, e.voters[0])
    log_in(e, e.voters[0])
    now = clock.now()
    Election.objects.update(opens_at=now - timedelta(hours=2), closes_at=now - timedelta(minutes=1))
    page = read(browser(device).get(BOOTH))
    assert "/e/azmayesh/login/" not in [link.attributes["href"] for link in page.all("a")]
    assert "زمان ورود پایان یافته است." in page.text


def test_the_grace_keeps_the_booth_for_who_was_inside(e: ElectionForTests, browser: Browser) -> None:
    device = log_in(e, e.voters[0])
    now = clock.now()
    Election.objects.update(opens_at=now - timedelta(hours=2), closes_at=now - timedelta(minutes=1))
    assert browser(device).get(BOOTH).status_code == 200
