"""What the credential authority can prove about its list, then and later, with a key that only it had.

At issuing it signs twice with the key of a seed drawn for this election: the certificate of protocol.md §5.4, which may stand in the
archive, and a statement with what that one leaves out (roll, request, weights, moment). Both together are the record, format
`sandogh-credentials-record/1`. With the list itself, and the destruction if there was one, they are the proof, format
`sandogh-credentials-proof/1`, which needs neither store nor passphrase to be checked, and survives the destruction of the secrets.

The key stands in the record itself, so a proof shows *whose* list it is only to who knows the key's fingerprint from elsewhere: it is
read out at issuing, written into the minutes, and compared at every check. Who holds the server but not the seed cannot make another
list under it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.request import UUID, CredentialsRequest
from sandogh.ceremony.store_making import stamp
from sandogh.protocol import canonical
from sandogh.protocol.channel import MessageKeys, SignedMessage
from sandogh.protocol.credential import check_public_credentials, make_public_credentials
from sandogh.protocol.credentials_certificate import check_credentials_certificate, make_credentials_certificate
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.group import Element, Group
from sandogh.protocol.groups import group_named
from sandogh.protocol.shapes import hash_hex, integer, record, text
from sandogh.protocol.version import VERSION_1, Version

RECORD_FORMAT = "sandogh-credentials-record/1"
STATEMENT_FORMAT = "sandogh-credentials-statement/1"
DESTRUCTION_FORMAT = "sandogh-credentials-destruction/1"
PROOF_FORMAT = "sandogh-credentials-proof/1"
SECTION = "§5.4"

_STATEMENT = ("format", "uuid", "group", "roll_fingerprint", "request", "voters", "weight", "list", "issued_at")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+00:00", re.ASCII)


@dataclass(frozen=True, slots=True)
class Statement:
    """What the authority said about its list when it made it, signature checked. `key` is its verification key as text."""

    uuid: str
    group: Group
    roll_fingerprint: str
    request: str
    voters: int
    weight: int
    list_hash: str
    issued_at: str
    key: str

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 of the authority's verification key: what is compared by telephone and stands in the minutes."""
        return sha_hex(self.key.encode())


@dataclass(frozen=True, slots=True)
class Subject:
    """Which election a certificate speaks of: there is no election file yet when it is made."""

    uuid: str
    group: Group
    version: Version = VERSION_1


@dataclass(frozen=True, slots=True)
class CredentialsProof:
    """A checked proof: the list as credential → weight is the authority's own. `destroyed_at` when it has no secret any more."""

    statement: Statement
    certificate: bytes
    credentials: Mapping[str, int]
    destroyed_at: str | None


def make_record(seed: str, request: CredentialsRequest, weights: Mapping[str, int], *, now: datetime) -> bytes:
    """The record of a list that was just made."""
    keys = MessageKeys.from_seed(seed, request.group)
    listed = make_public_credentials(weights, request.group)
    statement = {
        "format": STATEMENT_FORMAT,
        "uuid": request.uuid,
        "group": request.group.name,
        "roll_fingerprint": request.roll_fingerprint,
        "request": request.digest,
        "voters": len(weights),
        "weight": sum(weights.values()),
        "list": sha_hex(listed),
        "issued_at": stamp(now),
    }
    certificate = make_credentials_certificate(keys, listed, uuid=request.uuid)
    signed = SignedMessage.make(canonical.dumps(statement).decode(), keys)
    return canonical.dumps({"format": RECORD_FORMAT, "certificate": canonical.loads(certificate), "statement": signed.form()})


def check_record(data: bytes, listed: bytes) -> Statement:
    """Raise Malformed or VerificationError unless certificate and statement are signed by one key and speak of this very list."""
    fields = record(canonical.loads_canonical(data, what="record"), ("format", "certificate", "statement"), section=SECTION, what="record")
    if fields["format"] != RECORD_FORMAT:
        raise Malformed(SECTION, f"not a record of format {RECORD_FORMAT}")
    message = record(fields["statement"], ("message", "signature"), section=SECTION, what="statement")["message"]
    written = text(message, section=SECTION, what="statement")
    said = record(canonical.loads_canonical(written.encode(), what="statement"), _STATEMENT, section=SECTION, what="statement")
    if said["format"] != STATEMENT_FORMAT:
        raise Malformed(SECTION, f"not a statement of format {STATEMENT_FORMAT}")
    uuid, list_hash = text(said["uuid"], section=SECTION, what="uuid"), hash_hex(said["list"], section=SECTION, what="list")
    if not UUID.fullmatch(uuid):
        raise Malformed(SECTION, "statement: the uuid has not the right shape")
    group = group_named(text(said["group"], section=SECTION, what="group"))
    voters = integer(said["voters"], section=SECTION, what="voters")
    if sha_hex(listed) != list_hash:
        raise VerificationError(SECTION, "the list is not the one that the authority signed")
    certificate = canonical.dumps(fields["certificate"])
    subject = Subject(uuid, group)
    key = check_credentials_certificate(certificate, election=subject, credentials_hash=list_hash, voters=voters).verification_key
    signed = SignedMessage.parse(fields["statement"], group, section=SECTION, what="statement")
    signed.check(key, group=group, version=VERSION_1, section=SECTION, what="the authority's statement")
    return Statement(
        uuid=uuid,
        group=group,
        roll_fingerprint=hash_hex(said["roll_fingerprint"], section=SECTION, what="roll_fingerprint"),
        request=hash_hex(said["request"], section=SECTION, what="request"),
        voters=voters,
        weight=integer(said["weight"], section=SECTION, what="weight"),
        list_hash=list_hash,
        issued_at=_moment(said["issued_at"], what="issued_at"),
        key=group.ser(key),
    )


