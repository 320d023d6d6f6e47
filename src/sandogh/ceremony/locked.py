"""Secrets at rest: a file that opens with a passphrase only, format `sandogh-locked/1`, canonical JSON.

    {"format": "sandogh-locked/1", "contents": the format inside, "kdf": {"name": "scrypt", "n", "r", "p", "salt"},
     "cipher": "AES-256-GCM", "nonce", "data"}

The key is scrypt (RFC 7914) of the passphrase with N = 2^17, r = 8, p = 1: 128 MiB of memory and a third of a second on a present
machine, a second or two on an old laptop, and the same again for every guess of a thief. Salt and nonce are fresh for every writing.
Everything but `data` is authenticated with it (AES-GCM's associated data), so that no byte of the file can be changed unnoticed.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import read_private, replace, write_new
from sandogh.persian import fold_digits, fold_letters
from sandogh.protocol import canonical
from sandogh.protocol.errors import Malformed
from sandogh.protocol.shapes import integer, record, text

FORMAT = "sandogh-locked/1"
CIPHER = "AES-256-GCM"
COST = 2**17  # scrypt's N
# What a reader is willing to spend: a file from elsewhere must not ask for all the memory there is.
COSTS = frozenset(2**exponent for exponent in range(10, 21))
BLOCK, PARALLEL = 8, 1  # scrypt's r and p
SHORTEST, LONGEST = 12, 1000  # characters of a passphrase
SECTION = "§2"

_HEX = re.compile(r"(?:[0-9a-f]{2})+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Passphrase:
    """What a person typed, in the one form it is used in: `repr` hides it."""

    key_material: bytes = field(repr=False)

    @classmethod
    def typed(cls, entered: str) -> "Passphrase":
        """Refused for an empty one, one with line breaks, and bytes that are no text.

        Letters and digits that different keyboards write differently (ي and ی, ۀ in one piece or two, ۵ and 5) count as the same, and
        the mark that some editors put before a text counts for nothing, so that the file opens on another machine too.
        """
        normal = unicodedata.normalize("NFKC", entered.removeprefix("\ufeff"))
        folded = fold_digits(fold_letters(normal)).replace("\u06c0", "ه\u0654")
        if not folded or len(folded) > LONGEST or any(unicodedata.category(character) in ("Cc", "Cs") for character in folded):
            raise Refused(f"a passphrase is one line of 1 to {LONGEST} characters")
        return cls(folded.encode())

    def demand_strong(self) -> None:
        """Refused for a new passphrase that a thief of the file would guess soon."""
        if len(self.key_material.decode()) < SHORTEST:
            raise Refused(
                f"the passphrase is too short: take at least {SHORTEST} characters, better four or five words that nobody connects"
            )


#: How a passphrase is come by, and only when it is needed; the argument says to the person what it opens.
Ask = Callable[[str], Passphrase]


def lock(data: bytes, passphrase: Passphrase, *, contents: str, cost: int = COST) -> bytes:
    """The locked file of `data`, whose format `contents` names."""
    header: dict[str, object] = {
        "format": FORMAT,
        "contents": contents,
        "kdf": {"name": "scrypt", "n": cost, "r": BLOCK, "p": PARALLEL, "salt": secrets.token_hex(32)},
        "cipher": CIPHER,
        "nonce": secrets.token_hex(12),
    }
    sealed = _cipher(passphrase, header).encrypt(bytes.fromhex(str(header["nonce"])), data, canonical.dumps(header))
    return canonical.dumps(header | {"data": sealed.hex()})


def unlock(data: bytes, passphrase: Passphrase, *, what: str) -> bytes:
    """What was locked; Refused, without saying which, when the passphrase is wrong or any byte of the file is not as it was written."""
    header, sealed = _read(data, what=what)
    try:
        return _cipher(passphrase, header).decrypt(bytes.fromhex(str(header["nonce"])), sealed, canonical.dumps(header))
    except InvalidTag as wrong:
        raise Refused(f"{what} does not open: the passphrase is wrong, or the file is damaged") from wrong


def is_locked(data: bytes) -> bool:
    """Whether this is, or once was, a locked file: then nothing else is tried with it."""
    return data.startswith(b'{"format":"sandogh-locked/')


def open_secret(path: Path, ask: Ask) -> tuple[bytes, Passphrase | None]:
    """The secret that the file holds, and the passphrase, asked for only if the file is locked. Refused as `unlock` and `read_private`."""
    data = read_private(path)
    if not is_locked(data):
        return data, None
    passphrase = ask(str(path))
    return unlock(data, passphrase, what=str(path)), passphrase


def read_secret(path: Path, ask: Ask) -> bytes:
    """The secret alone."""
    return open_secret(path, ask)[0]


def write_secret(path: Path, data: bytes, passphrase: Passphrase | None, *, contents: str) -> None:
    """A new file for its owner only, locked unless the person said that no passphrase is wanted."""
    write_new(path, data if passphrase is None else lock(data, passphrase, contents=contents), private=True)


def change_passphrase(path: Path, ask: Ask, choose: Callable[[], Passphrase | None]) -> None:
    """Lock the file anew, all at once: after a power cut it opens with the old passphrase or with the new one.

    What stood in the file may still be on the medium, readable for who knows the old passphrase.
    """
    data = read_secret(path, ask)
    try:
        inside = canonical.loads(data)
    except Malformed as malformed:
        raise Refused(f"{path} holds no key of ours: {malformed}") from malformed
    contents = inside.get("format") if isinstance(inside, dict) else None
    if not isinstance(contents, str) or not contents.startswith("sandogh-trustee-"):
        raise Refused(f"{path} holds no key of ours")
    new = choose()
    replace(path, data if new is None else lock(data, new, contents=contents))


def _cipher(passphrase: Passphrase, header: dict[str, object]) -> AESGCM:
    kdf = header["kdf"]
    if not isinstance(kdf, dict):
        raise Malformed(SECTION, "kdf: not an object")
    kind = Scrypt(salt=bytes.fromhex(kdf["salt"]), length=32, n=kdf["n"], r=BLOCK, p=PARALLEL)
    return AESGCM(kind.derive(passphrase.key_material))


def _read(data: bytes, *, what: str) -> tuple[dict[str, object], bytes]:
    """(everything but data, data); Refused unless the file is exactly as this program writes it."""
    try:
        fields = _parsed(data)
    except Malformed as malformed:
        raise Refused(f"{what} is damaged or no locked file: {malformed.what}") from malformed
    return {name: value for name, value in fields.items() if name != "data"}, bytes.fromhex(str(fields["data"]))


def _parsed(data: bytes) -> dict[str, object]:
    value = canonical.loads_canonical(data, what="locked file")
    fields = record(value, ("format", "contents", "kdf", "cipher", "nonce", "data"), section=SECTION, what="locked file")
    kdf = record(fields["kdf"], ("name", "n", "r", "p", "salt"), section=SECTION, what="kdf")
    n, r, p = (integer(kdf[name], section=SECTION, what=name) for name in ("n", "r", "p"))
    wanted = (FORMAT, "scrypt", BLOCK, PARALLEL, CIPHER)
    if (fields["format"], kdf["name"], r, p, fields["cipher"]) != wanted or n not in COSTS:
        raise Malformed(SECTION, f"not a locked file of format {FORMAT} with known parameters")
    text(fields["contents"], section=SECTION, what="contents")
    for place, length in ((kdf["salt"], 64), (fields["nonce"], 24), (fields["data"], None)):
        digits = text(place, section=SECTION, what="hex")
        if not _HEX.fullmatch(digits) or (length is not None and len(digits) != length):
            raise Malformed(SECTION, "a field is not hex of its length")
    return fields
