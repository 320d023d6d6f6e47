"""Ballots that do not belong on the board, or are gone from it: all else is made consistent again, so that one rule alone can refuse."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from attacks.forging import (
    END,
    PAIR,
    accepted,
    cast,
    counted,
    findings,
    first_finding,
    forged_ballot,
    judged,
    listing,
    opened,
    published,
    sections,
    signed,
    whole,
)
from attacks.rewriting import pieces, places, since
from protocol.elections import Story, story
from sandogh.protocol.ballot import make_ballot, tracker_of
from sandogh.verifier.ballot_cli import ballot as ballot_command


def test_a_control_the_honest_board_holds(held: Story, ballots: list[bytes]) -> None:
    """What every test here builds, without the attack: from Setup to Result, and at every stage on the way."""
    happenings = [*cast(ballots), END, *counted(held, held.tally(ballots))]
    assert accepted(published(held, *happenings))
    for length in range(len(happenings)):
        assert judged(published(held, *happenings[:length])).findings == []


# ---- ballots that do not belong there


def test_replay_of_published_bytes(held: Story, ballots: list[bytes]) -> None:
    """The server publishes one ballot twice; the tally counts it once, as it must be (§7.1)."""
    archive = published(held, *cast([*ballots, ballots[0]]), END, *counted(held, held.tally(ballots)))
    assert first_finding(archive) == ("§7.1", "ballot 4")


def test_replay_of_a_ballot_under_another_credential(held: Story, ballots: list[bytes]) -> None:
    """The server, who holds a spent credential of a friend, copies a ballot under it and counts both (§7.2)."""
    copy = signed(opened(ballots[0]) | {"credential": held.voters[3].public}, held.election, held.voters[3])
    assert first_finding(whole(held, [*ballots, copy])) == ("§7.2", "ballot 4 question 1, answer 1")
    assert accepted(whole(held, [*ballots, held.ballot(3, [[1, 0]])]))


def test_a_ballot_stuffed_without_a_credential(held: Story, ballots: list[bytes]) -> None:
    """The server casts for a voter whom nobody listed, proofs and signature all right, and counts the ballot (§7.1)."""
    stranger = story(questions=PAIR, uuid=held.election.uuid).voters[0]
    known = replace(held, voters=[*held.voters, stranger], credentials=listing(held, stranger.public))
    stuffed = [*ballots, make_ballot(held.election, stranger, [[1, 0]])]
    archive = published(held, *cast(stuffed), END, *counted(known, known.tally(stuffed)))
    assert first_finding(archive) == ("§7.1", "ballot 4")
    assert accepted(published(known, *cast(stuffed), END, *counted(known, known.tally(stuffed))))


@pytest.mark.parametrize("votes", [[2, 0], [-1, 1]], ids=["two", "minus one"])
def test_a_vote_outside_the_range(held: Story, ballots: list[bytes], votes: list[int]) -> None:
    """A voter and the server agree on a ballot that weighs more, or takes a rival's vote away; the count is the true sum (§7.2)."""
    archive = whole(held, [*ballots, forged_ballot(held, 3, [votes])])
    refused = findings(archive)
    assert {section for section, _ in refused} == {"§7.2"}
    assert all(where.startswith("ballot 4 ") for _, where in refused)
    assert accepted(whole(held, [*ballots, forged_ballot(held, 3, [[1, 0]])]))


def test_an_overall_proof_reused(held: Story, ballots: list[bytes]) -> None:
    """One choice more than proven: the overall proof is that of an earlier ballot of the voter (§7.2)."""
    form = opened(held.ballot(3, [[1, 1]]))
    form["answers"][0]["overall_proof"] = opened(held.ballot(3, [[1, 0]]))["answers"][0]["overall_proof"]
    archive = whole(held, [*ballots, signed(form, held.election, held.voters[3])])
    assert first_finding(archive) == ("§7.2", "ballot 4 question 1")


# ---- ballots that are gone, or exchanged


def test_a_ballot_dropped_from_the_tally(held: Story, ballots: list[bytes]) -> None:
    """The ballot stands on the board and is not counted: decryptions and result are true ones of the smaller tally (§8.2)."""
    archive = published(held, *cast(ballots), END, *counted(held, held.tally(ballots[:2])))
    assert sections(archive) == {"§8.2"}
    assert accepted(published(held, *cast(ballots[:2]), END, *counted(held, held.tally(ballots[:2]))))


