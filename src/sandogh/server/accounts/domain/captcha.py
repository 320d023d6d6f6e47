"""Is this a person, roughly: a picture of five digits, the same digits spoken, or a proof of work.

Nothing is stored before an answer comes (threat-model.md W9): a picture's digits follow from its id under the server's key,
and the answered ids are kept until they would have expired, so that none counts twice.
"""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import altcha
from captcha.image import ImageCaptcha
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sandogh.persian import typed_number
from sandogh.server.accounts.domain import speech
from sandogh.server.accounts.domain.keyed import keyed_digest, keyed_hash
from sandogh.server.accounts.models import SpentChallenge
from sandogh.server.common.errors import Refused

DIGITS = 5
LIFE = timedelta(minutes=3)
WIDTH, HEIGHT = 200, 70
_CLOCK_SLACK = timedelta(seconds=30)


# ---- the picture


@dataclass(frozen=True, slots=True)
class PictureAnswer:
    """What a login form hands in: the picture's id and the digits typed; `browser` as it was given to `new_challenge`."""

    id: str
    answer: str
    browser: str = ""


_INK = (0, 71, 122, 255)


def _painter() -> ImageCaptcha:
    """The package takes a colour's brightness for its opacity, so dark digits come out pale; with this table they keep their contrast."""
    painter = ImageCaptcha(width=WIDTH, height=HEIGHT)
    painter.lookup_table = [min(255, round(brightness * 255 / 55)) for brightness in range(256)]
    return painter


def new_challenge(*, now: datetime, browser: str = "") -> str:
    """A new picture's id: 40 characters, fit for an address. `browser` ties it to one browser (the value of a cookie of ours)."""
    plain = int(now.timestamp()).to_bytes(6) + secrets.token_bytes(12)
    return base64.urlsafe_b64encode(plain + _tag(plain, browser)).decode()


def image(challenge: str, *, now: datetime) -> bytes:
    """The picture as PNG, 200 × 70 pixels, drawn anew each time. Raises Refused `no_picture` (404)."""
    _read(challenge, now=now)
    return _painter().generate(_digits(challenge), bg_color=(255, 255, 255), fg_color=_INK).getvalue()


def sound(challenge: str, *, now: datetime) -> bytes:
    """The same digits spoken in Persian, as WAV: 8 kHz, one channel. Raises Refused `no_picture` (404)."""
    _read(challenge, now=now)
    return speech.speak(_digits(challenge))


def check_picture(answer: PictureAnswer, *, now: datetime) -> None:
    """Raise Refused `wrong_picture` (422) unless the digits are right, in time, and asked about for the first time.

    Right or wrong, the picture is spent. Persian, Arabic and ASCII digits are all right, with or without spaces.
    """
    try:
        plain = _read(answer.id, now=now)
    except Refused as refused:
        raise _wrong() from refused
    same_browser = hmac.compare_digest(_tag(plain, answer.browser), base64.urlsafe_b64decode(answer.id)[18:])
    _spend(f"picture/{answer.id}", expires_at=_issued(plain) + LIFE)
    if not hmac.compare_digest(typed_number(answer.answer[:40]).encode(), _digits(answer.id).encode()) or not same_browser:
        raise _wrong()


def _wrong() -> Refused:
    return Refused("wrong_picture", _("عدد تصویر درست نبود یا زمان آن گذشته است. عدد تصویر تازه را وارد کنید."), status=422)


def _digits(challenge: str) -> str:
    return f"{int.from_bytes(keyed_digest('picture', challenge)) % 10**DIGITS:0{DIGITS}d}"


def _tag(plain: bytes, browser: str) -> bytes:
    """12 bytes: six that show the id to be ours, six that tie it to the browser."""
    return keyed_digest("picture-id", plain.hex())[:6] + keyed_digest("picture-browser", f"{plain.hex()}|{browser}")[:6]


def _issued(plain: bytes) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(plain[:6]), UTC)


