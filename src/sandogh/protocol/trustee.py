"""Trustees: who hold the parts of the election's private key (protocol.md §6)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed, VerificationError, within
from sandogh.protocol.group import Element, Group
from sandogh.protocol.shapes import array
from sandogh.protocol.threshold import ThresholdParameters
from sandogh.protocol.trustee_key import TrusteeKey, TrusteePublicKey, generate_trustee_key, trustee_key
from sandogh.protocol.version import VERSION_1, Version

__all__ = [
    "Member",
    "Missing",
    "Pedersen",
    "Single",
    "TrusteeKey",
    "TrusteePublicKey",
    "Trustees",
    "check_trustees",
    "generate_trustee_key",
    "make_trustees",
    "trustee_key",
]

SECTION = "§6"

#: The two kinds of entries in trustees.json: a trustee who must decrypt, and a group of which T must.
Single = TrusteePublicKey
Pedersen = ThresholdParameters


@dataclass(frozen=True, slots=True)
class Member:
    """One trustee, by number: a single one, or a member of a threshold group with its verification key (protocol.md §6)."""

    number: int
    #: Where in `Trustees.items` the trustee stands, from 0.
    item: int
    #: The index in the threshold group, from 1; of a single trustee 1.
    index: int
    published: TrusteePublicKey

    @property
    def key(self) -> Element:
        """X: what the trustee's partial decryptions are checked against, protocol.md §10.1."""
        return self.published.key

    @property
    def public_key(self) -> str:
        """ser(X)."""
        return self.published.public_key

    @property
    def name(self) -> str | None:
        """Display text that nothing authenticates, protocol.md §6.1."""
        return self.published.name


@dataclass(frozen=True, slots=True)
class Missing:
    """`needed` of these trustees have still to decrypt; all of them, when there are no more."""

    needed: int
    numbers: tuple[int, ...]

    def __str__(self) -> str:
        listed = ", ".join(map(str, self.numbers))
        if self.needed == len(self.numbers):
            return f"trustee{'s' if self.needed > 1 else ''} {listed}"
        return f"{self.needed} of the trustees {listed}"


@dataclass(frozen=True, slots=True)
class Trustees:
    """The trustees of an election in the order of their numbers, from 1, and the election key that they hold together."""

    items: tuple[Single | Pedersen, ...]
    members: tuple[Member, ...]
    election_key: Element
    data: bytes

    @property
    def hash(self) -> str:
        """hex(SHA(trustees.json)), the name of the archive member."""
        return sha_hex(self.data)

    def member(self, number: int, *, section: str = "§10.1") -> Member:
        """The trustee of this number, from 1. Raises VerificationError when there is none, protocol.md §10.1."""
        if not 1 <= number <= len(self.members):
            raise VerificationError(section, f"there is no trustee {number} among {len(self.members)}")
        return self.members[number - 1]

    def grouped(self) -> Iterator[tuple[int, tuple[Member, ...]]]:
        """(how many of them decrypt, members) of each item in order: 1 and a single trustee, or T and a threshold group."""
        first = 0
        for item in self.items:
            needed, size = (item.threshold, item.size) if isinstance(item, ThresholdParameters) else (1, 1)
            yield needed, self.members[first : first + size]
            first += size

    def missing(self, owners: Collection[int]) -> tuple[Missing, ...]:
        """Whose partial decryptions are needed beside those of `owners`, item by item; nothing when they are enough, protocol.md §10.2."""
        wanted = []
        for needed, members in self.grouped():
            absent = tuple(member.number for member in members if member.number not in owners)
            short = needed - (len(members) - len(absent))
            if short > 0:
                wanted.append(Missing(short, absent))
        return tuple(wanted)

    def enough(self, owners: Collection[int]) -> bool:
        """Whether the partial decryptions of these trustees open a tally, protocol.md §10.2."""
        return not self.missing(owners)


def make_trustees(items: Sequence[Single | Pedersen]) -> bytes:
    """trustees.json: single trustees, who are all needed, and threshold groups, in the order given, protocol.md §6."""
    return dumps([["Pedersen" if isinstance(item, ThresholdParameters) else "Single", item.form()] for item in items])


def check_trustees(data: bytes, group: Group, *, version: Version = VERSION_1) -> Trustees:
    """The trustees and the product of their keys, protocol.md §6.

    1. a non-empty canonical list of `["Single", TPK]` and `["Pedersen", TP]`
    2. each single trustee's public key a member with a valid proof of knowledge (§6.1); each group's parameters valid (§6.4)
    3. no key twice: intentional divergence from protocol.md §6, stricter, so that an owner is one trustee. Only in a group of which one
       member decrypts alone, where everybody holds the whole key, everybody's key is the same

    Raises Malformed or VerificationError.
    """
    # (1)
    entries = array(loads_canonical(data, section=SECTION, what="trustees"), section=SECTION, what="trustees")
    if not entries:
        raise Malformed(SECTION, "trustees: none")
    items: list[Single | Pedersen] = []
    members: list[Member] = []
    # Looked up and not gone through: whoever writes the file could list very many.
    holders: dict[Element, int] = {}
    for place, entry in enumerate(entries):
        number = len(members) + 1
        kind, contents = _entry(entry, number)
        # (2)
        if kind == "Single":
            with within(f"trustee {number}"):
                items.append(single := Single.parse(contents, group, version=version))
            found: tuple[TrusteePublicKey, ...] = (single,)
        else:
            with within(f"threshold group from trustee {number}"):
                items.append(parameters := Pedersen.parse(contents, group, version=version))
            found = parameters.verification_keys
        # (3)
        for index, published in enumerate(found, 1):
            member = Member(len(members) + 1, place, index, published)
            if holders.setdefault(member.key, place) != place:
                raise VerificationError(SECTION, "the public key of another trustee", f"trustee {member.number}")
            members.append(member)
    return Trustees(tuple(items), tuple(members), group.product(item.key for item in items), data)


def _entry(value: object, number: int) -> tuple[str, object]:
    with within(f"trustee {number}"):
        kind, contents = array(value, section=SECTION, what="trustee", length=2)
        if kind not in ("Single", "Pedersen"):
            raise Malformed(SECTION, f"trustee: kind {str(kind)[:40]!r} is unknown")
    return str(kind), contents
