"""Refusals say which rule, what and where, also after a journey between processes."""

import pickle

import pytest

from sandogh.protocol.errors import Malformed, SandoghError, Unsupported, VerificationError, within


def test_places_are_named_outermost_first() -> None:
    with pytest.raises(VerificationError) as refused, within("ballot 3"), within("question 1"):
        raise VerificationError("§7.2", "does not hold")
    assert refused.value.where == "ballot 3, question 1"
    assert str(refused.value) == "ballot 3, question 1: does not hold (§7.2)"


def test_other_errors_pass_untouched() -> None:
    with pytest.raises(KeyError), within("ballot 3"):
        raise KeyError("x")


@pytest.mark.parametrize("kind", [Malformed, VerificationError, Unsupported])
def test_a_refusal_survives_pickling_with_its_place(kind: type[Malformed]) -> None:
    with pytest.raises(SandoghError) as refused, within("ballot 3"):
        raise kind("§7.1", "thing")
    copy = pickle.loads(pickle.dumps(refused.value))  # noqa: S301 - our own bytes
    assert (type(copy), copy.section, copy.what, copy.where) == (kind, "§7.1", refused.value.what, "ballot 3")


def test_unsupported_names_the_feature() -> None:
    refused = Unsupported("§6.3", "threshold (Pedersen) trustees")
    assert refused.feature == "threshold (Pedersen) trustees"
    assert refused.what == "threshold (Pedersen) trustees: not supported yet"
    assert isinstance(refused, Malformed)
