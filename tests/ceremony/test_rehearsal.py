"""Rehearsals: who has the key passes, nobody else does, and the key never touches anything but the canary."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from protocol.elections import Story, story
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.keyfile import PrivateKey, read_key
from sandogh.ceremony.rehearsal import Rehearsal, canary_of, check_answer, make_answer, make_rehearsal
from sandogh.ceremony.rehearsal_check import check_rehearsal, read_setup
from sandogh.protocol import canonical
from sandogh.protocol.decryption import check_partial_decryption
from sandogh.protocol.digest import sha_integer
from sandogh.protocol.elgamal import Ciphertext
from sandogh.protocol.errors import SandoghError, VerificationError
from sandogh.protocol.proofs import Proof
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.threshold import ThresholdParameters
from sandogh.protocol.trustee import TrusteeKey, generate_trustee_key

from .ceremonies import Establishment
from .conftest import NOW, unasked


class Sealed:
    """An election of one mandatory trustee and a group of five of whom three suffice; `keys` in the order of their numbers."""

    def __init__(self, folder: Path) -> None:
        done = Establishment(folder).confirmed()
        group = done.ceremony.group
        single = generate_trustee_key(group, name="دبیر")
        parameters = ThresholdParameters.from_bytes((done.office / "threshold-parameters.json").read_bytes(), group)
        members = [read_key(done.key_file(number), unasked) for number in done.members]
        pairs = [TrusteeKey(key.private, published) for key, published in zip(members, parameters.verification_keys, strict=True)]
        self.story: Story = story(group, holders=([single.public, parameters], [single, *pairs]), voters=3)
        self.keys = [PrivateKey.of(single), *members]
        self.board = self.story.opened()
        self.archive = folder / "e.bel"
        self.archive.write_bytes(self.board.archive)
        self.election, self.trustees = read_setup(self.archive)

    def rehearsal(self, purpose: str = "opening") -> Rehearsal:
        keys = [member.public_key for member in self.trustees.members]
        return Rehearsal.from_bytes(make_rehearsal(self.election, keys, purpose=purpose, now=NOW))

    def tally(self) -> EncryptedTally:
        return self.story.tally([self.story.ballot(voter, [[1, 0, 0], [0, 1]]) for voter in range(3)])


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return Sealed(tmp_path_factory.mktemp("sealed"))


def outcome(sealed: Sealed, rehearsal: Rehearsal, answers: dict[str, bytes]):  # type: ignore[no-untyped-def]
    return check_rehearsal(rehearsal, answers, election=sealed.election, trustees=sealed.trustees)


def answers_of(sealed: Sealed, rehearsal: Rehearsal, *numbers: int) -> dict[str, bytes]:
    return {f"a{number}": make_answer(rehearsal, sealed.keys[number - 1]) for number in numbers}


# ---- who passes
def test_everybody_passes_and_every_quorum_opens_the_canary(sealed: Sealed) -> None:
    rehearsal = sealed.rehearsal()
    found = outcome(sealed, rehearsal, answers_of(sealed, rehearsal, 1, 2, 3, 4, 5, 6))
    assert (found.works, found.complete) == (True, True)
    assert [(each.needed, each.possible, each.tried) for each in found.quorums] == [(1, 1, 1), (3, 10, 10)]
    record = json.loads(found.to_bytes(now=datetime(2026, 12, 18, tzinfo=UTC)))
    assert record["format"] == "sandogh-rehearsal-record/1"
    assert (record["works"], record["purpose"], record["rehearsal"]) == (True, "opening", rehearsal.digest)
    assert [entry["passed"] for entry in record["trustees"]] == [True] * 6
    assert record["trustees"][0]["name"] == "دبیر"
    assert record["groups"][1] == {"needed": 3, "members": [2, 3, 4, 5, 6], "passed": [2, 3, 4, 5, 6], "works": True}


@pytest.mark.parametrize(
    ("passed", "works"), [((1, 2, 3, 4), True), ((1, 4, 5, 6), True), ((1, 2, 3), False), ((2, 3, 4, 5, 6), False), ((), False)]
)
def test_whether_enough_passed(sealed: Sealed, passed: tuple[int, ...], works: bool) -> None:
    rehearsal = sealed.rehearsal()
    found = outcome(sealed, rehearsal, answers_of(sealed, rehearsal, *passed))
    assert (found.works, found.complete) == (works, False)
    assert tuple(found.answers) == passed


def test_a_bad_answer_is_named_and_does_not_stop_the_others(sealed: Sealed) -> None:
    rehearsal = sealed.rehearsal()
    answers = answers_of(sealed, rehearsal, 1, 2, 3, 4) | {"broken": b"{", "empty": b""}
    found = outcome(sealed, rehearsal, answers)
    assert (found.works, found.complete) == (True, False)
    assert set(found.faults) == {"broken", "empty"}


# ---- answers that do not count
def test_an_answer_to_an_earlier_rehearsal_is_a_replay(sealed: Sealed) -> None:
    opening, closing = sealed.rehearsal("opening"), sealed.rehearsal("closing")
    with pytest.raises(VerificationError, match="answers another rehearsal"):
        check_answer(make_answer(opening, sealed.keys[0]), closing)


def test_a_replay_under_the_new_rehearsals_name_fails_in_its_proof(sealed: Sealed) -> None:
    opening, closing = sealed.rehearsal("opening"), sealed.rehearsal("opening")
    old = json.loads(make_answer(opening, sealed.keys[0]))
    with pytest.raises(VerificationError, match="proof does not hold"):
        check_answer(canonical.dumps(old | {"rehearsal": closing.digest}), closing)


def test_an_answer_is_bound_to_all_of_the_rehearsal_even_where_the_canary_is_the_same(sealed: Sealed) -> None:
    """An officer who wrote «closing» over «opening» would have the old answers pass again."""
    opening = sealed.rehearsal("opening")
    closing = Rehearsal.from_bytes(canonical.dumps(json.loads(opening.data) | {"purpose": "closing"}))
    assert closing.canary == opening.canary
    old = json.loads(make_answer(opening, sealed.keys[0]))
    with pytest.raises(VerificationError, match="proof does not hold"):
        check_answer(canonical.dumps(old | {"rehearsal": closing.digest}), closing)


def test_the_proof_as_it_is_written_down(sealed: Sealed) -> None:
    """Recomputed here from the words of the module alone."""
    rehearsal, group = sealed.rehearsal(), sealed.election.group
    answer = json.loads(make_answer(rehearsal, sealed.keys[3]))
    c, r = int(answer["proof"]["challenge"]), int(answer["proof"]["response"])
    key, factor = (group.parse(answer[name], section="", what="") for name in ("public_key", "factor"))
    of_key = group.multiply(group.public_power_g(r), group.public_power(key, c))
    of_canary = group.multiply(group.public_power(rehearsal.canary.alpha, r), group.public_power(factor, c))
    text = f"sandogh-rehearsal|{rehearsal.digest}|{answer['public_key']}|{answer['factor']}|{group.ser(of_key)},{group.ser(of_canary)}"
    assert sha_integer(text.encode()) % group.q == c
    for name, expected in (("randomness", rehearsal.randomness), ("plaintext", rehearsal.plaintext)):
        seed = f"sandogh-rehearsal-canary|{name}|{rehearsal.nonce}|{rehearsal.election}"
        assert sha_integer(seed.encode()) % group.q == expected


def test_the_factor_without_the_key_does_not_pass(sealed: Sealed) -> None:
    """X^r can be computed by everybody. The proof cannot."""
    rehearsal = sealed.rehearsal()
    member, group = sealed.trustees.members[2], rehearsal.group
    factor = group.ser(group.public_power(member.key, rehearsal.randomness))
    real = json.loads(make_answer(rehearsal, sealed.keys[2]))
    assert real["factor"] == factor
    for proof in (Proof(0, 0), Proof(1, 1), Proof(int(real["proof"]["challenge"]), 7)):
        with pytest.raises(VerificationError, match="proof does not hold"):
            check_answer(canonical.dumps(real | {"proof": proof.form()}), rehearsal)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda sealed, answer: answer.update(public_key=sealed.keys[3].public_key), "proof does not hold"),
        (lambda sealed, answer: answer.update(public_key=answer["factor"]), "not a trustee's"),
        (lambda sealed, answer: answer.update(factor=sealed.keys[3].public_key), "proof does not hold"),
        (lambda sealed, answer: answer.update(factor="00" * 32), "factor"),
        (lambda sealed, answer: answer.update(more=1), "unknown field"),
        (lambda sealed, answer: answer.update(format="sandogh-rehearsal-answer/2"), "not an answer of format"),
        (lambda sealed, answer: answer["proof"].update(response="-1"), "decimal"),
    ],
)
def test_an_altered_answer_does_not_hold(sealed: Sealed, change: Callable[[Sealed, Any], object], said: str) -> None:
    rehearsal = sealed.rehearsal()
    answer = json.loads(make_answer(rehearsal, sealed.keys[0]))
    change(sealed, answer)
    with pytest.raises(SandoghError, match=said):
        check_answer(canonical.dumps(answer), rehearsal)


def test_every_flipped_byte_of_an_answer_is_noticed(sealed: Sealed) -> None:
    rehearsal = sealed.rehearsal()
    answer = make_answer(rehearsal, sealed.keys[0])
    for place in range(len(answer)):
        changed = bytearray(answer)
        changed[place] ^= 1 << place % 7
        with pytest.raises(SandoghError):
            check_answer(bytes(changed), rehearsal)


# ---- the trustee is no oracle
def with_canary(sealed: Sealed, ciphertext: Ciphertext, **changes: object) -> bytes:
    fields = json.loads(sealed.rehearsal().data)
    return canonical.dumps(fields | {"canary": ciphertext.form(sealed.election.group)} | changes)


def test_a_tally_ciphertext_in_place_of_the_canary_is_refused(sealed: Sealed) -> None:
    stolen = sealed.tally().ciphertexts[0][0]
    assert isinstance(stolen, Ciphertext)
    with pytest.raises(Refused, match="not the canary of its nonce"):
        Rehearsal.from_bytes(with_canary(sealed, stolen))


def test_a_ballots_ciphertext_blinded_by_a_canary_is_refused(sealed: Sealed) -> None:
    """canary × stolen: whoever knows the canary could divide it out again."""
    group, stolen = sealed.election.group, sealed.tally().ciphertexts[1][0]
    assert isinstance(stolen, Ciphertext)
    fields = json.loads(sealed.rehearsal().data)
    canary = canary_of(group, sealed.election.public_key, nonce=fields["nonce"], election=fields["election"])
    blinded = Ciphertext(group.multiply(canary.alpha, stolen.alpha), group.multiply(canary.beta, stolen.beta))
    with pytest.raises(Refused, match="not the canary of its nonce"):
        Rehearsal.from_bytes(canonical.dumps(fields | {"canary": blinded.form(group)}))


@pytest.mark.parametrize("field", ["nonce", "election"])
def test_a_canary_under_another_nonce_or_election_is_refused(sealed: Sealed, field: str) -> None:
    fields, other = json.loads(sealed.rehearsal().data), json.loads(sealed.rehearsal().data)
    other["election"] = "A" * 43
    with pytest.raises(Refused, match="not the canary of its nonce"):
        Rehearsal.from_bytes(canonical.dumps(fields | {field: other[field]}))


def test_a_canary_under_another_key_is_refused(sealed: Sealed) -> None:
    fields = json.loads(sealed.rehearsal().data)
    with pytest.raises(Refused, match="not the canary of its nonce"):
        Rehearsal.from_bytes(canonical.dumps(fields | {"public_key": sealed.keys[0].public_key}))


def test_an_answer_is_no_partial_decryption_and_the_other_way_round(sealed: Sealed) -> None:
    """One ciphertext, one key, one factor: the proofs still cannot stand for each other."""
    rehearsal, key = sealed.rehearsal(), sealed.keys[0]
    answer = json.loads(make_answer(rehearsal, key))
    canary_tally = EncryptedTally(rehearsal.group, ((rehearsal.canary,),), 0, 0)
    as_partial = canonical.dumps({"decryption_factors": [[answer["factor"]]], "decryption_proofs": [[answer["proof"]]]})
    with pytest.raises(VerificationError, match="does not hold"):
        check_partial_decryption(as_partial, tally=canary_tally, trustee=sealed.trustees.members[0], election=sealed.election)
    partials = json.loads(sealed.story.decryptions(canary_tally)[0])
    assert partials["decryption_factors"] == [[answer["factor"]]]
    as_answer = canonical.dumps(answer | {"proof": partials["decryption_proofs"][0][0]})
    with pytest.raises(VerificationError, match="proof does not hold"):
        check_answer(as_answer, rehearsal)


def test_a_stranger_and_another_elections_trustee_answer_nothing(sealed: Sealed) -> None:
    stranger = PrivateKey.of(generate_trustee_key(sealed.election.group))
    with pytest.raises(Refused, match="not among this election's trustees"):
        make_answer(sealed.rehearsal(), stranger)


def test_a_rehearsal_of_another_election_is_not_checked_against_this_one(sealed: Sealed) -> None:
    other = story(sealed.election.group, trustees=2)
    keys = [member.public_key for member in other.trustees.members]
    rehearsal = Rehearsal.from_bytes(make_rehearsal(other.election, keys, purpose="opening", now=NOW))
    with pytest.raises(Refused, match="not of this election"):
        outcome(sealed, rehearsal, {})


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "lunch"},
        {"format": "x"},
        {"made_at": "now"},
        {"made_at": "2026-12-18T05:00:00"},
        {"nonce": "ab"},
        {"group": "P-256"},
        {"more": 1},
    ],
)
def test_what_is_no_rehearsal(sealed: Sealed, change: dict[str, object]) -> None:
    fields = json.loads(sealed.rehearsal().data)
    with pytest.raises(Refused, match="not a rehearsal to be answered"):
        Rehearsal.from_bytes(canonical.dumps(fields | change))


def test_two_rehearsals_never_share_a_nonce(sealed: Sealed) -> None:
    assert len({sealed.rehearsal().nonce for _ in range(20)}) == 20
