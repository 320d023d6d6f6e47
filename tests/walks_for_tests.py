"""A document's commands typed again, by everybody who takes part in it, each in a folder of the own."""

import contextlib
import os
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from click.testing import CliRunner

from documents_for_tests import Typed
from sandogh.cli import main

#: What a person keeps to himself: the walk never carries it from one folder to another.
SECRET = re.compile(r"\.(seed|private|kept)\.json$|\.sqlite3$")
_MASKS = ((re.compile(r"\b[0-9a-f]{64}\b"), "HASH"), (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+]\d\d:\d\d"), "MOMENT"))
_OURS = [name for name in os.environ if name.startswith("SANDOGH_")]

Make = Callable[["Walk", str], bytes | None]


class Walk:
    """Folders by name. A file that a command reads and its folder lacks is fetched from whoever has it, or made by `make` (the server)."""

    def __init__(self, folder: Path, *, members: tuple[str, ...] = (), make: Make = lambda walk, name: None) -> None:
        self.folder = folder
        self.members = members
        self.make = make

    def desk(self, who: str) -> Path:
        path = self.folder / who
        path.mkdir(exist_ok=True)
        return path

    def type(self, command: Typed) -> str:
        """What the program answered. What one member types, every other member types as well, with the own name and number, before."""
        if command.who in self.members:
            shown = self.members.index(command.who) + 1
            for number, other in enumerate(self.members, 1):
                if other != command.who:
                    own = [word.replace(command.who, other) for word in command.words]
                    self.run(
                        other,
                        [
                            str(number) if before == "--member" and word == str(shown) else word
                            for before, word in zip(["", *own], own, strict=False)
                        ],
                    )
        return self.run(command.who, list(command.words))

    def run(self, who: str, words: list[str]) -> str:
        desk = self.desk(who)
        for before, word in pairwise(words):
            if before not in {"--out", "--store", "--folder"} and "." in word and not word.startswith("-"):
                self.fetch(desk, word)
        phrase = f"the long passphrase of {who}\n"
        with contextlib.chdir(desk):
            done = CliRunner().invoke(main, words[1:], input=phrase * 2, env=dict.fromkeys(_OURS), catch_exceptions=False)
        assert done.exit_code == 0, f"{who}$ {' '.join(words)}\n{done.output}"
        return done.output.strip("\n")

    def fetch(self, desk: Path, name: str) -> None:
        """Put the file into the folder, if anybody has it and it is nobody's secret."""
        if (desk / name).exists():
            return
        if (made := self.make(self, name)) is not None:
            (desk / name).write_bytes(made)
            return
        found = next((path for path in sorted(self.folder.rglob(name)) if path.is_file()), None)
        if found is not None:
            assert not SECRET.search(name), f"{name} is {found.parent.name}'s secret"
            shutil.copyfile(found, desk / name)


def matches(shown: str, answered: str) -> bool:
    """Whether a document shows what the program said; a line `…` in it stands for lines that are left out."""
    parts = (r"(?:[^\n]*(?:\n|$))*?" if line.strip() == "…" else re.escape(line) + r"(?:\n|$)" for line in shown.splitlines())
    return re.fullmatch("".join(parts), answered) is not None


def masked(text: str) -> str:
    """Without what is different each time."""
    for pattern, word in _MASKS:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
