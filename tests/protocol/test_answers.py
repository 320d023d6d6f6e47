"""Answers of every kind, attacked by a voter who signs what the own program would not make (protocol.md §7.2 to §7.5)."""

import copy
from collections.abc import Sequence
from typing import Any

import pytest

from protocol.elections import Story, story
from protocol.forgeries import at, check, opened, paths, refusal, signed
from sandogh.protocol import elgamal, homomorphic, lists
from sandogh.protocol.ballot import make_ballot, parse_ballot
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.elgamal import Ciphertext, Sealed
from sandogh.protocol.errors import Malformed, SandoghError, VerificationError
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Draw, Element, Group
from sandogh.protocol.groups import group_named
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.proofs import Proof, Setting, make_either
from sandogh.protocol.question import Choice, Question

BLANK = HomomorphicQuestion(("a", "b", "c"), "q", 1, 2, blank=True)
PLAIN = HomomorphicQuestion(("a", "b", "c"), "q", 1, 2)
LISTS = ListsQuestion((("L1", "a", "b"), ("L2", "c")), "q")
VECTOR = NonHomomorphicQuestion(("a", "b", "c"), "q")

KINDS: dict[str, tuple[Question, Choice, Choice]] = {
    "plain": (PLAIN, [0, 1, 1], [1, 0, 0]),
    "blank": (BLANK, [0, 1, 0, 1], [1, 0, 0, 0]),
    "lists": (LISTS, [[0, 0, 0], [1, 1]], [[1, 1, 1], [0, 0]]),
    "vector": (VECTOR, [1, 255, 0], [0, 0, 0]),
}
#: The sections that may refuse a proof of each kind.
RULES = {"plain": {"§7.2"}, "blank": {"§7.2", "§7.3"}, "lists": {"§7.5"}, "vector": {"§7.4"}}

every_kind = pytest.mark.parametrize("kind", KINDS)

HELD = {kind: story(questions=[question], voters=2) for kind, (question, _, _) in KINDS.items()}
FORMS = {kind: opened(HELD[kind].ballot(0, [KINDS[kind][1]])) for kind in KINDS}


def form_of(kind: str) -> dict[str, Any]:
    return copy.deepcopy(FORMS[kind])


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048, group_named("RFC-3526-2048")], ids=lambda group: group.name)
@every_kind
def test_what_is_made_is_accepted_in_every_group(kind: str, group: Group) -> None:
    question, *choices = KINDS[kind]
    if question.kind == "NH" and not group.vector_limit:
        with pytest.raises(Malformed) as refused:
            story(group, questions=[question])
        assert (refused.value.section, refused.value.where) == ("§4.3", "question 1")
        return
    held = story(group, questions=[question], voters=1, trustees=1)
    for choice in choices:
        data = held.ballot(0, [choice])
        ballot = check(data, held)
        assert ballot == parse_ballot(data, held.election)
        assert opened(data)["answers"] == [answer.form(group) for answer in ballot.answers]


ALL_CHOICES: dict[str, list[Any]] = {
    "plain": [[1, 0, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]],
    "blank": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]],
    "lists": [[[1, 1, 0], [0, 0]], [[1, 1, 1], [0, 0]], [[0, 0, 0], [1, 1]]],
}


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
@pytest.mark.parametrize("kind", ALL_CHOICES)
def test_the_work_does_not_tell_the_choice(monkeypatch: pytest.MonkeyPatch, kind: str, group: Group) -> None:
    """The same powers and draws in the same order whatever is chosen, and never a short exponent, which would be faster."""
    held = story(group, questions=[KINDS[kind][0]], voters=1, trustees=1)
    work: list[str] = []
    power, power_g, random_scalar = group.power, group.power_g, group.random_scalar

    def seen(name: str, exponent: int) -> None:
        assert exponent.bit_length() > group.q.bit_length() - 64
        work.append(name)

    monkeypatch.setattr(type(group), "power", lambda self, base, exponent: (seen("power", exponent), power(base, exponent))[1])
    monkeypatch.setattr(type(group), "power_g", lambda self, exponent: (seen("power_g", exponent), power_g(exponent))[1])
    monkeypatch.setattr(type(group), "random_scalar", lambda self, *draw: (work.append("draw"), random_scalar(*draw))[1])
    traces: list[list[str]] = []
    for choice in ALL_CHOICES[kind]:
        work.clear()
        held.ballot(0, [choice])
        traces.append([*work])
    assert len(traces[0]) > 20
    assert all(trace == traces[0] for trace in traces)


