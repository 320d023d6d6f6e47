"""What a trustee does: make a key, and decrypt one tally with it. protocol.md §6.1, §10.1"""

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import read, write_new, write_same
from sandogh.ceremony.keyfile import PrivateKey, read_key
from sandogh.ceremony.record import TalliedRecord, check_tallied
from sandogh.protocol import canonical
from sandogh.protocol.decryption import check_partial_decryption, make_partial_decryption
from sandogh.protocol.groups import group_named
from sandogh.protocol.trustee import generate_trustee_key

PARTIAL_FORMAT = "sandogh-partial-decryption/1"
USED_FORMAT = "sandogh-key-used/1"


@dataclass(frozen=True, slots=True)
class MadeKey:
    """Where a new key pair is; `fingerprint` is the hex SHA-256 of the public file, to be compared by telephone."""

    private: Path
    public: Path
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Decrypted:
    """What a trustee should see before handing a partial decryption over."""

    title: str
    owner: int
    trustees: int
    credentials: int
    ballots: int


def keygen(*, group_name: str, name: str | None, prefix: Path) -> MadeKey:
    """Make PREFIX.private.json and PREFIX.public.json; Refused when either exists.

    The private file is durable before the public one appears: a public key that was handed over always has its private half.
    """
    private, public = prefix.with_name(prefix.name + ".private.json"), prefix.with_name(prefix.name + ".public.json")
    if name is not None and not 0 < len(name.strip()) <= 200:
        raise Refused("--name must have between 1 and 200 characters")
    for path in (private, public):
        if path.exists():
            raise Refused(f"{path} exists already: a key is never overwritten. Take another --out")
    key = generate_trustee_key(group_named(group_name), name=name)
    write_new(private, PrivateKey.of(key).to_bytes(), private=True)
    write_new(public, key.public.to_bytes(), private=False)
    return MadeKey(private, public, sha256(key.public.to_bytes()).hexdigest())


def decrypt(*, key_file: Path, archive: Path, out: Path, progress: Callable[[int], None] = lambda ballots: None) -> Decrypted:
    """Check the archive as far as the protocol can be checked before the result, then write this trustee's partial decryption.

    1. the key file is whole, and the archive holds: container, chain, trustees, credentials, every ballot, the tally recomputed
    2. this key is one of the trustees, and has not decrypted yet
    3. this key decrypts one tally in its life: the choice is durable before anything leaves
    4. the decryption is checked as its readers will, and written
    """
    # (1)
    key = read_key(key_file)
    if out.exists():
        raise Refused(f"{out} exists already and is not overwritten")
    try:
        file = archive.open("rb")
    except OSError as fault:
        raise Refused(f"{archive} cannot be read: {fault.strerror or fault}") from fault
    with file:
        # Nobody may change the archive between its check and its use: what is decrypted is what was recomputed from this reading.
        record = check_tallied(archive, file, progress=progress)
    # (2)
    owner = number_of(key, record)
    # (3)
    spend(key_file, record)
    # (4)
    partial = make_partial_decryption(record.tally, private_key=key.private, election=record.election)
    check_partial_decryption(partial, tally=record.tally, trustee=record.trustees.members[owner - 1], election=record.election)
    write_new(out, wrapped(owner, partial), private=False)
    return Decrypted(record.election.name, owner, len(record.trustees.members), record.credentials, record.ballots)


def number_of(key: PrivateKey, record: TalliedRecord) -> int:
    """The trustee's number, from 1; Refused when the key is no trustee's, or this trustee's decryption is in the archive already."""
    keys = [member.public_key for member in record.trustees.members]
    if key.group.name != record.election.group.name or key.public_key not in keys:
        raise Refused("your key is not among this election's trustees: wrong key file, or wrong archive. Nothing was decrypted")
    owner = keys.index(key.public_key) + 1
    if owner in record.decrypted_by:
        raise Refused(f"the archive already has the partial decryption of trustee {owner}: there is nothing left to do")
    return owner


def spend(key_file: Path, record: TalliedRecord) -> None:
    """Note beside the key, durably, which tally it decrypts; Refused for any other one.

    A trustee who decrypts two tallies of one election gives away the difference between them, which can be a single vote.
    """
    note = key_file.with_name(key_file.name.removesuffix(".private.json") + ".used.json")
    wanted = canonical.dumps({"format": USED_FORMAT, "election": record.election.fingerprint, "tally": record.tally.hash})
    lock = os.open(key_file, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once must not both find no note
        if note.exists() and read(note) != wanted:
            raise Refused(
                f"this key has been used for another tally ({note} says which). Decrypting a second one could reveal single votes:"
                " do not do it, and tell the supervisory board"
            )
        write_same(note, wanted, private=False)
    finally:
        os.close(lock)


def wrapped(owner: int, partial: bytes) -> bytes:
    """The file for the officers: whose it is, and the object of protocol.md §10.1 as it will stand in the archive."""
    return canonical.dumps({"format": PARTIAL_FORMAT, "owner": owner, "partial_decryption": canonical.loads(partial)})
