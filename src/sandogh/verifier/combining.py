"""Puts the tallies of batches of ballots together (protocol.md §8.2)."""

from dataclasses import replace
from typing import cast

from sandogh.protocol import elgamal
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.group import Group
from sandogh.protocol.nested import Nested
from sandogh.protocol.tally import EncryptedTally

Row = tuple[Nested[Ciphertext], ...]


def combined(election: Election, left: EncryptedTally, right: EncryptedTally) -> EncryptedTally:
    """The tally of the ballots of both: products place by place; non-homomorphic lists one after the other, not yet sorted."""
    rows = tuple(
        cast(Row, one) + cast(Row, other) if question.kind == "NH" else _product(left.group, one, other)
        for question, one, other in zip(election.questions, left.ciphertexts, right.ciphertexts, strict=True)
    )
    number, weight = left.num_tallied + right.num_tallied, left.total_weight + right.total_weight
    return replace(left, ciphertexts=rows, num_tallied=number, total_weight=weight)


def in_order(election: Election, tally: EncryptedTally) -> EncryptedTally:
    """With every non-homomorphic list sorted by (alpha, beta), as the tally is published."""
    group = tally.group

    def key(ciphertext: Nested[Ciphertext]) -> tuple[int | bytes, int | bytes]:
        pair = cast(Ciphertext, ciphertext)
        return group.sort_key(pair.alpha), group.sort_key(pair.beta)

    rows = tuple(
        tuple(sorted(cast(Row, row), key=key)) if question.kind == "NH" else row
        for question, row in zip(election.questions, tally.ciphertexts, strict=True)
    )
    return replace(tally, ciphertexts=rows)


def _product(group: Group, left: Nested[Ciphertext], right: Nested[Ciphertext]) -> Nested[Ciphertext]:
    if isinstance(left, tuple):
        return tuple(_product(group, one, other) for one, other in zip(left, cast(Row, right), strict=True))
    return elgamal.multiply(group, (left, cast(Ciphertext, right)))
