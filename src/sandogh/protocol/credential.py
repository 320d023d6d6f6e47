"""Credentials: what lets a voter sign one ballot, and the public list of them (protocol.md §5)."""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.errors import Malformed, VerificationError, within
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.shapes import array, decimal, text
from sandogh.protocol.version import VERSION_1, Version

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

#: 22 characters, about 129 bits, shown as 5-6-5-6.
_PARTS = (5, 6, 5, 6)
#: The most that the weights of a list that we make may add up to (protocol.md §2). Without weights a list may be longer.
LARGEST_TOTAL_WEIGHT = 100_000

#: No election has a heavier voter than this has digits; a longer number is there to make a reader count for ever.
_WEIGHT_DIGITS = 12

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

    Intentional divergence from protocol.md §3.1, stricter: everybody knows the secret of the identity, 0.
    """
    element = group.parse(value, section=section, what="credential")
    if element == group.identity:
        raise VerificationError(section, "credential: the identity, which everybody could sign for")
    return element


def make_public_credentials(entries: Mapping[str, int] | Iterable[str], group: Group) -> bytes:
    """The published list: sorted, so that its order says nothing about the roll, protocol.md §5.3.

    `entries` are public credentials, with their weights where voters have any; a weight is written only if not all are 1.
    Raises Malformed or VerificationError for what is not a credential or not a weight, and VerificationError for one that comes twice
    and for a total weight above `LARGEST_TOTAL_WEIGHT`, which nobody could count.
    """
    listed = list(entries)
    weights = dict(entries) if isinstance(entries, Mapping) else dict.fromkeys(listed, 1)
    if len(weights) != len(listed):
        raise VerificationError("§5.3", "a credential is listed twice")
    if any(type(weight) is not int or weight < 1 for weight in weights.values()):
        raise Malformed("§5.3", "a weight is not a positive integer")
    weighted = any(weight != 1 for weight in weights.values())
    if weighted and sum(weights.values()) > LARGEST_TOTAL_WEIGHT:
        raise VerificationError("§5.3", f"the weights add up to {sum(weights.values())} where {LARGEST_TOTAL_WEIGHT} is the most")
    order = {public: group.sort_key(parse_credential(public, group, section="§5.3")) for public in listed}
    return dumps([f"{public},{weights[public]}" if weighted else public for public in sorted(order, key=lambda public: order[public])])


def check_public_credentials(data: bytes, group: Group) -> dict[str, int]:
    """The published list as credential → weight, protocol.md §5.3. Raises Malformed or VerificationError, which name the entry.

    1. canonical JSON array of strings "PUB" or "PUB,WEIGHT"
    2. every weight a positive canonical decimal number
    3. every credential a member of the group, none twice
    """
    weights: dict[str, int] = {}
    # (1)
    for place, entry in enumerate(_entries(data), 1):
        with within(f"credential {place}"):
            public, comma, written = text(entry, section="§5.3", what="credential").partition(",")
            # (2)
            weight = decimal(written, digits=_WEIGHT_DIGITS, section="§5.3", what="weight") if comma else 1
            if weight < 1:
                raise Malformed("§5.3", "weight: 0 is not positive")
            # (3)
            parse_credential(public, group, section="§5.3")
            if public in weights:
                raise VerificationError("§5.3", "listed twice")
            weights[public] = weight
    return weights


def count_public_credentials(data: bytes) -> int:
    """How many entries a list has, whatever they are, protocol.md §5.3. Raises Malformed for what is no list."""
    return len(_entries(data))


def _entries(data: bytes) -> list[object]:
    return array(loads_canonical(data, section="§5.3", what="public credentials"), section="§5.3", what="public credentials")
