"""False counts: by trustees, by officers, too early, or twice; each decryption, result and number that is not attacked is a true one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from attacks.forging import (
    END,
    PAIR,
    Happening,
    accepted,
    cast,
    counted,
    decrypted,
    findings,
    first_finding,
    published,
    sections,
    tallied,
    twisted,
    unguarded,
)
from protocol.elections import Story, story
from protocol.establishments import threshold_story
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.decryption import check_partial_decryption, make_partial_decryption
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.events import EventType
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.result import Result as Counts

# ---- counting


def test_a_trustee_decrypts_something_else(held: Story, ballots: list[bytes]) -> None:
    """A trustee decrypts a single ballot, another election, or with another key, and the result is made to fit (§10.1)."""
    tally, alone = held.tally(ballots), held.tally(ballots[:1])
    other = story(questions=PAIR, holders=(held.trustees.items, held.keys))
    first, second = held.decryptions(tally)
    result = held.result(tally, [first, second])

    def archive(decryption: bytes) -> bytes:
        return published(held, *cast(ballots), END, *counted(held, tally, [decryption, second], result))

    false = [
        make_partial_decryption(alone, private_key=held.keys[0].private, election=held.election),
        make_partial_decryption(tally, private_key=held.keys[0].private, election=other.election),
        make_partial_decryption(tally, private_key=held.keys[1].private, election=held.election),
        make_partial_decryption(tally, private_key=held.keys[0].private + 1, election=held.election),
    ]
    for decryption in false:
        assert findings(archive(decryption)) == [("§10.1", "partial decryption 1 (of trustee 1), question 1, answer 1")]
    assert accepted(archive(first))


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_a_decryption_factor_of_small_order(group: Group) -> None:
    """A trustee moves the result out of the group, with a proof that holds for whoever does not look, and nobody can count (§10.1)."""
    held = story(group, questions=PAIR, trustees=1)
    ballots = [held.ballot(0, [[1, 0]])]
    tally = held.tally(ballots)
    while True:
        form: Any = loads(make_partial_decryption(tally, private_key=held.keys[0].private, election=held.election))
        if all(int(proof["challenge"]) % 2 == 0 for proof in form["decryption_proofs"][0]):
            break
    factors = form["decryption_factors"][0]
    honest = dumps(form)
    factors[0] = group.ser(twisted(group, group.parse(factors[0], section="", what="")))
    bent = dumps(form)
    result = held.result(tally, [honest])
    assert first_finding(published(held, *cast(ballots), END, *counted(held, tally, [bent], result)))[0] == "§10.1"
    assert check_partial_decryption(bent, tally=tally, trustee=held.trustees.members[0], election=unguarded(held.election))
    assert accepted(published(held, *cast(ballots), END, *counted(held, tally, [honest], result)))


def test_two_partial_decryptions_of_one_trustee(held: Story, ballots: list[bytes]) -> None:
    """One trustee stands in for the absent one, under the own number (§10.1)."""
    tally = held.tally(ballots)
    one, two = held.decryptions(tally)
    twice = [*decrypted([one]), *decrypted([one]), (EventType.Result, (held.result(tally, [one, two]),))]
    refused = sections(published(held, *cast(ballots), END, tallied(tally), *twice))
    assert refused == {"§10.1"}


def test_fewer_trustees_than_the_threshold() -> None:
    """Two of three must decrypt; one did, and the officers publish what they say is the result (§10.2)."""
    held = threshold_story(3, 2, questions=PAIR)
    ballots = [held.ballot(0, [[1, 0]])]
    tally = held.tally(ballots)
    decryptions, result = held.decryptions(tally), Counts(((1, 0),)).to_bytes()
    archive = published(held, *cast(ballots), END, *counted(held, tally, decryptions[:1], result))
    assert sections(archive) == {"§10.2"}
    assert accepted(published(held, *cast(ballots), END, *counted(held, tally, decryptions[:2], result)))


@pytest.mark.parametrize("stage", ["before the end of voting", "before the tally"])
def test_early_decryption(held: Story, ballots: list[bytes], stage: str) -> None:
    """Trustees decrypt what was cast so far while others still vote; the decryptions are true ones of the later tally (§12.2)."""
    tally = held.tally(ballots)
    early, late = decrypted(held.decryptions(tally))
    rest: Sequence[Happening] = [END, tallied(tally), late, (EventType.Result, (held.result(tally, held.decryptions(tally)),))]
    happenings = [*cast(ballots), early, *rest] if stage == "before the end of voting" else [*cast(ballots), END, early, *rest[1:]]
    assert "§12.2" in sections(published(held, *happenings))
    assert sections(published(held, *happenings)) <= {"§12.2", "§10.1"}


def test_an_early_tally(held: Story, ballots: list[bytes]) -> None:
    """The tally is made, and could be decrypted, while ballots still come (§12.2)."""
    first = held.tally(ballots[:1])
    archive = published(held, *cast(ballots[:1]), tallied(first), *cast(ballots[1:]), END, *counted(held, held.tally(ballots)))
    assert "§12.2" in sections(archive)


@pytest.mark.parametrize("second", ["the same", "another"])
def test_two_results(held: Story, ballots: list[bytes], second: str) -> None:
    """A second result behind the first one, for readers who take the last event for the valid one (§12.2)."""
    honest = [*cast(ballots), END, *counted(held, held.tally(ballots))]
    result = honest[-1][1][0] if second == "the same" else Counts(((0, 3),)).to_bytes()
    archive = published(held, *honest, (EventType.Result, (result,)))
    assert findings(archive) == [("§12.2", f"event {len(honest) + 1}")]
    first = published(held, *honest[:-1], (EventType.Result, (result,)), honest[-1])
    assert "§12.2" in sections(first)


def test_a_result_of_somebody_elses_choice(held: Story, ballots: list[bytes]) -> None:
    """The officers publish other numbers with the same sum (§10.3)."""
    tally = held.tally(ballots)
    archive = published(held, *cast(ballots), END, *counted(held, tally, None, Counts(((3, 1),)).to_bytes()))
    assert set(findings(archive)) == {("§10.3", "question 1, answer 1")}


def test_false_numbers_beside_a_true_tally(held: Story, ballots: list[bytes]) -> None:
    """Turnout is told higher than it was (§8.3)."""
    tally = held.tally(ballots)
    false = replace(tally, num_tallied=4, total_weight=4)
    assert sections(published(held, *cast(ballots), END, *counted(held, false))) == {"§8.3"}
