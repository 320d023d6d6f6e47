"""How a credential store is made: its tables, what a row holds, and the first writing. One SQLite file per election."""

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import put_in_place, sync_folder
from sandogh.ceremony.locked import Passphrase
from sandogh.ceremony.request import CredentialsRequest
from sandogh.ceremony.vault import Vault

FORMAT = "sandogh-credential-store/2"
SCHEMA = """
CREATE TABLE election (
    format TEXT NOT NULL, request_digest TEXT NOT NULL, uuid TEXT NOT NULL, slug TEXT NOT NULL, "group" TEXT NOT NULL,
    organisation TEXT NOT NULL, org_short TEXT NOT NULL, title TEXT NOT NULL, link TEXT NOT NULL, fictional INTEGER NOT NULL,
    roll_fingerprint TEXT NOT NULL, opens_at TEXT NOT NULL, closes_at TEXT NOT NULL, invitation TEXT NOT NULL, issued_at TEXT NOT NULL
) STRICT;
CREATE TABLE voter (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, greeting TEXT NOT NULL, mobile TEXT NOT NULL, weight INTEGER NOT NULL,
    public TEXT NOT NULL UNIQUE, credential BLOB
) STRICT;
CREATE TABLE vault (key TEXT NOT NULL, seed BLOB NOT NULL) STRICT;
CREATE TABLE record (data TEXT NOT NULL) STRICT;
CREATE TABLE destruction (data TEXT NOT NULL) STRICT;
CREATE TABLE message (
    reference TEXT PRIMARY KEY, position INTEGER NOT NULL REFERENCES voter, try INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
    attempts INTEGER NOT NULL DEFAULT 0, provider TEXT NOT NULL DEFAULT '', provider_id TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '', changed_at TEXT NOT NULL, UNIQUE (position, try)
) STRICT;
CREATE TABLE disclosure (at TEXT NOT NULL, position INTEGER NOT NULL REFERENCES voter) STRICT;
"""


class MessageState(StrEnum):
    """`sending` is what a crash between handing over and hearing back leaves; `unknown` may or may not have arrived."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Election:
    """What the store knows of its election: as in the request."""

    request_digest: str
    uuid: str
    slug: str
    group: str
    organisation: str
    org_short: str
    title: str
    link: str
    fictional: bool
    roll_fingerprint: str
    opens_at: datetime
    closes_at: datetime
    invitation: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """One voter and the public half of the credential; the secret half is the vault's. After `destroy`, greeting and mobile are empty."""

    position: int
    id: str
    greeting: str
    mobile: str
    weight: int
    public: str

    def __repr__(self) -> str:
        return f"Holder({self.id})"

    def bound(self, uuid: str) -> list[object]:
        """What the vault binds the secret to, so that nobody swaps two voters' mobile numbers in the file unnoticed."""
        return [uuid, self.position, self.id, self.greeting, self.mobile, self.weight, self.public]


@dataclass(frozen=True, slots=True)
class Message:
    """One invitation of one voter. `reference` is the same at every attempt, so a gateway that knows it sends nothing twice."""

    reference: str
    position: int
    number: int
    state: MessageState
    attempts: int
    provider: str
    provider_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Issued:
    """What the authority makes for one request: (secret, public) per voter in its order, its own seed, and its record of the list."""

    pairs: Sequence[tuple[str, str]]
    seed: str
    record: bytes

    def __repr__(self) -> str:
        return f"Issued({len(self.pairs)} credentials)"


def create(path: Path, request: CredentialsRequest, issued: Issued, passphrase: Passphrase | None, *, now: datetime) -> None:
    """Make the store with one credential per voter of the request; Refused if `path` exists.

    It is built under another name and put in place when it is whole and synced: there is no half-made store to find after a crash.
    """
    if path.exists():
        raise Refused(f"{path} exists already: a store is never overwritten")
    vault = Vault.fresh()
    temporary = path.parent / f".{path.name}.{secrets.token_hex(6)}.tmp"
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as database:
            prepare(database)
            database.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
            with writing(database):
                database.execute(
                    "INSERT INTO election VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        FORMAT, request.digest, request.uuid, request.slug, request.group.name, request.organisation, request.org_short,
                        request.title, request.link, int(request.fictional), request.roll_fingerprint, request.opens_at.isoformat(),
                        request.closes_at.isoformat(), request.invitation, stamp(now),
                    ),
                )  # fmt: skip
                database.execute(
                    "INSERT INTO vault VALUES (?, ?)",
                    (vault.wrapped(passphrase).decode(), vault.hide(issued.seed, bound=[request.uuid, "seed"])),
                )
                database.execute("INSERT INTO record VALUES (?)", (issued.record.decode(),))
                for position, (voter, (credential, public)) in enumerate(zip(request.voters, issued.pairs, strict=True), start=1):
                    holder = Holder(position, voter.id, voter.greeting, voter.mobile, voter.weight, public)
                    database.execute(
                        "INSERT INTO voter VALUES (?, ?, ?, ?, ?, ?, ?)",
                        (*holder.bound(request.uuid)[1:], vault.hide(credential, bound=holder.bound(request.uuid))),
                    )
        put_in_place(temporary, path)
        sync_folder(path.parent)
    except OSError as fault:
        raise Refused(f"{path} cannot be written: {fault.strerror or fault}") from fault
    except sqlite3.OperationalError as fault:
        raise Refused(f"{path} cannot be written: {fault}") from fault
    finally:
        for leftover in (temporary, temporary.with_name(temporary.name + "-journal")):
            with contextlib.suppress(OSError):
                leftover.unlink(missing_ok=True)


def prepare(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA synchronous=EXTRA")
    database.execute("PRAGMA foreign_keys=ON")
    database.execute("PRAGMA secure_delete=ON")


@contextlib.contextmanager
def writing(database: sqlite3.Connection) -> Iterator[None]:
    """One transaction, durable at its end, undone by any exception."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
