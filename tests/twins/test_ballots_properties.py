"""Random ballots of random elections: what one twin makes the other accepts (protocol.md §7)."""

import random

import pytest

from sandogh.protocol.ballot import check_ballot, tracker_of
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from twins.conftest import Booth
from twins.twin import random_case

# Each round checks about forty ciphertexts per ballot in both twins; the larger group is ten times slower.
ROUNDS = [(ED25519, 14), (BELENIOS_2048, 5)]


@pytest.mark.parametrize(("group", "count"), ROUNDS, ids=lambda value: getattr(value, "name", str(value)))
def test_each_accepts_what_the_other_made_with_its_own_randomness(booth: Booth, group: Group, count: int) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"random.Random({seed})")
    cases = [random_case(group, rng) for rng in [random.Random(seed)] for _ in range(count)]
    ours = [case.make() for case in cases]
    answers = booth(
        [case.task(repeatable=False) for case in cases] + [case.check_task(data) for case, data in zip(cases, ours, strict=True)]
    )
    for case, data, made, checked in zip(cases, ours, answers[:count], answers[count:], strict=True):
        theirs = made["result"]["ballot"].encode()
        accepted = check_ballot(theirs, election=case.election, credentials={case.key.public})
        assert (accepted.hash, accepted.tracker) == (made["result"]["hash"], tracker_of(theirs))
        own = check_ballot(data, election=case.election, credentials={case.key.public})
        assert checked == {"result": case.checked(data, own.hash)}


@pytest.mark.parametrize(("group", "count"), ROUNDS, ids=lambda value: getattr(value, "name", str(value)))
def test_the_same_draws_make_the_same_bytes(booth: Booth, group: Group, count: int) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"random.Random({seed})")
    cases = [random_case(group, rng) for rng in [random.Random(seed)] for _ in range(count)]
    answers = booth([case.task() for case in cases])
    assert [answer["result"]["ballot"].encode() for answer in answers] == [case.make() for case in cases]