def _read(challenge: str, *, now: datetime) -> bytes:
    """The id's 18 plain bytes. Raises Refused `no_picture` unless it is ours and of these three minutes."""
    try:
        whole = base64.b64decode(challenge, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _no_picture() from error
    plain, tag = whole[:18], whole[18:]
    if len(whole) != 30 or not hmac.compare_digest(tag[:6], keyed_digest("picture-id", plain.hex())[:6]):
        raise _no_picture()
    if not -_CLOCK_SLACK <= now - _issued(plain) < LIFE:
        raise _no_picture()
    return plain


def _no_picture() -> Refused:
    return Refused("no_picture", _("زمان این تصویر گذشته است. تصویر تازه بگیرید."), status=404)


# ---- the proof of work, ALTCHA version 2


@dataclass(frozen=True, slots=True)
class WorkAnswer:
    """What a login form hands in instead: Base64 of the JSON `{"challenge": …as issued…, "solution": {"counter", "derivedKey"}}`."""

    payload: str


# Set for a slow phone: PBKDF2 in the browser's own code, so many rounds a step and at most so many steps. One step is about 1 ms on a
# desktop, so a phone that is twenty times slower still ends within 5 s.
WORK_ALGORITHM = "PBKDF2/SHA-256"
WORK_ROUNDS = 4000
WORK_STEPS = 160


def new_work(*, now: datetime) -> dict[str, Any]:
    """A challenge to solve, for the browser: `{"parameters": {algorithm, cost, keyLength, keyPrefix, nonce, salt, …}, "signature"}`.

    The solver counts from 0 and derives PBKDF2-HMAC-SHA-256 of the password (nonce bytes, then the counter as 4 big-endian bytes) and the
    salt bytes, in `cost` rounds and `keyLength` bytes, until the key in hex begins with keyPrefix; the answer is that counter and that hex.
    """
    challenge = altcha.create_challenge(
        WORK_ALGORITHM,
        WORK_ROUNDS,
        counter=secrets.randbelow(WORK_STEPS),
        # Signed with the rest. Not ALTCHA's own expiry, which asks the machine's clock instead of being told the time.
        data={"expires": int((now + LIFE).timestamp())},
        hmac_secret=_work_key("signature"),
        hmac_key_secret=_work_key("key"),
    )
    return challenge.to_dict()


def check_work(answer: WorkAnswer, *, now: datetime) -> None:
    """Raise Refused `wrong_work` (422) unless the challenge is ours, in time, solved, and handed in for the first time."""
    try:
        payload = altcha.Payload.from_base64(answer.payload[:4000])
        result = altcha.verify_solution(payload, _work_key("signature"), hmac_key_secret=_work_key("key"))
        expires = (payload.challenge.parameters.data or {})["expires"] if result.verified else 0
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _wrong_work() from error
    if not result.verified or not now.timestamp() < expires:
        raise _wrong_work()
    _spend(f"work/{payload.challenge.parameters.nonce}", expires_at=datetime.fromtimestamp(expires, UTC))


def _wrong_work() -> Refused:
    return Refused("wrong_work", _("آزمون خودکار مرورگر پذیرفته نشد. دوباره بزنید یا عدد تصویر را وارد کنید."), status=422)


@cache
def _work_key(use: str) -> str:
    return keyed_hash("work", use)


# ---- either


def check(answer: PictureAnswer | WorkAnswer, *, now: datetime) -> None:
    """Whichever was answered. Raises Refused `wrong_picture` or `wrong_work`."""
    if isinstance(answer, PictureAnswer):
        check_picture(answer, now=now)
    else:
        check_work(answer, now=now)


def forget_spent(*, now: datetime) -> int:
    """Delete the answered challenges that have expired anyway; answers how many."""
    deleted, _by_model = SpentChallenge.objects.filter(expires_at__lte=now).delete()
    return deleted


def _spend(nonce: str, *, expires_at: datetime) -> None:
    try:
        with transaction.atomic():
            SpentChallenge.objects.create(nonce=keyed_hash("spent", nonce), expires_at=expires_at)
    except IntegrityError as error:
        raise Refused("spent", _("این پاسخ یک بار به کار رفته است. عدد تصویر تازه را وارد کنید."), status=422) from error
