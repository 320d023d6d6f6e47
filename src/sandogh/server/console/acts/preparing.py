"""From a definition and a roll to a sealed election."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

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
from sandogh.server.console.sealing import (
    check_certificate,
    make_election_file,
    read_certificate,
    read_credentials,
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
