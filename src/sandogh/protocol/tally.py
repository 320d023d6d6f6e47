"""The encrypted tally: what the kept ballots come to, question by question (protocol.md §8)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from sandogh.protocol import elgamal
from sandogh.protocol.ballot import Ballot
from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Group
from sandogh.protocol.nested import Nested, as_json, mapped, parsed_like, together
from sandogh.protocol.question import Question
from sandogh.protocol.shapes import array, hash_hex, number, number_form, record


@dataclass(frozen=True, slots=True)
class EncryptedTally:
    """Ciphertexts per question, and how many ballots and how much weight are in it.

    Of a homomorphic question there is a row with a ciphertext per label, of a list question a row of rows; of a non-homomorphic one a
    ciphertext per kept ballot, in the group's order or, after `shuffled`, in that of the last shuffle.
    """

    group: Group
    ciphertexts: tuple[Nested[Ciphertext], ...]
    num_tallied: int
    total_weight: int
    #: The places of the non-homomorphic questions, from 0.
    unmixed: tuple[int, ...] = ()

    @property
    def to_shuffle(self) -> tuple[tuple[Ciphertext, ...], ...]:
        """What a shuffle works on: the list of each non-homomorphic question, in order, protocol.md §9.1."""
        return tuple(cast(tuple[Ciphertext, ...], self.ciphertexts[place]) for place in self.unmixed)

    def shuffled(self, lists: Sequence[Sequence[Ciphertext]]) -> "EncryptedTally":
        """The tally to decrypt: with the output of the last shuffle in place of what was shuffled, protocol.md §9.1.

        Raises VerificationError when it is not as many ciphertexts. That it is the same votes, `check_shuffle` says.
        """
        if [len(each) for each in lists] != [len(each) for each in self.to_shuffle]:
            raise VerificationError("§9.1", "a shuffle gives not as many ciphertexts as it takes")
        entries = list(self.ciphertexts)
        for place, each in zip(self.unmixed, lists, strict=True):
            entries[place] = tuple(each)
        return replace(self, ciphertexts=tuple(entries))

    def to_bytes(self) -> bytes:
        """encrypted_tally, protocol.md §8.2."""
        return dumps(as_json(self.ciphertexts, lambda ciphertext: ciphertext.form(self.group)))

    @property
    def hash(self) -> str:
        """hex(SHA(encrypted_tally))."""
        return sha_hex(self.to_bytes())

    def sized_bytes(self) -> bytes:
        """sized_encrypted_tally, protocol.md §8.3."""
        return dumps(
            {
                "num_tallied": self.num_tallied,
                "total_weight": number_form(self.total_weight),
                "encrypted_tally": self.hash,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes, sized: bytes, *, election: Election) -> "EncryptedTally":
        """Read a published tally in form; that it is the right one, only `check_encrypted_tally` says, protocol.md §8.2, §8.3."""
        rows = array(
            loads_canonical(data, section="§8.2", what="encrypted tally"),
            section="§8.2",
            what="encrypted tally",
            length=len(election.questions),
        )
        ciphertexts = parsed_like(
            rows,
            tuple(map(_published_shape, election.questions, rows)),
            lambda value: Ciphertext.parse(value, election.group),
            section="§8.2",
            what="encrypted tally",
        )
        fields = record(
            loads_canonical(sized, section="§8.3", what="sized encrypted tally"),
            ("num_tallied", "total_weight", "encrypted_tally"),
            section="§8.3",
            what="sized encrypted tally",
        )
        if hash_hex(fields["encrypted_tally"], section="§8.3", what="encrypted_tally") != sha_hex(data):
            raise VerificationError("§8.3", "the sized tally names another encrypted tally")
        return cls(
            election.group,
            ciphertexts,
            number(fields["num_tallied"], section="§8.3", what="num_tallied"),
            number(fields["total_weight"], section="§8.3", what="total_weight"),
            _unmixed(election),
        )


def _unmixed(election: Election) -> tuple[int, ...]:
    return tuple(place for place, question in enumerate(election.questions) if question.kind == "NH")


def _published_shape(question: Question, entry: object) -> Nested[None]:
    """The shape that the entry of a question must have. How many ciphertexts a non-homomorphic one has, the kept ballots decide."""
    return (None,) * len(entry) if question.kind == "NH" and isinstance(entry, list) else question.tally_shape()


def check_weights(election: Election, weights: Mapping[str, int]) -> None:
    """Raise VerificationError when voters have weights and an answer cannot: a whole vector counts once, protocol.md §8.2."""
    if election.needs_shuffle and any(weight != 1 for weight in weights.values()):
        raise VerificationError("§8.2", "voters have weights, and a non-homomorphic question is asked")


class TallyBuilder:
    """Multiplies ballots into a tally one at a time and keeps no ballot.

    Memory grows by one credential per voter, and by one ciphertext per kept ballot and non-homomorphic question, which nothing can spare.
    Only the last ballot of a credential counts (protocol.md §8.1), so whoever adds a second one hands over the one it replaces.
    """

    def __init__(self, election: Election) -> None:
        group = election.group
        nothing = Ciphertext(group.identity, group.identity)
        self._election = election
        shape = tuple(question.tally_shape() for question in election.questions)
        self._products: list[Nested[Ciphertext]] = list(mapped(shape, lambda _: nothing))
        self._kept: dict[int, dict[str, Ciphertext]] = {place: {} for place in _unmixed(election)}
        self._weights: dict[str, int] = {}

    def __contains__(self, credential: str) -> bool:
        """Whether a ballot of this credential is in the tally already."""
        return credential in self._weights

    def add(self, ballot: Ballot, weight: int = 1, *, replaces: Ballot | None = None) -> None:
        """Count a checked ballot, protocol.md §8.1, §8.2.

        `replaces` is the ballot of the same credential that was added before. Raises VerificationError when it is wanting, wrong or
        superfluous, because a voter would then count twice or not at all.
        """
        if weight < 1:
            raise Malformed("§8.1", f"weight {weight} is not positive")
        check_weights(self._election, {ballot.credential: weight})
        earlier = self._weights.get(ballot.credential)
        if (earlier is None) != (replaces is None) or (replaces is not None and replaces.credential != ballot.credential):
            raise VerificationError("§8.1", "only the last ballot of a credential counts, and the earlier one must be taken out")
        group = self._election.group
        for place, answer in enumerate(ballot.answers):
            if place in self._kept:
                self._kept[place][ballot.credential] = cast(Ciphertext, answer.ciphertexts)
                continue
            product = self._products[place]
            if replaces is not None and earlier is not None:
                product = _combined(product, replaces.answers[place].ciphertexts, earlier, elgamal.divide, group)
            self._products[place] = _combined(product, answer.ciphertexts, weight, _product, group)
        self._weights[ballot.credential] = weight

    def finish(self) -> EncryptedTally:
        """The tally of what was added so far; of nothing, identities and empty lists, protocol.md §8.2."""
        group = self._election.group
        entries = list(self._products)
        for place, kept in self._kept.items():
            in_order: list[Ciphertext] = sorted(kept.values(), key=lambda ciphertext: ciphertext.sort_key(group))
            entries[place] = tuple(in_order)
        return EncryptedTally(group, tuple(entries), len(self._weights), sum(self._weights.values()), tuple(self._kept))


def _combined(
    product: Nested[Ciphertext],
    ciphertexts: Nested[Ciphertext],
    weight: int,
    operation: Callable[[Group, Ciphertext, Ciphertext], Ciphertext],
    group: Group,
) -> Nested[Ciphertext]:
    """Each cell of the product with that of the ballot, `weight` times, protocol.md §8.2."""
    cells = iter(
        [
            operation(group, cell, choice if weight == 1 else elgamal.power(group, choice, weight))
            for _, (cell, choice) in together((product,), (ciphertexts,))
        ]
    )
    return mapped(product, lambda _: next(cells))


def _product(group: Group, left: Ciphertext, right: Ciphertext) -> Ciphertext:
    return Ciphertext(group.multiply(left.alpha, right.alpha), group.multiply(left.beta, right.beta))


def make_encrypted_tally(election: Election, ballots: Iterable[Ballot], weights: Mapping[str, int] | None = None) -> EncryptedTally:
    """The tally of checked ballots in publication order, of each credential the last, protocol.md §8.1, §8.2.

    `weights` says what each credential weighs; without it, all weigh 1.
    """
    last = {ballot.credential: ballot for ballot in ballots}
    builder = TallyBuilder(election)
    for ballot in last.values():
        builder.add(ballot, 1 if weights is None else weights[ballot.credential])
    return builder.finish()


def check_encrypted_tally(data: bytes, sized: bytes, *, computed: EncryptedTally, election: Election) -> EncryptedTally:
    """Raise unless the published tally is the one computed from the kept ballots, protocol.md §8.2, §8.3.

    1. the bytes are in form and name each other
    2. every ciphertext is the product of the kept ballots, or one of theirs in the group's order
    3. number of ballots and total weight are those of the kept ballots, which other programs do not compare
    """
    # (1)
    published = EncryptedTally.from_bytes(data, sized, election=election)
    # (2) Named by place, so that the reader knows which candidate's count was touched.
    for found, expected in zip(published.to_shuffle, computed.to_shuffle, strict=True):
        if len(found) != len(expected):
            raise VerificationError("§8.2", f"the encrypted tally lists {len(found)} ciphertexts of {len(expected)} kept ballots")
    for place, (left, right) in together(published.ciphertexts, computed.ciphertexts):
        if left != right:
            raise VerificationError("§8.2", "the encrypted tally is not that of the kept ballots", place)
    # (3)
    if published.num_tallied != computed.num_tallied:
        raise VerificationError("§8.3", f"num_tallied is {published.num_tallied} where {computed.num_tallied} ballots are kept")
    if published.total_weight != computed.total_weight:
        raise VerificationError("§8.3", f"total_weight is {published.total_weight} where the kept ballots weigh {computed.total_weight}")
    return published
