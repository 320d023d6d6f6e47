"""Five members establish a key of which three suffice; whoever cheats or is missing is named, with the file and the rule."""

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.key_establishment import coordinator, member
from sandogh.ceremony.key_establishment.papers import Paper, Step
from sandogh.ceremony.keyfile import read_key
from sandogh.protocol import canonical
from sandogh.protocol.certificates import check_certificates
from sandogh.protocol.channel import MessageKeys, send
from sandogh.protocol.groups import group_named
from sandogh.protocol.key_generation import commit_polynomial, make_polynomial
from sandogh.protocol.threshold import ThresholdParameters

from .ceremonies import NAMES, Establishment, rewrite
from .conftest import no_passphrase, unasked


@pytest.mark.parametrize(("group", "size", "threshold"), [("Ed25519", 5, 3), ("BELENIOS-2048", 3, 2), ("Ed25519", 2, 2), ("Ed25519", 1, 1)])
def test_a_key_is_established(tmp_path: Path, group: str, size: int, threshold: int) -> None:
    done = Establishment(tmp_path, size=size, threshold=threshold, group=group).confirmed()
    parameters = ThresholdParameters.from_bytes((done.office / "threshold-parameters.json").read_bytes(), group_named(group))
    assert (parameters.size, parameters.threshold) == (size, threshold)
    assert [key.name for key in parameters.verification_keys] == list(NAMES[:size])
    for number in done.members:
        assert read_key(done.key_file(number), unasked).public_key == parameters.verification_keys[number - 1].public_key
    found = coordinator.status(done.office)
    assert (found.step, found.missing, len(found.rounds)) == (None, (), 4)


def test_what_stays_with_a_member_is_for_the_owner_only(tmp_path: Path) -> None:
    done = Establishment(tmp_path, size=2, threshold=2).confirmed()
    private = {path.name for path in (tmp_path / "m1").iterdir() if stat.S_IMODE(path.stat().st_mode) == 0o600}
    assert private == {"me.seed.json", "me.kept.json", "me.private.json"}
    handed = {path.name for path in (tmp_path / "m1").iterdir()} - private
    secret = json.loads(done.seed(1).read_bytes())["seed"], json.loads(done.key_file(1).read_bytes())["private_key"]
    public = [path.read_text() for path in [*(tmp_path / "m1" / name for name in handed), *done.office.rglob("*.json")]]
    assert [word for word in secret for text in public if word in text] == []
    assert secret[0] in done.seed(1).read_text()  # the search can find it


def test_a_lost_private_key_comes_back_from_seed_and_last_round(tmp_path: Path) -> None:
    done = Establishment(tmp_path).confirmed()
    seed, last = tmp_path / "safe.seed.json", tmp_path / "round-4.json"
    shutil.copy2(done.seed(4), seed)
    shutil.copy2(done.office / "round-4.json", last)
    before = done.key_file(4).read_bytes()
    shutil.rmtree(tmp_path / "m4")
    shutil.rmtree(done.office)
    member.confirm(seed, coordinator.read_round(last), ask=unasked, out=tmp_path / "back.json", parameters=None)
    assert (tmp_path / "back.json").read_bytes() == before


# ---- who is missing
@pytest.mark.parametrize("step", list(Step))
def test_who_is_missing_is_named_at_every_step(tmp_path: Path, step: Step) -> None:
    going = Establishment(tmp_path)
    for earlier in list(Step)[: step - 1]:
        going.step(earlier)
    going.step(step, but=(2, 5))
    found = coordinator.status(going.office)
    assert (found.step, found.missing) == (step, (2, 5))
    assert not (going.office / f"round-{int(step)}.json").exists()
    coordinator.add(going.office, going.paper(5, step))
    assert coordinator.status(going.office).missing == (2,)


# ---- who lies: at the coordinator's door
def other_keys(establishment: Establishment, number: int) -> MessageKeys:
    seed = json.loads(establishment.seed(number).read_bytes())["seed"]
    return MessageKeys.from_seed(seed, establishment.ceremony.group)


def in_contents(change: Callable[[Any], object]) -> Callable[[Any], object]:
    def of_paper(paper: Any) -> None:
        paper["contents"] = change(paper["contents"]) or paper["contents"]

    return of_paper


