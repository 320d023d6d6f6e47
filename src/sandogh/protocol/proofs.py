"""Zero-knowledge proofs that ballots, keys and decryptions share (protocol.md §4.1, §4.4)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.shapes import array, record
from sandogh.protocol.version import VERSION_1, Version


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


def make_disjunction(
    ciphertext: Ciphertext,
    values: range,
    *,
    plaintext: int,
    randomness: int,
    group: Group,
    key: Element,
    context: str,
    draw: Draw = secrets.randbelow,
    version: Version = VERSION_1,
) -> tuple[Proof, ...]:
    """Prove that a ciphertext holds one of the values, without saying which, protocol.md §4.4.

    The false branches are simulated: c and r are drawn first. Because the prover knows the randomness ρ of the ciphertext,
    A = g^r·α^c is computed as g^(r+ρc), and B = y^r·(β/g^M)^c as y^(r+ρc)·g^((m-M)c): the same elements, with powers of g and y only,
    and the same work in every branch, so that the time does not tell the true one.
    """
    q = group.q
    commitments: list[Element] = []
    challenges: list[int] = []
    responses: list[int] = []
    true = values.index(plaintext)
    w = group.random_scalar(draw)
    for branch, value in enumerate(values):
        c, r = group.random_scalar(draw), group.random_scalar(draw)
        if branch == true:
            c, exponent = 0, w
        else:
            exponent = (r + randomness * c) % q
        commitments.append(group.power_g(exponent))
        commitments.append(group.multiply(group.power(key, exponent), group.power_g((plaintext - value) * c % q)))
        challenges.append(c)
        responses.append(r)
    total = version.challenge(group, "prove", f"{context}|{ciphertext.text(group)}", commitments)
    challenges[true] = (total - sum(challenges)) % q
    responses[true] = (w - randomness * challenges[true]) % q
    return tuple(map(Proof, challenges, responses))


def check_disjunction(
    proofs: Sequence[Proof],
    *,
    ciphertext: Ciphertext,
    values: range,
    group: Group,
    key: Element,
    context: str,
    section: str,
    what: str,
    version: Version = VERSION_1,
) -> None:
    """Raise VerificationError unless the proofs show that the ciphertext holds one of the values, protocol.md §4.4.

    1. one branch per value, no more and no fewer
    2. A_j = g^r·α^c and B_j = y^r·(β/g^M)^c for each branch
    3. the challenges add up to the hash of everything
    """
    # (1) A further branch would prove membership of a larger set; a missing one would be cut off by zip.
    if len(proofs) != len(values):
        raise VerificationError(section, f"{what}: {len(proofs)} branches where {len(values)} belong")
    # (2)
    power_g, power_y, power, multiply = group.public_power_g, group.public_base(key), group.public_power, group.multiply
    commitments: list[Element] = []
    shifted = ciphertext.beta
    if values and values.start:
        shifted = group.divide(shifted, power_g(values.start))
    for branch, proof in enumerate(proofs):
        if branch:
            shifted = group.divide(shifted, group.generator)
        c, r = proof.challenge, proof.response
        commitments.append(multiply(power_g(r), power(ciphertext.alpha, c)))
        commitments.append(multiply(power_y(r), power(shifted, c)))
    # (3)
    total = version.challenge(group, "prove", f"{context}|{ciphertext.text(group)}", commitments)
    if sum(proof.challenge for proof in proofs) % group.q != total:
        raise VerificationError(section, f"{what} does not hold")
