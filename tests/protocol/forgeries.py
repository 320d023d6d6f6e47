"""Ballots changed by whoever holds the credential: signed again, so that no check hides behind the signature."""

from typing import Any

import pytest

from protocol.elections import Story
from sandogh.protocol.ballot import Ballot, check_ballot
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.digest import sha_base64
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.proofs import make_knowledge


def check(data: bytes, held: Story) -> Ballot:
    return check_ballot(data, election=held.election, credentials=held.publics)


def signed(form: dict[str, Any], held: Story, voter: int = 0) -> bytes:
    """The ballot with whatever was changed, signed anew as its voter could."""
    form = {name: value for name, value in form.items() if name != "signature"}
    digest = sha_base64(dumps(form))
    proof = make_knowledge(held.group, "sig", digest, held.voters[voter].secret)
    return dumps(form | {"signature": {"hash": digest, "proof": proof.form()}})


def opened(data: bytes) -> dict[str, Any]:
    value: Any = loads(data)
    return value  # type: ignore[no-any-return]


def refusal(data: bytes, held: Story) -> Malformed | VerificationError:
    with pytest.raises((Malformed, VerificationError)) as refused:
        check(data, held)
    return refused.value


def paths(value: Any) -> list[list[Any]]:
    """The paths to every node of a JSON value, the value itself first."""
    found: list[list[Any]] = [[]]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [[key, *path] for key, inner in items for path in paths(inner)]


def at(value: Any, path: list[Any]) -> Any:
    """The node at a path."""
    for key in path:
        value = value[key]
    return value
