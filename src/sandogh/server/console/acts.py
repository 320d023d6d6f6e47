"""What officers do to an election, one function per act: the command line uses them now, the officers' pages later.

Each is a numbered plan whose changes are one transaction, unless it says otherwise. Refusals are `Refused`, with nothing changed.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from sandogh import jalali
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.events import EventType, make_setup_data
from sandogh.protocol.groups import group_named
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import jalali_long
from sandogh.server.console.sealing import (
    check_certificate,
    make_election_file,
    read_certificate,
    read_credentials,
    read_partial_decryption,
    read_rehearsal,
    read_shuffle,
    read_trustees,
)
from sandogh.server.elections import domain as elections
from sandogh.server.elections.definition import Definition, fingerprint, parse_definition
from sandogh.server.elections.models import Election
from sandogh.server.elections.photos import PhotoSource, no_photos
from sandogh.server.elections.races import RaceKind
from sandogh.server.elections.state import Act, State, next_state
from sandogh.server.rolls import domain as rolls
from sandogh.server.rolls.importer import RollReport, read_roll
from sandogh.server.tallies import domain as tallies

REQUEST_FORMAT = "sandogh-credentials-request/1"


def create(
    definition: bytes,
    roll: bytes,
    *,
    group: str = "Ed25519",
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    photos: PhotoSource = no_photos,
    now: datetime,
) -> tuple[Election, RollReport]:
    """A new election in draft with its roll.

    1. the definition is read whole, with the photos that it names, and with another schedule if one is given
    2. the roll is read whole: every row has its fate
    3. both are stored, or neither
    """
    # (1), (2)
    parsed = _rescheduled(parse_definition(definition, photos=photos), opens_at, closes_at)
    report = read_roll(roll)
    # (3)
    with transaction.atomic():
        election = elections.create(parsed, group=group, now=now)
        rolls.import_roll(election, report)
    return election, report


def revise(
    election: Election,
    *,
    definition: bytes | None = None,
    roll: bytes | None = None,
    photos: PhotoSource = no_photos,
    now: datetime,
) -> RollReport | None:
    """Put another definition or another roll in place of a draft's. Raises Refused `frozen` once it is sealed.

    A credentials request made before a change of the roll no longer fits, and sealing says so.
    """
    parsed = parse_definition(definition, photos=photos) if definition is not None else None
    report = read_roll(roll) if roll is not None else None
    with transaction.atomic():
        if parsed:
            elections.redefine(election, parsed, now=now)
        if report:
            rolls.import_roll(election, report)
    return report


def _rescheduled(definition: Definition, opens_at: datetime | None, closes_at: datetime | None) -> Definition:
    opens_at, moved = opens_at or definition.opens_at, closes_at or definition.closes_at
    if opens_at.tzinfo is None or moved.tzinfo is None:
        raise Refused("schedule", _("زمان باید اختلاف ساعت داشته باشد، مانند 2026-12-18T08:00:00+03:30."), status=400)
    if moved <= opens_at:
        raise Refused("schedule", _("پایان رأی‌گیری باید پس از آغاز آن باشد."), status=400)
    # Objections may be filed for as long after the end as the definition says.
    objections = definition.objections_close_at and definition.objections_close_at + (moved - definition.closes_at)
    return replace(definition, opens_at=opens_at, closes_at=moved, objections_close_at=objections)


def credentials_request(election: Election, *, base_url: str) -> bytes:
    """What the credential authority needs to make and send the credentials: the frozen roll's eligible voters and the invitation.

    Holds names and mobile numbers: it goes to the authority and nowhere else. Raises Refused `frozen` after sealing.
    """
    elections.refuse_frozen(election)
    # The greetings stand in the voters' texts, which are in the elections' language, whatever language the officer works in.
    with translation.override(settings.LANGUAGE_CODE):
        voters = [
            {"id": voter.licence_no, "greeting": voter.greeting, "mobile": voter.mobile}
            | ({} if voter.weight == 1 else {"weight": voter.weight})
            for voter in rolls.eligible_voters(election)
        ]
    document = {
        "format": REQUEST_FORMAT,
        "slug": election.slug,
        "uuid": election.uuid,
        "group": election.group,
        "organisation": election.organisation.name,
        "org_short": election.organisation.short_name,
        "title": election.title,
        "link": f"{base_url}/e/{election.slug}/",
        "fictional": election.fictional,
        "roll_fingerprint": rolls.roll_fingerprint(election),
        "opens_at": election.opens_at.astimezone(jalali.TEHRAN).isoformat(),
        "closes_at": election.closes_at.astimezone(jalali.TEHRAN).isoformat(),
        "invitation": election.sms_templates["invitation"],
        "voters": voters,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def seal(
    election: Election,
    *,
    credentials: bytes,
    trustees: Sequence[bytes] = (),
    threshold_parameters: Sequence[bytes] = (),
    credentials_proof: bytes | None = None,
    same_operator: bool = False,
    now: datetime,
) -> Election:
    """Freeze the election and publish Setup. From here on nothing of it changes.

    `trustees` are the public keys of those who must all decrypt; each of `threshold_parameters` is a group of which its threshold must.
    They are numbered in this order: the single ones, then the groups' members. From `credentials_proof` comes the authority's certificate
    of its list, which is published with it (protocol.md §5.4).

    1. the authority's list and the trustees' keys are what they should be (the slow part, without a lock)
    2. under the lock: still a draft, not over, and the list was made for this election and this very roll
    3. each eligible voter gets the one public credential made for them; nobody is left out, nobody is added
    4. election.json is made and kept, byte for byte, and the certificate is of this election and list
    5. Setup goes on the board: the point of no return, together with the state
    """
    # (1)
    group = group_named(election.group)
    issued = read_credentials(credentials, group)
    keys = read_trustees(trustees, threshold_parameters, group)
    if issued.weights and any(race.kind in (RaceKind.RANKING, RaceKind.GRADES) for race in election.races()):
        raise Refused("weights_unfit", _("در رأی‌گیری با رتبه یا درجه، وزن همهٔ رأی‌ها باید ۱ باشد."), status=400)
    certificate = read_certificate(credentials_proof) if credentials_proof is not None else None
    with transaction.atomic():
        # (2)
        locked = elections.lock(election)
        next_state(State(locked.state), Act.SEAL)
        if now >= locked.closes_at:
            raise Refused("too_late", _("زمان رأی‌گیری این انتخابات گذشته است؛ زمان‌بندی تازه بدهید."))
        roll_fingerprint = rolls.roll_fingerprint(locked)
        if issued.uuid != locked.uuid:
            raise Refused("credentials_election", _("این شناسه‌ها برای انتخابات دیگری ساخته شده است."))
        if issued.roll_fingerprint != roll_fingerprint:
            raise Refused("credentials_roll", _("فهرست رأی‌دهندگان پس از درخواست شناسه‌ها عوض شده است؛ درخواست تازه‌ای بسازید."))
        # (3)
        rolls.assign_credentials(locked, issued.by_voter, issued.weights)
        # (4)
        locked.election_json, locked.description = make_election_file(
            uuid=locked.uuid,
            title=locked.title,
            kind_text=locked.kind_text,
            organisation=locked.organisation.name,
            group=group,
            trustees=keys,
            races=locked.races(),
            definition_fingerprint=fingerprint(locked.definition),
            roll_fingerprint=roll_fingerprint,
            eligible=len(issued.by_voter),
        )
        locked.trustees_json, locked.credentials_json = keys.data, issued.published
        locked.fingerprint = locked.parsed().fingerprint
        locked.roll_fingerprint = roll_fingerprint
        locked.eligible_at_sealing = len(issued.by_voter)
        locked.same_operator = same_operator
        locked.save()
        if certificate is not None:
            check_certificate(certificate, election=locked.parsed(), published=issued.published, voters=len(issued.by_voter))
        # (5)
        setup = [locked.election_json, keys.data, issued.published, *([certificate] if certificate is not None else [])]
        board.append(locked, EventType.Setup, [*setup, make_setup_data(*map(sha_hex, setup))], now=now)
        return elections.advance(locked, Act.SEAL, now=now)


def trustees(election: Election) -> list[tallies.Delivered]:
    """The trustees of a sealed election, by number, and what each has delivered."""
    return tallies.delivered(election)


def note_rehearsal(election: Election, record: bytes, *, now: datetime) -> bool:
    """Note that the trustees rehearsed with their real keys, by the record's hash; answers whether it passed.

    Raises Refused `rehearsal_file` for what is no record, `rehearsal_election` for another election's, `wrong_state` before sealing.
    """
    said = read_rehearsal(record)
    with transaction.atomic():
        locked = elections.lock(election)
        if locked.state in (State.DRAFT, State.CANCELLED):
            raise Refused("wrong_state", _("تمرین کلیدداران پس از مهر و موم شدن انتخابات ثبت می‌شود."))
        if said.election != locked.fingerprint:
            raise Refused("rehearsal_election", _("این صورت‌جلسهٔ تمرین از آن انتخابات دیگری است."))
        outcome = "passed" if said.works else "failed"
        elections.record(locked, "rehearsal", now=now, note=f"{outcome} {said.purpose} sha256 {sha_hex(record)}")
    return said.works


def rehearsed(election: Election) -> bool:
    """Whether the last rehearsal that was noted passed."""
    last = election.acts.filter(act="rehearsal").last()
    return last is not None and last.note.startswith("passed ")


def open_voting(election: Election, *, now: datetime, at_once: bool = False) -> Election:
    """Open at the announced time, not before (threat-model.md F7). Raises Refused `too_early`, `too_late`, `wrong_state`.

    `at_once` moves the opening to now; only a fictional election may.
    """
    with transaction.atomic():
        locked = elections.lock(election)
        next_state(State(locked.state), Act.OPEN)
        if at_once and now < locked.opens_at:
            _refuse_real(locked)
            locked.opens_at = now
            locked.save(update_fields=["opens_at"])
        if now < locked.opens_at:
            raise Refused("too_early", _("زمان آغاز %(time)s است.") % {"time": jalali_long(locked.opens_at)})
        if now >= locked.closes_at:
            raise Refused("too_late", _("زمان رأی‌گیری این انتخابات گذشته است."))
        return elections.advance(locked, Act.OPEN, now=now)


def close_early(election: Election, *, reason: str, now: datetime) -> Election:
    """End the logins now, by decision of the supervisory board; whoever is logged in finishes by the grace rule, then comes `close`.

    The announced end stays on record beside the reason. Raises Refused `reason_missing`, `too_late`, `wrong_state`.
    """
    if not reason.strip():
        raise Refused("reason_missing", _("دلیل پایان زودهنگام لازم است."), status=400)
    with transaction.atomic():
        locked = elections.lock(election)
        next_state(State(locked.state), Act.CLOSE)
        if now >= locked.closes_at:
            raise Refused("too_late", _("رأی‌گیری پیش از این پایان یافته است."))
        locked.closes_at = now
        locked.closed_early_reason = reason.strip()[:500]
        locked.save(update_fields=["closes_at", "closed_early_reason"])
        elections.record(locked, "close-early", now=now, note=locked.closed_early_reason)
        return locked


def close(election: Election, *, now: datetime, at_once: bool = False) -> Election:
    """End the voting: EndBallots goes on the board and no ballot follows. Raises Refused `too_early` while one may still be cast.

    1. the schedule and the grace rule are over
    2. the state moves first, so that EndBallots finds an election that takes no ballots
    3. EndBallots

    `at_once` drops what is left of the grace; only a fictional election may.
    """
    with transaction.atomic():
        # (1)
        locked = elections.lock(election)
        next_state(State(locked.state), Act.CLOSE)
        if at_once and locked.closes_at <= now < locked.last_cast_at:
            _refuse_real(locked)
            locked.grace = False
            locked.save(update_fields=["grace"])
        if now < locked.last_cast_at:
            message = _("تا %(time)s ممکن است رأیی ثبت شود؛ پس از آن دوباره بکوشید.")
            raise Refused("too_early", message % {"time": jalali_long(locked.last_cast_at)})
        # (2)
        locked = elections.advance(locked, Act.CLOSE, now=now)
        # (3)
        tallies.end_ballots(locked, now=now)
        return locked


def _refuse_real(election: Election) -> None:
    if not election.fictional:
        raise Refused("real_election", _("این کار تنها در انتخابات ساختگی (نمایشی) مجاز است."), status=403)


def cancel(election: Election, *, reason: str, now: datetime) -> Election:
    """Cancel an election whose result is not published. What is on the board stays there."""
    if not reason.strip():
        raise Refused("reason_missing", _("دلیل لغو لازم است."), status=400)
    return elections.advance(election, Act.CANCEL, now=now, note=reason.strip())


def tally(election: Election, *, now: datetime) -> Election:
    """Publish the encrypted tally: every ballot is checked again and added.

    Two transactions, since the first takes minutes of processor: (1) the board, (2) the state. A crash between them is mended by
    doing it again.
    """
    next_state(State(election.state), Act.TALLY)
    if board.head(election).type is EventType.EndBallots:
        tallies.tally(election, now=now)  # (1)
    return elections.advance(election, Act.TALLY, now=now)  # (2)


def shuffle(election: Election, shuffled: bytes, *, now: datetime) -> tuple[int, bool]:
    """Take in one trustee's shuffle: (the trustee's number, whether it is new). Its proofs are checked before it goes on the board.

    The same trustee's again is no error and changes nothing.
    """
    if election.state != State.TALLYING:
        raise Refused("wrong_state", _("بُر زدن تنها هنگام شمارش پذیرفته می‌شود."))
    owner, data = read_shuffle(shuffled)
    try:
        tallies.add_shuffle(election, data, owner, now=now)
    except Refused as refused:
        if refused.code != "already_shuffled":
            raise
        return owner, False
    return owner, True


def decrypt(election: Election, partial: bytes, *, now: datetime) -> tuple[int, bool]:
    """Take in one trustee's file: (the trustee's number, whether it is new). Its proofs are checked before it goes on the board.

    The same trustee's again is no error and changes nothing.
    """
    if election.state not in (State.TALLYING, State.PUBLISHED):
        raise Refused("wrong_state", _("رمزگشایی تنها هنگام شمارش پذیرفته می‌شود."))
    owner, data = read_partial_decryption(partial)
    try:
        tallies.add_partial_decryption(election, data, owner, now=now)
    except Refused as refused:
        if refused.code != "already_decrypted":
            raise
        return owner, False
    return owner, True


def publish(election: Election, *, now: datetime) -> Election:
    """Publish the result. As with `tally`, (1) the board, (2) the state, and a crash between them is mended by doing it again."""
    next_state(State(election.state), Act.PUBLISH)
    if board.head(election).type is not EventType.Result:
        tallies.publish(election, now=now)  # (1)
    return elections.advance(election, Act.PUBLISH, now=now)  # (2)


def status(election: Election, *, now: datetime) -> dict[str, Any]:
    """Where the election stands, for people and programs. Times are ISO in Tehran's zone."""

    def shown(time: datetime | None) -> str | None:
        return time.astimezone(jalali.TEHRAN).isoformat(timespec="seconds") if time else None

    answer: dict[str, Any] = {
        "slug": election.slug,
        "uuid": election.uuid,
        "title": election.title,
        "organisation": election.organisation.name,
        "group": election.group,
        "fictional": election.fictional,
        "state": str(election.state),
        "phase": election.phase(now),
        "opens_at": shown(election.opens_at),
        "closes_at": shown(election.closes_at),
        "last_cast_at": shown(election.last_cast_at),
        "objections_close_at": shown(election.objections_close_at),
        "closed_early_reason": election.closed_early_reason,
        "voters": election.voters.count(),
        "eligible": election.eligible_at_sealing if election.eligible_at_sealing is not None else rolls.eligible_count(election),
        "fingerprint": election.fingerprint,
    }
    if election.fingerprint:
        end = board.head(election)
        answer["board"] = {"height": end.height, "type": end.type.value, "hash": end.hash, "ballots": end.ballots}
        if election.state == State.TALLYING:
            answer["missing_shuffles"] = tallies.missing_shuffles(election)
            answer["missing_decryptions"] = [
                {"needed": each.needed, "of": list(each.numbers)} for each in tallies.missing_decryptions(election)
            ]
    return answer
