"""Signed and encrypted messages between trustees who establish a key together (protocol.md §6.2)."""

import re
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.credential import BASE58
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.proofs import Proof, check_knowledge, make_knowledge
from sandogh.protocol.shapes import record, text
from sandogh.protocol.version import VERSION_1, Version

SECTION = "§6.2"

_SEED_LENGTH = 22
_SEED = re.compile(f"[{BASE58}]{{{_SEED_LENGTH}}}", re.ASCII)
#: AES-GCM as it is published: hex of the ciphertext and, at its end, the tag of 16 bytes.
_DATA = re.compile(r"(?:[0-9a-f]{2}){16,}", re.ASCII)
_ALGORITHM = "AES-GCM"


def generate_seed(*, draw: Draw = secrets.randbelow) -> str:
    """A fresh seed of about 129 bits, from which both of a trustee's secret keys follow, protocol.md §6.2."""
    return "".join(BASE58[draw(len(BASE58))] for _ in range(_SEED_LENGTH))


@dataclass(frozen=True, slots=True)
class MessageKeys:
    """What a seed derives to: sk signs, dk decrypts; vk = g^sk and ek = g^dk are public (protocol.md §6.2)."""

    group: Group
    version: Version
    signing: int = field(repr=False)
    decryption: int = field(repr=False)
    verification: Element
    encryption: Element

    @classmethod
    def from_seed(cls, seed: str, group: Group, *, version: Version = VERSION_1) -> "MessageKeys":
        """protocol.md §6.2. Raises Malformed, without quoting it, for what is no seed."""
        if not _SEED.fullmatch(seed):
            raise Malformed(SECTION, f"a seed is {_SEED_LENGTH} Base58 characters")
        signing, decryption = version.message_keys(seed, group)
        return cls(group, version, signing, decryption, group.power_g(signing), group.power_g(decryption))


def sign_text(message: str, keys: MessageKeys, *, draw: Draw = secrets.randbelow) -> Proof:
    """The signature of a text alone, protocol.md §6.2."""
    return make_knowledge(keys.group, "sigmsg", message, keys.signing, draw=draw, version=keys.version)


