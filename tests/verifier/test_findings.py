"""Every fault is told, not only the first of its kind; and what can still be checked, is (protocol.md §12.1)."""

import io
from collections.abc import Sequence
from typing import Any

import pytest

from protocol.elections import Board, Story, story
from protocol.establishments import threshold_story
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.events import EventType, make_setup_data, owned
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.nonhomomorphic import CountingMethod, NonHomomorphicQuestion
from sandogh.protocol.shuffle import check_shuffle, make_shuffle
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import make_trustees
from sandogh.verifier import ballots, setup_checks
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Outcome, Report, Verdict, VotesResult

RANKS = NonHomomorphicQuestion(("x", "y", "z"), "ranks", CountingMethod("Schulze", blank=True))


def verify(archive: bytes) -> Report:
    return verify_archive(io.BytesIO(archive))


def told(report: Report) -> list[tuple[str, str]]:
    return [(finding.section, finding.where) for finding in report.findings]


def outcomes(report: Report) -> str:
    """One letter a check: holds, fails, - for not checked."""
    return "".join({"holds": "h", "fails": "f"}.get(check.outcome, "-") for check in report.checks)


def setup(held: Story, *, trustees: bytes | None = None, credentials: bytes | None = None) -> Board:
    trustees = held.trustees.data if trustees is None else trustees
    credentials = held.credentials if credentials is None else credentials
    board = Board()
    data = make_setup_data(held.election.hash, sha_hex(trustees), sha_hex(credentials))
    board.append(EventType.Setup, held.election.bytes, trustees, credentials, data)
    return board


def tallied(held: Story, ballots: Sequence[bytes]) -> tuple[Board, EncryptedTally]:
    board, tally = held.opened(), held.tally(ballots)
    for ballot in ballots:
        board.append(EventType.Ballot, ballot)
    board.append(EventType.EndBallots)
    board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    return board, tally


def own(board: Board, kind: EventType, owner: int, data: bytes) -> None:
    board.append(kind, data, owned(owner, sha_hex(data)))


# ---- setup


def test_every_trustee_in_error_is_named() -> None:
    held = story(trustees=4)
    form: Any = loads(held.trustees.data)
    form[1][1]["pok"]["response"] = "5"
    form[3][1]["public_key"] = "0" * 64
    report = verify(setup(held, trustees=dumps(form)).archive)
    assert [where for _, where in told(report)] == ["entry 2 of the list", "entry 4 of the list"]
    # The list of credentials does not rest on the trustees.
    assert outcomes(report) == "hhhfhh-h----"


def test_a_list_of_trustees_that_is_wrong_only_as_a_whole_is_refused() -> None:
    held = story()
    twice = make_trustees([held.keys[0].public, held.keys[0].public])
    assert told(verify(setup(held, trustees=twice).archive)) == [("§6", "trustee 2")]
    assert told(verify(setup(held, trustees=b"[]").archive)) == [("§6", "")]
    assert told(verify(setup(held, trustees=b"{").archive)) == [("§6", "")]


@pytest.mark.parametrize("batch", [2, 3, 256])
def test_every_credential_in_error_is_named_however_the_list_is_cut(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_checks, "BATCH", batch)
    monkeypatch.setattr(setup_checks, "_PIECE", 7)
    held = story(voters=7)
    listed: Any = loads(held.credentials)
    assert verify(setup(held).archive).facts.credentials == 7
    listed[1], listed[4], listed[6] = f"{1:064x}", listed[3], listed[6] + ",0"
    report = verify(setup(held, credentials=dumps(listed)).archive)
    assert sorted(where for _, where in told(report)) == ["credential 2", "credential 5", "credential 7"]
    assert {section for section, _ in told(report)} == {"§5.3"}


