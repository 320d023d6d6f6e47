"""Whole elections for tests: made by our own code, with every secret at hand and every step open to tampering."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sandogh.protocol.archive import archive_header
from sandogh.protocol.ballot import make_ballot, parse_ballot
from sandogh.protocol.credential import (
    CredentialKey,
    check_public_credentials,
    derive_credential,
    generate_credential,
    make_public_credentials,
)
from sandogh.protocol.decryption import check_partial_decryption, make_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election, make_election, new_uuid
from sandogh.protocol.events import Event, EventType, make_setup_data, owned
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.question import Choice, Question
from sandogh.protocol.record import make_record
from sandogh.protocol.result import make_result
from sandogh.protocol.shuffle import check_shuffle, make_shuffle
from sandogh.protocol.tally import EncryptedTally, make_encrypted_tally
from sandogh.protocol.trustee import Pedersen, Single, TrusteeKey, Trustees, check_trustees, generate_trustee_key, make_trustees

TIMESTAMP = 1_795_000_000

SMALL = (HomomorphicQuestion(("آبادگر", "B", "C"), "هیئت مدیره", 0, 2), HomomorphicQuestion(("P", "Q"), "بازرس", 1, 1))
THREE_RACES = (
    HomomorphicQuestion(tuple(f"نامزد {number}" for number in range(1, 21)), "هیئت مدیره", 0, 7),
    HomomorphicQuestion(tuple("abcdef"), "بازرس", 0, 3),
    HomomorphicQuestion(("x", "y", "z"), "دادستان", 0, 1),
)


@dataclass(slots=True)
class Story:
    """An election with its secrets, up to the opening."""

    group: Group
    election: Election
    trustees: Trustees
    keys: list[TrusteeKey]
    voters: list[CredentialKey]
    secrets: list[str]
    credentials: bytes

    @property
    def publics(self) -> set[str]:
        return {voter.public for voter in self.voters}

    @property
    def weights(self) -> dict[str, int]:
        """What each voter's credential weighs in the public list."""
        return check_public_credentials(self.credentials, self.group)

    def ballot(self, voter: int, choices: Sequence[Choice]) -> bytes:
        return make_ballot(self.election, self.voters[voter], choices)

    def tally(self, ballots: Iterable[bytes]) -> EncryptedTally:
        return make_encrypted_tally(self.election, [parse_ballot(ballot, self.election) for ballot in ballots], self.weights)

    def decryptions(self, tally: EncryptedTally) -> list[bytes]:
        return [make_partial_decryption(tally, private_key=key.private, election=self.election) for key in self.keys]

    def result(self, tally: EncryptedTally, decryptions: Sequence[bytes]) -> bytes:
        partials = [
            check_partial_decryption(data, tally=tally, trustee=member, election=self.election)
            for data, member in zip(decryptions, self.trustees.members, strict=True)
        ]
        return make_result(self.election, tally, partials, self.trustees, tally.total_weight)

    def opened(self) -> "Board":
        board = Board()
        setup = make_setup_data(self.election.hash, self.trustees.hash, sha_hex(self.credentials))
        board.append(EventType.Setup, self.election.bytes, self.trustees.data, self.credentials, setup)
        return board

    def archive(self, ballots: Sequence[bytes]) -> bytes:
        """The whole record, from Setup to Result."""
        board = self.opened()
        for ballot in ballots:
            board.append(EventType.Ballot, ballot)
        tally = self.tally(ballots)
        board.append(EventType.EndBallots)
        board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
        if self.election.needs_shuffle:
            for owner in range(1, len(self.trustees.members) + 1):
                shuffle = make_shuffle(self.election, tally.to_shuffle)
                tally = tally.shuffled(check_shuffle(shuffle, election=self.election, ciphertexts=tally.to_shuffle))
                board.append(EventType.Shuffle, shuffle, owned(owner, sha_hex(shuffle)))
            board.append(EventType.EndShuffles)
        decryptions = self.decryptions(tally)
        for owner, decryption in enumerate(decryptions, 1):
            board.append(EventType.PartialDecryption, decryption, owned(owner, sha_hex(decryption)))
        board.append(EventType.Result, self.result(tally, decryptions))
        return board.archive


@dataclass(slots=True)
class Board:
    """An archive as it grows."""

    archive: bytes = field(default_factory=lambda: archive_header(TIMESTAMP))
    last: Event | None = None

    def append(self, kind: EventType, *data: bytes) -> None:
        self.last, record = make_record(self.last, kind, *data, timestamp=TIMESTAMP)
        self.archive += record


def story(
    group: Group = ED25519,
    *,
    questions: Sequence[Question] = SMALL,
    voters: int = 4,
    weights: Sequence[int] | None = None,
    trustees: int = 2,
    named: bool = True,
    uuid: str | None = None,
    holders: tuple[Sequence[Single | Pedersen], list[TrusteeKey]] | None = None,
) -> Story:
    """A fresh election, ready for ballots.

    With `weights`, one per voter; with `holders`, of these trustees, whose key pairs stand in the order of their numbers.
    """
    if holders is None:
        keys = [generate_trustee_key(group, name=f"متولی {number}" if named else None) for number in range(1, trustees + 1)]
        holders = [key.public for key in keys], keys
    items, keys = holders
    checked = check_trustees(make_trustees(items), group)
    data = make_election(
        name="انتخابات آزمون",
        description="d",
        group=group,
        trustees=checked,
        questions=questions,
        uuid=uuid or new_uuid(),
        administrator="Admin",
        credential_authority="CA",
    )
    election = Election.from_bytes(data)
    secrets = [generate_credential() for _ in range(voters)]
    derived = [derive_credential(secret, uuid=election.uuid, group=group) for secret in secrets]
    weighted = zip([voter.public for voter in derived], weights or [1] * voters, strict=True)
    credentials = make_public_credentials(dict(weighted), group)
    return Story(group, election, checked, keys, derived, secrets, credentials)
