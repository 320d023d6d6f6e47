"""The vault of a credential store: a random key under which every secret stands encrypted, itself locked with the passphrase.

Changing the passphrase rewrites one row; destroying that row makes every secret unreadable at once, wherever copies of the rows lie.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.locked import Ask, Passphrase, is_locked, lock, unlock
from sandogh.protocol import canonical

KEY_FORMAT = "sandogh-store-key/1"
NONCE = 12  # bytes, drawn anew for each secret: a hundred thousand random ones do not meet

_PLAIN = re.compile(rf'\{{"format":"{KEY_FORMAT}","key":"([0-9a-f]{{64}})"\}}'.encode())


@dataclass(frozen=True, slots=True)
class Vault:
    """An open vault."""

    key: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> "Vault":
        """A vault with a new random key of 256 bits."""
        return cls(secrets.token_bytes(32))

    def wrapped(self, passphrase: Passphrase | None) -> bytes:
        """The key as it is stored: locked, or plain when the person said that no passphrase is wanted."""
        plain = canonical.dumps({"format": KEY_FORMAT, "key": self.key.hex()})
        return plain if passphrase is None else lock(plain, passphrase, contents=KEY_FORMAT)

    @classmethod
    def unwrapped(cls, data: bytes, ask: Ask | None, *, what: str) -> "Vault":
        """Refused when the passphrase is wrong, not given, or the stored key damaged."""
        if is_locked(data):
            if ask is None:
                raise Refused(f"{what} opens with a passphrase only, and none was asked for")
            data = unlock(data, ask(what), what=what)
        found = _PLAIN.fullmatch(data)
        if found is None:
            raise Refused(f"{what}: its key is damaged")
        return cls(bytes.fromhex(found[1].decode()))

    def hide(self, secret: str, *, bound: Sequence[object]) -> bytes:
        """The secret encrypted (AES-256-GCM), and with it, unchangeable, what it is `bound` to."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), canonical.dumps(list(bound)))

    def show(self, hidden: bytes, *, bound: Sequence[object], what: str) -> str:
        """The secret; Refused when it, or anything it is bound to, was changed."""
        try:
            return AESGCM(self.key).decrypt(hidden[:NONCE], hidden[NONCE:], canonical.dumps(list(bound))).decode()
        except (InvalidTag, ValueError) as wrong:
            raise Refused(f"{what} was changed since it was issued, or is damaged: nothing of it is used") from wrong
