"""What a trustee checks before shuffling or decrypting: the whole public record up to what is to be done.

Reads the archive once, a bounded number of ballots in memory at a time, by the checks of sandogh.protocol and nothing of the verifier: two
programs that a trustee and an auditor run should not fail together.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sandogh.ceremony import ballots
from sandogh.ceremony.ballots import BallotChecker, Cast
from sandogh.ceremony.errors import Refused
from sandogh.protocol.archive import Member
from sandogh.protocol.ballot import Ballot, parse_ballot
from sandogh.protocol.credential import check_public_credentials
from sandogh.protocol.credentials_certificate import check_credentials_certificate
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.election import Election, check_election_key
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError, within
from sandogh.protocol.events import Event, EventType, Owned, next_allowed
from sandogh.protocol.record import Record, read_records
from sandogh.protocol.shuffle import check_shuffle
from sandogh.protocol.tally import EncryptedTally, TallyBuilder, check_encrypted_tally
from sandogh.protocol.trustee import Trustees, check_trustees


@contextmanager
def setup_of(archive: Path) -> Iterator[tuple[Member, ...]]:
    """The data members of an archive's first event, for a block that judges them; Refused when it cannot be read or does not hold."""
    try:
        with archive.open("rb") as file:
            first = next(iter(read_records(file)), None)
        if first is None or first.event.type is not EventType.Setup:
            raise Refused(f"{archive} does not begin with a setup")
        yield first.data
    except OSError as fault:
        raise Refused(f"{archive} cannot be read: {fault.strerror or fault}") from fault
    except SandoghError as fault:
        raise Refused(f"{archive}: {fault}") from fault


@dataclass(frozen=True, slots=True)
class TalliedRecord:
    """A record that holds as far as it goes, at least to its encrypted tally, which is recomputed from the ballots.

    `tally` is the one to shuffle or to decrypt: after the last shuffle. `shuffles`: owner → hash of the shuffle that stands in the record.
    """

    election: Election
    trustees: Trustees
    credentials: int
    ballots: int
    tally: EncryptedTally
    tally_hash: str
    shuffles: Mapping[int, str]
    mixed: bool
    decrypted_by: frozenset[int]


@dataclass(slots=True)
class Setup:
    """What the first event fixes, and the sum of the ballots since."""

    election: Election
    trustees: Trustees
    weights: Mapping[str, int]
    builder: TallyBuilder
    checker: BallotChecker


