"""The demonstration's five trustees, of whom three suffice: their key, their rehearsal, by the commands that real ones type.

Each has a folder of its own, `trustee-1` … `trustee-5`, and the coordinator of the key ceremony has `ceremony`. The commands run inside
this process, since thirty starts of a program would keep a newcomer waiting.
"""

import io
import shutil
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import click

from sandogh.cli import main

TRUSTEES = (1, 2, 3, 4, 5)
THRESHOLD = 3
COUNTING = (1, 3, 5)
"""Those who come to the count."""

Say = Callable[[Sequence[str | Path]], None]


class Trustees:
    """Their folders below `data`; `say` shows a command before it runs."""

    def __init__(self, data: Path, say: Say) -> None:
        self.data = data
        self.say = say
        self.coordinator = data / "ceremony"
        self.parameters = self.coordinator / "threshold-parameters.json"
        self.rehearsal_record = self.coordinator / "rehearsal-record.json"

    def file(self, number: int, name: str) -> Path:
        return self.data / f"trustee-{number}" / name

    def private_key(self, number: int) -> Path:
        return self.file(number, "key.private.json")

    def establish(self, names: Sequence[str]) -> None:
        """The key ceremony, whole or not at all: of a run that died half-way nobody has heard, so it begins anew.

        1. everybody's certificate
        2. commitments, then polynomials, then shares: at each step a round of what all have handed in goes to all
        3. each trustee makes the own private key, checked against the parameters that will be sealed
        """
        if all(self.private_key(number).is_file() for number in TRUSTEES):
            return
        for folder in (self.coordinator, *(self.data / f"trustee-{number}" for number in TRUSTEES)):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
        members = [word for name in names for word in ("--member", name)]
        # (1)
        self.run("trustee", "ceremony", "new", "--folder", self.coordinator, "--threshold", str(THRESHOLD), *members)
        document = self.coordinator / "ceremony.json"
        self.everybody(
            lambda number: (
                *("trustee", "certificate", "--ceremony", document, "--member", str(number)),
                *("--out", self.file(number, "key"), "--no-passphrase"),
            )
        )
        self.hand_in("1-certificate")
        # (2)
        for step, (command, paper) in enumerate((("commit", "commitment"), ("polynomial", "polynomial"), ("key", "key")), 2):
            handed_round = self.coordinator / f"round-{step - 1}.json"
            self.everybody(lambda number, c=command, r=handed_round: ("trustee", c, "--seed", self.seed(number), "--round", r))  # type: ignore[misc]
            self.hand_in(f"{step}-{paper}")
        # (3)
        last = self.coordinator / "round-4.json"
        self.everybody(
            lambda number: (
                *("trustee", "confirm", "--seed", self.seed(number), "--round", last),
                *("--parameters", self.parameters, "--out", self.private_key(number)),
            )
        )

    def rehearse(self, archive: Path) -> None:
        """Each trustee opens a part of a canary with the real key, before voting opens; the record is for the minutes."""
        rehearsal = self.coordinator / "rehearsal.json"
        for left in (rehearsal, self.rehearsal_record, *(self.file(number, "rehearsal-answer.json") for number in TRUSTEES)):
            left.unlink(missing_ok=True)
        self.run("trustee", "rehearsal", "new", "--archive", archive, "--before", "opening", "--out", rehearsal)
        self.everybody(
            lambda number: (
                *("trustee", "rehearse", "--key", self.private_key(number), "--rehearsal", rehearsal),
                *("--out", self.file(number, "rehearsal-answer.json")),
            )
        )
        answers = [self.file(number, "rehearsal-answer.json") for number in TRUSTEES]
        checked = ("--archive", archive, "--rehearsal", rehearsal, "--out", self.rehearsal_record)
        self.run("trustee", "rehearsal", "check", *checked, *answers)

    def seed(self, number: int) -> Path:
        return self.file(number, "key.seed.json")

    def hand_in(self, paper: str) -> None:
        self.run(
            "trustee", "ceremony", "add", "--folder", self.coordinator, *(self.file(number, f"key.{paper}.json") for number in TRUSTEES)
        )

    def everybody(self, command: Callable[[int], Sequence[str | Path]]) -> None:
        """Every trustee's command; the first one's is shown, the others' differ in the folder."""
        for number in TRUSTEES:
            self.run(*command(number), shown=number == TRUSTEES[0])
        click.secho(f"  … and so do trustees {TRUSTEES[1]} to {TRUSTEES[-1]}", dim=True)

    def run(self, *words: str | Path, shown: bool = True) -> None:
        """One `sandogh` command in this process; a refusal ends the demonstration with its sentence."""
        if shown:
            self.say(words)
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            main.main(args=[str(word) for word in words], prog_name="sandogh", standalone_mode=False)
