"""SHA-256 in the three forms the protocol writes it in (protocol.md §1)."""

import base64
import hashlib


def sha_hex(data: bytes) -> str:
    """hex(SHA(data)): names of archive members, links of the chain, protocol.md §1."""
    return hashlib.sha256(data).hexdigest()


def sha_base64(data: bytes) -> str:
    """b64(SHA(data)): 43 characters, no padding; fingerprints and trackers, protocol.md §1."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode("ascii").rstrip("=")


def sha_integer(data: bytes) -> int:
    """INT(SHA(data)): the digest as a big-endian integer, protocol.md §1."""
    return int.from_bytes(hashlib.sha256(data).digest(), "big")
