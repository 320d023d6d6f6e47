"""Decryption and result of other people's archives, with every kind of question and trustee (protocol.md §10)."""

import json
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from sandogh.protocol.canonical import dumps
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryptions
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.events import EventType, Owned
from sandogh.protocol.record import read_records
from sandogh.protocol.result import check_result, make_result
from sandogh.protocol.shuffle import check_shuffle
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import Trustees, check_trustees

VECTORS = Path(__file__).parents[1] / "vectors" / "belenios"
INDEX: list[dict[str, Any]] = json.loads((VECTORS / "vectors.json").read_text("utf-8"))["vectors"]
COUNTED = [entry for entry in INDEX if entry["expected"] == "valid" and entry["stage"] == "Result"]
BROKEN = [entry for entry in INDEX if entry["expected"] == "invalid" and entry["section"].startswith("§10.")]


@dataclass(slots=True)
class Counting:
    """What an archive holds from its encrypted tally on, read and no ballot checked."""

    election: Election
    trustees: Trustees
    tally: EncryptedTally
    published: list[tuple[int, bytes]] = field(default_factory=list)
    result: bytes = b""

    def partials(self) -> tuple[PartialDecryption, ...]:
        return check_partial_decryptions(self.published, tally=self.tally, trustees=self.trustees, election=self.election)

    def check(self, result: bytes | None = None) -> object:
        data = self.result if result is None else result
        return check_result(data, election=self.election, tally=self.tally, partials=self.partials(), trustees=self.trustees)


def counting(file: str) -> Counting:
    found: Counting
    for record in read_records(BytesIO((VECTORS / file).read_bytes())):
        data = [member.data for member in record.data]
        match record.event.type:
            case EventType.Setup:
                election = Election.from_bytes(data[0])
                trustees = check_trustees(data[1], election.group)
            case EventType.EncryptedTally:
                found = Counting(election, trustees, EncryptedTally.from_bytes(data[0], data[1], election=election))
            case EventType.Shuffle:
                shuffled = check_shuffle(data[0], election=election, ciphertexts=found.tally.to_shuffle)
                found.tally = found.tally.shuffled(shuffled)
            case EventType.PartialDecryption:
                found.published.append((Owned.from_bytes(data[1]).owner, data[0]))
            case EventType.Result:
                found.result = data[0]
            case _:
                pass
    return found


def test_every_kind_of_question_and_trustee_is_among_them() -> None:
    assert {kind for entry in COUNTED for kind in entry["questions"]} == {"H", "H+blank", "NH", "L"}
    assert {entry["group"] for entry in COUNTED} == {"Ed25519", "BELENIOS-2048", "RFC-3526-2048"}
    assert {kind.split()[0] for entry in COUNTED for kind in entry["trustees"]} == {"Single", "Pedersen"}


@pytest.mark.parametrize("entry", COUNTED, ids=lambda entry: entry["file"])
def test_the_result_of_a_valid_archive_is_accepted_and_made_again(entry: dict[str, Any]) -> None:
    found = counting(entry["file"])
    found.check()
    assert json.loads(found.result) == {"result": entry["result"]}
    made = make_result(found.election, found.tally, found.partials(), found.trustees, found.tally.total_weight)
    assert made == found.result


@pytest.mark.parametrize("entry", BROKEN, ids=lambda entry: entry["file"])
def test_an_invalid_archive_is_refused_for_the_recorded_rule(entry: dict[str, Any]) -> None:
    found = counting(entry["file"])
    with pytest.raises((Malformed, VerificationError)) as refused:
        found.check()
    assert refused.value.section == entry["section"]


@pytest.mark.parametrize("file", ["ed25519-nh-shuffles.bel", "ed25519-lists.bel"])
def test_every_number_of_lists_and_vectors_counts(file: str) -> None:
    """One more in any place is refused there; one place more or less is no result."""
    found = counting(file)
    form = json.loads(found.result)["result"]
    rows = [(question, row) for question, entry in enumerate(form) for row, each in enumerate(entry) if isinstance(each, list)]
    assert rows
    for question, row in rows:
        changed = json.loads(found.result)
        changed["result"][question][row][-1] += 1
        with pytest.raises(VerificationError) as refused:
            found.check(dumps(changed))
        assert refused.value.section == "§10.3"
        assert refused.value.where.startswith(f"question {question + 1}, {'vector' if 'nh' in file else 'list'} {row + 1}")
    question, row = rows[0]
    for change in (
        lambda entry: entry.pop(),
        lambda entry: entry.append(entry[0]),
        lambda entry: entry.__setitem__(row, 1),
        lambda entry: entry[row].pop(),
    ):
        changed = json.loads(found.result)
        change(changed["result"][question])
        with pytest.raises((Malformed, VerificationError)) as shape:
            found.check(dumps(changed))
        assert shape.value.section == "§10.3"


def test_vectors_stand_in_the_order_of_the_last_shuffle() -> None:
    """The same votes in another order are not what the shuffled ciphertexts open to, in their order."""
    found = counting("ed25519-nh-shuffles.bel")
    changed = json.loads(found.result)
    (question,) = (
        place
        for place, each in enumerate(found.election.questions)
        if each.kind == "NH" and len(set(map(str, changed["result"][place]))) > 1
    )
    changed["result"][question] = changed["result"][question][::-1]
    assert changed != json.loads(found.result)
    with pytest.raises(VerificationError, match="the vector is not what the decryptions give"):
        found.check(dumps(changed))
