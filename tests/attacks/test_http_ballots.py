"""Ballots sent by voters with programs of their own, and by strangers: nothing that is refused leaves a trace, and the honest vote
afterwards is taken."""

from collections.abc import Callable

import pytest

from attacks.browsing import CHOICES, post, refused, send, sent_as_confirmed
from attacks.forging import opened, sealed, signed, twisted
from elections_for_tests import (
    Device,
    ElectionForTests,
    build,
    cast,
    close,
    confirm,
    hash_of,
    log_in,
    ready,
    seal,
)
from sandogh.protocol.canonical import dumps
from sandogh.protocol.credential import CredentialKey, derive_credential, generate_credential
from sandogh.protocol.proofs import make_disjunction
from sandogh.server.common.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def e() -> ElectionForTests:
    return build(voters=3)


def test_replay_of_a_ballot_under_another_credential(e: ElectionForTests) -> None:
    """A voter takes another one's ballot from the public board and signs its answers: proofs of somebody else (§7.2)."""
    theirs = e.ballot(e.voters[0], CHOICES)
    cast(ready(e, e.voters[0], theirs), theirs)
    form = opened(theirs) | {"credential": e.voters[1].key.public}
    copy = signed(form, e.parsed, e.voters[1].key)
    assert sent_as_confirmed(e, e.voters[1], copy) == (422, "invalid_ballot")


def test_replay_of_the_same_bytes(e: ElectionForTests) -> None:
    """A voter sends another one's published ballot as it is: sealed by nobody twice, and of another's credential."""
    theirs = e.ballot(e.voters[0], CHOICES)
    cast(ready(e, e.voters[0], theirs), theirs)
    fields = {"ballot_hash": hash_of(theirs), "credential": e.voters[1].key.public}
    assert refused(lambda: post(log_in(e, e.voters[1]), "seal", fields)) == (409, "code_taken")
    honest = e.ballot(e.voters[1], CHOICES)
    device = ready(e, e.voters[1], honest)
    assert refused(lambda: send(device, theirs)) == (409, "hash_mismatch")
    assert send(device, honest).status_code == 200


def test_a_ballot_stuffed_without_a_session(e: ElectionForTests) -> None:
    """A stranger with a voter's stolen credential, and no password to the voter's telephone."""
    ballot = e.ballot(e.voters[0], CHOICES)
    assert refused(lambda: send(None, ballot)) == (401, "no_session")
    forged = Device(e, e.voters[0], "a-token-that-nobody-was-given")
    assert refused(lambda: send(forged, ballot)) == (401, "no_session")


def test_a_ballot_stuffed_without_a_credential(e: ElectionForTests) -> None:
    """A voter of the roll with a key pair of the own making, or with another voter's credential."""
    own = derive_credential(generate_credential(), uuid=e.parsed.uuid, group=e.parsed.group)
    device = log_in(e, e.voters[0])
    for credential in (own.public, e.voters[1].key.public):
        fields = {"ballot_hash": hash_of(e.ballot(e.voters[0], CHOICES)), "credential": credential}
        assert refused(lambda fields=fields: post(device, "seal", fields)) == (403, "wrong_credential")  # type: ignore[misc]
    ballot = e.ballot(e.voters[0], CHOICES)
    stuffed = signed(opened(ballot) | {"credential": own.public}, e.parsed, own)
    assert sent_as_confirmed(e, e.voters[0], stuffed)[0] in (403, 422)


def test_a_ballot_signed_without_the_secret(e: ElectionForTests) -> None:
    """Somebody at the voter's open device, without the paper that the credential is on (§7.1)."""
    guessed = CredentialKey(7, e.voters[0].key.public)
    forged = signed(opened(e.ballot(e.voters[0], CHOICES)), e.parsed, guessed)
    assert sent_as_confirmed(e, e.voters[0], forged) == (422, "invalid_ballot")


def test_a_vote_outside_the_range(e: ElectionForTests) -> None:
    """A booth of the voter's own seals two votes for one candidate, with the best proof there is (§7.2)."""
    voter, form = e.voters[0], opened(e.ballot(e.voters[0], CHOICES))
    context = f"{e.parsed.fingerprint}|{voter.key.public}"
    two = sealed(e.parsed, 2)
    proofs = make_disjunction(two, range(2, 4), election=e.parsed, context=context)
    form["answers"][0]["choices"][0] = two.ciphertext.form(e.parsed.group)
    form["answers"][0]["individual_proofs"][0] = [proof.form() for proof in proofs]
    assert sent_as_confirmed(e, voter, signed(form, e.parsed, voter.key)) == (422, "invalid_ballot")


