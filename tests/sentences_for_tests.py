"""What the server says, read from its sources: every call of gettext in the Python files, every translated tag of the templates.

Babel and Django read them, as makemessages would; no GNU gettext is needed.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

import sandogh.server

SERVER = Path(sandogh.server.__file__).parent

# How many words a call takes and whether a context stands before them. Templates become calls of these too.
_WORDS = {"gettext": 1, "ngettext": 2, "pgettext": 1, "npgettext": 2}
CALLS = {"_": (0, 1), "gettext_noop": (0, 1)} | {
    name + lazy: (int("p" in name), words) for name, words in _WORDS.items() for lazy in ("", "_lazy")
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the catalogue is asked for: the words, in singular and plural where it differs by number, and the context if one is named."""

    words: tuple[str, ...]
    context: str | None = None


def sentences_in(python: str) -> Iterator[tuple[int, Sentence]]:
    """Each sentence of a Python source, and its line. Raises ValueError for a call whose words are computed: no catalogue can have them."""
    for line, call, given, _comments in extract_python(io.BytesIO(python.encode()), tuple(CALLS), [], {}):
        arguments = given if isinstance(given, tuple) else (given,)
        context, words = CALLS[call]
        wanted = arguments[: context + words]
        if len(wanted) < context + words or not all(isinstance(word, str) for word in wanted):
            raise ValueError(f"line {line}: {call}() of words that are not written out")
        yield line, Sentence(tuple(wanted[context:]), wanted[0] if context else None)


def server_sentences() -> dict[Sentence, str]:
    """Every sentence of the server, and the first place where it stands."""
    sources = {path: path.read_text("utf-8") for path in SERVER.rglob("*.py")}
    sources |= {path: templatize(path.read_text("utf-8")) for path in SERVER.rglob("templates/**/*.html")}
    found: dict[Sentence, str] = {}
    for path in sorted(sources):
        for line, sentence in sentences_in(sources[path]):
            found.setdefault(sentence, f"{path.relative_to(SERVER)}:{line}")
    return found
