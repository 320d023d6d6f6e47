"""Partial decryptions: each trustee takes its part of the key off the tally, and proves it (protocol.md §10.1)."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import VerificationError, within
from sandogh.protocol.group import Draw, Element
from sandogh.protocol.nested import Tree, as_json, leaves, mapped, parsed_like, together
from sandogh.protocol.proofs import Proof
from sandogh.protocol.shapes import record
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import Member, Trustees

SECTION = "§10.1"


@dataclass(frozen=True, slots=True)
class PartialDecryption:
    """One trustee's factor for every ciphertext of the tally, in its shape, proofs checked. It remembers whose it is, by number and key."""

    owner: int
    public_key: str
    factors: Tree[Element]


@dataclass(frozen=True, slots=True)
class _Part:
    factor: Element
    proof: Proof


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

    `tally` is the shuffled one where there are non-homomorphic questions. What the caller must have done: checked that the tally is that
    of the kept ballots, that the key is one of the election's trustees, and that this trustee's shuffle is among those applied.

    1. every alpha is in the group, whoever made the tally: a part of small order would give away as much of the private key. Raises
       VerificationError before the key is used on anything
    2. factors and proofs
    """
    group = election.group
    # (1)
    for place, ciphertext in leaves(tally.ciphertexts):
        with within(place):
            group.parse(group.ser(ciphertext.alpha), section=SECTION, what="ciphertext alpha")
    # (2)
    context = _context(election, group.ser(group.power_g(private_key)))

    def decrypt(ciphertext: Ciphertext) -> _Part:
        factor = group.power(ciphertext.alpha, private_key)
        w = group.random_scalar(draw)
        challenge = election.version.challenge(group, "decrypt", context, [group.power_g(w), group.power(ciphertext.alpha, w)])
        return _Part(factor, Proof(challenge, (w - private_key * challenge) % group.q))

    parts = mapped(tally.ciphertexts, decrypt)
    return dumps(
        {
            "decryption_factors": as_json(parts, lambda part: group.ser(part.factor)),
            "decryption_proofs": as_json(parts, lambda part: part.proof.form()),
        }
    )


def check_partial_decryption(data: bytes, *, tally: EncryptedTally, trustee: Member, election: Election) -> PartialDecryption:
    """Raise Malformed or VerificationError unless this trustee decrypted this very tally, protocol.md §10.1.

    1. one factor and one proof per ciphertext, in the tally's shape; every factor a member of the group
    2. every proof holds for this election, this trustee, this ciphertext
    """
    group = election.group
    fields = record(
        loads_canonical(data, section=SECTION, what="partial decryption"),
        ("decryption_factors", "decryption_proofs"),
        section=SECTION,
        what="partial decryption",
    )
    # (1)
    factors = parsed_like(
        fields["decryption_factors"],
        tally.ciphertexts,
        lambda value: group.parse(value, section=SECTION, what="decryption factor"),
        section=SECTION,
        what="decryption factors",
    )
    proofs = parsed_like(
        fields["decryption_proofs"],
        tally.ciphertexts,
        lambda value: Proof.parse(value, group, section=SECTION, what="decryption proof"),
        section=SECTION,
        what="decryption proofs",
    )
    # (2)
    context = _context(election, trustee.public_key)
    for place, (ciphertext, factor, proof) in together(tally.ciphertexts, factors, proofs, section=SECTION):
        with within(place):
            _check_factor(factor, proof, ciphertext=ciphertext, key=trustee.key, context=context, election=election)
    return PartialDecryption(trustee.number, trustee.public_key, factors)


def check_owner(owner: int, *, trustees: Trustees, earlier: Collection[int]) -> Member:
    """Whose partial decryption this is: a trustee, and none of those who have published one `earlier`, protocol.md §10.1.

    Raises VerificationError.
    """
    member = trustees.member(owner, section=SECTION)
    if owner in earlier:
        raise VerificationError(SECTION, f"a second partial decryption of trustee {owner}")
    return member


def check_partial_decryptions(
    published: Iterable[tuple[int, bytes]], *, tally: EncryptedTally, trustees: Trustees, election: Election
) -> tuple[PartialDecryption, ...]:
    """All published partial decryptions, each with its owner, in order of publication, protocol.md §10.1.

    Every one must be valid, also where a quorum is there without it. Whether they are enough, the combination says (§10.2). Raises
    Malformed or VerificationError at the first one that is not.
    """
    found: dict[int, PartialDecryption] = {}
    for place, (owner, data) in enumerate(published, 1):
        with within(f"partial decryption {place} (of trustee {owner})"):
            member = check_owner(owner, trustees=trustees, earlier=found)
            found[owner] = check_partial_decryption(data, tally=tally, trustee=member, election=election)
    return tuple(found.values())


def _check_factor(factor: Element, proof: Proof, *, ciphertext: Ciphertext, key: Element, context: str, election: Election) -> None:
    """Raise VerificationError unless factor = alpha^x for the x of the key, protocol.md §10.1."""
    group, c, r = election.group, proof.challenge, proof.response
    of_key = group.multiply(group.public_power_g(r), group.public_power(key, c))
    of_alpha = group.multiply(group.public_power(ciphertext.alpha, r), group.public_power(factor, c))
    if election.version.challenge(group, "decrypt", context, [of_key, of_alpha]) != c:
        raise VerificationError(SECTION, "the decryption proof does not hold")
