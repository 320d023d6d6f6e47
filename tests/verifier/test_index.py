"""The index reads again what it read before, or says that it cannot (protocol.md §11)."""

import io

import pytest

from protocol.elections import Story, story
from sandogh.protocol.events import EventType
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.record import read_records
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.index import Index, credential_named, fill_index


@pytest.fixture(scope="module")
def held() -> Story:
    return story(questions=[HomomorphicQuestion(("a",), "q", 0, 1)])


class Fickle(io.BytesIO):
    """Shows another archive of the same length once it was read to its end."""

    def __init__(self, first: bytes, later: bytes) -> None:
        super().__init__(first)
        self._later = later

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data and size:
            place = self.tell()
            self.seek(0)
            self.write(self._later)
            self.seek(place)
        return data


@pytest.mark.parametrize(
    ("what", "check"), [(b'"signature":{"hash"', 6), (b'"questions"', 3), (b'[["Single"', 4)], ids=["ballot", "election", "trustees"]
)
def test_a_file_that_is_changed_under_the_verification_is_refused(held: Story, what: bytes, check: int) -> None:
    """Even to something that would pass, since the chain is only of what was read first."""
    refused_as_changed(held, what, b" " + what[1:], check)


def test_a_list_of_credentials_that_is_changed_under_the_verification_is_refused(held: Story) -> None:
    """It is read piece by piece; another good credential in it is found out at its end."""
    refused_as_changed(held, held.voters[1].public.encode(), story(voters=1).voters[0].public.encode(), 5)


def refused_as_changed(held: Story, what: bytes, other: bytes, check: int) -> None:
    board = held.opened()
    board.append(EventType.Ballot, held.ballot(0, [[1]]))
    place = board.archive.index(what, 1536)
    later = board.archive[:place] + other + board.archive[place + len(what) :]
    report = verify_archive(Fickle(board.archive, later))
    failed = [found for found in report.checks if found.findings]
    assert [(found.number, [finding.section for finding in found.findings]) for found in failed] == [(check, ["§11.2"])]


def test_ballots_are_found_by_number_hash_and_credential(held: Story) -> None:
    ballots = [held.ballot(0, [[1]]), held.ballot(1, [[0]]), held.ballot(0, [[0]])]
    board = held.opened()
    for ballot in [*ballots, ballots[1]]:
        board.append(EventType.Ballot, ballot)
    file = io.BytesIO(b"before" + board.archive)
    file.seek(len(b"before"))
    index = Index(file)
    fill_index(index, read_records(file))
    lines = list(index.ballots())
    assert [(line.number, line.height) for line in lines] == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert [index.read(line.place) for line in lines] == [*ballots, ballots[1]]
    assert index.ballot_with_hash(lines[3].place.hash) == lines[1]
    assert index.ballot_with_hash("0" * 64) is None
    assert [index.is_repeated(line) for line in lines] == [False, False, False, True]
    assert [index.replacement_of(line) for line in lines] == [lines[2], lines[3], None, None]
    assert (index.event_count, index.ballot_count, list(index.types)) == (5, 4, [EventType.Setup, *[EventType.Ballot] * 4])
    assert index.list_credential(held.voters[0].public, 3)
    assert not index.list_credential(held.voters[0].public, 1)
    assert [index.weight_of(line) for line in lines] == [3, None, 3, None]
    index.close()


def test_the_credential_of_a_ballot_is_told_without_reading_the_rest(held: Story) -> None:
    ballot = held.ballot(2, [[1]])
    assert credential_named(ballot) == held.voters[2].public
    assert credential_named(ballot[:-1]) == held.voters[2].public
    assert credential_named(b" " + ballot) is None
    assert credential_named(b"junk") is None
