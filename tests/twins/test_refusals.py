"""What one twin refuses the other refuses too, for the same reason: altered ballots, elections and elements (protocol.md §7, §12.3)."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sandogh.protocol.ballot import check_ballot
from sandogh.protocol.canonical import dumps
from sandogh.protocol.digest import sha_base64
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.groups import group_named
from sandogh.protocol.proofs import make_knowledge
from twins.conftest import Booth
from twins.twin import Case, named_shapes, seeded

GROUPS = [ED25519, BELENIOS_2048]
Alteration = Callable[[dict[str, Any]], object]

ORDER_FOUR = "8" + "0" * 63


def bump(digits: str) -> str:
    return str(int(digits) + 1)


#: By name, so that a failure says what got through. Each changes one ballot of shape "two to four of five".
ALTERATIONS: dict[str, Alteration] = {
    "another uuid": lambda b: b.update(election_uuid="Twin11112222334"),
    "another fingerprint": lambda b: b.update(election_hash=b["election_hash"][::-1]),
    "an unknown field": lambda b: b.update(extra="x"),
    "a missing field": lambda b: b.pop("election_hash"),
    "no answers": lambda b: b["answers"].clear(),
    "an answer too many": lambda b: b["answers"].append(b["answers"][0]),
    "a choice less": lambda b: b["answers"][0]["choices"].pop(),
    "choices exchanged": lambda b: b["answers"][0]["choices"].reverse(),
    "individual proofs exchanged": lambda b: b["answers"][0]["individual_proofs"].reverse(),
    "an individual proof with three branches": lambda b: b["answers"][0]["individual_proofs"][0].append(
        b["answers"][0]["overall_proof"][0]
    ),
    "an overall branch too many": lambda b: b["answers"][0]["overall_proof"].append(b["answers"][0]["overall_proof"][0]),
    "an overall branch less": lambda b: b["answers"][0]["overall_proof"].pop(),
    "an altered response": lambda b: b["answers"][0]["individual_proofs"][2][0].update(
        response=bump(b["answers"][0]["individual_proofs"][2][0]["response"])
    ),
    "alpha and beta exchanged": lambda b: b["answers"][0]["choices"][0].update(
        alpha=b["answers"][0]["choices"][0]["beta"], beta=b["answers"][0]["choices"][0]["alpha"]
    ),
    "a blank proof": lambda b: b["answers"][0].update(blank_proof=[]),
    "a scalar with a leading zero": lambda b: b["signature"]["proof"].update(response="0" + b["signature"]["proof"]["response"]),
    "a scalar with a sign": lambda b: b["signature"]["proof"].update(response="+" + b["signature"]["proof"]["response"]),
    "a scalar as a number": lambda b: b["signature"]["proof"].update(response=5),
    "an altered signature": lambda b: b["signature"]["proof"].update(response=bump(b["signature"]["proof"]["response"])),
    "an altered hash": lambda b: b["signature"].update(hash="A" * 43),
    "an identity for a choice": lambda b: b["answers"][0]["choices"][0].update(beta="0" * 63 + "1"),
    "a point of order four for a choice": lambda b: b["answers"][0]["choices"][0].update(beta=ORDER_FOUR),
    "null for a choice": lambda b: b["answers"][0]["choices"].__setitem__(0, None),
}


def resign(case: Case, ballot: dict[str, Any]) -> None:
    """Sign an altered ballot again, so that only the altered part is wrong."""

    digest = sha_base64(dumps({name: value for name, value in ballot.items() if name != "signature"}))
    proof = make_knowledge(case.election.group, "sig", digest, case.key.secret, draw=seeded("again"))
    ballot["signature"] = {"hash": digest, "proof": proof.form()}


def altered(case: Case, alteration: Alteration, *, signed_again: bool) -> bytes:
    ballot = json.loads(case.make())
    alteration(ballot)
    if signed_again:
        resign(case, ballot)
    return json.dumps(ballot, ensure_ascii=False, separators=(",", ":")).encode()


def refusal(check: Callable[[], object]) -> dict[str, str]:
    try:
        check()
    except (Malformed, VerificationError) as error:
        # Python tells what is not supported yet apart from what is malformed; a booth can do nothing with the difference.
        kind = "Malformed" if isinstance(error, Malformed) else type(error).__name__
        return {"refused": kind, "section": error.section}
    return {}


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_altered_ballots_are_refused_by_both_for_the_same_reason(booth: Booth, group: Group) -> None:
    case = named_shapes(group)["two to four of five"]
    bad = {
        f"{name}{', signed again' if again else ''}": altered(case, alteration, signed_again=again)
        for name, alteration in ALTERATIONS.items()
        for again in ((False, True) if "signature" not in name and "scalar" not in name and "hash" not in name else (False,))
    }
    good = case.make()
    bad |= {
        "white space": good.replace(b'":', b'": ', 1),
        "a trailing newline": good + b"\n",
        "a trailing byte": good + b"}",
        "half a ballot": good[: len(good) // 2],
        "a field twice": good.replace(b'{"election_uuid"', b'{"election_uuid":"Twin11112222333","election_uuid"', 1),
        "fields in another order": json.dumps(dict(reversed(json.loads(good).items())), separators=(",", ":")).encode(),
        "an escaped slash": good.replace(b"/", b"\\/", 1),
        "an escaped letter": good.replace(b'"election_uuid"', b'"\\u0065lection_uuid"', 1),
        "nothing": b"",
        "a list": b"[]",
    }
    answers = booth([case.check_task(data) for data in bad.values()])
    ours = {name: refusal(partial(check_ballot, data, election=case.election, credentials={case.key.public})) for name, data in bad.items()}
    assert dict(zip(bad, answers, strict=True)) == ours
    assert {name for name, found in ours.items() if not found} == set()


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_a_stranger_and_another_election_are_refused_by_both(booth: Booth, group: Group) -> None:
    shapes = named_shapes(group)
    case, other = shapes["exactly one of two"], shapes["two to four of five"]
    data = case.make()
    tasks = [case.check_task(data) | {"credentials": []}, other.check_task(data)]
    expected = [
        refusal(lambda: check_ballot(data, election=case.election, credentials=set())),
        refusal(lambda: check_ballot(data, election=other.election, credentials={case.key.public})),
    ]
    assert booth(tasks) == expected == [{"refused": "VerificationError", "section": "§7.1"}] * 2


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_elections_are_read_or_refused_alike(booth: Booth, group: Group) -> None:
    good = named_shapes(group)["two to four of five"].election.bytes.decode()
    identity = group.ser(group.identity)
    key = json.loads(good)["public_key"]
    texts = {
        "good": good,
        "with optional fields": good[:-1] + ',"administrator":"A","credential_authority":"C","language":["fa","rtl"]}',
        "blank false": good.replace('"min"', '"blank":false,"min"'),
        "blank true": good.replace('"min"', '"blank":true,"min"'),
        "another kind": good.replace('{"answers"', '{"type":"Lists","value":1,"answers"'),
        "version 2": good.replace('"version":1', '"version":2'),
        "version as text": good.replace('"version":1', '"version":"1"'),
        "version 1.0": good.replace('"version":1', '"version":1.0'),
        "min above max": good.replace('"min":2', '"min":5'),
        "max above the answers": good.replace('"max":4', '"max":6'),
        "negative min": good.replace('"min":2', '"min":-2'),
        "a fraction": good.replace('"min":2', '"min":2.5'),
        "min true": good.replace('"min":2', '"min":true'),
        "no question": good[: good.index("[")] + "[]" + good[good.rindex("]") + 1 :],
        "short uuid": good.replace("Twin11112222333", "Twin111122223"),
        "uuid outside the alphabet": good.replace("Twin11112222333", "Twin11112222330"),
        "the identity as key": good.replace(key, identity),
        "a number as key": good.replace(f'"{key}"', "5"),
        "an unknown group": good.replace(group.name, "P-256"),
        "language sideways": good[:-1] + ',"language":["fa","ttb"]}',
        "fields in another order": good.replace('"version":1,"description"', '"description"').replace(',"name":', ',"version":1,"name":'),
        "white space": good.replace(",", ", ", 1),
        "an escape too many": good.replace("»", "\\u00bb", 1),
        "half a surrogate pair": good.replace("»", "\\ud83d", 1),
        "null": good.replace('"min":2', '"min":null'),
        "not JSON": good[:-1],
    }

    def read(text: str) -> dict[str, Any]:
        election: list[Election] = []
        refused = refusal(lambda: election.append(Election.from_bytes(text.encode())))
        if refused:
            return refused
        questions = [question.form() for question in election[0].questions]
        return {"result": {"fingerprint": election[0].fingerprint, "uuid": election[0].uuid, "questions": questions}}

    answers = booth([{"task": "election", "election": text} for text in texts.values()])
    ours = {name: read(text) for name, text in texts.items()}
    assert dict(zip(texts, answers, strict=True)) == ours
    assert {name for name, found in ours.items() if "result" in found} == {"good", "with optional fields", "blank false", "blank true"}


def test_elements_are_read_or_refused_alike(booth: Booth) -> None:
    """Around every border: 0, 1, p, q, small order, wrong length."""
    two_to_255 = 2**255
    p = two_to_255 - 19
    points = [
        value for base in (0, 1, p - 1, p, p + 1, two_to_255 - 1, two_to_255) for value in range(base, base + 12) if 0 <= value < 2**256
    ]
    finite = BELENIOS_2048
    numbers = [0, 1, 2, 3, finite.q, finite.p - 1, finite.p, finite.p + 1, pow(2, (finite.p - 1) // finite.q, finite.p)]
    elements = [("Ed25519", f"{value:064x}") for value in points] + [("BELENIOS-2048", str(value)) for value in numbers]
    elements += [
        (name, junk) for name in ("Ed25519", "BELENIOS-2048") for junk in ("", "01", "-1", "1 ", "١", "0x01", "f" * 63, "F" * 64, "9" * 700)
    ]

    def read(name: str, element: str) -> dict[str, Any]:
        group = group_named(name)
        found: list[str] = []
        refused = refusal(lambda: found.append(group.ser(group.parse(element, section="§4.2", what="element"))))
        return refused or {"result": found[0]}

    answers = booth([{"task": "parse", "group": name, "element": element} for name, element in elements])
    assert dict(zip(elements, answers, strict=True)) == {each: read(*each) for each in elements}