def altered_message(contents: Any) -> None:
    contents["message"] = contents["message"].replace('"threshold":3', '"threshold":2')


def altered_response(contents: Any) -> None:
    contents["signature"]["response"] = str(int(contents["signature"]["response"]) ^ 1)


def swapped_secrets(contents: Any) -> None:
    contents["secrets"].reverse()


def short_coefexps(contents: Any) -> None:
    del contents["secrets"][-1]


def other_public_key(contents: Any) -> None:
    contents["public_key"]["pok"]["response"] = "1"


@pytest.mark.parametrize(
    ("step", "lie", "said"),
    [
        (Step.CERTIFICATE, in_contents(altered_message), "threshold is 2 where 3 belongs"),
        (Step.CERTIFICATE, in_contents(altered_response), "signature does not hold"),
        (Step.CERTIFICATE, lambda paper: paper.update(member=4), "index is"),
        (Step.COMMITMENT, lambda paper: paper.update(contents="ab"), "64 lower-case hex digits"),
        (Step.POLYNOMIAL, in_contents(swapped_secrets), "not the polynomial that was committed to"),
        (Step.POLYNOMIAL, in_contents(short_coefexps), "not the polynomial that was committed to"),
        (Step.KEY, in_contents(other_public_key), "does not hold"),
    ],
)
def test_a_liar_is_refused_with_file_member_and_rule(tmp_path: Path, step: Step, lie: Callable[[Any], object], said: str) -> None:
    going = Establishment(tmp_path)
    for earlier in list(Step)[: step - 1]:
        going.step(earlier)
    paper = going.act(3, step)
    rewrite(paper, lie)
    with pytest.raises(Refused) as refused:
        coordinator.add(going.office, paper)
    assert str(paper) in str(refused.value)
    assert said in str(refused.value)
    assert "§" in str(refused.value)
    if step is not Step.COMMITMENT and "index" not in said:
        assert f"member 3 ({NAMES[2]})" in str(refused.value)
    assert coordinator.status(going.office).missing == (1, 2, 3, 4, 5)


def test_a_copied_commitment_is_laid_to_the_door_of_who_hands_it_in(tmp_path: Path) -> None:
    going = Establishment(tmp_path).until(Step.CERTIFICATE)
    first, copy = going.act(1, Step.COMMITMENT), going.act(2, Step.COMMITMENT)
    coordinator.add(going.office, first)
    rewrite(copy, lambda paper: paper.update(contents=json.loads(first.read_bytes())["contents"]))
    with pytest.raises(Refused, match=r"the commitment of member 2 is that of member 1"):
        coordinator.add(going.office, copy)


def test_a_copied_certificate_is_refused_when_the_list_is_complete(tmp_path: Path) -> None:
    """Member 3 signs, with the seed of member 1, a certificate under the own number: two members would be one person."""
    going = Establishment(tmp_path)
    going.step(Step.CERTIFICATE, but=(3,))
    rewrite(going.seed(3), lambda seed: seed | {name: json.loads(going.seed(1).read_bytes())[name] for name in ("seed", "verification")})
    seed = member.Seed.from_bytes(going.seed(3).read_bytes())
    made = member.make_certificate(seed.seed, group=seed.group, index=3, size=5, threshold=3)
    paper = tmp_path / "copied.json"
    paper.write_bytes(Paper(Step.CERTIFICATE, going.ceremony.digest, 3, canonical.loads(made)).to_bytes())
    with pytest.raises(Refused, match=r"key of member 3 is the same as .* key of member 1"):
        coordinator.add(going.office, paper)
    assert coordinator.status(going.office).missing == (3,)


def test_the_rushing_member_who_draws_again_is_caught(tmp_path: Path) -> None:
    """Member 5 waits for everybody's polynomial and then draws another one than committed to, to bend the election key."""
    going = Establishment(tmp_path).until(Step.COMMITMENT)
    going.step(Step.POLYNOMIAL, but=(5,))
    seed = json.loads(going.seed(5).read_bytes())["seed"]
    certs = check_certificates(list(going.round(Step.COMMITMENT).of(Step.CERTIFICATE).values()), group=going.ceremony.group)
    another = make_polynomial(seed, 5, certs)
    rewrite(going.paper(5, Step.POLYNOMIAL), in_contents(lambda _: canonical.loads(another)))
    with pytest.raises(Refused, match=rf"member 5 \({NAMES[4]}\): not the polynomial that was committed to"):
        coordinator.add(going.office, going.paper(5, Step.POLYNOMIAL))


