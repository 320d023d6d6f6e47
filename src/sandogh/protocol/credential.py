"""Credentials: what lets a voter sign one ballot, and the public list of them (protocol.md §5)."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.errors import Malformed, Unsupported, VerificationError, within
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.shapes import array, text
from sandogh.protocol.version import VERSION_1, Version

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

#: 22 characters, about 129 bits, shown as 5-6-5-6.
_PARTS = (5, 6, 5, 6)
_PRIVATE = re.compile("-".join(f"[{BASE58}]{{{part}}}" for part in _PARTS), re.ASCII)


@dataclass(frozen=True, slots=True)
class CredentialKey:
    """What a secret credential derives to: the exponent that signs, and the text of g^exponent that is published."""

    secret: int = field(repr=False)
    public: str


def generate_credential(*, draw: Draw = secrets.randbelow) -> str:
    """A fresh secret credential such as `SztZS-owXfoo-n6o8k-RbHtZ2`, protocol.md §5.1."""
    return "-".join("".join(BASE58[draw(len(BASE58))] for _ in range(part)) for part in _PARTS)


def derive_credential(credential: str, *, uuid: str, group: Group, version: Version = VERSION_1) -> CredentialKey:
    """The key pair that belongs to a secret credential in one election, protocol.md §5.2.

    Raises Malformed if it is not 5-6-5-6 characters of Base58, dashes included.
    """
    if not _PRIVATE.fullmatch(credential):
        raise Malformed("§5.1", "a secret credential is 5-6-5-6 Base58 characters joined by dashes")
    secret = version.credential_exponent(credential, uuid=uuid, group=group)
    return CredentialKey(secret, group.ser(group.power_g(secret)))


def parse_credential(value: object, group: Group, *, section: str) -> Element:
    """A public credential: a member of the group, and not the identity.

    Intentional divergence from protocol.md §3.1, stricter (failures.md W13): everybody knows the secret of the identity, 0.
    """
    element = group.parse(value, section=section, what="credential")
    if element == group.identity:
        raise VerificationError(section, "credential: the identity, which everybody could sign for")
    return element


def make_public_credentials(publics: Iterable[str], group: Group) -> bytes:
    """The published list: sorted, so that its order says nothing about the roll, protocol.md §5.3.

    Raises Malformed or VerificationError for what is not a credential, and VerificationError for one that comes twice.
    """
    listed = list(publics)
    entries = {public: group.sort_key(parse_credential(public, group, section="§5.3")) for public in listed}
    if len(entries) != len(listed):
        raise VerificationError("§5.3", "a credential is listed twice")
    return dumps(sorted(entries, key=lambda public: entries[public]))


def check_public_credentials(data: bytes, group: Group) -> dict[str, int]:
    """The published list as credential → weight (always 1 until weights are supported), protocol.md §5.3.

    1. canonical JSON array of strings
    2. no weights: not supported yet
    3. every credential a member of the group, none twice
    """
    weights: dict[str, int] = {}
    for number, entry in enumerate(
        array(loads_canonical(data, section="§5.3", what="public credentials"), section="§5.3", what="public credentials"), 1
    ):
        with within(f"credential {number}"):
            public = text(entry, section="§5.3", what="credential")
            if "," in public:
                raise Unsupported("§5.3", "weights of voters")
            parse_credential(public, group, section="§5.3")
            if public in weights:
                raise VerificationError("§5.3", "listed twice")
            weights[public] = 1
    return weights
