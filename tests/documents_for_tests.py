"""Reading the documents in docs/ as a person at a terminal would: what is in their blocks, and whether the commands exist."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from sandogh.cli import main

ROOT = Path(__file__).parents[1]

_BLOCK = re.compile(r"(?ms)^```(\w*)\n(.*?)^```$")
_TYPED = re.compile(r"^(\w+)\$ ")


@dataclass(frozen=True, slots=True)
class Typed:
    """A command of a `console` block: who typed it, the words, and what the block says the program answered."""

    who: str
    words: tuple[str, ...]
    answer: str


def blocks(document: str, kind: str) -> Iterator[str]:
    """The contents of each fenced block of this kind, in order."""
    return (found[2] for found in _BLOCK.finditer(document) if found[1] == kind)


def typed(block: str) -> Iterator[Typed]:
    """The commands of a `console` block, `who$ command` and the answer below it; a backslash goes on in the next line."""
    lines = block.splitlines()
    starts = [place for place, line in enumerate(lines) if _TYPED.match(line)]
    assert not lines or starts[:1] == [0], f"a block begins with no command: {lines[:1]}"
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        last = start
        while lines[last].endswith("\\"):
            last += 1
        command = " ".join(line.removesuffix("\\").strip() for line in lines[start : last + 1])
        prompt = _TYPED.match(command)
        assert prompt is not None
        yield Typed(prompt[1], tuple(shlex.split(command[prompt.end() :])), "\n".join(lines[last + 1 : end]).strip("\n"))


def commands(document: str) -> Iterator[tuple[str, ...]]:
    """The words of every `sandogh …` in the document: of blocks of commands, of `console` blocks, and of code within a sentence."""
    for block in blocks(document, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.replace("[", "").replace("]", ""), comments=True)
            if "sandogh" in words:
                yield tuple(words[words.index("sandogh") :])
    for block in blocks(document, "console"):
        yield from (each.words for each in typed(block))
    for span in re.findall(r"`((?:\S*/)?sandogh [^`\n]+)`", _BLOCK.sub("", document)):
        yield ("sandogh", *shlex.split(span.replace("'", ""))[1:])


def fault(words: tuple[str, ...]) -> str | None:
    """Why the program would not understand a command, or None: the subcommand is unknown, or an option of it. `…` stands for anything."""
    command: click.Command = main
    rest = list(words[1:])
    while isinstance(command, click.Group):
        if not rest or rest[0] == "…":
            return None
        name = rest.pop(0)
        if name.startswith("-"):
            return None if name in options(command) else f"{' '.join(words)}: no option {name}"
        found = command.get_command(click.Context(command), name)
        if found is None:
            return f"{' '.join(words)}: no command {name}"
        command = found
    known = options(command)
    unknown = [word.split("=")[0] for word in rest if word.startswith("--") and word.split("=")[0] not in known]
    return f"{' '.join(words)}: no option {', '.join(unknown)}" if unknown else None


def options(command: click.Command) -> set[str]:
    """Every spelling of an option of the command."""
    return {"--help", "--version"} | {
        spelling for each in command.params if isinstance(each, click.Option) for spelling in [*each.opts, *each.secondary_opts]
    }
