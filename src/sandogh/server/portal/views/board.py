"""The public record (ARCHITECTURE.md §1.2): the board, one event of it, looking up a tracker, the fingerprints, and the whole archive."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sandogh.persian import clean
from sandogh.protocol.events import EventType
from sandogh.server.accounts.domain import challenges
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.elections.definition import document, fingerprint
from sandogh.server.elections.models import Election
from sandogh.server.portal.page import absolute, election_page, page

LONGEST_TYPED = 600
"""Characters of what a visitor may paste to be looked up: a tracker, an event's fingerprint, or the link on a receipt."""

_EVENT_HASH = re.compile(r"[0-9a-f]{64}")


@require_safe
@election_page
def events(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """The board, newest first."""
    typed = request.GET.get("page", "1")
    number = int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else 0
    shown = board.events_page(election, number)
    context = {
        "shown": shown,
        "rows": [{"line": line, "name": event_name(line.type), "number": line.height + 1} for line in shown.lines],
        "total": shown.head.height + 1,
        "newer": shown.page - 1 if shown.page > 1 else None,
        "older": shown.page + 1 if shown.page < shown.pages else None,
        "challenged": challenges.count(election),
    }
    return page(request, "board", election, context, now=now)


@require_safe
@election_page
def event(request: HttpRequest, election: Election, event_hash: str, *, now: datetime) -> HttpResponse:
    """One event: what it records, its fingerprint, its neighbours, its exact bytes."""
    detail = board.event_by_hash(election, event_hash)
    context = {
        "detail": detail,
        "line": detail.line,
        "number": detail.line.height + 1,
        "next_number": detail.line.height + 2,
        "name": event_name(detail.line.type),
        "meaning": _meaning(detail.line.type),
        "is_ballot": detail.line.type is EventType.Ballot,
        "body": detail.body.decode("utf-8", "replace"),
        "members": [{"name": name, "member": member} for name, member in zip(_member_names(detail), detail.members, strict=True)],
    }
    return page(request, "event", election, context, now=now)


@require_safe
@election_page
def tracker(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """Is this vote in the box? Answers found, with its place, or not found, with what to do; and asks, when nothing is typed."""
    typed = request.GET.get("code", "")
    context: dict[str, Any] = {"typed": typed[:LONGEST_TYPED]}
    status = 200
    if typed.strip():
        try:
            line = _look_up(election, typed)
        except Refused as refused:
            context["refused"] = refused
            status = refused.status
        else:
            context |= {"line": line, "number": line.height + 1, "head": board.head(election)}
    return page(request, "tracker", election, context, now=now, status=status)


def _look_up(election: Election, typed: str) -> board.EventLine:
    """The Ballot event of whatever somebody copied from a receipt. Raises Refused `malformed_tracker`, `no_tracker`."""
    text = clean(typed[: LONGEST_TYPED + 1])
    if len(text) > LONGEST_TYPED:
        raise Refused("malformed_tracker", _("کد رهگیری ۴۳ نویسهٔ لاتین است؛ آن را کامل و بی‌فاصله وارد کنید."), status=400)
    if "://" in text:
        text = _in_address(text)
    # As it is read aloud or printed: in groups, on two lines, with a stop at the end.
    text = re.sub(r"\s", "", text).rstrip(".،؛")
    if _EVENT_HASH.fullmatch(text.lower()):
        try:
            line = board.event_by_hash(election, text.lower()).line
        except Refused as refused:
            raise _no_tracker() from refused
        if line.type is not EventType.Ballot:
            raise _no_tracker()
        return line
    return board.find_by_tracker(election, text)


def _in_address(text: str) -> str:
    """The code in a receipt's link: that of the tracker's page, or the event's fingerprint in that of its page."""
    try:
        parts = urlsplit(text)
        asked = parse_qs(parts.query, max_num_fields=5).get("code")
    except ValueError:
        return text
    return asked[0] if asked else parts.path.rstrip("/").rpartition("/")[2]


def _no_tracker() -> Refused:
    return Refused("no_tracker", _("رأیی با این اثر انگشت روی تابلوی این انتخابات نیست."), status=404)


@require_safe
@election_page
def fingerprints(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """The short values to announce, print and compare, and the commands that check them."""
    values = board.fingerprints(election)
    context = {
        "values": values,
        "definition": fingerprint(election.definition),
        "number": values.height + 1,
        "archive_url": absolute(reverse("archive", args=[election.slug])),
    }
    return page(request, "fingerprints", election, context, now=now)


@require_safe
@election_page
def definition(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """Seats, rules and candidates, byte for byte as sealing hashed them: election.json holds the fingerprint, this is what it is of."""
    response = HttpResponse(document(election.definition), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{election.slug}-definition.json"'
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
@election_page
def election_file(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """election.json as it was sealed, byte for byte: its SHA-256 is the election's fingerprint (protocol.md §4.3)."""
    if election.election_json is None:
        raise Refused("no_board", _("این انتخابات هنوز مهر و موم نشده است."), status=404)
    response = HttpResponse(bytes(election.election_json), content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
@election_page
def opening(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse:
    """Where a challenged ballot is made again, on this device or another. All of it happens in the browser: nothing of it comes here."""
    board.head(election)
    response = page(request, "open", election, {"address": absolute(reverse("landing", args=[election.slug]))}, now=now)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@election_page
def archive(request: HttpRequest, election: Election, *, now: datetime) -> HttpResponse | StreamingHttpResponse:
    """The whole record as one file, sent as it is read from the store."""
    content = board.stream_archive(election)
    response = StreamingHttpResponse(content, content_type="application/x-tar")
    response.headers["Content-Disposition"] = f'attachment; filename="{board.archive_name(election)}"'
    response.headers["Cache-Control"] = "no-cache"
    return response


def event_name(kind: EventType) -> str:
    """What an event is called on the board."""
    match kind:
        case EventType.Setup:
            return _("آغاز: نامزدها، قواعد و کلیدها")
        case EventType.Ballot:
            return _("رأی")
        case EventType.EndBallots:
            return _("پایان رأی‌گیری")
        case EventType.EncryptedTally:
            return _("جمع بستهٔ آرا")
        case EventType.Shuffle:
            return _("بُر زدن آرا")
        case EventType.EndShuffles:
            return _("پایان بُر زدن")
        case EventType.PartialDecryption:
            return _("گشودن جمع آرا به دست یک کلیددار")
        case EventType.Result:
            return _("نتیجه")


def _meaning(kind: EventType) -> str:
    """What an event means, for a reader who is no expert."""
    match kind:
        case EventType.Setup:
            return _("نامزدها، شمار انتخاب‌ها، کلید صندوق و فهرست بی‌نام شناسه‌ها از این‌جا به بعد ثابت است.")
        case EventType.Ballot:
            return _("بسته است و کسی نمی‌تواند آن را جداگانه باز کند.")
        case EventType.EndBallots:
            return _("پس از این ردیف، رأی دیگری پذیرفته نشده است.")
        case EventType.EncryptedTally:
            return _("همهٔ رأی‌ها بی آن که باز شوند با هم جمع شده‌اند؛ هر کس می‌تواند همین جمع را از نو بسازد.")
        case EventType.PartialDecryption:
            return _("یک کلیددار سهم خود را برای گشودن جمع داده و درستی آن سنجیده شده است.")
        case EventType.Result:
            return _("شمار رأی هر نامزد، از روی همان جمع.")
        case EventType.Shuffle:
            return _("یک کلیددار رأی‌های بسته را از نو بسته و جابه‌جا کرده و ثابت کرده است که رأیی کم، زیاد یا عوض نشده است.")
        case EventType.EndShuffles:
            return _("هر کلیددار یک بار بُر زده است؛ از این پس هیچ‌کس نمی‌داند کدام رأی از کیست و رأی‌ها باز می‌شوند.")


def _member_names(detail: board.EventDetail) -> list[str]:
    """What the data members of an event are, in the archive's order (protocol.md §11.4)."""
    match detail.line.type:
        case EventType.Setup:
            names = [_("تعریف انتخابات"), _("کلیدداران"), _("فهرست بی‌نام شناسه‌ها")]
            names += [_("گواهی سازندهٔ شناسه‌ها")] * (len(detail.members) - 4) + [_("داده‌های آغاز")]
        case EventType.Ballot:
            names = [_("برگهٔ رأی")]
        case EventType.EncryptedTally:
            names = [_("جمع بستهٔ آرا"), _("جمع با شمار آرا")]
        case EventType.Shuffle:
            names = [_("رأی‌های بُرزده و اثبات آن"), _("بُر با شمارهٔ کلیددار")]
        case EventType.PartialDecryption:
            names = [_("سهم کلیددار"), _("سهم با شمارهٔ کلیددار")]
        case EventType.Result:
            names = [_("نتیجه")]
        case _:
            names = []
    return (names + [_("داده")] * len(detail.members))[: len(detail.members)]
