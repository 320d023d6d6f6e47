"""The way in: one answer for every mismatch, the picture and its substitutes, the code (journey.md S3, S4; threat-model.md W7, O16)."""

import json
import re
import wave
from collections.abc import Callable
from datetime import timedelta
from http.cookies import Morsel
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from elections_for_tests import ElectionForTests, build, cast, close, log_in, ready
from sandogh.server.accounts.domain import captcha
from sandogh.server.accounts.models import SpentChallenge, VotingSession
from sandogh.server.common import clock
from sandogh.server.messaging.models import OutboundMessage
from sandogh.server.portal.address import UNKNOWN
from sandogh.server.rolls.models import Voter

pytestmark = pytest.mark.django_db

LOGIN, CODE, AGAIN, BOOTH = "/e/azmayesh/login/", "/e/azmayesh/code/", "/e/azmayesh/code/again/", "/e/azmayesh/vote/"
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.fixture
def e() -> ElectionForTests:
    return build(voters=3)


def picture(client: Client, address: str = LOGIN) -> dict[str, str]:
    """The hidden field of a fresh login page, and the digits that its picture shows."""
    (challenge,) = re.findall(r'name="challenge" value="([^"]+)"', client.get(address).content.decode())
    return {"challenge": challenge, "answer": captcha._digits(challenge)}


def enter(client: Client, licence_no: str, national_id: str, **fields: str) -> HttpResponse:
    return client.post(LOGIN, picture(client) | {"licence_no": licence_no, "national_id": national_id, "work": ""} | fields)


def texted_code() -> str:
    return OutboundMessage.objects.latest("id").text.rsplit("#", 1)[1]


def entered(e: ElectionForTests, number: int = 0) -> Client:
    """A browser on the code page."""
    client = Client()
    assert enter(client, e.voters[number].licence_no, e.voters[number].national_id).status_code == 302
    return client


def alike(response: HttpResponse) -> str:
    """The page without what differs from visit to visit: the picture, the form's token, the time, and what was typed."""
    html = response.content.decode()
    html = re.sub(r'name="(challenge|csrfmiddlewaretoken|licence_no|national_id)"([^>]*?) value="[^"]*"', r'name="\1"\2', html)
    html = re.sub(r"/captcha/[^/\"]+\.(png|wav)", r"/captcha/.\1", html)
    return re.sub(r'data-now="\d+"', "", html)


# ---- the whole way


def test_the_whole_way_in(e: ElectionForTests, read: Callable[..., Any]) -> None:
    client, voter = Client(), e.voters[0]
    answer = enter(client, voter.licence_no, voter.national_id)
    assert (answer.status_code, answer.headers["Location"]) == (302, CODE)
    cookie: Morsel[str] = answer.cookies["sandogh_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"], cookie["expires"]) == (True, "Strict", "/", "", "")
    assert "no-store" in answer["Cache-Control"]
    page = read(client.get(CODE))
    assert "همکار گرامی کیان آزمون‌گر 1" in page.text
    assert "۰۹****۰۱" in page.text
    assert voter.mobile not in page.source
    answer = client.post(CODE, {"code": texted_code()})
    assert (answer.status_code, answer.headers["Location"]) == (302, BOOTH)
    assert client.get(BOOTH).status_code == 200


@pytest.mark.parametrize("table", [PERSIAN, ARABIC, {}])
def test_every_set_of_digits_is_accepted_in_every_field(e: ElectionForTests, table: dict[int, str]) -> None:
    client, voter = Client(), e.voters[0]
    seen = picture(client)
    typed = f" {voter.licence_no[:2]}-{voter.licence_no[2:4]}-{voter.licence_no[4:]}\u200f"
    fields = {
        "licence_no": typed.translate(table),
        "national_id": voter.national_id.translate(table),
        "answer": seen["answer"].translate(table),
    }
    assert client.post(LOGIN, seen | fields).status_code == 302
    assert client.post(CODE, {"code": f" {texted_code().translate(table)} "}).headers["Location"] == BOOTH


def test_the_token_is_not_what_the_server_stores(e: ElectionForTests) -> None:
    client = entered(e)
    token = client.cookies["sandogh_session"].value
    assert token not in str(list(VotingSession.objects.values()))


# ---- the first page