@pytest.mark.parametrize(
    "credentials",
    [
        b"",
        b"{}",
        b"[",
        b"[5]",
        b'["a"',
        b'["a",]',
        b'["a", "b"]',
        b'["a\\","b"]',
        b'["a"] ',
        b'["a","',
        b'["a",5,"b"]',
        b'[["a"]]',
        b'"]["',
        b'["' + b"a" * 200_000 + b'"]',
        b'["' + b"a" * 4094 + b'"]' + b"a" * 100_000,
        b"[" + b"[]," * 100_000 + b"[]]",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_no_list_of_credentials_is_refused(credentials: bytes) -> None:
    report = verify(setup(story(), credentials=credentials).archive)
    assert report.checks[4].outcome is Outcome.FAILS
    assert {section for section, _ in told(report)} <= {"§5.3", "§3.3"}


def test_an_empty_list_of_credentials_is_a_list() -> None:
    assert verify(setup(story(voters=0), credentials=b"[]").archive).facts.credentials == 0


# ---- ballots and tally


def test_every_wrong_place_of_the_tally_is_named_and_the_rest_goes_on() -> None:
    held = story()
    ballots = [held.ballot(0, [[1, 1, 0], [0, 1]]), held.ballot(1, [[0, 1, 0], [1, 0]])]
    wrong = held.tally([held.ballot(2, [[0, 0, 1], [0, 1]])])
    right = held.tally(ballots)
    form: Any = loads(right.to_bytes())
    other: Any = loads(wrong.to_bytes())
    form[0][1], form[1][0] = other[0][1], other[1][0]
    sized: Any = loads(right.sized_bytes())
    board = held.opened()
    for ballot in ballots:
        board.append(EventType.Ballot, ballot)
    board.append(EventType.EndBallots)
    board.append(EventType.EncryptedTally, dumps(form), dumps(sized | {"encrypted_tally": sha_hex(dumps(form))}))
    report = verify(board.archive)
    assert told(report) == [("§8.2", "question 1, answer 2"), ("§8.2", "question 2, answer 1")]
    published = EncryptedTally.from_bytes(dumps(form), dumps(sized | {"encrypted_tally": sha_hex(dumps(form))}), election=held.election)
    for owner, data in enumerate(held.decryptions(published), 1):
        own(board, EventType.PartialDecryption, owner, data)
    assert outcomes(verify(board.archive)) == "hhhhhhfhh---"


def test_the_decryptions_are_checked_though_a_ballot_does_not_hold() -> None:
    held = story()
    good = held.ballot(0, [[1, 1, 0], [0, 1]])
    board = held.opened()
    board.append(EventType.Ballot, good)
    board.append(EventType.Ballot, b"junk")
    board.append(EventType.EndBallots)
    tally = held.tally([good])
    board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    one = held.decryptions(tally)[0]
    own(board, EventType.PartialDecryption, 1, one)
    own(board, EventType.PartialDecryption, 2, one)
    report = verify(board.archive)
    assert outcomes(report) == "hhhhhf-hf---"
    assert [section for section, _ in told(report)] == ["§7.1", "§10.1"]
    assert report.facts.kept is None
    assert report.result is None


def test_weights_are_counted() -> None:
    held = story(weights=[1, 2, 3, 4])
    archive = held.archive([held.ballot(0, [[1, 0, 0], [0, 1]]), held.ballot(3, [[1, 1, 0], [1, 0]]), held.ballot(0, [[0, 0, 0], [0, 1]])])
    report = verify(archive)
    assert report.complete
    facts = report.facts
    assert (facts.credentials, facts.credentials_weight, facts.kept, facts.kept_weight) == (4, 10, 2, 5)
    assert "their weights, together 10" in report.checks[10].note


def test_weights_and_votes_that_are_opened_one_by_one_do_not_go_together() -> None:
    held = story(questions=[RANKS], weights=[1, 1, 1, 2])
    assert told(verify(held.opened().archive)) == [("§8.2", "")]


# ---- shuffles


@pytest.fixture(scope="module")
def ranked() -> Story:
    return story(questions=[RANKS, HomomorphicQuestion(("P", "Q"), "race", 0, 1)], trustees=3)


@pytest.fixture(scope="module")
def votes(ranked: Story) -> list[bytes]:
    return [ranked.ballot(voter, [[1, 2, 1 + voter], [1, 0]]) for voter in range(4)]


def test_votes_that_were_shuffled_are_opened_and_counted(ranked: Story, votes: list[bytes]) -> None:
    report = verify(ranked.archive([*votes, ranked.ballot(0, [[3, 2, 1], [0, 1]])]))
    assert report.complete
    assert report.checks[7].note == "3 shuffles, one of every trustee"
    assert report.result is not None
    race = report.result[0]
    assert isinstance(race, VotesResult)
    assert sorted(race.votes) == [(1, 2, 2), (1, 2, 3), (1, 2, 4), (3, 2, 1)]
    assert race.counting is not None
    assert race.counting.places[0] == ("x",)
    assert (race.counting.method, race.counting.spoilt) == ("Schulze", 0)


def shuffled(held: Story, votes: list[bytes], owners: Sequence[int], *, end: bool = True, spoil: Sequence[int] = ()) -> bytes:
    """Shuffles by these owners; those at the places of `spoil` have a false proof."""
    board, tally = tallied(held, votes)
    for place, owner in enumerate(owners):
        data = make_shuffle(held.election, tally.to_shuffle)
        tally = tally.shuffled(check_shuffle(data, election=held.election, ciphertexts=tally.to_shuffle))
        if place in spoil:
            form: Any = loads(data)
            form["proofs"][0][1][0] = "5"
            data = dumps(form)
        own(board, EventType.Shuffle, owner, data)
    if end:
        board.append(EventType.EndShuffles)
    return board.archive


@pytest.mark.parametrize("owners", [[1, 2], [1, 2, 2], [1, 2, 4], [0, 1, 2], [1, 2, 3, 1]])
def test_a_shuffle_of_every_trustee_and_of_nobody_else(ranked: Story, votes: list[bytes], owners: list[int]) -> None:
    assert told(verify(shuffled(ranked, votes, owners))) == [("§9.3", "")]


def test_the_order_of_the_shuffles_is_free_and_they_may_go_on(ranked: Story, votes: list[bytes]) -> None:
    assert verify(shuffled(ranked, votes, [3, 1, 2])).findings == []
    report = verify(shuffled(ranked, votes, [3], end=False))
    assert report.verdict is Verdict.VALID
    assert report.checks[7].note == "no EndShuffles yet: counting not finished"


def test_every_false_shuffle_is_named(ranked: Story, votes: list[bytes]) -> None:
    report = verify(shuffled(ranked, votes, [2, 1, 3], spoil=[0, 2]))
    assert told(report) == [
        ("§9.2", "shuffle 1 (of trustee 2), non-homomorphic question 1"),
        ("§9.2", "shuffle 3 (of trustee 3), non-homomorphic question 1"),
    ]


def test_decryption_without_the_shuffles_that_are_needed(ranked: Story, votes: list[bytes]) -> None:
    board, tally = tallied(ranked, votes)
    own(board, EventType.PartialDecryption, 1, ranked.decryptions(tally)[0])
    assert told(verify(board.archive)) == [("§12.2", "")]


# ---- thresholds


def test_any_quorum_is_enough_and_too_few_are_not() -> None:
    held = threshold_story(3, 2, singles=1)
    ballots = [held.ballot(0, [[1, 1, 0], [0, 1]])]

    def archive(*owners: int, spoil: int | None = None, result: bool = True) -> bytes:
        board, tally = tallied(held, ballots)
        decryptions = held.decryptions(tally)
        for owner in owners:
            own(board, EventType.PartialDecryption, owner, decryptions[owner - 1 if owner != spoil else owner % 4])
        if result:
            board.append(EventType.Result, held.result(tally, decryptions))
        return board.archive

    for owners in ((1, 2, 3), (4, 1, 3), (1, 2, 3, 4)):
        assert verify(archive(*owners)).complete
    assert told(verify(archive(1, 3))) == [("§10.2", "")]
    assert told(verify(archive(2, 3, 4))) == [("§10.2", "")]
    assert verify(archive(2, 3, result=False)).checks[8].note == "2 of 4 trustees; still needed: trustee 1"
    # One too many, and false: the result follows from the others, and yet the archive is not valid.
    surplus = verify(archive(1, 2, 3, 4, spoil=4))
    assert [section for section, _ in told(surplus)] == ["§10.1"]
    assert outcomes(surplus) == "hhhhhhhhfh--"
    assert surplus.result is None
    both = verify(archive(1, 2, 3, 4, spoil=2))
    assert [where for _, where in told(both)] == ["partial decryption 2 (of trustee 2), question 1, answer 1"]


@pytest.mark.parametrize("batch", [1, 3])
def test_votes_judged_in_several_batches_are_put_in_order(
    batch: int, ranked: Story, votes: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ballots, "BATCH", batch)
    report = verify(ranked.archive([*votes, ranked.ballot(1, [[2, 2, 2], [0, 1]])]))
    assert report.complete
    assert (report.facts.ballots, report.facts.kept) == (5, 4)
