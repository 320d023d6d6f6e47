"""The plan of the verifier on elections of our own, whole, open and tampered with (protocol.md §12.1)."""

import io
from typing import Any

import pytest

from protocol.elections import Board, Story, story
from sandogh.protocol.archive import read_archive
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import MessageKeys, generate_seed
from sandogh.protocol.credentials_certificate import make_credentials_certificate
from sandogh.protocol.digest import sha_base64, sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.events import EventType, make_setup_data, owned
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.trustee import make_trustees
from sandogh.verifier.checks import PLAN, verify_archive
from sandogh.verifier.report import Outcome, Report, Verdict

VOTES = [[[1, 1, 0], [0, 1]], [[0, 1, 0], [1, 0]], [[0, 0, 0], [0, 1]]]


@pytest.fixture(scope="module")
def held() -> Story:
    return story()


@pytest.fixture(scope="module")
def ballots(held: Story) -> list[bytes]:
    return [held.ballot(voter, vote) for voter, vote in enumerate(VOTES)]


def verify(archive: bytes, *, jobs: int = 1) -> Report:
    return verify_archive(io.BytesIO(archive), jobs=jobs)


def refused(archive: bytes) -> list[tuple[str, str]]:
    """Section and place of every finding; there must be one."""
    report = verify(archive)
    assert report.verdict is Verdict.INVALID
    return [(finding.section, finding.where) for finding in report.findings]


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_our_own_election_verifies(group: Group) -> None:
    held = story(group)
    archive = held.archive([held.ballot(0, VOTES[0]), held.ballot(1, VOTES[1]), held.ballot(0, VOTES[2])])
    report = verify(archive)
    assert (report.verdict, report.complete) == (Verdict.VALID, True)
    assert report.facts.result is not None
    assert [question.counts for question in report.facts.result] == [(("آبادگر", 0), ("B", 1), ("C", 0)), (("P", 1), ("Q", 1))]
    assert (report.facts.ballots, report.facts.kept, report.facts.credentials) == (3, 2, 4)
    assert report.facts.fingerprint == held.election.fingerprint


def test_the_fingerprints_that_the_board_shows_are_told(held: Story, ballots: list[bytes]) -> None:
    """Each in the line of its check, so that whoever has only the announced values and this report can compare them."""
    archive = held.archive(ballots)
    members = list(read_archive(io.BytesIO(archive)))
    report = verify(archive)
    facts, notes = report.facts, [check.note for check in report.checks]
    assert facts.last_event == members[-1].hash
    assert notes[0] == f"9 events, the last Result {facts.last_event}"
    assert facts.trustees_fingerprint == sha_base64(members[1].data)
    assert notes[3] == f"2 trustees, every one needed, fingerprint {facts.trustees_fingerprint}"
    assert facts.credentials_fingerprint == sha_base64(members[2].data)
    assert notes[4] == f"4 credentials, fingerprint {facts.credentials_fingerprint}"


def test_the_archive_holds_after_every_event(held: Story, ballots: list[bytes]) -> None:
    """An archive is append-only: each beginning that ends with an event is valid so far."""
    whole = held.archive(ballots)
    ends = [place for place in range(0, len(whole) + 1, 512) if place == len(whole) or b".event.json" in whole[place : place + 100]]
    stages = []
    for place in ends[:-1]:
        size = int(whole[place + 124 : place + 135], 8)
        report = verify(whole[: place + 512 + size + -size % 512])
        assert report.verdict is Verdict.VALID
        stages.append(report.facts.stage)
        assert report.complete == (report.facts.stage == "Result")
        notes = {check.number: check.note for check in report.checks if check.outcome is Outcome.NOT_CHECKED and check.number < 11}
        word = "election still open" if report.facts.stage in ("Setup", "Ballot") else "counting not finished"
        assert all(note.endswith(word) for note in notes.values())
    assert stages == ["Setup", *["Ballot"] * 3, "EndBallots", "EncryptedTally", "PartialDecryption", "PartialDecryption", "Result"]


