"""How threshold trustees establish their key, so that none of them ever knows it (protocol.md §6.3).

1. each member makes a seed (`channel.generate_seed`) and a certificate of its keys for messages: `make_certificate`
2. the certificates of all members are put together and are final: `check_certificates`; members compare `Certificates.hash`
3. each member draws a polynomial, commits to it and sends every member a point of it: `make_polynomial`, `check_polynomials`.
   In between, when the ceremony asks for it: everybody publishes `commit_polynomial` before anybody hands the polynomial itself out
4. each member gets what was sent to it: `vector_for`
5. each member checks its points and makes its share of the key: `make_decryption_key`, `check_decryption_keys`
6. what all published together is the entry in trustees.json: `make_threshold_parameters`

A check that refuses something names every member at fault ("member 2") or missing. Whoever is named is asked again, or left out; leaving
somebody out means to begin again at step 1, because every certificate names the size of the group.

**What remains open in version 1.** The member who hands its polynomial out last sees the others' commitments first (a *rushing* member),
and can draw until the election key has some property that it likes. It learns nothing about the key by that, and it cannot copy or cancel
another's part, because it must send points that fit its commitments and therefore knows its own polynomial; certificates are fixed before,
since `certs_sig` binds all of them. The round of commitments in step 3 takes the choice away from everybody who goes on; a member can still
refuse to open after seeing the others' polynomials, and so force another try. That is visible, names the member, and gives it a choice
among as many keys as it dares to refuse. Trustees' names are not signed, and a signature does not bind the verification key that made it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.certificates import Certificate, Certificates, check_certificates, check_distinct, index_of, make_certificate
from sandogh.protocol.channel import EncryptedMessage, MessageKeys, SignedMessage, decrypted_json, receive, send, sign_text
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.group import Draw, Group
from sandogh.protocol.roll_call import check_present, each_member
from sandogh.protocol.shapes import array, record
from sandogh.protocol.threshold import Coefexps, ThresholdParameters, assembled, in_exponent, parse_verification_key, summed
from sandogh.protocol.trustee_key import TrusteePublicKey, trustee_key

__all__ = [
    "Certificates",
    "DecryptionKey",
    "Polynomial",
    "check_certificates",
    "check_commitment",
    "check_decryption_key",
    "check_decryption_keys",
    "check_polynomial",
    "check_polynomials",
    "commit_polynomial",
    "index_of",
    "make_certificate",
    "make_decryption_key",
    "make_polynomial",
    "make_threshold_parameters",
    "recover_decryption_key",
    "vector_for",
]

SECTION = "§6.3"


# ---- step 3: polynomials


@dataclass(frozen=True, slots=True)
class Polynomial:
    """What a member hands out in step 3, checked as far as others can: only receivers open the messages in it (protocol.md §6.3)."""

    own: str
    secrets: tuple[str, ...]
    coefexps: Coefexps


def make_polynomial(seed: str, index: int, certs: Certificates, *, draw: Draw = secrets.randbelow) -> bytes:
    """Draw f of degree T-1; `{polynomial, secrets, coefexps, signature}` of member `index`, protocol.md §6.3.

    Each call draws another polynomial: what was handed out once must be kept, and is not made again. Raises VerificationError when the
    certificates do not hold this member's, as this member made it.
    """
    keys = _own_keys(seed, index, certs)
    group = certs.group
    # 1..q-1: the commitment to 0 is the identity, which is refused.
    coefficients = [1 + draw(group.q - 1) for _ in range(certs.threshold)]
    elements = [group.power_g(each) for each in coefficients]

    def sent(contents: dict[str, object], recipient: Certificate) -> str:
        return send(dumps(contents).decode("utf-8"), sender=keys, recipient=recipient.encryption, draw=draw)

    published = dumps({"coefexps": [group.ser(each) for each in elements]}).decode("utf-8")
    return dumps(
        {
            "polynomial": sent({"polynomial": [str(each) for each in coefficients]}, certs.members[index - 1]),
            "secrets": [sent({"secret": str(_evaluated(coefficients, each.index, group.q))}, each) for each in certs.members],
            "coefexps": SignedMessage.make(published, keys, draw=draw).form(),
            "signature": sign_text(certs.binding_text(elements), keys, draw=draw).form(),
        }
    )


def commit_polynomial(polynomial: bytes) -> str:
    """hex(SHA(what `make_polynomial` made)): everybody publishes this before anybody opens, so that nobody draws with the others in sight.

    It hides the polynomial, which is random, and binds the member, whose signature is inside. It is a round of the ceremony, around the
    format, protocol.md §6.3, §15.
    """
    return sha_hex(polynomial)


def check_commitment(polynomial: bytes, commitment: str) -> None:
    """Raise VerificationError unless this is the polynomial that was committed to, protocol.md §6.3."""
    if not compare_digest(commit_polynomial(polynomial).encode(), commitment.encode()):
        raise VerificationError(SECTION, "not the polynomial that was committed to")


def check_polynomial(data: bytes, *, certs: Certificates, index: int) -> Polynomial:
    """Raise Malformed or VerificationError unless member `index` did step 3 as far as everybody can see, protocol.md §6.3.

    1. form: one message to itself and one to each member, all of members of the group
    2. exactly T commitments, members of the group, signed alone and together with all certificates
    """
    # (1)
    what = "polynomial"
    fields = record(
        loads_canonical(data, section=SECTION, what=what), ("polynomial", "secrets", "coefexps", "signature"), section=SECTION, what=what
    )
    sent = array(fields["secrets"], section=SECTION, what="secrets", length=certs.size)
    own = EncryptedMessage.from_text(fields["polynomial"], certs.group, section=SECTION, what=what)
    messages = [
        EncryptedMessage.from_text(each, certs.group, section=SECTION, what=f"secret for member {j}") for j, each in enumerate(sent, 1)
    ]
    # (2)
    coefexps = Coefexps.parse(fields["coefexps"], fields["signature"], certificates=certs, index=index, section=SECTION)
    return Polynomial(own.to_text(), tuple(each.to_text() for each in messages), coefexps)


def check_polynomials(
    data: Mapping[int, bytes], *, certs: Certificates, commitments: Mapping[int, str] | None = None
) -> tuple[Polynomial, ...]:
    """The polynomials of all members, by index, each checked; with `commitments`, each the one that was committed to, protocol.md §6.3.

    No commitment may be the same as another one or its inverse: intentional divergence from protocol.md §6.3, stricter. Raises Malformed
    or VerificationError that names every member at fault or missing.
    """
    check_present(data, certs.size, "polynomial", section=SECTION)
    if commitments is not None:
        check_present(commitments, certs.size, "commitment", section=SECTION)

    def checked(index: int) -> Polynomial:
        if commitments is not None:
            check_commitment(data[index], commitments[index])
        return check_polynomial(data[index], certs=certs, index=index)

    found = tuple(each_member(certs.size, checked))
    _check_contributions([each.coefexps for each in found], certs.group)
    return found


# ---- steps 4 and 5: shares


def vector_for(index: int, polynomials: Sequence[Polynomial], certs: Certificates) -> bytes:
    """What member `index` needs for step 5, from checked polynomials, protocol.md §6.3.

    `{polynomial: its own, secrets: what each sent to it, coefexps: all, signatures: all}`. It says nothing to anybody else.
    """
    certs.member(index, section=SECTION)
    return dumps(
        {
            "polynomial": polynomials[index - 1].own,
            "secrets": [each.secrets[index - 1] for each in polynomials],
            "coefexps": [each.coefexps.signed.form() for each in polynomials],
            "signatures": [each.coefexps.binding.form() for each in polynomials],
        }
    )


def make_decryption_key(
    seed: str, index: int, vector: bytes, certs: Certificates, *, name: str | None = None, draw: Draw = secrets.randbelow
) -> bytes:
    """`{private_key, public_key}`: this member's share S of the key, encrypted for itself, and g^S proven and signed, protocol.md §6.3.

    The member trusts nobody who carried the messages:

    1. the certificates hold its own, and the vector is in form
    2. everybody's commitments are exactly T members of the group and signed, also together with the certificates
    3. the commitments under its own name are those to the polynomial that it drew
    4. what each member sent to it lies on that member's polynomial: g^s = Π A_k^(index^k)

    Raises Malformed or VerificationError that names every member whose message is false. `name` is display text, which nothing
    authenticates.
    """
    # (1)
    keys, group, size = _own_keys(seed, index, certs), certs.group, certs.size
    fields = record(
        loads_canonical(vector, section=SECTION, what="vector"),
        ("polynomial", "secrets", "coefexps", "signatures"),
        section=SECTION,
        what="vector",
    )
    sent, signed, bindings = (
        array(fields[each], section=SECTION, what=each, length=size) for each in ("secrets", "coefexps", "signatures")
    )
    # (2)
    coefexps = each_member(size, lambda i: Coefexps.parse(signed[i - 1], bindings[i - 1], certificates=certs, index=i, section=SECTION))
    _check_contributions(coefexps, group)
    # (3)
    drawn = _opened(fields["polynomial"], "polynomial", keys, sender=certs.members[index - 1], what="own polynomial")
    coefficients = [
        group.scalar(each, section=SECTION, what="own polynomial")
        for each in array(drawn, section=SECTION, what="own polynomial", length=certs.threshold)
    ]
    if [group.power_g(each) for each in coefficients] != list(coefexps[index - 1].elements):
        raise VerificationError(SECTION, "the coefexps are not those of the polynomial that this member drew", f"member {index}")

    # (4)
    def received(i: int) -> int:
        what = f"secret for member {index}"
        opened = _opened(sent[i - 1], "secret", keys, sender=certs.members[i - 1], what=what)
        secret = group.scalar(opened, section=SECTION, what=what)
        if group.power_g(secret) != in_exponent(group, coefexps[i - 1].elements, index):
            raise VerificationError(SECTION, f"{what}: not on the polynomial that the coefexps commit to")
        return secret

    share = sum(each_member(size, received)) % group.q
    private = dumps({"decryption_key": str(share)}).decode("utf-8")
    public = trustee_key(share, group, name=name, signer=keys, draw=draw, version=certs.version).public
    return dumps({"private_key": send(private, sender=keys, recipient=keys.encryption, draw=draw), "public_key": public.form()})


@dataclass(frozen=True, slots=True)
class DecryptionKey:
    """What a member hands out in step 5, checked: the message that only it can open, and its verification key (protocol.md §6.3)."""

    message: str
    public: TrusteePublicKey


def check_decryption_key(data: bytes, *, polynomials: Sequence[Polynomial], certs: Certificates, index: int) -> DecryptionKey:
    """Raise Malformed or VerificationError unless member `index` published the key of its share, proven and signed, protocol.md §6.3."""
    fields = record(
        loads_canonical(data, section=SECTION, what="decryption key"), ("private_key", "public_key"), section=SECTION, what="decryption key"
    )
    message = EncryptedMessage.from_text(fields["private_key"], certs.group, section=SECTION, what="private key")
    polynomial = summed(certs.group, [each.coefexps for each in polynomials])
    public = parse_verification_key(fields["public_key"], certificates=certs, polynomial=polynomial, index=index, section=SECTION)
    return DecryptionKey(message.to_text(), public)


def check_decryption_keys(
    data: Mapping[int, bytes], *, polynomials: Sequence[Polynomial], certs: Certificates
) -> tuple[DecryptionKey, ...]:
    """Those of all members by index, protocol.md §6.3.

    Raises Malformed or VerificationError that names every member at fault or missing.
    """
    check_present(data, certs.size, "decryption key", section=SECTION)
    found = each_member(certs.size, lambda index: check_decryption_key(data[index], polynomials=polynomials, certs=certs, index=index))
    return tuple(found)


# ---- step 6, and the way back to a member's share


def make_threshold_parameters(certs: Certificates, polynomials: Sequence[Polynomial], keys: Sequence[DecryptionKey]) -> ThresholdParameters:
    """The entry for trustees.json, from what was checked in steps 2, 3 and 5, protocol.md §6.3. Raises VerificationError."""
    return assembled(certs, [each.coefexps for each in polynomials], [each.public for each in keys], section=SECTION)


def recover_decryption_key(seed: str, message: str, *, parameters: ThresholdParameters) -> int:
    """A member's share of the key, from its seed and the `private_key` message of step 5, protocol.md §6.3.

    Raises Malformed or VerificationError when seed, message and parameters do not belong together: g^share must be the member's
    verification key, so that a decryption with it will be accepted.
    """
    certs = parameters.certificates
    index = index_of(seed, certs)
    keys = MessageKeys.from_seed(seed, certs.group, version=certs.version)
    opened = _opened(message, "decryption_key", keys, sender=certs.members[index - 1], what="private key")
    share = certs.group.scalar(opened, section=SECTION, what="private key")
    if certs.group.power_g(share) != parameters.verification_keys[index - 1].key:
        raise VerificationError(SECTION, "private key: not that of the member's verification key", f"member {index}")
    return share


# ---- parts


def _own_keys(seed: str, index: int, certs: Certificates) -> MessageKeys:
    """Raises VerificationError unless member `index` of the certificates is the holder of this seed, protocol.md §6.3."""
    if index_of(seed, certs) != index:
        raise VerificationError(SECTION, f"the certificate of member {index} is not that of this seed")
    return MessageKeys.from_seed(seed, certs.group, version=certs.version)


def _opened(message: object, field: str, keys: MessageKeys, *, sender: Certificate, what: str) -> object:
    """The one field of what `sender` sent to the holder of the keys, protocol.md §6.2."""
    opened = receive(message, recipient=keys, sender=sender.verification, section=SECTION, what=what)
    return record(decrypted_json(opened.encode("utf-8"), section=SECTION, what=what), (field,), section=SECTION, what=what)[field]


def _check_contributions(every: Sequence[Coefexps], group: Group) -> None:
    named = [
        (f"coefexps entry {place} of member {index}", element)
        for index, each in enumerate(every, 1)
        for place, element in enumerate(each.elements)
    ]
    check_distinct(named, group, section=SECTION)


def _evaluated(coefficients: Sequence[int], x: int, q: int) -> int:
    """f(x) mod q by Horner's rule."""
    total = 0
    for each in reversed(coefficients):
        total = (total * x + each) % q
    return total
