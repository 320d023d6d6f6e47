"""The credentials request: what the officers hand to the credential authority, frozen roll included.

Format `sandogh-credentials-request/1`, JSON. It names each eligible voter by the licence number, with the greeting and the mobile
number that the invitation needs, the weight of the vote where it is not 1, and nothing else about them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from sandogh.ceremony import invitation
from sandogh.ceremony.errors import Refused
from sandogh.protocol import canonical
from sandogh.protocol.credential import LARGEST_TOTAL_WEIGHT
from sandogh.protocol.errors import Malformed
from sandogh.protocol.group import Group
from sandogh.protocol.groups import group_named

FORMAT = "sandogh-credentials-request/1"
MOBILE = re.compile(r"09[0-9]{9}")
UUID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,}")
VOTER_ID = re.compile(r"[0-9A-Za-z._-]{1,40}")
DIGEST = re.compile(r"[0-9a-f]{64}")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Invited:
    """One eligible voter. `mobile` is empty when the roll has none: the office then hands over the credential itself."""

    id: str
    greeting: str
    mobile: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class CredentialsRequest:
    """A checked request; `digest` is the hex SHA-256 of its bytes, by which a store knows its own request again."""

    slug: str
    uuid: str
    group: Group
    organisation: str
    org_short: str
    title: str
    link: str
    fictional: bool
    roll_fingerprint: str
    opens_at: datetime
    closes_at: datetime
    invitation: str
    voters: tuple[Invited, ...]
    digest: str

    @classmethod
    def from_bytes(cls, data: bytes) -> "CredentialsRequest":
        """Refused, naming the field, unless every field is there, nothing else is, and each makes sense."""
        try:
            fields = Fields("", canonical.loads(data))
            fields.demand("format", fields.text("format") == FORMAT, f"must be «{FORMAT}»")
            fields.only(
                "format", "slug", "uuid", "group", "organisation", "org_short", "title", "link", "fictional", "roll_fingerprint",
                "opens_at", "closes_at", "invitation", "voters",
            )  # fmt: skip
            group = group_named(fields.text("group"))
        except Malformed as malformed:
            raise Refused(f"the credentials request is not readable: {malformed}") from malformed
        fictional = fields.truth("fictional")
        opens_at, closes_at = fields.moment("opens_at"), fields.moment("closes_at")
        fields.demand("closes_at", opens_at < closes_at, "must be later than opens_at")
        template = fields.text("invitation", lines=True)
        try:
            invitation.check_template(template)
        except ValueError as wrong:
            raise Refused(f"the credentials request: invitation {wrong}") from wrong
        return cls(
            slug=fields.matching("slug", re.compile(r"[a-z0-9][a-z0-9-]{0,80}")),
            uuid=fields.matching("uuid", UUID),
            group=group,
            organisation=fields.text("organisation"),
            org_short=fields.text("org_short"),
            title=fields.text("title"),
            link=check_link(fields, fictional=fictional),
            fictional=fictional,
            roll_fingerprint=fields.matching("roll_fingerprint", DIGEST),
            opens_at=opens_at,
            closes_at=closes_at,
            invitation=template,
            voters=check_voters(fields),
            digest=sha256(data).hexdigest(),
        )


def check_link(fields: "Fields", *, fictional: bool) -> str:
    """The landing page's address. The credential goes after its «#», so it must not have one, and must not travel in clear."""
    link = fields.text("link")
    parts = urlsplit(link)
    fields.demand("link", parts.scheme in {"http", "https"} and bool(parts.hostname), "must be an address beginning with https://")
    fields.demand("link", not parts.fragment and not parts.query and "#" not in link and "?" not in link, "must have no «#» and no «?»")
    safe = parts.scheme == "https" or parts.hostname in LOOPBACK or fictional
    fields.demand("link", safe, "must begin with https:// (plain http is for fictional elections)")
    return link


def check_voters(fields: "Fields") -> tuple[Invited, ...]:
    voters = []
    seen: set[str] = set()
    for entry in fields.rows("voters"):
        entry.only("id", "greeting", "mobile", "?weight")
        voter = Invited(entry.matching("id", VOTER_ID), entry.text("greeting"), entry.text("mobile", empty=True), entry.weight())
        entry.demand("mobile", not voter.mobile or MOBILE.fullmatch(voter.mobile) is not None, "must be 09 and nine digits, or empty")
        entry.demand("id", voter.id not in seen, f"«{voter.id}» occurs twice")
        seen.add(voter.id)
        voters.append(voter)
    fields.demand("voters", bool(voters), "must not be empty")
    total = sum(voter.weight for voter in voters)
    fields.demand("voters", total <= LARGEST_TOTAL_WEIGHT, f"weigh {total} together; {LARGEST_TOTAL_WEIGHT} is the most")
    return tuple(voters)


class Fields:
    """A JSON object under examination: each reader gives the value in its type, or raises Refused with the field's path."""

    def __init__(self, path: str, value: object) -> None:
        self.path = path
        self.demand("", isinstance(value, Mapping), "must be an object")
        self.value: Mapping[str, Any] = value  # type: ignore[assignment]

    def demand(self, name: str, holds: bool, what: str) -> None:
        if not holds:
            where = ".".join(part for part in (self.path, name) if part) or "the whole"
            raise Refused(f"the credentials request: {where} {what}")

    def only(self, *names: str) -> None:
        """Exactly these fields; `?name` may be absent."""
        for name in names:
            self.demand(name, name.startswith("?") or name in self.value, "is missing")
        for name in self.value:
            self.demand(name, name in names or f"?{name}" in names, "is not a field of this format")

    def text(self, name: str, *, empty: bool = False, lines: bool = False) -> str:
        value = self.value.get(name)
        self.demand(name, isinstance(value, str) and (empty or bool(value.strip())), "must be a text")
        text = str(value)
        # A line break or a direction mark inside a name could forge a second line of the message.
        self.demand(name, CONTROL.search(text.replace("\n", "") if lines else text) is None, "must not hold control characters")
        self.demand(name, len(text) <= 2000, "is too long")
        return text

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        text = self.text(name)
        self.demand(name, pattern.fullmatch(text) is not None, f"«{text[:80]}» has not the right shape")
        return text

    def truth(self, name: str) -> bool:
        value = self.value.get(name)
        self.demand(name, isinstance(value, bool), "must be true or false")
        return value is True

    def moment(self, name: str) -> datetime:
        text = self.text(name)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as wrong:
            raise Refused(f"the credentials request: {name} «{text}» is not a date and time") from wrong
        self.demand(name, moment.tzinfo is not None, "must name its offset from UTC")
        return moment

    def weight(self) -> int:
        value = self.value.get("weight", 1)
        self.demand(
            "weight", type(value) is int and 1 <= value <= LARGEST_TOTAL_WEIGHT, f"must be a whole number from 1 to {LARGEST_TOTAL_WEIGHT}"
        )
        return int(value)

    def rows(self, name: str) -> list["Fields"]:
        value = self.value.get(name)
        self.demand(name, isinstance(value, list), "must be a list")
        return [Fields(f"{name}[{index}]", row) for index, row in enumerate(value or [])]
