"""The pictures that lie beside a definition file: read from its own folder and from nowhere else."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from django.utils.translation import gettext as _

from sandogh.server.common.errors import Refused
from sandogh.server.elections.photos import LARGEST_FILE, PhotoSource, refused, too_large


def photos_beside(definition: Path) -> PhotoSource:
    """Reads `photos/101.jpg` from the folder in which this definition lies. Raises Refused `photo`.

    Each step of the name is opened by itself and none through a link, so that a name leads nowhere else, even if somebody exchanges a
    folder meanwhile.
    """

    def read(name: str) -> bytes:
        steps = name.split("/")
        if not {"", ".", ".."}.isdisjoint(steps) or "\0" in name:
            raise refused(_("نام عکس باید درون پوشهٔ تعریف بماند"))
        try:
            at = os.open(definition.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _unreadable(error) from error
        try:
            for place, step in enumerate(steps, 1):
                folder = at
                # The last one not to wait for whoever writes into a pipe of that name.
                at = _opened(step, folder, os.O_NONBLOCK if place == len(steps) else os.O_DIRECTORY)
                os.close(folder)
            if not stat.S_ISREG(os.fstat(at).st_mode):
                raise refused(_("پروندهٔ معمولی نیست"))
            with open(at, "rb", closefd=False) as file:
                data = file.read(LARGEST_FILE + 1)
        except OSError as error:
            raise _unreadable(error) from error
        finally:
            os.close(at)
        if len(data) > LARGEST_FILE:
            raise too_large()
        return data

    return read


def _opened(step: str, folder: int, kind: int) -> int:
    """The descriptor of what stands under this name in the open folder. Raises Refused for a link, OSError for what cannot be opened."""
    try:
        return os.open(step, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | kind, dir_fd=folder)
    except OSError:
        with suppress(OSError):
            if stat.S_ISLNK(os.stat(step, dir_fd=folder, follow_symlinks=False).st_mode):
                raise refused(_("پیوند (symlink) پذیرفته نیست؛ خود پرونده را بگذارید")) from None
        raise


def _unreadable(error: OSError) -> Refused:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return refused(_("چنین پرونده‌ای در پوشهٔ تعریف نیست"))
    return refused(_("پروندهٔ عکس خوانده نشد؛ اجازهٔ دسترسی آن را ببینید"))