def test_every_mismatch_gets_the_same_page(e: ElectionForTests) -> None:
    one, two = e.voters[0], e.voters[1]
    mismatches = {
        "another's national ID": (one.licence_no, two.national_id),
        "a licence nobody has": ("9999999999", one.national_id),
        "a national ID nobody has": (one.licence_no, "0013542419"),
        "a wrong check digit": (one.licence_no, "1234567890"),
        "both of nobody": ("0000000000", "1111111111"),
        "swapped": (one.national_id, one.licence_no),
    }
    answers = {name: enter(Client(), *numbers) for name, numbers in mismatches.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(mismatches, 403)
    pages = {alike(answer) for answer in answers.values()}
    assert len(pages) == 1
    assert "اطلاعات واردشده با فهرست رأی‌دهندگان مطابقت ندارد." in pages.pop()
    headers = [{name: value for name, value in answer.headers.items() if name != "Content-Length"} for answer in answers.values()]
    assert all(header == headers[0] for header in headers)
    assert all("sandogh_session" not in answer.cookies for answer in answers.values())
    assert OutboundMessage.objects.count() == VotingSession.objects.count() == 0


def test_a_suspended_member_learns_it_only_after_both_factors(e: ElectionForTests, read: Callable[..., Any]) -> None:
    Voter.objects.filter(licence_no=e.voters[0].licence_no).update(status="suspended")
    client = entered(e)
    assert "معلق" not in read(client.get(CODE)).text
    answer = client.post(CODE, {"code": texted_code()})
    assert answer.status_code == 403
    assert "معلق" in read(answer).text
    assert client.get(BOOTH).status_code == 409


def test_a_voter_of_another_election_is_a_mismatch_here(e: ElectionForTests) -> None:
    other = build(voters=5, slug="other")
    assert enter(Client(), other.voters[4].licence_no, other.voters[4].national_id).status_code == 403


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"licence_no": "123"}, {"licence_no": "شمارهٔ پروانه ۱۰ رقم است؛ شما ۳ رقم نوشتید."}),
        ({"licence_no": ""}, {"licence_no": "شمارهٔ پروانه را بنویسید."}),
        ({"national_id": "۱۲۳۴۵۶۷۸۹۰۱"}, {"national_id": "کد ملی ۱۰ رقم است؛ شما ۱۱ رقم نوشتید."}),
        ({"national_id": "۱۲۳۴۵۶۷۸۹x"}, {"national_id": "تنها رقم بنویسید."}),
        ({"answer": ""}, {"answer": "عدد داخل تصویر را بنویسید."}),
        ({"licence_no": "1" * 5000}, {"licence_no": "بسیار بلندتر از این شماره است."}),
        ({"answer": "1" * 5000}, {"answer": "عدد داخل تصویر پنج رقم است."}),
    ],
)
def test_what_is_wrong_in_itself_is_said_beside_its_field(
    e: ElectionForTests, read: Callable[..., Any], fields: dict[str, str], errors: dict[str, str]
) -> None:
    voter = e.voters[0]
    answer = enter(Client(), **({"licence_no": voter.licence_no, "national_id": voter.national_id} | fields))
    assert answer.status_code == 422
    page = read(answer)
    shown = {
        element.attributes["id"].removesuffix("-error"): element.text.strip() for element in page.all("p", **{"class": "field__error"})
    }
    assert shown == errors
    for name in errors:
        box = page.one("input", name=name)
        assert box.attributes["aria-invalid"] == "true"
        assert f"{name}-error" in box.attributes["aria-describedby"].split()
    assert SpentChallenge.objects.count() == 0


def test_a_wrong_picture_is_said_beside_it_and_shows_another(e: ElectionForTests, read: Callable[..., Any]) -> None:
    client, voter = Client(), e.voters[0]
    seen = picture(client)
    answer = client.post(
        LOGIN,
        seen
        | {"answer": "00000" if seen["answer"] != "00000" else "11111", "licence_no": voter.licence_no, "national_id": voter.national_id},
    )
    assert answer.status_code == 422
    page = read(answer)
    assert [element.attributes["id"] for element in page.all("p", **{"class": "field__error"})] == ["answer-error"]
    assert page.one("input", name="challenge").attributes["value"] != seen["challenge"]
    # Asked about once, it is spent, though now the digits are right.
    assert client.post(LOGIN, seen | {"licence_no": voter.licence_no, "national_id": voter.national_id}).status_code == 422


def test_a_picture_belongs_to_the_browser_that_was_shown_it(e: ElectionForTests) -> None:
    mine, other, voter = Client(), Client(), e.voters[0]
    seen = picture(mine)
    other.get(LOGIN)
    assert other.post(LOGIN, seen | {"licence_no": voter.licence_no, "national_id": voter.national_id}).status_code == 422


