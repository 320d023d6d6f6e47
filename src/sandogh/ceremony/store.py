"""The credential authority's own store: one SQLite file per election, readable by its owner only.

It holds every secret credential, so it lives on the authority's machine and never on the server. The secrets stand in it encrypted,
under a key that the passphrase opens; who the voters are and what was sent does not. Every change is durable before the caller goes on
(`synchronous=EXTRA`), because what was sent must not be forgotten.
"""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import demand_private
from sandogh.ceremony.locked import Ask, Passphrase
from sandogh.ceremony.store_making import FORMAT, Election, Holder, Message, MessageState, prepare, stamp, writing
from sandogh.ceremony.vault import Vault
from sandogh.protocol.credential import make_public_credentials
from sandogh.protocol.groups import group_named

HOLDERS = "SELECT position, id, greeting, mobile, weight, public FROM voter"


class CredentialStore:
    """An open store. Reading is for anyone who holds it; sending needs `exclusively`, so that two senders never interleave."""

    def __init__(self, path: Path, ask: Ask | None = None) -> None:
        """Refused unless `path` is a store of this format that only its owner may open.

        `ask` gives the passphrase when a secret is first needed; a store without a passphrase needs none.
        """
        if not path.is_file():
            raise Refused(f"there is no credential store {path}: make one with «sandogh credentials issue»")
        demand_private(path)
        self.path = path
        self.ask = ask
        self.opened: Vault | None = None
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
            issued_at=datetime.fromisoformat(row[14]),
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

    # ---- secrets
    def unlock(self) -> Vault:
        """The open vault, asking for the passphrase once; Refused when it is wrong or the secrets were destroyed."""
        if self.opened is None:
            row = self.database.execute("SELECT key FROM vault").fetchone()
            if row is None:
                raise Refused(f"the secrets of {self.path} were destroyed: nothing can be sent, shown or signed any more")
            self.opened = Vault.unwrapped(row[0].encode(), self.ask, what=str(self.path))
        return self.opened

    def secret_of(self, holder: Holder) -> str:
        """The voter's secret credential; Refused when the row is not as it was issued."""
        vault = self.unlock()
        (hidden,) = self.database.execute("SELECT credential FROM voter WHERE position = ?", (holder.position,)).fetchone()
        return vault.show(hidden, bound=holder.bound(self.election.uuid), what=f"{self.path}: voter {holder.id}")

    def seed(self) -> str:
        """The seed of the authority's own key, with which it signs its list."""
        vault = self.unlock()
        (hidden,) = self.database.execute("SELECT seed FROM vault").fetchone()
        return vault.show(hidden, bound=[self.election.uuid, "seed"], what=f"{self.path}: the authority's seed")

    def change_passphrase(self, new: Passphrase | None) -> None:
        """From now on the store opens with the new passphrase; what it holds stays as it is."""
        wrapped = self.unlock().wrapped(new)
        with writing(self.database):
            self.database.execute("UPDATE vault SET key = ?", (wrapped.decode(),))

    def issue_record(self) -> bytes:
        """The authority's signed record of its list, as made when it was issued."""
        (data,) = self.database.execute("SELECT data FROM record").fetchone()
        return str(data).encode()

    def weights(self) -> dict[str, int]:
        """The list: public credential → weight."""
        return {holder.public: holder.weight for holder in self.holders()}

    def published(self) -> bytes:
        """The list in its published form, protocol.md §5.3."""
        return make_public_credentials(self.weights(), group_named(self.election.group))

    def destruction(self) -> bytes | None:
        """The signed record of the destruction, once the secrets are gone."""
        row = self.database.execute("SELECT data FROM destruction").fetchone()
        return None if row is None else str(row[0]).encode()

    # ---- voters
    def holders(self) -> list[Holder]:
        return [Holder(*row) for row in self.database.execute(f"{HOLDERS} ORDER BY position")]

    def holder(self, voter: str) -> Holder:
        row = self.database.execute(f"{HOLDERS} WHERE id = ?", (voter,)).fetchone()
        if row is None:
            raise Refused(f"no voter «{voter}» in this store (the id is the licence number of the roll)")
        return Holder(*row)

    def holder_at(self, position: int) -> Holder:
        return Holder(*self.database.execute(f"{HOLDERS} WHERE position = ?", (position,)).fetchone())

    def record_disclosures(self, holders: Sequence[Holder], *, now: datetime) -> None:
        """Note that a person looked at these credentials."""
        with writing(self.database):
            self.database.executemany("INSERT INTO disclosure VALUES (?, ?)", [(stamp(now), holder.position) for holder in holders])

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
