"""Checks 8 to 12: shuffles, partial decryptions, result, and what lies outside the archive (protocol.md §9, §10, §12)."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandogh.protocol.canonical import loads_canonical
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryption
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.events import EventType, Owned
from sandogh.protocol.nested import leaves
from sandogh.protocol.result import check_result, meaningless_votes
from sandogh.protocol.shapes import array, record
from sandogh.protocol.shuffle import check_shuffle, check_shuffle_owners
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import Member
from sandogh.verifier.audit import Audit, NothingToCheck, Unfounded, count
from sandogh.verifier.ballots import Refusal
from sandogh.verifier.earlier import Shortened
from sandogh.verifier.report import Outcome
from sandogh.verifier.results import race_results

Lists = tuple[tuple[Ciphertext, ...], ...]

#: Ciphertexts below which starting processes costs more than it gains.
WORTHWHILE = 200


# ---- 8


def shuffles(audit: Audit) -> str:
    """(8) Every shuffle is looked at, each on what the one before it left; and every trustee made one."""
    audit.need(2, 3)
    happened = audit.index.happened(EventType.Shuffle) or audit.index.happened(EventType.EndShuffles)
    if not audit.election.needs_shuffle:
        if happened:
            raise VerificationError("§12.2", "shuffles, though no question is non-homomorphic")
        audit.shuffled = audit.tally
        return "none, and none needed"
    if audit.tally is None:
        raise Unfounded({7})
    if not happened:
        if audit.index.decryptions or audit.index.result:
            raise VerificationError("§12.2", "no shuffle, though a question is non-homomorphic")
        audit.not_yet("Shuffle")
    owners, last = _each_shuffle(audit, audit.tally)
    if not audit.index.happened(EventType.EndShuffles):
        audit.not_yet("EndShuffles")
    audit.need(4)
    check_shuffle_owners(owners, len(audit.trustees.members))
    if last is not None and not audit.refused:
        audit.shuffled = audit.tally.shuffled(last)
    audit.report.facts.shuffles = len(owners)
    return f"{count(len(owners), 'shuffle')}, one of every trustee"


def _each_shuffle(audit: Audit, tally: EncryptedTally) -> tuple[list[int], Lists | None]:
    """The owners, and what the last shuffle left; what comes after a shuffle that cannot be read is not looked at."""
    owners: list[int] = []
    tasks: list[tuple[bytes, Lists]] = []
    lists: Lists | None = tally.to_shuffle
    for object_place, owned_place in audit.index.shuffles:
        owners.append(Owned.from_bytes(audit.index.read(owned_place)).owner)
        if lists is None:
            continue
        data = audit.index.read(object_place)
        tasks.append((data, lists))
        try:
            lists = _left_by(data, audit.election)
        except (Malformed, VerificationError):
            lists = None
    worthwhile = len(tasks) > 1 and sum(map(len, tally.to_shuffle)) >= WORTHWHILE // 4
    for place, refusal in enumerate(audit.workers.each(audit.election, judge_shuffle, tasks, worthwhile=worthwhile), 1):
        if refusal is not None:
            audit.refuse(refusal, f"shuffle {place} (of trustee {owners[place - 1]})")
        audit.tell("shuffles", place, len(tasks))
    return owners, lists


def judge_shuffle(election: Election, task: tuple[bytes, Lists]) -> Refusal | None:
    """None for a shuffle of these lists, else the refusal, protocol.md §9.2."""
    data, lists = task
    try:
        check_shuffle(data, election=election, ciphertexts=lists)
    except (Malformed, VerificationError) as refusal:
        return refusal
    return None


def _left_by(data: bytes, election: Election) -> Lists:
    """The lists that a shuffle claims to leave, members of the group, its proofs not looked at."""
    fields = record(loads_canonical(data, section="§9.1", what="shuffle"), ("ciphertexts", "proofs"), section="§9.1", what="shuffle")
    return tuple(
        tuple(Ciphertext.parse(cell, election.group, section="§9.1") for cell in array(row, section="§9.1", what="shuffle: ciphertexts"))
        for row in array(fields["ciphertexts"], section="§9.1", what="shuffle: ciphertexts")
    )


# ---- 9


@dataclass(frozen=True, slots=True)
class DecryptionTask:
    """A published partial decryption, the trustee whose it should be, and what was to be decrypted."""

    data: bytes
    trustee: Member
    tally: EncryptedTally


def partial_decryptions(audit: Audit) -> str:
    """(9) Every one in range, by another trustee than those before, and valid; those of the published tally, right or wrong."""
    if not audit.index.decryptions:
        audit.need(4, 7, 8)
        audit.not_yet("PartialDecryption")
    audit.need(3, 4, 8)
    if audit.shuffled is None:
        raise Unfounded({7})
    wheres: list[str] = []
    tasks = list(_decryption_tasks(audit, audit.shuffled, wheres))
    worthwhile = len(tasks) > 1 and sum(1 for _ in leaves(audit.shuffled.ciphertexts)) >= WORTHWHILE
    judged = audit.workers.each(audit.election, judge_decryption, tasks, worthwhile=worthwhile)
    for done, (task, where, found) in enumerate(zip(tasks, wheres, judged, strict=True), 1):
        if isinstance(found, PartialDecryption):
            audit.partials[task.trustee.number] = found
        else:
            audit.refuse(found, where)
        audit.tell("decryptions", done, len(tasks))
    audit.report.facts.decryptions = len(audit.partials)
    missing = audit.trustees.missing(audit.partials)
    if audit.index.result and missing and not audit.refused:
        # No quorum, and yet a result: nothing published leads to it.
        raise VerificationError("§10.2", f"no partial decryption of {', and '.join(map(str, missing))}")
    return f"{len(audit.partials)} of {count(len(audit.trustees.members), 'trustee')}" + (
        f"; still needed: {', and '.join(map(str, missing))}" if missing else ""
    )


def _decryption_tasks(audit: Audit, tally: EncryptedTally, wheres: list[str]) -> Iterator[DecryptionTask]:
    owners: set[int] = set()
    for place, (object_place, owned_place) in enumerate(audit.index.decryptions, 1):
        owner = Owned.from_bytes(audit.index.read(owned_place)).owner
        where = f"partial decryption {place} (of trustee {owner})"
        try:
            member = audit.trustees.member(owner)
        except VerificationError as refusal:
            audit.refuse(refusal, where)
            continue
        if owner in owners:
            audit.refuse(VerificationError("§10.1", "a second one of the same trustee"), where)
            continue
        owners.add(owner)
        wheres.append(where)
        yield DecryptionTask(audit.index.read(object_place), member, tally)


def judge_decryption(election: Election, task: DecryptionTask) -> PartialDecryption | Refusal:
    """The partial decryption if it is the trustee's of this very tally, else the refusal, protocol.md §10.1."""
    try:
        return check_partial_decryption(task.data, tally=task.tally, trustee=task.trustee, election=election)
    except (Malformed, VerificationError) as refusal:
        return refusal


