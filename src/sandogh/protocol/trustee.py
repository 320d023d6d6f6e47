"""Trustees: who hold the parts of the election's private key (protocol.md §6)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed, Unsupported, VerificationError, within
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.proofs import Proof, check_knowledge, make_knowledge
from sandogh.protocol.shapes import array, record, text


@dataclass(frozen=True, slots=True)
class TrusteePublicKey:
    """TPK: a trustee's public key with the proof that its secret is known. One that exists has been checked (protocol.md §6.1)."""

    group: Group
    key: Element
    pok: Proof
    name: str | None = None

    @property
    def public_key(self) -> str:
        """ser(X)."""
        return self.group.ser(self.key)

    def form(self) -> dict[str, object]:
        named = {} if self.name is None else {"name": self.name}
        return {"pok": self.pok.form(), "public_key": self.public_key, **named}

    def to_bytes(self) -> bytes:
        return dumps(self.form())

    @classmethod
    def from_bytes(cls, data: bytes, group: Group) -> "TrusteePublicKey":
        """Raises Malformed or VerificationError, as `parse` does."""
        return cls.parse(loads_canonical(data, section="§6.1", what="trustee public key"), group)

    @classmethod
    def parse(cls, value: object, group: Group) -> "TrusteePublicKey":
        """Check membership and the proof of knowledge, protocol.md §6.1.

        Intentional divergence from protocol.md §3.1, stricter (failures.md W13): the identity is refused, the key that protects nothing.
        """
        fields = record(value, ("pok", "public_key", "?signature", "?name"), section="§6.1", what="trustee public key")
        if "signature" in fields:
            raise Malformed("§6.1", "trustee public key: a signature belongs to threshold trustees only")
        key = group.parse(fields["public_key"], section="§6.1", what="trustee public key")
        if key == group.identity:
            raise VerificationError("§6.1", "trustee public key: the identity")
        pok = Proof.parse(fields["pok"], group, section="§6.1", what="proof of knowledge")
        check_knowledge(
            pok,
            group=group,
            label="pok",
            context=_pok_context(group, key),
            public=key,
            section="§6.1",
            what="proof of knowledge of the private key",
        )
        name = text(fields["name"], section="§6.1", what="trustee name") if "name" in fields else None
        return cls(group, key, pok, name)


@dataclass(frozen=True, slots=True)
class TrusteeKey:
    """A trustee's key pair."""

    private: int = field(repr=False)
    public: TrusteePublicKey


@dataclass(frozen=True, slots=True)
class Trustees:
    """The trustees of an election in the order of their numbers, from 1, and the election key that they hold together."""

    members: tuple[TrusteePublicKey, ...]
    election_key: Element
    data: bytes

    @property
    def hash(self) -> str:
        """hex(SHA(trustees.json)), the name of the archive member."""
        return sha_hex(self.data)


def _pok_context(group: Group, key: Element) -> str:
    return f"{group.name}|{group.ser(key)}"


def generate_trustee_key(group: Group, *, name: str | None = None, draw: Draw = secrets.randbelow) -> TrusteeKey:
    """A fresh key pair of a single trustee, protocol.md §6.1."""
    # 1..q-1: the key of private 0 is the identity, which `parse` refuses.
    return trustee_key(1 + draw(group.q - 1), group, name=name, draw=draw)


def trustee_key(private: int, group: Group, *, name: str | None = None, draw: Draw = secrets.randbelow) -> TrusteeKey:
    """The key pair of a given private key, with a fresh proof of knowledge, protocol.md §6.1."""
    if not 0 < private < group.q:
        raise Malformed("§6.1", "a private key lies between 1 and q-1")
    key = group.power_g(private)
    pok = make_knowledge(group, "pok", _pok_context(group, key), private, draw=draw)
    return TrusteeKey(private, TrusteePublicKey(group, key, pok, name))


def make_trustees(keys: Sequence[TrusteePublicKey]) -> bytes:
    """trustees.json with every trustee mandatory, protocol.md §6."""
    return dumps([["Single", key.form()] for key in keys])


def check_trustees(data: bytes, group: Group) -> Trustees:
    """The trustees and the product of their keys, protocol.md §6.

    1. a non-empty canonical list of `["Single", TPK]`; `["Pedersen", …]` is not supported yet
    2. each public key a member with a valid proof of knowledge (§6.1)
    3. no key twice: intentional divergence from protocol.md §6, stricter (failures.md W13), so that an owner is one trustee
    """
    items = array(loads_canonical(data, section="§6", what="trustees"), section="§6", what="trustees")
    if not items:
        raise Malformed("§6", "trustees: none")
    members: list[TrusteePublicKey] = []
    for number, item in enumerate(items, 1):
        with within(f"trustee {number}"):
            kind, contents = array(item, section="§6", what="trustee", length=2)
            if kind == "Pedersen":
                raise Unsupported("§6.3", "threshold (Pedersen) trustees")
            if kind != "Single":
                raise Malformed("§6", f"trustee: kind {str(kind)[:40]!r} is unknown")
            member = TrusteePublicKey.parse(contents, group)
            if any(member.key == other.key for other in members):
                raise VerificationError("§6", "the public key of another trustee")
            members.append(member)
    return Trustees(tuple(members), group.product(member.key for member in members), data)
