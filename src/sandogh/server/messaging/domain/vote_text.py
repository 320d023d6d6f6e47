"""Reading a vote code out of a text message. Pure."""

import re

from sandogh.persian import clean, fold_digits

_EIGHT = re.compile(r"(?<![0-9])[0-9]{8}(?![0-9])")
_SPACED = re.compile(r"(?<=[0-9])[ \-\u2010-\u2015\u2212.]+(?=[0-9])")


class NoVoteCode(ValueError):
    """The text holds no vote code, or more than one."""


def vote_code_in(text: str) -> str:
    """The one group of eight digits in the text, as ASCII. Raises NoVoteCode when there is none or when two differ.

    All digit sets and words around the code are fine; spaces, dashes or dots inside it too, if no other group stands there.
    """
    folded = fold_digits(clean(text.translate(_LINES)))
    for candidate in (folded, _SPACED.sub("", folded)):
        found = set(_EIGHT.findall(candidate))
        if len(found) == 1:
            return found.pop()
        if found:
            break
    raise NoVoteCode


_LINES = {ord("\n"): " ", ord("\r"): " ", ord("\t"): " ", 0x200C: ""}
