"""The picture, its sound, and the proof of work: right once, in time, and never stored before an answer."""

import base64
import io
import json
import wave
from dataclasses import replace
from datetime import timedelta

import altcha
import pytest
from django.test import override_settings
from PIL import Image

from sandogh.server.accounts.domain import captcha
from sandogh.server.accounts.domain.captcha import PictureAnswer, WorkAnswer
from sandogh.server.accounts.models import SpentChallenge
from sandogh.server.common.errors import Refused

from .conftest import NOW, picture

pytestmark = pytest.mark.django_db

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def refusal(answer: PictureAnswer | WorkAnswer, *, seconds: float = 0) -> str:
    with pytest.raises(Refused) as refused:
        captcha.check(answer, now=NOW + timedelta(seconds=seconds))
    assert refused.value.status == 422
    return refused.value.code


@pytest.mark.parametrize("script", [{}, PERSIAN, ARABIC])
def test_the_digits_in_any_script(script: dict[int, int]) -> None:
    right = picture()
    captcha.check(replace(right, answer=f" {right.answer[:2]} {right.answer[2:]}\u200f".translate(script)), now=NOW)


def test_an_answer_counts_once() -> None:
    right = picture()
    captcha.check(right, now=NOW)
    assert refusal(right) == "spent"


def test_a_wrong_answer_spends_the_picture() -> None:
    right = picture()
    wrong = f"{(int(right.answer) + 1) % 100_000:05d}"
    assert refusal(replace(right, answer=wrong)) == "wrong_picture"
    assert refusal(right) == "spent"


@pytest.mark.parametrize("answer", ["", "1", "12345678901234567890" * 9, "abcde", "²²²²²"])
def test_answers_of_other_shapes(answer: str) -> None:
    assert refusal(replace(picture(), answer=answer)) == "wrong_picture"


def test_three_minutes() -> None:
    captcha.check(picture(), now=NOW + timedelta(seconds=179))
    assert refusal(picture(), seconds=180) == "wrong_picture"


def test_a_picture_from_the_future_is_none_of_ours() -> None:
    assert refusal(picture(), seconds=-60) == "wrong_picture"


def test_a_picture_belongs_to_the_browser_that_was_shown_it() -> None:
    theirs = picture(browser="one")
    assert refusal(replace(theirs, browser="another")) == "wrong_picture"
    captcha.check(picture(browser="one"), now=NOW)


@pytest.mark.parametrize("bad", ["", "x", "A" * 40, "é" * 40, "=" * 40, "\0" * 40])
def test_ids_that_nobody_issued(bad: str) -> None:
    assert refusal(PictureAnswer(bad, "12345")) == "wrong_picture"
    for show in (captcha.image, captcha.sound):
        with pytest.raises(Refused) as refused:
            show(bad, now=NOW)
        assert (refused.value.code, refused.value.status) == ("no_picture", 404)


def test_every_character_of_an_id_matters() -> None:
    good = picture()
    for place in range(0, 40, 3):
        changed = good.id[:place] + ("A" if good.id[place] != "A" else "B") + good.id[place + 1 :]
        assert refusal(PictureAnswer(changed, good.answer)) == "wrong_picture"


def test_another_server_s_picture_is_none_of_ours() -> None:
    with override_settings(SECRET_KEY="another"):
        theirs = picture()
    assert refusal(theirs) == "wrong_picture"


