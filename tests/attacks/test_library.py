"""Attacks on a single ballot, as the library meets it: whoever signs owns the credential, so that no check hides behind the signature."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from attacks.forging import (
    PAIR,
    SINGLE,
    envelope,
    forged_ballot,
    opened,
    proofs_form,
    sealed,
    signed,
    twisted,
    unguarded,
)
from protocol.elections import Story, story
from sandogh.protocol.ballot import Ballot, check_ballot, make_ballot
from sandogh.protocol.canonical import dumps
from sandogh.protocol.credential import CredentialKey
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext, Sealed
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import BIT, overall_context
from sandogh.protocol.opening import Opening, check_opening, make_opening
from sandogh.protocol.proofs import make_disjunction

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


# ---- copied


def test_replay_of_a_ballot_under_another_credential(pair: Story) -> None:
    """Voter 1, who cannot read voter 0's ballot, copies its answers to vote alike, and signs them with the own credential (§7.2)."""
    theirs = opened(pair.ballot(0, [[1, 0]]))
    copy = signed(theirs | {"credential": pair.voters[1].public}, pair.election, pair.voters[1])
    assert refusal(pair, copy) == (VerificationError, "§7.2", "question 1, answer 1")
    assert check(pair, signed(theirs, pair.election, pair.voters[0]))


def test_replay_of_a_single_ciphertext(pair: Story) -> None:
    """Voter 1 copies one ciphertext with its proof, makes the rest anew, and so correlates with voter 0 (§7.2)."""
    mine, theirs = opened(pair.ballot(1, [[0, 1]])), opened(pair.ballot(0, [[1, 0]]))
    for name in ("choices", "individual_proofs"):
        mine["answers"][0][name][0] = theirs["answers"][0][name][0]
    assert refusal(pair, signed(mine, pair.election, pair.voters[1])) == (VerificationError, "§7.2", "question 1, answer 1")


def test_replay_of_a_ballot_in_another_election(pair: Story) -> None:
    """The organiser of a second election with the same trustees republishes the ballots of the first one (§7.1)."""
    second = story(questions=PAIR, holders=(pair.trustees.items, pair.keys))  # type: ignore[arg-type]
    again = replace(second, voters=pair.voters)
    assert refusal(again, pair.ballot(0, [[1, 0]]))[1] == "§7.1"
    form = opened(pair.ballot(0, [[1, 0]])) | {"election_uuid": second.election.uuid, "election_hash": second.election.fingerprint}
    assert refusal(again, signed(form, second.election, pair.voters[0])) == (VerificationError, "§7.2", "question 1, answer 1")
    assert check(again, make_ballot(second.election, pair.voters[0], [[1, 0]]))


# ---- stuffed


def test_a_ballot_stuffed_without_a_credential(pair: Story) -> None:
    """The server invents a voter: a key pair of its own that nobody listed; or takes a listed one without its secret (§7.1)."""
    invented = story(questions=PAIR, uuid=pair.election.uuid).voters[0]
    assert refusal(pair, make_ballot(pair.election, invented, [[1, 0]])) == (VerificationError, "§7.1", "")
    guessed = CredentialKey(7, pair.voters[0].public)
    assert refusal(pair, make_ballot(pair.election, guessed, [[1, 0]])) == (VerificationError, "§7.1", "")


def test_a_signature_moved_to_another_ballot(pair: Story) -> None:
    """The server keeps the voter's signature and puts other choices under it (§7.1)."""
    honest, other = opened(pair.ballot(0, [[1, 0]])), opened(pair.ballot(0, [[0, 1]]))
    assert refusal(pair, dumps(other | {"signature": honest["signature"]})) == (VerificationError, "§7.1", "")
    renamed = {"hash": other["signature"]["hash"], "proof": honest["signature"]["proof"]}
    assert refusal(pair, dumps(other | {"signature": renamed})) == (VerificationError, "§7.1", "")


