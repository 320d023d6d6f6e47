"""A trustee's key pair, alone or as a member of a threshold group (protocol.md §6.1)."""

import secrets
from dataclasses import dataclass, field

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.channel import MessageKeys, check_signed_text, sign_text
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.proofs import Proof, check_knowledge, make_knowledge
from sandogh.protocol.shapes import record, text
from sandogh.protocol.version import VERSION_1, Version

SECTION = "§6.1"


@dataclass(frozen=True, slots=True)
class TrusteePublicKey:
    """TPK: a trustee's public key with the proof that its secret is known. One that exists has been checked (protocol.md §6.1).

    `signature` is what a member of a threshold group signs its key with, and None for a single trustee.
    """

    group: Group
    key: Element
    pok: Proof
    name: str | None = None
    signature: Proof | None = None

    @property
    def public_key(self) -> str:
        """ser(X)."""
        return self.group.ser(self.key)

    def form(self) -> dict[str, object]:
        """The JSON form that `parse` reads."""
        signed = {} if self.signature is None else {"signature": self.signature.form()}
        named = {} if self.name is None else {"name": self.name}
        return {"pok": self.pok.form(), "public_key": self.public_key, **signed, **named}

    def to_bytes(self) -> bytes:
        return dumps(self.form())

    @classmethod
    def from_bytes(cls, data: bytes, group: Group) -> "TrusteePublicKey":
        """The key of a single trustee. Raises Malformed or VerificationError, as `parse` does."""
        return cls.parse(loads_canonical(data, section=SECTION, what="trustee public key"), group)

    @classmethod
    def parse(
        cls, value: object, group: Group, *, signer: Element | None = None, version: Version = VERSION_1, section: str = SECTION
    ) -> "TrusteePublicKey":
        """Read the key of a single trustee; or, with the verification key of a member as `signer`, that of a threshold trustee.

        1. the public key a member of the group. Intentional divergence from protocol.md §3.1, stricter: not the identity, the key that
           protects nothing
        2. the proof of knowledge holds, protocol.md §6.1
        3. signed by the member of a threshold group, and by nobody else, protocol.md §6.1, §6.3

        Raises Malformed or VerificationError.
        """
        what = "trustee public key"
        fields = record(value, ("pok", "public_key", "?signature", "?name"), section=section, what=what)
        # (1)
        key = group.parse(fields["public_key"], section=section, what=what)
        if key == group.identity:
            raise VerificationError(section, f"{what}: the identity")
        # (2)
        pok = Proof.parse(fields["pok"], group, section=section, what="proof of knowledge")
        check_knowledge(
            pok,
            group=group,
            label="pok",
            context=_pok_context(group, key),
            public=key,
            section=section,
            what="proof of knowledge of the private key",
            version=version,
        )
        # (3)
        signature = None
        if signer is None:
            if "signature" in fields:
                raise Malformed(section, f"{what}: a signature belongs to threshold trustees only")
        else:
            if "signature" not in fields:
                raise VerificationError(section, f"{what}: the member's signature is missing")
            signature = Proof.parse(fields["signature"], group, section=section, what=f"{what}: signature")
            check_signed_text(group.ser(key), signature, verification=signer, group=group, version=version, section=section, what=what)
        name = text(fields["name"], section=section, what="trustee name") if "name" in fields else None
        return cls(group, key, pok, name, signature)


@dataclass(frozen=True, slots=True)
class TrusteeKey:
    """A trustee's key pair."""

    private: int = field(repr=False)
    public: TrusteePublicKey


def _pok_context(group: Group, key: Element) -> str:
    return f"{group.name}|{group.ser(key)}"


def generate_trustee_key(group: Group, *, name: str | None = None, draw: Draw = secrets.randbelow) -> TrusteeKey:
    """A fresh key pair of a single trustee, protocol.md §6.1."""
    # 1..q-1: the key of private 0 is the identity, which `parse` refuses.
    return trustee_key(1 + draw(group.q - 1), group, name=name, draw=draw)


def trustee_key(
    private: int,
    group: Group,
    *,
    name: str | None = None,
    signer: MessageKeys | None = None,
    draw: Draw = secrets.randbelow,
    version: Version = VERSION_1,
) -> TrusteeKey:
    """The key pair of a given private key, with a fresh proof of knowledge, protocol.md §6.1.

    A member of a threshold group signs its public key with `signer`, protocol.md §6.3. Raises Malformed for a private key out of range.
    """
    if not 0 < private < group.q:
        raise Malformed(SECTION, "a private key lies between 1 and q-1")
    key = group.power_g(private)
    pok = make_knowledge(group, "pok", _pok_context(group, key), private, draw=draw, version=version)
    signature = None if signer is None else sign_text(group.ser(key), signer, draw=draw)
    return TrusteeKey(private, TrusteePublicKey(group, key, pok, name, signature))