def test_hammering_is_refused_with_a_sentence(e: ElectionForTests, read: Callable[..., Any]) -> None:
    answers = [enter(Client(), e.voters[0].licence_no, "0013542419") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429]
    assert "دفعات تلاش بیش از اندازه شد" in read(answers[-1]).text
    # The right national ID does not get through either, and nothing tells that it is right.
    assert enter(Client(), e.voters[0].licence_no, e.voters[0].national_id).status_code == 429


@pytest.mark.parametrize("when", ["before", "after"])
def test_login_is_there_only_while_voting_is_open(when: str) -> None:
    now = clock.now()
    if when == "before":
        e = build(voters=1, state="sealed", opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    else:
        e = build(voters=1)
        close(e)
    for answer in (
        Client().get(LOGIN),
        Client().post(LOGIN, {"licence_no": e.voters[0].licence_no, "national_id": e.voters[0].national_id}),
    ):
        assert (answer.status_code, answer.headers["Location"]) == (302, "/e/azmayesh/")


@pytest.mark.parametrize(
    "fields", [{}, {"challenge": "x" * 5000}, {"work": "x" * 3999}, {"work": "e30="}, {"work": "bnVsbA=="}, {"challenge": "\x00"}]
)
def test_forms_nobody_typed_are_refused_and_store_nothing(e: ElectionForTests, fields: dict[str, str]) -> None:
    voter = e.voters[0]
    numbers = {"licence_no": voter.licence_no, "national_id": voter.national_id} if fields else {}
    answer = Client().post(LOGIN, {"answer": "12345"} | numbers | fields)
    assert answer.status_code == 422
    assert VotingSession.objects.count() == 0


def test_a_form_without_its_token_is_refused(e: ElectionForTests, read: Callable[..., Any]) -> None:
    answer = Client(enforce_csrf_checks=True).post(LOGIN, {"licence_no": "1"})
    assert answer.status_code == 403
    assert "این صفحه کهنه شده است" in read(answer).text


# ---- pictures, sounds, works


def test_another_picture_has_its_sound_and_its_image(e: ElectionForTests) -> None:
    client = Client()
    client.get(LOGIN)
    fresh = client.get("/captcha/new/").json()
    assert fresh.keys() == {"id", "image", "sound"}
    image, sound = client.get(fresh["image"]), client.get(fresh["sound"])
    assert (image["Content-Type"], image.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    with wave.open(BytesIO(sound.content)) as audio:
        assert (sound["Content-Type"], audio.getnchannels()) == ("audio/wav", 1)
    answers = (image, sound, client.get("/captcha/new/"), client.get("/captcha/proof-of-work/"))
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}
    voter = e.voters[0]
    given = {
        "challenge": fresh["id"],
        "answer": captcha._digits(fresh["id"]),
        "licence_no": voter.licence_no,
        "national_id": voter.national_id,
    }
    assert client.post(LOGIN, given).status_code == 302


@pytest.mark.parametrize("kind", ["png", "wav"])
@pytest.mark.parametrize("made_up", ["x", "A" * 40, "../../etc/passwd", "%00"])
def test_no_picture_is_drawn_for_an_id_that_is_not_ours(kind: str, made_up: str) -> None:
    assert Client().get(f"/captcha/{made_up}.{kind}").status_code == 404


def test_the_work_is_what_the_login_script_knows_how_to_do() -> None:
    task = Client().get("/captcha/proof-of-work/").json()
    parameters = task["parameters"]
    assert parameters["algorithm"] == "PBKDF2/SHA-256"
    assert all(re.fullmatch(r"([0-9a-f]{2})+", parameters[name]) for name in ("nonce", "salt"))
    assert isinstance(json.dumps(task), str)


# ---- the code


def test_a_wrong_code_is_said_beside_the_box_and_tries_are_bounded(e: ElectionForTests, read: Callable[..., Any]) -> None:
    client = entered(e)
    wrong = "000000" if texted_code() != "000000" else "111111"
    answers = [client.post(CODE, {"code": wrong}) for _ in range(6)]
    assert {answer.status_code for answer in answers} == {422}
    assert "۴ بار دیگر" in read(answers[0]).one("p", id="code-error").text
    assert "ارسال دوباره" in read(answers[5]).one("p", id="code-error").text
    assert client.post(CODE, {"code": texted_code()}).status_code == 422


@pytest.mark.parametrize("code", ["", "x", "1" * 100_000, "۱۲۳۴۵۶۷", "\x00", "12 34"])
def test_strange_codes_are_wrong_codes(e: ElectionForTests, code: str) -> None:
    assert entered(e).post(CODE, {"code": code}).status_code == 422


def test_the_clock_starts_with_two_minutes(e: ElectionForTests, read: Callable[..., Any]) -> None:
    page = read(entered(e).get(CODE))
    (ring,) = [element for element in page.all("div") if "data-code-until" in element.attributes]
    assert ring.attributes["data-code-seconds"] == "120"
    sent = VotingSession.objects.get().otp_sent_at
    assert int(ring.attributes["data-code-until"]) == round(sent.timestamp() * 1000) + 120_000
    assert ring.text.strip() in {"۰۲:۰۰", "۰۱:۵۹", "۰۱:۵۸"}


def test_another_code_comes_only_after_the_clock(e: ElectionForTests, read: Callable[..., Any]) -> None:
    client = entered(e)
    first = texted_code()
    early = client.post(AGAIN)
    assert early.status_code == 429
    assert OutboundMessage.objects.count() == 1
    past = clock.now() - timedelta(seconds=121)
    VotingSession.objects.update(otp_sent_at=past, otp_expires_at=past + timedelta(seconds=120))
    assert "زمان این کد تمام شده است" in read(client.post(CODE, {"code": first})).one("p", id="code-error").text
    late = client.post(AGAIN)
    assert late.status_code == 200
    assert "کد تازه فرستاده شد" in read(late).text
    assert OutboundMessage.objects.count() == 2
    assert client.post(CODE, {"code": texted_code()}).headers["Location"] == BOOTH


def test_the_address_of_the_other_code_opened_again_sends_nothing_and_shows_the_page_for_the_code(e: ElectionForTests) -> None:
    client = entered(e)
    before = OutboundMessage.objects.count()
    answer = client.get("/e/azmayesh/code/again/")
    assert (answer.status_code, answer.headers["Location"]) == (302, CODE)
    assert OutboundMessage.objects.count() == before


def test_the_code_page_is_for_one_who_has_given_the_numbers(e: ElectionForTests, read: Callable[..., Any]) -> None:
    for answer in (Client().get(CODE), Client().post(CODE, {"code": "123456"}), Client().post(AGAIN)):
        assert answer.status_code == 401
        assert "no-store" in answer["Cache-Control"]
    client = Client()
    client.cookies["sandogh_session"] = "x" * 5000
    assert client.get(CODE).status_code == 401


def test_past_the_code_one_is_sent_on(e: ElectionForTests) -> None:
    device = log_in(e, e.voters[0])
    client = Client()
    client.cookies["sandogh_session"] = device.token
    assert client.get(CODE).headers["Location"] == BOOTH
    assert client.post(AGAIN).headers["Location"] == BOOTH


def test_who_has_voted_finds_the_receipt_after_logging_in_again(e: ElectionForTests, read: Callable[..., Any]) -> None:
    ballot = e.ballot(e.voters[0])
    record = cast(ready(e, e.voters[0], ballot), ballot)
    client = entered(e)
    assert client.get("/e/azmayesh/receipt/").status_code == 401
    assert client.post(CODE, {"code": texted_code()}).headers["Location"] == "/e/azmayesh/receipt/"
    assert record.event_hash in read(client.get("/e/azmayesh/receipt/")).text
    # The receipt and nothing else: there is no second vote behind it.
    assert client.get(BOOTH).status_code == 409


def test_leaving_ends_the_session_and_forgets_the_cookie(e: ElectionForTests) -> None:
    client = entered(e)
    client.post(CODE, {"code": texted_code()})
    token = client.cookies["sandogh_session"].value
    # An address that somebody opens, or a page loads ahead, does nothing.
    assert client.get("/e/azmayesh/leave/").status_code == 405
    assert client.get(BOOTH).status_code == 200
    answer = client.post("/e/azmayesh/leave/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/e/azmayesh/")
    assert answer.cookies["sandogh_session"]["max-age"] == 0
    client.cookies["sandogh_session"] = token
    assert client.get(BOOTH).status_code == 409
    assert Client().post("/e/azmayesh/leave/").status_code == 302


# ---- where the voter comes from


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "kept"),
    [
        (0, "192.0.2.7", "203.0.113.9", "192.0.2.7"),
        (1, "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        (1, "10.0.0.1", "<script>", UNKNOWN),
        (1, "10.0.0.1", "", UNKNOWN),
        (0, "::ffff:192.0.2.7", "", "192.0.2.7"),
        (0, "2001:db8::0007", "", "2001:db8::7"),
    ],
)
def test_the_address_is_the_one_our_own_proxy_saw(
    e: ElectionForTests, settings: Any, proxies: int, remote: str, forwarded: str, kept: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    client = Client(REMOTE_ADDR=remote, headers={"x-forwarded-for": forwarded})
    assert enter(client, e.voters[0].licence_no, e.voters[0].national_id).status_code == 302
    assert VotingSession.objects.get().address == kept