# ---- who lies: to the members
def false_secret(going: Establishment, *, liar: int, victim: int) -> None:
    """The liar sends the victim a signed point that is not on the committed polynomial, and commits to all of it."""
    round_ = going.round(Step.CERTIFICATE)
    certs = check_certificates(list(round_.of(Step.CERTIFICATE).values()), group=going.ceremony.group)
    kept = member.beside(going.seed(liar), "kept.json")
    message = canonical.dumps({"secret": "12345"}).decode()
    sent = send(message, sender=other_keys(going, liar), recipient=certs.members[victim - 1].encryption)

    def lie(fields: Any) -> None:
        fields["polynomial"]["secrets"][victim - 1] = sent

    rewrite(kept, lie)
    committed = commit_polynomial(canonical.dumps(json.loads(kept.read_bytes())["polynomial"]))
    rewrite(going.paper(liar, Step.COMMITMENT), lambda paper: paper.update(contents=committed))


def test_who_sends_a_false_secret_is_named_by_the_member_who_got_it(tmp_path: Path) -> None:
    going = Establishment(tmp_path).until(Step.CERTIFICATE)
    for number in going.members:
        going.act(number, Step.COMMITMENT)
    false_secret(going, liar=4, victim=2)
    for number in going.members:
        coordinator.add(going.office, going.paper(number, Step.COMMITMENT))
    going.step(Step.POLYNOMIAL)
    assert going.act(1, Step.KEY).exists()
    with pytest.raises(Refused) as refused:
        going.act(2, Step.KEY)
    assert "member 4" in str(refused.value)
    assert f"4 is {NAMES[3]}" in str(refused.value)
    assert "not on the polynomial" in str(refused.value)
    assert "12345" not in str(refused.value)
    assert not going.paper(2, Step.KEY).exists()


# ---- a coordinator who lies
def test_a_member_commits_for_one_list_of_certificates_only(tmp_path: Path) -> None:
    """Points sent under two lists would give the key to who wrote the second."""
    going = Establishment(tmp_path).until(Step.CERTIFICATE)
    going.act(1, Step.COMMITMENT)
    spare = member.certificate(going.ceremony, 2, prefix=tmp_path / "false", choose=no_passphrase).paper

    def replaced(round_: Any) -> None:
        round_["certificates"][1] = json.loads(spare.read_bytes())["contents"]

    rewrite(going.office / "round-1.json", replaced)
    going.paper(1, Step.COMMITMENT).unlink()
    with pytest.raises(Refused, match="you have committed to a polynomial for other certificates"):
        going.act(1, Step.COMMITMENT)


def test_ones_own_certificate_replaced_is_noticed(tmp_path: Path) -> None:
    going = Establishment(tmp_path).until(Step.CERTIFICATE)
    spare = member.certificate(going.ceremony, 1, prefix=tmp_path / "false", choose=no_passphrase).paper

    def replaced(round_: Any) -> None:
        round_["certificates"][0] = json.loads(spare.read_bytes())["contents"]

    rewrite(going.office / "round-1.json", replaced)
    with pytest.raises(Refused, match="none of the certificates is that of this seed"):
        going.act(1, Step.COMMITMENT)
    assert not member.beside(going.seed(1), "kept.json").exists()


def test_no_polynomial_is_shown_before_ones_own_commitment_stands_there(tmp_path: Path) -> None:
    going = Establishment(tmp_path).until(Step.COMMITMENT)

    def replaced(round_: Any) -> None:
        round_["commitments"][0] = "00" * 32

    rewrite(going.office / "round-2.json", replaced)
    with pytest.raises(Refused, match="the commitment under your name is not yours"):
        going.act(1, Step.POLYNOMIAL)


