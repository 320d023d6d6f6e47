"""What differs between versions of the protocol: all that is hashed under a label goes through here (protocol.md §13)."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable

from sandogh.protocol.digest import sha_base64, sha_hex, sha_integer
from sandogh.protocol.errors import Malformed, Unsupported
from sandogh.protocol.group import Element, Group

SECTION = "§4.3"


class Version(ABC):
    """A version of the protocol, as far as its hashes go. Labels are those of version 1; another version maps them to its own tags."""

    number: int

    def __reduce__(self) -> tuple[object, tuple[int]]:
        # One object per version in every process.
        return version_numbered, (self.number,)

    def __repr__(self) -> str:
        return f"<protocol version {self.number}>"

    @abstractmethod
    def challenge(self, group: Group, label: str, context: str, elements: Iterable[Element]) -> int:
        """The challenge of a proof, below q: bound to what the proof is for, what it speaks of, and its commitments, protocol.md §4.1."""

    @abstractmethod
    def fingerprint(self, data: bytes) -> str:
        """φ of an election file, protocol.md §4.3."""

    @abstractmethod
    def credential_exponent(self, credential: str, *, uuid: str, group: Group) -> int:
        """The secret exponent that a credential derives to, protocol.md §5.2."""

    @abstractmethod
    def message_keys(self, seed: str, group: Group) -> tuple[int, int]:
        """sk, which signs, and dk, which decrypts, of the seed of a trustee, protocol.md §6.2."""

    @abstractmethod
    def channel_key(self, shared: str) -> bytes:
        """The 32 bytes of the AES key for the text of a shared element, protocol.md §6.2."""

    @abstractmethod
    def channel_nonce(self, alpha: str) -> bytes:
        """The 32 bytes of the AES-GCM nonce for the text of a message's alpha, protocol.md §6.2."""

    @abstractmethod
    def shuffle_seed(self, fingerprint: str, text: str) -> str:
        """H: what the exponents of a shuffle's proof are derived from, protocol.md §9.2."""

    @abstractmethod
    def shuffle_exponent(self, seed: str, index: int, q: int) -> int:
        """u_i for the index i-1, which runs from 0, protocol.md §9.2."""

    @abstractmethod
    def shuffle_challenge(self, fingerprint: str, text: str, q: int) -> int:
        """c: the challenge of a shuffle's proof, protocol.md §9.2."""


class _Version1(Version):
    """Texts with a label in front, joined by bars, under SHA-256; scalars are digests modulo q."""

    number = 1

    def challenge(self, group: Group, label: str, context: str, elements: Iterable[Element]) -> int:
        return group.hash(f"{label}|{context}|", elements)

    def fingerprint(self, data: bytes) -> str:
        return sha_base64(data)

    def credential_exponent(self, credential: str, *, uuid: str, group: Group) -> int:
        # 512 bits modulo q of 256 bits: no bias worth the name.
        digits = "".join(sha_hex(f"derive_credential|{uuid}|{half}|{credential}".encode()) for half in (0, 1))
        return int(digits, 16) % group.q

    def message_keys(self, seed: str, group: Group) -> tuple[int, int]:
        return sha_integer(f"sk|{seed}".encode()) % group.q, sha_integer(f"dk|{seed}".encode()) % group.q

    def channel_key(self, shared: str) -> bytes:
        return hashlib.sha256(f"key|{shared}".encode()).digest()

    def channel_nonce(self, alpha: str) -> bytes:
        return hashlib.sha256(f"iv|{alpha}".encode()).digest()

    def shuffle_seed(self, fingerprint: str, text: str) -> str:
        return sha_hex(f"shuffle-challenges|{fingerprint}|{text}".encode())

    def shuffle_exponent(self, seed: str, index: int, q: int) -> int:
        return sha_integer((seed + sha_hex(str(index).encode())).encode()) % q

    def shuffle_challenge(self, fingerprint: str, text: str, q: int) -> int:
        return sha_integer(f"shuffle-challenge|{fingerprint}|{text}".encode()) % q


VERSION_1: Version = _Version1()


def version_numbered(number: int) -> Version:
    """The version of the protocol with this number, protocol.md §4.3. Raises Malformed for an unknown one, Unsupported for 2."""
    if number == VERSION_1.number:
        return VERSION_1
    if number == 2:
        raise Unsupported(SECTION, "protocol version 2")
    raise Malformed(SECTION, f"there is no protocol version {number}")
