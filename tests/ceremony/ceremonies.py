"""A key establishment in folders, as far as a test wants it, and ways to lie in it."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sandogh.ceremony.key_establishment import coordinator, member
from sandogh.ceremony.key_establishment.coordinator import read_round
from sandogh.ceremony.key_establishment.papers import Ceremony, Round, Step
from sandogh.protocol import canonical

from .conftest import no_passphrase, unasked

NAMES = ("آزاده پیش‌گام", "بهرام راست‌گو", "پروین دادخواه", "جمشید امین", "دانا نیک‌پی")
ACTS = {Step.COMMITMENT: member.commit, Step.POLYNOMIAL: member.polynomial, Step.KEY: member.key}


class Establishment:
    """A coordinator's folder `c` and a folder for each member, `m1` … ; nobody has a passphrase."""

    def __init__(self, folder: Path, *, size: int = 5, threshold: int = 3, group: str = "Ed25519") -> None:
        self.folder = folder
        self.office = folder / "c"
        self.ceremony: Ceremony = coordinator.begin(self.office, group_name=group, threshold=threshold, members=NAMES[:size])
        for number in self.members:
            (folder / f"m{number}").mkdir()

    @property
    def members(self) -> range:
        return range(1, self.ceremony.size + 1)

    def seed(self, number: int) -> Path:
        return self.folder / f"m{number}" / "me.seed.json"

    def key_file(self, number: int) -> Path:
        return self.folder / f"m{number}" / "me.private.json"

    def paper(self, number: int, step: Step) -> Path:
        return member.beside(self.seed(number), f"{int(step)}-{step.word}.json")

    def round(self, step: Step) -> Round:
        return read_round(self.office / f"round-{int(step)}.json")

    def act(self, number: int, step: Step) -> Path:
        """The member does the step; the paper to hand in."""
        if step is Step.CERTIFICATE:
            return member.certificate(self.ceremony, number, prefix=self.folder / f"m{number}" / "me", choose=no_passphrase).paper
        return ACTS[step](self.seed(number), self.round(Step(step - 1)), unasked).paper

    def step(self, step: Step, *, but: Iterable[int] = ()) -> None:
        """Everybody does the step, and hands it in except those in `but`."""
        for number in self.members:
            paper = self.act(number, step)
            if number not in but:
                coordinator.add(self.office, paper)

    def until(self, last: Step) -> "Establishment":
        for step in list(Step)[:last]:
            self.step(step)
        return self

    def confirmed(self) -> "Establishment":
        """All steps, and every member has its private key."""
        self.until(Step.KEY)
        parameters = (self.office / coordinator.PARAMETERS).read_bytes()
        for number in self.members:
            member.confirm(self.seed(number), self.round(Step.KEY), ask=unasked, out=self.key_file(number), parameters=parameters)
        return self


def rewrite(path: Path, change: Callable[[Any], object]) -> None:
    """Change the JSON of a file; canonical again, so that only the change is wrong."""
    value = json.loads(path.read_bytes())
    changed = change(value)
    path.write_bytes(canonical.dumps(value if changed is None else changed))
