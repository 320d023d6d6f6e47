"""Partial decryptions: each trustee takes its part of the key off the tally, and proves it (protocol.md §10.1)."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import VerificationError, within
from sandogh.protocol.group import Draw, Element
from sandogh.protocol.proofs import Proof
from sandogh.protocol.shapes import array, record
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import TrusteePublicKey

SECTION = "§10.1"


@dataclass(frozen=True, slots=True)
class PartialDecryption:
    """One trustee's factor for every ciphertext of the tally, proofs checked. It remembers whose it is."""

    public_key: str
    factors: tuple[tuple[Element, ...], ...]


def _context(election: Election, public_key: str) -> str:
    """Names election and trustee, so that a factor of another election or of another trustee does not pass."""
    return f"{election.fingerprint}|{public_key}"


def make_partial_decryption(
    tally: EncryptedTally,
    *,
    private_key: int,
    election: Election,
    draw: Draw = secrets.randbelow,
) -> bytes:
    """alpha^x for every ciphertext with a proof that the exponent is that of the trustee's public key, protocol.md §10.1.

    What the caller must have done: checked that the tally is that of the kept ballots, and that the key is one of the election's trustees.
    """
    group = election.group
    context = _context(election, group.ser(group.power_g(private_key)))

    def decrypt(ciphertext: Ciphertext) -> tuple[str, dict[str, object]]:
        factor = group.power(ciphertext.alpha, private_key)
        w = group.random_scalar(draw)
        challenge = election.version.challenge(group, "decrypt", context, [group.power_g(w), group.power(ciphertext.alpha, w)])
        return group.ser(factor), Proof(challenge, (w - private_key * challenge) % group.q).form()

    rows = [[decrypt(ciphertext) for ciphertext in row] for row in tally.ciphertexts]
    return dumps(
        {
            "decryption_factors": [[factor for factor, _ in row] for row in rows],
            "decryption_proofs": [[proof for _, proof in row] for row in rows],
        }
    )


def check_partial_decryption(
    data: bytes,
    *,
    tally: EncryptedTally,
    trustee: TrusteePublicKey,
    election: Election,
) -> PartialDecryption:
    """Raise Malformed or VerificationError unless this trustee decrypted this very tally, protocol.md §10.1.

    1. one factor and one proof per ciphertext, in the tally's shape
    2. every factor a member of the group
    3. every proof holds for this election, this trustee, this ciphertext
    """
    group = election.group
    fields = record(
        loads_canonical(data, section=SECTION, what="partial decryption"),
        ("decryption_factors", "decryption_proofs"),
        section=SECTION,
        what="partial decryption",
    )
    context = _context(election, trustee.public_key)
    rows: list[tuple[Element, ...]] = []
    # (1) Shape first: a short answer must not pass by zipping to the shorter list.
    factor_rows = list(_shaped(fields["decryption_factors"], tally, what="decryption factors"))
    proof_rows = list(_shaped(fields["decryption_proofs"], tally, what="decryption proofs"))
    for question, (row, factors, proofs) in enumerate(zip(tally.ciphertexts, factor_rows, proof_rows, strict=True), 1):
        found: list[Element] = []
        for answer, (ciphertext, factor, proof) in enumerate(zip(row, factors, proofs, strict=True), 1):
            with within(f"question {question}, answer {answer}"):
                # (2)
                member = group.parse(factor, section=SECTION, what="decryption factor")
                # (3)
                _check_factor(
                    member,
                    Proof.parse(proof, group, section=SECTION, what="decryption proof"),
                    ciphertext=ciphertext,
                    key=trustee.key,
                    context=context,
                    election=election,
                )
                found.append(member)
        rows.append(tuple(found))
    return PartialDecryption(trustee.public_key, tuple(rows))


def _shaped(value: object, tally: EncryptedTally, *, what: str) -> Iterator[list[object]]:
    rows = array(value, section=SECTION, what=what, length=len(tally.ciphertexts))
    for question, (row, expected) in enumerate(zip(rows, tally.ciphertexts, strict=True), 1):
        with within(f"question {question}"):
            yield array(row, section=SECTION, what=what, length=len(expected))


def _check_factor(factor: Element, proof: Proof, *, ciphertext: Ciphertext, key: Element, context: str, election: Election) -> None:
    """Raise VerificationError unless factor = alpha^x for the x of the key, protocol.md §10.1."""
    group, c, r = election.group, proof.challenge, proof.response
    of_key = group.multiply(group.public_power_g(r), group.public_power(key, c))
    of_alpha = group.multiply(group.public_power(ciphertext.alpha, r), group.public_power(factor, c))
    if election.version.challenge(group, "decrypt", context, [of_key, of_alpha]) != c:
        raise VerificationError(SECTION, "the decryption proof does not hold")
