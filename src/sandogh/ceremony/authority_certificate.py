"""The certificate of a credential authority over its list: protocol.md §5.4."""

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.channel import MessageKeys, SignedMessage
from sandogh.protocol.digest import sha_base64, sha_hex
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.group import Element, Group
from sandogh.protocol.shapes import record
from sandogh.protocol.version import VERSION_1

SECTION = "§5.4"
FIELDS = ("uuid", "voter_list_length", "public_creds_hash", "verification_key", "encryption_key")


def certify(keys: MessageKeys, listed: bytes, *, voters: int, uuid: str) -> bytes:
    """The signed certificate of a list in its published form (protocol.md §5.3)."""
    group = keys.group
    said: dict[str, object] = {
        "uuid": uuid,
        "voter_list_length": voters,
        "public_creds_hash": sha_base64(listed),
        "verification_key": group.ser(keys.verification),
        "encryption_key": group.ser(keys.encryption),
    }
    signed = SignedMessage.make(sha_hex(dumps(said)), keys)
    return dumps(said | {"signature": signed.form()})


def check_certificate(data: bytes, *, group: Group, uuid: str, listed: bytes, voters: int) -> Element:
    """The authority's verification key; raise unless it signed exactly this list of this election."""
    fields = record(loads_canonical(data, what="certificate"), (*FIELDS, "signature"), section=SECTION, what="certificate")
    expected = [uuid, voters, sha_base64(listed)]
    if [fields[name] for name in FIELDS[:3]] != expected:
        raise VerificationError(SECTION, "the certificate is of another list")
    verification, _encryption = (group.parse(fields[name], section=SECTION, what=name) for name in FIELDS[3:])
    signed = SignedMessage.parse(fields["signature"], group, section=SECTION, what="signature")
    if signed.message != sha_hex(dumps({name: fields[name] for name in FIELDS})):
        raise VerificationError(SECTION, "the signature is of another certificate")
    signed.check(verification, group=group, version=VERSION_1, section=SECTION, what="certificate")
    return verification
