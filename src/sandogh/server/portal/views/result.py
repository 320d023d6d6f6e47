"""The result (journey.md S16): turnout, every candidate's votes, who is elected, ties shown as ties; and how anyone can count again."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sandogh.server.board import domain as board
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections.models import Election
from sandogh.server.elections.races import Race, RaceKind
from sandogh.server.elections.state import State
from sandogh.server.portal.page import election_page, page
from sandogh.server.portal.views.public import short_title
from sandogh.server.tallies import domain as tallies
from sandogh.server.tallies.orders import OrderResult
from sandogh.server.tallies.result import ListsResult, RaceResult, TallyResult
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
        return page(request, "no_result", election, _progress(election), now=now, status=404)
    tally = tallies.result_for(election)
    detail = board.event_by_hash(election, tally.event_hash)
    context = {
        "heading": short_title(election),
        "tally": tally,
        "published_at": detail.line.recorded_at,
        "percent": percent(tally.ballots, tally.eligible),
        "races": [_shown(race, tally) for race in tally.races],
        "draws": [_draw(race, draw) for race in tally.races if isinstance(race, RaceResult) for draw in race.draws],
        "uncounted_blanks": any(isinstance(race, RaceResult) and race.blank is None for race in tally.races),
        "values": board.fingerprints(election),
    }
    return page(request, "result", election, context, now=now)


def _progress(election: Election) -> dict[str, Any]:
    """While votes are being counted: which trustee has delivered what, and who is still wanted."""
    if election.state != State.TALLYING:
        return {}
    return {
        "trustees": tallies.delivered(election),
        "shuffles": election.parsed().needs_shuffle,
        "missing_shuffles": tallies.missing_shuffles(election),
        "wanted": _("؛ ").join(tallies.wanted_texts(tallies.missing_decryptions(election))),
    }


def percent(part: int, whole: int) -> str:
    """Percent with one decimal, rounded half up, in the page's digits: «۷۷٫۳»; whole numbers without a decimal."""
    tenths = (part * 2000 + whole) // (2 * whole) if whole else 0
    text = str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"
    shown = fa_digits(text)
    return shown if shown == text else shown.replace(".", "٫")


def _shown(race: RaceResult | OrderResult | ListsResult, tally: TallyResult) -> dict[str, Any]:
    """What the template of the race's kind shows; `template` names it."""
    match race:
        case RaceResult():
            return _race(race, tally.weight)
        case OrderResult():
            return _order(race)
        case ListsResult():
            return {"template": "portal/tally_lists.html", "title": race.race.title, "lists": race.lists, "max": max(tally.weight, 1)}


def _race(race: RaceResult, weight: int) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for index, line in enumerate(race.lines):
        rows.append({"line": line, "class": CLASSES[line.outcome], "word": _word(line.outcome)})
        if index + 1 < len(race.lines):
            cut = _cut(race, index + 1)
            if cut:
                rows.append({"cut": cut})
    shown = {"title": race.race.title, "seats": _seats(race.race), "rows": rows, "blank": race.blank, "max": max(weight, 1)}
    return shown | {"template": "portal/tally.html"}


def _order(race: OrderResult) -> dict[str, Any]:
    """A race by ranking or grades: the order, what it was made of, and the working of each way of counting."""
    grades, candidates = race.race.grades, race.race.candidates
    rows = [
        {
            "line": line,
            "class": CLASSES[line.outcome],
            "word": _word(line.outcome),
            "grade": grades[line.grade] if line.grade is not None else "",
            "histogram": [{"grade": grade, "times": times} for grade, times in zip(grades, line.histogram, strict=True)]
            if line.histogram
            else [],
        }
        for line in race.lines
    ]
    stages = [
        {
            "votes": [_decimal(votes) for votes in stage.votes],
            "exhausted": _decimal(stage.exhausted),
            "elected": _("، ").join(candidates[place].display_name for place in stage.elected),
        }
        for stage in race.stages
    ]
    preferences = [{"candidate": candidate, "row": row} for candidate, row in zip(candidates, race.preferences, strict=False)]
    return {
        "template": "portal/tally_order.html",
        "title": race.race.title,
        "seats": _seats(race.race),
        "method": _method(race.race),
        "result": race,
        "tied": any(line.outcome is Outcome.TIE_MAIN for line in race.lines),
        "rows": rows,
        "candidates": candidates,
        "stages": stages,
        "preferences": preferences,
    }


def _method(race: Race) -> str:
    if race.kind == RaceKind.GRADES:
        return _("داوری اکثریت: کسی پیش است که میانهٔ درجه‌هایش بهتر است")
    if race.method == "stv":
        return _("رأی انتقال‌پذیر: رأی بیش از سهمیه و رأی حذف‌شدگان به نفر بعدی همان برگه می‌رسد")
    return _("شولتسه: هر دو نامزد از روی همهٔ برگه‌ها با هم سنجیده می‌شوند")


def _decimal(votes: Fraction) -> str:
    """Two decimals at most, in the page's digits."""
    text = f"{float(votes):.2f}".rstrip("0").rstrip(".")
    shown = fa_digits(text)
    return shown if shown == text else shown.replace(".", "٫")


def _word(outcome: Outcome) -> str:
    match outcome:
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


def _seats(race: Race) -> str:
    values = {"main": fa_digits(race.seats_main), "alternate": fa_digits(race.seats_alternate)}
    if race.seats_alternate:
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
