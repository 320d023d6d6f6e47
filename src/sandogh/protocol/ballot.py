"""Ballots: sealed choices, the proofs that they are allowed ones, and the credential's signature (protocol.md §7)."""

import secrets
from collections.abc import Container, Sequence
from dataclasses import dataclass

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.credential import CredentialKey, parse_credential
from sandogh.protocol.digest import sha_base64
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError, within
from sandogh.protocol.group import Draw, Element
from sandogh.protocol.proofs import Proof, check_knowledge, make_knowledge
from sandogh.protocol.question import Answer, Choice
from sandogh.protocol.shapes import array, hash_base64, record, text

_ENVELOPE = ("election_uuid", "election_hash", "credential", "answers", "signature")


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


@dataclass(frozen=True, slots=True)
class UnsignedBallot:
    """A ballot before its signature: sealed choices, which its hash already commits the voter to (protocol.md §7.1, §14)."""

    election: Election
    credential: str
    data: bytes
    #: b64 digest of `data`: what will stand in signature.hash.
    hash: str

    def sign(self, credential: CredentialKey, *, draw: Draw = secrets.randbelow) -> bytes:
        """The whole ballot, protocol.md §7.1. Raises Malformed when this is not the credential that the answers are bound to."""
        if credential.public != self.credential:
            raise Malformed("§7.1", "the ballot was sealed for another credential")
        proof = make_knowledge(self.election.group, "sig", self.hash, credential.secret, draw=draw, version=self.election.version)
        signature = dumps({"signature": {"hash": self.hash, "proof": proof.form()}})
        return self.data[:-1] + b"," + signature[1:]


def make_unsigned_ballot(
    election: Election, credential: str, choices: Sequence[Choice], *, draw: Draw = secrets.randbelow
) -> UnsignedBallot:
    """Seal the choices for a public credential, protocol.md §7.1 to §7.5. Raises Malformed as `make_ballot` does."""
    if len(choices) != len(election.questions):
        raise Malformed("§7.1", f"choices for {len(choices)} questions where {len(election.questions)} are asked")
    context = _context(election, credential)
    answers: list[object] = []
    for number, (question, choice) in enumerate(zip(election.questions, choices, strict=True), 1):
        with within(f"question {number}"):
            answers.append(question.make_answer(election, choice, context=context, draw=draw).form(election.group))
    unsigned = {"election_uuid": election.uuid, "election_hash": election.fingerprint, "credential": credential, "answers": answers}
    data = dumps(unsigned)
    return UnsignedBallot(election, credential, data, sha_base64(data))


def make_ballot(election: Election, credential: CredentialKey, choices: Sequence[Choice], *, draw: Draw = secrets.randbelow) -> bytes:
    """Seal and sign the choices, protocol.md §7.1.

    `choices` holds, per question in the election's order: for a homomorphic one 0 or 1 per answer, the blank flag in front where blank is
    allowed; for a non-homomorphic one 0..255 per answer; for lists a row per list, its flag in front.
    Raises Malformed when they are not that or break a question's rules.

    1. each answer: encrypt, and prove that it is an allowed one
    2. hash the ballot without signature
    3. sign the hash with the credential
    """
    # (1), (2)
    unsigned = make_unsigned_ballot(election, credential.public, choices, draw=draw)
    # (3)
    return unsigned.sign(credential, draw=draw)


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


def _finish(envelope: _Envelope, data: bytes, election: Election) -> Ballot:
    answers: list[Answer] = []
    for number, (question, value) in enumerate(zip(election.questions, envelope.answers, strict=True), 1):
        with within(f"question {number}"):
            answers.append(question.parse_answer(value, election.group))
    return Ballot(envelope.credential, tuple(answers), envelope.hash, envelope.signature, tracker_of(data))


def parse_ballot(data: bytes, election: Election) -> Ballot:
    """A ballot in canonical form whose proofs and credential nobody has looked at, protocol.md §7.1. For ballots that were checked before.

    Raises Malformed or VerificationError.
    """
    return _finish(_parse_envelope(data, election, None), data, election)


def check_ballot(data: bytes, *, election: Election, credentials: Container[str]) -> Ballot:
    """A ballot that may be counted, protocol.md §7.1 to §7.5. Raises Malformed or VerificationError, which name question and answer.

    What the caller must still do: refuse the same bytes twice, and decide what a second ballot of one credential means (§8.1).

    1. canonical form, this election, listed credential, right hash
    2. the credential signed the hash
    3. every ciphertext in the group, in the questions' shape
    4. the proofs show that each answer is an allowed one
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
    # (4)
    context = _context(election, ballot.credential)
    for number, answer in enumerate(ballot.answers, 1):
        with within(f"question {number}"):
            answer.check(election, context=context)
    return ballot
