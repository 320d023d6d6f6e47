"""Ballots: sealed choices, the proofs that they are allowed ones, and the credential's signature (protocol.md §7)."""

import secrets
from collections.abc import Container, Sequence
from dataclasses import dataclass

from sandogh.protocol import elgamal
from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.credential import CredentialKey, parse_credential
from sandogh.protocol.digest import sha_base64
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import Malformed, VerificationError, within
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.proofs import (
    Proof,
    check_disjunction,
    check_knowledge,
    make_disjunction,
    make_knowledge,
    parse_proofs,
)
from sandogh.protocol.question import Question
from sandogh.protocol.shapes import array, hash_base64, record, text

#: What a single choice may be.
_BIT = range(2)

_ENVELOPE = ("election_uuid", "election_hash", "credential", "answers", "signature")
_ANSWER = ("choices", "individual_proofs", "overall_proof")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, protocol.md §7.2: a ciphertext per candidate, each proven to hold 0 or 1, all together min..max ones."""

    choices: tuple[Ciphertext, ...]
    individual_proofs: tuple[tuple[Proof, ...], ...]
    overall_proof: tuple[Proof, ...]

    def form(self, group: Group) -> dict[str, object]:
        return {
            "choices": [choice.form(group) for choice in self.choices],
            "individual_proofs": [[proof.form() for proof in proofs] for proofs in self.individual_proofs],
            "overall_proof": [proof.form() for proof in self.overall_proof],
        }


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot in canonical form with every element in the group. That its proofs hold, `check_ballot` says and `parse_ballot` does not."""

    credential: str
    answers: tuple[Answer, ...]
    #: signature.hash: b64 digest of the ballot without its signature; what the vote code and the permit are bound to.
    hash: str
    signature: Proof
    #: b64 digest of the whole ballot, what the voter keeps (protocol.md §7.6).
    tracker: str


def tracker_of(data: bytes) -> str:
    """The smart ballot tracker of a ballot's bytes, protocol.md §7.6."""
    return sha_base64(data)


def _context(election: Election, credential: str) -> str:
    """S0: what ties every answer proof to this election and this credential, protocol.md §7.1."""
    return f"{election.fingerprint}|{credential}"


def _overall_context(context: str, choices: Sequence[Ciphertext], group: Group) -> str:
    """S: S0 and all ciphertexts of the answer, protocol.md §7.2."""
    return f"{context}|{','.join(choice.text(group) for choice in choices)}"


def make_ballot(
    election: Election,
    credential: CredentialKey,
    choices: Sequence[Sequence[int]],
    *,
    draw: Draw = secrets.randbelow,
) -> bytes:
    """Seal and sign the choices, protocol.md §7.1, §7.2.

    `choices` holds 0 or 1 per answer, per question, in the election's order.
    Raises Malformed when they are not that or break a question's bounds.

    1. each answer: encrypt, prove each choice, prove the sum
    2. hash the ballot without signature
    3. sign the hash with the credential
    """
    if len(choices) != len(election.questions):
        raise Malformed("§7.1", f"choices for {len(choices)} questions where {len(election.questions)} are asked")
    # (1)
    context = _context(election, credential.public)
    answers: list[object] = []
    for number, (question, chosen) in enumerate(zip(election.questions, choices, strict=True), 1):
        with within(f"question {number}"):
            answers.append(_make_answer(election, question, chosen, context=context, draw=draw).form(election.group))
    # (2)
    unsigned = {
        "election_uuid": election.uuid,
        "election_hash": election.fingerprint,
        "credential": credential.public,
        "answers": answers,
    }
    digest = sha_base64(dumps(unsigned))
    # (3)
    signature = make_knowledge(election.group, "sig", digest, credential.secret, draw=draw, version=election.version)
    return dumps({**unsigned, "signature": {"hash": digest, "proof": signature.form()}})


def _make_answer(election: Election, question: Question, chosen: Sequence[int], *, context: str, draw: Draw) -> Answer:
    """Encrypt and prove one answer, protocol.md §7.2."""
    if len(chosen) != len(question.answers) or any(type(bit) is not int or bit not in _BIT for bit in chosen):
        raise Malformed("§7.2", f"choices are not one 0 or 1 for each of {len(question.answers)} answers")
    if sum(chosen) not in question.totals:
        raise Malformed("§7.2", f"{sum(chosen)} choices where {question.min} to {question.max} are allowed")
    group, key = election.group, election.public_key
    ciphertexts: list[Ciphertext] = []
    individual: list[tuple[Proof, ...]] = []
    total_randomness = 0
    for bit in chosen:
        randomness = group.random_scalar(draw)
        ciphertext = elgamal.encrypt(group, key, bit, randomness)
        ciphertexts.append(ciphertext)
        individual.append(
            make_disjunction(ciphertext, _BIT, plaintext=bit, randomness=randomness, group=group, key=key, context=context, draw=draw)
        )
        total_randomness = (total_randomness + randomness) % group.q
    overall = make_disjunction(
        elgamal.multiply(group, ciphertexts),
        question.totals,
        plaintext=sum(chosen),
        randomness=total_randomness,
        group=group,
        key=key,
        context=_overall_context(context, ciphertexts, group),
        draw=draw,
    )
    return Answer(tuple(ciphertexts), tuple(individual), overall)


@dataclass(frozen=True, slots=True)
class _Envelope:
    """The outer fields of a ballot, its answers still JSON."""

    credential: str
    key: Element
    answers: list[object]
    hash: str
    signature: Proof


