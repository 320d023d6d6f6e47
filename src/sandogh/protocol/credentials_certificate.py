"""The certificate by which a credential authority vouches for the public list as its own (protocol.md §5.4)."""

import secrets
from dataclasses import dataclass
from typing import Protocol

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.channel import MessageKeys, SignedMessage
from sandogh.protocol.credential import count_public_credentials
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.shapes import hash_hex, number, number_form, record, text
from sandogh.protocol.version import Version

SECTION = "§5.4"

_FIELDS = ("uuid", "voter_list_length", "public_creds_hash", "verification_key", "encryption_key", "?signature")


class Subject(Protocol):
    """What of an election a certificate speaks of, or is read by."""

    @property
    def uuid(self) -> str: ...

    @property
    def group(self) -> Group: ...

    @property
    def version(self) -> Version: ...


@dataclass(frozen=True, slots=True)
class CredentialsCertificate:
    """Which list of which election, and the keys of who made it. That it is signed by them, only the check says."""

    group: Group
    uuid: str
    voter_list_length: int
    #: hex(SHA(public_creds.json)), the name of the archive member.
    public_creds_hash: str
    verification_key: Element
    encryption_key: Element
    signature: SignedMessage | None = None

    def form(self) -> dict[str, object]:
        signature: dict[str, object] = {} if self.signature is None else {"signature": self.signature.form()}
        return {
            "uuid": self.uuid,
            "voter_list_length": number_form(self.voter_list_length),
            "public_creds_hash": self.public_creds_hash,
            "verification_key": self.group.ser(self.verification_key),
            "encryption_key": self.group.ser(self.encryption_key),
            **signature,
        }

    @property
    def statement(self) -> str:
        """What is signed: the hex digest of the certificate without its signature."""
        return sha_hex(dumps({name: value for name, value in self.form().items() if name != "signature"}))

    @classmethod
    def from_bytes(cls, data: bytes, group: Group) -> "CredentialsCertificate":
        """Read a certificate in form, both keys members of the group, protocol.md §5.4. Raises Malformed or VerificationError.

        Intentional divergence from protocol.md §3.1, stricter: the identity is refused as a key, since everybody knows its secret.
        """
        what = "credentials certificate"
        fields = record(loads_canonical(data, section=SECTION, what=what), _FIELDS, section=SECTION, what=what)
        verification, encryption = (
            group.parse(fields[name], section=SECTION, what=name.replace("_", " ")) for name in ("verification_key", "encryption_key")
        )
        if group.identity in (verification, encryption):
            raise VerificationError(SECTION, f"{what}: a key is the identity")
        return cls(
            group=group,
            uuid=text(fields["uuid"], section=SECTION, what="uuid"),
            voter_list_length=number(fields["voter_list_length"], section=SECTION, what="voter list length"),
            public_creds_hash=hash_hex(fields["public_creds_hash"], section=SECTION, what="public credentials hash"),
            verification_key=verification,
            encryption_key=encryption,
            signature=SignedMessage.parse(fields["signature"], group, section=SECTION, what=what) if "signature" in fields else None,
        )


def make_credentials_certificate(keys: MessageKeys, credentials: bytes, *, uuid: str, draw: Draw = secrets.randbelow) -> bytes:
    """The signed certificate of a public list, by the keys of a seed, protocol.md §5.4. Raises Malformed for what is no list."""
    bare = CredentialsCertificate(
        keys.group, uuid, count_public_credentials(credentials), sha_hex(credentials), keys.verification, keys.encryption
    )
    return dumps(bare.form() | {"signature": SignedMessage.make(bare.statement, keys, draw=draw).form()})


def check_credentials_certificate(data: bytes, *, election: Subject, credentials_hash: str, voters: int) -> CredentialsCertificate:
    """Raise Malformed or VerificationError unless the owner of its key vouches for this very list, protocol.md §5.4.

    Whose key it is, the certificate does not say: compare it with what the credential authority tells about itself.

    1. in form, both keys members of the group
    2. of this election, of the list with this hex hash, of as many credentials as are listed
    3. signed, by its own verification key, over all the rest
    """
    # (1)
    certificate = CredentialsCertificate.from_bytes(data, election.group)
    # (2)
    if certificate.uuid != election.uuid:
        raise VerificationError(SECTION, "the certificate is of another election")
    if certificate.public_creds_hash != credentials_hash:
        raise VerificationError(SECTION, "the certificate is of another list of credentials")
    if certificate.voter_list_length != voters:
        raise VerificationError(SECTION, f"the certificate is of {certificate.voter_list_length} voters where {voters} are listed")
    # (3)
    signature = certificate.signature
    if signature is None:
        raise Malformed(SECTION, "the certificate is not signed")
    if signature.message != certificate.statement:
        raise VerificationError(SECTION, "the signature is of another certificate")
    signature.check(
        certificate.verification_key, group=election.group, version=election.version, section=SECTION, what="credentials certificate"
    )
    return certificate
