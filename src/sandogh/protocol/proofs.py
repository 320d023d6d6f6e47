"""Zero-knowledge proofs that ballots, keys and decryptions share (protocol.md §4.1, §4.4)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from sandogh.protocol.elgamal import Ciphertext, Sealed
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.shapes import array, record
from sandogh.protocol.version import VERSION_1, Version


class Setting(Protocol):
    """What the proofs of an answer need of an election: its group, its key, its version."""

    @property
    def group(self) -> Group: ...

    @property
    def public_key(self) -> Element: ...

    @property
    def version(self) -> Version: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """A challenge and a response, both below q (protocol.md §4.1)."""

    challenge: int
    response: int

    @classmethod
    def parse(cls, value: object, group: Group, *, section: str, what: str) -> "Proof":
        """Raises Malformed."""
        fields = record(value, ("challenge", "response"), section=section, what=what)
        return cls(
            group.scalar(fields["challenge"], section=section, what=f"{what}: challenge"),
            group.scalar(fields["response"], section=section, what=f"{what}: response"),
        )

    def form(self) -> dict[str, object]:
        """The JSON form that `parse` reads."""
        return {"challenge": str(self.challenge), "response": str(self.response)}


def parse_proofs(value: object, group: Group, *, section: str, what: str) -> tuple[Proof, ...]:
    """A list of proofs of any length; the check counts them."""
    return tuple(Proof.parse(each, group, section=section, what=what) for each in array(value, section=section, what=what))


def make_knowledge(
    group: Group, label: str, context: str, secret: int, *, draw: Draw = secrets.randbelow, version: Version = VERSION_1
) -> Proof:
    """Prove knowledge of the exponent of g^secret: keys and signatures, protocol.md §6.1, §6.2, §7.1.

    challenge = hashG(label|context|, [g^w]), response = w - secret·challenge. Whose exponent and why, label and context say.
    """
    w = group.random_scalar(draw)
    challenge = version.challenge(group, label, context, [group.power_g(w)])
    return Proof(challenge, (w - secret * challenge) % group.q)


def check_knowledge(
    proof: Proof,
    *,
    group: Group,
    label: str,
    context: str,
    public: Element,
    section: str,
    what: str,
    version: Version = VERSION_1,
) -> None:
    """Raise VerificationError unless challenge = hashG(label|context|, [g^response·public^challenge]), protocol.md §6.1."""
    commitment = group.multiply(group.public_power_g(proof.response), group.public_power(public, proof.challenge))
    if version.challenge(group, label, context, [commitment]) != proof.challenge:
        raise VerificationError(section, f"{what} does not hold")


@lru_cache(maxsize=16)
def _offset(group: Group) -> tuple[int, Element]:
    """A fixed large exponent and its power of g."""
    exponent = group.q // 3
    return exponent, group.power_g(exponent)


def make_either(
    claims: Sequence[tuple[Sealed, int]],
    true: int,
    *,
    election: Setting,
    label: str,
    context: str,
    draw: Draw = secrets.randbelow,
) -> tuple[Proof, ...]:
    """Prove that one of the claims (this ciphertext holds this value) is true, without saying which, protocol.md §4.4, §7.3, §7.5.

    `true` is the place of a claim that holds. The others are simulated: c and r are drawn first. Because the prover knows the randomness ρ
    and the plaintext m of each ciphertext, A = g^r·α^c is computed as g^(r+ρc), and B = y^r·(β/g^M)^c as y^(r+ρc)·g^((m-M)c): the same
    elements, with powers of g and y only, and the same work in every branch, so that the time does not tell the true one. Nor does it tell
    how many claims hold: the last exponent, 0 for each of those, is shifted by a constant before the power and back after it.
    """
    group, key, q = election.group, election.public_key, election.group.q
    shift, shifted_by = _offset(group)
    commitments: list[Element] = []
    challenges: list[int] = []
    responses: list[int] = []
    w = group.random_scalar(draw)
    for branch, (sealed, value) in enumerate(claims):
        c, r = group.random_scalar(draw), group.random_scalar(draw)
        if branch == true:
            c, exponent = 0, w
        else:
            exponent = (r + sealed.randomness * c) % q
        commitments.append(group.power_g(exponent))
        difference = group.divide(group.power_g((shift + (sealed.plaintext - value) * c) % q), shifted_by)
        commitments.append(group.multiply(group.power(key, exponent), difference))
        challenges.append(c)
        responses.append(r)
    total = election.version.challenge(group, label, context, commitments)
    challenges[true] = (total - sum(challenges)) % q
    responses[true] = (w - claims[true][0].randomness * challenges[true]) % q
    return tuple(map(Proof, challenges, responses))


def check_either(
    proofs: Sequence[Proof],
    claims: Sequence[tuple[Ciphertext, int]],
    *,
    election: Setting,
    label: str,
    context: str,
    section: str,
    what: str,
) -> None:
    """Raise VerificationError unless the proofs show that one of the claims is true, protocol.md §4.4, §7.3, §7.5.

    1. one branch per claim, no more and no fewer
    2. A_j = g^r·α^c and B_j = y^r·(β/g^M)^c for each branch
    3. the challenges add up to the hash of everything
    """
    # (1) A further branch would prove another claim as well; a missing one would be cut off by zip.
    if len(proofs) != len(claims):
        raise VerificationError(section, f"{what}: {len(proofs)} branches where {len(claims)} belong")
    # (2)
    group = election.group
    power_g, power_y, power, multiply = group.public_power_g, group.public_base(election.public_key), group.public_power, group.multiply
    commitments: list[Element] = []
    previous: tuple[Ciphertext | None, int] = (None, 0)
    shifted = group.identity
    for proof, (ciphertext, value) in zip(proofs, claims, strict=True):
        if previous == (ciphertext, value - 1):
            shifted = group.divide(shifted, group.generator)
        else:
            shifted = group.divide(ciphertext.beta, power_g(value)) if value else ciphertext.beta
        previous = ciphertext, value
        c, r = proof.challenge, proof.response
        commitments.append(multiply(power_g(r), power(ciphertext.alpha, c)))
        commitments.append(multiply(power_y(r), power(shifted, c)))
    # (3)
    total = election.version.challenge(group, label, context, commitments)
    if sum(proof.challenge for proof in proofs) % group.q != total:
        raise VerificationError(section, f"{what} does not hold")


def make_disjunction(
    sealed: Sealed, values: range, *, election: Setting, context: str, draw: Draw = secrets.randbelow
) -> tuple[Proof, ...]:
    """Prove that a ciphertext holds one of the values, without saying which, protocol.md §4.4."""
    context = f"{context}|{sealed.ciphertext.text(election.group)}"
    claims = [(sealed, value) for value in values]
    return make_either(claims, values.index(sealed.plaintext), election=election, label="prove", context=context, draw=draw)


def check_disjunction(
    proofs: Sequence[Proof], ciphertext: Ciphertext, values: range, *, election: Setting, context: str, section: str, what: str
) -> None:
    """Raise VerificationError unless the proofs show that the ciphertext holds one of the values, protocol.md §4.4."""
    context = f"{context}|{ciphertext.text(election.group)}"
    claims = [(ciphertext, value) for value in values]
    check_either(proofs, claims, election=election, label="prove", context=context, section=section, what=what)
