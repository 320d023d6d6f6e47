"""Shuffles: the honest ones hold, and each way of cheating is refused for its own rule (protocol.md §9)."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from protocol.shuffles import (
    CARELESS,
    GROUPS,
    Twisting,
    careless,
    decrypted,
    edited,
    encrypted,
    is_response,
    leaves,
    nudged,
    proven,
    re_encrypted,
    setting,
)
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.election import Election
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Group
from sandogh.protocol.shuffle import check_shuffle, check_shuffle_owners, make_shuffle
from sandogh.protocol.shuffle_proof import Secrets

every = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)

ED25519 = GROUPS[0]
ELECTION = setting(ED25519)
VECTORS = ((1, 2), (2, 1), (0, 0))
BEFORE = (encrypted(ELECTION, VECTORS), encrypted(ELECTION, [(9,), (8,), (7,)]))
SHUFFLE = make_shuffle(ELECTION, BEFORE)


def refused(
    data: bytes,
    kind: type[Malformed] | type[VerificationError],
    section: str,
    match: str,
    *,
    election: Election = ELECTION,
    ciphertexts: Sequence[Sequence[Ciphertext]] = BEFORE,
) -> None:
    with pytest.raises((Malformed, VerificationError), match=match) as refusal:
        check_shuffle(data, election=election, ciphertexts=ciphertexts)
    assert (refusal.type, refusal.value.section) == (kind, section)


# ---- honest shuffles


@every
@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_a_shuffle_holds_and_keeps_the_votes(group: Group, size: int) -> None:
    election = setting(group)
    vectors = [(number, 7, 255) for number in range(size)]
    before = encrypted(election, vectors)
    [after] = check_shuffle(make_shuffle(election, [before]), election=election, ciphertexts=[before])
    assert Counter(decrypted(election, after, 3)) == Counter(vectors)
    assert not set(after) & set(before)


def test_each_question_is_shuffled_on_its_own_and_shuffles_follow_each_other() -> None:
    once = check_shuffle(SHUFFLE, election=ELECTION, ciphertexts=BEFORE)
    twice = check_shuffle(make_shuffle(ELECTION, once), election=ELECTION, ciphertexts=once)
    assert sorted(decrypted(ELECTION, twice[0], 2)) == sorted(VECTORS)
    assert sorted(decrypted(ELECTION, twice[1], 1)) == [(7,), (8,), (9,)]


def test_the_order_is_drawn_and_every_order_occurs() -> None:
    before = encrypted(ELECTION, [(1,), (2,), (3,)])
    shuffles = [check_shuffle(make_shuffle(ELECTION, [before]), election=ELECTION, ciphertexts=[before])[0] for _ in range(60)]
    assert len({tuple(decrypted(ELECTION, after, 1)) for after in shuffles}) == 6


def test_ciphertexts_without_randomness_are_shuffled_too() -> None:
    """The identity is a member: alpha of a ciphertext with r = 0, and beta of a vote for nothing with it."""
    group = ELECTION.group
    before = (Ciphertext(group.identity, group.identity), Ciphertext(group.identity, group.encode_vector([3])))
    [after] = check_shuffle(make_shuffle(ELECTION, [before]), election=ELECTION, ciphertexts=[before])
    assert sorted(decrypted(ELECTION, after, 1)) == [(0,), (3,)]


def test_an_election_without_such_questions_has_an_empty_shuffle() -> None:
    assert make_shuffle(ELECTION, []) == b'{"ciphertexts":[],"proofs":[]}'
    assert check_shuffle(b'{"ciphertexts":[],"proofs":[]}', election=ELECTION, ciphertexts=[]) == ()


def test_what_the_shuffler_knows_has_no_text_form() -> None:
    assert "12345" not in repr(Secrets([12345, 0], [12345, 12345]))


# ---- cheating with elements outside the subgroup: everything else about these shuffles is right


def until_careless_programs_accept(election: Election, before: Sequence[Ciphertext], forged: Callable[[], bytes]) -> bytes:
    """A component of order two vanishes from an even power: some of a few tries passes every equation."""
    for _ in range(200):
        data = forged()
        try:
            check_shuffle(data, election=careless(election), ciphertexts=[before])
        except VerificationError:
            continue
        return data
    raise AssertionError("no try in two hundred has even powers")


@every
@pytest.mark.parametrize("part", ["alpha", "beta"])
def test_small_order_component_in_an_output_ciphertext(group: Group, part: str) -> None:
    election = setting(group)
    before = encrypted(election, [(1,), (2,)])
    other = CARELESS[group.name]

    def twist(after: list[Ciphertext]) -> None:
        alpha, beta = after[0].alpha, after[0].beta
        if part == "alpha":
            alpha = other.multiply(alpha, other.twist)
        else:
            beta = other.multiply(beta, other.twist)
        after[0] = Ciphertext(alpha, beta)

    data = until_careless_programs_accept(election, before, lambda: proven(election, before, [1, 0], group=other, forge=twist))
    match = f"ciphertext 1: ciphertext {part}: not in the subgroup"
    refused(data, VerificationError, "§9.2", match, election=election, ciphertexts=[before])


@every
@pytest.mark.parametrize(("when", "what"), [(0, "c 2"), (2, r"(c\^ 1|t\^ 2)")], ids=["permutation commitment", "chain"])
def test_small_order_component_in_a_proof(group: Group, when: int, what: str) -> None:
    election = setting(group)
    before = encrypted(election, [(1,), (2,)])

    def forged() -> bytes:
        return proven(election, before, [1, 0], group=cast(Group, Twisting(CARELESS[group.name], when)))

    data = until_careless_programs_accept(election, before, forged)
    refused(data, VerificationError, "§9.2", f"shuffle proof: {what}: not in the subgroup", election=election, ciphertexts=[before])


@pytest.mark.parametrize("path", [path for path, _ in leaves(loads(SHUFFLE)) if not is_response(path)], ids=str)
def test_small_order_component_anywhere(path: Sequence[object]) -> None:
    other = CARELESS["Ed25519"]
    data = edited(SHUFFLE, path, lambda text: other.ser(other.multiply(other.parse(text, section="", what=""), other.twist)))
    refused(data, VerificationError, "§9.2", "not in the subgroup")


# ---- cheating with the votes


def test_a_vote_replaced_by_another() -> None:
    before = BEFORE[0]

    def replace(after: list[Ciphertext]) -> None:
        [after[1]] = encrypted(ELECTION, [(2, 1)])

    data = proven(ELECTION, before, [2, 0, 1], forge=replace)
    refused(data, VerificationError, "§9.2", "equation of t41", ciphertexts=[before])


def test_a_vote_replaced_in_beta_only() -> None:
    before, group = BEFORE[0], ELECTION.group

    def shift(after: list[Ciphertext]) -> None:
        after[0] = Ciphertext(after[0].alpha, group.multiply(after[0].beta, group.generator))

    refused(proven(ELECTION, before, [0, 1, 2], forge=shift), VerificationError, "§9.2", "equation of t41", ciphertexts=[before])


def test_alpha_re_encrypted_with_other_randomness_than_beta() -> None:
    before, group = BEFORE[0], ELECTION.group

    def shift(after: list[Ciphertext]) -> None:
        after[0] = Ciphertext(group.multiply(after[0].alpha, group.generator), after[0].beta)

    refused(proven(ELECTION, before, [0, 1, 2], forge=shift), VerificationError, "§9.2", "equation of t42", ciphertexts=[before])


def test_a_ballot_dropped_and_another_doubled() -> None:
    """Two ciphertexts after are re-encryptions of the same one before; the commitment is to no permutation."""
    refused(proven(ELECTION, BEFORE[0], [0, 0, 2]), VerificationError, "§9.2", "equation of t1", ciphertexts=[BEFORE[0]])


def test_a_ballot_dropped_and_another_doubled_behind_an_honest_commitment() -> None:
    """The proof is that of a true permutation; only the list after is not what it says."""

    def double(after: list[Ciphertext]) -> None:
        after[1] = re_encrypted(ELECTION, after[0], 99)

    refused(proven(ELECTION, BEFORE[0], [0, 1, 2], forge=double), VerificationError, "§9.2", "equation of t41", ciphertexts=[BEFORE[0]])


def test_permutation_commitment_duplicated() -> None:
    data = edited(SHUFFLE, ("proofs", 0, 2), lambda c: [c[0], c[0], c[2]])
    refused(data, VerificationError, "§9.2", "equation of t1")


def test_outputs_exchanged_after_the_proof() -> None:
    data = edited(SHUFFLE, ("ciphertexts", 0), lambda cells: [cells[1], cells[0], cells[2]])
    refused(data, VerificationError, "§9.2", "equation of")


# ---- the right proof in the wrong place


def test_shuffle_of_another_election() -> None:
    """Same key, same ciphertexts, another name in the file: another fingerprint."""
    other = setting(ED25519, name="another")
    assert other.public_key == ELECTION.public_key
    refused(SHUFFLE, VerificationError, "§9.2", "equation of", election=other)


def test_shuffle_under_another_key() -> None:
    refused(SHUFFLE, VerificationError, "§9.2", "equation of", election=setting(ED25519, 314159))


def test_shuffle_of_another_list() -> None:
    others = (encrypted(ELECTION, VECTORS), BEFORE[1])
    refused(SHUFFLE, VerificationError, "§9.2", "non-homomorphic question 1: shuffle proof: the equation of", ciphertexts=others)


def test_shuffle_of_the_same_list_in_another_order() -> None:
    turned = (BEFORE[0][::-1], BEFORE[1])
    refused(SHUFFLE, VerificationError, "§9.2", "equation of", ciphertexts=turned)


def test_questions_transposed() -> None:
    """Both with their proofs, so that each alone would be right."""
    data = edited(edited(SHUFFLE, ("ciphertexts",), lambda lists: lists[::-1]), ("proofs",), lambda proofs: proofs[::-1])
    check_shuffle(data, election=ELECTION, ciphertexts=BEFORE[::-1])
    refused(data, VerificationError, "§9.2", "question 1")


def test_proofs_transposed() -> None:
    refused(edited(SHUFFLE, ("proofs",), lambda proofs: proofs[::-1]), VerificationError, "§9.2", "question 1")


# ---- shapes

LENGTHS = [
    (("ciphertexts",), "§9.1"),
    (("proofs",), "§9.1"),
    (("ciphertexts", 0), "§9.2"),
    (("proofs", 0), "§9.2"),
    (("proofs", 0, 0), "§9.2"),
    (("proofs", 0, 0, 3), "§9.2"),
    (("proofs", 0, 0, 4), "§9.2"),
    (("proofs", 0, 1), "§9.2"),
    (("proofs", 0, 1, 4), "§9.2"),
    (("proofs", 0, 1, 5), "§9.2"),
    (("proofs", 0, 2), "§9.2"),
    (("proofs", 0, 3), "§9.2"),
]


@pytest.mark.parametrize(("path", "section"), LENGTHS, ids=str)
def test_a_list_longer_or_shorter_than_it_should_be(path: Sequence[object], section: str) -> None:
    refused(edited(SHUFFLE, path, lambda entries: [*entries, entries[-1]]), Malformed, section, "entries where")
    refused(edited(SHUFFLE, path, lambda entries: entries[:-1]), Malformed, section, "entries where")
    refused(edited(SHUFFLE, path, lambda entries: {"0": entries}), Malformed, section, "not an array")


def test_a_ballot_added_or_dropped_with_a_proof_that_fits_the_other_lists() -> None:
    before = BEFORE[0]
    more = proven(ELECTION, [*before, before[0]], [3, 0, 1, 2])
    fewer = proven(ELECTION, before[:2], [1, 0])
    for data in (more, fewer):
        refused(data, Malformed, "§9.2", "entries where 3 belong", ciphertexts=[before])


def test_scalars_and_elements_in_other_spellings() -> None:
    def respelled(path: Sequence[object], edit: Callable[[str], object]) -> bytes:
        return edited(SHUFFLE, path, edit)

    refused(respelled(("proofs", 0, 1, 0), lambda s: "0" + s), Malformed, "§9.2", "not a canonical decimal")
    refused(respelled(("proofs", 0, 1, 3), lambda s: str(int(s) + ED25519.q)), Malformed, "§9.2", "s4: ")
    refused(respelled(("proofs", 0, 1, 4, 1), int), Malformed, "§9.1", "out of range")
    refused(respelled(("proofs", 0, 1, 4, 1), lambda s: 5), Malformed, "§9.2", r"s\^ 2: not a string")
    refused(respelled(("proofs", 0, 3, 0), str.upper), Malformed, "§3.3", "lower-case")
    refused(respelled(("ciphertexts", 0, 0, "alpha"), str.upper), Malformed, "§3.3", "lower-case")


def test_json_in_another_form() -> None:
    value = cast(dict[str, Any], loads(SHUFFLE))
    refused(SHUFFLE + b"\n", Malformed, "§9.1", "canonical")
    refused(SHUFFLE.replace(b",", b", ", 1), Malformed, "§9.1", "canonical")
    refused(dumps(dict(reversed(value.items()))), Malformed, "§9.1", "order")
    refused(dumps({**value, "owner": 1}), Malformed, "§9.1", "unknown field")
    refused(dumps({"ciphertexts": value["ciphertexts"]}), Malformed, "§9.1", "missing")
    refused(dumps([value]), Malformed, "§9.1", "not an object")
    cell = ("ciphertexts", 0, 0)
    refused(edited(SHUFFLE, cell, lambda ct: {**ct, "gamma": "1"}), Malformed, "§9.2", "unknown field")


@pytest.mark.parametrize("path", [path for path, _ in leaves(loads(SHUFFLE))], ids=str)
def test_every_single_value_counts(path: Sequence[object]) -> None:
    data = edited(SHUFFLE, path, lambda text: nudged(path, text, ED25519))
    refused(data, VerificationError, "§9.2", "equation of")


# ---- owners


@pytest.mark.parametrize("owners", [[1], [1, 2, 3], [3, 1, 2]], ids=str)
def test_every_trustee_shuffles_once_in_any_order(owners: list[int]) -> None:
    check_shuffle_owners(owners, len(owners))


@pytest.mark.parametrize(
    ("owners", "trustees", "match"),
    [
        ([], 2, "no shuffle of trustee 1, 2"),
        ([2], 2, "no shuffle of trustee 1"),
        ([1, 2, 2], 2, "2 shuffles of trustee 2"),
        ([1, 1], 2, "2 shuffles of trustee 1"),
        ([1, 2, 3], 2, "a shuffle of trustee 3, where trustees are numbered 1 to 2"),
        ([0, 1, 2], 2, "a shuffle of trustee 0"),
    ],
    ids=str,
)
def test_owners_that_are_missing_repeated_or_unknown(owners: list[int], trustees: int, match: str) -> None:
    with pytest.raises(VerificationError, match=match) as refusal:
        check_shuffle_owners(owners, trustees)
    assert refusal.value.section == "§9.3"
