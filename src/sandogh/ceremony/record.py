"""What a trustee checks before decrypting: the whole public record up to the encrypted tally.

Reads the archive once, one member in memory at a time, by the checks of sandogh.protocol and nothing of the verifier: two programs
that a trustee and an auditor run should not fail together.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sandogh.protocol.archive import Member, read_archive
from sandogh.protocol.ballot import check_ballot, parse_ballot
from sandogh.protocol.credential import check_public_credentials
from sandogh.protocol.election import Election, check_election_key
from sandogh.protocol.errors import Malformed, VerificationError, within
from sandogh.protocol.events import Event, EventType, Owned, SetupData, check_link, next_allowed
from sandogh.protocol.tally import EncryptedTally, TallyBuilder, check_encrypted_tally
from sandogh.protocol.trustee import Trustees, check_trustees

# protocol.md §11.4: how many data members stand before each event.
DATA_MEMBERS = {
    EventType.Setup: 4,
    EventType.Ballot: 1,
    EventType.EndBallots: 0,
    EventType.EncryptedTally: 2,
    EventType.PartialDecryption: 2,
    EventType.Result: 1,
}


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

    def take(self, event: Event, data: list[Member]) -> None:
        """One event with the data members before it, protocol.md §11.4."""
        if len(data) != DATA_MEMBERS.get(event.type, -1):
            raise VerificationError("§11.4", f"{len(data)} data members stand before {event.type}")
        if data and data[-1].hash != event.payload:
            raise VerificationError("§11.4", "the payload is not the data member before the event")
        match event.type:
            case EventType.Setup:
                self.take_setup(data)
            case EventType.Ballot:
                self.take_ballot(data[0])
            case EventType.EncryptedTally:
                self.take_tally(data)
            case EventType.PartialDecryption:
                self.decrypted_by.add(Owned.from_bytes(data[1].data).owner)

    def take_setup(self, data: list[Member]) -> None:
        """Election file, trustees and their common key, credentials: protocol.md §4.3, §6, §5.3."""
        election_member, trustees_member, credentials_member, setup_member = data
        setup = SetupData.from_bytes(setup_member.data)
        if (setup.election, setup.trustees, setup.credentials) != tuple(
            member.hash for member in data[:3]
        ) or setup.credentials_certificate:
            raise VerificationError("§11.4", "the setup data does not name the election, trustees and credentials before it")
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

    def take_tally(self, data: list[Member]) -> None:
        """The encrypted tally against our own product of the ballots, protocol.md §8.2, §8.3."""
        if self.election is None or self.builder is None:
            raise VerificationError("§12.2", "a tally before the setup")
        self.tally = check_encrypted_tally(data[0].data, data[1].data, computed=self.builder.finish(), election=self.election)


def check_tallied(path: Path, file: BinaryIO, *, progress: Callable[[int], None] = lambda ballots: None) -> TalliedRecord:
    """Raise Malformed or VerificationError unless the archive holds from its first byte to its encrypted tally.

    1. container and chain: protocol.md §11
    2. order of events: §12.2
    3. setup, every ballot, the tally: `Reading`
    4. nothing hangs after the last event, and there is a tally
    """
    reading = Reading(path, progress)
    previous: Event | None = None
    pending: list[Member] = []
    # (1)
    for member in read_archive(file):
        if member.kind == "data":
            pending.append(member)
            if len(pending) > max(DATA_MEMBERS.values()):
                raise VerificationError("§11.4", "more data members than any event has")
            continue
        with within(f"event {0 if previous is None else previous.height + 1}"):
            event = Event.from_bytes(member.data)
            check_link(event, previous)
            # (2)
            if event.type not in next_allowed(previous.type if previous else None):
                raise VerificationError(
                    "§12.2", f"{event.type} is not allowed {f'after {previous.type}' if previous else 'at the beginning'}"
                )
            # (3)
            reading.take(event, pending)
        previous, pending = event, []
    # (4)
    if pending:
        raise VerificationError("§11.4", "data members after the last event")
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
