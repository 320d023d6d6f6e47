"""The short values that stand for the long ones, to be announced, printed and compared."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache

from sandogh.protocol.events import EventType
from sandogh.server.board.domain.export import stream_archive
from sandogh.server.board.domain.reading import head
from sandogh.server.board.models import BoardData
from sandogh.server.elections.models import Election


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """`election` is φ (protocol.md §4.3), `credentials` that of §5.3, both and `trustees` in Base64 of 43 characters; the rest is hex.

    `archive` is that of the whole file, and None while ballots come in: it would change with each, and `last_event` says as much.
    """

    election: str
    trustees: str
    credentials: str
    last_event: str
    height: int
    ballots: int
    archive: str | None


def fingerprints(election: Election) -> Fingerprints:
    """Of the board as it is now; raises Refused `no_board` before the election is sealed."""
    end = head(election)
    setup = BoardData.objects.filter(event__election=election, event__height=0).order_by("place").values_list("hash", flat=True)
    election_hash, trustees_hash, credentials_hash, *_certificate_and_setup_data = setup
    growing = end.type in {EventType.Setup, EventType.Ballot}
    return Fingerprints(
        election=_short(election_hash),
        trustees=_short(trustees_hash),
        credentials=_short(credentials_hash),
        last_event=end.hash,
        height=end.height,
        ballots=end.ballots,
        archive=None if growing else _archive_fingerprint(election.pk, end.hash),
    )


@lru_cache(maxsize=32)
def _archive_fingerprint(election_id: int, _last_event: str) -> str:
    """Hash the whole archive; once a process for each end of the chain, and that moves only a few times after the last ballot."""
    digest = hashlib.sha256()
    for part in stream_archive(Election.objects.defer("credentials_json").get(pk=election_id)):
        digest.update(part)
    return digest.hexdigest()


def _short(hex_hash: str) -> str:
    return b64encode(bytes.fromhex(hex_hash)).decode().rstrip("=")
