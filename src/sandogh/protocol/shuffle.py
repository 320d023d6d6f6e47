"""Shuffles: each trustee re-encrypts and permutes the answers to non-homomorphic questions, and proves it (protocol.md §9)."""

import secrets
from collections import Counter
from collections.abc import Collection, Sequence

from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import VerificationError, within
from sandogh.protocol.group import Draw
from sandogh.protocol.shapes import array, record
from sandogh.protocol.shuffle_proof import Secrets, ShuffleProof, Shuffling, check_shuffle_proof, make_shuffle_proof

SECTION = "§9.1"


def make_shuffle(election: Election, ciphertexts: Sequence[Sequence[Ciphertext]], *, draw: Draw = secrets.randbelow) -> bytes:
    """A shuffle of the answers to each non-homomorphic question, in question order, with its proofs, protocol.md §9.1, §9.2.

    `ciphertexts` is one list per non-homomorphic question: the tally's at first, then what the previous shuffle left. Permutation and
    randomness are drawn by `draw`, used up here, and kept nowhere. Time is a few powers per ciphertext and memory one list at a time.

    1. re-encrypt each ciphertext, and put them in a random order
    2. prove it
    """
    lists: list[object] = []
    proofs: list[object] = []
    for before in ciphertexts:
        # (1)
        hidden = Secrets(_permutation(len(before), draw), [election.group.random_scalar(draw) for _ in before])
        after = [_re_encrypted(election, before[source], hidden.randomness[source]) for source in hidden.order]
        # (2)
        proof = make_shuffle_proof(_shuffling(election, before, after), hidden, draw=draw)
        lists.append([each.form(election.group) for each in after])
        proofs.append(proof.form(election.group))
    return dumps({"ciphertexts": lists, "proofs": proofs})


def check_shuffle(data: bytes, *, election: Election, ciphertexts: Sequence[Sequence[Ciphertext]]) -> tuple[tuple[Ciphertext, ...], ...]:
    """The shuffled lists, if each is a shuffle of the one that was to be shuffled, protocol.md §9.1, §9.2.

    `ciphertexts` is as for `make_shuffle`; that those are members of the group, whoever read them has checked. Raises Malformed or
    VerificationError, naming the question, counted among the non-homomorphic ones.

    1. canonical JSON; one list and one proof per question
    2. as many ciphertexts as before, each a pair of members
    3. a proof in form for so many, its elements members; then its equations
    """
    # (1)
    fields = record(loads_canonical(data, section=SECTION, what="shuffle"), ("ciphertexts", "proofs"), section=SECTION, what="shuffle")
    count = len(ciphertexts)
    lists = array(fields["ciphertexts"], section=SECTION, what="shuffle: ciphertexts", length=count)
    proofs = array(fields["proofs"], section=SECTION, what="shuffle: proofs", length=count)
    shuffled: list[tuple[Ciphertext, ...]] = []
    for number, (before, items, value) in enumerate(zip(ciphertexts, lists, proofs, strict=True), 1):
        with within(f"non-homomorphic question {number}"):
            # (2)
            cells = array(items, section="§9.2", what="shuffle: ciphertexts", length=len(before))
            after: list[Ciphertext] = []
            for place, cell in enumerate(cells, 1):
                with within(f"ciphertext {place}"):
                    after.append(Ciphertext.parse(cell, election.group, section="§9.2"))
            # (3)
            proof = ShuffleProof.parse(value, election.group, len(before))
            check_shuffle_proof(proof, _shuffling(election, before, after))
        shuffled.append(tuple(after))
    return tuple(shuffled)


def check_shuffle_owners(owners: Collection[int], trustees_count: int) -> None:
    """Raise VerificationError unless every trustee, numbered 1..trustees_count, shuffled exactly once, protocol.md §9.3.

    The order is free. Whoever is missing is named: against the others together, each shuffle alone keeps votes and voters apart.
    """
    for owner, times in Counter(owners).items():
        if not 1 <= owner <= trustees_count:
            raise VerificationError("§9.3", f"a shuffle of trustee {owner}, where trustees are numbered 1 to {trustees_count}")
        if times > 1:
            raise VerificationError("§9.3", f"{times} shuffles of trustee {owner}")
    if missing := [str(number) for number in range(1, trustees_count + 1) if number not in owners]:
        raise VerificationError("§9.3", f"no shuffle of trustee {', '.join(missing)}")


def _permutation(size: int, draw: Draw) -> list[int]:
    """A uniform permutation of 0..size-1: Fisher and Yates's."""
    order = list(range(size))
    for last in range(size - 1, 0, -1):
        chosen = draw(last + 1)
        order[last], order[chosen] = order[chosen], order[last]
    return order


def _re_encrypted(election: Election, ciphertext: Ciphertext, randomness: int) -> Ciphertext:
    """The same plaintext under fresh randomness: (α·g^r', β·y^r')."""
    group = election.group
    return Ciphertext(
        group.multiply(ciphertext.alpha, group.power_g(randomness)),
        group.multiply(ciphertext.beta, group.power(election.public_key, randomness)),
    )


def _shuffling(election: Election, before: Sequence[Ciphertext], after: Sequence[Ciphertext]) -> Shuffling:
    return Shuffling(election.group, election.public_key, election.fingerprint, election.version, before, after)
