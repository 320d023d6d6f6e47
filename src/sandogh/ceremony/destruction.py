"""Destroying the authority's copy of the secrets, once voting is over: what cannot be read any more cannot leak.

What goes: every secret credential, greeting and mobile number, the authority's own seed, the key that all of it was encrypted under,
and the texts' provider ids. What stays: the list, the signed record of issuing, and a signed record of the destruction. The bytes are
overwritten in the store and in SQLite's journal; what a file system, a flash medium or a backup kept of them elsewhere is unreadable
without the passphrase and, since the key went with the store, with the passphrase only from a full older copy of it. Such copies are
the authority's to destroy.
"""

import os
from datetime import datetime
from pathlib import Path

from sandogh.ceremony.authority_record import make_destruction
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import sync_folder
from sandogh.ceremony.store import CredentialStore
from sandogh.ceremony.store_making import writing


def destroy(store: CredentialStore, *, now: datetime) -> bytes:
    """Destroy the secrets of the store; the signed record of it. Again after an interruption: it goes on, and the record stays the same.

    1. alone with the store
    2. signed, written and the secrets gone, in one transaction: the point of no return
    3. the journal, which held the old pages, overwritten; the file rebuilt without free pages
    """
    # (1)
    with store.exclusively():
        done = store.destruction()
        database = store.database
        if done is None:
            # (2)
            done = make_destruction(store.seed(), store.issue_record(), store.published(), secrets=len(store.holders()), now=now)
            store.opened = None
            # The journal stays where it is after the commit, so that it can be overwritten.
            database.execute("PRAGMA journal_mode=PERSIST")
            with writing(database):
                database.execute("INSERT INTO destruction VALUES (?)", (done.decode(),))
                database.execute("UPDATE voter SET credential = NULL, greeting = '', mobile = ''")
                database.execute("UPDATE message SET provider_id = '', reason = ''")
                database.execute("DELETE FROM vault")
        # (3)
        overwrite(store.path.with_name(store.path.name + "-journal"))
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("VACUUM")
        return done


def overwrite(path: Path) -> None:
    """Zeros over the whole file, down to the medium, then gone; nothing when there is no such file."""
    try:
        with path.open("r+b") as file:
            left = os.fstat(file.fileno()).st_size
            while left > 0:
                left -= file.write(bytes(min(left, 1 << 20)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)
    except FileNotFoundError:
        return
    except OSError as fault:
        raise Refused(f"{path} cannot be overwritten: {fault.strerror or fault}. Run the same command again") from fault
