"""What a trustee checks before decrypting: the whole public record up to the encrypted tally.

Reads the archive once, one event in memory at a time, by the checks of sandogh.protocol and nothing of the verifier: two programs
that a trustee and an auditor run should not fail together.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sandogh.protocol.archive import Member
from sandogh.protocol.ballot import check_ballot, parse_ballot
from sandogh.protocol.credential import check_public_credentials
from sandogh.protocol.election import Election, check_election_key
from sandogh.protocol.errors import Malformed, Unsupported, VerificationError, within
from sandogh.protocol.events import Event, EventType, Owned, next_allowed
from sandogh.protocol.record import read_records
from sandogh.protocol.tally import EncryptedTally, TallyBuilder, check_encrypted_tally
from sandogh.protocol.trustee import Trustees, check_trustees


@dataclass(frozen=True, slots=True)
class TalliedRecord:
    """A record that holds up to its encrypted tally, which is recomputed from the ballots."""

    election: Election
    trustees: Trustees
    credentials: int
    ballots: int
    tally: EncryptedTally
    decrypted_by: frozenset[int]


@dataclass(slots=True)
class Reading:
    """The record as far as it was read."""

    path: Path
    progress: Callable[[int], None]
    election: Election | None = None
    trustees: Trustees | None = None
    weights: dict[str, int] = field(default_factory=dict)
    builder: TallyBuilder | None = None
    # Where the counted ballot of a credential stands, for the rare archive in which a voter voted twice (§8.1).
    counted: dict[str, tuple[int, int]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    tally: EncryptedTally | None = None
    decrypted_by: set[int] = field(default_factory=set)

    def take(self, event: Event, data: tuple[Member, ...]) -> None:
        """One event with its own data members before it, protocol.md §11.4."""
        match event.type:
            case EventType.Setup:
                self.take_setup(data)
            case EventType.Ballot:
                self.take_ballot(data[0])
            case EventType.EncryptedTally:
                self.take_tally(data)
            case EventType.PartialDecryption:
                self.decrypted_by.add(Owned.from_bytes(data[1].data).owner)

    def take_setup(self, data: tuple[Member, ...]) -> None:
        """Election file, trustees and their common key, credentials: protocol.md §4.3, §6, §5.3."""
        if len(data) > 4:
            raise Unsupported("§5.4", "certificate of an external credential authority")
        election_member, trustees_member, credentials_member, _setup_member = data
        self.election = Election.from_bytes(election_member.data)
        self.trustees = check_trustees(trustees_member.data, self.election.group)
        check_election_key(self.election, self.trustees)
        self.weights = check_public_credentials(credentials_member.data, self.election.group)
        self.builder = TallyBuilder(self.election)

    def take_ballot(self, member: Member) -> None:
        """A ballot with all its proofs, protocol.md §7; of one credential the last counts, §8.1."""
        if self.election is None or self.builder is None:
            raise VerificationError("§12.2", "a ballot before the setup")
        if member.hash in self.seen:
            raise VerificationError("§7.1", "the same ballot a second time")
        self.seen.add(member.hash)
        ballot = check_ballot(member.data, election=self.election, credentials=self.weights)
        earlier = None
        if ballot.credential in self.counted:
            offset, size = self.counted[ballot.credential]
            with self.path.open("rb") as again:
                again.seek(offset)
                earlier = parse_ballot(again.read(size), self.election)
        self.builder.add(ballot, self.weights[ballot.credential], replaces=earlier)
        self.counted[ballot.credential] = (member.offset, len(member.data))
        self.progress(len(self.seen))

    def take_tally(self, data: tuple[Member, ...]) -> None:
        """The encrypted tally against our own product of the ballots, protocol.md §8.2, §8.3."""
        if self.election is None or self.builder is None:
            raise VerificationError("§12.2", "a tally before the setup")
        self.tally = check_encrypted_tally(data[0].data, data[1].data, computed=self.builder.finish(), election=self.election)


def check_tallied(path: Path, file: BinaryIO, *, progress: Callable[[int], None] = lambda ballots: None) -> TalliedRecord:
    """Raise Malformed or VerificationError unless the archive holds from its first byte to its encrypted tally.

    1. container, chain, and each event's own data members: protocol.md §11
    2. order of events: §12.2
    3. setup, every ballot, the tally: `Reading`
    4. there is a tally
    """
    reading = Reading(path, progress)
    previous: EventType | None = None
    # (1)
    for record in read_records(file):
        event = record.event
        with within(f"event {event.height}"):
            # (2)
            if event.type not in next_allowed(previous):
                raise VerificationError("§12.2", f"{event.type} is not allowed {f'after {previous}' if previous else 'at the beginning'}")
            # (3)
            reading.take(event, record.data)
        previous = event.type
    # (4)
    if reading.election is None or reading.trustees is None:
        raise Malformed("§12.2", "the archive has no election")
    if reading.tally is None:
        raise VerificationError("§12.2", "the archive has no encrypted tally yet: voting has not been closed and added up")
    return TalliedRecord(
        reading.election,
        reading.trustees,
        credentials=len(reading.weights),
        ballots=len(reading.seen),
        tally=reading.tally,
        decrypted_by=frozenset(reading.decrypted_by),
    )
