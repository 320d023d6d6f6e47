"""Challenges that forget something: what a forger makes of each (protocol.md §4.1, §4.4).

The forgeries are complete: the reader who forgets that one thing accepts the whole archive, with votes in it that no voter may cast.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from attacks.forging import (
    END,
    SINGLE,
    Form,
    Hashed,
    accepted,
    cast,
    counted,
    envelope,
    findings,
    forged_ballot,
    judged,
    opened,
    published,
    sealed,
    sections,
    signed,
    weakened,
    whole,
)
from protocol.elections import Story, story
from sandogh.protocol.ballot import Ballot, check_ballot, make_ballot
from sandogh.protocol.canonical import dumps
from sandogh.protocol.channel import MessageKeys, sign_text
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.group import Element
from sandogh.protocol.homomorphic import overall_context
from sandogh.protocol.proofs import Proof
from sandogh.protocol.version import VERSION_1
from sandogh.verifier.report import QuestionResult

Change = Callable[[Hashed], Hashed]


@pytest.fixture(scope="module")
def single() -> Story:
    return story(questions=SINGLE)


def check(held: Story, ballot: bytes, election: Election | None = None) -> Ballot:
    return check_ballot(ballot, election=election or held.election, credentials=held.publics)


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(VerificationError) as refused:
        act()
    return refused.value.section, refused.value.where


THREE = 3


def in_proofs(change: Callable[[str, list[Element]], tuple[str, list[Element]]]) -> Change:
    """Change what the proofs of answers hash, and leave signatures alone."""
    return lambda hashed: (hashed[0], *change(hashed[1], hashed[2])) if hashed[0] == "prove" else hashed


def forged_proofs(held: Story, careless: Election, plaintext: int, prove: Callable[[Ciphertext, int, str], Sequence[Proof]]) -> bytes:
    """A ballot of the single question that holds any number, its two proofs forged for the careless reader."""
    cell = sealed(careless, plaintext)
    context = f"{careless.fingerprint}|{held.voters[0].public}"
    own = cell.ciphertext.text(held.group)
    overall = overall_context(context, [cell.ciphertext], held.group)
    answer: Form = {
        "choices": [cell.ciphertext.form(held.group)],
        "individual_proofs": [[proof.form() for proof in prove(cell.ciphertext, cell.randomness, f"{context}|{own}")]],
        "overall_proof": [proof.form() for proof in prove(cell.ciphertext, cell.randomness, f"{overall}|{own}")],
    }
    return signed(envelope(held, 0, [answer]), held.election, held.voters[0])


def refused_with_three_votes(held: Story, careless: Election, forged: bytes) -> None:
    """The careless reader takes the ballot, and the count says four; ours says which proof does not hold, and nothing else is wrong."""
    assert check(held, forged, careless)
    archive = whole(held, [forged, held.ballot(1, [[1]]), held.ballot(2, [[0]]), held.ballot(3, [[0]])])
    ((section, where),) = findings(archive)
    assert (section, where.split(" (")[0]) == ("§7.2", "ballot 1")
    assert where.endswith("question 1, answer 1")
    assert judged(archive).facts.result == (QuestionResult("q", (("a", 4),)),)
    assert accepted(whole(held, [held.ballot(1, [[1]]), held.ballot(2, [[0]])]))


def scalars(held: Story, count: int) -> list[int]:
    return [held.group.random_scalar() for _ in range(count)]


def test_weak_challenge_without_commitments(single: Story) -> None:
    """The challenge is the hash of the statement alone: any responses will do (§4.4)."""
    careless = weakened(single.election, in_proofs(lambda context, elements: (context, [])))

    def prove(ciphertext: Ciphertext, randomness: int, context: str) -> list[Proof]:
        total = careless.version.challenge(single.group, "prove", context, [])
        first, response, other = scalars(single, 3)
        return [Proof(first, response), Proof((total - first) % single.group.q, other)]

    refused_with_three_votes(single, careless, forged_proofs(single, careless, THREE, prove))


def test_weak_challenge_without_the_second_commitments(single: Story) -> None:
    """Only the A are hashed, which show that the randomness is known; the B, which show the plaintext, are whatever comes out (§4.4)."""
    group, q = single.group, single.group.q
    careless = weakened(single.election, in_proofs(lambda context, elements: (context, elements[::2])))

    def prove(ciphertext: Ciphertext, randomness: int, context: str) -> list[Proof]:
        one, two, first = scalars(single, 3)
        nothing = group.identity
        total = careless.version.challenge(group, "prove", context, [group.power_g(one), nothing, group.power_g(two), nothing])
        second = (total - first) % q
        return [Proof(first, (one - randomness * first) % q), Proof(second, (two - randomness * second) % q)]

    refused_with_three_votes(single, careless, forged_proofs(single, careless, THREE, prove))


def test_weak_challenge_without_the_last_branch(single: Story) -> None:
    """The commitments of one branch are not hashed: its challenge is chosen last, and it proves nothing (§4.4)."""
    group, q = single.group, single.group.q
    careless = weakened(single.election, in_proofs(lambda context, elements: (context, elements[:2])))

    def prove(ciphertext: Ciphertext, randomness: int, context: str) -> list[Proof]:
        first, response, other = scalars(single, 3)
        commitments = [
            group.multiply(group.power_g(response), group.power(ciphertext.alpha, first)),
            group.multiply(group.power(single.election.public_key, response), group.power(ciphertext.beta, first)),
        ]
        total = careless.version.challenge(group, "prove", context, commitments)
        return [Proof(first, response), Proof((total - first) % q, other)]

    refused_with_three_votes(single, careless, forged_proofs(single, careless, THREE, prove))


def test_weak_challenge_without_the_statement(single: Story) -> None:
    """The challenge hashes election, credential and commitments, not the ciphertexts, which are chosen after it: the plaintext that fits
    is some huge number, and no tally with it can be counted (§4.4).

    With A_j = g^(a_j), B_0 = y^(a_0), B_1 = y^(a_1)·g^b: the branches hold with c_0 = 0, c_1 = c and the plaintext m = 1 + b/c.
    """
    group, q, election = single.group, single.group.q, single.election
    careless = weakened(election, in_proofs(lambda context, elements: ("|".join(context.split("|")[:2]), elements)))
    zero, one, shift, randomness = scalars(single, 4)
    key = election.public_key
    commitments: list[Element] = [
        group.power_g(zero),
        group.power(key, zero),
        group.power_g(one),
        group.multiply(group.power(key, one), group.power_g(shift)),
    ]
    context = f"{election.fingerprint}|{single.voters[0].public}"
    challenge = careless.version.challenge(group, "prove", context, commitments)
    plaintext = (1 + shift * pow(challenge, -1, q)) % q
    cell = sealed(election, plaintext, randomness)
    proofs = [Proof(0, zero).form(), Proof(challenge, (one - randomness * challenge) % q).form()]
    answer = {"choices": [cell.ciphertext.form(group)], "individual_proofs": [proofs], "overall_proof": proofs}
    forged = signed(envelope(single, 0, [answer]), election, single.voters[0])
    assert check(single, forged, careless)
    assert refusal(lambda: check(single, forged)) == ("§7.2", "question 1, answer 1")
    assert plaintext > 2**64
    # One such ballot, and every tally it is in has no logarithm that anybody could find; nothing but its proof is wrong.
    board = published(single, *cast([forged]), END)
    assert sections(board) == {"§7.2"}
    assert judged(published(single, *cast([single.ballot(0, [[1]])]), END)).findings == []


def test_weak_challenge_without_the_credential(single: Story) -> None:
    """Proofs of voter 0 hold under the credential of voter 1: votes can be copied, and a secret vote is told by its copies (§7.1)."""
    careless = weakened(single.election, in_proofs(lambda context, elements: (_cut(context, 1), elements)))
    theirs = opened(make_ballot(careless, single.voters[0], [[1]]))
    copied = signed(theirs | {"credential": single.voters[1].public}, single.election, single.voters[1])
    assert check(single, copied, careless)
    honest = opened(single.ballot(0, [[1]]))
    copied = signed(honest | {"credential": single.voters[1].public}, single.election, single.voters[1])
    archive = whole(single, [dumps(honest), copied])
    assert sections(archive) == {"§7.2"}
    assert accepted(whole(single, [dumps(honest), single.ballot(1, [[1]])]))


def test_weak_challenge_without_the_election(single: Story) -> None:
    """Two elections under the key of the same trustees: answers of the first hold in the second, for a voter listed in both (§7.1)."""
    second = replace(story(questions=SINGLE, holders=(single.trustees.items, single.keys)), voters=single.voters)
    listed = single.credentials
    forgets = in_proofs(lambda context, elements: (_cut(context, 0), elements))
    careless = weakened(second.election, forgets)

    def moved(ballot: bytes) -> bytes:
        form = opened(ballot) | {"election_uuid": second.election.uuid, "election_hash": second.election.fingerprint}
        return signed(form, second.election, single.voters[0])

    first = weakened(single.election, forgets)
    assert check(second, moved(make_ballot(first, single.voters[0], [[1]])), careless)
    honest, taken = make_ballot(second.election, single.voters[0], [[1]]), moved(single.ballot(0, [[1]]))

    def archive(ballot: bytes) -> bytes:
        tally = replace(second, credentials=listed).tally([ballot])
        return published(second, *cast([ballot]), END, *counted(second, tally), credentials=listed)

    assert sections(archive(taken)) == {"§7.2"}
    assert accepted(archive(honest))


def _cut(context: str, field: int) -> str:
    parts = context.split("|")
    return "|".join(parts[:field] + parts[field + 1 :])


def test_weak_challenge_without_the_label(single: Story) -> None:
    """Somebody whose key signs messages is handed a «message» that is the hash of a ballot: without labels, the answer is a vote (§4.1)."""
    careless = weakened(single.election, lambda hashed: ("", *hashed[1:]))
    voter = single.voters[0]
    form = opened(forged_ballot(single, 0, [[1]]))
    public = single.group.power_g(voter.secret)
    for version, taken in ((careless.version, True), (VERSION_1, False)):
        keys = MessageKeys(single.group, version, voter.secret, voter.secret, public, public)
        proof = sign_text(form["signature"]["hash"], keys)
        ballot = dumps(form | {"signature": {"hash": form["signature"]["hash"], "proof": proof.form()}})
        assert refusal(lambda ballot=ballot: check(single, ballot)) == ("§7.1", "")  # type: ignore[misc]
        if taken:
            only_signatures = weakened(single.election, lambda hashed: ("" if hashed[0] == "sig" else hashed[0], *hashed[1:]))
            assert check(single, ballot, only_signatures)


def test_the_weak_readers_are_weak_in_one_thing_only(single: Story) -> None:
    """A control: with nothing left out, the forgers' tools make what everybody takes, and three votes are refused by the first proof."""
    same = weakened(single.election, lambda hashed: hashed)
    assert check(single, single.ballot(0, [[1]]), same)
    assert refusal(lambda: check(single, forged_ballot(single, 0, [[THREE]]), same)) == ("§7.2", "question 1, answer 1")
    report = judged(whole(single, [single.ballot(0, [[1]]), single.ballot(1, [[0]])]))
    assert report.result == (QuestionResult("q", (("a", 1),)),)
