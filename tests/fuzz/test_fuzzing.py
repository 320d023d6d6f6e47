"""The fuzzing itself: its seeds are what readers take, its changes reach them, and a finding is one. `make fuzz` runs it at length."""

import random
from collections import Counter

import pytest

from fuzz import mutating, readers
from sandogh.protocol.errors import Malformed


def anyhow(data: bytes, largest: int) -> bytes:
    """What libFuzzer does to bytes, in a small way and the same in every run."""
    chance = random.Random(data)
    place = chance.randrange(len(data) + 1)
    match chance.randrange(3):
        case 0:
            return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]
        case 1:
            return data[:place] + data[place + chance.randrange(64) :]
        case _:
            return (data[:place] + data[chance.randrange(len(data) + 1) :])[:largest]


def test_every_seed_is_taken_by_its_reader() -> None:
    for seed in readers.seeds():
        target = readers.target_of(seed)
        assert target.seed == seed[2:]
        target.read(seed[2:])


def test_every_reader_has_a_seed() -> None:
    names = {target.name for targets in readers.elections() for target in targets}
    assert {"archive", "verifier", "ballot", "election", "trustees", "credentials", "tally", "shuffle", "decryption", "result"} <= names
    assert {"opening", "fragment", "certificate", "polynomial", "threshold parameters", "credentials certificate", "JSON"} <= names
    assert sum(name.startswith("board with another") for name in names) == 8


def test_a_few_changes_of_every_seed_are_refused_in_words() -> None:
    refused: Counter[str] = Counter()
    for seed in readers.seeds():
        name = readers.target_of(seed).name
        for number in range(1 if name.startswith(("verifier", "board")) else 6):
            changed = mutating.change(seed, 100_000, number, anyhow)
            readers.run(changed)
            try:
                readers.target_of(changed).read(changed[2:])
            except readers.REFUSALS:
                refused[name] += 1
    # Changes that no reader ever noticed would not be worth making.
    assert sum(refused.values()) > 200
    assert len(refused) > 25


def test_anything_but_a_refusal_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(data: bytes) -> None:
        raise KeyError(data)

    def refuse(data: bytes) -> None:
        raise Malformed("§2", "no")

    def refuse_without_a_rule(data: bytes) -> None:
        raise Malformed("", "no")

    for reader, finding in ((crash, KeyError), (refuse_without_a_rule, AssertionError), (refuse, None)):
        monkeypatch.setattr(readers, "elections", lambda reader=reader: ((readers.Target("x", b"", reader),),))
        if finding is None:
            readers.run(b"\0\0x")
        else:
            with pytest.raises(finding):
                readers.run(b"\0\0x")
