"""The result (S16): turnout, every candidate's votes, who is elected, ties shown as ties; and how anyone can count again."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sandogh.server.board import domain as board
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections.models import Election
from sandogh.server.portal.page import election_page, page
from sandogh.server.portal.views.public import short_title
from sandogh.server.tallies import domain as tallies
from sandogh.server.tallies.result import CandidateResult, RaceResult
from sandogh.server.tallies.seats import Draw, Outcome

CLASSES = {
    Outcome.MAIN: "main",
    Outcome.ALTERNATE: "alternate",
    Outcome.TIE_MAIN: "tie",
    Outcome.TIE_ALTERNATE: "tie",
    Outcome.NONE: "none",
}


@require_safe
@election_page
def result(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """The published result; before it there is a page that says when."""
    if election.phase(now) != "published":
        return page(request, "no_result", election, {}, now=now, status=404)
    tally = tallies.result_for(election)
    detail = board.event_by_hash(election, tally.event_hash)
    context = {
        "heading": short_title(election),
        "tally": tally,
        "published_at": detail.line.recorded_at,
        "percent": percent(tally.ballots, tally.eligible),
        "races": [_race(race, tally.ballots) for race in tally.races],
        "draws": [_draw(race, draw) for race in tally.races for draw in race.draws],
        "values": board.fingerprints(election),
    }
    return page(request, "result", election, context, now=now)


def percent(part: int, whole: int) -> str:
    """Percent with one decimal, rounded half up, in the page's digits: «۷۷٫۳»; whole numbers without a decimal."""
    tenths = (part * 2000 + whole) // (2 * whole) if whole else 0
    text = str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"
    shown = fa_digits(text)
    return shown if shown == text else shown.replace(".", "٫")


def _race(race: RaceResult, ballots: int) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for index, line in enumerate(race.lines):
        rows.append({"line": line, "class": CLASSES[line.outcome], "word": _word(line)})
        if index + 1 < len(race.lines):
            cut = _cut(race, index + 1)
            if cut:
                rows.append({"cut": cut})
    return {"title": race.race.title, "seats": _seats(race), "rows": rows, "max": max(ballots, 1)}


def _word(line: CandidateResult) -> str:
    match line.outcome:
        case Outcome.MAIN:
            return _("عضو اصلی")
        case Outcome.ALTERNATE:
            return _("علی‌البدل")
        case Outcome.TIE_MAIN | Outcome.TIE_ALTERNATE:
            return _("برابر، در انتظار قرعه")
        case Outcome.NONE:
            return ""


def _cut(race: RaceResult, place: int) -> str:
    """The words of the dashed line after so many lines, if seats end there and no tie lies across it."""
    above, below = race.lines[place - 1], race.lines[place]
    seats_main = race.race.seats_main
    seats_all = seats_main + race.race.seats_alternate
    if above.votes == below.votes:
        return ""
    if place == seats_all and race.race.seats_alternate:
        return _("پایان جایگاه‌های علی‌البدل")
    if place == seats_main:
        return _("پایان جایگاه‌های اصلی")
    return ""


def _seats(race: RaceResult) -> str:
    values = {"main": fa_digits(race.race.seats_main), "alternate": fa_digits(race.race.seats_alternate)}
    if race.race.seats_alternate:
        return _("%(main)s اصلی، %(alternate)s علی‌البدل") % values
    return _("%(main)s نفر") % values


def _draw(race: RaceResult, draw: Draw) -> dict[str, str]:
    """A lot that people still have to draw: between whom, for what."""
    names = _("، ").join(race.race.candidates[candidate].display_name for candidate in draw.candidates)
    values = {"race": race.race.title, "main": fa_digits(draw.main), "alternate": fa_digits(draw.alternate)}
    if draw.main and draw.alternate:
        places = _("%(main)s جایگاه اصلی و %(alternate)s جایگاه علی‌البدل %(race)s با قرعه روشن می‌شود") % values
    elif draw.main:
        places = _("%(main)s جایگاه اصلی %(race)s با قرعه روشن می‌شود") % values
    else:
        places = _("%(alternate)s جایگاه علی‌البدل %(race)s با قرعه روشن می‌شود") % values
    told = {"count": fa_digits(len(draw.candidates)), "votes": fa_digits(draw.votes), "names": names}
    return {"places": places, "who": _("این %(count)s نامزد هر کدام %(votes)s رأی دارند: %(names)s.") % told}
