"""Keyed hashes of what must not be stored: tokens, codes, limited identities. Each use has its own label, so no hash fits another place."""

import hashlib
import hmac
import secrets

from django.conf import settings

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
PUBLIC_ID_LENGTH = 22


def keyed_digest(label: str, value: str) -> bytes:
    """HMAC-SHA-256 of the value under the server's key, for this label only: 32 bytes."""
    key = hashlib.sha256(f"sandogh/{label}|{settings.SECRET_KEY}".encode()).digest()
    return hmac.digest(key, value.encode(), "sha256")


def keyed_hash(label: str, value: str) -> str:
    """`keyed_digest` as 64 lower-case hex digits."""
    return keyed_digest(label, value).hex()


def token_hash(token: str) -> str:
    """SHA-256 of a session's token. The token has 256 random bits, so no key is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_public_id() -> str:
    """22 random Base58 characters: about 128 bits."""
    return "".join(secrets.choice(_BASE58) for _ in range(PUBLIC_ID_LENGTH))
