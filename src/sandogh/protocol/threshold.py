"""Threshold trustees: any T of m members hold one key together (protocol.md §6.4).

The values here are what the key establishment leaves behind and what an archive publishes; `key_generation` makes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.certificates import Certificate, Certificates, check_message_keys, check_sizes, contents_of, member_key
from sandogh.protocol.channel import SignedMessage, check_signed_text
from sandogh.protocol.errors import VerificationError, within
from sandogh.protocol.group import Element, Group
from sandogh.protocol.proofs import Proof
from sandogh.protocol.shapes import array, integer, record
from sandogh.protocol.trustee_key import TrusteePublicKey
from sandogh.protocol.version import VERSION_1, Version

SECTION = "§6.4"


@dataclass(frozen=True, slots=True)
class Coefexps:
    """One member's commitments A_k = g^(a_k) to its polynomial, and the signature that binds them to Γ (protocol.md §6.3, §6.4).

    One that exists has been checked.
    """

    elements: tuple[Element, ...]
    signed: SignedMessage
    binding: Proof

    @classmethod
    def parse(
        cls, signed_value: object, binding_value: object, *, certificates: Certificates, index: int, section: str = SECTION
    ) -> "Coefexps":
        """Raise Malformed or VerificationError unless member `index` committed to a polynomial for these certificates, protocol.md §6.4.

        1. exactly T elements
        2. every one a member of the group; a part of small order could cancel between two members and stay invisible in their sum.
           Intentional divergence from protocol.md §6.4, stricter: none the identity, the commitment to 0
        3. signed by the member, alone and together with all certificates
        """
        group, version = certificates.group, certificates.version
        signer = certificates.member(index, section=section).verification
        signed = SignedMessage.parse(signed_value, group, section=section, what="coefexps")
        fields = record(contents_of(signed, section, "coefexps"), ("coefexps",), section=section, what="coefexps")
        # (1)
        values = array(fields["coefexps"], section=section, what="coefexps", length=certificates.threshold)
        # (2)
        elements = tuple(member_key(value, group, section, f"coefexps entry {place}") for place, value in enumerate(values))
        # (3)
        signed.check(signer, group=group, version=version, section=section, what="coefexps")
        binding = Proof.parse(binding_value, group, section=section, what="signature that binds the certificates")
        check_signed_text(
            certificates.binding_text(elements),
            binding,
            verification=signer,
            group=group,
            version=version,
            section=section,
            what="certificates and coefexps",
        )
        return cls(elements, signed, binding)


def in_exponent(group: Group, elements: Sequence[Element], index: int) -> Element:
    """Π_k A_k^(index^k): g^f(index) for the polynomial f under the commitments, by Horner's rule, protocol.md §6.3."""
    total = group.identity
    for element in reversed(elements):
        total = group.multiply(group.public_power(total, index), element)
    return total


def summed(group: Group, every: Sequence[Coefexps]) -> tuple[Element, ...]:
    """The commitments to the sum of the members' polynomials, which is the one that nobody knows, protocol.md §6.4."""
    return tuple(map(group.product, zip(*(each.elements for each in every), strict=True)))


