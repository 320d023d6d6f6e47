"""The doors: the list of elections, the landing page of one election in every state (journey.md S1, S2), and its candidates' photos."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sandogh.jalali import TEHRAN
from sandogh.server.board import domain as board
from sandogh.server.common import clock
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections import domain as elections
from sandogh.server.elections.models import Election
from sandogh.server.elections.races import Race, RaceKind
from sandogh.server.portal.page import election_page, milliseconds, page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every election that has been sealed, the latest first; when there is only one, its landing page."""
    now = clock.now()
    public = Election.objects.exclude(state="draft").select_related("organisation").defer("credentials_json")
    rows = [
        {"election": election, "heading": short_title(election), "phase": election.phase(now)}
        for election in public.order_by("-opens_at", "slug")
    ]
    if len(rows) == 1:
        return redirect("landing", rows[0]["election"].slug)
    return page(request, "home", None, {"elections": rows}, now=now)


@require_safe
@election_page
def landing(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """What a visitor can do now, how long yet, and the rules that hold."""
    races = election.races()
    context = {
        "heading": short_title(election),
        "countdown": _countdown(election, now),
        "same_day": election.opens_at.astimezone(TEHRAN).date() == election.closes_at.astimezone(TEHRAN).date(),
        "races_heading": _races_heading(len(races)),
        "weighted": bool(board.weights_of(election.pk)),
        "races": [{"title": race.title, "summary": _race_summary(race)} for race in races],
    }
    return page(request, "landing", election, context, now=now)


@require_safe
@election_page
def photo(request: HttpRequest, election: Election, sha256: str, *, now: datetime) -> HttpResponse:
    """A candidate's portrait. Its address is its fingerprint, so a copy never grows old."""
    return HttpResponse(
        elections.photo_jpeg(election, sha256),
        content_type="image/jpeg",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


def short_title(election: Election) -> str:
    """The title without the association's name at its end, which the page shows anyway."""
    title, name = election.title, election.organisation.name
    return title.removesuffix(name).strip(" ،-–") or title


def _countdown(election: Election, now: datetime) -> dict[str, Any] | None:
    """The clock of the phase: its name, its end, and its figures for a browser without scripts."""
    match election.phase(now):
        case "before":
            name, until = _("زمان مانده تا آغاز رأی‌گیری"), election.opens_at
        case "open":
            name, until = _("زمان مانده تا پایان انتخابات"), election.closes_at
        case "grace":
            name, until = _("زمان مانده تا پایان ثبت رأی‌ها"), election.last_cast_at
        case _:
            return None
    left = until - now
    # The schedule's moment is past, but the act that opens has not run yet.
    if left <= timedelta(0):
        return None
    minutes, seconds = divmod(int(left.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        {"key": "days", "value": days, "unit": _("روز")},
        {"key": "hours", "value": hours, "unit": _("ساعت")},
        {"key": "minutes", "value": minutes, "unit": _("دقیقه")},
        {"key": "seconds", "value": seconds, "unit": _("ثانیه")},
    ]
    return {"name": name, "until_ms": milliseconds(until), "parts": parts}


def _races_heading(count: int) -> str:
    return _("رأی‌گیری برای یک رکن") if count == 1 else _("رأی‌گیری برای %(count)s رکن") % {"count": fa_digits(count)}


def _race_summary(race: Race) -> str:
    values = {
        "candidates": fa_digits(len(race.candidates)),
        "lists": fa_digits(len(race.lists)),
        "max": fa_digits(race.max_choices),
        "min": fa_digits(race.min_choices),
    }
    match RaceKind(race.kind):
        case RaceKind.RANKING:
            return _("%(candidates)s نامزد، به ترتیب دلخواه شما") % values
        case RaceKind.GRADES:
            return _("%(candidates)s نامزد، به هر کدام یک درجه") % values
        case RaceKind.LISTS:
            return _("%(lists)s فهرست، %(candidates)s نامزد") % values
        case RaceKind.CHOICES:
            pass
    if race.min_choices:
        summary = _("%(candidates)s نامزد، از %(min)s تا %(max)s انتخاب") % values
    else:
        summary = _("%(candidates)s نامزد، حداکثر %(max)s انتخاب") % values
    return _("%(summary)s، یا رأی سفید") % {"summary": summary} if race.blank else summary