def test_every_check_of_the_plan_is_reported_in_order(held: Story, ballots: list[bytes]) -> None:
    for archive in (held.archive(ballots), held.opened().archive, b"", b"no archive at all"):
        report = verify(archive)
        assert [(check.number, check.name) for check in report.checks] == [(step.number, step.name) for step in PLAN]
    assert [step.number for step in PLAN] == list(range(1, 13))


def test_a_stream_that_cannot_be_rewound_is_verified(held: Story, ballots: list[bytes]) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, offset: int, whence: int = 0) -> int:
            raise OSError("a pipe")

    assert verify_archive(Pipe(held.archive(ballots))).complete


def test_an_archive_inside_a_larger_file_is_read_from_where_the_file_stands(held: Story, ballots: list[bytes]) -> None:
    file = io.BytesIO(b"something before" + held.archive(ballots))
    file.seek(len(b"something before"))
    assert verify_archive(file).complete


def test_several_processes_find_what_one_finds() -> None:
    held = story(questions=[HomomorphicQuestion(("a",), "q", 0, 1)], voters=40)
    ballots = [held.ballot(voter, [[voter % 2]]) for voter in range(40)]
    good = held.archive(ballots)
    assert verify(good, jobs=2) == verify(good)
    assert verify(good).complete
    form: Any = loads(ballots[33])
    form["signature"]["proof"]["response"] = "5"
    board = held.opened()
    for ballot in [*ballots[:33], dumps(form), *ballots[34:]]:
        board.append(EventType.Ballot, ballot)
    assert verify(board.archive, jobs=2) == verify(board.archive)
    assert [where.split()[:2] for _, where in refused(board.archive)] == [["ballot", "34"]]


def test_progress_is_told_ballot_by_ballot(held: Story, ballots: list[bytes]) -> None:
    told: list[tuple[str, int, int]] = []
    archive = held.archive(ballots * 6)
    verify_archive(io.BytesIO(archive), progress=lambda *each: told.append(each))
    assert [each for each in told if each[0] == "ballots"] == [("ballots", done, 18) for done in (8, 16, 18)]
    assert ("bytes", len(archive), len(archive)) in told
    assert told[-1] == ("decryptions", 2, 2)


def test_one_bad_ballot_does_not_hide_another(held: Story, ballots: list[bytes]) -> None:
    board = held.opened()
    for ballot in (ballots[0][:-2] + b"}", ballots[1], ballots[1], b"junk", ballots[2]):
        board.append(EventType.Ballot, ballot)
    assert [where.split()[1] for _, where in refused(board.archive)] == ["1", "3", "4"]


def test_another_trustee_list_another_key(held: Story) -> None:
    other = story()
    board = Board()
    setup = make_setup_data(held.election.hash, other.trustees.hash, sha_hex(held.credentials))
    board.append(EventType.Setup, held.election.bytes, other.trustees.data, held.credentials, setup)
    assert refused(board.archive) == [("§6", "")]


def test_a_trustee_without_proof_and_a_listed_stranger(held: Story) -> None:
    form: Any = loads(make_trustees([key.public for key in held.keys]))
    form[1][1]["pok"]["response"] = "5"
    for trustees, credentials, finding in (
        (dumps(form), held.credentials, ("§6.1", "entry 2 of the list")),
        (held.trustees.data, dumps([f"{1:064x}"]), ("§5.3", "credential 1")),
    ):
        board = Board()
        setup = make_setup_data(held.election.hash, sha_hex(trustees), sha_hex(credentials))
        board.append(EventType.Setup, held.election.bytes, trustees, credentials, setup)
        assert refused(board.archive) == [finding]


def with_certificate(held: Story, certificate: bytes) -> bytes:
    setup = make_setup_data(held.election.hash, held.trustees.hash, sha_hex(held.credentials), sha_hex(certificate))
    board = Board()
    board.append(EventType.Setup, held.election.bytes, held.trustees.data, held.credentials, certificate, setup)
    return board.archive


