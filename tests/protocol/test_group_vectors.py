"""Known answers for encodings and the group hash (protocol.md §3.2, §3.3, §4.1)."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, Unsupported, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.groups import group_named

KAT: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "belenios" / "kat.json").read_text("utf-8"))

POINTS = KAT["point_encodings"]
FIELD, LATER_FIELD = KAT["ff_encodings"]

#: What of the known answers belongs to parts that are not handled yet. A test beside each of the others is somewhere in this folder.
LATER = {"generators": "§3.4", "of_ints": "§3.5", "pedersen_pki": "§6.2", "lagrange": "§10.2"}
TESTED = {
    "election_fingerprint",
    "credential_derivation",
    "tracker",
    "point_encodings",
    "ff_encodings",
    "group_hash",
    "trustee_single",
}


def test_every_known_answer_is_tested_or_listed_as_later() -> None:
    assert set(KAT) == {"note"} | TESTED | set(LATER)


@pytest.mark.parametrize("point", POINTS["multiples_of_g"], ids=lambda point: point["k"][:12])
def test_multiples_of_g(point: dict[str, str]) -> None:
    element = ED25519.power_g(int(point["k"]))
    assert ED25519.ser(element) == point["encoding"]
    assert ED25519.parse(point["encoding"], section="§x", what="point") == element


@pytest.mark.parametrize("point", POINTS["reject"], ids=lambda point: point["why"])
def test_points_to_refuse(point: dict[str, str]) -> None:
    """Members of the curve outside the subgroup break the caller's rule, everything else that of the encoding."""
    with pytest.raises((Malformed, VerificationError)) as refused:
        ED25519.parse(point["encoding"], section="§4.2", what="point")
    outside = point["why"].startswith(("point of order", "7*g plus", "byte order reversed"))
    expected = (VerificationError, "§4.2") if outside else (Malformed, "§3.3")
    assert (refused.type, refused.value.section) == expected


def test_every_finite_field_is_tested_or_refused_by_name() -> None:
    assert (FIELD["group"], LATER_FIELD["group"]) == ("BELENIOS-2048", "RFC-3526-2048")
    with pytest.raises(Unsupported):
        group_named(LATER_FIELD["group"])


@pytest.mark.parametrize("text", FIELD["accept"], ids=lambda text: text[:12])
def test_finite_field_elements_to_accept(text: str) -> None:
    assert BELENIOS_2048.ser(BELENIOS_2048.parse(text, section="§x", what="element")) == text


@pytest.mark.parametrize("entry", FIELD["reject"], ids=lambda entry: entry["why"])
def test_finite_field_elements_to_refuse(entry: dict[str, str]) -> None:
    with pytest.raises((Malformed, VerificationError)) as refused:
        BELENIOS_2048.parse(entry["encoding"], section="§4.2", what="element")
    outside = any(word in entry["why"] for word in ("order 2", "not in the subgroup"))
    expected = (VerificationError, "§4.2") if outside else (Malformed, "§3.2")
    assert (refused.type, refused.value.section) == expected


@pytest.mark.parametrize("entry", KAT["group_hash"], ids=lambda entry: str(len(entry["elements"])))
def test_group_hash(entry: dict[str, Any]) -> None:
    group = group_named(entry["group"])
    elements = [group.parse(text, section="§x", what="element") for text in entry["elements"]]
    assert group.hash(entry["prefix"], elements) == int(entry["value"])
