"""A small election as files, and the parties around it: two trustees, and a credential authority in three lines."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandogh.protocol import canonical
from sandogh.protocol.ballot import make_ballot
from sandogh.protocol.credential import CredentialKey, derive_credential, generate_credential
from sandogh.protocol.decryption import make_partial_decryption
from sandogh.protocol.events import EventType
from sandogh.protocol.groups import group_named
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import TrusteeKey, generate_trustee_key
from sandogh.server.ballotbox import domain as ballotbox
from sandogh.server.board import domain as board
from sandogh.server.console import acts
from sandogh.server.elections.models import Election
from sandogh.server.elections.permit import CastPermit
from sandogh.server.rolls.importer import HEADER

OPENS = datetime(2026, 12, 18, 4, 30, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=12)
LAST = CLOSES + timedelta(minutes=20)
BEFORE = OPENS - timedelta(days=9)
AFTER = LAST + timedelta(hours=1)

ROLL = [
    "9901014501,9990001235,آزاده,پیش‌گام,09120000101,راه,سپیدشهر,فعال",
    "9901014502,9990004560,کیان,مهرآیین,09120000102,راه,سپیدشهر,فعال",
    "9905014506,9990008884,پوران,دل‌آرام,,راه,سپیدشهر,فعال",
    "9906014507,9990009996,سهراب,تیزپا,09120000107,راه,سپیدشهر,معلق",
]
ELIGIBLE = ["9901014501", "9901014502", "9905014506"]


def roll_bytes(*rows: str) -> bytes:
    return "\n".join([",".join(HEADER), *(rows or ROLL)]).encode()


@pytest.fixture(scope="session")
def document(examples: Path) -> dict:
    """The sample with three candidates in each race, so that proofs are few."""
    document = json.loads((examples / "sample-election.json").read_text())
    for race in document["races"]:
        race["candidates"] = race["candidates"][:3]
        race["max_choices"] = min(race["max_choices"], 2)
    return document


@pytest.fixture
def definition(document: dict) -> bytes:
    return json.dumps(document).encode()


@dataclass
class Parties:
    """Who holds what beside the server."""

    trustees: list[TrusteeKey] = field(default_factory=list)
    secrets: dict[str, CredentialKey] = field(default_factory=dict)

    @property
    def trustee_files(self) -> list[bytes]:
        return [key.public.to_bytes() for key in self.trustees]

    def issue(self, request: bytes) -> dict:
        """The authority's answer to a request, as a document to be spoilt."""
        wanted = json.loads(request)
        group = group_named(wanted["group"])
        self.secrets = {
            voter["id"]: derive_credential(generate_credential(), uuid=wanted["uuid"], group=group) for voter in wanted["voters"]
        }
        return {
            "format": "sandogh-public-credentials/1",
            "uuid": wanted["uuid"],
            "roll_fingerprint": wanted["roll_fingerprint"],
            "credentials": [{"voter": voter, "public": key.public} for voter, key in self.secrets.items()],
        }

    def cast(self, election: Election, licence_no: str, choices: list[list[int]], *, now: datetime) -> None:
        data = make_ballot(election.parsed(), self.secrets[licence_no], choices)
        ballot = ballotbox.check(election, data)
        ballotbox.cast(CastPermit(election.pk, ballot.credential, ballot.hash), ballot, data, now=now)

    def partial(self, election: Election, owner: int) -> bytes:
        """Trustee `owner`'s file, from 1."""
        ((encrypted, sized),) = board.members_of(election, EventType.EncryptedTally)
        tally = EncryptedTally.from_bytes(encrypted, sized, election=election.parsed())
        data = make_partial_decryption(tally, private_key=self.trustees[owner - 1].private, election=election.parsed())
        return partial_file(owner, data)


def partial_file(owner: object, data: bytes) -> bytes:
    document = {"format": "sandogh-partial-decryption/1", "owner": owner, "partial_decryption": canonical.loads(data)}
    return canonical.dumps(document)


@pytest.fixture(scope="session")
def trustee_keys() -> list[TrusteeKey]:
    return [generate_trustee_key(group_named("Ed25519"), name=f"trustee {number}") for number in (1, 2)]


@pytest.fixture
def parties(trustee_keys: list[TrusteeKey]) -> Parties:
    return Parties(trustees=trustee_keys)


@pytest.fixture
def draft(db: None, definition: bytes) -> Election:
    return acts.create(definition, roll_bytes(), opens_at=OPENS, closes_at=CLOSES, now=BEFORE)[0]


@pytest.fixture
def issued(draft: Election, parties: Parties) -> dict:
    return parties.issue(acts.credentials_request(draft, base_url="https://vote.example"))


@pytest.fixture
def sealed(draft: Election, issued: dict, parties: Parties) -> Election:
    return acts.seal(draft, credentials=canonical.dumps(issued), trustees=parties.trustee_files, now=BEFORE)


@pytest.fixture
def opened(sealed: Election) -> Election:
    return acts.open_voting(sealed, now=OPENS)
