"""Certificates: the keys by which the members of a threshold group send each other messages (protocol.md §6.3, §6.4)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.channel import MessageKeys, SignedMessage
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.roll_call import check_present, each_member
from sandogh.protocol.shapes import integer, record, text
from sandogh.protocol.version import VERSION_1, Version

#: In an archive; while the key is established, the same rules are those of protocol.md §6.3, and checks are told so.
ARCHIVED = "§6.4"
ESTABLISHING = "§6.3"


@dataclass(frozen=True, slots=True)
class Certificate:
    """cert_z: member z's keys for messages, signed by the member. One that exists has been checked (protocol.md §6.3, §6.4)."""

    index: int
    verification: Element
    encryption: Element
    signed: SignedMessage

    @classmethod
    def parse(
        cls, value: object, *, group: Group, index: int, size: int, threshold: int, version: Version = VERSION_1, section: str = ARCHIVED
    ) -> "Certificate":
        """Raise Malformed or VerificationError unless this is the certificate of member `index` of `size`, protocol.md §6.4.

        1. the context: group, size, threshold and index, exactly
        2. both keys members of the group: intentional divergence from protocol.md §6.4, stricter: not the identity, which hides nothing
        3. the signature by the verification key
        """
        what = "certificate"
        signed = SignedMessage.parse(value, group, section=section, what=what)
        fields = record(contents_of(signed, section, what), ("context", "verification", "encryption"), section=section, what=what)
        # (1)
        context = record(fields["context"], ("group", "size", "threshold", "index"), section=section, what=f"{what}: context")
        expected = {"group": group.name, "size": size, "threshold": threshold, "index": index}
        for name, wanted in expected.items():
            if type(context[name]) is not type(wanted) or context[name] != wanted:
                raise VerificationError(section, f"{what}: {name} is {context[name]!r:.40} where {wanted!r} belongs")
        # (2)
        verification = member_key(fields["verification"], group, section, f"{what}: verification key")
        encryption = member_key(fields["encryption"], group, section, f"{what}: encryption key")
        # (3)
        signed.check(verification, group=group, version=version, section=section, what=what)
        return cls(index, verification, encryption, signed)

    def to_bytes(self) -> bytes:
        """The file that member z hands out in step 1, protocol.md §6.3."""
        return dumps(self.signed.form())


@dataclass(frozen=True, slots=True)
class Certificates:
    """Γ: the certificates of all members in the order of their indices, from 1. Those that exist have been checked (protocol.md §6.3)."""

    group: Group
    version: Version
    threshold: int
    members: tuple[Certificate, ...]

    @property
    def size(self) -> int:
        """m."""
        return len(self.members)

    def member(self, index: int, *, section: str = ARCHIVED) -> Certificate:
        """The certificate of member `index`, from 1. Raises VerificationError for an index beyond the members."""
        if not 1 <= index <= self.size:
            raise VerificationError(section, f"there is no member {index} among {self.size}")
        return self.members[index - 1]

    @property
    def hash(self) -> str:
        """hex(SHA(Γ)): what members compare by telephone before anybody draws a polynomial."""
        return sha_hex(dumps(self.form()))

    def form(self) -> list[object]:
        """The JSON form, protocol.md §6.3."""
        return [each.signed.form() for each in self.members]

    def binding_text(self, elements: Sequence[Element]) -> str:
        """What `certs_sig` signs: all certificates beside one member's coefexps, protocol.md §6.3."""
        bound = {"certs": self.form(), "coefexps": [self.group.ser(each) for each in elements]}
        return "certs_sig|" + dumps(bound).decode("utf-8")


def check_sizes(size: int, threshold: int, *, section: str = ARCHIVED) -> None:
    """Raise VerificationError unless 1 <= threshold <= size, protocol.md §6.3."""
    if not 1 <= threshold <= size:
        raise VerificationError(section, f"a threshold of {threshold} does not suit {size} members")


def check_distinct(named: Sequence[tuple[str, Element]], group: Group, *, section: str = ARCHIVED) -> None:
    """Raise VerificationError when an element comes twice, or beside its inverse: then one member has only turned another's into its own.

    Intentional divergence from protocol.md §6.3, stricter. It happens by chance with a probability of 1/q.
    """
    seen: dict[str, str] = {}
    for name, element in named:
        for form, how in ((element, "the same as"), (group.divide(group.identity, element), "the inverse of")):
            if (other := seen.get(group.ser(form))) is not None:
                raise VerificationError(section, f"{name} is {how} {other}")
        seen[group.ser(element)] = name


def check_message_keys(certificates: Certificates, *, section: str = ARCHIVED) -> None:
    """Raise VerificationError when a verification or encryption key occurs twice, protocol.md §6.3."""
    named = [
        (f"the {kind} key of member {each.index}", key)
        for each in certificates.members
        for kind, key in (("verification", each.verification), ("encryption", each.encryption))
    ]
    check_distinct(named, certificates.group, section=section)


