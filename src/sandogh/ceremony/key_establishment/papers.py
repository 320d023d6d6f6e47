"""The papers of a key establishment, all canonical JSON.

`sandogh-key-ceremony/1`: who takes part. `sandogh-ceremony-STEP/1`: what one member hands in at one of the four steps.
`sandogh-ceremony-round/1`: all that was handed in up to a step, the same for everybody; it begins with the ceremony itself.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from sandogh.ceremony.errors import Refused
from sandogh.protocol import canonical
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed, SandoghError
from sandogh.protocol.group import Group
from sandogh.protocol.groups import group_named
from sandogh.protocol.shapes import array, hash_hex, integer, record, text

CEREMONY_FORMAT = "sandogh-key-ceremony/1"
ROUND_FORMAT = "sandogh-ceremony-round/1"
SECTION = "§6.3"
MOST_MEMBERS = 50


class Step(IntEnum):
    """What each member hands in, in this order; a step begins when everybody has done the one before."""

    CERTIFICATE = 1
    COMMITMENT = 2
    POLYNOMIAL = 3
    KEY = 4

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def format(self) -> str:
        return f"sandogh-ceremony-{self.word}/1"

    @property
    def plural(self) -> str:
        """The field of a round that holds everybody's."""
        return f"{self.word}s"


@dataclass(frozen=True, slots=True)
class Ceremony:
    """Who establishes a key together: `threshold` of `members` will suffice to decrypt. Members count from 1."""

    group: Group
    threshold: int
    members: tuple[str, ...]
    data: bytes

    @property
    def digest(self) -> str:
        """What every paper of this ceremony names; the ceremony's own random id makes it unlike any other."""
        return sha_hex(self.data)

    @property
    def size(self) -> int:
        return len(self.members)

    def name(self, member: int) -> str:
        return f"member {member} ({self.members[member - 1]})"

    @classmethod
    def make(cls, *, group_name: str, threshold: int, members: Sequence[str]) -> "Ceremony":
        """A new one; Refused for sizes or names that make no sense."""
        data = {
            "format": CEREMONY_FORMAT,
            "id": secrets.token_hex(16),
            "group": group_named(group_name).name,
            "threshold": threshold,
            "members": list(members),
        }
        return cls.from_bytes(canonical.dumps(data))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Ceremony":
        """Refused unless it is one."""
        with refusing("this is not a ceremony"):
            fields = record(
                canonical.loads_canonical(data), ("format", "id", "group", "threshold", "members"), section=SECTION, what="ceremony"
            )
            if fields["format"] != CEREMONY_FORMAT:
                raise Malformed(SECTION, f"its format is not {CEREMONY_FORMAT}")
            if len(text(fields["id"], section=SECTION, what="id")) != 32:
                raise Malformed(SECTION, "its id has not 32 digits")
            members = [text(each, section=SECTION, what="member") for each in array(fields["members"], section=SECTION, what="members")]
            threshold = integer(fields["threshold"], section=SECTION, what="threshold")
            if not 1 <= threshold <= len(members) <= MOST_MEMBERS:
                raise Malformed(SECTION, f"the threshold must lie between 1 and the number of members, at most {MOST_MEMBERS}")
            if any(not name.strip() or len(name) > 200 or not name.isprintable() for name in map(without_zwnj, members)):
                raise Malformed(SECTION, "every member needs a name of one line and at most 200 characters")
            if len(set(members)) != len(members):
                raise Malformed(SECTION, "two members have the same name")
            return cls(group_named(text(fields["group"], section=SECTION, what="group")), threshold, tuple(members), data)


