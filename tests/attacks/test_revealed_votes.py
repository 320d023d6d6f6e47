"""A trustee who makes other votes of those that are revealed: its decryptions are false, and their proofs hold (§10.1, §10.4)."""

from attacks.forging import judged
from protocol.elections import Story, story
from sandogh.protocol.canonical import dumps
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.events import EventType, owned
from sandogh.protocol.group import Element
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.proofs import Proof
from sandogh.protocol.result import Result
from sandogh.protocol.shuffle import check_shuffle, make_shuffle
from sandogh.verifier.report import VotesResult

CAST, WANTED = 5, 9


def false_factor(held: Story, ciphertext: Ciphertext, wanted: int) -> tuple[Element, Proof]:
    """A factor that reveals the wanted grade, found by trying: with A = g^w and B = α^w·g^j, the factor α^x·g^(j/c) has a proof."""
    group, q, key = held.group, held.group.q, held.keys[0]
    context = f"{held.election.fingerprint}|{key.public.public_key}"
    honest = group.power(ciphertext.alpha, key.private)
    plain = group.divide(ciphertext.beta, honest)
    w, j = group.random_scalar(), group.random_scalar()
    first, second = group.power_g(w), group.multiply(group.power(ciphertext.alpha, w), group.power_g(j))
    while True:
        challenge = held.election.version.challenge(group, "decrypt", context, [first, second])
        shift = group.power_g(j * pow(challenge, -1, q) % q)
        if group.decode_vector(group.divide(plain, shift), 1) == (wanted,):
            return group.multiply(honest, shift), Proof(challenge, (w - key.private * challenge) % q)
        j, second = (j + 1) % q, group.multiply(second, group.generator)


def archive(held: Story, wanted: dict[int, int]) -> bytes:
    """Three voters gave the same grade; of the revealed votes in `wanted`, by place, the trustee makes another."""
    ballots = [held.ballot(voter, [[CAST]]) for voter in range(3)]
    board, tally = held.opened(), held.tally(ballots)
    for ballot in ballots:
        board.append(EventType.Ballot, ballot)
    board.append(EventType.EndBallots)
    board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    shuffle = make_shuffle(held.election, tally.to_shuffle)
    tally = tally.shuffled(check_shuffle(shuffle, election=held.election, ciphertexts=tally.to_shuffle))
    board.append(EventType.Shuffle, shuffle, owned(1, sha_hex(shuffle)))
    board.append(EventType.EndShuffles)
    forms: list[tuple[str, object]] = []
    (cells,) = tally.to_shuffle
    for place, cell in enumerate(cells, 1):
        factor, proof = false_factor(held, cell, wanted[place]) if place in wanted else honest_factor(held, cell)
        forms.append((held.group.ser(factor), proof.form()))
    decryption = dumps({"decryption_factors": [[factor for factor, _ in forms]], "decryption_proofs": [[proof for _, proof in forms]]})
    board.append(EventType.PartialDecryption, decryption, owned(1, sha_hex(decryption)))
    board.append(EventType.Result, Result((tuple((wanted.get(place, CAST),) for place in (1, 2, 3)),)).to_bytes())
    return board.archive


def honest_factor(held: Story, ciphertext: Ciphertext) -> tuple[Element, Proof]:
    group, key = held.group, held.keys[0]
    context = f"{held.election.fingerprint}|{key.public.public_key}"
    w = group.random_scalar()
    challenge = held.election.version.challenge(group, "decrypt", context, [group.power_g(w), group.power(ciphertext.alpha, w)])
    return group.power(ciphertext.alpha, key.private), Proof(challenge, (w - key.private * challenge) % group.q)


def test_votes_that_a_trustee_made_up_are_named() -> None:
    """Every proof holds, the archive is valid, and other programs show these votes as cast; the verifier says which ones nobody cast so."""
    held = story(questions=[NonHomomorphicQuestion(("a",), "q")], trustees=1)
    report = judged(archive(held, {1: WANTED, 3: WANTED}))
    assert report.facts.result == (VotesResult("q", ("a",), ((WANTED,), (CAST,), (WANTED,))),)
    assert not report.findings
    assert "WARNING: question 1, votes 1, 3: no program makes these of any choice" in report.checks[9].note


def test_a_control_honest_decryptions_are_not_named() -> None:
    held = story(questions=[NonHomomorphicQuestion(("a",), "q")], trustees=1)
    report = judged(archive(held, {}))
    assert report.complete
    assert "WARNING" not in report.checks[9].note