# ---- 10


def result(audit: Audit) -> str:
    """(10) From the valid partial decryptions, if they are enough."""
    if not audit.index.result:
        audit.need(9)
        audit.not_yet("Result")
    if audit.shuffled is None or not audit.sound(4) or not audit.trustees.enough(audit.partials):
        audit.need(4, 7, 8, 9)
        raise Unfounded({9})
    data = audit.index.read(audit.index.result[0])
    found = check_result(
        data, election=audit.election, tally=audit.shuffled, partials=list(audit.partials.values()), trustees=audit.trustees
    )
    audit.report.facts.result = race_results(audit.election, found)
    return f"{count(len(audit.election.questions), 'question')}, {count(audit.shuffled.num_tallied, 'ballot')}" + _meaningless(audit)


def _meaningless(audit: Audit) -> str:
    """A warning about revealed votes that no honest voter cast. Not a refusal, since one voter could then make any election invalid."""
    if not audit.election.needs_shuffle or audit.shuffled is None:
        return ""
    found = meaningless_votes(audit.election, audit.shuffled, list(audit.partials.values()), audit.trustees)
    places = [
        f"question {question}, vote{'s' if len(votes) > 1 else ''} {', '.join(map(str, votes))}"
        for question, votes in enumerate(found, 1)
        if votes
    ]
    if not places:
        return ""
    return (
        f"; WARNING: {'; '.join(places)}: no program makes these of any choice (§10.4), so that they show what their voters chose only if"
        " the voters, and not a trustee, made them so"
    )


# ---- 11, 12


def roll(audit: Audit) -> str:
    """(11)"""
    facts = audit.report.facts
    what = "the credentials" if facts.credentials is None else f"the number of credentials, {facts.credentials},"
    if facts.credentials_weight != facts.credentials:
        what += f" and their weights, together {facts.credentials_weight},"
    raise NothingToCheck(f"not in the archive: compare {what} with the electoral roll")


def earlier_copy(audit: Audit) -> str:
    """(12)"""
    if audit.earlier is None:
        raise NothingToCheck("no earlier copy was given")
    try:
        return audit.continuation(audit.earlier)
    except Shortened:
        if audit.report.checks[0].outcome is not Outcome.HOLDS:
            # Not the board ends early, but what could be read of it.
            raise Unfounded({1}) from None
        raise
