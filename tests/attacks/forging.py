"""What attackers have: provers that lie, groups and challenges that lack a check, and boards that publish whatever they are told to.

SINGLE                                             the smallest question there is: one answer, 0 or 1 of it
forged_ballot(held, 0, [[5]])                      sealed and signed by voter 0, each proof the best that can be made of it
unguarded(held.election)                           the election for a reader who does not ask whether elements are members
weakened(held.election, weaker_context(...))       … or one whose challenges leave something out
published(held, *cast(ballots), END, *counted(held, tally))     the archive, chained anew whatever is in it
findings(archive)                                  section and place of all that the verifier finds
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any
from typing import cast as typed

from nacl.bindings import crypto_core_ed25519_add

from protocol.elections import Board, Story
from sandogh.protocol import elgamal
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.credential import CredentialKey, make_public_credentials
from sandogh.protocol.digest import sha_base64, sha_hex
from sandogh.protocol.ed25519 import ED25519, Ed25519
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext, Sealed
from sandogh.protocol.events import EventType, make_setup_data, owned
from sandogh.protocol.finite_field import BELENIOS_2048, FiniteField
from sandogh.protocol.group import Element, Group
from sandogh.protocol.homomorphic import BIT, HomomorphicQuestion, overall_context
from sandogh.protocol.proofs import Proof, make_disjunction, make_knowledge
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.version import VERSION_1, Version
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Report

SINGLE = (HomomorphicQuestion(("a",), "q", 0, 1),)
PAIR = (HomomorphicQuestion(("a", "b"), "q", 0, 2),)

Form = dict[str, Any]
Happening = tuple[EventType, tuple[bytes, ...]]


# ---- readers who lack a check


class UnguardedEd25519(Ed25519):
    """Takes every point of the curve for a member, and multiplies it as the textbook says."""

    def parse(self, value: object, *, section: str, what: str) -> Element:
        return Element(bytes.fromhex(str(value))[::-1])

    def power(self, base: Element, exponent: int) -> Element:
        total = self.identity
        for bit in bin(exponent)[2:]:
            total = self.multiply(total, total)
            if bit == "1":
                total = self.multiply(total, base)
        return total


class UnguardedField(FiniteField):
    """Takes every number below p for a member."""

    def _is_member(self, number: int) -> bool:
        return True


UNGUARDED: dict[str, Group] = {
    ED25519.name: UnguardedEd25519(),
    BELENIOS_2048.name: UnguardedField(
        BELENIOS_2048.name, p=int(BELENIOS_2048.p), q=BELENIOS_2048.q, g=int(typed(int, BELENIOS_2048.generator))
    ),
}


def unguarded(election: Election) -> Election:
    """The same election, for a reader who does not ask whether elements are members of the subgroup."""
    return replace(election, group=UNGUARDED[election.group.name])


def twisted(group: Group, element: Element) -> Element:
    """The element times one of order two: outside the subgroup, and the same twice cancels."""
    if group.name == ED25519.name:
        return Element(crypto_core_ed25519_add(typed(bytes, element), (2**255 - 20).to_bytes(32, "little")))
    return Element(BELENIOS_2048.p - typed(int, element))


Hashed = tuple[str, str, list[Element]]
"""Label, context and elements: all that a challenge is the hash of."""


class Weakened(type(VERSION_1)):  # type: ignore[misc]
    """Version 1 with challenges that leave something out, or put something else in its place."""

    def __init__(self, change: Callable[[Hashed], Hashed]) -> None:
        self.change = change

    def challenge(self, group: Group, label: str, context: str, elements: Iterable[Element]) -> int:
        return VERSION_1.challenge(group, *self.change((label, context, list(elements))))


def weakened(election: Election, change: Callable[[Hashed], Hashed]) -> Election:
    """The same election, for a prover or reader who hashes something else."""
    return replace(election, version=typed(Version, Weakened(change)))


# ---- ballots


def opened(data: bytes) -> Form:
    """A ballot as JSON, to be changed."""
    return typed(Form, loads(data))


def signed(form: Form, election: Election, key: CredentialKey) -> bytes:
    """The ballot with whatever was changed, signed anew by whoever holds the credential."""
    form = {name: value for name, value in form.items() if name != "signature"}
    digest = sha_base64(dumps(form))
    proof = make_knowledge(election.group, "sig", digest, key.secret)
    return dumps(form | {"signature": {"hash": digest, "proof": proof.form()}})


def sealed(election: Election, plaintext: int, randomness: int | None = None) -> Sealed:
    """A ciphertext of any number at all."""
    group = election.group
    randomness = group.random_scalar() if randomness is None else randomness
    masked = group.multiply(group.power(election.public_key, randomness), group.power_g(plaintext % group.q))
    return Sealed(Ciphertext(group.power_g(randomness), masked), plaintext, randomness)


def forged_answer(election: Election, context: str, plaintexts: Sequence[int], totals: range) -> Form:
    """A proof for each plaintext and for their sum: a true one where there is one, else one of other values, which a careless reader of
    the same shape would take."""
    cells = [sealed(election, plaintext) for plaintext in plaintexts]
    total = elgamal.multiply_sealed(election.group, cells)

    def proven(each: Sealed, values: range, where: str) -> list[object]:
        shifted = values if each.plaintext in values else range(each.plaintext, each.plaintext + len(values))
        return [proof.form() for proof in make_disjunction(each, shifted, election=election, context=where)]

    overall = overall_context(context, [each.ciphertext for each in cells], election.group)
    return {
        "choices": [each.ciphertext.form(election.group) for each in cells],
        "individual_proofs": [proven(each, BIT, context) for each in cells],
        "overall_proof": proven(total, totals, overall),
    }


def forged_ballot(held: Story, voter: int, votes: Sequence[Sequence[int]]) -> bytes:
    """A ballot of homomorphic questions with any numbers in it, in form, signed."""
    context = f"{held.election.fingerprint}|{held.voters[voter].public}"
    questions = [typed(HomomorphicQuestion, question) for question in held.election.questions]
    answers = [
        forged_answer(held.election, context, plaintexts, question.totals) for question, plaintexts in zip(questions, votes, strict=True)
    ]
    return signed(envelope(held, voter, answers), held.election, held.voters[voter])


def envelope(held: Story, voter: int, answers: list[Form]) -> Form:
    """A ballot without its signature."""
    return {
        "election_uuid": held.election.uuid,
        "election_hash": held.election.fingerprint,
        "credential": held.voters[voter].public,
        "answers": answers,
    }


def proofs_form(proofs: Iterable[Proof]) -> list[Form]:
    return [typed(Form, proof.form()) for proof in proofs]


# ---- decryptions


def false_decryption(tally: EncryptedTally, private_key: int, election: Election) -> bytes:
    """Factors α^(w'-r)/c for a challenge c that was drawn first, over g^w and α^w': each has a proof that holds, and none is α^x."""
    group, q = election.group, election.group.q
    context = f"{election.fingerprint}|{group.ser(group.power_g(private_key))}"

    def part(ciphertext: Ciphertext) -> tuple[Element, Proof]:
        w, other = group.random_scalar(), group.random_scalar()
        challenge = election.version.challenge(group, "decrypt", context, [group.power_g(w), group.power(ciphertext.alpha, other)])
        response = (w - private_key * challenge) % q
        return group.power(ciphertext.alpha, (other - response) * pow(challenge, -1, q) % q), Proof(challenge, response)

    rows = [[part(typed(Ciphertext, cell)) for cell in typed(Sequence[Any], row)] for row in tally.ciphertexts]
    return dumps(
        {
            "decryption_factors": [[group.ser(factor) for factor, _ in row] for row in rows],
            "decryption_proofs": [[proof.form() for _, proof in row] for row in rows],
        }
    )


# ---- boards

END: Happening = (EventType.EndBallots, ())


def cast(ballots: Iterable[bytes]) -> list[Happening]:
    return [(EventType.Ballot, (ballot,)) for ballot in ballots]


def tallied(tally: EncryptedTally) -> Happening:
    return EventType.EncryptedTally, (tally.to_bytes(), tally.sized_bytes())


def decrypted(decryptions: Iterable[bytes], first: int = 1) -> list[Happening]:
    return [(EventType.PartialDecryption, (data, owned(owner, sha_hex(data)))) for owner, data in enumerate(decryptions, first)]


def counted(held: Story, tally: EncryptedTally, decryptions: Sequence[bytes] | None = None, result: bytes | None = None) -> list[Happening]:
    """Everything after the end of voting, honest where nothing else is given."""
    decryptions = held.decryptions(tally) if decryptions is None else decryptions
    result = held.result(tally, decryptions) if result is None else result
    return [tallied(tally), *decrypted(decryptions), (EventType.Result, (result,))]


def published(held: Story, *happenings: Happening, credentials: bytes | None = None, certificate: bytes | None = None) -> bytes:
    """An archive of these events, each chained to the one before."""
    listed = held.credentials if credentials is None else credentials
    certified = () if certificate is None else (certificate,)
    setup = make_setup_data(held.election.hash, held.trustees.hash, sha_hex(listed), *map(sha_hex, certified))
    board = Board()
    board.append(EventType.Setup, held.election.bytes, held.trustees.data, listed, *certified, setup)
    for kind, data in happenings:
        board.append(kind, *data)
    return board.archive


def whole(held: Story, ballots: Sequence[bytes]) -> bytes:
    """The archive of an election in which these ballots were published and all of them counted."""
    return published(held, *cast(ballots), END, *counted(held, held.tally(ballots)))


def judged(archive: bytes) -> Report:
    return verify_archive(io.BytesIO(archive))


def findings(archive: bytes) -> list[tuple[str, str]]:
    """Section and place of every finding."""
    return [(finding.section, finding.where) for finding in judged(archive).findings]


def sections(archive: bytes) -> set[str]:
    """The rules that refuse the archive."""
    return {section for section, _ in findings(archive)}


def accepted(archive: bytes) -> bool:
    """Whether everything holds, up to the result."""
    return judged(archive).complete


def first_finding(archive: bytes) -> tuple[str, str]:
    """Section and place, without the tracker, of the one finding."""
    ((section, where),) = findings(archive)
    return section, " ".join(part for part in where.split(" ") if not part.startswith("("))


def listing(held: Story, *more: str) -> bytes:
    """The public list with further credentials."""
    return make_public_credentials([*held.publics, *more], held.group)
