"""Shuffles made by another program, and one of them altered (protocol.md §9)."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandogh.protocol.archive import Member, read_archive
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.shuffle import check_shuffle, check_shuffle_owners, make_shuffle

FOLDER = Path(__file__).parents[1] / "vectors" / "belenios"

Lists = tuple[tuple[Ciphertext, ...], ...]


class Shuffled:
    """An archive as far as shuffles go: the election, the lists to shuffle, and each shuffle with its owner."""

    def __init__(self, file: str) -> None:
        with (FOLDER / file).open("rb") as archive:
            members: list[Member] = list(read_archive(archive))
        data = {member.hash: member.data for member in members}
        self.election = Election.from_bytes(members[0].data)
        self.shuffles: list[tuple[int, bytes]] = []
        self.to_shuffle: Lists = ()
        for event in (json.loads(member.data) for member in members if member.kind == "event"):
            if event["type"] == "EncryptedTally":
                tally: list[Any] = json.loads(data[json.loads(data[event["payload"]])["encrypted_tally"]])
                self.to_shuffle = tuple(
                    tuple(Ciphertext.parse(cell, self.election.group) for cell in row)
                    for question, row in zip(self.election.questions, tally, strict=True)
                    if question.kind == "NH"
                )
            if event["type"] == "Shuffle":
                owned = json.loads(data[event["payload"]])
                self.shuffles.append((owned["owner"], data[owned["payload"]]))


@pytest.mark.parametrize("file", ["ed25519-nh-shuffles.bel", "rfc3526-nh.bel"])
def test_shuffles_made_by_belenios_hold(file: str) -> None:
    archive = Shuffled(file)
    lists = archive.to_shuffle
    assert [len(each) for each in lists] == [3]
    for _, data in archive.shuffles:
        lists = check_shuffle(data, election=archive.election, ciphertexts=lists)
    assert len(archive.shuffles) == 2
    check_shuffle_owners([owner for owner, _ in archive.shuffles], 2)
    # And another one of ours on top.
    check_shuffle(make_shuffle(archive.election, lists), election=archive.election, ciphertexts=lists)


@pytest.mark.parametrize("file", ["ed25519-nh-shuffles.bel", "rfc3526-nh.bel"])
def test_shuffles_made_by_belenios_hold_in_their_order_only(file: str) -> None:
    archive = Shuffled(file)
    (_, _), (_, second) = archive.shuffles
    with pytest.raises(VerificationError) as refused:
        check_shuffle(second, election=archive.election, ciphertexts=archive.to_shuffle)
    assert refused.value.section == "§9.2"


def test_a_response_one_too_high_is_refused_for_its_equation() -> None:
    recorded = {entry["file"]: entry for entry in json.loads((FOLDER / "vectors.json").read_text("utf-8"))["vectors"]}
    archive = Shuffled("bad-shuffle-response.bel")
    (_, first), (_, second) = archive.shuffles
    once = check_shuffle(first, election=archive.election, ciphertexts=archive.to_shuffle)
    with pytest.raises(VerificationError, match="t41") as refused:
        check_shuffle(second, election=archive.election, ciphertexts=once)
    assert refused.value.section == recorded["bad-shuffle-response.bel"]["section"]
