"""Checks 1 to 5: the container, the order of events, and what Setup fixed (protocol.md §11, §12.2, §4.3, §6, §5)."""

import base64
import hashlib
import os
from collections.abc import Iterator
from io import RawIOBase
from typing import BinaryIO

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.credential import check_public_credentials
from sandogh.protocol.credentials_certificate import check_credentials_certificate
from sandogh.protocol.digest import sha_base64
from sandogh.protocol.election import Election, check_election_key
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.events import EventType, next_allowed
from sandogh.protocol.record import read_records
from sandogh.protocol.trustee import Trustees, check_trustees
from sandogh.verifier.audit import Audit, NothingToCheck, Unfounded, count
from sandogh.verifier.index import Index, Place, fill_index
from sandogh.verifier.report import Outcome, TrusteeFacts

#: Credentials handed to a process at once, and the number of them below which starting processes costs more than it gains.
BATCH = 256
WORTHWHILE = 4096

_PIECE = 1 << 16

#: No entry of the list is as long as this many bytes.
_LONGEST = 4096


# ---- 1


class _Reading(RawIOBase):
    """Reads a file through, and on the way takes its digest and tells how far it is."""

    def __init__(self, audit: Audit) -> None:
        super().__init__()
        self._audit = audit
        self._file: BinaryIO = audit.file
        self._digest = hashlib.sha256()
        self._size = 0
        begin = self._file.tell()
        self._total = self._file.seek(0, os.SEEK_END) - begin
        self._file.seek(begin)

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        self._size += len(data)
        self._audit.tell("bytes", self._size, self._total)
        return data

    def finish(self) -> None:
        """To the end of the file, wherever reading stopped."""
        while self.read(1 << 20):
            pass
        self._audit.report.facts.archive_bytes = self._size
        self._audit.report.facts.archive_sha256 = self._digest.hexdigest()


def container(audit: Audit) -> str:
    """(1) Every fault that can be read past is told, not only the first."""
    reading = _Reading(audit)
    try:
        fill_index(audit.index, read_records(reading, complain=audit.refuse))  # type: ignore[arg-type]
    finally:
        reading.finish()
        last = audit.index.last
        if last is not None:
            facts = audit.report.facts
            facts.stage, facts.last_height, facts.last_event = last.type.value, last.height, last.hash
    if last is None:
        return "no event"
    return f"{count(audit.index.event_count, 'event')}, the last {last.type.value} {last.hash}"


# ---- 2


def grammar(audit: Audit) -> str:
    """(2) Whether there should be shuffles at all is the matter of (8)."""
    index = audit.index
    if not index.event_count and audit.report.checks[0].outcome is not Outcome.HOLDS:
        raise Unfounded({1})
    shuffles = index.happened(EventType.Shuffle) or index.happened(EventType.EndShuffles)
    previous: EventType | None = None
    for height, kind in enumerate(index.types):
        if kind not in next_allowed(previous, shuffles=shuffles):
            what = f"{kind} is not allowed {f'after {previous}' if previous else 'at the beginning'}"
            audit.refuse(VerificationError("§12.2", what, f"event {height}"))
        previous = kind
    if previous is None:
        raise VerificationError("§12.2", "no event at all")
    audit.report.facts.ballots = index.ballot_count
    return count(index.ballot_count, "ballot")


# ---- 3


def election_file(audit: Audit) -> str:
    """(3)"""
    if not audit.index.setup:
        audit.need(1, 2)
        raise NothingToCheck("no Setup")
    audit.election = election = Election.from_bytes(audit.index.read(audit.index.setup[0]))
    facts = audit.report.facts
    facts.name, facts.uuid, facts.group, facts.fingerprint = election.name, election.uuid, election.group.name, election.fingerprint
    return f"«{election.name}», group {election.group.name}, fingerprint {election.fingerprint}"


# ---- 4


def trustee_keys(audit: Audit) -> str:
    """(4) Every trustee in error, not only the first."""
    audit.need(3)
    data = audit.index.read(audit.index.setup[1])
    try:
        trustees = check_trustees(data, audit.election.group, version=audit.election.version)
    except (Malformed, VerificationError) as refusal:
        _refuse_each_trustee(audit, data, refusal)
        return ""
    check_election_key(audit.election, trustees)
    audit.trustees = trustees
    facts = audit.report.facts
    facts.trustees, facts.trustees_fingerprint = len(trustees.members), sha_base64(data)
    facts.trustee_list = tuple(_trustee_facts(trustees))
    return f"{_quorum(trustees)}, fingerprint {facts.trustees_fingerprint}"


def _trustee_facts(trustees: Trustees) -> Iterator[TrusteeFacts]:
    for needed, members in trustees.grouped():
        for member in members:
            threshold = needed if len(members) > 1 else None
            yield TrusteeFacts(member.number, member.name, sha_base64(dumps(member.public_key)), threshold, len(members))


def _quorum(trustees: Trustees) -> str:
    """«3 trustees, every one needed» or «6 trustees: 1, and 3 of the trustees 2 to 6, needed»."""
    groups = list(trustees.grouped())
    number = count(len(trustees.members), "trustee")
    if all(needed == len(members) for needed, members in groups):
        return f"{number}, every one needed"
    wanted = [
        f"trustee {members[0].number}" if len(members) == 1 else f"{needed} of the trustees {members[0].number} to {members[-1].number}"
        for needed, members in groups
    ]
    return f"{number}; needed: {' and '.join(wanted)}"