# ---- choices that a voter must not make: refused at home, and by everybody else if made all the same


def claimed_anyway(sealed: Sealed, values: range, *, election: Setting, context: str, draw: Draw) -> tuple[Proof, ...]:
    """A proof as the honest program makes it, also for a value that is none of the allowed ones."""
    context = f"{context}|{sealed.ciphertext.text(election.group)}"
    true = values.index(sealed.plaintext) if sealed.plaintext in values else 0
    return make_either([(sealed, value) for value in values], true, election=election, label="prove", context=context, draw=draw)


def either_anyway(claims: Sequence[tuple[Sealed, int]], true: int, **how: Any) -> tuple[Proof, ...]:
    return make_either(claims, true if true in range(len(claims)) else 0, **how)


def sealed_anyway(group: Group, key: Element, plaintext: int, randomness: int) -> Sealed:
    beta = group.multiply(group.power(key, randomness), group.power_g(plaintext % group.q))
    return Sealed(Ciphertext(group.power_g(randomness), beta), plaintext, randomness)


class ShamelessRace(HomomorphicQuestion):
    """Makes answers of any choice."""

    def _refuse_disallowed(self, bits: Sequence[int]) -> None:
        pass

    def _true_branch(self, flag: int, total: int) -> int:
        honest = super()._true_branch(flag, total)
        return honest if 0 <= honest <= len(self.totals) else 0


class ShamelessLists(ListsQuestion):
    """Makes answers of any choice."""

    def _allowed(self, choice: Sequence[Any]) -> list[list[int]]:
        return [list(row) for row in choice]


SHAMELESS: list[tuple[str, Any, str, str, str]] = [
    ("plain", [0, 0, 0], "§7.2", "overall proof", ""),
    ("plain", [1, 1, 1], "§7.2", "overall proof", ""),
    ("plain", [2, 0, 0], "§7.2", "individual proof", "answer 1"),
    ("plain", [1, 1, -1], "§7.2", "individual proof", "answer 3"),
    ("blank", [0, 0, 0, 0], "§7.3", "overall proof", ""),
    ("blank", [0, 1, 1, 1], "§7.3", "overall proof", ""),
    ("blank", [1, 1, 0, 0], "§7.3", "blank proof", ""),
    ("blank", [1, 1, 1, 1], "§7.3", "blank proof", ""),
    ("blank", [2, 0, 0, 0], "§7.2", "individual proof", "answer 1"),
    ("blank", [0, 2, 0, 0], "§7.2", "individual proof", "answer 2"),
    ("lists", [[1, 1, 0], [1, 1]], "§7.5", "overall proof", ""),
    ("lists", [[0, 0, 0], [0, 0]], "§7.5", "overall proof", ""),
    ("lists", [[1, 1, 0], [0, 1]], "§7.5", "list proof", "list 2"),
    ("lists", [[0, 1, 1], [1, 1]], "§7.5", "list proof", "list 1"),
    ("lists", [[1, 0, 0], [0, 0]], "§7.5", "nonzero proof", ""),
    ("lists", [[1, 2, 0], [0, 0]], "§7.5", "individual proof", "list 1, answer 1"),
    ("lists", [[2, 1, 0], [-1, 0]], "§7.5", "individual proof", "list 1, answer 0"),
]