def test_an_overall_proof_reused(e: ElectionForTests) -> None:
    """More choices than allowed under the overall proof of another ballot (§7.2)."""
    voter = e.voters[0]
    form = opened(e.ballot(voter, CHOICES))
    form["answers"][0]["overall_proof"] = opened(e.ballot(voter, CHOICES))["answers"][0]["overall_proof"]
    assert sent_as_confirmed(e, voter, signed(form, e.parsed, voter.key)) == (422, "invalid_ballot")


def test_answers_swapped_between_questions(e: ElectionForTests) -> None:
    """Two questions of one shape, two answers, exchanged on the way by somebody who cannot sign (§7.1)."""
    voter = e.voters[0]
    ballot = e.ballot(voter, CHOICES)
    form = opened(ballot)
    form["answers"][1], form["answers"][2] = form["answers"][2], form["answers"][1]
    device = ready(e, voter, ballot)
    assert refused(lambda: send(device, dumps(form))) == (422, "invalid_ballot")
    assert send(device, ballot).status_code == 200


def test_a_component_of_small_order(e: ElectionForTests) -> None:
    """A ciphertext outside the subgroup (§4.2)."""
    voter, group = e.voters[0], e.parsed.group
    form = opened(e.ballot(voter, CHOICES))
    choice = form["answers"][0]["choices"][0]
    choice["beta"] = group.ser(twisted(group, group.parse(choice["beta"], section="", what="")))
    assert sent_as_confirmed(e, voter, signed(form, e.parsed, voter.key)) == (422, "invalid_ballot")


@pytest.mark.parametrize(
    "respelt",
    [
        lambda ballot: ballot + b" ",
        lambda ballot: ballot.replace(b":", b": ", 1),
        lambda ballot: ballot.replace(b'"challenge":"', b'"challenge":"0', 1),
        lambda ballot: ballot.replace(b'"response":"', b'"response":"+', 1),
        lambda ballot: ballot.replace(b'"signature":{', b'"signature":{"x":"",', 1),
    ],
    ids=["trailing space", "space inside", "leading zero", "plus sign", "further field"],
)
def test_a_non_canonical_ballot(e: ElectionForTests, respelt: Callable[[bytes], bytes]) -> None:
    """The confirmed ballot in another spelling: it would have another tracker than the one that the voter's booth shows (§7.1)."""
    ballot = e.ballot(e.voters[0], CHOICES)
    device = ready(e, e.voters[0], ballot)
    assert refused(lambda: send(device, respelt(ballot))) in ((409, "hash_mismatch"), (422, "invalid_ballot"))
    assert send(device, ballot).status_code == 200


def test_a_challenged_ballot_cast_anyway(e: ElectionForTests) -> None:
    """A device lets the voter challenge its ballot, learns that it was opened, and casts it all the same (§14)."""
    voter, ballot = e.voters[0], e.ballot(e.voters[0], CHOICES)
    device = ready(e, voter, ballot)
    assert post(device, "audit", {"ballot_hash": hash_of(ballot)}).status_code == 200
    assert refused(lambda: send(device, ballot)) == (409, "audited")
    fields = {"ballot_hash": hash_of(ballot), "credential": voter.key.public}
    assert refused(lambda: post(device, "seal", fields)) == (409, "audited")
    again = log_in(e, voter)  # nor from another device, nor after the cast of another one was prepared
    assert refused(lambda: post(again, "seal", fields)) == (409, "audited")
    following = e.ballot(voter, CHOICES)
    seal(again, following)
    confirm(again)
    assert refused(lambda: send(again, ballot)) == (409, "audited")
    assert send(again, following).status_code == 200


def test_two_votes_of_one_voter(e: ElectionForTests) -> None:
    """The same credential twice, from one device and from another one."""
    voter = e.voters[0]
    first, second = e.ballot(voter, CHOICES), e.ballot(voter, [[0, 1, 0, 0], [0, 1], [0, 1]])
    device = ready(e, voter, first)
    assert send(device, first).status_code == 200
    assert refused(lambda: send(device, second)) == (409, "already_cast")
    with pytest.raises(Refused) as none:
        ready(e, voter, second)
    assert none.value.code == "already_voted"


def test_a_ballot_after_the_end_of_voting(e: ElectionForTests) -> None:
    """A confirmed ballot that comes when EndBallots stands on the board."""
    ballot = e.ballot(e.voters[0], CHOICES)
    device = ready(e, e.voters[0], ballot)
    close(e)
    status, _code = refused(lambda: send(device, ballot))
    assert status == 409
