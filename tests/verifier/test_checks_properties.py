"""Whatever a well-chained archive holds, the verifier answers with a report (protocol.md §12)."""

import io
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.elections import Board, story
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.events import EventType, make_setup_data, owned
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Verdict

# Without names: nothing authenticates them in version 1, so another name is another valid archive (protocol.md §6.1).
HELD = story(questions=[HomomorphicQuestion(("a", "b"), "q", 0, 1)], voters=2, named=False)
BALLOT = HELD.ballot(0, [[1, 0]])
TALLY = HELD.tally([BALLOT])
DECRYPTIONS = HELD.decryptions(TALLY)

HONEST: dict[str, bytes] = {
    "election": HELD.election.bytes,
    "trustees": HELD.trustees.data,
    "credentials": HELD.credentials,
    "ballot": BALLOT,
    "tally": TALLY.to_bytes(),
    "decryption": DECRYPTIONS[0],
    "result": HELD.result(TALLY, DECRYPTIONS),
}

atoms = st.none() | st.booleans() | st.integers(0, 2**31) | st.sampled_from(["", "0", "1", "a", "Single", "f" * 64, f"{1:064x}", "9" * 80])
values = st.recursive(atoms, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3))


def archive(parts: dict[str, bytes]) -> bytes:
    """An archive chained rightly over these contents, whatever they are."""
    board = Board()
    setup = make_setup_data(*(sha_hex(parts[name]) for name in ("election", "trustees", "credentials")))
    board.append(EventType.Setup, parts["election"], parts["trustees"], parts["credentials"], setup)
    board.append(EventType.Ballot, parts["ballot"])
    board.append(EventType.EndBallots)
    sized: Any = loads(TALLY.sized_bytes())
    board.append(EventType.EncryptedTally, parts["tally"], dumps(sized | {"encrypted_tally": sha_hex(parts["tally"])}))
    for owner, data in enumerate([parts["decryption"], DECRYPTIONS[1]], 1):
        board.append(EventType.PartialDecryption, data, owned(owner, sha_hex(data)))
    board.append(EventType.Result, parts["result"])
    return board.archive


def test_the_honest_parts_make_a_valid_archive() -> None:
    assert verify_archive(io.BytesIO(archive(HONEST))).complete


def _replace_somewhere(value: Any, replacement: Any, data: st.DataObject) -> Any:
    """The value with one node, drawn anywhere in it, replaced."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(list(value)))
        return value | {key: _replace_somewhere(value[key], replacement, data)}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(value) - 1))
        return [*value[:place], _replace_somewhere(value[place], replacement, data), *value[place + 1 :]]
    return replacement


@given(st.sampled_from(list(HONEST)), values, st.data())
@settings(max_examples=300, deadline=None)
def test_any_part_replaced_by_anything_is_reported(name: str, replacement: Any, data: st.DataObject) -> None:
    changed = dumps(_replace_somewhere(loads(HONEST[name]), replacement, data))
    if changed == HONEST[name]:
        return
    report = verify_archive(io.BytesIO(archive(HONEST | {name: changed})))
    assert report.verdict is not Verdict.VALID
    assert all(finding.section.startswith("§") and finding.what for finding in report.findings)


@given(st.sampled_from(list(HONEST)), st.binary(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_part_replaced_by_any_bytes_is_reported(name: str, junk: bytes) -> None:
    assert verify_archive(io.BytesIO(archive(HONEST | {name: junk}))).verdict is not Verdict.VALID