def test_showing_writes_nothing(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        challenge = captcha.new_challenge(now=NOW)
        captcha.image(challenge, now=NOW)
        captcha.sound(challenge, now=NOW)
        captcha.new_work(now=NOW)


def test_the_image_is_a_small_picture_drawn_anew_each_time() -> None:
    challenge = captcha.new_challenge(now=NOW)
    drawn = [captcha.image(challenge, now=NOW) for _ in range(2)]
    assert [Image.open(io.BytesIO(data)).size for data in drawn] == [(200, 70)] * 2
    assert drawn[0] != drawn[1]
    assert max(map(len, drawn)) < 20_000


def test_the_image_shows_ink_of_full_strength() -> None:
    colours = Image.open(io.BytesIO(captcha.image(captcha.new_challenge(now=NOW), now=NOW))).convert("L")
    darkest, _lightest = colours.getextrema()
    assert isinstance(darkest, int)
    assert darkest < 90


def test_the_sound_is_speech_of_a_fitting_length() -> None:
    data = captcha.sound(captcha.new_challenge(now=NOW), now=NOW)
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 1)
        assert 3 < file.getnframes() / 8000 < 8
    assert len(data) < 70_000


def test_ten_recordings_differ_and_are_small() -> None:
    from sandogh.server.accounts.domain import speech

    recordings = {bytes(speech._recording(digit)) for digit in "0123456789"}
    assert len(recordings) == 10
    assert sum(path.stat().st_size for path in speech._VOICE.glob("*.wav")) < 100_000


def test_expired_answers_are_forgotten_and_others_kept() -> None:
    captcha.check(picture(), now=NOW)
    captcha.check(picture(NOW + timedelta(minutes=2)), now=NOW + timedelta(minutes=2))
    assert captcha.forget_spent(now=NOW + timedelta(minutes=3)) == 1
    assert SpentChallenge.objects.count() == 1


# ---- proof of work


def solved(*, seconds: float = 0) -> dict[str, dict[str, object]]:
    """A challenge solved as the browser solves it."""
    challenge = captcha.new_work(now=NOW + timedelta(seconds=seconds))
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution is not None
    return {"challenge": challenge, "solution": solution.to_dict()}


def packed(payload: object) -> WorkAnswer:
    return WorkAnswer(base64.b64encode(json.dumps(payload).encode()).decode())


def test_work_counts_once() -> None:
    answer = packed(solved())
    captcha.check(answer, now=NOW)
    assert refusal(answer) == "spent"


def test_work_counts_for_three_minutes() -> None:
    captcha.check(packed(solved()), now=NOW + timedelta(seconds=179))
    assert refusal(packed(solved()), seconds=180) == "wrong_work"


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("parameters", "cost", 1),
        ("parameters", "keyPrefix", "00"),
        ("parameters", "data", {"expires": 10**11}),
        ("parameters", "nonce", "00" * 16),
    ],
)
def test_work_that_was_made_easier(part: str, name: str, value: object) -> None:
    payload = json.loads(json.dumps(solved()))
    payload["challenge"][part][name] = value
    assert refusal(packed(payload)) == "wrong_work"


@pytest.mark.parametrize("change", [{"derivedKey": "00" * 32}, {"derivedKey": ""}, {"derivedKey": None}])
def test_work_that_was_not_done(change: dict[str, object]) -> None:
    payload = solved()
    payload["solution"] |= change
    assert refusal(packed(payload)) == "wrong_work"


def test_another_server_s_work_is_none_of_ours() -> None:
    payload = solved()
    payload["challenge"]["signature"] = "0" * 64
    assert refusal(packed(payload)) == "wrong_work"


@pytest.mark.parametrize("payload", [{}, [], None, "x", {"challenge": {}}, {"challenge": {"parameters": None}, "solution": {}}, [[[[[]]]]]])
def test_work_of_other_shapes(payload: object) -> None:
    assert refusal(packed(payload)) == "wrong_work"


@pytest.mark.parametrize("payload", ["", "{", "é", "A" * 100_000, base64.b64encode(b"[" * 2500).decode()])
def test_work_that_is_nothing(payload: str) -> None:
    assert refusal(WorkAnswer(payload)) == "wrong_work"


def test_the_hardest_work_is_within_a_slow_phone_s_five_seconds() -> None:
    # Steps are of one kind, so one of them times their number is the most; a phone is taken to be twenty times slower.
    assert captcha.WORK_ROUNDS * captcha.WORK_STEPS <= 700_000
