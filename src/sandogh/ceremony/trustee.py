"""What a trustee does: make a key, shuffle, and decrypt one tally with it. protocol.md §6.1, §9, §10.1"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import alone, read, replace, write_new, write_same
from sandogh.ceremony.keyfile import FORMAT as KEY_FORMAT
from sandogh.ceremony.keyfile import PrivateKey, read_key
from sandogh.ceremony.locked import Ask, Passphrase, write_secret
from sandogh.ceremony.record import TalliedRecord, check_tallied
from sandogh.protocol import canonical, shapes
from sandogh.protocol.decryption import check_partial_decryption, make_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed
from sandogh.protocol.groups import group_named
from sandogh.protocol.shuffle import check_shuffle, make_shuffle
from sandogh.protocol.trustee import generate_trustee_key

PARTIAL_FORMAT = "sandogh-partial-decryption/1"
SHUFFLE_FORMAT = "sandogh-shuffle/1"
USED_FORMAT = "sandogh-key-used/1"
SHUFFLED_FORMAT = "sandogh-key-shuffled/1"


@dataclass(frozen=True, slots=True)
class MadeKey:
    """Where a new key pair is; `fingerprint` is the hex SHA-256 of the public file, to be compared by telephone."""

    private: Path
    public: Path
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a trustee should see before handing a shuffle or a partial decryption over."""

    title: str
    owner: int
    trustees: int
    credentials: int
    ballots: int


def keygen(*, group_name: str, name: str | None, prefix: Path, choose: Callable[[], Passphrase | None]) -> MadeKey:
    """Make PREFIX.private.json, locked with the passphrase that `choose` gives, and PREFIX.public.json; Refused when either exists.

    The private file is durable before the public one appears: a public key that was handed over always has its private half.
    """
    private, public = prefix.with_name(prefix.name + ".private.json"), prefix.with_name(prefix.name + ".public.json")
    demand_name(name)
    for path in (private, public):
        if path.exists():
            raise Refused(f"{path} exists already: a key is never overwritten. Take another --out")
    group = group_named(group_name)
    key = generate_trustee_key(group, name=name)
    write_secret(private, PrivateKey.of(key).to_bytes(), choose(), contents=KEY_FORMAT)
    write_new(public, key.public.to_bytes(), private=False)
    return MadeKey(private, public, sha256(key.public.to_bytes()).hexdigest())


def demand_name(name: str | None) -> None:
    """Refused for a name that is no line of text."""
    if name is not None and (not 0 < len(name.strip()) <= 200 or any(ord(character) < 32 for character in name)):
        raise Refused("--name must have between 1 and 200 characters, on one line")


def decrypt(*, key_file: Path, archive: Path, out: Path, ask: Ask, progress: Callable[[int], None] = lambda ballots: None) -> Done:
    """Check the archive as far as the protocol can be checked before the result, then write this trustee's partial decryption.

    1. the key file is whole, and the archive holds: container, chain, trustees, credentials, every ballot, the tally recomputed, shuffles
    2. this key is one of the trustees, and has not decrypted yet
    3. where answers are shuffled: the shuffle under this trustee's name is the one this trustee made, protocol.md §10.1
    4. this key decrypts one tally in its life: the choice is durable before anything leaves
    5. the decryption is checked as its readers will, and written
    """
    # (1)
    key = read_key(key_file, ask)
    record = read_record(archive, out, progress=progress)
    # (2)
    owner = number_of(key, record)
    if owner in record.decrypted_by:
        raise Refused(f"the archive already has the partial decryption of trustee {owner}: there is nothing left to do")
    # (3)
    if record.election.needs_shuffle:
        demand_own_shuffle(key_file, owner, record)
    # (4)
    spend(key_file, record)
    # (5)
    partial = make_partial_decryption(record.tally, private_key=key.private, election=record.election)
    check_partial_decryption(partial, tally=record.tally, trustee=record.trustees.member(owner), election=record.election)
    write_new(out, wrapped(PARTIAL_FORMAT, owner, "partial_decryption", partial), private=False)
    return Done(record.election.name, owner, len(record.trustees.members), record.credentials, record.ballots)


