"""Acts on an election: creating it, and moving it from state to state."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from sandogh.server.common.errors import Refused
from sandogh.server.elections.definition import Definition
from sandogh.server.elections.models import ActRecord, Election, Organisation
from sandogh.server.elections.state import Act, State, next_state


@transaction.atomic
def create(definition: Definition, *, group: str, now: datetime) -> Election:
    """A new election in draft, with its organisation. Raises Refused `slug_taken`, `unknown_group`."""
    from sandogh.protocol.election import new_uuid
    from sandogh.protocol.errors import Malformed
    from sandogh.protocol.group import group_named

    try:
        group_named(group)
    except Malformed as error:
        raise Refused("unknown_group", _("گروه رمزنگاری «%(group)s» شناخته نیست.") % {"group": group}, status=400) from error
    if Election.objects.filter(slug=definition.slug).exists():
        raise Refused("slug_taken", _("نشانی «%(slug)s» از آنِ انتخابات دیگری است.") % {"slug": definition.slug})
    described = asdict(definition.organisation)
    organisation, _created = Organisation.objects.update_or_create(name=described.pop("name"), defaults=described)
    election = Election.objects.create(
        organisation=organisation,
        slug=definition.slug,
        uuid=new_uuid(),
        title=definition.title,
        kind_text=definition.kind_text,
        group=group,
        opens_at=definition.opens_at,
        closes_at=definition.closes_at,
        announced_closes_at=definition.closes_at,
        objections_close_at=definition.objections_close_at,
        session_minutes=definition.session_minutes,
        otp_seconds=definition.otp_seconds,
        otp_digits=definition.otp_digits,
        grace=definition.grace,
        inbound_number=definition.inbound_number,
        fictional=definition.fictional,
        definition=definition.stored(),
        created_at=now,
    )
    record(election, "create", now=now)
    return election


def lock(election: Election) -> Election:
    """The election's row as it is now, locked until the caller's transaction ends."""
    return Election.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=election.pk)


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
