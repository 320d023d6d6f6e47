"""Checking a ballot and casting it: the order of protocol.md §12.6, cut in two so that no lock is held while proofs are checked."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sandogh.protocol.ballot import Ballot as SealedBallot
from sandogh.protocol.ballot import check_ballot, tracker_of
from sandogh.protocol.errors import SandoghError
from sandogh.protocol.events import EventType
from sandogh.server.ballotbox.models import Ballot
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.elections.permit import CastPermit

LARGEST_BALLOT = 300_000
"""Bytes. A ballot of 200 candidates in the 2048-bit group stays below it."""


NAMED_HASH = re.compile(rb'[A-Za-z0-9+/]{43}"')


@dataclass(frozen=True, slots=True)
class Record:
    """Where a recorded ballot stands on the board. `event_hash` is hex, `tracker` the 43 characters of protocol.md §7.6."""

    event_hash: str
    tracker: str
    height: int


def check(election: Election, data: bytes) -> SealedBallot:
    """The ballot in these bytes, fully checked: canonical form, this election, a listed credential, every proof (protocol.md §7).

    Takes tens of milliseconds of processor and no lock: call it before the transaction. Raises Refused `too_large` or `invalid_ballot`.
    """
    if len(data) > LARGEST_BALLOT:
        raise Refused("too_large", _("برگهٔ رأی بزرگ‌تر از اندازهٔ مجاز است. صفحه را تازه کنید و دوباره رأی دهید."), status=413)
    try:
        return check_ballot(data, election=election.parsed(), credentials=board.ListedCredentials(election.pk))
    except SandoghError as error:
        raise _invalid() from error


def named_hash(data: bytes) -> str:
    """The hash that a ballot names, read without checking anything: enough to turn away a ballot that nobody confirmed.

    Raises Refused `invalid_ballot` when there is none.
    """
    # In canonical form (protocol.md §7.1) it stands nowhere else. Whatever else stands there, the check compares with what it recomputes.
    _before, found, after = data.rpartition(b'"signature":{"hash":"')
    if not found or not NAMED_HASH.match(after):
        raise _invalid()
    return after[:43].decode("ascii")


def cast(permit: CastPermit, ballot: SealedBallot, data: bytes, *, now: datetime) -> Record:
    """Put a checked ballot on the board, inside the caller's transaction; it is recorded when that commits and not before.

    Raises Refused `hash_mismatch`, `wrong_credential`, `wrong_weight`, `election_closed` or `credential_used`; the transaction then has to
    be given up.

    1. the permit is for this very ballot under this credential, and means its public weight (protocol.md §12.6)
    2. the election takes ballots at this moment
    3. the board gets the event, and the credential is spent in the same transaction
    """
    # (1) `ballot` says what was checked, `data` what will be published: they must be the same thing, and the permit must mean it.
    if ballot.tracker != tracker_of(data):
        raise ValueError("these bytes are not the checked ballot")
    if permit.ballot_hash != ballot.hash:
        raise Refused("hash_mismatch", _("این رأی همان رأیی نیست که با پیامک تأیید کردید. به پیش‌نمایش برگردید و کد تازه را بفرستید."))
    if permit.public_credential != ballot.credential:
        raise Refused("wrong_credential", _("کد دعوت از آنِ این رأی‌دهنده نیست. پیوند پیامک خودتان را باز کنید."), status=403)

    if permit.weight != board.weight_of(permit.election_id, ballot.credential):
        raise Refused("wrong_weight", _("وزن رأی شما در فهرست رأی‌دهندگان با فهرست همگانی یکی نیست. با پشتیبانی تماس بگیرید."))

    # (2) Read anew, as the state may have moved since the request came in. What slips between this and (3) meets EndBallots on the board.
    election = Election.objects.only("slug", "state", "opens_at", "closes_at", "session_minutes", "grace").get(pk=permit.election_id)
    if not election.accepts_ballots(now):
        raise _closed()

    # (3) No look-up before: under concurrency only the table's constraint can say whether a credential is spent.
    try:
        with transaction.atomic(savepoint=False):
            event = board.append(election, EventType.Ballot, [data], now=now)
            Ballot.objects.create(election=election, credential=ballot.credential, tracker=ballot.tracker, event=event)
    except IntegrityError as twice:
        raise _used() from twice
    except Refused as late:  # the board's grammar: EndBallots came first
        raise _closed() from late
    return Record(event.hash, ballot.tracker, event.height)


def count(election: Election) -> int:
    """Ballots recorded so far."""
    return Ballot.objects.filter(election=election).count()


def _invalid() -> Refused:
    return Refused("invalid_ballot", _("برگهٔ رأی پذیرفته نشد و رأیی از شما ثبت نشد. صفحه را تازه کنید و دوباره رأی دهید."), status=422)


def _closed() -> Refused:
    return Refused("election_closed", _("زمان رأی‌گیری به پایان رسیده است و رأی تازه‌ای پذیرفته نمی‌شود."))


def _used() -> Refused:
    return Refused(
        "credential_used", _("با این کد دعوت پیش از این رأیی ثبت شده است. اگر شما ثبت نکرده‌اید، همین حالا با پشتیبانی تماس بگیرید.")
    )
