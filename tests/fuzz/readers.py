"""Everything that reads what somebody else wrote, and valid inputs to begin with.

An input is two bytes and the rest: which election, which of its readers, and what is to be read. Seeds are made from the shared vectors
and from an election of our own at every run; no corpus is kept.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from protocol.elections import Board, story
from protocol.establishments import establish
from sandogh.protocol.archive import read_archive
from sandogh.protocol.ballot import parse_ballot
from sandogh.protocol.canonical import dumps, loads, loads_canonical
from sandogh.protocol.channel import EncryptedMessage, MessageKeys, generate_seed
from sandogh.protocol.credential import check_public_credentials
from sandogh.protocol.credentials_certificate import check_credentials_certificate, make_credentials_certificate
from sandogh.protocol.decryption import check_partial_decryption
from sandogh.protocol.digest import sha_base64, sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.events import Event, EventType, Owned, SetupData
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.key_generation import (
    check_certificates,
    check_decryption_key,
    check_polynomial,
    make_decryption_key,
    recover_decryption_key,
    vector_for,
)
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nonhomomorphic import CountingMethod, NonHomomorphicQuestion
from sandogh.protocol.opening import Opening, check_opening, make_opening
from sandogh.protocol.record import Record, read_records
from sandogh.protocol.result import Result
from sandogh.protocol.shuffle import check_shuffle
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.threshold import ThresholdParameters
from sandogh.protocol.trustee import TrusteePublicKey, Trustees, check_trustees
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Verdict

VECTORS = Path(__file__).resolve().parent.parent / "vectors" / "belenios"

#: Small ones of every kind of question, trustee and group.
ARCHIVES = ("ed25519-zero-ballots", "ed25519-lists", "ed25519-nh-shuffles", "ed25519-h-blank-weights-threshold", "bel2048-small-330")

REFUSALS = (Malformed, VerificationError)

Reader = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Target:
    """A reader, and an input that it takes."""

    name: str
    seed: bytes
    read: Reader


@dataclass(frozen=True, slots=True)
class _Held:
    """What an archive says, read once."""

    records: tuple[Record, ...]
    election: Election
    trustees: Trustees
    tally: EncryptedTally | None
    mixed: EncryptedTally | None


def _held(archive: bytes) -> _Held:
    records = tuple(read_records(io.BytesIO(archive)))
    election = Election.from_bytes(records[0].data[0].data)
    trustees = check_trustees(records[0].data[1].data, election.group)
    tally = mixed = None
    for record in records:
        if record.event.type is EventType.EncryptedTally:
            tally = mixed = EncryptedTally.from_bytes(record.data[0].data, record.data[1].data, election=election)
        elif record.event.type is EventType.Shuffle and mixed is not None:
            mixed = mixed.shuffled(check_shuffle(record.data[0].data, election=election, ciphertexts=mixed.to_shuffle))
    return _Held(records, election, trustees, tally, mixed)


def judge(archive: bytes) -> Verdict:
    """The verifier never raises, whatever it is given, and says of every fault which rule it breaks."""
    report = verify_archive(io.BytesIO(archive))
    if not all(finding.section.startswith("§") and finding.what for finding in report.findings):
        raise AssertionError(f"a finding without a rule: {report.findings}")
    if len(report.checks) != 12 or (report.result is not None) != report.complete:
        raise AssertionError("a report that is not whole")
    return report.verdict


def _strictly(archive: bytes) -> None:
    for _ in read_archive(io.BytesIO(archive)):
        pass
    for _ in read_records(io.BytesIO(archive)):
        pass


def _ballot(election: Election, data: bytes) -> None:
    """A ballot whose hash is made right, to its last proof."""
    form: Any = loads(data)
    if isinstance(form, dict) and isinstance(form.get("signature"), dict):
        unsigned = {name: value for name, value in form.items() if name != "signature"}
        form["signature"]["hash"] = sha_base64(dumps(unsigned))
        data = dumps(form)
    ballot = parse_ballot(data, election)
    for answer in ballot.answers:
        answer.check(election, context=f"{election.fingerprint}|{ballot.credential}")


def _replaced(held: _Held, height: int, place: int, data: bytes) -> bytes:
    """The board with one of its members replaced, all hashes made right."""
    board = Board()
    for record in held.records:
        members = [member.data for member in record.data]
        if record.event.height == height:
            members[place] = data
            members = _leading(record.event.type, members)
        board.append(record.event.type, *members)
    return board.archive


def _leading(kind: EventType, members: list[bytes]) -> list[bytes]:
    """The members of an event, its payload naming the others as they are now."""
    payload: Any = loads(members[-1]) if len(members) > 1 else None
    if kind is EventType.Setup:
        names = ("election", "trustees", "credentials", "credentials_certificate")
        payload = {name: sha_hex(member) for name, member in zip(names, members[:-1], strict=False)}
    elif kind is EventType.EncryptedTally:
        payload["encrypted_tally"] = sha_hex(members[0])
    elif payload is not None:
        payload["payload"] = sha_hex(members[0])
    return members if payload is None else [*members[:-1], dumps(payload)]


def _of_archive(archive: bytes, *, judged: bool) -> Iterator[Target]:
    """Readers of an archive, of each kind of its members, and, if `judged`, the verifier on the board with such a member exchanged."""
    held = _held(archive)
    election, group = held.election, held.election.group
    yield Target("archive", archive, _strictly)
    yield Target("verifier", archive, judge)
    seen: set[tuple[str, int]] = set()
    for record in held.records:
        kind, height = record.event.type, record.event.height
        for place, member in enumerate(record.data):
            if (kind.value, place) in seen or (len(record.data) > 1 and place == len(record.data) - 1):
                continue
            seen.add((kind.value, place))
            if judged:
                yield Target(
                    f"board with another {kind.value} {place}",
                    member.data,
                    lambda data, height=height, place=place: judge(_replaced(held, height, place, data)),  # type: ignore[misc]
                )
        yield Target(f"event {kind.value}", record.event.to_bytes(), Event.from_bytes)
        match kind:
            case EventType.Setup:
                yield Target("election", record.data[0].data, Election.from_bytes)
                yield Target("trustees", record.data[1].data, lambda data: check_trustees(data, group))
                yield Target("credentials", record.data[2].data, lambda data: check_public_credentials(data, group))
                yield Target("setup data", record.data[-1].data, SetupData.from_bytes)
            case EventType.Ballot if ("ballot", 0) not in seen:
                seen.add(("ballot", 0))
                yield Target("ballot", record.data[0].data, lambda data: _ballot(election, data))
            case EventType.EncryptedTally:
                tally, sized = (member.data for member in record.data)
                yield Target("tally", tally, lambda data, sized=sized: EncryptedTally.from_bytes(data, sized, election=election))  # type: ignore[misc]
                yield Target("sized tally", sized, lambda data, tally=tally: EncryptedTally.from_bytes(tally, data, election=election))  # type: ignore[misc]
            case EventType.Shuffle if ("shuffle", 0) not in seen and held.tally is not None:
                seen.add(("shuffle", 0))
                lists = held.tally.to_shuffle
                yield Target(
                    "shuffle",
                    record.data[0].data,
                    lambda data, lists=lists: check_shuffle(data, election=election, ciphertexts=lists),  # type: ignore[misc]
                )
            case EventType.PartialDecryption if held.mixed is not None:
                owned_by = Owned.from_bytes(record.data[1].data)
                mixed, trustee = held.mixed, held.trustees.member(owned_by.owner)
                yield Target("owned", record.data[1].data, Owned.from_bytes)
                yield Target(
                    "decryption",
                    record.data[0].data,
                    lambda data, mixed=mixed, trustee=trustee: check_partial_decryption(  # type: ignore[misc]
                        data, tally=mixed, trustee=trustee, election=election
                    ),
                )
            case EventType.Result:
                yield Target("result", record.data[0].data, Result.from_bytes)
            case _:
                pass


def _of_our_own() -> Iterator[Target]:
    """An election with every kind of question, and what no archive holds: openings, certificates, the messages of a ceremony."""
    questions = (
        HomomorphicQuestion(("a",), "q", 0, 1, blank=True),
        ListsQuestion((("L", "a"),), "q"),
        NonHomomorphicQuestion(("a",), "q", CountingMethod("Schulze", blank=False)),
    )
    made = establish(2, 1)
    held = story(questions=questions, voters=2, holders=([made.parameters], made.held))
    choices = ((0, 1), ((1, 1),), (7,))
    yield from _of_archive(held.archive([held.ballot(0, choices)]), judged=True)
    election = held.election
    opening = make_opening(election, credential=held.voters[0].public, seed=bytes(32), choices=choices)
    yield Target("opening", opening.to_bytes(), lambda data: check_opening(data, election))
    plain = story(questions=questions[:1], voters=1)
    short = make_opening(plain.election, credential=plain.voters[0].public, seed=bytes(32), choices=((0, 1),))
    yield Target("fragment", short.to_fragment().encode(), lambda data: _fragment(data, plain.election))
    keys = MessageKeys.from_seed(generate_seed(), ED25519)
    certificate = make_credentials_certificate(keys, held.credentials, uuid=election.uuid)
    digest, voters = sha_hex(held.credentials), len(held.voters)
    yield Target(
        "credentials certificate",
        certificate,
        lambda data: check_credentials_certificate(data, election=election, credentials_hash=digest, voters=voters),
    )
    certs, polynomials = made.certs, made.polynomials
    others = certs.members[1].to_bytes()
    message: Any = loads(made.keys[1])
    yield Target("trustee key", plain.keys[0].public.to_bytes(), lambda data: TrusteePublicKey.from_bytes(data, ED25519))
    yield Target("threshold parameters", made.parameters.to_bytes(), lambda data: ThresholdParameters.from_bytes(data, ED25519))
    yield Target("certificate", certs.members[0].to_bytes(), lambda data: check_certificates([data, others], group=ED25519))
    yield Target("polynomial", made.sent[1], lambda data: check_polynomial(data, certs=certs, index=1))
    yield Target("vector", vector_for(1, polynomials, certs), lambda data: make_decryption_key(made.seeds[0], 1, data, certs))
    yield Target("decryption key", made.keys[1], lambda data: check_decryption_key(data, polynomials=polynomials, certs=certs, index=1))
    yield Target(
        "private key",
        message["private_key"].encode(),
        lambda data: recover_decryption_key(made.seeds[0], data.decode("utf-8", "replace"), parameters=made.parameters),
    )
    yield Target(
        "encrypted message",
        message["private_key"].encode(),
        lambda data: EncryptedMessage.from_text(data.decode("utf-8", "replace"), ED25519, section="§6.2", what="message"),
    )
    yield Target("JSON", b'{"a":[1,"\\u007f",{"b":null}],"c":true}', _canonical)


def _fragment(data: bytes, election: Election) -> None:
    opening = Opening.from_fragment(data.decode("utf-8", "replace"), election=election.fingerprint)
    check_opening(opening.to_bytes(), election)


def _canonical(data: bytes) -> None:
    if dumps(loads_canonical(data)) != data:
        raise AssertionError("canonical, and written otherwise")


@cache
def elections() -> tuple[tuple[Target, ...], ...]:
    """Per election its targets; ours first."""
    vectors = [(VECTORS / f"{name}.bel").read_bytes() for name in ARCHIVES]
    return tuple(_of_our_own()), *(tuple(_of_archive(vector, judged=False)) for vector in vectors)


def seeds() -> Iterator[bytes]:
    """A valid input for every target."""
    for first, targets in enumerate(elections()):
        for second, target in enumerate(targets):
            yield bytes([first, second]) + target.seed


def target_of(data: bytes) -> Target:
    """What an input is meant for."""
    first, second = (*data[:2], 0, 0)[:2]
    targets = elections()[first % len(elections())]
    return targets[second % len(targets)]


def run(data: bytes) -> None:
    """Read an input. Anything but a refusal in words is a finding and is raised."""
    try:
        target_of(data).read(data[2:])
    except REFUSALS as refusal:
        if not refusal.section.startswith("§") or not refusal.what:
            raise AssertionError(f"a refusal without a rule: {refusal!r}") from refusal
