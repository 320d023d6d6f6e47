"""Opening a challenged ballot: all of its randomness from one seed, so that anybody can make it again (protocol.md §14)."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandogh.protocol.ballot import make_unsigned_ballot
from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.credential import parse_credential
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.question import Choice
from sandogh.protocol.shapes import array, hash_base64, hash_hex, integer, record, text

SECTION = "§14"
FORMAT = "sandogh-ballot-opening/1"

#: The bytes of a seed.
SEED_LENGTH = 32

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_DIGITS = re.compile(r"[01]*(?:-[01]*)*", re.ASCII)


class SeededDraw:
    """Uniform integers that follow from a seed, drawn by rejection from one stream of bytes, protocol.md §14. To be used as a `Draw`.

    It is for the ballot without its signature; the nonce of a signature never comes from a seed that may be shown.
    """

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_LENGTH:
            raise Malformed(SECTION, f"a seed is {SEED_LENGTH} bytes")
        self._seed = seed.hex()
        self._block = 0
        self._left = b""

    def __call__(self, below: int) -> int:
        """A uniform integer in 0..below-1."""
        bits = below.bit_length()
        while (number := int.from_bytes(self._take((bits + 7) // 8)) & ((1 << bits) - 1)) >= below:
            pass
        return number

    def _take(self, size: int) -> bytes:
        while len(self._left) < size:
            self._left += hashlib.sha256(f"ballot-randomness|{self._seed}|{self._block}".encode()).digest()
            self._block += 1
        taken, self._left = self._left[:size], self._left[size:]
        return taken


@dataclass(frozen=True, slots=True)
class Opening:
    """What shows the choices in a challenged ballot. That it is true, only `check_opening` says."""

    #: φ of the election.
    election: str
    #: h: the hash of the unsigned ballot, known before the challenge.
    ballot: str
    credential: str
    seed: bytes
    choices: tuple[Choice, ...]

    def to_bytes(self) -> bytes:
        return dumps(
            {
                "format": FORMAT,
                "election": self.election,
                "ballot": self.ballot,
                "credential": self.credential,
                "seed": self.seed.hex(),
                "choices": self.choices,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Opening":
        """Raises Malformed, protocol.md §14."""
        fields = record(
            loads_canonical(data, section=SECTION, what="opening"),
            ("format", "election", "ballot", "credential", "seed", "choices"),
            section=SECTION,
            what="opening",
        )
        if fields["format"] != FORMAT:
            raise Malformed(SECTION, "opening: another format")
        return cls(
            election=hash_base64(fields["election"], section=SECTION, what="election"),
            ballot=hash_base64(fields["ballot"], section=SECTION, what="ballot"),
            credential=text(fields["credential"], section=SECTION, what="credential"),
            seed=bytes.fromhex(hash_hex(fields["seed"], section=SECTION, what="seed")),
            choices=tuple(_choice(choice) for choice in array(fields["choices"], section=SECTION, what="choices")),
        )

    def to_fragment(self) -> str:
        """The short form for the end of an address: without the election, which the address names, protocol.md §14.

        Raises Malformed when a choice is not a row of 0 and 1, for which alone there is a short form.
        """
        rows = ["".join(map(str, choice)) for choice in self.choices]
        if not all(re.fullmatch("[01]*", row) for row in rows):
            raise Malformed(SECTION, "only choices of 0 and 1 have a short form")
        ballot = self.ballot.translate(str.maketrans("+/", "-_"))
        return ".".join(["#1", ballot, _base64url(self.seed), _base64url(self.credential.encode()), "-".join(rows)])

    @classmethod
    def from_fragment(cls, fragment: str, *, election: str) -> "Opening":
        """Read the short form, of the election with this fingerprint, protocol.md §14. Raises Malformed."""
        parts = fragment.split(".")
        if len(parts) != 5 or parts[0] != "#1" or not _DIGITS.fullmatch(parts[4]):
            raise Malformed(SECTION, "not the short form of an opening")
        ballot, seed, credential = map(_from_base64url, parts[1:4])
        if len(ballot) != 32 or len(seed) != SEED_LENGTH or not credential.isascii():
            raise Malformed(SECTION, "not the short form of an opening")
        return cls(
            election=hash_base64(election, section=SECTION, what="election"),
            ballot=parts[1].translate(str.maketrans("-_", "+/")),
            credential=credential.decode("ascii"),
            seed=seed,
            choices=tuple(tuple(map(int, row)) for row in parts[4].split("-")),
        )


def _choice(value: object) -> Choice:
    """Integers, or rows of them."""
    entries = array(value, section=SECTION, what="choices of a question")
    if entries and all(isinstance(entry, list) for entry in entries):
        return tuple(_row(entry) for entry in entries)
    return _row(entries)


def _row(value: object) -> tuple[int, ...]:
    return tuple(integer(entry, section=SECTION, what="choice") for entry in array(value, section=SECTION, what="choices of a question"))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _from_base64url(written: str) -> bytes:
    if not _BASE64URL.fullmatch(written) or len(written) % 4 == 1:
        raise Malformed(SECTION, "not Base64 for addresses")
    data = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    if _base64url(data) != written:
        raise Malformed(SECTION, "not in the one Base64 form of these bytes")
    return data


def make_opening(election: Election, *, credential: str, seed: bytes, choices: Sequence[Choice]) -> Opening:
    """The opening of the ballot that this public credential, seed and choices make, protocol.md §14.

    Only for a ballot that was challenged and can never be cast: it shows the choices. Raises Malformed as `make_unsigned_ballot` does.
    """
    unsigned = make_unsigned_ballot(election, credential, choices, draw=SeededDraw(seed))
    return Opening(election.fingerprint, unsigned.hash, credential, seed, tuple(choices))


def check_opening(data: bytes, election: Election) -> tuple[Choice, ...]:
    """The choices that a challenged ballot held, protocol.md §14. Raises Malformed or VerificationError.

    1. an opening in form, of this election, for a public credential
    2. the ballot made again has the hash that was known before: the ciphertexts hold these choices, and the proofs hide nothing else,
       since every bit of them follows from the seed
    """
    return check_opened(Opening.from_bytes(data), election)


def check_opened(opening: Opening, election: Election) -> tuple[Choice, ...]:
    """As `check_opening`, of an opening that was read before, protocol.md §14."""
    # (1)
    if opening.election != election.fingerprint:
        raise VerificationError(SECTION, "the opening is of another election")
    parse_credential(opening.credential, election.group, section=SECTION)
    # (2)
    made = make_opening(election, credential=opening.credential, seed=opening.seed, choices=opening.choices)
    if made.ballot != opening.ballot:
        raise VerificationError(SECTION, "the ballot made again is not the one that was challenged: it held something else")
    return opening.choices
