"""The credential authority's own store: one SQLite file per election, readable by its owner only.

It holds every secret credential, so it lives on the authority's machine and never on the server. Every change is durable
before the caller goes on (`synchronous=EXTRA`), because what was sent must not be forgotten.
"""

import contextlib
import fcntl
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import demand_private, put_in_place, sync_folder
from sandogh.ceremony.request import CredentialsRequest

FORMAT = "sandogh-credential-store/1"
SCHEMA = """
CREATE TABLE election (
    format TEXT NOT NULL, request_digest TEXT NOT NULL, uuid TEXT NOT NULL, slug TEXT NOT NULL, "group" TEXT NOT NULL,
    organisation TEXT NOT NULL, org_short TEXT NOT NULL, title TEXT NOT NULL, link TEXT NOT NULL, fictional INTEGER NOT NULL,
    roll_fingerprint TEXT NOT NULL, opens_at TEXT NOT NULL, closes_at TEXT NOT NULL, invitation TEXT NOT NULL, issued_at TEXT NOT NULL
) STRICT;
CREATE TABLE voter (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, greeting TEXT NOT NULL, mobile TEXT NOT NULL,
    credential TEXT NOT NULL UNIQUE, public TEXT NOT NULL UNIQUE
) STRICT;
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


@dataclass(frozen=True, slots=True)
class Holder:
    """One voter with both halves of the credential. `repr` hides the secret, so that no traceback or log shows it."""

    position: int
    id: str
    greeting: str
    mobile: str
    credential: str
    public: str

    def __repr__(self) -> str:
        return f"Holder({self.id})"


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


def create(path: Path, request: CredentialsRequest, pairs: Sequence[tuple[str, str]], *, now: datetime) -> None:
    """Make the store with one (secret, public) credential per voter of the request, in its order; Refused if `path` exists.

    It is built under another name and put in place when it is whole and synced: there is no half-made store to find after a crash.
    """
    if path.exists():
        raise Refused(f"{path} exists already: a store is never overwritten")
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
                database.executemany(
                    "INSERT INTO voter VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (position, voter.id, voter.greeting, voter.mobile, credential, public)
                        for position, (voter, (credential, public)) in enumerate(zip(request.voters, pairs, strict=True), start=1)
                    ],
                )
        put_in_place(temporary, path)
        sync_folder(path.parent)
    except OSError as fault:
        raise Refused(f"{path} cannot be written: {fault.strerror or fault}") from fault
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def prepare(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA synchronous=EXTRA")
    database.execute("PRAGMA foreign_keys=ON")


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


class CredentialStore:
    """An open store. Reading is for anyone who holds it; sending needs `exclusively`, so that two senders never interleave."""

    def __init__(self, path: Path) -> None:
        """Refused unless `path` is a store of this format that only its owner may open."""
        if not path.is_file():
            raise Refused(f"there is no credential store {path}: make one with «sandogh credentials issue»")
        demand_private(path)
        self.path = path
        self.database = sqlite3.connect(path, isolation_level=None, timeout=20)
        try:
            prepare(self.database)
            row = self.database.execute("SELECT * FROM election").fetchone()
        except sqlite3.DatabaseError as fault:
            self.database.close()
            raise Refused(f"{path} is not a credential store: {fault}") from fault
        if row is None or row[0] != FORMAT:
            self.database.close()
            raise Refused(f"{path} is not a credential store of format {FORMAT}")
        self.election = Election(
            request_digest=row[1],
            uuid=row[2],
            slug=row[3],
            group=row[4],
            organisation=row[5],
            org_short=row[6],
            title=row[7],
            link=row[8],
            fictional=bool(row[9]),
            roll_fingerprint=row[10],
            opens_at=datetime.fromisoformat(row[11]),
            closes_at=datetime.fromisoformat(row[12]),
            invitation=row[13],
        )

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> "CredentialStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def exclusively(self) -> Iterator[None]:
        """Hold the store alone; the kernel lets go when the process ends, however it ends. Refused while another sends."""
        # A file beside the store: closing a second descriptor of the store itself would drop SQLite's own locks.
        lock = os.open(self.path.with_name(self.path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            os.close(lock)
            raise Refused("another «sandogh credentials» is sending from this store: wait for it to end") from busy
        try:
            yield
        finally:
            os.close(lock)

    # ---- voters
    def holders(self) -> list[Holder]:
        return [Holder(*row) for row in self.database.execute("SELECT * FROM voter ORDER BY position")]

    def holder(self, voter: str) -> Holder:
        row = self.database.execute("SELECT * FROM voter WHERE id = ?", (voter,)).fetchone()
        if row is None:
            raise Refused(f"no voter «{voter}» in this store (the id is the licence number of the roll)")
        return Holder(*row)

    def holder_at(self, position: int) -> Holder:
        return Holder(*self.database.execute("SELECT * FROM voter WHERE position = ?", (position,)).fetchone())

    def record_disclosure(self, holder: Holder, *, now: datetime) -> None:
        """Note that a person looked at this credential."""
        with writing(self.database):
            self.database.execute("INSERT INTO disclosure VALUES (?, ?)", (stamp(now), holder.position))

    def disclosures(self) -> list[tuple[str, str]]:
        """(when, voter id), oldest first."""
        return self.database.execute("SELECT at, id FROM disclosure JOIN voter USING (position) ORDER BY disclosure.rowid").fetchall()

    # ---- messages
    def last_messages(self) -> list[Message]:
        """The newest message of each voter who has one; earlier ones are history."""
        rows = self.database.execute(
            "SELECT reference, position, try, state, attempts, provider, provider_id, reason FROM message AS newest"
            " WHERE try = (SELECT max(try) FROM message WHERE position = newest.position) ORDER BY position"
        )
        return [Message(row[0], row[1], row[2], MessageState(row[3]), *row[4:]) for row in rows]

    def queue_invitations(self, *, now: datetime) -> int:
        """Queue the first message of every voter who has a mobile and none yet; the number of new ones."""
        with writing(self.database):
            return self.database.execute(
                "INSERT INTO message (reference, position, try, state, changed_at)"
                " SELECT ? || '-' || position || '-1', position, 1, 'queued', ? FROM voter"
                " WHERE mobile <> '' AND position NOT IN (SELECT position FROM message)",
                (self.election.uuid, stamp(now)),
            ).rowcount

    def queue_again(self, holder: Holder, *, now: datetime) -> str:
        """Queue one more message for this voter, under a reference of its own: the person asked, so it is not a double."""
        with writing(self.database):
            (last,) = self.database.execute("SELECT coalesce(max(try), 0) FROM message WHERE position = ?", (holder.position,)).fetchone()
            reference = f"{self.election.uuid}-{holder.position}-{last + 1}"
            self.database.execute(
                "INSERT INTO message (reference, position, try, state, changed_at) VALUES (?, ?, ?, 'queued', ?)",
                (reference, holder.position, last + 1, stamp(now)),
            )
        return reference

    def begin_sending(self, message: Message, provider: str, *, now: datetime) -> None:
        """Durably note that the message is about to be handed over: the point of no return of a text."""
        with writing(self.database):
            self.database.execute(
                "UPDATE message SET state = 'sending', attempts = attempts + 1, provider = ?, changed_at = ? WHERE reference = ?",
                (provider, stamp(now), message.reference),
            )

    def record(self, message: Message, state: MessageState, *, provider_id: str = "", reason: str = "", now: datetime) -> None:
        with writing(self.database):
            self.database.execute(
                "UPDATE message SET state = ?, provider_id = ?, reason = ?, changed_at = ? WHERE reference = ?",
                (state, provider_id, reason, stamp(now), message.reference),
            )
