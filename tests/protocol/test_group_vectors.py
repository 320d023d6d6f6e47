"""Known answers for encodings, derived generators, vectors and the group hash (protocol.md §3.2, §3.3, §3.4, §3.5, §4.1)."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.groups import group_named

KAT: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "belenios" / "kat.json").read_text("utf-8"))

POINTS = KAT["point_encodings"]
FIELDS = KAT["ff_encodings"]
ACCEPTED = [pytest.param(field["group"], text, id=f"{field['group']} {text[:12]}") for field in FIELDS for text in field["accept"]]
REFUSED = [pytest.param(field["group"], entry, id=f"{field['group']} {entry['why']}") for field in FIELDS for entry in field["reject"]]

#: What of the known answers belongs to parts that are not handled yet. A test beside each of the others is somewhere in this folder.
LATER = {"pedersen_pki": "§6.2", "lagrange": "§10.2"}
TESTED = {
    "election_fingerprint",
    "credential_derivation",
    "tracker",
    "point_encodings",
    "ff_encodings",
    "generators",
    "group_hash",
    "of_ints",
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


def test_both_finite_fields_have_known_answers() -> None:
    assert [field["group"] for field in FIELDS] == ["BELENIOS-2048", "RFC-3526-2048"]


@pytest.mark.parametrize(("name", "text"), ACCEPTED)
def test_finite_field_elements_to_accept(name: str, text: str) -> None:
    group = group_named(name)
    assert group.ser(group.parse(text, section="§x", what="element")) == text


@pytest.mark.parametrize(("name", "entry"), REFUSED)
def test_finite_field_elements_to_refuse(name: str, entry: dict[str, str]) -> None:
    with pytest.raises((Malformed, VerificationError)) as refused:
        group_named(name).parse(entry["encoding"], section="§4.2", what="element")
    outside = any(word in entry["why"] for word in ("order 2", "not in the subgroup"))
    expected = (VerificationError, "§4.2") if outside else (Malformed, "§3.2")
    assert (refused.type, refused.value.section) == expected


@pytest.mark.parametrize("entry", KAT["generators"], ids=lambda entry: f"{entry['group']} {entry['index']}")
def test_derived_generators(entry: dict[str, Any]) -> None:
    group = group_named(entry["group"])
    assert group.ser(group.derived_generator(int(entry["index"]))) == entry["element"]


@pytest.mark.parametrize("entry", KAT["of_ints"], ids=lambda entry: f"{entry['group']} {len(entry['ints'])} {entry['ints'][0]}")
def test_encoded_vectors(entry: dict[str, Any]) -> None:
    group = group_named(entry["group"])
    element = group.encode_vector(entry["ints"])
    assert group.ser(element) == entry["element"]
    assert group.decode_vector(element, len(entry["ints"])) == tuple(entry["ints"])


@pytest.mark.parametrize("entry", KAT["group_hash"], ids=lambda entry: str(len(entry["elements"])))
def test_group_hash(entry: dict[str, Any]) -> None:
    group = group_named(entry["group"])
    elements = [group.parse(text, section="§x", what="element") for text in entry["elements"]]
    assert group.hash(entry["prefix"], elements) == int(entry["value"])
