"""The first step of a login: two numbers and a sign of being a person (journey.md S3)."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from sandogh.persian import typed_number
from sandogh.server.accounts.domain import captcha, codes, throttle
from sandogh.server.accounts.domain.keyed import new_public_id, token_hash
from sandogh.server.accounts.models import VotingSession
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.rolls import domain as rolls

CODE_PAGE = timedelta(minutes=15)
"""How long the page that asks for the code answers; room for three codes."""


def identify(
    election: Election,
    *,
    licence_no: str,
    national_id: str,
    address: str,
    proof: captcha.PictureAnswer | captcha.WorkAnswer,
    now: datetime,
) -> tuple[VotingSession, str]:
    """A session waiting for its one-time code, and the token for the cookie `sandogh_session`; the code's text is in the outbox.

    1. the election lets people in
    2. limits on the address, then the sign of being a person: both before any number is looked at
    3. limits on the numbers as typed, whether or not anyone has them
    4. the roll: one answer and the same work for every mismatch (threat-model.md W7, O16)
    5. one transaction: session, code, text

    Nothing but counters is written before (5) (threat-model.md W9). Raises Refused `election_closed`, `throttled`, `wrong_picture`,
    `wrong_work`, `spent`, `no_match`, `no_mobile`. Whether the voter is eligible or has voted is not told before the code is shown.
    """
    # (1)
    if not election.accepts_logins(now):
        raise Refused("election_closed", _("رأی‌گیری باز نیست. زمان آغاز و پایان را در صفحهٔ نخست ببینید."))

    # (2)
    throttle.spend(throttle.address_hits(address), now=now)
    captcha.check(proof, now=now)

    # (3)
    licence_no, national_id = _number(licence_no), _number(national_id)
    scope = f"{election.pk}|"
    throttle.spend(throttle.identity_hits(scope + licence_no, scope + national_id), now=now)

    # (4)
    voter = rolls.find(election, licence_no=licence_no, national_id=national_id)
    if not voter.mobile:
        raise Refused("no_mobile", _("شمارهٔ همراهی از شما در فهرست نیست و کد را نمی‌توان فرستاد. با دبیرخانهٔ کانون تماس بگیرید تا ثبت شود."))

    # (5)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        session = VotingSession.objects.create(
            election=election,
            voter=voter,
            public_id=new_public_id(),
            token_hash=token_hash(token),
            address=address,
            created_at=now,
            expires_at=now + CODE_PAGE,
            mobile=voter.mobile,
        )
        codes.send(session, now=now)
    return session, token


def _number(typed: str) -> str:
    """Ten ASCII digits, or nothing: what cannot be a number takes the same way as one that nobody has."""
    number = typed_number(typed[:64])
    return number if len(number) == 10 and number.isascii() and number.isdigit() else ""
