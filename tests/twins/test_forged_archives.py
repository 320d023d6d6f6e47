"""Archives forged in one place, sealed properly everywhere else: both verifiers refuse each for the same rule (protocol.md §5 to §10)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attacks.test_decryption import collusion
from protocol.elections import Board, Story, story
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import MessageKeys, generate_seed
from sandogh.protocol.credentials_certificate import make_credentials_certificate
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.events import EventType, make_setup_data, owned
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.trustee import make_trustees
from twins.test_archives import Verifier, browser, of_browser, of_python, verified

__all__ = ["browser"]

QUESTIONS = (HomomorphicQuestion(("آبادگر", "B", "C"), "هیئت مدیره", 0, 2, blank=True), HomomorphicQuestion(("P", "Q"), "بازرس", 1, 1))
VOTES = [[[0, 1, 1, 0], [1, 0]], [[1, 0, 0, 0], [0, 1]], [[0, 0, 0, 0], [1, 0]]]


def voted(held: Story, ballots: list[bytes]) -> Board:
    board = held.opened()
    for ballot in ballots:
        board.append(EventType.Ballot, ballot)
    return board


def tallied(held: Story, ballots: list[bytes], **change: int) -> Board:
    board, tally = voted(held, ballots), held.tally(ballots)
    sized: Any = loads(tally.sized_bytes())
    board.append(EventType.EndBallots)
    board.append(EventType.EncryptedTally, tally.to_bytes(), dumps(sized | change))
    return board


def decrypted(held: Story, ballots: list[bytes], *owners: int, result: bytes | None = None) -> bytes:
    """The tally decrypted by the trustees of these numbers, each filed under its number; one out of range has the first one's."""
    board = tallied(held, ballots)
    made = held.decryptions(held.tally(ballots))
    for owner in owners:
        data = made[(owner - 1) % len(made)]
        board.append(EventType.PartialDecryption, data, owned(owner, sha_hex(data)))
    if result is not None:
        board.append(EventType.Result, result)
    return board.archive


def set_up(held: Story, *, trustees: bytes | None = None, credentials: bytes | None = None, certificate: bytes | None = None) -> bytes:
    files = [trustees or held.trustees.data, credentials or held.credentials, *([certificate] if certificate else [])]
    setup = make_setup_data(held.election.hash, *map(sha_hex, files))
    board = Board()
    board.append(EventType.Setup, held.election.bytes, *files, setup)
    return board.archive


def without_proof(held: Story) -> bytes:
    form: Any = loads(make_trustees([key.public for key in held.keys]))
    form[1][1]["pok"]["response"] = "5"
    return dumps(form)


def forgeries(held: Story) -> Iterator[tuple[str, bytes]]:
    ballots = [held.ballot(voter, vote) for voter, vote in enumerate(VOTES)]
    again = held.ballot(0, VOTES[1])
    tally = held.tally(ballots)
    right = held.result(tally, held.decryptions(tally))
    counts: Any = loads(right)
    heavier: Any = loads(right)
    counts["result"][0][1] += 1
    heavier["result"][0][0] = 1_000_000
    yield "nothing forged", held.archive(ballots)
    yield "a revote", held.archive([*ballots, again])
    yield "one bad ballot among good ones", voted(held, [ballots[0][:-2] + b"}", ballots[1], ballots[1], b"junk", ballots[2]]).archive
    yield "other trustees", set_up(held, trustees=story(held.group).trustees.data)
    yield "a trustee without proof", set_up(held, trustees=without_proof(held))
    yield "no trustee", set_up(held, trustees=b"[]")
    yield "the identity as a credential", set_up(held, credentials=dumps([held.group.ser(held.group.identity)]))
    listed: Any = loads(held.credentials)
    for name, entry in {"weightless": ",0", "leading zero": ",01", "heavy": "," + "9" * 13, "comma": ",", "negative": ",-1"}.items():
        yield f"a credential: {name}", set_up(held, credentials=dumps([listed[0].partition(",")[0] + entry]))
    yield "a credential twice", set_up(held, credentials=dumps([listed[0], listed[0].partition(",")[0]]))
    yield "another number of ballots", tallied(held, ballots, num_tallied=4).archive
    yield "another weight", tallied(held, ballots, total_weight=1).archive
    yield "the ballots of the others alone", swapped(held, ballots)
    for owners in ((1,), (2, 1), (1, 1), (1, 3), (0,), (1, 2, 3)):
        yield f"decryptions of {owners}", decrypted(held, ballots, *owners)
        yield f"decryptions of {owners} and a result", decrypted(held, ballots, *owners, result=right)
    for name, data in {
        "one more": dumps(counts),
        "a million": dumps(heavier),
        "no list": b'{"result":5}',
        "too short": b'{"result":[[]]}',
    }.items():
        yield f"result: {name}", decrypted(held, ballots, 1, 2, result=data)
    keys = MessageKeys.from_seed(generate_seed(), held.group)
    good = make_credentials_certificate(keys, held.credentials, uuid=held.election.uuid)
    stripped: Any = loads(good)
    stripped.pop("signature")
    yield "a certificate", set_up(held, certificate=good)
    yield "a certificate of another election", set_up(held, certificate=make_credentials_certificate(keys, held.credentials, uuid="A" * 14))
    yield "a certificate of another list", set_up(held, certificate=make_credentials_certificate(keys, b"[]", uuid=held.election.uuid))
    yield "a certificate without signature", set_up(held, certificate=dumps(stripped))
    yield "no certificate", set_up(held, certificate=b"{}")


def swapped(held: Story, ballots: list[bytes]) -> bytes:
    """The published tally is that of two of the three ballots."""
    board, tally = voted(held, ballots), held.tally(ballots[1:])
    board.append(EventType.EndBallots)
    board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    return board.archive


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_both_refuse_every_forgery_for_the_same_rule(browser: Verifier, group: Group, tmp_path: Path) -> None:
    held = story(group, questions=QUESTIONS, weights=[3, 1, 1, 2])
    names, paths = [], []
    for number, (name, archive) in enumerate(forgeries(held)):
        names.append(name)
        paths.append(tmp_path / f"{number}.bel")
        paths[-1].write_bytes(archive)
    theirs = dict(zip(names, map(of_browser, browser(paths)), strict=True))
    ours = {name: of_python(verified(path)) for name, path in zip(names, paths, strict=True)}
    assert theirs == ours
    held_good = {name for name, said in ours.items() if said["verdict"] == "valid"}
    assert held_good == {"nothing forged", "a revote", "a certificate", "decryptions of (1,)"} | {
        f"decryptions of (2, 1){more}" for more in ("", " and a result")
    }


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_both_refuse_decryptions_that_contradict_each_other(browser: Verifier, group: Group, tmp_path: Path) -> None:
    """A false factor whose proof holds: found by whoever decrypts beyond the threshold, and by nobody else (protocol.md §10.2)."""
    made = collusion(group, size=3, threshold=2, stolen=3)
    paths = []
    for count, votes in [(2, 3), (3, 3), (3, 0)]:
        paths.append(tmp_path / f"{count}-{votes}.bel")
        paths[-1].write_bytes(made.archive(count, votes))
    ours = [of_python(verified(path)) for path in paths]
    assert [of_browser(said) for said in browser(paths)] == ours
    assert [said["verdict"] for said in ours] == ["valid", "invalid", "invalid"]