@pytest.mark.parametrize(("kind", "choice", "section", "what", "where"), SHAMELESS, ids=str)
def test_a_disallowed_choice_breaks_the_one_proof_that_speaks_of_it(
    monkeypatch: pytest.MonkeyPatch, kind: str, choice: Any, section: str, what: str, where: str
) -> None:
    held = HELD[kind]
    with pytest.raises(Malformed):
        held.ballot(0, [choice])
    question = KINDS[kind][0]
    shameless: Any = (
        ShamelessLists(question.answers, "q")
        if isinstance(question, ListsQuestion)
        else ShamelessRace(question.answers, "q", 1, 2, blank=kind == "blank")  # type: ignore[arg-type]
    )
    monkeypatch.setattr(homomorphic, "make_disjunction", claimed_anyway)
    monkeypatch.setattr(homomorphic, "is_bit", lambda value: True)
    monkeypatch.setattr(lists, "make_disjunction", claimed_anyway)
    monkeypatch.setattr(homomorphic, "make_either", either_anyway)
    monkeypatch.setattr(lists, "make_either", either_anyway)
    monkeypatch.setattr(elgamal, "seal", sealed_anyway)
    context = f"{held.election.fingerprint}|{held.voters[0].public}"
    answer = shameless.make_answer(held.election, choice, context=context)
    refused = refusal(signed(form_of(kind) | {"answers": [answer.form(held.group)]}, held), held)
    assert type(refused) is VerificationError
    assert (refused.section, what in refused.what) == (section, True), refused
    assert refused.where == ", ".join(filter(None, ["question 1", where]))


def test_nobody_of_a_list_cannot_be_shown_as_somebody() -> None:
    """Whatever the commitment: the identity is refused by name, another one does not hold."""
    held, question = HELD["lists"], ShamelessLists(LISTS.answers, "q")
    context = f"{held.election.fingerprint}|{held.voters[0].public}"
    answer = question.make_answer(held.election, [[1, 0, 0], [0, 0]], context=context)
    form: dict[str, Any] = answer.form(held.group)
    assert form["nonzero_proof"]["commitment"] == held.group.ser(held.group.identity)
    assert "identity" in refusal(signed(form_of("lists") | {"answers": [form]}, held), held).what
    form["nonzero_proof"]["commitment"] = held.group.ser(held.group.generator)
    assert "nonzero proof does not hold" in refusal(signed(form_of("lists") | {"answers": [form]}, held), held).what


# ---- honest answers, changed


@every_kind
def test_an_answer_copied_under_another_credential_is_refused(kind: str) -> None:
    form = form_of(kind) | {"credential": HELD[kind].voters[1].public}
    refused = refusal(signed(form, HELD[kind], voter=1), HELD[kind])
    assert refused.section in RULES[kind]


@every_kind
def test_an_answer_of_another_election_is_refused(kind: str) -> None:
    other = story(questions=[KINDS[kind][0]], voters=1)
    theirs = opened(make_ballot(other.election, HELD[kind].voters[0], [KINDS[kind][1]]))
    refused = refusal(signed(form_of(kind) | {"answers": theirs["answers"]}, HELD[kind]), HELD[kind])
    assert refused.section in RULES[kind]


def leaves_of(form: dict[str, Any]) -> list[list[Any]]:
    return [path for path in paths(form) if path[:1] == ["answers"] and isinstance(at(form, path), str)]


@every_kind
def test_every_number_and_every_element_of_an_answer_matters(kind: str) -> None:
    """One higher, or times g: each stays in form, and the proofs no longer hold."""
    held = HELD[kind]
    group = held.group
    for path in leaves_of(FORMS[kind]):
        form = form_of(kind)
        parent, name = at(form, path[:-1]), path[-1]
        if name in ("alpha", "beta", "commitment"):
            moved = group.multiply(group.parse(parent[name], section="§3", what="element"), group.generator)
            parent[name] = group.ser(moved)
        else:
            parent[name] = str((int(parent[name]) + 1) % group.q)
        refused = refusal(signed(form, held), held)
        assert (type(refused), refused.section in RULES[kind]) == (VerificationError, True), (path, refused)


@every_kind
def test_every_spelling_but_one_is_refused(kind: str) -> None:
    """The canonical form of the whole ballot: scalars and elements inside answers too."""
    held = HELD[kind]
    for path in leaves_of(FORMS[kind]):
        value = at(FORMS[kind], path)
        element = path[-1] in ("alpha", "beta", "commitment")
        others = [f"0{value}", f"+{value}", f" {value}", f"{value}\n"]
        others += [value.upper()] if element else [str(int(value) + held.group.q), f"0x{int(value):x}"]
        for other in others:
            if other == value:
                continue
            form = form_of(kind)
            at(form, path[:-1])[path[-1]] = other
            assert type(refusal(signed(form, held), held)) is Malformed, (path, other)