def make_certificate(
    seed: str,
    *,
    group: Group,
    index: int,
    size: int,
    threshold: int,
    draw: Draw = secrets.randbelow,
    version: Version = VERSION_1,
) -> bytes:
    """cert_z: the keys of member `index` of `size`, of whom `threshold` will decrypt, signed by itself, protocol.md §6.3.

    Raises Malformed for what is no seed, VerificationError for numbers that do not fit together.
    """
    check_sizes(size, threshold, section=ESTABLISHING)
    if not 1 <= index <= size:
        raise VerificationError(ESTABLISHING, f"there is no member {index} among {size}")
    keys = MessageKeys.from_seed(seed, group, version=version)
    contents = {
        "context": {"group": group.name, "size": size, "threshold": threshold, "index": index},
        "verification": group.ser(keys.verification),
        "encryption": group.ser(keys.encryption),
    }
    return dumps(SignedMessage.make(dumps(contents).decode("utf-8"), keys, draw=draw).form())


def check_certificates(certs: Sequence[bytes], *, group: Group, threshold: int | None = None, version: Version = VERSION_1) -> Certificates:
    """Γ, from the certificates of all members in any order, protocol.md §6.3.

    1. each says which member of how many it is, and each member is there once
    2. each context is what the others say too (or, with `threshold`, what was agreed), keys and signature hold
    3. no key twice, and none the inverse of another: intentional divergence from protocol.md §6.3, stricter

    Raises Malformed or VerificationError that names every member at fault or missing.
    """
    # (1)
    values = [loads_canonical(data, section=ESTABLISHING, what="certificate") for data in certs]
    claims = [_claim(value, group) for value in values]
    if not claims:
        raise VerificationError(ESTABLISHING, "no certificate")
    size = claims[0].size
    by_index: dict[int, object] = {}
    for claim, value in zip(claims, values, strict=True):
        if claim.index in by_index:
            raise VerificationError(ESTABLISHING, f"two certificates of member {claim.index}")
        by_index[claim.index] = value
    if others := [f"member {claim.index} says {claim.size}" for claim in claims if claim.size != size]:
        raise VerificationError(ESTABLISHING, f"how many members are there? member {claims[0].index} says {size}, {', '.join(others)}")
    check_present(by_index, size, "certificate", section=ESTABLISHING)
    agreed = claims[0].threshold if threshold is None else threshold
    check_sizes(size, agreed, section=ESTABLISHING)
    # (2)
    members = each_member(
        size,
        lambda index: Certificate.parse(
            by_index[index], group=group, index=index, size=size, threshold=agreed, version=version, section=ESTABLISHING
        ),
    )
    found = Certificates(group, version, agreed, tuple(members))
    # (3)
    check_message_keys(found, section=ESTABLISHING)
    return found


def index_of(seed: str, certs: Certificates) -> int:
    """Which member the holder of this seed is. Raises VerificationError when its certificate is not among them, protocol.md §6.3."""
    keys = MessageKeys.from_seed(seed, certs.group, version=certs.version)
    for member in certs.members:
        if (member.verification, member.encryption) == (keys.verification, keys.encryption):
            return member.index
    raise VerificationError(ESTABLISHING, "none of the certificates is that of this seed")


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a certificate says of itself, unchecked: enough to say who is missing."""

    index: int
    size: int
    threshold: int


def _claim(value: object, group: Group) -> _Claim:
    what = "certificate"
    signed = SignedMessage.parse(value, group, section=ESTABLISHING, what=what)
    fields = record(contents_of(signed, ESTABLISHING, what), ("context", "verification", "encryption"), section=ESTABLISHING, what=what)
    context = record(fields["context"], ("group", "size", "threshold", "index"), section=ESTABLISHING, what=f"{what}: context")
    if (named := text(context["group"], section=ESTABLISHING, what=f"{what}: group")) != group.name:
        raise VerificationError(ESTABLISHING, f"{what}: group is {named[:40]!r} where {group.name!r} belongs")
    return _Claim(*(integer(context[each], section=ESTABLISHING, what=f"{what}: {each}") for each in ("index", "size", "threshold")))


def contents_of(signed: SignedMessage, section: str, what: str) -> object:
    """The signed text read as canonical JSON. What came from JSON has no half surrogate pairs, so it can be encoded."""
    try:
        return loads_canonical(signed.message.encode("utf-8"), section=section, what=what)
    except UnicodeEncodeError as error:
        raise Malformed(section, f"{what}: a string holds half a surrogate pair") from error


def member_key(value: object, group: Group, section: str, what: str) -> Element:
    """A member of the group other than the identity."""
    element = group.parse(value, section=section, what=what)
    if element == group.identity:
        raise VerificationError(section, f"{what}: the identity")
    return element
