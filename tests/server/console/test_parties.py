"""Sealing with threshold trustees, weights and the authority's certificate; rehearsals on record; files of shuffles."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from elections_for_tests import ElectionForTests, build, close, partial_decryption, ready, shuffle
from elections_for_tests import cast as cast_vote
from elections_for_tests import draft as make_draft
from protocol.establishments import Establishment, establish
from sandogh.protocol import canonical
from sandogh.protocol.channel import MessageKeys, generate_seed
from sandogh.protocol.credential import make_public_credentials
from sandogh.protocol.credentials_certificate import make_credentials_certificate
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.events import EventType, SetupData
from sandogh.protocol.groups import group_named
from sandogh.protocol.trustee import check_trustees
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.console import acts
from sandogh.server.console.sealing import read_partial_decryption, read_shuffle
from sandogh.server.elections.models import Election

from .conftest import BEFORE, Parties

GROUP = group_named("Ed25519")


@pytest.fixture(scope="module")
def group_of_three() -> Establishment:
    return establish(3, 2)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


# ---- trustees


def test_single_trustees_come_first_then_the_groups(
    draft: Election, issued: dict[str, Any], parties: Parties, group_of_three: Establishment
) -> None:
    parameters = group_of_three.parameters.to_bytes()
    sealed = acts.seal(
        draft,
        credentials=canonical.dumps(issued),
        trustees=parties.trustee_files,
        threshold_parameters=[parameters + b"\n"],
        now=BEFORE,
    )
    trustees = check_trustees(bytes(sealed.trustees_json or b""), GROUP)
    assert [(needed, len(members)) for needed, members in trustees.grouped()] == [(1, 1), (1, 1), (2, 3)]
    assert [(each.number, each.group) for each in acts.trustees(sealed)] == [(1, None), (2, None), (3, 1), (4, 1), (5, 1)]


def test_a_threshold_group_alone_is_enough(draft: Election, issued: dict[str, Any], group_of_three: Establishment) -> None:
    sealed = acts.seal(draft, credentials=canonical.dumps(issued), threshold_parameters=[group_of_three.parameters.to_bytes()], now=BEFORE)
    assert len(acts.trustees(sealed)) == 3


@pytest.mark.parametrize("fault", ["single", "twice", "altered", "coefexps", "nothing", "junk"])
def test_spoilt_threshold_parameters_seal_nothing(
    draft: Election, issued: dict[str, Any], parties: Parties, group_of_three: Establishment, fault: str
) -> None:
    good = group_of_three.parameters.to_bytes()
    altered, coefexps = json.loads(good), json.loads(good)
    altered["verification_keys"].reverse()
    coefexps["coefexps"].pop()
    files: dict[str, list[bytes]] = {
        "single": [parties.trustee_files[0]],
        "twice": [good, good],
        "altered": [canonical.dumps(altered)],
        "coefexps": [canonical.dumps(coefexps)],
        "nothing": [],
        "junk": [b"\xff"],
    }
    assert (
        code_of(lambda: acts.seal(draft, credentials=canonical.dumps(issued), threshold_parameters=files[fault], now=BEFORE))
        == "trustee_file"
    )
    assert Election.by_slug(draft.slug).state == "draft"


# ---- weights and the certificate


@pytest.mark.parametrize(
    ("weight", "code"), [(0, "credentials_file"), (True, "credentials_file"), ("2", "credentials_file"), (2, "credentials_weight")]
)
def test_a_weight_that_the_roll_does_not_have(draft: Election, issued: dict[str, Any], parties: Parties, weight: object, code: str) -> None:
    issued["credentials"][0]["weight"] = weight
    assert code_of(lambda: acts.seal(draft, credentials=canonical.dumps(issued), trustees=parties.trustee_files, now=BEFORE)) == code


def proof_of(issued: dict[str, Any], uuid: str) -> bytes:
    """What the authority hands out beside its list, as far as the server reads it."""
    listed = make_public_credentials([entry["public"] for entry in issued["credentials"]], GROUP)
    certificate = make_credentials_certificate(MessageKeys.from_seed(generate_seed(), GROUP), listed, uuid=uuid)
    record = {"format": "sandogh-credentials-record/1", "certificate": canonical.loads(certificate), "statement": {}}
    return canonical.dumps({"format": "sandogh-credentials-proof/1", "record": record, "credentials": canonical.loads(listed)})


def test_the_authority_s_certificate_is_published_with_its_list(draft: Election, issued: dict[str, Any], parties: Parties) -> None:
    proof = proof_of(issued, draft.uuid)
    sealed = acts.seal(draft, credentials=canonical.dumps(issued), trustees=parties.trustee_files, credentials_proof=proof, now=BEFORE)
    ((election, trustees, listed, certificate, setup),) = board.members_of(sealed, EventType.Setup)
    assert canonical.loads(certificate) == json.loads(proof)["record"]["certificate"]
    assert SetupData.from_bytes(setup) == SetupData(*map(sha_hex, (election, trustees, listed, certificate)))


def test_a_certificate_of_another_list_or_election_seals_nothing(draft: Election, issued: dict[str, Any], parties: Parties) -> None:
    other = {"credentials": issued["credentials"][1:]}
    spoilt = json.loads(proof_of(issued, draft.uuid))
    spoilt["record"]["certificate"]["voter_list_length"] = 7
    unsigned = json.loads(proof_of(issued, draft.uuid))
    del unsigned["record"]["certificate"]["signature"]
    wrong = [
        proof_of(other, draft.uuid),
        proof_of(issued, "B" * 22),
        canonical.dumps(spoilt),
        canonical.dumps(unsigned),
        canonical.dumps({"format": "sandogh-credentials-proof/1", "record": {}, "credentials": []}),
        b"{}",
    ]
    for proof in wrong:
        assert (
            code_of(
                lambda proof=proof: acts.seal(  # type: ignore[misc]
                    draft, credentials=canonical.dumps(issued), trustees=parties.trustee_files, credentials_proof=proof, now=BEFORE
                )
            )
            == "proof_file"
        )
    assert Election.by_slug(draft.slug).state == "draft"


# ---- rehearsals


def rehearsal_record(of: Election, /, **changes: object) -> bytes:
    said = {
        "format": "sandogh-rehearsal-record/1",
        "rehearsal": "0" * 64,
        "purpose": "opening",
        "election": of.fingerprint,
        "uuid": of.uuid,
        "made_at": "2026-12-01T08:00:00+00:00",
        "checked_at": "2026-12-01T09:00:00+00:00",
        "trustees": [],
        "groups": [],
        "refused": [],
        "works": True,
    }
    return canonical.dumps(said | changes)


def test_a_rehearsal_is_noted_by_its_hash(sealed: Election) -> None:
    assert acts.rehearsed(sealed) is False
    record = rehearsal_record(sealed)
    assert acts.note_rehearsal(sealed, record, now=BEFORE) is True
    assert acts.rehearsed(sealed) is True
    last = sealed.acts.last()
    assert last is not None
    assert (last.act, last.note) == ("rehearsal", f"passed opening sha256 {sha_hex(record)}")
    # The last one counts: a key that has been lost since is lost.
    assert acts.note_rehearsal(sealed, rehearsal_record(sealed, works=False, purpose="closing"), now=BEFORE) is False
    assert acts.rehearsed(sealed) is False


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"election": "A" * 43}, "rehearsal_election"),
        ({"works": "yes"}, "rehearsal_file"),
        ({"purpose": "fun"}, "rehearsal_file"),
        ({"format": "sandogh-rehearsal/1"}, "rehearsal_file"),
        ({"more": 1}, "rehearsal_file"),
    ],
)
def test_what_is_no_record_of_this_election_s_rehearsal(sealed: Election, changes: dict[str, object], code: str) -> None:
    assert code_of(lambda: acts.note_rehearsal(sealed, rehearsal_record(sealed, **changes), now=BEFORE)) == code
    assert acts.rehearsed(sealed) is False


def test_no_rehearsal_before_sealing(draft: Election) -> None:
    assert code_of(lambda: acts.note_rehearsal(draft, rehearsal_record(draft), now=BEFORE)) == "wrong_state"


# ---- trustees' files


@pytest.mark.parametrize(("read", "name"), [(read_shuffle, "shuffle"), (read_partial_decryption, "partial-decryption")])
def test_a_trustee_s_file_is_read_strictly(read: Callable[[bytes], tuple[int, bytes]], name: str) -> None:
    field = name.replace("-", "_")
    good = {"format": f"sandogh-{name}/1", "owner": 2, field: {"a": []}}
    assert read(canonical.dumps(good) + b"\n") == (2, b'{"a":[]}')
    code = f"{name.split('-')[0]}_file"
    for wrong in (good | {"owner": True}, good | {"owner": "2"}, good | {field: []}, good | {"more": 1}, good | {"format": "other/1"}):
        assert code_of(lambda wrong=wrong: read(canonical.dumps(wrong))) == code  # type: ignore[misc]


@pytest.fixture
def tallying(db: None) -> ElectionForTests:
    e = build(voters=1, races="kinds", trustees=2)
    ballot = e.ballot(e.voters[0])
    cast_vote(ready(e, e.voters[0], ballot), ballot)
    now = close(e)
    acts.tally(e.model, now=now)
    return e


def wrapped(name: str, owner: int, data: bytes) -> bytes:
    return canonical.dumps({"format": f"sandogh-{name}/1", "owner": owner, name.replace("-", "_"): canonical.loads(data)})


def test_from_shuffles_to_a_result_by_files(tallying: ElectionForTests) -> None:
    e, now = tallying, tallying.model.last_cast_at
    assert acts.status(e.model, now=now)["missing_shuffles"] == [1, 2]
    first = wrapped("shuffle", 1, shuffle(e))
    assert acts.shuffle(e.model, first, now=now) == (1, True)
    assert acts.shuffle(e.model, first, now=now) == (1, False)
    assert acts.shuffle(e.model, wrapped("shuffle", 2, shuffle(e)), now=now) == (2, True)
    status = acts.status(e.model, now=now)
    assert (status["missing_shuffles"], status["missing_decryptions"]) == ([], [{"needed": 1, "of": [1]}, {"needed": 1, "of": [2]}])
    for owner in (1, 2):
        acts.decrypt(e.model, wrapped("partial-decryption", owner, partial_decryption(e, owner)), now=now)
    assert acts.publish(e.model, now=now).state == "published"
    assert code_of(lambda: acts.shuffle(e.model, first, now=now)) == "wrong_state"


def test_a_late_share_is_told_that_the_result_is_out(db: None) -> None:
    e = build(voters=1, trustees=0, quorum=(3, 2))
    now = close(e)
    acts.tally(e.model, now=now)
    files = [wrapped("partial-decryption", owner, partial_decryption(e, owner)) for owner in (1, 2, 3)]
    for file in files[:2]:
        acts.decrypt(e.model, file, now=now)
    acts.publish(e.model, now=now)
    assert code_of(lambda: acts.decrypt(e.model, files[2], now=now)) == "result_out"
    assert acts.decrypt(e.model, files[0], now=now) == (1, False)


@pytest.mark.django_db
def test_a_draft_has_no_trustees() -> None:
    election, _people = make_draft()
    assert code_of(lambda: acts.trustees(election)) == "out_of_order"
