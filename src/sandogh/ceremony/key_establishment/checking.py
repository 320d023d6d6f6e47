"""What a round says, checked: by every member anew, who trusts neither the coordinator nor each other. protocol.md §6.3"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.key_establishment.papers import SECTION, Ceremony, Paper, Round, Step
from sandogh.protocol import canonical
from sandogh.protocol.certificates import Certificate, Certificates, check_certificates
from sandogh.protocol.errors import SandoghError, VerificationError
from sandogh.protocol.key_generation import (
    DecryptionKey,
    Polynomial,
    check_commitment,
    check_decryption_key,
    check_decryption_keys,
    check_polynomial,
    check_polynomials,
    make_threshold_parameters,
)
from sandogh.protocol.threshold import ThresholdParameters


@dataclass(frozen=True, slots=True)
class Checked:
    """A round that holds; what later steps make is empty or None in an earlier one."""

    certs: Certificates
    polynomials: tuple[Polynomial, ...] = ()
    keys: tuple[DecryptionKey, ...] = ()
    parameters: ThresholdParameters | None = None


def check_round(round_: Round) -> Checked:
    """Refused, naming every member at fault, unless the round holds as far as everybody can see.

    1. the certificates are those of this ceremony's members, and no key is there twice
    2. no two commitments are the same: a copied one would follow its original
    3. every polynomial is the one that was committed to before anybody showed one
    4. every key is the one that the polynomials determine
    """
    ceremony = round_.ceremony
    with naming(ceremony):
        # (1)
        certs = check_certificates(list(round_.of(Step.CERTIFICATE).values()), group=ceremony.group, threshold=ceremony.threshold)
        in_order = [each.signed.form() for each in certs.members]
        if in_order != list(round_.contents[0]):
            raise VerificationError(SECTION, "the certificates do not stand in the order of their members")
        if round_.step < Step.COMMITMENT:
            return Checked(certs)
        # (2)
        check_distinct_commitments(round_.commitments())
        if round_.step < Step.POLYNOMIAL:
            return Checked(certs)
        # (3)
        polynomials = check_polynomials(round_.of(Step.POLYNOMIAL), certs=certs, commitments=round_.commitments())
        if round_.step < Step.KEY:
            return Checked(certs, polynomials)
        # (4)
        keys = check_decryption_keys(round_.of(Step.KEY), polynomials=polynomials, certs=certs)
        return Checked(certs, polynomials, keys, make_threshold_parameters(certs, polynomials, keys))


def check_paper(paper: Paper, ceremony: Ceremony, before: Checked | None, commitments: dict[int, str]) -> None:
    """Raise Malformed or VerificationError unless what one member hands in is right by itself; `before` is the checked round before."""
    index = paper.member
    if paper.step is Step.CERTIFICATE or before is None:
        Certificate.parse(
            canonical.loads(paper.contents_data),
            group=ceremony.group, index=index, size=ceremony.size, threshold=ceremony.threshold, section=SECTION,
        )  # fmt: skip
    elif paper.step is Step.POLYNOMIAL:
        check_commitment(paper.contents_data, commitments[index])
        check_polynomial(paper.contents_data, certs=before.certs, index=index)
    elif paper.step is Step.KEY:
        check_decryption_key(paper.contents_data, polynomials=before.polynomials, certs=before.certs, index=index)


def check_distinct_commitments(commitments: dict[int, str]) -> None:
    """Raise VerificationError naming the members whose commitment is another's."""
    first: dict[str, int] = {}
    for member, commitment in commitments.items():
        if commitment in first:
            raise VerificationError(SECTION, f"the commitment of member {member} is that of member {first[commitment]}")
        first[commitment] = member


@contextmanager
def naming(ceremony: Ceremony, what: str = "") -> Iterator[None]:
    """The protocol names members by number; people know each other by name."""
    try:
        yield
    except SandoghError as fault:
        said = str(fault)
        named = [f"{number} is {name}" for number, name in enumerate(ceremony.members, 1) if _mentions(said, number)]
        raise Refused(f"{what}{said}" + (f" [member {', '.join(named)}]" if named else "")) from fault


def _mentions(said: str, number: int) -> bool:
    return any(f"member {number}{end}" in f"{said} " for end in " ,:;.)?")
