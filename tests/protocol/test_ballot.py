"""Ballots made, checked, and attacked (protocol.md §7; threat-model.md W1, W2, W3)."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from protocol.elections import Story, story
from protocol.forgeries import check, opened, paths, refusal, signed
from sandogh.protocol.ballot import check_ballot, make_ballot, parse_ballot, tracker_of
from sandogh.protocol.canonical import dumps
from sandogh.protocol.credential import CredentialKey
from sandogh.protocol.digest import sha_base64
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.homomorphic import HomomorphicQuestion

both = pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)

ONE = [[1, 1, 0], [0, 1]]
TWO = [[0, 0, 0], [1, 0]]

ORDER_TWO = f"{2**255 - 20:064x}"


@pytest.fixture(scope="module")
def held() -> Story:
    return story()


@both
def test_a_ballot_is_accepted_and_holds_what_the_receipt_needs(group: Group) -> None:
    held = story(group)
    data = held.ballot(1, ONE)
    ballot = check(data, held)
    assert ballot == parse_ballot(data, held.election)
    assert ballot.credential == held.voters[1].public
    assert ballot.tracker == tracker_of(data) == sha_base64(data)
    assert ballot.hash == opened(data)["signature"]["hash"]
    assert [len(answer.choices) for answer in ballot.answers] == [3, 2]
    assert pickle.loads(pickle.dumps(ballot)) == ballot  # noqa: S301 - our own bytes


def test_the_same_choices_never_look_the_same(held: Story) -> None:
    first, second = opened(held.ballot(0, ONE)), opened(held.ballot(0, ONE))
    texts = [part for form in (first, second) for answer in form["answers"] for choice in answer["choices"] for part in choice.values()]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    "choices",
    [
        [[1, 1, 0]],
        [[1, 1, 0], [0, 1], [0]],
        [[1, 1], [0, 1]],
        [[1, 1, 1], [0, 1]],
        [[1, 1, 0], [0, 0]],
        [[1, 1, 0], [1, 1]],
        [[2, 0, 0], [0, 1]],
        [[1, -1, 0], [0, 1]],
        [[True, False, False], [0, 1]],
    ],
    ids=str,
)
def test_choices_against_the_rules_are_not_sealed(held: Story, choices: list[list[int]]) -> None:
    with pytest.raises(Malformed):
        held.ballot(0, choices)


def test_every_allowed_vector_passes() -> None:
    held = story(questions=[HomomorphicQuestion(("a", "b"), "q", 0, 2)])
    for choices in ([0, 0], [0, 1], [1, 0], [1, 1]):
        assert check(held.ballot(0, [choices]), held)


def test_bounds_that_leave_no_choice_pass() -> None:
    for answers, bound in ((("a", "b"), 0), (("a", "b"), 2), ((), 0)):
        question = HomomorphicQuestion(answers, "q", bound, bound)
        held = story(questions=[question])
        assert check(held.ballot(0, [[int(question.min > 0)] * len(question.answers)]), held)


@both
def test_every_changed_byte_is_refused(group: Group) -> None:
    held = story(group, questions=[HomomorphicQuestion(("a",), "q", 0, 1)])
    data = held.ballot(0, [[1]])
    check(data, held)
    for place in range(len(data)):
        for change in (0x01, 0x20, 0x80):
            refusal(data[:place] + bytes([data[place] ^ change]) + data[place + 1 :], held)


def test_every_missing_and_every_added_byte_is_refused() -> None:
    held = story(questions=[HomomorphicQuestion(("a",), "q", 0, 1)])
    data = held.ballot(0, [[1]])
    for place in range(len(data)):
        refusal(data[:place] + data[place + 1 :], held)
        refusal(data[:place] + b" " + data[place:], held)


def test_a_stranger_and_a_forger_are_refused(held: Story) -> None:
    stranger = story(uuid=held.election.uuid).voters[0]
    refused = refusal(make_ballot(held.election, stranger, ONE), held)
    assert (refused.section, "list" in refused.what) == ("§7.1", True)
    # The forger knows the public credential and not its secret.
    forged = make_ballot(held.election, CredentialKey(12345, held.voters[0].public), ONE)
    assert "signature" in refusal(forged, held).what


@pytest.mark.parametrize("field", ["election_uuid", "election_hash"])
def test_another_elections_ballot_is_refused(held: Story, field: str) -> None:
    other = story()
    form = opened(held.ballot(0, ONE))
    form[field] = opened(other.ballot(0, ONE))[field]
    assert refusal(signed(form, held), held).section == "§7.1"


# Each takes the forms of two honest ballots, of voter 0 and voter 1, and changes the first.
Attack = Callable[[dict[str, Any], dict[str, Any]], object]


def copy_all(mine: dict[str, Any], other: dict[str, Any]) -> None:
    mine["answers"] = other["answers"]


def copy_answer(mine: dict[str, Any], other: dict[str, Any]) -> None:
    mine["answers"][1] = other["answers"][1]


def copy_ciphertext(mine: dict[str, Any], other: dict[str, Any]) -> None:
    mine["answers"][0]["choices"][2] = other["answers"][0]["choices"][2]


def swap_choices(mine: dict[str, Any], other: dict[str, Any]) -> None:
    for name in ("choices", "individual_proofs"):
        values = mine["answers"][0][name]
        values[0], values[1] = values[1], values[0]


def swap_branches(mine: dict[str, Any], other: dict[str, Any]) -> None:
    mine["answers"][0]["individual_proofs"][0].reverse()


def identity_ciphertext(mine: dict[str, Any], other: dict[str, Any]) -> None:
    mine["answers"][0]["choices"][0] = {"alpha": f"{1:064x}", "beta": f"{1:064x}"}


def drop_branch(mine: dict[str, Any], other: dict[str, Any]) -> None:
    mine["answers"][0]["overall_proof"].pop()


def drop_individual_branch(mine: dict[str, Any], other: dict[str, Any]) -> None:
    mine["answers"][0]["individual_proofs"][0].pop()


def add_branch(mine: dict[str, Any], other: dict[str, Any]) -> None:
    mine["answers"][0]["overall_proof"].append({"challenge": "0", "response": "0"})


def empty_proof(mine: dict[str, Any], other: dict[str, Any]) -> None:
    mine["answers"][1]["overall_proof"] = []


def shift_challenges(mine: dict[str, Any], other: dict[str, Any]) -> None:
    """The sum stays right, so only the commitments can tell."""
    first, second = mine["answers"][0]["overall_proof"][:2]
    first["challenge"] = str((int(first["challenge"]) + 1) % ED25519.q)
    second["challenge"] = str((int(second["challenge"]) - 1) % ED25519.q)


def raise_response(mine: dict[str, Any], other: dict[str, Any]) -> None:
    proof = mine["answers"][0]["individual_proofs"][1][0]
    proof["response"] = str((int(proof["response"]) + 1) % ED25519.q)


@pytest.mark.parametrize(
    "attack",
    [
        copy_all,
        copy_answer,
        copy_ciphertext,
        swap_choices,
        swap_branches,
        identity_ciphertext,
        drop_branch,
        drop_individual_branch,
        add_branch,
        empty_proof,
        shift_challenges,
        raise_response,
    ],
)
def test_a_ballot_signed_over_false_answers_breaks_the_rule_of_proofs(held: Story, attack: Attack) -> None:
    mine, other = opened(held.ballot(0, ONE)), opened(held.ballot(1, TWO))
    attack(mine, other)
    refused = refusal(signed(mine, held), held)
    assert (type(refused), refused.section) == (VerificationError, "§7.2")
    assert refused.where.startswith("question ")


def test_a_voter_may_exchange_the_own_answers_to_questions_of_equal_shape() -> None:
    """protocol.md §7.1: proofs do not name the question. The voter could as well have chosen that way."""
    held = story(questions=[HomomorphicQuestion(("a", "b"), "q", 0, 1), HomomorphicQuestion(("c", "d"), "r", 0, 1)])
    form = opened(held.ballot(0, [[1, 0], [0, 0]]))
    form["answers"].reverse()
    assert check(signed(form, held), held)


def _first_choice(form: dict[str, Any]) -> dict[str, Any]:
    choice: dict[str, Any] = form["answers"][0]["choices"][0]
    return choice


BAD_ELEMENTS = [
    (ORDER_TWO, "§4.2"),
    ("8" + "0" * 62 + "1", "§3.3"),
    (f"{2**255 - 18:064x}", "§3.3"),
    ("0" * 63 + "2", "§3.3"),
    ("0" * 63, "§3.3"),
    ("", "§3.3"),
]


@pytest.mark.parametrize(("element", "section"), BAD_ELEMENTS)
@pytest.mark.parametrize("part", ["alpha", "beta"])
def test_what_is_no_member_is_refused_in_a_ciphertext(held: Story, part: str, element: str, section: str) -> None:
    form = opened(held.ballot(0, ONE))
    _first_choice(form)[part] = element
    refused = refusal(signed(form, held), held)
    assert (refused.section, refused.where) == (section, "question 1, answer 1")


def test_a_listed_credential_that_is_no_member_is_refused(held: Story) -> None:
    for element in (ORDER_TWO, f"{1:064x}"):
        form = opened(held.ballot(0, ONE)) | {"credential": element}
        with pytest.raises(VerificationError):
            check_ballot(signed(form, held), election=held.election, credentials={element})


REPLACEMENTS: list[Any] = [None, True, 0, 1.5, "", "0", "-1", "01", str(ED25519.q), "z" * 64, [], [[]], {}, {"challenge": "0"}]


def test_any_field_replaced_by_anything_is_refused_as_malformed_or_false() -> None:
    """Every node of the ballot, replaced in turn and signed again, so that no check hides behind the signature."""
    held = story(questions=[HomomorphicQuestion(("a",), "q", 0, 1)])
    form = opened(held.ballot(0, [[1]]))
    for path in paths(form):
        if not path or path[0] == "signature":
            continue
        for replacement in REPLACEMENTS:
            changed = copy.deepcopy(form)
            parent = changed
            for key in path[:-1]:
                parent = parent[key]
            if parent[path[-1]] == replacement:
                continue
            parent[path[-1]] = replacement
            try:
                data = signed(changed, held)
            except SandoghError:  # 1.5 is no JSON of ours
                continue
            refusal(data, held)


def test_unknown_fields_and_other_orders_are_refused_at_every_level(held: Story) -> None:
    form = opened(held.ballot(0, ONE))
    for path in paths(form):
        changed = copy.deepcopy(form)
        node: Any = changed
        for key in path:
            node = node[key]
        if not isinstance(node, dict) or (path and path[0] == "signature"):
            continue
        node["zzz"] = "1"
        data = signed(changed, held)
        assert type(refusal(data, held)) is Malformed
        del node["zzz"]
        turned = dict(reversed(node.items()))
        node.clear()
        node.update(turned)
        assert type(refusal(signed(changed, held), held)) is Malformed


def test_a_signature_of_another_ballot_is_refused(held: Story) -> None:
    form, other = opened(held.ballot(0, ONE)), opened(held.ballot(0, ONE))
    assert refusal(dumps(form | {"signature": other["signature"]}), held).what.startswith("the signature's hash")
    mixed = {"hash": form["signature"]["hash"], "proof": other["signature"]["proof"]}
    assert "does not hold" in refusal(dumps(form | {"signature": mixed}), held).what
