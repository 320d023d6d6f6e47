"""What holds of every threshold group: any quorum, no fewer, and parsers that raise what they promise (protocol.md §6, §10)."""

import json
import random
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.elections import Story
from protocol.establishments import Establishment, establish, threshold_story
from protocol.mutations import anything, mutated
from sandogh.protocol.canonical import dumps
from sandogh.protocol.combination import lagrange, opened
from sandogh.protocol.decryption import PartialDecryption, check_partial_decryption
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.key_generation import (
    check_certificates,
    check_decryption_key,
    check_polynomial,
    make_decryption_key,
    recover_decryption_key,
    vector_for,
)
from sandogh.protocol.result import Result, check_result, make_result
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.threshold import ThresholdParameters
from sandogh.protocol.trustee import check_trustees, make_trustees

VOTES = ([[1, 1, 0], [0, 1]], [[0, 1, 0], [1, 0]])
RESULT = b'{"result":[[1,2,0],[1,1]]}'


@st.composite
def quorums(draw: st.DrawFn) -> tuple[int, int, int, list[int]]:
    """(single trustees, m, T, at least T members of the group in some order)."""
    size = draw(st.integers(1, 6))
    threshold = draw(st.integers(1, size))
    members = draw(st.permutations(range(1, size + 1)))
    return draw(st.integers(0, 1)), size, threshold, members[: draw(st.integers(threshold, size))]


@cache
def counted(singles: int, size: int, threshold: int) -> tuple[Story, EncryptedTally, tuple[PartialDecryption, ...]]:
    """An election of these trustees, its tally, and what every trustee made of it."""
    held = threshold_story(size, threshold, singles=singles, voters=2)
    tally = held.tally(held.ballot(voter, vote) for voter, vote in enumerate(VOTES))
    partials = [
        check_partial_decryption(data, tally=tally, trustee=member, election=held.election)
        for data, member in zip(held.decryptions(tally), held.trustees.members, strict=True)
    ]
    return held, tally, tuple(partials)


@given(quorums())
@settings(max_examples=60)
def test_any_quorum_opens_the_same_and_one_fewer_opens_nothing(given: tuple[int, int, int, list[int]]) -> None:
    singles, size, threshold, members = given
    held, tally, partials = counted(singles, size, threshold)
    alone, group = list(partials[:singles]), partials[singles:]
    quorum = [*(group[index - 1] for index in members), *alone]
    assert make_result(held.election, tally, quorum, held.trustees, tally.total_weight) == RESULT
    check_result(RESULT, election=held.election, tally=tally, partials=quorum, trustees=held.trustees)
    few = [*alone, *(group[index - 1] for index in members[: threshold - 1])]
    with pytest.raises(VerificationError) as refused:
        opened(tally, few, held.trustees)
    assert refused.value.section == "§10.2"
    owners = {partial.owner for partial in few}
    assert not held.trustees.enough(owners)
    assert [missing.needed for missing in held.trustees.missing(owners)] == [1]


@given(st.lists(st.integers(0, ED25519.q - 1), min_size=1, max_size=6), st.data())
def test_as_many_points_as_coefficients_give_the_secret_of_a_polynomial(coefficients: list[int], data: st.DataObject) -> None:
    q, enough = ED25519.q, len(coefficients)

    def value(x: int) -> int:
        return sum(a * pow(x, k, q) for k, a in enumerate(coefficients)) % q

    indices = data.draw(st.lists(st.integers(1, 50), min_size=enough, max_size=enough + 2, unique=True))
    assert sum(c * value(x) for c, x in zip(lagrange(indices, q), indices, strict=True)) % q == coefficients[0]


