"""Reading the races of a definition: limits, candidates confirmed and told apart, ballot order by the Persian alphabet. Pure.

Faults are noted with the paths of their fields, as everywhere in a definition; pictures come from a source that the caller passes in.
"""

import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from sandogh import persian
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections.fields import Fields
from sandogh.server.elections.photos import PhotoSource, Portrait, make_portrait
from sandogh.server.elections.races import Candidate, CandidateList, Race, RaceKind

# A file below the definition's folder. What begins with a dot is hidden or leads upwards; letters of other scripts have several spellings.
PHOTO_NAME = re.compile(r"([A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*\.(jpe?g|png|webp)", re.IGNORECASE)

METHODS = ("stv", "schulze")
"""Ways of counting a ranking."""


@dataclass(slots=True)
class _Reading:
    """What the races have in common: where pictures come from and go, and the codes that are taken."""

    photos: PhotoSource
    portraits: dict[str, Portrait]
    codes: set[str]


def read_races(top: Fields, photos: PhotoSource, portraits: dict[str, Portrait]) -> tuple[Race, ...]:
    """The races; the portraits of their candidates are put into `portraits`."""
    reading, races, ids = _Reading(photos, portraits, set()), [], set()
    for item in top.items("races"):
        race_id = item.text("id", longest=30, pattern=r"[a-z][a-z0-9-]*")
        if race_id in ids:
            item.problem("id", _("تکراری است: «%(value)s»") % {"value": race_id})
        ids.add(race_id)
        races.append(_race(item, race_id, reading))
        item.end()
    return tuple(races)


def _race(item: Fields, race_id: str, reading: _Reading) -> Race:
    kind = _kind(item)
    if kind is RaceKind.LISTS:
        lists, candidates = _lists(item, race_id, reading)
    else:
        lists, candidates = (), tuple(sorted(_candidates(item, race_id, reading), key=_alphabetical))
    race = Race(
        id=race_id,
        title=item.text("title", longest=100),
        seats_main=item.integer("seats_main", low=1, high=100),
        seats_alternate=0,
        min_choices=0,
        max_choices=len(candidates),
        rule_text=item.text("rule_text", longest=500, required=False),
        candidates=candidates,
        kind=kind.value,
        lists=lists,
    )
    match kind:
        case RaceKind.CHOICES:
            race = _choices(item, race)
        case RaceKind.RANKING:
            method = item.text("method", longest=20)
            if method and method not in METHODS:
                item.problem("method", _("ناشناخته است: «%(value)s»") % {"value": method})
            race = replace(race, method=method, blank=item.boolean("blank", default=False))
        case RaceKind.GRADES:
            race = replace(race, grades=_grades(item), blank=item.boolean("blank", default=False))
    if kind is not RaceKind.CHOICES:
        item.only("seats_alternate", 0)
    return race


def _kind(item: Fields) -> RaceKind:
    named = item.text("kind", longest=20, required=False) or RaceKind.CHOICES.value
    if named not in set(RaceKind):
        item.problem("kind", _("ناشناخته است: «%(value)s»") % {"value": named})
        return RaceKind.CHOICES
    return RaceKind(named)


def _choices(item: Fields, race: Race) -> Race:
    race = replace(
        race,
        seats_alternate=item.integer("seats_alternate", low=0, high=100),
        min_choices=item.integer("min_choices", low=0, high=200),
        max_choices=item.integer("max_choices", low=1, high=200),
        blank=item.boolean("blank", default=False),
    )
    if race.min_choices > race.max_choices:
        item.problem("min_choices", _("نباید از max_choices بیشتر باشد"))
    if race.candidates and race.max_choices > len(race.candidates):
        item.problem("max_choices", _("نباید از شمار نامزدها (%(count)s) بیشتر باشد") % {"count": fa_digits(len(race.candidates))})
    return race


