"""The booth's page: all it needs, in one block of data; and the page that says why there is no booth (journey.md S5–S8, S14)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sandogh import persian
from sandogh.server.accounts.domain import sessions
from sandogh.server.accounts.models import VotingSession
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.elections.races import Race
from sandogh.server.portal.page import absolute, election_page, milliseconds, page, personal, session_token
from sandogh.server.portal.views.public import short_title


@require_safe
@personal
@election_page
def booth(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """The booth for a session that may vote; for every other, where it belongs or why it ended."""
    try:
        session = sessions.current(election, session_token(request), now=now)
    except Refused as refused:
        return page(request, "over", election, {"reason": "no_session"}, now=now, status=refused.status)
    match session.state:
        case "authenticated" | "sealed" | "confirmed":
            return page(request, "booth", election, {"data": _data(request, election, session, now=now)}, now=now)
        case "identified":
            return redirect("code", election.slug)
        case "cast":
            return redirect("receipt", election.slug)
        case _:
            return page(request, "over", election, {"reason": session.state}, now=now, status=409)


def _data(request: HttpRequest, election: Election, session: VotingSession, *, now: datetime) -> dict[str, Any]:
    """What the booth's `data.ts` reads. Times are milliseconds since 1970; races and candidates stand as in election.json."""
    slug = election.slug
    photos = {code: reverse("photo", args=[slug, sha256]) for code, sha256 in election.photos.values_list("code", "sha256")}
    return {
        "election": election.parsed().bytes.decode(),
        "slug": slug,
        "title": short_title(election),
        "organisation": election.organisation.short_name,
        "races": [_race(race, photos) for race in election.races()],
        "voter": {"greeting": session.voter.greeting, "mobile": session.voter.masked_mobile},
        "session": {
            "id": session.public_id,
            "public_credential": session.voter.public_credential,
            "state": session.state,
            "challenges": {"used": session.challenges, "most": settings.CHALLENGES_PER_SESSION},
            "expires_at": milliseconds(session.expires_at),
        },
        "now": milliseconds(now),
        "election_ends_at": milliseconds(election.closes_at),
        "last_cast_at": milliseconds(election.last_cast_at),
        "inbound_number": election.inbound_number,
        "support": [{"label": contact.label, "value": contact.value} for contact in election.organisation.contacts()],
        "urls": {
            "seal": reverse("vote-seal", args=[slug]),
            "status": reverse("vote-status", args=[slug]),
            "audit": reverse("vote-audit", args=[slug]),
            "cast": reverse("vote-cast", args=[slug]),
            "leave": reverse("vote-leave", args=[slug]),
            "receipt": reverse("receipt", args=[slug]),
            "landing": reverse("landing", args=[slug]),
            "login": reverse("login", args=[slug]),
            # On another device too: with the origin, since it is read from a QR code. What opens the ballot follows after «#».
            "open": absolute(reverse("open", args=[slug])),
        },
        "csrf": get_token(request),
        "language": get_language(),
    }


def _race(race: Race, photos: Mapping[str, str]) -> dict[str, Any]:
    """`photos`: candidate's code → address. Whether a race shows them is for the booth to say: all or none."""
    return {
        "id": race.id,
        "title": race.title,
        "min": race.min_choices,
        "max": race.max_choices,
        "blank": race.blank,
        "kind": race.kind,
        "seats_main": race.seats_main,
        "seats_alternate": race.seats_alternate,
        "order_note": _("به ترتیب الفبای نام خانوادگی"),
        "candidates": [
            {
                "code": candidate.code,
                "name": candidate.display_name,
                "initials": persian.initials(candidate.given_name, candidate.family_name),
                "field": candidate.field,
                "city": candidate.city,
                "bio": candidate.bio,
                "photo": photos.get(candidate.code),
            }
            for candidate in race.candidates
        ],
    }