@dataclass(frozen=True, slots=True)
class Paper:
    """What one member hands in at one step. `contents` is that of protocol.md §6.3, of a commitment the digest."""

    step: Step
    ceremony: str
    member: int
    contents: object

    @property
    def contents_data(self) -> bytes:
        return canonical.dumps(self.contents)

    def to_bytes(self) -> bytes:
        return canonical.dumps({"format": self.step.format, "ceremony": self.ceremony, "member": self.member, "contents": self.contents})

    @classmethod
    def from_bytes(cls, data: bytes, *, what: str) -> "Paper":
        """In form only; Refused, naming the file, for anything else."""
        with refusing(f"{what} is not what a member hands in"):
            fields = record(canonical.loads_canonical(data), ("format", "ceremony", "member", "contents"), section=SECTION, what="paper")
            step = next((step for step in Step if step.format == fields["format"]), None)
            if step is None:
                raise Malformed(SECTION, "its format is not that of a certificate, commitment, polynomial or key")
            ceremony = hash_hex(fields["ceremony"], section=SECTION, what="ceremony")
            if step is Step.COMMITMENT:
                hash_hex(fields["contents"], section=SECTION, what="commitment")
            return cls(step, ceremony, integer(fields["member"], section=SECTION, what="member"), fields["contents"])


@dataclass(frozen=True, slots=True)
class Round:
    """All that was handed in up to `step`, in form only: `Establishment` checks what it says."""

    ceremony: Ceremony
    step: Step
    contents: tuple[tuple[object, ...], ...]

    def up_to(self, step: Step) -> "Round":
        """The earlier round that this one continues."""
        return Round(self.ceremony, step, self.contents[:step])

    def of(self, step: Step) -> dict[int, bytes]:
        """Everybody's contents of a step, by member."""
        return {member: canonical.dumps(contents) for member, contents in enumerate(self.contents[step - 1], 1)}

    def commitments(self) -> dict[int, str]:
        return {member: str(contents) for member, contents in enumerate(self.contents[Step.COMMITMENT - 1], 1)}

    def to_bytes(self) -> bytes:
        fields: dict[str, object] = {"format": ROUND_FORMAT, "ceremony": canonical.loads(self.ceremony.data)}
        for step, contents in zip(Step, self.contents, strict=False):
            fields[step.plural] = list(contents)
        return canonical.dumps(fields)

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 of the file: what members compare by telephone."""
        return sha_hex(self.to_bytes())

    @classmethod
    def from_bytes(cls, data: bytes, *, what: str) -> "Round":
        """Refused unless it is a round with an entry of every member for each step."""
        with refusing(f"{what} is not a round of a ceremony"):
            layout = ("format", "ceremony", *(f"?{step.plural}" for step in Step))
            fields = record(canonical.loads_canonical(data), layout, section=SECTION, what="round")
            if fields["format"] != ROUND_FORMAT:
                raise Malformed(SECTION, f"its format is not {ROUND_FORMAT}")
            ceremony = Ceremony.from_bytes(canonical.dumps(fields["ceremony"]))
            present = [step for step in Step if step.plural in fields]
            if not present or present != list(Step)[: len(present)]:
                raise Malformed(SECTION, "it leaves a step out")
            contents = tuple(tuple(array(fields[step.plural], section=SECTION, what=step.plural, length=ceremony.size)) for step in present)
            if len(contents) >= Step.COMMITMENT:
                for each in contents[Step.COMMITMENT - 1]:
                    hash_hex(each, section=SECTION, what="commitment")
            return cls(ceremony, present[-1], contents)

    def demand(self, step: Step) -> None:
        """Refused when this is not the round that holds everybody's `step`."""
        if self.step is not step:
            raise Refused(f"this is round {int(self.step)}, after the {self.step.plural}; what is needed is round {int(step)}")


class refusing:  # noqa: N801  reads as a word in «with refusing(…)»
    """Turns the protocol's refusals into one sentence for the person, with what the thing was supposed to be in front."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> None:
        if isinstance(fault, SandoghError):
            raise Refused(f"{self.sentence}: {fault}") from fault


def without_zwnj(name: str) -> str:
    """Names are shown in one line; ZWNJ is part of Persian spelling and counts as printable."""
    return name.replace("\u200c", "")
