"""The election file: what is asked, in which group, under which key (protocol.md §4.3)."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.credential import BASE58
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed, VerificationError, within
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.groups import group_named
from sandogh.protocol.question import Question, parse_question
from sandogh.protocol.shapes import array, integer, record, text
from sandogh.protocol.trustee import Trustees
from sandogh.protocol.version import VERSION_1, Version, version_numbered

SECTION = "§4.3"

# The class below has a field of that name.
_Bytes = bytes

_FIELDS = (
    "version",
    "description",
    "name",
    "group",
    "public_key",
    "questions",
    "uuid",
    "?administrator",
    "?credential_authority",
    "?language",
)

#: About 82 bits: two elections never share one.
_UUID_LENGTH = 14
_UUID = re.compile(f"[{BASE58}]{{14,}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Election:
    """election.json, read. The bytes are fixed at setup; everything later is bound to their fingerprint."""

    version: Version
    bytes: _Bytes
    #: φ: b64(SHA(bytes)).
    fingerprint: str
    #: The same digest in hex, the name of the archive member.
    hash: str
    uuid: str
    name: str
    description: str
    group: Group
    public_key: Element
    questions: tuple[Question, ...]
    administrator: str | None
    credential_authority: str | None

    @classmethod
    def from_bytes(cls, data: _Bytes) -> "Election":
        """Read an election file, protocol.md §4.3. Raises Malformed, Unsupported (version 2), or VerificationError (the key).

        1. canonical JSON with exactly the known fields, version 1
        2. a known group, a key in it
        3. at least one question, each of a kind that the group allows, with fitting bounds
        4. a uuid of at least 14 Base58 characters
        """
        # (1)
        fields = record(loads_canonical(data, section=SECTION, what="election"), _FIELDS, section=SECTION, what="election")
        version = version_numbered(integer(fields["version"], section=SECTION, what="version"))
        # (2) The identity as election key would hide nothing (threat-model.md W13).
        group = group_named(fields["group"])
        public_key = group.parse(fields["public_key"], section=SECTION, what="election public key")
        if public_key == group.identity:
            raise VerificationError(SECTION, "election public key: the identity")
        # (3)
        questions: list[Question] = []
        for number, value in enumerate(array(fields["questions"], section=SECTION, what="questions"), 1):
            with within(f"question {number}"):
                questions.append(parse_question(value, group))
        if not questions:
            raise Malformed(SECTION, "election: no question")
        # (4)
        uuid = text(fields["uuid"], section=SECTION, what="uuid")
        if not _UUID.fullmatch(uuid):
            raise Malformed("§2", "uuid: not at least 14 characters of Base58")
        if "language" in fields:
            _check_language(fields["language"])
        return cls(
            version=version,
            bytes=data,
            fingerprint=version.fingerprint(data),
            hash=sha_hex(data),
            uuid=uuid,
            name=text(fields["name"], section=SECTION, what="name"),
            description=text(fields["description"], section=SECTION, what="description"),
            group=group,
            public_key=public_key,
            questions=tuple(questions),
            administrator=_optional_text(fields, "administrator"),
            credential_authority=_optional_text(fields, "credential_authority"),
        )

    @property
    def needs_shuffle(self) -> bool:
        """Whether some answers must be shuffled before they are opened: there is a non-homomorphic question, protocol.md §9.1."""
        return any(question.kind == "NH" for question in self.questions)

    def __reduce__(self) -> tuple[object, tuple[_Bytes]]:
        # Another process reads the same bytes again.
        return Election.from_bytes, (self.bytes,)


def _optional_text(fields: dict[str, object], name: str) -> str | None:
    return text(fields[name], section=SECTION, what=name) if name in fields else None


def _check_language(value: object) -> None:
    """`["fr","ltr"]`, the direction ltr or rtl, protocol.md §4.3."""
    language, direction = array(value, section=SECTION, what="language", length=2)
    text(language, section=SECTION, what="language")
    if direction not in ("ltr", "rtl"):
        raise Malformed(SECTION, "language: the direction is neither ltr nor rtl")


def new_uuid(*, draw: Draw = secrets.randbelow) -> str:
    """A fresh identifier of an election, protocol.md §2."""
    return "".join(BASE58[draw(len(BASE58))] for _ in range(_UUID_LENGTH))


def make_election(
    *,
    name: str,
    description: str,
    group: Group,
    trustees: Trustees,
    questions: Sequence[Question],
    uuid: str,
    administrator: str | None = None,
    credential_authority: str | None = None,
) -> _Bytes:
    """election.json, protocol.md §4.3. What it returns passes `Election.from_bytes`; raises what that raises."""
    optional = {"administrator": administrator, "credential_authority": credential_authority}
    data = dumps(
        {
            "version": VERSION_1.number,
            "description": description,
            "name": name,
            "group": group.name,
            "public_key": group.ser(trustees.election_key),
            "questions": [question.form() for question in questions],
            "uuid": uuid,
            **{field: value for field, value in optional.items() if value is not None},
        }
    )
    Election.from_bytes(data)
    return data


def check_election_key(election: Election, trustees: Trustees) -> None:
    """Raise VerificationError unless the election's key is the product of the trustees' keys, protocol.md §6."""
    if election.public_key != trustees.election_key:
        raise VerificationError("§6", "the election's public key is not the product of the trustees' keys")
