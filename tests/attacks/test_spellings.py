"""Other spellings of what is published, or signed: two programs would read one value and hash two texts."""

from collections.abc import Callable

import pytest

from attacks.forging import (
    PAIR,
    SINGLE,
    Form,
    opened,
    signed,
)
from protocol.elections import Story, story
from sandogh.protocol.ballot import Ballot, check_ballot, tracker_of
from sandogh.protocol.canonical import dumps
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group

both = pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)


def check(held: Story, ballot: bytes, election: Election | None = None) -> Ballot:
    return check_ballot(ballot, election=election or held.election, credentials=held.publics)


def refusal(held: Story, ballot: bytes) -> tuple[type, str, str]:
    """What refuses the ballot: kind, section and place."""
    with pytest.raises((Malformed, VerificationError)) as refused:
        check(held, ballot)
    return type(refused.value), refused.value.section, refused.value.where


@pytest.fixture(scope="module")
def pair() -> Story:
    return story(questions=PAIR)


@pytest.fixture(scope="module")
def single() -> Story:
    return story(questions=SINGLE)


Respell = Callable[[Form, Group], object]


def _in_signature(change: Callable[[str, Group], str]) -> Respell:
    def respell(form: Form, group: Group) -> None:
        proof = form["signature"]["proof"]
        proof["response"] = change(proof["response"], group)

    return respell


SPELLINGS: dict[str, Respell] = {
    "a response plus q": _in_signature(lambda number, group: str(int(number) + group.q)),
    "a leading zero": _in_signature(lambda number, group: f"0{number}"),
    "a plus sign": _in_signature(lambda number, group: f"+{number}"),
    "a number instead of a text": lambda form, group: form["signature"]["proof"].update(challenge=5),
    "another order of fields": lambda form, group: form["signature"].update(hash=form["signature"].pop("hash")),
    "a further field": lambda form, group: form["signature"].update(note=""),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_second_spelling_of_a_published_ballot(pair: Story, spelling: str) -> None:
    """Anybody respells the signature of a published ballot, which no hash covers: the same vote under another tracker (§7.1)."""
    ballot = pair.ballot(0, [[1, 0]])
    form = opened(ballot)
    SPELLINGS[spelling](form, pair.group)
    other = dumps(form)
    assert tracker_of(other) != tracker_of(ballot)
    assert refusal(pair, other)[:2] == (Malformed, "§7.1")
    assert check(pair, ballot)


@pytest.mark.parametrize(
    "respelt",
    [
        lambda ballot: b" " + ballot,
        lambda ballot: ballot + b"\n",
        lambda ballot: ballot.replace(b":", b": ", 1),
        lambda ballot: ballot.replace(b"election_uuid", b"election\\u005fuuid", 1),
        lambda ballot: ballot.replace(b"{", b'{"credential":"x",', 1),
    ],
    ids=["space before", "newline after", "space inside", "escape", "duplicate field"],
)
def test_a_second_spelling_of_the_json(pair: Story, respelt: Callable[[bytes], bytes]) -> None:
    """Two programs would read one value and hash two texts (§7.1)."""
    assert refusal(pair, respelt(pair.ballot(0, [[1, 0]])))[:2] == (Malformed, "§7.1")


def _element(form: Form, respell: Callable[[str], str]) -> None:
    choice = form["answers"][0]["choices"][0]
    choice["alpha"] = respell(choice["alpha"])


@pytest.mark.parametrize(
    ("group", "respell", "section"),
    [
        (ED25519, str.upper, "§3.3"),
        (ED25519, lambda text: f"{2**255 - 18:064x}", "§3.3"),
        (ED25519, lambda text: "8" + "0" * 62 + "1", "§3.3"),
        (ED25519, lambda text: f"0{text}", "§3.3"),
        (BELENIOS_2048, lambda text: f"0{text}", "§3.2"),
        (BELENIOS_2048, lambda text: f"+{text}", "§3.2"),
        (BELENIOS_2048, lambda text: str(int(text) + int(BELENIOS_2048.p)), "§3.2"),
        (BELENIOS_2048, lambda text: str(int(text) - int(BELENIOS_2048.p)), "§3.2"),
    ],
    ids=["upper case", "y is p plus 1", "negative zero", "65 digits", "leading zero", "plus sign", "plus p", "minus p"],
)
def test_a_non_canonical_spelling_of_an_element(group: Group, respell: Callable[[str], str], section: str) -> None:
    """The owner of the credential signs an element spelt so that some programs read it and others do not (§3.2, §3.3)."""
    held = story(group, questions=SINGLE)
    form = opened(held.ballot(0, [[1]]))
    _element(form, respell)
    kind, found, where = refusal(held, signed(form, held.election, held.voters[0]))
    assert (found, where) == (section, "question 1, answer 1")
    assert kind is Malformed