def test_commitments_do_not_change_after_the_polynomial_was_shown(tmp_path: Path) -> None:
    """A coordinator who lets a friend commit anew, with the others' polynomials in sight."""
    going = Establishment(tmp_path).until(Step.POLYNOMIAL)
    seed = json.loads(going.seed(5).read_bytes())["seed"]
    certs = check_certificates(list(going.round(Step.POLYNOMIAL).of(Step.CERTIFICATE).values()), group=going.ceremony.group)
    another = make_polynomial(seed, 5, certs)

    def replaced(round_: Any) -> None:
        round_["commitments"][4] = commit_polynomial(another)
        round_["polynomials"][4] = json.loads(another)

    rewrite(going.office / "round-3.json", replaced)
    with pytest.raises(Refused, match="you have shown your polynomial to other commitments"):
        going.act(1, Step.KEY)


def test_a_step_is_not_done_from_the_round_before_or_after(tmp_path: Path) -> None:
    going = Establishment(tmp_path).until(Step.COMMITMENT)
    with pytest.raises(Refused, match="this is round 2, after the commitments; what is needed is round 1"):
        member.commit(going.seed(1), going.round(Step.COMMITMENT), unasked)
    with pytest.raises(Refused, match="what is needed is round 3"):
        member.key(going.seed(1), going.round(Step.COMMITMENT), unasked)


def test_parameters_of_another_ceremony_are_not_confirmed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    ours, others = (Establishment(tmp_path / name, size=2, threshold=2).until(Step.KEY) for name in "ab")
    with pytest.raises(Refused, match="do not let them be sealed"):
        member.confirm(
            ours.seed(1), ours.round(Step.KEY), ask=unasked, out=ours.key_file(1),
            parameters=(others.office / "threshold-parameters.json").read_bytes(),
        )  # fmt: skip
    with pytest.raises(Refused, match="of another ceremony than your seed"):
        member.confirm(ours.seed(1), others.round(Step.KEY), ask=unasked, out=ours.key_file(1), parameters=None)
    assert not ours.key_file(1).exists()


# ---- mixed-up files
def test_the_same_file_twice_is_fine_and_another_of_the_same_member_is_not(tmp_path: Path) -> None:
    going = Establishment(tmp_path)
    paper = going.act(1, Step.CERTIFICATE)
    coordinator.add(going.office, paper)
    coordinator.add(going.office, paper)
    again = member.certificate(going.ceremony, 1, prefix=tmp_path / "again", choose=no_passphrase).paper
    with pytest.raises(Refused, match=rf"member 1 \({NAMES[0]}\) has handed in another certificate already"):
        coordinator.add(going.office, again)


def test_papers_out_of_step_and_of_other_ceremonies(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    going = Establishment(tmp_path / "a", size=2, threshold=1).until(Step.CERTIFICATE)
    other = Establishment(tmp_path / "b", size=2, threshold=1)
    with pytest.raises(Refused, match="belongs to another ceremony"):
        coordinator.add(going.office, other.act(1, Step.CERTIFICATE))
    early = going.act(1, Step.COMMITMENT)
    rewrite(early, lambda paper: paper.update(format="sandogh-ceremony-polynomial/1"))
    with pytest.raises(Refused, match="but the commitments are being collected"):
        coordinator.add(going.office, early)
    rewrite(early, lambda paper: paper.update(format="sandogh-ceremony-commitment/1", member=3))
    with pytest.raises(Refused, match="is of member 3; there are 2"):
        coordinator.add(going.office, early)


@pytest.mark.parametrize(
    "data", [b"", b"null", b"{", b"\xff", b"[]", b'{"format":"sandogh-ceremony-key/1"}', b'{"format":"sandogh-ceremony-other/1"}']
)
def test_bytes_that_are_no_paper(tmp_path: Path, data: bytes) -> None:
    going = Establishment(tmp_path, size=2, threshold=1)
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(Refused, match=r"x\.json"):
        coordinator.add(going.office, tmp_path / "x.json")


@pytest.mark.parametrize(
    ("threshold", "members"), [(3, ["a", "b"]), (1, []), (1, ["a", "a"]), (1, [" "]), (1, ["a\nb"]), (1, ["x" * 201]), (1, ["a\u202eb"])]
)
def test_ceremonies_that_make_no_sense(tmp_path: Path, threshold: int, members: list[str]) -> None:
    with pytest.raises(Refused, match="not a ceremony"):
        coordinator.begin(tmp_path / "c", group_name="Ed25519", threshold=threshold, members=members)