# ---- out of range


@pytest.mark.parametrize(
    ("votes", "where"),
    [([2, 0], "answer 1"), ([0, 5], "answer 2"), ([-1, 1], "answer 1"), ([2, -1], "answer 1")],
    ids=["two votes", "five votes", "a vote taken away", "taken from a rival"],
)
def test_a_vote_outside_the_range(pair: Story, votes: list[int], where: str) -> None:
    """A voter seals more than one vote for a candidate, or a negative one for a rival, and a sum that is an allowed one (§7.2)."""
    assert refusal(pair, forged_ballot(pair, 0, [votes])) == (VerificationError, "§7.2", f"question 1, {where}")
    assert check(pair, forged_ballot(pair, 0, [[1, 1]]))


def test_more_choices_than_allowed() -> None:
    """Every single vote is 0 or 1, the sum is above the most that the question allows (§7.2)."""
    held = story()
    assert refusal(held, forged_ballot(held, 0, [[1, 1, 1], [0, 1]])) == (VerificationError, "§7.2", "question 1")
    assert refusal(held, forged_ballot(held, 0, [[1, 1, 0], [0, 0]])) == (VerificationError, "§7.2", "question 2")
    assert check(held, forged_ballot(held, 0, [[1, 1, 0], [0, 1]]))


def test_a_proof_with_a_branch_more(pair: Story) -> None:
    """A voter proves 2 among the values 0, 1 and 2: a true proof, of a claim that nobody asked for (§7.2)."""
    form = opened(forged_ballot(pair, 0, [[2, 0]]))
    context = f"{pair.election.fingerprint}|{pair.voters[0].public}"
    two = sealed(pair.election, 2)
    form["answers"][0]["choices"][0] = two.ciphertext.form(pair.group)
    form["answers"][0]["individual_proofs"][0] = proofs_form(make_disjunction(two, range(3), election=pair.election, context=context))
    assert refusal(pair, signed(form, pair.election, pair.voters[0])) == (VerificationError, "§7.2", "question 1, answer 1")


# ---- reused and swapped


def test_an_overall_proof_reused(pair: Story) -> None:
    """The overall proof of the voter's other ballot, whose sum is the same, hides three votes (§7.2)."""
    honest, form = opened(pair.ballot(0, [[1, 0]])), opened(pair.ballot(0, [[1, 1]]))
    form["answers"][0]["overall_proof"] = honest["answers"][0]["overall_proof"]
    assert refusal(pair, signed(form, pair.election, pair.voters[0])) == (VerificationError, "§7.2", "question 1")


def test_an_individual_proof_reused_as_the_overall_one(single: Story) -> None:
    """With one answer, sum and ciphertext are the same and so are the claims; the contexts are not (§7.2)."""
    form = opened(single.ballot(0, [[1]]))
    form["answers"][0]["overall_proof"] = form["answers"][0]["individual_proofs"][0]
    assert refusal(single, signed(form, single.election, single.voters[0])) == (VerificationError, "§7.2", "question 1")


def test_votes_swapped_between_candidates(pair: Story) -> None:
    """A server that could sign for the voter exchanges the ciphertexts of two candidates, each with its proof (§7.2)."""
    form = opened(pair.ballot(0, [[1, 0]]))
    for name in ("choices", "individual_proofs"):
        form["answers"][0][name].reverse()
    assert refusal(pair, signed(form, pair.election, pair.voters[0])) == (VerificationError, "§7.2", "question 1")


# ---- small order


def _even(prove: Callable[[], Any]) -> Any:
    """Proofs again and again, until an element of order two vanishes under every challenge."""
    while True:
        proofs = prove()
        if not any(proof.challenge % 2 for proof in proofs):
            return proofs


