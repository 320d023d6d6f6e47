"""What an election is: organisation, schedule, rules, races and candidates (format `sample-election/1`). Pure.

`parse_definition` answers a valid Definition or refuses with every problem at once, each with the path of its field. Pictures come
from a source that the caller passes in.
"""

import hashlib
import json
import string
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from sandogh import persian
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections.fields import DefinitionRefused, Fields, Problem
from sandogh.server.elections.photos import PhotoSource, Portrait, no_photos
from sandogh.server.elections.race_reading import read_races
from sandogh.server.elections.races import Race

FORMAT = "sample-election/1"
LARGEST_FILE = 5 * 1024 * 1024

# The words that each message may carry, and those without which it is useless.
TEMPLATES = {
    "invitation": ({"greeting", "org_short", "date", "from", "to", "link"}, {"link"}),
    "otp": ({"name", "code", "host"}, {"code"}),
    "vote_recorded": ({"name", "jalali", "tracker"}, set()),
    "reminder": ({"greeting", "hours", "link"}, set()),
}


@dataclass(frozen=True, slots=True)
class Contact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Supervisor:
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str
    short_name: str
    province: str
    supervising_body: str
    support: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole election as the officers wrote it. Times know their zone; `tie_break` is text for the minutes."""

    fictional: bool
    organisation: Organisation
    slug: str
    title: str
    kind_text: str
    opens_at: datetime
    closes_at: datetime
    objections_close_at: datetime | None
    session_minutes: int
    otp_seconds: int
    otp_digits: int
    grace: bool
    inbound_number: str
    tie_break: str
    supervisory_board: tuple[Supervisor, ...]
    sms_templates: Mapping[str, str]
    races: tuple[Race, ...]
    # By candidate's code; the races name them by their SHA-256.
    portraits: Mapping[str, Portrait] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """The part that is frozen by sealing and not kept in columns of its own, ready for a JSON column."""
        whole = asdict(self)
        return {name: whole[name] for name in ("supervisory_board", "sms_templates", "tie_break", "races")}


def document(stored: Mapping[str, Any]) -> bytes:
    """The stored definition as sorted compact JSON, as the board offers it for download: anybody can compute its fingerprint."""
    return json.dumps(stored, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(stored: Mapping[str, Any]) -> str:
    """Hex SHA-256 of the definition's document: what sealing puts on the board beside the questions.

    The seats of each race are not part of the protocol's questions; through this they are fixed in public all the same.
    """
    return hashlib.sha256(document(stored)).hexdigest()


# ---- reading


def parse_definition(data: bytes | Mapping[str, Any], *, photos: PhotoSource = no_photos) -> Definition:
    """The definition in these bytes, or raise DefinitionRefused (code `definition`) with every problem and its path.

    1. the document is JSON without repeated names and of the known format
    2. organisation, schedule, rules, messages
    3. races: limits, candidates confirmed and told apart, ballot order by the Persian alphabet; the photos that they name, from `photos`
    """
    # (1)
    document = _document(data) if isinstance(data, bytes) else data
    problems: list[Problem] = []
    top = Fields(document, "", problems)
    if top.text("format", longest=40) not in ("", FORMAT):
        top.problem("format", _("باید %(format)s باشد") % {"format": FORMAT})
    fictional = top.boolean("fictional", default=False)
    top.ignore("notice_fa", "test_voters")

    # (2)
    organisation = _organisation(top.obj("organisation"))
    election = top.obj("election")
    opens_at, closes_at, objections_close_at = _schedule(election.obj("schedule"))
    rules = election.obj("rules")
    board = tuple(_supervisor(item) for item in election.items("supervisory_board", required=False))
    templates = _templates(election.obj("sms_templates"))
    election.only("timezone", "Asia/Tehran")
    for name, allowed in (("one_active_device", True), ("one_vote_per_person", True), ("proxy_voting", False), ("vote_code_digits", 8)):
        rules.only(name, allowed)
    rules.ignore("extension", "tie_break_status", "quorum")

    portraits: dict[str, Portrait] = {}
    definition = Definition(
        fictional=fictional,
        organisation=organisation,
        slug=election.text("slug", longest=50, pattern=r"[a-z0-9]+(-[a-z0-9]+)*"),
        title=election.text("title", longest=300),
        kind_text=election.text("kind_text", longest=300),
        opens_at=opens_at,
        closes_at=closes_at,
        objections_close_at=objections_close_at,
        session_minutes=rules.integer("session_minutes", low=5, high=120, default=20),
        otp_seconds=rules.integer("otp_seconds", low=30, high=600, default=120),
        otp_digits=rules.integer("otp_digits", low=4, high=8, default=6),
        grace=rules.boolean("grace", default=True),
        inbound_number=persian.fold_digits(rules.text("inbound_number", longest=20, pattern=r"\+?[0-9۰-۹٠-٩]{3,15}")),
        tie_break=rules.text("tie_break", longest=500, required=False),
        supervisory_board=board,
        sms_templates=templates,
        # (3)
        races=read_races(top, photos, portraits),
        portraits=portraits,
    )
    for part in (rules, election, top):
        part.end()
    if problems:
        raise DefinitionRefused(problems)
    return definition


def _document(data: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for name, times in Counter(name for name, _value in pairs).items():
            if times > 1:
                raise DefinitionRefused([Problem(name, _("دو بار آمده است"))])
        return dict(pairs)

    if len(data) > LARGEST_FILE:
        raise DefinitionRefused([Problem("", _("پرونده از ۵ مگابایت بزرگ‌تر است"))])
    try:
        document = json.loads(data.decode("utf-8-sig"), object_pairs_hook=once)
    except UnicodeDecodeError as error:
        raise DefinitionRefused([Problem("", _("پرونده UTF-8 نیست (بایت %(byte)s)") % {"byte": fa_digits(error.start)})]) from error
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise DefinitionRefused([Problem("", _("JSON درست نیست (سطر %(line)s)") % {"line": fa_digits(line)})]) from error
    if not isinstance(document, dict):
        raise DefinitionRefused([Problem("", _("شیء لازم است"))])
    return document


def _organisation(part: Fields) -> Organisation:
    support = []
    for item in part.items("support", required=False):
        support.append(Contact(label=item.text("label", longest=100), value=item.text("value", longest=100)))
        item.end()
    part.ignore("cities", "members_total", "members_eligible")
    organisation = Organisation(
        name=part.text("name", longest=200),
        short_name=part.text("short_name", longest=60),
        province=part.text("province", longest=100, required=False),
        supervising_body=part.text("supervising_body", longest=200, required=False),
        support=tuple(support),
    )
    part.end()
    return organisation


def _schedule(part: Fields) -> tuple[datetime, datetime, datetime | None]:
    opens, closes, objections = (part.moment("voting_opens"), part.moment("voting_closes"), part.moment("objections_close", required=False))
    if opens and closes and closes <= opens:
        part.problem("voting_closes", _("باید پس از آغاز رأی‌گیری باشد"))
    if closes and objections and objections < closes:
        part.problem("objections_close", _("نباید پیش از پایان رأی‌گیری باشد"))
    part.ignore("candidate_registration_opens", "candidate_registration_closes", "candidates_announced", "campaign_stops")
    part.end()
    nowhere = datetime.min.replace(tzinfo=UTC)  # stands in only while problems are being collected
    return opens or nowhere, closes or nowhere, objections


def _supervisor(item: Fields) -> Supervisor:
    supervisor = Supervisor(role=item.text("role", longest=100), name=item.text("name", longest=100))
    item.end()
    return supervisor


def _templates(part: Fields) -> dict[str, str]:
    made = {}
    for name, (allowed, needed) in TEMPLATES.items():
        template = part.text(name, longest=600, required=bool(needed))
        try:
            used = {
                f"{word}{'!' if conversion else ''}{':' if spec else ''}"
                for _text, word, spec, conversion in string.Formatter().parse(template)
                if word is not None
            }
        except ValueError:
            part.problem(name, _("آکولادها جور نیستند"))
            continue
        for word in sorted(used - allowed):
            part.problem(name, _("جای‌نگهدار ناشناخته: {%(word)s}") % {"word": word})
        for word in sorted(needed - used if template else ()):
            part.problem(name, _("جای‌نگهدار {%(word)s} لازم است") % {"word": word})
        if template:
            made[name] = template
    part.end()
    return made
