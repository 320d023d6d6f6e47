"""What the coordinator does: collect the papers, check each at once, hand the rounds on. Knows no secret and is trusted with none.

The folder holds `ceremony.json`, the papers as they came in `received/STEP-MEMBER.json`, and the rounds. Nothing else is remembered:
what is done and who is missing is read off the files, so an interruption at any point is repaired by the next call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import alone, read, write_new, write_same
from sandogh.ceremony.key_establishment.checking import Checked, check_distinct_commitments, check_paper, check_round, naming
from sandogh.ceremony.key_establishment.papers import Ceremony, Paper, Round, Step
from sandogh.protocol.digest import sha_hex

PARAMETERS = "threshold-parameters.json"


@dataclass(frozen=True, slots=True)
class Status:
    """Where a ceremony stands. `step` is what is being collected, None when all is done; `rounds` are the files to hand round."""

    ceremony: Ceremony
    step: Step | None
    missing: tuple[int, ...]
    rounds: tuple[tuple[Path, str], ...]
    parameters: tuple[Path, str] | None


def begin(folder: Path, *, group_name: str, threshold: int, members: Sequence[str]) -> Ceremony:
    """Make the folder with a new ceremony; Refused when there is one in it."""
    ceremony = Ceremony.make(group_name=group_name, threshold=threshold, members=members)
    try:
        (folder / "received").mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise Refused(f"{folder} cannot be made: {fault.strerror or fault}") from fault
    write_new(folder / "ceremony.json", ceremony.data, private=False)
    return ceremony


def add(folder: Path, file: Path) -> tuple[Paper, Ceremony]:
    """Take one paper in; Refused, naming file, member and rule, when it is not what this member owes now.

    1. it is a paper of this ceremony and of one of its members, for the step that is being collected
    2. the member has handed in nothing else for this step
    3. it is right by itself; the last one of a step also beside all the others
    4. kept as it came; when everybody's is there, the round is written
    """
    with alone(folder / "ceremony.json"):
        # (1)
        data = read(file)
        paper = Paper.from_bytes(data, what=str(file))
        ceremony = read_ceremony(folder)
        if paper.ceremony != ceremony.digest:
            raise Refused(f"{file} belongs to another ceremony")
        if not 1 <= paper.member <= ceremony.size:
            raise Refused(f"{file} is of member {paper.member}; there are {ceremony.size}")
        who = ceremony.name(paper.member)
        # (2)
        place = received(folder, paper.step, paper.member)
        if place.exists():
            if read(place) == data:
                settle(folder, ceremony)
                return paper, ceremony
            raise Refused(f"{file}: {who} has handed in another {paper.step.word} already ({place}): ask which one is right")
        now = settle(folder, ceremony)
        if now.step is not paper.step:
            wanted = "everything is there" if now.step is None else f"the {now.step.plural} are being collected"
            raise Refused(f"{file} is a {paper.step.word} of {who}, but {wanted}")
        # (3)
        before = assembled(folder, ceremony, Step(paper.step - 1)) if paper.step > Step.CERTIFICATE else None
        with naming(ceremony, f"{file}, from {who}: "):
            check_paper(paper, ceremony, checked(before), before.commitments() if before and before.step >= Step.COMMITMENT else {})
            if paper.step is Step.COMMITMENT:
                check_distinct_commitments(contents_so_far(folder, ceremony, paper))
        if now.missing == (paper.member,):
            check_round(assembled(folder, ceremony, paper.step, beside=paper))
        # (4)
        write_new(place, data, private=False)
        settle(folder, ceremony)
        return paper, ceremony


def status(folder: Path) -> Status:
    """Where the ceremony stands, after writing what an interrupted `add` may have left unwritten."""
    with alone(folder / "ceremony.json"):
        return settle(folder, read_ceremony(folder))


def settle(folder: Path, ceremony: Ceremony) -> Status:
    """Write every round whose papers are all there and that is not written yet, and the parameters after the last."""
    rounds: list[tuple[Path, str]] = []
    for step in Step:
        missing = tuple(member for member in range(1, ceremony.size + 1) if not received(folder, step, member).exists())
        if missing:
            return Status(ceremony, step, missing, tuple(rounds), None)
        path = folder / f"round-{int(step)}.json"
        if not path.exists():
            round_ = assembled(folder, ceremony, step)
            check_round(round_)
            write_same(path, round_.to_bytes(), private=False)
        rounds.append((path, sha_hex(read(path))))
    made = folder / PARAMETERS
    if not made.exists():
        parameters = check_round(read_round(rounds[-1][0])).parameters
        if parameters is None:
            raise Refused("the last round makes no parameters")
        write_same(made, parameters.to_bytes(), private=False)
    return Status(ceremony, None, (), tuple(rounds), (made, sha_hex(read(made))))


# ---- the folder
def read_ceremony(folder: Path) -> Ceremony:
    return Ceremony.from_bytes(read(folder / "ceremony.json"))


def read_round(path: Path) -> Round:
    return Round.from_bytes(read(path), what=str(path))


def received(folder: Path, step: Step, member: int) -> Path:
    return folder / "received" / f"{int(step)}-{member}.json"


def paper_of(folder: Path, step: Step, member: int) -> Paper:
    path = received(folder, step, member)
    return Paper.from_bytes(read(path), what=str(path))


def assembled(folder: Path, ceremony: Ceremony, step: Step, *, beside: Paper | None = None) -> Round:
    """The round from the papers in the folder; `beside` stands for the one that is not there yet."""
    contents: list[tuple[object, ...]] = []
    for each in list(Step)[:step]:
        papers = (
            beside if beside is not None and (each, member) == (beside.step, beside.member) else paper_of(folder, each, member)
            for member in range(1, ceremony.size + 1)
        )
        contents.append(tuple(paper.contents for paper in papers))
    return Round(ceremony, step, tuple(contents))


def checked(round_: Round | None) -> Checked | None:
    return None if round_ is None else check_round(round_)


def contents_so_far(folder: Path, ceremony: Ceremony, paper: Paper) -> dict[int, str]:
    """The commitments received, and this one after them, so that a copy is laid to the door of who hands it in."""
    members = (member for member in range(1, ceremony.size + 1) if received(folder, paper.step, member).exists())
    return {member: str(paper_of(folder, paper.step, member).contents) for member in members} | {paper.member: str(paper.contents)}