def check_signed_text(
    message: str, signature: Proof, *, verification: Element, group: Group, version: Version, section: str, what: str
) -> None:
    """Raise VerificationError unless the owner of the verification key signed this very text, protocol.md §6.2."""
    check_knowledge(
        signature,
        group=group,
        label="sigmsg",
        context=message,
        public=verification,
        section=section,
        what=f"{what}: signature",
        version=version,
    )


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A text and a signature of it; whose, `check` says (protocol.md §6.2)."""

    message: str
    signature: Proof

    @classmethod
    def make(cls, message: str, keys: MessageKeys, *, draw: Draw = secrets.randbelow) -> "SignedMessage":
        return cls(message, sign_text(message, keys, draw=draw))

    @classmethod
    def parse(cls, value: object, group: Group, *, section: str, what: str) -> "SignedMessage":
        """In form only. Raises Malformed."""
        fields = record(value, ("message", "signature"), section=section, what=what)
        return cls(
            text(fields["message"], section=section, what=f"{what}: message"),
            Proof.parse(fields["signature"], group, section=section, what=f"{what}: signature"),
        )

    def form(self) -> dict[str, object]:
        """The JSON form that `parse` reads."""
        return {"message": self.message, "signature": self.signature.form()}

    def check(self, verification: Element, *, group: Group, version: Version, section: str, what: str) -> None:
        """Raise VerificationError unless signed by the owner of this key, protocol.md §6.2."""
        check_signed_text(self.message, self.signature, verification=verification, group=group, version=version, section=section, what=what)


@dataclass(frozen=True, slots=True)
class EncryptedMessage:
    """AES-256-GCM under a key that ElGamal carries; alpha and beta are members of the group once the value exists (protocol.md §6.2).

    Membership comes before any use of a secret key: an alpha of small order would tell the holder's dk modulo that order.
    """

    group: Group
    alpha: Element
    beta: Element
    data: bytes

    @classmethod
    def from_text(cls, written: object, group: Group, *, section: str, what: str) -> "EncryptedMessage":
        """Read a message, which travels as a text. Raises Malformed, or VerificationError for an element outside the subgroup."""
        encoded = _utf8(text(written, section=section, what=what), what=what)
        fields = record(
            loads_canonical(encoded, section=section, what=what), ("algorithm", "alpha", "beta", "data"), section=section, what=what
        )
        # AES-CCM, which releases before 3.3.0 wrote without naming an algorithm, is refused.
        if fields["algorithm"] != _ALGORITHM:
            raise Malformed(section, f"{what}: the algorithm is not {_ALGORITHM}")
        data = text(fields["data"], section=section, what=f"{what}: data")
        if not _DATA.fullmatch(data):
            raise Malformed(section, f"{what}: data are not the lower-case hex digits of a ciphertext with its tag")
        return cls(
            group,
            group.parse(fields["alpha"], section=section, what=f"{what}: alpha"),
            group.parse(fields["beta"], section=section, what=f"{what}: beta"),
            bytes.fromhex(data),
        )

    def to_text(self) -> str:
        """The text that `from_text` reads."""
        return dumps(
            {
                "algorithm": _ALGORITHM,
                "alpha": self.group.ser(self.alpha),
                "beta": self.group.ser(self.beta),
                "data": self.data.hex(),
            }
        ).decode("utf-8")


def encrypt(
    message: bytes, recipient: Element, *, group: Group, version: Version = VERSION_1, draw: Draw = secrets.randbelow
) -> EncryptedMessage:
    """Encrypt bytes for the holder of dk, where recipient = g^dk, protocol.md §6.2.

    Key and nonce belong to this message alone: both follow from fresh random exponents.
    """
    r, s = group.random_scalar(draw), group.random_scalar(draw)
    shared, alpha = group.power_g(s), group.power_g(r)
    beta = group.multiply(group.power(recipient, r), shared)
    key, nonce = version.channel_key(group.ser(shared)), version.channel_nonce(group.ser(alpha))
    return EncryptedMessage(group, alpha, beta, AESGCM(key).encrypt(nonce, message, None))


def decrypt(encrypted: EncryptedMessage, keys: MessageKeys, *, section: str, what: str) -> bytes:
    """Raise VerificationError unless the message was encrypted for these keys and is whole, protocol.md §6.2."""
    group, version = keys.group, keys.version
    shared = group.divide(encrypted.beta, group.power(encrypted.alpha, keys.decryption))
    key, nonce = version.channel_key(group.ser(shared)), version.channel_nonce(group.ser(encrypted.alpha))
    try:
        return AESGCM(key).decrypt(nonce, encrypted.data, None)
    except InvalidTag as error:
        raise VerificationError(section, f"{what}: not encrypted for this member, or changed on its way") from error


def send(message: str, *, sender: MessageKeys, recipient: Element, draw: Draw = secrets.randbelow) -> str:
    """Sign a text for one recipient and encrypt it for the same one: send(sk, ek, M), protocol.md §6.2.

    The signature names the recipient, so that nobody who receives the message can pass it on as if it had been sent to somebody else.
    """
    addressed = dumps({"recipient": sender.group.ser(recipient), "message": message}).decode("utf-8")
    signed = SignedMessage.make(addressed, sender, draw=draw)
    return encrypt(dumps(signed.form()), recipient, group=sender.group, version=sender.version, draw=draw).to_text()


def receive(written: object, *, recipient: MessageKeys, sender: Element, section: str = SECTION, what: str = "message") -> str:
    """The text that the owner of the verification key `sender` sent to this recipient, protocol.md §6.2.

    1. form and membership, before the secret key touches anything
    2. decryption
    3. the sender's signature
    4. the recipient named under it is this one

    Raises Malformed or VerificationError, which never quote a value that was decrypted.
    """
    group = recipient.group
    # (1)
    encrypted = EncryptedMessage.from_text(written, group, section=section, what=what)
    # (2)
    signed = SignedMessage.parse(
        decrypted_json(decrypt(encrypted, recipient, section=section, what=what), section=section, what=what),
        group,
        section=section,
        what=what,
    )
    # (3)
    signed.check(sender, group=group, version=recipient.version, section=section, what=what)
    # (4)
    fields = record(
        decrypted_json(_utf8(signed.message, what=what), section=section, what=what), ("recipient", "message"), section=section, what=what
    )
    if fields["recipient"] != group.ser(recipient.encryption):
        raise VerificationError(section, f"{what}: signed for another recipient")
    return text(fields["message"], section=section, what=what)


def decrypted_json(data: bytes, *, section: str, what: str) -> object:
    """Canonical JSON that was secret. Raises Malformed without a word of it."""
    try:
        return loads_canonical(data, section=section, what=what)
    except Malformed:
        # The cause stays out on purpose: it quotes what it could not read.
        raise Malformed(section, f"{what}: what was decrypted is no canonical JSON") from None


def _utf8(written: str, *, what: str) -> bytes:
    """Raises Malformed for half a surrogate pair, which only an escape can bring in."""
    try:
        return written.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed("§2", f"{what}: a string holds half a surrogate pair") from error