def test_the_certificate_of_the_credential_authority_is_checked(held: Story) -> None:
    keys = MessageKeys.from_seed(generate_seed(), held.group)
    certificate = make_credentials_certificate(keys, held.credentials, uuid=held.election.uuid)
    report = verify(with_certificate(held, certificate))
    assert report.findings == []
    assert report.facts.certificate_fingerprint == sha_base64(certificate)
    assert report.checks[4].note.endswith(", certified for a roll of 4")
    of_another = make_credentials_certificate(keys, held.credentials, uuid=story().election.uuid)
    assert refused(with_certificate(held, of_another)) == [("§5.4", "")]
    assert refused(with_certificate(held, b"{}")) == [("§5.4", "")]


def test_owners_are_in_range_and_distinct_and_all_are_there(held: Story, ballots: list[bytes]) -> None:
    tally = held.tally(ballots)
    one, two = held.decryptions(tally)
    result = held.result(tally, [one, two])

    def archive(*decryptions: tuple[int, bytes], last: bytes | None = result) -> bytes:
        board = held.opened()
        for ballot in ballots:
            board.append(EventType.Ballot, ballot)
        board.append(EventType.EndBallots)
        board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
        for owner, data in decryptions:
            board.append(EventType.PartialDecryption, data, owned(owner, sha_hex(data)))
        if last is not None:
            board.append(EventType.Result, last)
        return board.archive

    assert verify(archive((2, two), (1, one))).complete
    assert refused(archive((1, one), (3, two))) == [("§10.1", "partial decryption 2 (of trustee 3)")]
    assert refused(archive((0, one))) == [("§10.1", "partial decryption 1 (of trustee 0)")]
    assert refused(archive((1, one), (1, one))) == [("§10.1", "partial decryption 2 (of trustee 1)")]
    assert refused(archive((2, one), last=None)) == [("§10.1", "partial decryption 1 (of trustee 2), question 1, answer 1")]
    assert refused(archive((1, one))) == [("§10.2", "")]
    assert verify(archive((1, one), last=None)).verdict is Verdict.VALID


def test_numbers_beside_the_tally_are_recomputed(held: Story, ballots: list[bytes]) -> None:
    tally = held.tally(ballots)
    for change in ({"num_tallied": 4}, {"total_weight": 4}):
        board = held.opened()
        for ballot in ballots:
            board.append(EventType.Ballot, ballot)
        board.append(EventType.EndBallots)
        sized: Any = loads(tally.sized_bytes())
        board.append(EventType.EncryptedTally, tally.to_bytes(), dumps(sized | change))
        assert refused(board.archive) == [("§8.3", "")]


def test_shuffles_belong_to_no_homomorphic_question(held: Story, ballots: list[bytes]) -> None:
    tally = held.tally(ballots)
    board = held.opened()
    for ballot in ballots:
        board.append(EventType.Ballot, ballot)
    board.append(EventType.EndBallots)
    board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    board.append(EventType.Shuffle, b"{}", owned(1, sha_hex(b"{}")))
    board.append(EventType.EndShuffles)
    report = verify(board.archive)
    assert [check.number for check in report.checks if check.outcome is Outcome.FAILS] == [8]


def test_what_rests_on_a_failed_check_says_so(held: Story) -> None:
    report = verify(held.opened().archive[:-1])
    notes = [check.note for check in report.checks]
    assert notes[1:10] == ["rests on check 1, which failed"] * 9
    assert [check.blamed for check in report.checks[1:10]] == [(1,)] * 9
    assert [check.outcome for check in report.checks] == [Outcome.FAILS] + [Outcome.NOT_CHECKED] * 11
    assert report.verdict is Verdict.INCOMPLETE


def test_an_archive_without_events_is_no_election() -> None:
    assert refused(Board().archive) == [("§12.2", "")]


def test_every_changed_byte_of_an_archive_is_refused() -> None:
    """A prime step keeps it quick; the containers' own test goes through every byte."""
    held = story(questions=[HomomorphicQuestion(("a",), "q", 0, 1)], voters=1, trustees=1)
    archive = held.archive([held.ballot(0, [[1]])])
    assert verify(archive).complete
    for place in range(0, len(archive), 13):
        refused(archive[:place] + bytes([archive[place] ^ 1]) + archive[place + 1 :])
