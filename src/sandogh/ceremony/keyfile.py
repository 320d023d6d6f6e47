"""The trustee's private key on disk: format `sandogh-trustee-key/1`, JSON, for its owner only, locked with a passphrase.

One format for every trustee: a single one makes it with `keygen`, a threshold member at the end of the key establishment.
"""

from dataclasses import dataclass, field
from pathlib import Path

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.locked import Ask, read_secret
from sandogh.protocol import canonical
from sandogh.protocol.errors import Malformed
from sandogh.protocol.group import Group
from sandogh.protocol.groups import group_named
from sandogh.protocol.trustee import TrusteeKey

FORMAT = "sandogh-trustee-key/1"


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key whose public key is what the file says. The number is hidden from `repr`, so from tracebacks and logs too."""

    group: Group
    private: int = field(repr=False)
    public_key: str

    @classmethod
    def of(cls, key: TrusteeKey) -> "PrivateKey":
        return cls(key.public.group, key.private, key.public.public_key)

    def to_bytes(self) -> bytes:
        return canonical.dumps(
            {"format": FORMAT, "group": self.group.name, "private_key": str(self.private), "public_key": self.public_key}
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "PrivateKey":
        """Refused, never showing the number, unless the file is of this format and its two halves belong together."""
        try:
            fields = canonical.loads(data, what="private key file")
        except Malformed as malformed:
            raise Refused(f"not a private key file: {malformed}") from malformed
        if not isinstance(fields, dict) or fields.get("format") != FORMAT:
            raise Refused(f"not a private key file of format {FORMAT}")
        if set(fields) != {"format", "group", "private_key", "public_key"} or not all(isinstance(value, str) for value in fields.values()):
            raise Refused("the private key file has not exactly the fields format, group, private_key, public_key")
        try:
            group = group_named(str(fields["group"]))
        except Malformed as malformed:
            raise Refused(f"the private key file: {malformed}") from malformed
        written = str(fields["private_key"])
        private = int(written) if written.isascii() and written.isdigit() and len(written) <= 700 else 0
        if not 0 < private < group.q or str(private) != written:
            raise Refused("the private key file: private_key is not a number between 1 and q-1; the file is damaged")
        public_key = group.ser(group.power_g(private))
        if public_key != fields["public_key"]:
            raise Refused("the private key file: private_key and public_key do not belong together; the file is damaged")
        return cls(group, private, public_key)


def read_key(path: Path, ask: Ask) -> PrivateKey:
    """Refused as `from_bytes`, and when the passphrase is wrong."""
    return PrivateKey.from_bytes(read_secret(path, ask))
