"""Elections to test with: created, sealed and opened by the same acts as real ones, with every secret at hand.

    e = build(voters=3)                     # open, Ed25519, three small races, two trustees; rows are in the database
    voter = e.voters[0]                     # .licence_no .national_id .mobile .credential (secret) .key
    ballot = e.ballot(voter)                # bytes, random choices; e.ballot(voter, choices) for given ones
    device = log_in(e, voter)               # an authenticated VotingSession with its cookie's token; ends the voter's other ones
    seal(device, ballot); confirm(device)   # ballot hash sealed, vote code texted
    device = ready(e, voter, ballot)        # the three lines above in one
    cast(device, ballot)                    # through the domain, as the voting API does it
    count(e)                                # close, tally, shuffle where needed, decrypt, publish → TallyResult
    build(quorum=(5, 3), trustees=0, weights=(1, 3, 2), races="blank")    # five trustees of whom three suffice, weights, blank votes
    build(races="kinds", trustees=2)        # a ranking, grades, lists, and choices with a blank vote

Times are passed on: `now=` everywhere, the present by default. Nothing here talks HTTP.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from protocol.establishments import establish
from sandogh.protocol.ballot import make_ballot
from sandogh.protocol.canonical import loads
from sandogh.protocol.credential import CredentialKey, derive_credential, generate_credential
from sandogh.protocol.decryption import make_partial_decryption
from sandogh.protocol.election import Election as SealedElection
from sandogh.protocol.groups import group_named
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.question import Choice, Question
from sandogh.protocol.shuffle import make_shuffle
from sandogh.protocol.trustee import TrusteeKey, check_trustees, generate_trustee_key
from sandogh.server.accounts.domain import codes, permits, sessions
from sandogh.server.accounts.domain.keyed import new_public_id, token_hash
from sandogh.server.accounts.models import VotingSession
from sandogh.server.ballotbox import domain as ballotbox
from sandogh.server.board import domain as board
from sandogh.server.common import clock
from sandogh.server.console import acts
from sandogh.server.elections.models import Election
from sandogh.server.messaging.models import OutboundMessage
from sandogh.server.rolls.importer import HEADER, WEIGHT_HEADER
from sandogh.server.rolls.models import Voter
from sandogh.server.tallies import domain as tallies
from sandogh.server.tallies.published import encrypted_tally

SAMPLE = Path(__file__).resolve().parent.parent / "examples" / "sample-election.json"

# Candidates kept of each race of the sample, seats and most choices.
SIZES = {
    "small": {"board": (4, 2, 1, 3), "inspector": (2, 1, 1, 2), "prosecutor": (2, 1, 0, 1)},
    "blank": {"board": (4, 2, 1, 3), "inspector": (2, 1, 1, 2), "prosecutor": (2, 1, 0, 1)},
    "figures": {"board": (20, 7, 2, 7), "inspector": (6, 2, 1, 3), "prosecutor": (3, 1, 0, 1)},
}

Choices = Sequence[Choice]
Person = tuple[str, str, str]
"""Licence number, national ID, mobile."""


@dataclass(frozen=True, slots=True)
class VoterForTests:
    """One voter of the roll and, unlike on any server, the secret credential."""

    licence_no: str
    national_id: str
    mobile: str
    credential: str
    key: CredentialKey


@dataclass(frozen=True, slots=True)
class Device:
    """A logged-in device: what its cookie holds."""

    election: "ElectionForTests"
    voter: VoterForTests
    token: str

    @property
    def session(self) -> VotingSession:
        """The row as it is now."""
        return VotingSession.objects.get(token_hash=token_hash(self.token))


@dataclass(frozen=True, slots=True)
class ElectionForTests:
    slug: str
    voters: tuple[VoterForTests, ...]
    trustees: tuple[TrusteeKey, ...]

    @property
    def model(self) -> Election:
        """The row as it is now."""
        return Election.by_slug(self.slug)

    @property
    def parsed(self) -> SealedElection:
        return self.model.parsed()

    @property
    def quorum(self) -> list[int]:
        """Numbers of trustees who suffice: the single ones, and the last so many of each threshold group."""
        trustees = check_trustees(bytes(self.model.trustees_json or b""), self.parsed.group)
        return [member.number for needed, members in trustees.grouped() for member in members[len(members) - needed :]]

    def random_choices(self, chance: random.Random | None = None) -> Choices:
        """Allowed choices for every race."""
        chance = chance or random.Random()
        return [_random_choice(question, chance) for question in self.parsed.questions]

    def ballot(self, voter: VoterForTests, choices: Choices | None = None) -> bytes:
        """A sealed and signed ballot, as the booth makes it."""
        return make_ballot(self.parsed, voter.key, choices if choices is not None else self.random_choices())


def _random_choice(question: Question, chance: random.Random) -> Choice:
    match question:
        case HomomorphicQuestion():
            blank = question.blank and chance.random() < 0.3
            marked = [] if blank else chance.sample(range(len(question.answers)), chance.randint(question.min, question.max))
            marks = [int(place in marked) for place in range(len(question.answers))]
            return [int(blank), *marks] if question.blank else marks
        case ListsQuestion():
            chosen = chance.randrange(len(question.answers))
            return [
                [int(row == chosen), *(int(row == chosen and (place == 0 or chance.random() < 0.5)) for place in range(len(names) - 1))]
                for row, names in enumerate(question.answers)
            ]
        case NonHomomorphicQuestion():
            grades = question.extra.grades if question.extra else None
            if grades:
                return [chance.randint(1, len(grades)) for _ in question.answers]
            return chance.sample(range(1, len(question.answers) + 1), len(question.answers))


def build(
    *,
    voters: int = 3,
    weights: Sequence[int] = (),
    slug: str = "azmayesh",
    group: str = "Ed25519",
    trustees: int = 2,
    quorum: tuple[int, int] | None = None,
    races: str = "small",
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    state: str = "open",
    now: datetime | None = None,
) -> ElectionForTests:
    """An election in the state `sealed` or `open`; by default it opened an hour ago and closes in eight.

    `races` is "small" (8 candidates in three races), "blank" (the same, each with a blank vote), "kinds" (a ranking, grades, lists,
    choices), "figures" (29, what is measured) or "sample" (36). `weights`, one a voter, are 1 by default. `quorum`, (members, how many
    suffice), adds a threshold group after the single trustees. Every voter of the roll is in `voters`.
    """
    now = now or clock.now()
    election, people = draft(
        voters=voters, weights=weights, slug=slug, group=group, races=races, opens_at=opens_at, closes_at=closes_at, now=now
    )
    secrets = [generate_credential() for _ in people]
    keys = [derive_credential(secret, uuid=election.uuid, group=group_named(group)) for secret in secrets]
    members = tuple(VoterForTests(*person, secret, key) for person, secret, key in zip(people, secrets, keys, strict=True))
    holders = tuple(generate_trustee_key(group_named(group), name=f"trustee {number}") for number in range(1, trustees + 1))
    established = [establish(*quorum, group_named(group))] if quorum else []
    request = json.loads(acts.credentials_request(election, base_url="http://127.0.0.1:8000"))
    issued = {
        "format": "sandogh-public-credentials/1",
        "uuid": election.uuid,
        "roll_fingerprint": request["roll_fingerprint"],
        "credentials": [
            {"voter": member.licence_no, "public": member.key.public} | ({"weight": weight} if weight > 1 else {})
            for member, weight in zip(members, weights or [1] * voters, strict=True)
        ],
    }
    acts.seal(
        election,
        credentials=json.dumps(issued).encode(),
        trustees=[holder.public.to_bytes() for holder in holders],
        threshold_parameters=[each.parameters.to_bytes() for each in established],
        now=now,
    )
    if state == "open":
        acts.open_voting(Election.by_slug(slug), now=now)
    return ElectionForTests(slug, members, (*holders, *(key for each in established for key in each.held)))


def draft(
    *,
    voters: int = 1,
    weights: Sequence[int] = (),
    slug: str = "azmayesh",
    group: str = "Ed25519",
    races: str = "small",
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    now: datetime | None = None,
) -> tuple[Election, list[Person]]:
    """An election that is created and not sealed, and who stands on its roll."""
    now = now or clock.now()
    people = [_person(number) for number in range(1, voters + 1)]
    election, report = acts.create(
        _definition(slug, races),
        _roll(people, weights),
        group=group,
        opens_at=opens_at or now - timedelta(hours=1),
        closes_at=closes_at or now + timedelta(hours=8),
        now=now,
    )
    if len(report.accepted) != voters:
        raise ValueError(f"the roll for tests is not what the importer takes: {report.totals()}")
    return election, people


def log_in(election: ElectionForTests, voter: VoterForTests, *, now: datetime | None = None) -> Device:
    """A device that has passed both factors. The numbers and the picture are skipped; the one-time code is sent and checked."""
    now, model = now or clock.now(), election.model
    token = f"token-of-a-test-{new_public_id()}"
    with transaction.atomic():
        session = VotingSession.objects.create(
            election=model,
            voter=Voter.objects.get(election=model, licence_no=voter.licence_no),
            public_id=new_public_id(),
            token_hash=token_hash(token),
            address="127.0.0.1",
            created_at=now,
            expires_at=now + timedelta(minutes=15),
            mobile=voter.mobile,
        )
        codes.send(session, now=now)
    text = OutboundMessage.objects.get(reference=f"otp-{session.public_id}-1").text
    codes.check(session, text.rsplit("#", 1)[1], now=now)
    return Device(election, voter, token)


def hash_of(ballot: bytes) -> str:
    """The hash that the ballot names, which is what the booth seals."""
    fields: Any = loads(ballot)
    return str(fields["signature"]["hash"])


def seal(device: Device, ballot: bytes, *, now: datetime | None = None) -> str:
    """Seal this ballot on this device; answers the vote code."""
    now = now or clock.now()
    return sessions.seal(device.election.model, device.token, hash_of(ballot), device.voter.key.public, now=now).vote_code


def confirm(device: Device, *, now: datetime | None = None) -> None:
    """The voter texts the code that the device shows."""
    said = permits.confirm_by_text(device.voter.mobile, device.session.vote_code, now or clock.now())
    if said != "confirmed":
        raise ValueError(f"the vote code is answered by {said!r}")


def ready(election: ElectionForTests, voter: VoterForTests, ballot: bytes, *, now: datetime | None = None) -> Device:
    """A device on which only «امضا و ثبت رای» is missing."""
    device = log_in(election, voter, now=now)
    seal(device, ballot, now=now)
    confirm(device, now=now)
    return device


def cast(device: Device, ballot: bytes, *, now: datetime | None = None) -> ballotbox.Record:
    """Cast through the domain: the check, then the one transaction."""
    now, model = now or clock.now(), device.election.model
    checked = ballotbox.check(model, ballot)
    with transaction.atomic():
        session, permit = permits.redeem(model, device.token, checked.hash, now=now)
        record = ballotbox.cast(permit, checked, ballot, now=now)
        permits.mark_cast(session, tracker=record.tracker, event_hash=record.event_hash, now=now)
    return record


def archive(election: ElectionForTests) -> bytes:
    """The whole archive as it is now."""
    return b"".join(board.stream_archive(election.model))


def close(election: ElectionForTests, *, now: datetime | None = None) -> datetime:
    """End the voting when the schedule and the grace are over, by default; answers that time."""
    now = now or election.model.last_cast_at
    acts.close(election.model, now=now)
    return now


def partial_decryption(election: ElectionForTests, owner: int) -> bytes:
    """What trustee `owner`, from 1, makes of the published tally, shuffled where it had to be."""
    tally = encrypted_tally(election.model)
    return make_partial_decryption(tally, private_key=election.trustees[owner - 1].private, election=election.parsed)


def shuffle(election: ElectionForTests) -> bytes:
    """A shuffle of what the last one left."""
    return make_shuffle(election.parsed, encrypted_tally(election.model).to_shuffle)


def count(election: ElectionForTests, owners: Sequence[int] | None = None, *, now: datetime | None = None) -> tallies.TallyResult:
    """From open to published; `owners` decrypt, by default as few as suffice."""
    now = close(election, now=now)
    acts.tally(election.model, now=now)
    for owner in tallies.missing_shuffles(election.model):
        tallies.add_shuffle(election.model, shuffle(election), owner, now=now)
    for owner in election.quorum if owners is None else owners:
        tallies.add_partial_decryption(election.model, partial_decryption(election, owner), owner, now=now)
    acts.publish(election.model, now=now)
    return tallies.result_for(election.model)


def _person(number: int) -> Person:
    """A licence number, a national ID with its check digit, and a mobile that simulators take; made up from the number."""
    digits = f"999{number:06d}"
    rest = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return f"99{number:08d}", f"{digits}{rest if rest < 2 else 11 - rest}", f"0912000{number % 10_000:04d}"


def _roll(people: Sequence[Person], weights: Sequence[int] = ()) -> bytes:
    names = ("آزاده", "کیان", "نرگس", "بهمن", "شیرین")
    rows = [
        ",".join((licence_no, national_id, names[number % len(names)], f"آزمون‌گر {number}", mobile, "راه و ساختمان", "سپیدشهر", "فعال"))
        for number, (licence_no, national_id, mobile) in enumerate(people, 1)
    ]
    if weights:
        rows = [f"{row},{weight}" for row, weight in zip(rows, weights, strict=True)]
    return "\n".join([",".join([*HEADER, *([WEIGHT_HEADER] if weights else [])]), *rows]).encode()


def _definition(slug: str, races: str) -> bytes:
    document = json.loads(SAMPLE.read_text())
    document["election"]["slug"] = slug
    if races == "kinds":
        document["races"] = _kinds(document["races"])
    elif races != "sample":
        for race in document["races"]:
            keep, main, alternate, most = SIZES[races][race["id"]]
            race |= {"candidates": race["candidates"][:keep], "seats_main": main, "seats_alternate": alternate, "max_choices": most}
            if races == "blank":
                race["blank"] = True
    return json.dumps(document, ensure_ascii=False).encode()


def _kinds(sample: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A race of each kind, with three or four of the sample's candidates each."""
    board, inspectors, prosecutors = (race["candidates"] for race in sample)

    def race(name: str, title: str, **more: Any) -> dict[str, Any]:
        for person in more.get("candidates", []):
            person.pop("race", None)
        return {"id": name, "title": title, "seats_main": 1, "seats_alternate": 0, **more}

    lists = [{"title": "فهرست یکم", "candidates": board[4:6]}, {"title": "فهرست دوم", "candidates": board[6:9]}]
    for one in lists:
        for person in one["candidates"]:
            person.pop("race", None)
    return [
        race("order", "رتبه‌بندی", kind="ranking", method="stv", blank=True, candidates=board[:4]),
        race("grades", "درجه‌بندی", kind="grades", grades=["عالی", "خوب", "رد"], candidates=inspectors[:3]),
        race("lists", "فهرست‌ها", kind="lists", lists=lists),
        race("pairs", "شولتسه", kind="ranking", method="schulze", candidates=board[9:12]),
        race("marks", "انتخاب", min_choices=0, max_choices=2, blank=True, candidates=prosecutors[:2]),
    ]