def test_a_ballot_counted_twice(held: Story, ballots: list[bytes]) -> None:
    """The opposite: once on the board, twice in the product, the numbers beside it as they should be (§8.2)."""
    tally = held.tally(ballots)
    twice = replace(
        tally,
        ciphertexts=tuple(
            tuple(
                replace(cell, alpha=held.group.multiply(cell.alpha, more.alpha), beta=held.group.multiply(cell.beta, more.beta))
                for cell, more in zip(row, extra, strict=True)  # type: ignore[arg-type]
            )
            for row, extra in zip(tally.ciphertexts, held.tally(ballots[:1]).ciphertexts, strict=True)
        ),
    )
    assert sections(published(held, *cast(ballots), END, *counted(held, twice))) == {"§8.2"}


def test_a_ballot_dropped_behind_a_second_end_of_voting(held: Story, ballots: list[bytes]) -> None:
    """Programs that collect ballots backwards from the tally see the last one only, and the tally is right for them (§12.2)."""
    late = [*cast(ballots[:2]), END, *cast(ballots[2:]), END, *counted(held, held.tally(ballots[2:]))]
    assert "§12.2" in sections(published(held, *late))
    everything = [*cast(ballots[:2]), END, *cast(ballots[2:]), END, *counted(held, held.tally(ballots))]
    assert sections(published(held, *everything)) == {"§12.2"}


def test_a_ballot_published_after_the_end_of_voting(held: Story, ballots: list[bytes]) -> None:
    """A vote for the officers' friends, when the others have gone home; counted with the rest (§12.2)."""
    archive = published(held, *cast(ballots[:2]), END, *cast(ballots[2:]), *counted(held, held.tally(ballots)))
    assert sections(archive) == {"§12.2"}


def test_a_ballot_dropped_and_the_board_made_anew(held: Story, ballots: list[bytes], tmp_path: Path) -> None:
    """The whole board is written again without a ballot, and holds in itself: the voter's tracker and every earlier copy tell (§12.7)."""
    honest, shortened = whole(held, ballots), whole(held, [ballots[0], ballots[2]])
    assert accepted(shortened)
    for name, archive, found in (("a", honest, 0), ("b", shortened, 1)):
        (tmp_path / name).write_bytes(archive)
        done = CliRunner().invoke(ballot_command, ["check", tracker_of(ballots[1]), str(tmp_path / name), "--jobs", "1"])
        assert done.exit_code == found, done.output
    earlier = published(held, *cast(ballots[:2]))
    assert "event 2 is now Ballot" in since(tmp_path, earlier, shortened).output
    assert since(tmp_path, earlier, honest).exit_code == 0


def test_ballots_swapped_on_the_board(held: Story, ballots: list[bytes], tmp_path: Path) -> None:
    """Two ballots change places after readers have seen them. The tally is the same; the chain is not (§11.3), and, if it is made
    anew, an earlier copy tells (§12.7)."""
    honest, swapped = whole(held, ballots), [ballots[1], ballots[0], ballots[2]]
    members = pieces(honest)
    one, two = places(honest)[1:3]
    moved = [*members[:one], *members[two : two + 2], *members[one:two], *members[two + 2 :]]
    assert sections(b"".join(moved)) == {"§11.3"}
    assert accepted(whole(held, swapped))
    assert "event 1 is now Ballot" in since(tmp_path, published(held, *cast(ballots)), whole(held, swapped)).output


def test_answers_swapped_between_two_voters(held: Story, ballots: list[bytes]) -> None:
    """The server, with both credentials, exchanges two voters' answers: the count stays, the voters' choices do not (§7.2)."""
    one, two = opened(ballots[0]), opened(ballots[1])
    one["answers"], two["answers"] = two["answers"], one["answers"]
    swapped = [signed(one, held.election, held.voters[0]), signed(two, held.election, held.voters[1])]
    refused = findings(whole(held, [*swapped, ballots[2]]))
    assert [(section, where.split(" (")[0]) for section, where in refused] == [("§7.2", "ballot 1"), ("§7.2", "ballot 2")]


def test_a_later_ballot_of_a_credential_ignored(held: Story, ballots: list[bytes]) -> None:
    """A voter voted again, and the first ballot is what is counted (§8.2)."""
    again = held.ballot(0, [[0, 0]])
    archive = published(held, *cast([*ballots, again]), END, *counted(held, held.tally([again, *ballots])))
    assert sections(archive) == {"§8.2"}
    assert accepted(whole(held, [*ballots, again]))