@dataclass(slots=True)
class Reading:
    """The record as far as it was read."""

    path: Path
    progress: Callable[[int], None]
    setup: Setup | None = None
    # Ballots taken and not checked yet: (event and bytes, where in the archive).
    waiting: list[tuple[Cast, Member]] = field(default_factory=list)
    # Where the counted ballot of a credential stands, for the rare archive in which a voter voted twice (§8.1).
    counted: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    tally: EncryptedTally | None = None
    tally_hash: str = ""
    shuffles: dict[int, str] = field(default_factory=dict)
    mixed: bool = False
    decrypted_by: set[int] = field(default_factory=set)

    def take(self, record: Record) -> None:
        """One event with its own data members before it, protocol.md §11.4."""
        event, data = record.event, record.data
        if event.type is EventType.Ballot:
            self.take_ballot(event, data[0])
            return
        self.count_waiting()
        with within(f"event {event.height}"):
            match event.type:
                case EventType.Setup:
                    self.take_setup(data)
                case EventType.EncryptedTally:
                    self.take_tally(data)
                case EventType.Shuffle:
                    self.take_shuffle(data)
                case EventType.EndShuffles:
                    self.end_shuffles()
                case EventType.PartialDecryption:
                    self.decrypted_by.add(Owned.from_bytes(data[1].data).owner)

    @property
    def shuffles_wanted(self) -> bool:
        """Whether shuffles belong into this record, protocol.md §12.2."""
        return self.setup is not None and self.setup.election.needs_shuffle

    def known(self) -> Setup:
        if self.setup is None:
            raise VerificationError("§12.2", "something before the setup")
        return self.setup

    def take_setup(self, data: tuple[Member, ...]) -> None:
        """Election file, trustees and their common key, credentials and their certificate: protocol.md §4.3, §6, §5.3, §5.4."""
        election = Election.from_bytes(data[0].data)
        trustees = check_trustees(data[1].data, election.group)
        check_election_key(election, trustees)
        weights = check_public_credentials(data[2].data, election.group)
        if len(data) == 5:
            check_credentials_certificate(data[3].data, election=election, credentials_hash=data[2].hash, voters=len(weights))
        self.setup = Setup(election, trustees, weights, TallyBuilder(election), BallotChecker(election, weights))

    def take_ballot(self, event: Event, member: Member) -> None:
        """A ballot, never the same twice; checked when enough are waiting, protocol.md §7.1."""
        with within(f"event {event.height}"):
            if member.hash in self.seen:
                raise VerificationError("§7.1", "the same ballot a second time")
        self.seen.add(member.hash)
        self.waiting.append((Cast(event.height, member.data), member))
        if len(self.waiting) == ballots.AT_ONCE:
            self.count_waiting()

    def count_waiting(self) -> None:
        """The waiting ballots with all their proofs, protocol.md §7; of one credential the last counts, §8.1."""
        if not self.waiting:
            return
        batch, self.waiting = self.waiting, []
        setup = self.known()
        for ballot, (_, member) in zip(setup.checker.check([cast for cast, _ in batch]), batch, strict=True):
            setup.builder.add(ballot, setup.weights[ballot.credential], replaces=self.earlier(ballot, setup))
            self.counted[ballot.credential] = (member.offset, len(member.data), member.hash)
        self.progress(len(self.seen))

    def earlier(self, ballot: Ballot, setup: Setup) -> Ballot | None:
        """The counted ballot of the same credential, read again; VerificationError when the file is not what it was."""
        if ballot.credential not in self.counted:
            return None
        offset, size, digest = self.counted[ballot.credential]
        with self.path.open("rb") as again:
            again.seek(offset)
            data = again.read(size)
        if sha_hex(data) != digest:
            raise VerificationError("§11.2", "the archive was changed while it was being read")
        return parse_ballot(data, setup.election)

    def take_tally(self, data: tuple[Member, ...]) -> None:
        """The encrypted tally against our own product of the ballots, protocol.md §8.2, §8.3."""
        setup = self.known()
        self.tally = check_encrypted_tally(data[0].data, data[1].data, computed=setup.builder.finish(), election=setup.election)
        self.tally_hash = self.tally.hash

    def take_shuffle(self, data: tuple[Member, ...]) -> None:
        """A shuffle of what the previous one left, by a trustee who has not shuffled yet, protocol.md §9.2, §9.3."""
        setup, owner = self.known(), Owned.from_bytes(data[1].data).owner
        setup.trustees.member(owner, section="§9.3")
        if owner in self.shuffles:
            raise VerificationError("§9.3", f"a second shuffle of trustee {owner}")
        if self.tally is None:
            raise VerificationError("§12.2", "a shuffle before the tally")
        shuffled = check_shuffle(data[0].data, election=setup.election, ciphertexts=self.tally.to_shuffle)
        self.tally = self.tally.shuffled(shuffled)
        self.shuffles[owner] = data[0].hash

    def end_shuffles(self) -> None:
        """Every trustee has shuffled: each missing one weakens the secrecy of the ballots, protocol.md §9.3."""
        missing = [str(member.number) for member in self.known().trustees.members if member.number not in self.shuffles]
        if missing:
            raise VerificationError("§9.3", f"no shuffle of trustee {', '.join(missing)}")
        self.mixed = True


def check_tallied(path: Path, file: BinaryIO, *, progress: Callable[[int], None] = lambda ballots: None) -> TalliedRecord:
    """Raise Malformed or VerificationError unless the archive holds from its first byte to its encrypted tally, and its shuffles.

    1. container, chain, and each event's own data members: protocol.md §11
    2. order of events: §12.2
    3. setup, every ballot, the tally, every shuffle: `Reading`
    4. there is a tally
    """
    reading = Reading(path, progress)
    previous: EventType | None = None
    try:
        # (1)
        for record in read_records(file):
            event = record.event
            # (2)
            with within(f"event {event.height}"):
                if event.type not in next_allowed(previous, shuffles=reading.shuffles_wanted):
                    follows = f"after {previous}" if previous else "at the beginning"
                    raise VerificationError("§12.2", f"{event.type} is not allowed {follows}")
            # (3)
            reading.take(record)
            previous = event.type
        reading.count_waiting()
    finally:
        if reading.setup is not None:
            reading.setup.checker.close()
    # (4)
    setup = reading.setup
    if setup is None:
        raise Malformed("§12.2", "the archive has no election")
    if reading.tally is None:
        raise VerificationError("§12.2", "the archive has no encrypted tally yet: voting has not been closed and added up")
    return TalliedRecord(
        setup.election,
        setup.trustees,
        credentials=len(setup.weights),
        ballots=len(reading.seen),
        tally=reading.tally,
        tally_hash=reading.tally_hash,
        shuffles=reading.shuffles,
        mixed=reading.mixed,
        decrypted_by=frozenset(reading.decrypted_by),
    )