def _refuse_each_trustee(audit: Audit, data: bytes, refusal: Malformed | VerificationError) -> None:
    """Look at each entry of the list by itself; if none is wrong by itself, the list as a whole is."""
    before = audit.refused
    try:
        entries = loads_canonical(data)
    except Malformed:
        entries = None
    for place, entry in enumerate(entries if isinstance(entries, list) else (), 1):
        try:
            check_trustees(dumps([entry]), audit.election.group, version=audit.election.version)
        except (Malformed, VerificationError) as alone:
            # Its own numbering began at 1 again: the place in the list is what a reader can find.
            places = alone.where.partition(", ")
            alone.where = f"entry {place} of the list{f', {places[2]}' if places[2] else ''}"
            audit.refuse(alone)
    if audit.refused == before:
        audit.refuse(refusal)


# ---- 5


def public_credentials(audit: Audit) -> str:
    """(5) Every credential in error; the list is read in pieces, so that a long one needs no memory."""
    audit.need(3)
    index, facts = audit.index, audit.report.facts
    place = index.setup[2]
    number = weight = 0
    worthwhile = place.size > WORTHWHILE * 70
    chunks = _numbered(_chunks(index, place))
    for listed, refused in audit.workers.each(audit.election, check_chunk, chunks, worthwhile=worthwhile):
        for refusal in refused:
            audit.refuse(refusal)
        for credential_number, credential, its_weight in listed:
            if not index.list_credential(credential, its_weight):
                audit.refuse(VerificationError("§5.3", "listed twice", f"credential {credential_number}"))
            weight += its_weight
        number += len(listed) + len(refused)
        audit.tell("credentials", number, 0)
    if audit.election.needs_shuffle and weight != number:
        audit.refuse(VerificationError("§8.2", "voters have weights, and a non-homomorphic question is asked"))
    facts.credentials, facts.credentials_weight, facts.credentials_fingerprint = number, weight, _base64(place.hash)
    weights = "" if weight == number else f", weights together {weight}"
    note = f"{count(number, 'credential')}{weights}, fingerprint {facts.credentials_fingerprint}"
    return note + _certificate(audit, number)


def _certificate(audit: Audit, voters: int) -> str:
    """The certificate of an external credential authority, protocol.md §5.4, where there is one."""
    if len(audit.index.setup) < 5:
        return ""
    place = audit.index.setup[3]
    certificate = check_credentials_certificate(
        audit.index.read(place),
        election=audit.election,
        credentials_hash=audit.index.setup[2].hash,
        voters=voters,
    )
    audit.report.facts.certificate_fingerprint = _base64(place.hash)
    return f", certified for a roll of {certificate.voter_list_length}"


def _chunks(index: Index, place: Place) -> Iterator[bytes]:
    """The list of credentials cut into lists of at most BATCH entries each: together the same text, or refused like it.

    The cuts are made between a quotation mark, a comma and a quotation mark, which stand inside no entry of a list in canonical form.
    """
    entries: list[bytes] = []
    rest = b""
    first = True
    for piece in index.pieces(place, _PIECE):
        rest += piece
        if first:
            if not rest.startswith(b'["'):
                break
            rest, first = rest[2:], False
        *whole, rest = rest.split(b'","')
        # A cut may fall into the mark itself, which then ends up whole in the next piece.
        entries.extend(whole)
        if len(rest) > _LONGEST:
            # No credential, and perhaps without end: its beginning, left open, is refused.
            rest = rest[:_LONGEST] + b" "
            break
        while len(entries) >= BATCH:
            yield _list(entries[:BATCH])
            del entries[:BATCH]
    if first:
        # No list of texts: whatever it is, the check of it, or of its beginning, says what is wrong with it.
        yield next(index.pieces(place, _PIECE), b"")
        return
    if rest.endswith(b'"]'):
        yield _list([*entries, rest[:-2]])
    else:
        yield b'["' + b'","'.join([*entries, rest])


def _list(entries: list[bytes]) -> bytes:
    return b'["' + b'","'.join(entries) + b'"]'


def _numbered(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    first = 1
    for chunk in chunks:
        yield first, chunk
        first += BATCH


Listed = tuple[list[tuple[int, str, int]], list[Malformed | VerificationError]]


def check_chunk(election: Election, numbered: tuple[int, bytes]) -> Listed:
    """The entries of a piece of the list that hold, as (number, credential, weight), and the refusals of those that do not."""
    first, chunk = numbered
    try:
        found = check_public_credentials(chunk, election.group)
        return [(number, *entry) for number, entry in enumerate(found.items(), first)], []
    except (Malformed, VerificationError) as whole:
        if not (chunk.startswith(b'["') and chunk.endswith(b'"]')):
            return [], [whole]
    listed: list[tuple[int, str, int]] = []
    refused: list[Malformed | VerificationError] = []
    for number, entry in enumerate(chunk[2:-2].split(b'","'), first):
        try:
            listed += [(number, *alone) for alone in check_public_credentials(_list([entry]), election.group).items()]
        except (Malformed, VerificationError) as refusal:
            refusal.where = f"credential {number}"
            refused.append(refusal)
    return listed, refused


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode().rstrip("=")
