"""The proof that a list of ciphertexts was shuffled: Terelius and Wikström's, as in CHVote 1.3.2 (protocol.md §9.2).

Names are those of the section: `t_hat` is t^, `s_prime` is s'; lists count from 0 here, so that `h[i]` is gen(i).
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandogh.protocol.derived import generators
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.shapes import array
from sandogh.protocol.version import Version

SECTION = "§9.2"


@dataclass(frozen=True, slots=True)
class Shuffling:
    """What a proof speaks of: the list before (e) and after (e'), of equal length, and the election that they belong to."""

    group: Group
    key: Element
    fingerprint: str
    version: Version
    before: Sequence[Ciphertext]
    after: Sequence[Ciphertext]


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What only the shuffler knows, and forgets. It has no repr, since the order is what a shuffle is for.

    `after[i]` is `before[order[i]]`, re-encrypted with `randomness[order[i]]`: the randomness goes by the place before.
    """

    order: Sequence[int]
    randomness: Sequence[int]


@dataclass(frozen=True, slots=True)
class ShuffleProof:
    """Commitments t, responses s, the commitment c to the permutation, the chain c^: members all, lists of one length."""

    t1: Element
    t2: Element
    t3: Element
    t41: Element
    t42: Element
    t_hat: tuple[Element, ...]
    s1: int
    s2: int
    s3: int
    s4: int
    s_hat: tuple[int, ...]
    s_prime: tuple[int, ...]
    c: tuple[Element, ...]
    c_hat: tuple[Element, ...]

    @classmethod
    def parse(cls, value: object, group: Group, size: int) -> "ShuffleProof":
        """`[[t1,t2,t3,[t41,t42],[t^]],[s1,s2,s3,s4,[s^],[s']],[c],[c^]]` for a list of this size, protocol.md §9.2.

        Raises Malformed for another shape or length, VerificationError for an element outside the subgroup.
        """

        def entries(part: object, length: int, what: str) -> list[object]:
            return array(part, section=SECTION, what=f"shuffle proof: {what}", length=length)

        def element(part: object, what: str) -> Element:
            return group.parse(part, section=SECTION, what=f"shuffle proof: {what}")

        def scalar(part: object, what: str) -> int:
            return group.scalar(part, section=SECTION, what=f"shuffle proof: {what}")

        def elements(part: object, what: str) -> tuple[Element, ...]:
            return tuple(element(each, f"{what} {place}") for place, each in enumerate(entries(part, size, what), 1))

        def scalars(part: object, what: str) -> tuple[int, ...]:
            return tuple(scalar(each, f"{what} {place}") for place, each in enumerate(entries(part, size, what), 1))

        commitments, responses, c, c_hat = entries(value, 4, "its four parts")
        t1, t2, t3, t4, t_hat = entries(commitments, 5, "t")
        t41, t42 = entries(t4, 2, "t4")
        s1, s2, s3, s4, s_hat, s_prime = entries(responses, 6, "s")
        return cls(
            t1=element(t1, "t1"),
            t2=element(t2, "t2"),
            t3=element(t3, "t3"),
            t41=element(t41, "t41"),
            t42=element(t42, "t42"),
            t_hat=elements(t_hat, "t^"),
            s1=scalar(s1, "s1"),
            s2=scalar(s2, "s2"),
            s3=scalar(s3, "s3"),
            s4=scalar(s4, "s4"),
            s_hat=scalars(s_hat, "s^"),
            s_prime=scalars(s_prime, "s'"),
            c=elements(c, "c"),
            c_hat=elements(c_hat, "c^"),
        )

    def form(self, group: Group) -> list[object]:
        """The JSON form that `parse` reads."""

        def elements(every: Iterable[Element]) -> list[str]:
            return list(map(group.ser, every))

        commitments = [*elements([self.t1, self.t2, self.t3]), elements([self.t41, self.t42]), elements(self.t_hat)]
        responses = [str(self.s1), str(self.s2), str(self.s3), str(self.s4), list(map(str, self.s_hat)), list(map(str, self.s_prime))]
        return [commitments, responses, elements(self.c), elements(self.c_hat)]


def make_shuffle_proof(shuffling: Shuffling, hidden: Secrets, *, draw: Draw = secrets.randbelow) -> ShuffleProof:
    """Prove that `after` holds the plaintexts of `before` in another order, without telling which, protocol.md §9.2.

    1. commit to the permutation: c, and derive the exponents u from everything said so far
    2. chain them up in their new order: c^
    3. commit to the masks: t
    4. the challenge, and the responses
    """
    group, q = shuffling.group, shuffling.group.q
    power, power_g, multiply = group.power, group.power_g, group.multiply
    order, size = hidden.order, len(hidden.order)
    first, h = generators(group, size)

    def scalars() -> list[int]:
        return [group.random_scalar(draw) for _ in range(size)]

    # (1)
    r = scalars()
    c = [group.identity] * size
    for place, source in enumerate(order):
        c[source] = multiply(power_g(r[source]), h[place])
    statement = _statement_text(shuffling, c)
    u = _exponents(shuffling, statement, size)
    u_prime = [u[source] for source in order]
    # (2)
    r_hat = scalars()
    c_hat: list[Element] = []
    for mask, exponent in zip(r_hat, u_prime, strict=True):
        c_hat.append(multiply(power_g(mask), power(c_hat[-1] if c_hat else first, exponent)))
    # (3)
    w1, w2, w3, w4 = (group.random_scalar(draw) for _ in range(4))
    w_hat, w_prime = scalars(), scalars()
    t = {
        "t1": power_g(w1),
        "t2": power_g(w2),
        "t3": multiply(power_g(w3), group.product(map(power, h, w_prime))),
        "t41": group.divide(group.product(map(power, (each.beta for each in shuffling.after), w_prime)), power(shuffling.key, w4)),
        "t42": group.divide(group.product(map(power, (each.alpha for each in shuffling.after), w_prime)), power_g(w4)),
    }
    before_it = [first, *c_hat][:size]
    t_hat = [multiply(power_g(hat), power(link, prime)) for hat, link, prime in zip(w_hat, before_it, w_prime, strict=True)]
    # (4)
    challenge = _challenge(shuffling, [*t.values()], t_hat, statement, c_hat)
    v = 1
    chained = 0
    for mask, exponent in zip(reversed(r_hat), reversed(u_prime), strict=True):
        chained += mask * v
        v = v * exponent % q
    return ShuffleProof(
        **t,
        t_hat=tuple(t_hat),
        s1=(w1 + challenge * sum(r)) % q,
        s2=(w2 + challenge * chained) % q,
        s3=(w3 + challenge * _inner(r, u)) % q,
        s4=(w4 + challenge * _inner(hidden.randomness, u)) % q,
        s_hat=tuple((w + challenge * mask) % q for w, mask in zip(w_hat, r_hat, strict=True)),
        s_prime=tuple((w + challenge * exponent) % q for w, exponent in zip(w_prime, u_prime, strict=True)),
        c=tuple(c),
        c_hat=tuple(c_hat),
    )


def check_shuffle_proof(proof: ShuffleProof, shuffling: Shuffling) -> None:
    """Raise VerificationError unless `after` is a shuffle of `before`, naming the equation that fails, protocol.md §9.2.

    Each equation stands as in the section with the negative powers brought to the other side. That all elements are members and all
    lists of one length, `ShuffleProof.parse` and `Ciphertext.parse` have seen to.

    1. exponents and challenge from what the proof says
    2. t1: c commits to a permutation matrix: its columns add up to those of the generators
    3. t2 and t^: the chain ends in the product of all exponents, whatever their order
    4. t3: the exponents of the chain are those of c, permuted
    5. t4: with them, the lists before and after hold the same
    """
    group, q = shuffling.group, shuffling.group.q
    power, power_g, multiply, powers = group.public_power, group.public_power_g, group.multiply, group.public_multi_power
    size = len(shuffling.before)
    first, h = generators(group, size)
    # (1)
    statement = _statement_text(shuffling, proof.c)
    u = _exponents(shuffling, statement, size)
    commitments = [proof.t1, proof.t2, proof.t3, proof.t41, proof.t42]
    challenge = _challenge(shuffling, commitments, proof.t_hat, statement, proof.c_hat)

    def equal(what: str, left: Element, right: Element) -> None:
        if left != right:
            raise VerificationError(SECTION, f"shuffle proof: the equation of {what} does not hold")

    # (2)
    c_bar = group.divide(group.product(proof.c), group.product(h))
    equal("t1", multiply(proof.t1, power(c_bar, challenge)), power_g(proof.s1))
    # (3)
    every = 1
    for exponent in u:
        every = every * exponent % q
    link = first
    for place, (t, following, s_hat, s_prime) in enumerate(zip(proof.t_hat, proof.c_hat, proof.s_hat, proof.s_prime, strict=True), 1):
        equal(f"t^ {place}", multiply(t, power(following, challenge)), multiply(power_g(s_hat), power(link, s_prime)))
        link = following
    end = group.divide(link, power(first, every))
    equal("t2", multiply(proof.t2, power(end, challenge)), power_g(proof.s2))
    # (4)
    c_tilde = powers(proof.c, u)
    equal("t3", multiply(proof.t3, power(c_tilde, challenge)), multiply(power_g(proof.s3), powers(h, proof.s_prime)))
    # (5)
    alpha, beta = powers([each.alpha for each in shuffling.before], u), powers([each.beta for each in shuffling.before], u)
    alphas, betas = [each.alpha for each in shuffling.after], [each.beta for each in shuffling.after]
    masked = multiply(proof.t41, multiply(power(beta, challenge), power(shuffling.key, proof.s4)))
    equal("t41", masked, powers(betas, proof.s_prime))
    equal("t42", multiply(proof.t42, multiply(power(alpha, challenge), power_g(proof.s4))), powers(alphas, proof.s_prime))


def _inner(left: Iterable[int], right: Iterable[int]) -> int:
    return sum(a * b for a, b in zip(left, right, strict=True))


def _listed(group: Group, elements: Iterable[Element]) -> str:
    """[[x]]: each element followed by a comma."""
    return "".join(f"{group.ser(element)}," for element in elements)


def _statement_text(shuffling: Shuffling, c: Iterable[Element]) -> str:
    """strc = [[e]] + [[e']] + [[c]]."""
    lists = (*shuffling.before, *shuffling.after)
    return "".join(f"{each.text(shuffling.group)}," for each in lists) + _listed(shuffling.group, c)


def _exponents(shuffling: Shuffling, statement: str, size: int) -> list[int]:
    """u: one exponent for each ciphertext before."""
    seed = shuffling.version.shuffle_seed(shuffling.fingerprint, statement)
    return [shuffling.version.shuffle_exponent(seed, index, shuffling.group.q) for index in range(size)]


def _challenge(shuffling: Shuffling, t: Iterable[Element], t_hat: Iterable[Element], statement: str, c_hat: Iterable[Element]) -> int:
    group = shuffling.group
    text = f"{_listed(group, t)}{_listed(group, t_hat)}{statement}{_listed(group, c_hat)}{group.ser(shuffling.key)}"
    return shuffling.version.shuffle_challenge(shuffling.fingerprint, text, group.q)
