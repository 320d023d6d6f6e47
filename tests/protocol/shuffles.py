"""Elections with ciphertexts to shuffle, and the tools of somebody who cheats."""

import dataclasses
import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from nacl.bindings import crypto_core_ed25519_add

from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.digest import sha_base64
from sandogh.protocol.ed25519 import ED25519, Ed25519
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.finite_field import RFC_3526_2048, FiniteField
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.shuffle_proof import Secrets, Shuffling, make_shuffle_proof

GROUPS: tuple[Group, ...] = (ED25519, RFC_3526_2048)

Lists = tuple[tuple[Ciphertext, ...], ...]


def setting(group: Group, secret: int = 271828, *, name: str = "shuffled") -> Election:
    """An election whose key has a known secret. Of its questions a shuffle knows nothing but the ciphertexts."""
    form = {
        "version": 1,
        "description": "",
        "name": name,
        "group": group.name,
        "public_key": group.ser(group.power_g(secret)),
        "questions": [{"answers": ["a"], "min": 0, "max": 1, "question": "q"}],
        "uuid": "shuffLedELection"[:14] + "xx",
    }
    data = dumps(form)
    election = Election.from_bytes(data)
    assert election.fingerprint == sha_base64(data)
    return election


def encrypted(election: Election, vectors: Sequence[Sequence[int]], *, draw: Draw = secrets.randbelow) -> tuple[Ciphertext, ...]:
    """One ciphertext per vector, as a non-homomorphic answer holds it."""
    group = election.group
    made: list[Ciphertext] = []
    for vector in vectors:
        r = group.random_scalar(draw)
        masked = group.multiply(group.power(election.public_key, r), group.encode_vector(vector))
        made.append(Ciphertext(group.power_g(r), masked))
    return tuple(made)


def decrypted(election: Election, ciphertexts: Sequence[Ciphertext], length: int, secret: int = 271828) -> list[tuple[int, ...]]:
    group = election.group
    opened = [group.divide(each.beta, group.power(each.alpha, secret)) for each in ciphertexts]
    return [group.decode_vector(element, length) for element in opened]


def leaves(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[tuple[object, ...], str]]:
    """The strings of a JSON value, each with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, (*path, name))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from leaves(each, (*path, place))


def edited(data: bytes, path: Sequence[object], edit: Callable[[Any], object]) -> bytes:
    """The same JSON with another value at one place."""
    value = cast(Any, loads(data))
    *outer, last = path
    inner = value
    for step in outer:
        inner = inner[step]
    inner[last] = edit(inner[last])
    return dumps(value)


def is_response(path: Sequence[object]) -> bool:
    """Whether this leaf of a shuffle is a scalar: proofs, question, the second part."""
    return path[0] == "proofs" and path[2] == 1


def nudged(path: Sequence[object], text: str, group: Group) -> str:
    """Another legal value for a leaf: the next scalar, or the element times g."""
    if is_response(path):
        return str((int(text) + 1) % group.q)
    return group.ser(group.multiply(group.parse(text, section="§x", what="leaf"), group.generator))


class CarelessEd25519(Ed25519):
    """Ed25519 by somebody who forgot that its curve has a cofactor: whatever decodes is taken, and powers are those of the curve."""

    #: The point (0, -1), of order two.
    twist = Element((2**255 - 20).to_bytes(32, "little"))

    def parse(self, value: object, *, section: str, what: str) -> Element:
        return Element(bytes.fromhex(cast(str, value))[::-1])

    def power(self, base: Element, exponent: int) -> Element:
        total = cast(bytes, self.identity)
        for bit in bin(exponent)[2:]:
            total = crypto_core_ed25519_add(total, total)
            if bit == "1":
                total = crypto_core_ed25519_add(total, cast(bytes, base))
        return Element(total)


class CarelessField(FiniteField):
    """The safe-prime group without its membership check."""

    def __init__(self) -> None:
        super().__init__("RFC-3526-2048", p=int(RFC_3526_2048.p), q=RFC_3526_2048.q, g=2, vector_limit=255, vector_padding=8)
        self.twist = Element(self.p - 1)

    def _is_member(self, number: int) -> bool:
        return True


CARELESS: dict[str, CarelessEd25519 | CarelessField] = {"Ed25519": CarelessEd25519(), "RFC-3526-2048": CarelessField()}


class Twisting:
    """A careless group whose n-th power of g (from 0) comes out twisted by an element of order two: what a cheating prover publishes."""

    def __init__(self, group: Group, when: int) -> None:
        self._group = group
        self._calls = 0
        self._when = when

    def __getattr__(self, name: str) -> Any:
        return getattr(self._group, name)

    def power_g(self, exponent: int) -> Element:
        element = self._group.power_g(exponent)
        self._calls += 1
        return self._group.multiply(element, CARELESS[self._group.name].twist) if self._calls == self._when + 1 else element


def careless(election: Election) -> Election:
    return dataclasses.replace(election, group=CARELESS[election.group.name])


def re_encrypted(election: Election, ciphertext: Ciphertext, r: int) -> Ciphertext:
    group = election.group
    return Ciphertext(
        group.multiply(ciphertext.alpha, group.power_g(r)), group.multiply(ciphertext.beta, group.power(election.public_key, r))
    )


def proven(
    election: Election,
    before: Sequence[Ciphertext],
    order: Sequence[int],
    *,
    group: Group | None = None,
    forge: Callable[[list[Ciphertext]], object] = lambda after: None,
) -> bytes:
    """A shuffle of one question in the given order, by a prover who forges the result before proving it, and proves as in a given group."""
    hidden = Secrets(order, [secrets.randbelow(election.group.q) for _ in before])
    after = [re_encrypted(election, before[source], hidden.randomness[source]) for source in order]
    forge(after)
    shuffling = Shuffling(group or election.group, election.public_key, election.fingerprint, election.version, before, after)
    proof = make_shuffle_proof(shuffling, hidden)
    return dumps({"ciphertexts": [[each.form(election.group) for each in after]], "proofs": [proof.form(election.group)]})
