"""What a log may say of a fault: its kind and its places, never its words, since a database quotes rows of people in them."""

import logging
import traceback
from types import TracebackType

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def kind_and_place(error: BaseException) -> str:
    """«ValueError at delivery.py:41»."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "sandogh" in frame.filename] or frames
    place = f" at {ours[-1].filename.rsplit('/', 1)[-1]}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{place}"


class WithoutWords(logging.Formatter):
    """A formatter whose tracebacks name each place and the kind of each fault, from the first cause to the last, and quote nothing."""

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 (logging's name)
        error = ei[1]
        kinds: list[str] = []
        while error is not None:
            kinds.append(kind_and_place(error))
            error = error.__cause__ or error.__context__
        places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(ei[2])]
        return "\n".join([*places, " from ".join(kinds)])