def shuffle(*, key_file: Path, archive: Path, out: Path, ask: Ask, progress: Callable[[int], None] = lambda ballots: None) -> Done:
    """Check the archive, then re-encrypt and permute the answers that are not added up, so that nobody can follow them. protocol.md §9

    1. key and archive, as for `decrypt`; this trustee has not shuffled yet, and there is something to shuffle
    2. the shuffle, checked as its readers will
    3. noted durably as this trustee's own before it leaves: `decrypt` looks for it again
    """
    # (1)
    key = read_key(key_file, ask)
    record = read_record(archive, out, progress=progress)
    owner = number_of(key, record)
    if not record.election.needs_shuffle:
        raise Refused("this election has nothing to shuffle: its answers are added up encrypted")
    if record.mixed or owner in record.shuffles:
        raise Refused(f"the archive already has the shuffle of trustee {owner}: there is nothing left to do")
    # (2)
    made = make_shuffle(record.election, record.tally.to_shuffle)
    check_shuffle(made, election=record.election, ciphertexts=record.tally.to_shuffle)
    # (3)
    remember_shuffle(key_file, record.election.fingerprint, sha_hex(made))
    write_new(out, wrapped(SHUFFLE_FORMAT, owner, "shuffle", made), private=False)
    return Done(record.election.name, owner, len(record.trustees.members), record.credentials, record.ballots)


def read_record(archive: Path, out: Path, *, progress: Callable[[int], None]) -> TalliedRecord:
    """The archive, checked; Refused when it cannot be read or `out` is there already."""
    if out.exists():
        raise Refused(f"{out} exists already and is not overwritten")
    try:
        file = archive.open("rb")
    except OSError as fault:
        raise Refused(f"{archive} cannot be read: {fault.strerror or fault}") from fault
    with file:
        # Nobody may change the archive between its check and its use: what is decrypted is what was recomputed from this reading.
        return check_tallied(archive, file, progress=progress)


def number_of(key: PrivateKey, record: TalliedRecord) -> int:
    """The trustee's number, from 1; Refused when the key is no trustee's."""
    for member in record.trustees.members:
        if key.group is record.election.group and member.public_key == key.public_key:
            return member.number
    raise Refused("your key is not among this election's trustees: wrong key file, or wrong archive. Nothing was decrypted")


def beside(key_file: Path, name: str) -> Path:
    """PREFIX.name for PREFIX.private.json."""
    return key_file.with_name(key_file.name.removesuffix(".private.json") + "." + name)


def spend(key_file: Path, record: TalliedRecord) -> None:
    """Note beside the key, durably, which tally it decrypts; Refused for any other one.

    A trustee who decrypts two tallies of one election gives away the difference between them, which can be a single vote.
    """
    note = beside(key_file, "used.json")
    wanted = canonical.dumps({"format": USED_FORMAT, "election": record.election.fingerprint, "tally": record.tally.hash})
    with alone(key_file):  # two runs at once must not both find no note
        if note.exists() and read(note) != wanted:
            raise Refused(
                f"this key has been used for another tally ({note} says which). Decrypting a second one could reveal single votes:"
                " do not do it, and tell the supervisory board"
            )
        write_same(note, wanted, private=False)


# ---- which shuffles are one's own
def remember_shuffle(key_file: Path, election: str, made: str) -> None:
    """Add the shuffle to those that this key has made for the election."""
    with alone(key_file):
        known = own_shuffles(key_file, election)
        note = beside(key_file, "shuffled.json")
        data = canonical.dumps({"format": SHUFFLED_FORMAT, "election": election, "shuffles": [*known, made]})
        if note.exists():
            replace(note, data)
        else:
            write_new(note, data, private=True)


def own_shuffles(key_file: Path, election: str) -> list[str]:
    """The hashes of the shuffles made with this key; Refused when they are of another election or the note is damaged."""
    note = beside(key_file, "shuffled.json")
    if not note.exists():
        return []
    try:
        fields = shapes.record(canonical.loads_canonical(read(note)), ("format", "election", "shuffles"), section="§9", what="note")
        made = [shapes.hash_hex(each, section="§9", what="shuffle") for each in shapes.array(fields["shuffles"], section="§9", what="note")]
    except Malformed as malformed:
        raise Refused(f"{note} is damaged: {malformed}") from malformed
    if (fields["format"], fields["election"]) != (SHUFFLED_FORMAT, election):
        raise Refused(f"{note} is of another election: this key has shuffled for that one")
    return made


def demand_own_shuffle(key_file: Path, owner: int, record: TalliedRecord) -> None:
    """Refused unless the shuffles are complete and the one under this trustee's number is this trustee's.

    With a shuffle of somebody else in its place, that somebody may know which answer was whose.
    """
    if not record.mixed:
        raise Refused("the shuffles are not complete yet: every trustee shuffles before anybody decrypts")
    if record.shuffles.get(owner) not in own_shuffles(key_file, record.election.fingerprint):
        raise Refused(
            f"the shuffle under your number is not one that you made with this key ({beside(key_file, 'shuffled.json')} has those):"
            " do not decrypt, and tell the supervisory board. If you shuffled on another medium, copy that file from it"
        )


def wrapped(kind: str, owner: int, name: str, made: bytes) -> bytes:
    """The file for the officers: whose it is, and the object of protocol.md §9.1 or §10.1 as it will stand in the archive."""
    return canonical.dumps({"format": kind, "owner": owner, name: canonical.loads(made)})
