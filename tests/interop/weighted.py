"""Elections with blank votes, weights and lists, whose archives other programs judge."""

import io

from protocol.elections import Story
from sandogh.protocol.ballot import check_ballot
from sandogh.protocol.canonical import loads
from sandogh.protocol.credential import make_public_credentials
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryption, make_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.events import EventType, owned
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.record import read_records
from sandogh.protocol.result import make_result
from sandogh.protocol.tally import make_encrypted_tally

BOARD = HomomorphicQuestion(("آبادگر", "B / «C»", 'D"\\'), "هیئت مدیره", 1, 2, blank=True)
INSPECTOR = HomomorphicQuestion(("P", "Q"), "بازرس", 0, 1)
LISTS = ListsQuestion((("فهرست یک", "a", "b"), ("فهرست دو", "c")), "شورا")
WEIGHTS = (1, 3, 1, 2)


CHOICES = (
    ((0, 1, 0, 1), (0, 1), ((1, 1, 0), (0, 0))),
    ((1, 0, 0, 0), (0, 0), ((0, 0, 0), (1, 1))),
    ((0, 0, 1, 0), (1, 0), ((1, 1, 1), (0, 0))),
    ((0, 1, 0, 0), (0, 1), ((1, 0, 1), (0, 0))),
)
#: Of the first, the second and the fourth voter; the second one weighs 3, the fourth 2. The first row begins with the blank votes.
COUNTED = [[3, 3, 0, 1], [0, 3], [[3, 1, 2], [3, 3]]]


def weighted(held: Story) -> tuple[Story, dict[str, int]]:
    """The same election with the weights above."""
    weights = dict(zip((voter.public for voter in held.voters), WEIGHTS, strict=True))
    held.credentials = make_public_credentials(weights, held.group)
    return held, weights


def archive_of(held: Story, weights: dict[str, int], ballots: list[bytes], owners: tuple[int, ...]) -> bytes:
    """From setup to result, opened by the trustees of these numbers."""
    board = held.opened()
    for ballot in ballots:
        board.append(EventType.Ballot, ballot)
    board.append(EventType.EndBallots)
    checked = [check_ballot(ballot, election=held.election, credentials=weights) for ballot in ballots]
    tally = make_encrypted_tally(held.election, checked, weights)
    board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    partials: list[PartialDecryption] = []
    for owner in owners:
        data = make_partial_decryption(tally, private_key=held.keys[owner - 1].private, election=held.election)
        member = held.trustees.members[owner - 1]
        partials.append(check_partial_decryption(data, tally=tally, trustee=member, election=held.election))
        board.append(EventType.PartialDecryption, data, owned(owner, sha_hex(data)))
    board.append(EventType.Result, make_result(held.election, tally, partials, held.trustees, tally.total_weight))
    return board.archive


def result_of(archive: bytes) -> object:
    last = list(read_records(io.BytesIO(archive)))[-1]
    return loads(last.data[0].data)["result"]  # type: ignore[index,call-overload]