def twisted_ballot(held: Story, part: str) -> bytes:
    """A vote whose ciphertext has an element of order two in it, with proofs that hold for whoever does not look for it."""
    election, group = held.election, held.group
    cell = sealed(election, 1)
    alpha, beta = cell.ciphertext.alpha, cell.ciphertext.beta
    bent = Ciphertext(twisted(group, alpha), beta) if part == "alpha" else Ciphertext(alpha, twisted(group, beta))
    held_back = Sealed(bent, 1, cell.randomness)
    context = f"{election.fingerprint}|{held.voters[0].public}"
    overall = overall_context(context, [bent], group)
    individual = _even(lambda: make_disjunction(held_back, BIT, election=election, context=context))
    total = _even(lambda: make_disjunction(held_back, BIT, election=election, context=overall))
    answer = {"choices": [bent.form(group)], "individual_proofs": [proofs_form(individual)], "overall_proof": proofs_form(total)}
    return signed(envelope(held, 0, [answer]), election, held.voters[0])


@both
@pytest.mark.parametrize("part", ["alpha", "beta"])
def test_a_ciphertext_with_a_component_of_small_order(group: Group, part: str) -> None:
    """In alpha, it makes trustees tell a bit of their key when they decrypt; in beta, one voter alone can spoil the tally, and two can
    undo it again. Every proof holds: a reader without the test of membership takes the ballot (§4.2)."""
    held = story(group, questions=SINGLE)
    ballot = twisted_ballot(held, part)
    assert refusal(held, ballot) == (VerificationError, "§4.2", "question 1, answer 1")
    assert check(held, ballot, unguarded(held.election)).credential == held.voters[0].public


@both
def test_a_credential_with_a_component_of_small_order(group: Group) -> None:
    """Whoever holds a credential holds its twin of small order too, and would vote twice; the signature of both holds (§7.1, §5.3)."""
    held = story(group, questions=SINGLE)
    mine = held.voters[0]
    public = twin_of(group, mine.public)
    twin = CredentialKey(mine.secret, public)
    while True:
        ballot = make_ballot(held.election, twin, [[1]])
        if int(opened(ballot)["signature"]["proof"]["challenge"]) % 2 == 0:
            break
    listed = {*held.publics, public}
    with pytest.raises(VerificationError) as refused:
        check_ballot(ballot, election=held.election, credentials=listed)
    assert refused.value.section == "§7.1"
    assert check_ballot(ballot, election=unguarded(held.election), credentials=listed)


def twin_of(group: Group, public: str) -> str:
    return group.ser(twisted(group, group.parse(public, section="", what="")))


# ---- the challenged ballot


def test_an_opening_that_claims_other_choices(pair: Story) -> None:
    """A device sealed another vote than the screen showed, and opens it with the shown choices, or with another seed (§14)."""
    seed = bytes(range(32))
    sealed_so = make_opening(pair.election, credential=pair.voters[0].public, seed=seed, choices=[(0, 1)])
    assert check_opening(sealed_so.to_bytes(), pair.election) == ((0, 1),)
    for lie in (
        replace(sealed_so, choices=((1, 0),)),
        replace(sealed_so, seed=bytes(32)),
        replace(sealed_so, credential=pair.voters[1].public),
    ):
        assert isinstance(lie, Opening)
        with pytest.raises(VerificationError) as refused:
            check_opening(lie.to_bytes(), pair.election)
        assert refused.value.section == "§14"


def test_randomness_that_hides_a_message_in_a_proof(pair: Story) -> None:
    """A device leaks the choices through the nonce of a proof: such a ballot holds for everybody, and no seed opens it (§14)."""
    seed = bytes(range(32))
    honest = make_opening(pair.election, credential=pair.voters[0].public, seed=seed, choices=[(0, 1)])
    leaking = pair.ballot(0, [[0, 1]])
    assert check(pair, leaking)
    lie = replace(honest, ballot=opened(leaking)["signature"]["hash"])
    with pytest.raises(VerificationError, match="held something else"):
        check_opening(lie.to_bytes(), pair.election)
