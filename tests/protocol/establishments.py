"""Key establishments for tests: every member of a threshold group with its seed and all that it handed out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nacl.bindings import crypto_core_ed25519_add

from protocol.elections import Story, story
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import generate_seed
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.group import Group
from sandogh.protocol.key_generation import (
    Certificates,
    Polynomial,
    check_certificates,
    check_decryption_keys,
    check_polynomials,
    make_certificate,
    make_decryption_key,
    make_polynomial,
    make_threshold_parameters,
    recover_decryption_key,
    vector_for,
)
from sandogh.protocol.threshold import ThresholdParameters
from sandogh.protocol.trustee import TrusteeKey, generate_trustee_key

#: y = -1: the point of order two of Ed25519.
ORDER_TWO = f"{2**255 - 20:064x}"


def with_small_part(written: str) -> str:
    """The sum of this point and the one of order two: on the curve, not in the subgroup, and the same twice cancels."""
    return crypto_core_ed25519_add(bytes.fromhex(written)[::-1], bytes.fromhex(ORDER_TWO)[::-1])[::-1].hex()


@dataclass(slots=True)
class Establishment:
    """A key, established by everybody in one process; each message as its member handed it out."""

    group: Group
    seeds: list[str]
    certs: Certificates
    sent: dict[int, bytes]
    polynomials: tuple[Polynomial, ...]
    keys: dict[int, bytes]
    parameters: ThresholdParameters

    def private(self, index: int) -> int:
        """The share of member `index`, from its seed and its own message."""
        form: Any = loads(self.keys[index])
        return recover_decryption_key(self.seeds[index - 1], form["private_key"], parameters=self.parameters)

    @property
    def held(self) -> list[TrusteeKey]:
        """The key pairs of all members, by index."""
        return [TrusteeKey(self.private(index), key) for index, key in enumerate(self.parameters.verification_keys, 1)]


def threshold_story(size: int = 3, threshold: int = 2, group: Group = ED25519, *, singles: int = 0, **details: Any) -> Story:
    """An election of single trustees, if any, and one threshold group after them."""
    alone = [generate_trustee_key(group) for _ in range(singles)]
    made = establish(size, threshold, group)
    return story(group, holders=([*(key.public for key in alone), made.parameters], [*alone, *made.held]), **details)


def certify(seeds: list[str], threshold: int, group: Group = ED25519) -> Certificates:
    """Steps 1 and 2."""
    size = len(seeds)
    certs = [make_certificate(seed, group=group, index=index, size=size, threshold=threshold) for index, seed in enumerate(seeds, 1)]
    return check_certificates(certs, group=group)


def establish(size: int = 3, threshold: int = 2, group: Group = ED25519) -> Establishment:
    """All six steps."""
    seeds = [generate_seed() for _ in range(size)]
    certs = certify(seeds, threshold, group)
    sent = {index: make_polynomial(seed, index, certs) for index, seed in enumerate(seeds, 1)}
    polynomials = check_polynomials(sent, certs=certs)
    keys = {
        index: make_decryption_key(seed, index, vector_for(index, polynomials, certs), certs, name=f"متولی {index}")
        for index, seed in enumerate(seeds, 1)
    }
    parameters = make_threshold_parameters(certs, polynomials, check_decryption_keys(keys, polynomials=polynomials, certs=certs))
    return Establishment(group, seeds, certs, sent, polynomials, keys, parameters)


def changed(data: bytes, change: Callable[[Any], None]) -> bytes:
    """The same JSON after a change in place."""
    form = loads(data)
    change(form)
    return dumps(form)
