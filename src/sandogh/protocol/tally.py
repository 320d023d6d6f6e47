"""The encrypted tally: the product of the kept ballots (protocol.md §8)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sandogh.protocol import elgamal
from sandogh.protocol.ballot import Ballot
from sandogh.protocol.canonical import dumps, loads_canonical
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import Malformed, VerificationError, within
from sandogh.protocol.group import Group
from sandogh.protocol.shapes import array, hash_hex, number, number_form, record


@dataclass(frozen=True, slots=True)
class EncryptedTally:
    """One ciphertext per answer per question, and how many ballots and how much weight are in it."""

    group: Group
    ciphertexts: tuple[tuple[Ciphertext, ...], ...]
    num_tallied: int
    total_weight: int

    def to_bytes(self) -> bytes:
        """encrypted_tally, protocol.md §8.2."""
        return dumps([[each.form(self.group) for each in row] for row in self.ciphertexts])

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
        ciphertexts: list[tuple[Ciphertext, ...]] = []
        for place, (question, row) in enumerate(zip(election.questions, rows, strict=True), 1):
            with within(f"question {place}"):
                cells = array(row, section="§8.2", what="encrypted tally", length=len(question.answers))
                ciphertexts.append(tuple(Ciphertext.parse(cell, election.group) for cell in cells))
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
            tuple(ciphertexts),
            number(fields["num_tallied"], section="§8.3", what="num_tallied"),
            number(fields["total_weight"], section="§8.3", what="total_weight"),
        )


class TallyBuilder:
    """Multiplies ballots into a tally one at a time and keeps no ballot: memory grows by one credential per voter.

    Only the last ballot of a credential counts (protocol.md §8.1), so whoever adds a second one hands over the one it replaces.
    """

    def __init__(self, election: Election) -> None:
        group = election.group
        self._group = group
        self._rows = [[Ciphertext(group.identity, group.identity)] * len(question.answers) for question in election.questions]
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
        earlier = self._weights.get(ballot.credential)
        if (earlier is None) != (replaces is None) or (replaces is not None and replaces.credential != ballot.credential):
            raise VerificationError("§8.1", "only the last ballot of a credential counts, and the earlier one must be taken out")
        if replaces is not None and earlier is not None:
            self._combine(replaces, earlier, elgamal.divide)
        self._combine(ballot, weight, _product)
        self._weights[ballot.credential] = weight

    def _combine(self, ballot: Ballot, weight: int, operation: Callable[[Group, Ciphertext, Ciphertext], Ciphertext]) -> None:
        group = self._group
        for row, answer in zip(self._rows, ballot.answers, strict=True):
            for place, choice in enumerate(answer.choices):
                row[place] = operation(group, row[place], choice if weight == 1 else elgamal.power(group, choice, weight))

    def finish(self) -> EncryptedTally:
        """The tally of what was added so far; of nothing, identities throughout, protocol.md §8.2."""
        return EncryptedTally(self._group, tuple(map(tuple, self._rows)), len(self._weights), sum(self._weights.values()))


def _product(group: Group, left: Ciphertext, right: Ciphertext) -> Ciphertext:
    return Ciphertext(group.multiply(left.alpha, right.alpha), group.multiply(left.beta, right.beta))


def make_encrypted_tally(election: Election, ballots: Iterable[Ballot]) -> EncryptedTally:
    """The tally of checked ballots in publication order, of each credential the last, protocol.md §8.1, §8.2."""
    last = {ballot.credential: ballot for ballot in ballots}
    builder = TallyBuilder(election)
    for ballot in last.values():
        builder.add(ballot)
    return builder.finish()


def check_encrypted_tally(data: bytes, sized: bytes, *, computed: EncryptedTally, election: Election) -> EncryptedTally:
    """Raise unless the published tally is the one computed from the kept ballots, protocol.md §8.2, §8.3.

    1. the bytes are in form and name each other
    2. every ciphertext is the product of the kept ballots
    3. number of ballots and total weight are those of the kept ballots, which upstream does not compare (failures.md W14)
    """
    # (1)
    published = EncryptedTally.from_bytes(data, sized, election=election)
    # (2) Named by place, so that the reader knows which candidate's count was touched.
    for question, (found, expected) in enumerate(zip(published.ciphertexts, computed.ciphertexts, strict=True), 1):
        for answer, (left, right) in enumerate(zip(found, expected, strict=True), 1):
            if left != right:
                raise VerificationError(
                    "§8.2",
                    "the encrypted tally is not the product of the kept ballots",
                    f"question {question}, answer {answer}",
                )
    # (3)
    if published.num_tallied != computed.num_tallied:
        raise VerificationError("§8.3", f"num_tallied is {published.num_tallied} where {computed.num_tallied} ballots are kept")
    if published.total_weight != computed.total_weight:
        raise VerificationError("§8.3", f"total_weight is {published.total_weight} where the kept ballots weigh {computed.total_weight}")
    return published