@every_kind
def test_an_element_outside_the_subgroup_is_refused_wherever_it_stands(kind: str) -> None:
    held, low = HELD[kind], f"{2**255 - 20:064x}"
    for path in leaves_of(FORMS[kind]):
        if path[-1] not in ("alpha", "beta", "commitment"):
            continue
        form = form_of(kind)
        at(form, path[:-1])[path[-1]] = low
        refused = refusal(signed(form, held), held)
        assert (type(refused), refused.section) == (VerificationError, "§7.5" if path[-1] == "commitment" else "§4.2")


@every_kind
def test_unknown_fields_and_other_orders_are_refused_at_every_level(kind: str) -> None:
    held = HELD[kind]
    for path in paths(FORMS[kind]):
        if not isinstance(at(FORMS[kind], path), dict) or path[:1] == ["signature"]:
            continue
        form = form_of(kind)
        node = at(form, path)
        node["zzz"] = "1"
        assert type(refusal(signed(form, held), held)) is Malformed, path
        del node["zzz"]
        turned = dict(reversed(node.items()))
        node.clear()
        node.update(turned)
        assert type(refusal(signed(form, held), held)) is Malformed, path


@every_kind
def test_every_list_has_its_one_length(kind: str) -> None:
    """One entry less, the last one twice, none: of ciphertexts, of proofs, of branches, of responses."""
    held = HELD[kind]
    for path in paths(FORMS[kind]):
        if not isinstance(at(FORMS[kind], path), list) or not path:
            continue
        for change in (lambda entries: entries[:-1], lambda entries: [*entries, entries[-1]], lambda entries: []):
            form = form_of(kind)
            entries = at(form, path)
            entries[:] = change(entries)
            refused = refusal(signed(form, held), held)
            assert refused.section in RULES[kind] | {"§7.1"}, (path, refused)


REPLACEMENTS: list[Any] = [None, True, 0, "", "0", "-1", "z" * 64, [], [[]], {}, {"challenge": "0", "response": "0"}]


@every_kind
def test_any_node_replaced_by_anything_is_refused_as_malformed_or_false(kind: str) -> None:
    held = HELD[kind]
    for path in paths(FORMS[kind]):
        if not path or path[0] == "signature":
            continue
        for replacement in REPLACEMENTS:
            form = form_of(kind)
            parent = at(form, path[:-1])
            if parent[path[-1]] == replacement:
                continue
            parent[path[-1]] = replacement
            refusal(signed(form, held), held)


def test_a_blank_proof_is_required_with_blank_and_forbidden_without() -> None:
    without = form_of("blank")
    proof = without["answers"][0].pop("blank_proof")
    refused = refusal(signed(without, HELD["blank"]), HELD["blank"])
    assert (type(refused), refused.section, "required" in refused.what) == (Malformed, "§7.2", True)
    superfluous = form_of("plain")
    superfluous["answers"][0]["blank_proof"] = proof
    refused = refusal(signed(superfluous, HELD["plain"]), HELD["plain"])
    assert (type(refused), refused.section, "forbidden" in refused.what) == (Malformed, "§7.2", True)


@every_kind
@pytest.mark.parametrize("other", KINDS)
def test_an_answer_of_one_kind_is_none_of_another(kind: str, other: str) -> None:
    if kind == other:
        return
    form = form_of(kind) | {"answers": FORMS[other]["answers"]}
    assert isinstance(refusal(signed(form, HELD[kind]), HELD[kind]), SandoghError)


def test_a_copied_vector_proves_nothing_without_its_randomness() -> None:
    """Whoever re-encrypts somebody's vector does not know the whole randomness, and cannot vote the same."""
    held: Story = HELD["vector"]
    group, key = held.group, held.election.public_key
    victim = opened(held.ballot(1, [[3, 2, 1]]))["answers"][0]["choices"]
    seen = Ciphertext.parse(victim, group)
    fresh = group.random_scalar()
    moved = Ciphertext(group.multiply(seen.alpha, group.power_g(fresh)), group.multiply(seen.beta, group.power(key, fresh)))
    own = opened(held.ballot(0, [[3, 2, 1]]))
    own["answers"][0]["choices"] = moved.form(group)
    assert refusal(signed(own, held), held).section == "§7.4"
