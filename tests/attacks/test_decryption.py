"""A false decryption whose proof holds: its challenge hashes neither ciphertext nor factor, and both can be chosen after it (§10.1).

A trustee draws A = g^a and B = α^a·g^b, where α is that of the tally before the last ballot, and knows the challenge c. Whoever votes last
takes the randomness ρ = (b - s·c)/a. For the tally that this makes, the factor α^x·g^s has a proof that holds, for any s.
"""

from dataclasses import dataclass

import pytest

from attacks.forging import (
    END,
    SINGLE,
    Happening,
    cast,
    decrypted,
    envelope,
    findings,
    judged,
    proofs_form,
    published,
    sealed,
    signed,
    tallied,
)
from protocol.elections import Story
from protocol.establishments import threshold_story
from sandogh.protocol.canonical import dumps
from sandogh.protocol.combination import lagrange
from sandogh.protocol.decryption import check_partial_decryption
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.events import EventType
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import BIT, overall_context
from sandogh.protocol.proofs import Proof, make_disjunction
from sandogh.protocol.result import Result
from sandogh.verifier.report import QuestionResult


@dataclass(frozen=True, slots=True)
class Collusion:
    """An election in which nobody chose anything; the ballots, and the partial decryptions of all, the first of them false."""

    held: Story
    ballots: list[bytes]
    decryptions: list[bytes]

    def archive(self, count: int, votes: int) -> bytes:
        """What is published when the first so many trustees decrypt, and the result says so many votes."""
        tally = self.held.tally(self.ballots)
        result: Happening = EventType.Result, (Result(((votes,),)).to_bytes(),)
        return published(self.held, *cast(self.ballots), END, tallied(tally), *decrypted(self.decryptions[:count]), result)


def collusion(group: Group, *, size: int, threshold: int, stolen: int) -> Collusion:
    """Trustee 1 and the last of four voters make it look as if the answer had been chosen `stolen` times."""
    held = threshold_story(size, threshold, group, questions=SINGLE)
    election, q, key = held.election, group.q, held.keys[0]
    ballots = [held.ballot(voter, [[0]]) for voter in range(3)]
    before = held.tally(ballots).ciphertexts[0]
    assert isinstance(before, tuple)
    assert isinstance(before[0], Ciphertext)
    # The factor enters the result with its coefficient, and takes away.
    shift = -stolen * pow(lagrange(range(1, threshold + 1), q)[0], -1, q) % q
    a, b = group.random_scalar(), group.random_scalar()
    commitments = [group.power_g(a), group.multiply(group.power(before[0].alpha, a), group.power_g(b))]
    challenge = election.version.challenge(group, "decrypt", f"{election.fingerprint}|{key.public.public_key}", commitments)
    ballots.append(ballot_with(held, (b - shift * challenge) * pow(a, -1, q) % q))
    tally = held.tally(ballots)
    after = tally.ciphertexts[0]
    assert isinstance(after, tuple)
    assert isinstance(after[0], Ciphertext)
    factor = group.multiply(group.power(after[0].alpha, key.private), group.power_g(shift))
    proof = Proof(challenge, (a - key.private * challenge) % q)
    false = dumps({"decryption_factors": [[group.ser(factor)]], "decryption_proofs": [[proof.form()]]})
    return Collusion(held, ballots, [false, *held.decryptions(tally)[1:]])


def ballot_with(held: Story, randomness: int) -> bytes:
    """The last voter's ballot: nothing is wrong with it but where its randomness comes from."""
    cell = sealed(held.election, 0, randomness)
    context = f"{held.election.fingerprint}|{held.voters[3].public}"
    overall = overall_context(context, [cell.ciphertext], held.group)
    answer = {
        "choices": [cell.ciphertext.form(held.group)],
        "individual_proofs": [proofs_form(make_disjunction(cell, BIT, election=held.election, context=context))],
        "overall_proof": proofs_form(make_disjunction(cell, BIT, election=held.election, context=overall)),
    }
    return signed(envelope(held, 3, [answer]), held.election, held.voters[3])


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
@pytest.mark.parametrize(("size", "threshold"), [(3, 2), (5, 3)])
def test_a_trustee_and_the_last_voter_move_the_result(group: Group, size: int, threshold: int) -> None:
    """Every proof holds. One honest decryption more than the key needs does not fit the false one, whichever result is told (§10.2)."""
    made = collusion(group, size=size, threshold=threshold, stolen=3)
    for count in range(threshold + 1, size + 1):
        for votes in (0, 3):
            assert findings(made.archive(count, votes)) == [("§10.2", "question 1, answer 1")]


def test_a_quorum_and_no_more_cannot_tell() -> None:
    """What makes the attack one: the false factor passes alone, and so does the record in which no more than the threshold decrypt. That
    is why all trustees should, and not as few as suffice."""
    made = collusion(ED25519, size=3, threshold=2, stolen=3)
    held = made.held
    tally = held.tally(made.ballots)
    assert check_partial_decryption(made.decryptions[0], tally=tally, trustee=held.trustees.members[0], election=held.election)
    assert judged(made.archive(2, 3)).result == (QuestionResult("q", (("a", 3),)),)


def test_a_control_all_trustees_decrypt_honestly() -> None:
    """The same election with the last voter's odd ballot, and true decryptions of any number of trustees: nobody chose anything."""
    made = collusion(ED25519, size=5, threshold=3, stolen=0)
    for count in (3, 4, 5):
        assert judged(made.archive(count, 0)).result == (QuestionResult("q", (("a", 0),)),)