def _parse_envelope(data: bytes, election: Election, credentials: Container[str] | None) -> _Envelope:
    """Everything of a ballot that costs little to refuse, protocol.md §7.1, §12.6.

    1. canonical JSON with exactly the known fields
    2. this election
    3. a credential of the list, if one is given
    4. signature.hash is the digest of the rest
    """
    # (1)
    value = loads_canonical(data, section="§7.1", what="ballot")
    fields = record(value, _ENVELOPE, section="§7.1", what="ballot")
    signature = record(fields["signature"], ("hash", "proof"), section="§7.1", what="signature")
    # (2)
    if fields["election_uuid"] != election.uuid:
        raise VerificationError("§7.1", "the ballot names another election's uuid")
    if fields["election_hash"] != election.fingerprint:
        raise VerificationError("§7.1", "the ballot names another election's fingerprint")
    # (3)
    credential = text(fields["credential"], section="§7.1", what="credential")
    if credentials is not None and credential not in credentials:
        raise VerificationError("§7.1", "the credential is not in the election's list")
    # (4)
    digest = hash_base64(signature["hash"], section="§7.1", what="signature hash")
    unsigned = {name: content for name, content in fields.items() if name != "signature"}
    if sha_base64(dumps(unsigned)) != digest:
        raise VerificationError("§7.1", "the signature's hash is not that of the ballot")
    return _Envelope(
        credential=credential,
        key=parse_credential(credential, election.group, section="§7.1"),
        answers=array(fields["answers"], section="§7.1", what="answers", length=len(election.questions)),
        hash=digest,
        signature=Proof.parse(signature["proof"], election.group, section="§7.1", what="signature"),
    )


def _parse_answer(value: object, question: Question, group: Group) -> Answer:
    """An H answer in form, every ciphertext in the group, protocol.md §7.2, §4.2."""
    # An unknown field belongs to the canonical form of the whole ballot (§7.1), other faults to the answer.
    fields = record(value, _ANSWER, section="§7.1", what="answer")
    size = len(question.answers)
    choices: list[Ciphertext] = []
    for number, choice in enumerate(array(fields["choices"], section="§7.2", what="choices", length=size), 1):
        with within(f"answer {number}"):
            choices.append(Ciphertext.parse(choice, group))
    individual = tuple(
        parse_proofs(proofs, group, section="§7.2", what="individual proof")
        for proofs in array(fields["individual_proofs"], section="§7.2", what="individual proofs", length=size)
    )
    return Answer(tuple(choices), individual, parse_proofs(fields["overall_proof"], group, section="§7.2", what="overall proof"))


def _finish(envelope: _Envelope, data: bytes, election: Election) -> Ballot:
    answers: list[Answer] = []
    for number, (question, value) in enumerate(zip(election.questions, envelope.answers, strict=True), 1):
        with within(f"question {number}"):
            answers.append(_parse_answer(value, question, election.group))
    return Ballot(envelope.credential, tuple(answers), envelope.hash, envelope.signature, tracker_of(data))


def parse_ballot(data: bytes, election: Election) -> Ballot:
    """A ballot in canonical form whose proofs and credential nobody has looked at, protocol.md §7.1. For ballots that were checked before.

    Raises Malformed or VerificationError.
    """
    return _finish(_parse_envelope(data, election, None), data, election)


def check_ballot(data: bytes, *, election: Election, credentials: Container[str]) -> Ballot:
    """A ballot that may be counted, protocol.md §7.1, §7.2. Raises Malformed or VerificationError, which name question and answer.

    What the caller must still do: refuse the same bytes twice, and decide what a second ballot of one credential means (§8.1).

    1. canonical form, this election, listed credential, right hash
    2. the credential signed the hash
    3. every ciphertext in the group, in the questions' shape
    4. each choice is 0 or 1
    5. their sum is within the question's bounds
    """
    # (1) and (2) come first: they cost a hundredth of the rest, and a flood of junk ends here.
    envelope = _parse_envelope(data, election, credentials)
    check_knowledge(
        envelope.signature,
        group=election.group,
        label="sig",
        context=envelope.hash,
        public=envelope.key,
        section="§7.1",
        what="the ballot's signature",
        version=election.version,
    )
    # (3)
    ballot = _finish(envelope, data, election)
    # (4) and (5)
    context = _context(election, ballot.credential)
    for number, (question, answer) in enumerate(zip(election.questions, ballot.answers, strict=True), 1):
        with within(f"question {number}"):
            _check_answer(answer, question, election=election, context=context)
    return ballot


def _check_answer(answer: Answer, question: Question, *, election: Election, context: str) -> None:
    """Raise VerificationError unless the proofs of an answer hold, protocol.md §7.2."""
    group, key = election.group, election.public_key
    for number, (choice, proofs) in enumerate(zip(answer.choices, answer.individual_proofs, strict=True), 1):
        with within(f"answer {number}"):
            check_disjunction(
                proofs,
                ciphertext=choice,
                values=_BIT,
                group=group,
                key=key,
                context=context,
                section="§7.2",
                what="individual proof",
            )
    check_disjunction(
        answer.overall_proof,
        ciphertext=elgamal.multiply(group, answer.choices),
        values=question.totals,
        group=group,
        key=key,
        context=_overall_context(context, answer.choices, group),
        section="§7.2",
        what="overall proof",
    )