def certificate_of(record_data: bytes) -> bytes:
    """The certificate in a record, as it may stand in the archive, protocol.md §5.4, §11.4."""
    fields = record(canonical.loads(record_data), ("format", "certificate", "statement"), section=SECTION, what="record")
    return canonical.dumps(fields["certificate"])


def make_destruction(seed: str, record_data: bytes, listed: bytes, *, secrets: int, now: datetime) -> bytes:
    """The last thing that the authority signs: that it destroys so many secrets of this very record, and the key with them."""
    statement = check_record(record_data, listed)
    said = {
        "format": DESTRUCTION_FORMAT,
        "uuid": statement.uuid,
        "record": sha_hex(record_data),
        "secrets": secrets,
        "destroyed_at": stamp(now),
    }
    signed = SignedMessage.make(canonical.dumps(said).decode(), MessageKeys.from_seed(seed, statement.group))
    return canonical.dumps(signed.form())


def check_destruction(data: bytes, record_data: bytes, key: Element, statement: Statement) -> str:
    """The moment of the destruction; raise unless the authority signed it for this record and all its secrets."""
    signed = SignedMessage.parse(canonical.loads_canonical(data), statement.group, section=SECTION, what="destruction")
    signed.check(key, group=statement.group, version=VERSION_1, section=SECTION, what="the record of the destruction")
    names = ("format", "uuid", "record", "secrets", "destroyed_at")
    said = record(canonical.loads_canonical(signed.message.encode()), names, section=SECTION, what="destruction")
    if [said[name] for name in names[:4]] != [DESTRUCTION_FORMAT, statement.uuid, sha_hex(record_data), statement.voters]:
        raise VerificationError(SECTION, "the destruction is of something else than this list")
    return _moment(said["destroyed_at"], what="destroyed_at")


def make_proof(record_data: bytes, listed: bytes, destruction: bytes | None) -> bytes:
    """The proof as one file; `listed` is the list in its published form (protocol.md §5.3)."""
    return canonical.dumps(
        {
            "format": PROOF_FORMAT,
            "record": canonical.loads(record_data),
            "credentials": canonical.loads(listed),
        }
        | ({} if destruction is None else {"destruction": canonical.loads(destruction)})
    )


def check_proof(data: bytes) -> CredentialsProof:
    """Refused, saying what, unless the list in the proof is the one that the authority signed.

    1. record: certificate and statement by one key, of one list
    2. the list has this hash, this length and this weight
    3. the destruction, if there is one, is signed by the same key and of the same record
    """
    try:
        layout = ("format", "record", "credentials", "?destruction")
        fields = record(canonical.loads_canonical(data, what="proof"), layout, section=SECTION, what="proof")
        if fields["format"] != PROOF_FORMAT:
            raise Malformed(SECTION, f"not a proof of format {PROOF_FORMAT}")
        # (1)
        record_data, listed = canonical.dumps(fields["record"]), canonical.dumps(fields["credentials"])
        statement = check_record(record_data, listed)
        # (2)
        credentials = check_public_credentials(listed, statement.group)
        if (len(credentials), sum(credentials.values())) != (statement.voters, statement.weight):
            raise VerificationError(SECTION, "the statement counts other voters or weights than the list has")
        # (3)
        destroyed_at = None
        if "destruction" in fields:
            key = statement.group.parse(statement.key, section=SECTION, what="verification key")
            destroyed_at = check_destruction(canonical.dumps(fields["destruction"]), record_data, key, statement)
    except SandoghError as fault:
        raise Refused(f"the proof does not hold: {fault}") from fault
    return CredentialsProof(statement, certificate_of(record_data), credentials, destroyed_at)


def _moment(value: object, *, what: str) -> str:
    written = text(value, section=SECTION, what=what)
    if not _MOMENT.fullmatch(written):
        raise Malformed(SECTION, f"{what} is not a moment in UTC")
    return written