@dataclass(frozen=True, slots=True)
class ThresholdParameters:
    """TP: what a group of threshold trustees publishes. One that exists has been checked (protocol.md §6.4)."""

    certificates: Certificates
    coefexps: tuple[Coefexps, ...]
    verification_keys: tuple[TrusteePublicKey, ...]
    #: The sub-key of the group: Π_i A_i0.
    key: Element

    @property
    def group(self) -> Group:
        return self.certificates.group

    @property
    def threshold(self) -> int:
        """T: how many members decrypt."""
        return self.certificates.threshold

    @property
    def size(self) -> int:
        """m: how many members there are."""
        return self.certificates.size

    @property
    def public_key(self) -> str:
        """ser of the sub-key."""
        return self.group.ser(self.key)

    def form(self) -> dict[str, object]:
        """The JSON form that `parse` reads."""
        return {
            "threshold": self.threshold,
            "certs": self.certificates.form(),
            "coefexps": [each.signed.form() for each in self.coefexps],
            "signatures": [each.binding.form() for each in self.coefexps],
            "verification_keys": [each.form() for each in self.verification_keys],
        }

    def to_bytes(self) -> bytes:
        return dumps(self.form())

    @classmethod
    def from_bytes(cls, data: bytes, group: Group, *, version: Version = VERSION_1) -> "ThresholdParameters":
        """Raises Malformed or VerificationError, as `parse` does."""
        return cls.parse(loads_canonical(data, section=SECTION, what="threshold parameters"), group, version=version)

    @classmethod
    def parse(cls, value: object, group: Group, *, version: Version = VERSION_1) -> "ThresholdParameters":
        """Raise Malformed or VerificationError, naming the member, unless the key was established by the rules, protocol.md §6.4.

        1. four lists of one length m, 1 <= T <= m; the signatures that bind the certificates are there (§6.3)
        2. certificates: contexts, keys, signatures, and no key twice
        3. coefexps: exactly T members of the group each, and both signatures
        4. verification keys: each proven, signed by its member, and g^(sum of what the members sent); none twice
        5. intentional divergence from protocol.md §6.4, stricter: the sub-key is not the identity
        """
        # (1)
        what = "threshold parameters"
        layout = ("threshold", "certs", "coefexps", "?signatures", "verification_keys")
        fields = record(value, layout, section=SECTION, what=what)
        if "signatures" not in fields:
            raise VerificationError("§6.3", f"{what}: the signatures that bind the certificates are missing")
        threshold = integer(fields["threshold"], section=SECTION, what=f"{what}: threshold")
        certs = array(fields["certs"], section=SECTION, what=f"{what}: certs")
        size = len(certs)
        coefexps, signatures, keys = (
            array(fields[name], section=SECTION, what=f"{what}: {name}", length=size)
            for name in ("coefexps", "signatures", "verification_keys")
        )
        check_sizes(size, threshold)
        # (2)
        members = []
        for index, cert in enumerate(certs, 1):
            with within(f"member {index}"):
                members.append(Certificate.parse(cert, group=group, index=index, size=size, threshold=threshold, version=version))
        certificates = Certificates(group, version, threshold, tuple(members))
        check_message_keys(certificates)
        # (3)
        commitments = []
        for index, (signed, binding) in enumerate(zip(coefexps, signatures, strict=True), 1):
            with within(f"member {index}"):
                commitments.append(Coefexps.parse(signed, binding, certificates=certificates, index=index))
        # (4)
        found, polynomial = [], summed(group, commitments)
        for index, key in enumerate(keys, 1):
            with within(f"member {index}"):
                found.append(parse_verification_key(key, certificates=certificates, polynomial=polynomial, index=index))
        # (5)
        return assembled(certificates, commitments, found)


def parse_verification_key(
    value: object, *, certificates: Certificates, polynomial: Sequence[Element], index: int, section: str = SECTION
) -> TrusteePublicKey:
    """The public key of member `index`'s share: proven, signed, and what follows from everybody's coefexps, protocol.md §6.4.

    `polynomial` is what `summed` makes of those. Raises Malformed or VerificationError.
    """
    group = certificates.group
    signer = certificates.member(index, section=section).verification
    key = TrusteePublicKey.parse(value, group, signer=signer, version=certificates.version, section=section)
    if key.key != in_exponent(group, polynomial, index):
        raise VerificationError(section, "the verification key does not follow from the coefexps")
    return key


def assembled(
    certificates: Certificates, coefexps: Sequence[Coefexps], keys: Sequence[TrusteePublicKey], *, section: str = SECTION
) -> ThresholdParameters:
    """The parameters from parts that were checked one by one, protocol.md §6.4. Raises VerificationError for keys that protect nothing.

    Two members with one verification key would be one trustee who counts twice; where one decrypts alone, everybody's key is the same.
    """
    group = certificates.group
    holders: dict[Element, int] = {}
    for index, each in enumerate(keys, 1):
        if (other := holders.setdefault(each.key, index)) != index and certificates.threshold > 1:
            raise VerificationError(section, f"members {other} and {index} have the same verification key")
    sub_key = group.product(each.elements[0] for each in coefexps)
    if sub_key == group.identity:
        raise VerificationError(section, "the sub-key of the threshold trustees is the identity")
    return ThresholdParameters(certificates, tuple(coefexps), tuple(keys), sub_key)
