"""Every part of every challenge in turn: a proof that leaves it out is refused (protocol.md §4.1, §4.4)."""

from collections.abc import Callable

import pytest

from attacks.forging import (
    SINGLE,
    Hashed,
    weakened,
)
from protocol.elections import Story, story
from sandogh.protocol.ballot import Ballot, check_ballot, make_ballot
from sandogh.protocol.decryption import check_partial_decryption, make_partial_decryption
from sandogh.protocol.election import Election
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.proofs import make_knowledge
from sandogh.protocol.trustee import TrusteePublicKey, generate_trustee_key

Change = Callable[[Hashed], Hashed]

KINDS = (
    HomomorphicQuestion(("a", "b"), "q", 0, 1),
    HomomorphicQuestion(("a", "b"), "q", 0, 1, blank=True),
    ListsQuestion((("L1", "a", "b"), ("L2", "c")), "q"),
    NonHomomorphicQuestion(("a", "b"), "q"),
)
VOTE = [[1, 0], [1, 0, 0], [[1, 1, 0], [0, 0]], [3, 1]]


@pytest.fixture(scope="module")
def kinds() -> Story:
    return story(questions=KINDS)


@pytest.fixture(scope="module")
def single() -> Story:
    return story(questions=SINGLE)


def check(held: Story, ballot: bytes, election: Election | None = None) -> Ballot:
    return check_ballot(ballot, election=election or held.election, credentials=held.publics)


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(VerificationError) as refused:
        act()
    return refused.value.section, refused.value.where


# ---- every part of every challenge, in turn


def another_label(name: str) -> Change:
    """Hash under another label."""
    return lambda hashed: (hashed[0] + "x", *hashed[1:]) if hashed[0] == name else hashed


def without(name: str, field: int, fields: int) -> Change:
    """Leave one field out of the contexts of this label that have so many."""

    def change(hashed: Hashed) -> Hashed:
        label, context, elements = hashed
        parts = context.split("|")
        if label != name or len(parts) != fields:
            return hashed
        return label, "|".join(parts[:field] + parts[field + 1 :]), elements

    return change


def without_element(name: str, place: int) -> Change:
    """Leave one of the elements out of the hash."""

    def change(hashed: Hashed) -> Hashed:
        label, context, elements = hashed
        return (label, context, elements[:place] + elements[place + 1 :]) if label == name else hashed

    return change


# Label, fields of its context, elements it hashes, the rule and the place of the first proof with it in such a ballot.
PARTS = [
    ("sig", ("the ballot's hash",), ("A",), "§7.1", ""),
    ("prove", ("the election", "the credential", "the ciphertext"), ("A0", "B0", "A1", "B1"), "§7.2", "question 1, answer 1"),
    ("prove", ("the election", "the credential", "all ciphertexts", "the sum"), (), "§7.2", "question 1"),
    ("bproof1", ("the election", "the credential", "all ciphertexts"), ("A0", "B0", "A1", "B1", "A2", "B2"), "§7.3", "question 2"),
    ("bproof0", ("the election", "the credential", "all ciphertexts"), ("A0", "B0", "A1", "B1"), "§7.3", "question 2"),
    ("lproof", ("the election", "the credential", "all ciphertexts"), ("A0", "B0", "A1", "B1"), "§7.5", "question 3, list 1"),
    ("nonzero", ("the election", "the credential", "all ciphertexts"), ("A0", "A1", "A2"), "§7.5", "question 3"),
    ("raweg", ("the election", "the credential", "key and ciphertext"), ("A",), "§7.4", "question 4"),
]
CASES = [
    pytest.param(change, section, where, id=f"{label} without {what}")
    for label, fields, elements, section, where in PARTS
    for change, what in [
        *([(another_label(label), "its label")] if elements else []),
        *((without(label, place, len(fields)), field) for place, field in enumerate(fields)),
        *((without_element(label, place), element) for place, element in enumerate(elements)),
    ]
]


@pytest.mark.parametrize(("change", "section", "where"), CASES)
def test_a_proof_whose_challenge_leaves_something_out(kinds: Story, change: Change, section: str, where: str) -> None:
    """A prover hashes all but one thing. The reader who forgets the same thing is content; that reader could be shown forgeries."""
    careless = weakened(kinds.election, change)
    ballot = make_ballot(careless, kinds.voters[0], VOTE)
    found = refusal(lambda: check(kinds, ballot))
    assert found == (section, where)
    assert check(kinds, ballot, careless)
    assert check(kinds, kinds.ballot(0, VOTE))


@pytest.mark.parametrize(
    "change",
    [
        another_label("decrypt"),
        without("decrypt", 0, 2),
        without("decrypt", 1, 2),
        without_element("decrypt", 0),
        without_element("decrypt", 1),
    ],
    ids=["label", "election", "trustee", "A", "B"],
)
def test_a_decryption_whose_challenge_leaves_something_out(single: Story, change: Change) -> None:
    """As above, for what a trustee proves (§10.1)."""
    tally, careless = single.tally([single.ballot(0, [[1]])]), weakened(single.election, change)
    data = make_partial_decryption(tally, private_key=single.keys[0].private, election=careless)
    trustee = single.trustees.members[0]
    assert refusal(lambda: check_partial_decryption(data, tally=tally, trustee=trustee, election=single.election)) == (
        "§10.1",
        "question 1, answer 1",
    )
    assert check_partial_decryption(data, tally=tally, trustee=trustee, election=careless)


def test_a_key_whose_proof_leaves_something_out(single: Story) -> None:
    """As above, for the proof that a trustee knows the key: without the key in it, anybody's proof would do (§6.1)."""
    group = single.group
    for change in (another_label("pok"), without("pok", 0, 2), without("pok", 1, 2), without_element("pok", 0)):
        careless = weakened(single.election, change).version
        made = generate_trustee_key(group)
        context = f"{group.name}|{made.public.public_key}"
        pok = make_knowledge(group, "pok", context, made.private, version=careless)
        form = {"pok": pok.form(), "public_key": made.public.public_key}
        assert refusal(lambda form=form: TrusteePublicKey.parse(form, group)) == ("§6.1", "")  # type: ignore[misc]
        assert TrusteePublicKey.parse(form, group, version=careless)
