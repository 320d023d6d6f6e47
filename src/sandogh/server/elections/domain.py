"""Acts on an election: creating it, and moving it from state to state."""

import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sandogh.protocol.election import new_uuid
from sandogh.protocol.errors import Malformed, SandoghError
from sandogh.protocol.group import Group
from sandogh.protocol.groups import group_named
from sandogh.server.common.errors import Refused
from sandogh.server.elections.definition import Definition
from sandogh.server.elections.models import ActRecord, Election, Organisation, Photo
from sandogh.server.elections.races import questions
from sandogh.server.elections.state import Act, State, next_state

_SHA256 = re.compile(r"[0-9a-f]{64}")

# Columns of an election that carry the definition's field of the same name.
_SAME_NAME = (
    *("title", "kind_text", "inbound_number", "fictional"),
    *("opens_at", "closes_at", "objections_close_at", "session_minutes", "otp_seconds", "otp_digits", "grace"),
)


@transaction.atomic
def create(definition: Definition, *, group: str, now: datetime) -> Election:
    """A new election in draft, with its organisation. Raises Refused `slug_taken`, `unknown_group`, `group_unfit`."""
    try:
        chosen = group_named(group)
    except Malformed as error:
        raise Refused("unknown_group", _("گروه رمزنگاری «%(group)s» شناخته نیست.") % {"group": group}, status=400) from error
    _refuse_unfit(definition, chosen)
    if Election.objects.filter(slug=definition.slug).exists():
        raise Refused("slug_taken", _("نشانی «%(slug)s» از آنِ انتخابات دیگری است.") % {"slug": definition.slug})
    election = Election.objects.create(slug=definition.slug, uuid=new_uuid(), group=group, created_at=now, **_columns(definition))
    _keep_photos(election, definition)
    record(election, "create", now=now)
    return election


def _refuse_unfit(definition: Definition, group: Group) -> None:
    """Said while it can still be mended: not every group holds every kind of question (protocol.md §3.1, §3.5)."""
    try:
        questions(definition.races, group)
    except SandoghError as error:
        message = _("این رقابت‌ها در گروه رمزنگاری «%(group)s» شدنی نیست: %(fault)s.") % {"group": group.name, "fault": error}
        raise Refused("group_unfit", message, status=400) from error


def _columns(definition: Definition) -> dict[str, Any]:
    """What a definition says, column by column. The organisation is made or brought up to date on the way."""
    described = asdict(definition.organisation)
    organisation, _created = Organisation.objects.update_or_create(name=described.pop("name"), defaults=described)
    return {name: getattr(definition, name) for name in _SAME_NAME} | {
        "organisation": organisation,
        "announced_closes_at": definition.closes_at,
        "definition": definition.stored(),
    }


@transaction.atomic
def redefine(election: Election, definition: Definition, *, now: datetime) -> Election:
    """Put another definition in place of a draft's. Raises Refused `frozen` once it is sealed, `slug_changed` for another address,
    `group_unfit`.
    """
    locked = lock(election)
    refuse_frozen(locked)
    _refuse_unfit(definition, group_named(locked.group))
    if definition.slug != locked.slug:
        raise Refused("slug_changed", _("نشانی انتخابات («%(slug)s») عوض نمی‌شود.") % {"slug": locked.slug})
    for name, value in _columns(definition).items():
        setattr(locked, name, value)
    locked.save()
    locked.photos.all().delete()
    _keep_photos(locked, definition)
    record(locked, "redefine", now=now)
    return locked


def _keep_photos(election: Election, definition: Definition) -> None:
    Photo.objects.bulk_create(
        Photo(election=election, code=code, sha256=portrait.sha256, jpeg=portrait.jpeg) for code, portrait in definition.portraits.items()
    )


def photo_jpeg(election: Election, sha256: str) -> bytes:
    """The portrait with this fingerprint. Raises Refused `no_photo` (404)."""
    # Nothing else is looked up: PostgreSQL, for one, takes no zero byte.
    photo = election.photos.filter(sha256=sha256).first() if _SHA256.fullmatch(sha256) else None
    if photo is None:
        raise Refused("no_photo", _("چنین عکسی در این انتخابات نیست."), status=404)
    return bytes(photo.jpeg)


def refuse_frozen(election: Election) -> None:
    """Raise Refused `frozen` once the election is sealed: definition, roll and credentials do not change any more."""
    if election.state != State.DRAFT:
        raise Refused("frozen", _("انتخابات مهر و موم شده است و تعریف و فهرست آن دیگر عوض نمی‌شود."))


def lock(election: Election) -> Election:
    """The election's row as it is now, locked until the caller's transaction ends.

    Without its key: a ballot being cast holds the end of the board and then refers to this row; whoever closes holds this row and then
    wants the end of the board. Neither may wait for the other.
    """
    return Election.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=election.pk)


def record(election: Election, act: str, *, now: datetime, note: str = "") -> None:
    """Write one line of the election's history."""
    ActRecord.objects.create(election=election, act=act, at=now, note=note)


@transaction.atomic
def advance(election: Election, act: Act, *, now: datetime, note: str = "") -> Election:
    """Move the election by one act and record it; answers the row as it now is. Raises Refused `wrong_state`."""
    locked = lock(election)
    locked.state = next_state(State(locked.state), act).value
    locked.save(update_fields=["state"])
    record(locked, act.value, now=now, note=note)
    return locked
