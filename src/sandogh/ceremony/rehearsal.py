"""Rehearsal: each trustee opens a canary with the real key from its real medium, before voting opens and again before it closes.

The officer makes a rehearsal (`make_rehearsal`, format `sandogh-rehearsal/1`) with a fresh nonce; each trustee answers it
(`make_answer`, format `sandogh-rehearsal-answer/1`); the officer checks the answers and keeps the record for the minutes
(`rehearsal_check`).

Why answering can never harm, whoever made the file:

1. *The canary is nobody's vote.* Its randomness r and its plaintext are derived from nonce and election by a public rule. The trustee
   derives both anew and answers only if the ciphertext in the file is exactly (g^r, y^r·g^m). To pass a ballot or a tally off as a
   canary one would have to find a nonce whose r is the randomness of that ciphertext, that is, to invert SHA-256.
2. *The answer says nothing that was not public.* The factor is alpha^x = (g^r)^x = X^r, and everybody knows r and X. So the trustee is
   no decryption oracle, not even for a forger who broke (1): whoever knows r already knows the factor. What remains is the proof, and
   that is zero-knowledge.
3. *The answer is no decryption of anything else.* Its proof is hashed under a label of its own, `sandogh-rehearsal`, with the digest of
   the whole rehearsal, so it does not verify as a partial decryption (label `decrypt`, protocol.md §10.1), and no partial decryption as
   an answer.

Why a pass means something: the factor alone would not, by (2). The proof shows knowledge of the x with X = g^x and factor = alpha^x;
the challenge binds it to this rehearsal (nonce, election, purpose, moment), to X and to the factor, so an answer to an earlier
rehearsal or of another trustee fails. It could not be made before the nonce was known. What it does not show is *which* copy of the key
was used: use the medium that will be used at the count.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.keyfile import PrivateKey
from sandogh.protocol import canonical
from sandogh.protocol.digest import sha_hex, sha_integer
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.groups import group_named
from sandogh.protocol.proofs import Proof
from sandogh.protocol.shapes import array, hash_base64, record, text
from sandogh.protocol.version import VERSION_1

FORMAT = "sandogh-rehearsal/1"
ANSWER_FORMAT = "sandogh-rehearsal-answer/1"
LABEL = "sandogh-rehearsal"
PURPOSES = ("opening", "closing")
SECTION = "§10.1"

_NONCE = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal whose canary is the one of its nonce. `digest`, the hex SHA-256 of its bytes, enters every answer's proof."""

    group: Group
    election: str
    uuid: str
    title: str
    purpose: str
    made_at: str
    nonce: str
    key: Element
    trustees: tuple[str, ...]
    canary: Ciphertext
    data: bytes

    @property
    def digest(self) -> str:
        return sha_hex(self.data)

    @property
    def randomness(self) -> int:
        """r: known to everybody, which is what makes answering harmless."""
        return _derived("randomness", self.nonce, self.election, self.group)

    @property
    def plaintext(self) -> int:
        """m of the canary's g^m."""
        return _derived("plaintext", self.nonce, self.election, self.group)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Rehearsal":
        """Refused unless every field is in form and the ciphertext is exactly the canary of nonce, election and key."""
        try:
            return cls._parse(data)
        except SandoghError as fault:
            raise Refused(f"this is not a rehearsal to be answered: {fault}") from fault

    @classmethod
    def _parse(cls, data: bytes) -> "Rehearsal":
        names = ("format", "purpose", "election", "uuid", "title", "group", "public_key", "trustees", "made_at", "nonce", "canary")
        fields = record(canonical.loads_canonical(data, what="rehearsal"), names, section=SECTION, what="rehearsal")
        texts = {name: text(fields[name], section=SECTION, what=name) for name in names if name not in {"trustees", "canary"}}
        if texts["format"] != FORMAT:
            raise Malformed(SECTION, f"its format is not {FORMAT}")
        if texts["purpose"] not in PURPOSES:
            raise Malformed(SECTION, f"purpose is neither {' nor '.join(PURPOSES)}")
        if not _NONCE.fullmatch(texts["nonce"]):
            raise Malformed(SECTION, "the nonce is not 64 hex digits")
        _moment(texts["made_at"])
        group = group_named(texts["group"])
        key = group.parse(texts["public_key"], section=SECTION, what="public key")
        election = hash_base64(texts["election"], section=SECTION, what="election")
        canary = Ciphertext.parse(fields["canary"], group, section=SECTION)
        # The protection of the trustee: nothing but this very ciphertext is ever touched by the key.
        if canary != canary_of(group, key, nonce=texts["nonce"], election=election):
            raise VerificationError(
                SECTION,
                "the ciphertext is not the canary of its nonce: somebody wants your key to open something else; tell the supervisors",
            )
        trustees = [text(each, section=SECTION, what="trustee") for each in array(fields["trustees"], section=SECTION, what="trustees")]
        return cls(
            group=group,
            election=election,
            uuid=texts["uuid"],
            title=texts["title"],
            purpose=texts["purpose"],
            made_at=texts["made_at"],
            nonce=texts["nonce"],
            key=key,
            trustees=tuple(trustees),
            canary=canary,
            data=data,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """One trustee's answer, its proof checked."""

    public_key: str
    factor: Element
    data: bytes


def canary_of(group: Group, key: Element, *, nonce: str, election: str) -> Ciphertext:
    """The one ciphertext that a rehearsal with this nonce may ask to open."""
    r = _derived("randomness", nonce, election, group)
    marked = group.public_power_g(_derived("plaintext", nonce, election, group))
    return Ciphertext(group.public_power_g(r), group.multiply(group.public_power(key, r), marked))


def make_rehearsal(election: Election, trustees: list[str], *, purpose: str, now: datetime) -> bytes:
    """A rehearsal of this election's trustees (their public keys in order), with a nonce that nobody knew before."""
    nonce = secrets.token_hex(32)
    group = election.group
    canary = canary_of(group, election.public_key, nonce=nonce, election=election.fingerprint)
    return canonical.dumps(
        {
            "format": FORMAT,
            "purpose": purpose,
            "election": election.fingerprint,
            "uuid": election.uuid,
            "title": election.name,
            "group": group.name,
            "public_key": group.ser(election.public_key),
            "trustees": trustees,
            "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
            "nonce": nonce,
            "canary": canary.form(group),
        }
    )


def make_answer(rehearsal: Rehearsal, key: PrivateKey, *, draw: Draw = secrets.randbelow) -> bytes:
    """This trustee's part of the canary, with the proof that the key is here; Refused for a key that is no trustee's."""
    group = rehearsal.group
    if key.group is not group or key.public_key not in rehearsal.trustees:
        raise Refused("your key is not among this election's trustees: wrong key file, or a rehearsal of another election")
    factor = group.ser(group.power(rehearsal.canary.alpha, key.private))
    w = group.random_scalar(draw)
    commitments = [group.power_g(w), group.power(rehearsal.canary.alpha, w)]
    challenge = VERSION_1.challenge(group, LABEL, _context(rehearsal, key.public_key, factor), commitments)
    proof = Proof(challenge, (w - key.private * challenge) % group.q)
    return canonical.dumps(
        {
            "format": ANSWER_FORMAT,
            "rehearsal": rehearsal.digest,
            "public_key": key.public_key,
            "factor": factor,
            "proof": proof.form(),
        }
    )


def check_answer(data: bytes, rehearsal: Rehearsal) -> Answer:
    """Raise Malformed or VerificationError unless a trustee of this election answered this very rehearsal with the own key.

    1. the file is in form
    2. it answers this rehearsal and not another one, and its key is a trustee's
    3. the proof holds for key, factor and rehearsal
    """
    # (1)
    group = rehearsal.group
    names = ("format", "rehearsal", "public_key", "factor", "proof")
    fields = record(canonical.loads_canonical(data, what="answer"), names, section=SECTION, what="answer")
    if fields["format"] != ANSWER_FORMAT:
        raise Malformed(SECTION, f"not an answer of format {ANSWER_FORMAT}")
    # (2)
    if fields["rehearsal"] != rehearsal.digest:
        raise VerificationError(SECTION, "it answers another rehearsal: an old answer handed in again, or a mixed-up file")
    public_key = text(fields["public_key"], section=SECTION, what="public_key")
    if public_key not in rehearsal.trustees:
        raise VerificationError(SECTION, "its key is not a trustee's of this election")
    key = group.parse(public_key, section=SECTION, what="public key")
    factor = group.parse(fields["factor"], section=SECTION, what="factor")
    proof = Proof.parse(fields["proof"], group, section=SECTION, what="proof")
    # (3)
    c, r = proof.challenge, proof.response
    of_key = group.multiply(group.public_power_g(r), group.public_power(key, c))
    of_canary = group.multiply(group.public_power(rehearsal.canary.alpha, r), group.public_power(factor, c))
    if VERSION_1.challenge(group, LABEL, _context(rehearsal, public_key, group.ser(factor)), [of_key, of_canary]) != c:
        raise VerificationError(SECTION, "its proof does not hold: the key that answered is not the trustee's")
    return Answer(public_key, factor, data)


def _context(rehearsal: Rehearsal, public_key: str, factor: str) -> str:
    return f"{rehearsal.digest}|{public_key}|{factor}"


def _derived(what: str, nonce: str, election: str, group: Group) -> int:
    return sha_integer(f"{LABEL}-canary|{what}|{nonce}|{election}".encode()) % group.q


def _moment(written: str) -> None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as wrong:
        raise Malformed(SECTION, "made_at is not a date and time") from wrong
    if moment.tzinfo is None or moment.astimezone(UTC).isoformat(timespec="seconds") != written:
        raise Malformed(SECTION, "made_at is not a moment in UTC")