@given(st.lists(st.integers(1, 40), min_size=2, max_size=6, unique=True), st.integers(0, ED25519.q - 1))
def test_fewer_points_fit_every_secret(indices: list[int], secret: int) -> None:
    """T-1 shares say nothing: for any secret there is a polynomial of degree T-1 through the same shares."""
    q, shares = ED25519.q, [pow(7919, index, ED25519.q) for index in indices]
    # The polynomial of degree T-1 with f(0) = secret and these T-1 values, evaluated at a further place by interpolation over 0 as well.
    further = max(indices) + 1
    points = [(0, secret), *zip(indices, shares, strict=True)]

    def interpolated(x: int, among: list[tuple[int, int]]) -> int:
        total = 0
        for j, (xj, yj) in enumerate(among):
            weight = 1
            for k, (xk, _) in enumerate(among):
                if k != j:
                    weight = weight * (x - xk) * pow(xj - xk, -1, q) % q
            total += yj * weight
        return total % q

    value = interpolated(further, points)
    full = [*indices, further]
    found = sum(c * y for c, y in zip(lagrange(full, q), [*shares, value], strict=True)) % q
    assert found == secret


# ---- parsers and checks fed with anything


@cache
def sample() -> tuple[Establishment, Story, EncryptedTally, tuple[PartialDecryption, ...], bytes]:
    made = establish(3, 2)
    held, tally, partials = counted(0, 3, 2)
    return made, held, tally, partials, held.decryptions(tally)[0]


def readers() -> dict[str, tuple[bytes, Any]]:
    """Name → (a valid input, what reads it)."""
    made, held, tally, partials, decryption = sample()
    polynomials, certs = made.polynomials, made.certs
    message = json.loads(made.keys[1])["private_key"].encode()
    return {
        "certificate": (
            certs.members[0].to_bytes(),
            lambda data: check_certificates([data, *(member.to_bytes() for member in certs.members[1:])], group=ED25519),
        ),
        "polynomial": (made.sent[1], lambda data: check_polynomial(data, certs=certs, index=1)),
        "vector": (vector_for(1, polynomials, certs), lambda data: make_decryption_key(made.seeds[0], 1, data, certs)),
        "decryption key": (made.keys[1], lambda data: check_decryption_key(data, polynomials=polynomials, certs=certs, index=1)),
        "private key": (message, lambda data: recover_decryption_key(made.seeds[0], data.decode(), parameters=made.parameters)),
        "parameters": (made.parameters.to_bytes(), lambda data: ThresholdParameters.from_bytes(data, ED25519)),
        "trustees": (make_trustees([made.parameters]), lambda data: check_trustees(data, ED25519)),
        "partial decryption": (
            decryption,
            lambda data: check_partial_decryption(data, tally=tally, trustee=held.trustees.members[0], election=held.election),
        ),
        "result": (
            RESULT,
            lambda data: check_result(data, election=held.election, tally=tally, partials=partials, trustees=held.trustees),
        ),
        "result alone": (RESULT, Result.from_bytes),
    }


NAMES = (
    "certificate",
    "decryption key",
    "parameters",
    "partial decryption",
    "polynomial",
    "private key",
    "result",
    "result alone",
    "trustees",
    "vector",
)

#: What is read in form only: the numbers of a result by itself, and messages that only their receiver can open.
UNAUTHENTICATED = {"result alone", "polynomial", "decryption key"}


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**32), put=anything)
@settings(max_examples=150)
def test_mutated_input_raises_what_is_promised_or_is_the_same_value(name: str, seed: int, put: object) -> None:
    valid, read = readers()[name]
    data = dumps(mutated(json.loads(valid), random.Random(seed), put))
    try:
        read(data)
    except (Malformed, VerificationError):
        return
    # Names are display text that nothing authenticates.
    assert name in UNAUTHENTICATED or _without_names(json.loads(data)) == _without_names(json.loads(valid))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.binary(max_size=60))
@settings(max_examples=30)
def test_noise_raises_what_is_promised(name: str, data: bytes) -> None:
    _, read = readers()[name]
    with pytest.raises((Malformed, VerificationError)):
        read(data if name != "private key" else data.hex().encode())


@pytest.mark.parametrize("name", NAMES)
def test_what_the_mutations_start_from_is_accepted(name: str) -> None:
    valid, read = readers()[name]
    read(valid)


def _without_names(form: Any) -> Any:
    if isinstance(form, dict):
        return {name: _without_names(value) for name, value in form.items() if name != "name"}
    return [_without_names(value) for value in form] if isinstance(form, list) else form
