"""Files that hold keys and credentials: written wholly or not at all, never over another, readable by their owner only."""

import contextlib
import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from sandogh.ceremony.errors import Refused

# What file systems without hard links (USB sticks with FAT) answer to link().
NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
LIMIT = 64 * 1024 * 1024  # bytes; a request for a hundred thousand voters is a quarter of this


def write_new(path: Path, data: bytes, *, private: bool) -> None:
    """Create `path` with `data`, durably; Refused when something is there already or the folder cannot be written.

    1. a temporary file beside it, with its final permissions, synced
    2. its name put in place by a hard link, which fails where a name exists: two writers cannot both win
    3. the folder synced, so that the name survives a power cut
    """
    if path.exists():
        raise Refused(f"{path} exists already and is not overwritten: choose another name, or move it away if you are sure")
    temporary = path.parent / f".{path.name}.{secrets.token_hex(6)}.tmp"
    try:
        # (1)
        write_synced(temporary, data, mode=0o600 if private else 0o644)
        # (2)
        put_in_place(temporary, path)
        # (3)
        sync_folder(path.parent)
    except OSError as fault:
        raise Refused(f"{path} cannot be written: {fault.strerror or fault}") from fault
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_same(path: Path, data: bytes, *, private: bool) -> None:
    """As write_new, but a file that already holds exactly these bytes is fine: the act was done before."""
    if path.is_file() and read(path) == data:
        return
    write_new(path, data, private=private)


def replace(path: Path, data: bytes) -> None:
    """Put `data` in the place of an existing secret file, all at once: a reader or a power cut finds the old file or the new one, whole."""
    temporary = path.parent / f".{path.name}.{secrets.token_hex(6)}.tmp"
    try:
        write_synced(temporary, data, mode=0o600)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as fault:
        raise Refused(f"{path} cannot be written: {fault.strerror or fault}") from fault
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_synced(path: Path, data: bytes, *, mode: int) -> None:
    """A new file with its final permissions, on the medium when this returns; OSError passes through."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the file against other runs of this program; the kernel lets go when the process ends. Refused when it cannot be opened."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as fault:
        raise Refused(f"{path} cannot be read: {fault.strerror or fault}") from fault
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def put_in_place(temporary: Path, path: Path) -> None:
    """Give the finished temporary file its name; Refused when the name was taken meanwhile."""
    try:
        os.link(temporary, path)
    except FileExistsError as taken:
        raise Refused(f"{path} exists already and is not overwritten") from taken
    except OSError as fault:
        if fault.errno not in NO_HARD_LINKS:
            raise
        temporary.rename(path)  # FAT cannot do better; `path` was looked for just before


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> bytes:
    """The whole file; Refused when it is missing, too big or not readable."""
    try:
        if path.stat().st_size > LIMIT:
            raise Refused(f"{path} is larger than {LIMIT // 1024 // 1024} MiB, so it is not the file that is meant")
        return path.read_bytes()
    except OSError as fault:
        raise Refused(f"{path} cannot be read: {fault.strerror or fault}") from fault


def read_private(path: Path) -> bytes:
    """As read, but Refused when others than the owner may read it: a secret that others can read is not one any more."""
    demand_private(path)
    return read(path)


def demand_private(path: Path) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as fault:
        raise Refused(f"{path} cannot be read: {fault.strerror or fault}") from fault
    if mode & 0o077:
        raise Refused(
            f"{path} holds secrets and others may open it (mode {mode:04o}): chmod 600 it;"
            " a medium without permissions is mounted with umask=077"
        )
