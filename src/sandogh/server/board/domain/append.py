"""The sequencer: the one way onto the board."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sandogh.protocol.credential import check_public_credentials
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.events import Event, EventType, next_allowed
from sandogh.protocol.groups import group_named
from sandogh.protocol.record import DATA_MEMBERS
from sandogh.server.board.models import BoardData, BoardEvent, BoardHead, PublicCredential
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election

CREDENTIALS_MEMBER = 2
"""Place of the public credentials among the members of Setup."""


def lock(election: Election) -> BoardHead | None:
    """Hold the end of the chain until the transaction ends, so that what is read of the board stays true while it is acted on."""
    return BoardHead.objects.select_for_update(no_key=True).filter(election=election).first()


def append(election: Election, event_type: EventType, members: Sequence[bytes] = (), *, now: datetime) -> BoardEvent:
    """Add one event with its data members in archive order, protocol.md §11.3 and §11.4; the last member is the payload.

    Runs inside the caller's transaction and is durable and visible when that commits: tell nobody before. Raises Refused
    `out_of_order` when the grammar of protocol.md §12.2 has no such event here.

    1. lock the end of the chain, so that the next height is ours
    2. the grammar allows this event now
    3. the event names its parent and its payload
    4. event, members and the new end are written
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is appended inside the transaction of the act that causes it")
    if len(members) not in DATA_MEMBERS[event_type]:
        wanted = " or ".join(map(str, DATA_MEMBERS[event_type]))
        raise ValueError(f"{event_type} has {wanted} data members, not {len(members)}")

    # (1) Every appender of this election waits here, so this is the last lock an act takes and the work before its commit is small.
    head = lock(election)

    # (2) Under the lock: a ballot that raced the closing finds EndBallots here, whatever the clock said when it was sent.
    if event_type not in next_allowed(EventType(head.type) if head else None, shuffles=_shuffles(election, event_type)):
        raise Refused("out_of_order", _("این کار در این مرحلهٔ انتخابات روی تابلوی عمومی نمی‌آید."))

    # (3)
    payload = sha_hex(members[-1]) if members else None
    event = Event(parent=head.hash if head else None, height=head.height + 1 if head else 0, type=event_type, payload=payload)
    body = event.to_bytes()

    # (4) The unique heights and hashes would refuse a second chain even if the lock were not there.
    row = BoardEvent(
        election=election,
        height=event.height,
        type=event.type.value,
        parent=event.parent or "",
        hash=sha_hex(body),
        payload=payload or "",
        body=body,
        created_at=now,
    )
    if head is None:
        _start(row, now=now)
        _list_credentials(election, members[CREDENTIALS_MEMBER])
    else:
        row.save()
        head.height, head.type, head.hash = row.height, row.type, row.hash
        head.ballots += event_type is EventType.Ballot
        head.save(update_fields=["height", "type", "hash", "ballots"])
    BoardData.objects.bulk_create(
        BoardData(event=row, place=place, hash=sha_hex(member), body=member) for place, member in enumerate(members)
    )
    return row


def _shuffles(election: Election, event_type: EventType) -> bool:
    """Whether shuffles come between tally and decryption. Asked only then: of a ballot's election not everything is read."""
    after_the_ballots = {EventType.Shuffle, EventType.EndShuffles, EventType.PartialDecryption}
    return event_type in after_the_ballots and election.election_json is not None and election.parsed().needs_shuffle


def _start(row: BoardEvent, *, now: datetime) -> None:
    """Write Setup. Two sealings at once have no row to lock yet; the second one fails on the key and learns that it came late."""
    try:
        with transaction.atomic():
            row.save()
            BoardHead.objects.create(election=row.election, height=0, type=row.type, hash=row.hash, started_at=now)
    except IntegrityError as late:
        raise Refused("out_of_order", _("این انتخابات پیش‌تر مهر و موم شده است.")) from late


def _list_credentials(election: Election, data: bytes) -> None:
    """Write the public list of Setup as rows, after checking it once, protocol.md §5.3."""
    listed = check_public_credentials(data, group_named(election.group))
    PublicCredential.objects.bulk_create(
        (PublicCredential(election=election, credential=credential, weight=weight) for credential, weight in listed.items()), batch_size=500
    )