def _grades(item: Fields) -> tuple[str, ...]:
    """The words, from the best to the worst."""
    grades = item.texts("grades", longest=40)
    if len(grades) == 1 or len(grades) > 20:
        item.problem("grades", _("از ۲ تا ۲۰ درجه لازم است"))
    if len(set(grades)) != len(grades):
        item.problem("grades", _("یک درجه دو بار آمده است"))
    return grades


def _lists(item: Fields, race_id: str, reading: _Reading) -> tuple[tuple[CandidateList, ...], tuple[Candidate, ...]]:
    """The lists, and all their candidates one list after the other; a list's own order stays."""
    lists, everybody = [], []
    for one in item.items("lists"):
        candidates = _candidates(one, race_id, reading)
        lists.append(CandidateList(one.text("title", longest=100), tuple(candidate.code for candidate in candidates)))
        everybody += candidates
        one.end()
    titles = [one.title for one in lists]
    if len(set(titles)) != len(titles):
        item.problem("lists", _("عنوان دو فهرست یکی است"))
    return tuple(lists), tuple(everybody)


def _alphabetical(candidate: Candidate) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    return persian.sort_key(candidate.family_name), persian.sort_key(candidate.given_name), candidate.code


def _candidates(item: Fields, race_id: str, reading: _Reading) -> list[Candidate]:
    """Those on the ballot, in the order of the file."""
    candidates = []
    for person in item.items("candidates"):
        candidate, on_ballot = _candidate(person, race_id)
        if candidate.code in reading.codes:
            person.problem("code", _("تکراری است: «%(value)s»") % {"value": candidate.code})
        reading.codes.add(candidate.code)
        if on_ballot:
            candidates.append(_with_portrait(candidate, person, reading))
    if isinstance(item.value.get("candidates"), list) and item.value["candidates"] and not candidates:
        item.problem("candidates", _("هیچ نامزد تأییدشده‌ای ندارد"))
    return candidates


def _candidate(person: Fields, race_id: str) -> tuple[Candidate, bool]:
    """The candidate, and whether the name stands on the ballot: only confirmed ones do."""
    status = person.text("status", longest=20)
    if status in ("registered", "objected"):
        person.problem("status", _("هنوز تعیین تکلیف نشده است"))
    elif status and status not in ("confirmed", "rejected", "withdrawn"):
        person.problem("status", _("ناشناخته است: «%(value)s»") % {"value": status})
    if person.text("race", longest=30, required=False) not in ("", race_id):
        person.problem("race", _("با شناسهٔ این رقابت یکی نیست"))
    candidate = Candidate(
        code=person.text("code", longest=12, pattern=r"[0-9A-Za-z-]+"),
        display_name=person.text("display_name", longest=120),
        given_name=person.text("given_name", longest=60),
        family_name=person.text("family_name", longest=60),
        title=person.text("title", longest=30, required=False),
        field=person.text("field", longest=120, required=False),
        city=person.text("city", longest=60, required=False),
        bio=person.text("bio", longest=3000, required=False),
        photo=person.text("photo", longest=200, required=False) or None,
    )
    if candidate.photo and not PHOTO_NAME.fullmatch(candidate.photo):
        person.problem("photo", _("باید نام پرونده‌ای در پوشهٔ تعریف و با حروف لاتین باشد، مانند photos/101.jpg"))
        candidate = replace(candidate, photo=None)
    person.ignore("gender", "alphabetical_rank")
    person.end()
    return candidate, status == "confirmed"


def _with_portrait(candidate: Candidate, person: Fields, reading: _Reading) -> Candidate:
    """The candidate with the fingerprint of the portrait in place of the file's name."""
    if candidate.photo is None:
        return candidate
    try:
        portrait = make_portrait(reading.photos(candidate.photo))
    except Refused as refused:
        person.problem("photo", f"{refused.message}: «{candidate.photo}»")
        return replace(candidate, photo=None)
    reading.portraits[candidate.code] = portrait
    return replace(candidate, photo=portrait.sha256)
