"""The receipt (journey.md S10): the five lines, the tracker, and a file to keep that names nobody."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from urllib.parse import urlencode

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from sandogh.server.accounts.domain import sessions
from sandogh.server.accounts.models import VotingSession
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.portal.page import absolute, election_page, page, personal, session_token

FORMAT = "sandogh-receipt/1"


@require_safe
@personal
@election_page
def receipt(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """Shown to the session that cast the vote, and after a later login of the same voter."""
    session, event = _recorded(request, election, now=now)
    context = {
        "session": session,
        "voter": session.voter,
        "event": event,
        "event_url": absolute(reverse("event", args=[election.slug, session.event_hash])),
        "check_url": tracker_url(election, session.tracker),
        "qr": qr_of(tracker_url(election, session.tracker)),
    }
    return page(request, "receipt", election, context, now=now)


@require_safe
@personal
@election_page
def receipt_file(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """What a check on another machine needs, and nothing that says whose vote it is or when it came."""
    session, event = _recorded(request, election, now=now)
    facts = {
        "format": FORMAT,
        "election": {
            "title": election.title,
            "organisation": election.organisation.name,
            "uuid": election.uuid,
            "fingerprint": election.fingerprint,
        },
        "tracker": session.tracker,
        "event": event.line.hash,
        "height": event.line.height,
        "parent": event.line.parent,
        "addresses": {
            "event": absolute(reverse("event", args=[election.slug, event.line.hash])),
            "board": absolute(reverse("board", args=[election.slug])),
            "archive": absolute(reverse("archive", args=[election.slug])),
        },
    }
    response = JsonResponse(facts, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{election.slug}.json"'
    return response


def tracker_url(election: Election, tracker: str) -> str:
    """The page that looks a tracker up, with this one already typed: what another phone reads from the receipt's QR code."""
    return absolute(f"{reverse('tracker', args=[election.slug])}?{urlencode({'code': tracker})}")


def _recorded(request: HttpRequest, election: Election, *, now: datetime) -> tuple[VotingSession, board.EventDetail]:
    """The vote's session and its event. It is looked up on the board: nothing is shown as recorded that is not there."""
    session = sessions.receipt_for(election, session_token(request), now=now)
    event = board.event_by_hash(election, session.event_hash)
    if event.line.tracker != session.tracker:
        raise Refused("no_receipt", "", status=404)
    return session, event


@dataclass(frozen=True, slots=True)
class QR:
    """A QR code as one SVG path over a field of `size` modules; the white around it is the page's."""

    size: int
    path: str


def qr_of(text: str) -> QR:
    """Runs of dark modules, row by row. Error correction M: a printed receipt gets folded."""
    code = segno.make_qr(text, error="m")
    runs = []
    for y, row in enumerate(code.matrix):
        x = 0
        for dark, group in groupby(row):
            length = len(list(group))
            if dark:
                runs.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return QR(len(code.matrix), "".join(runs))
