"""The board as it is downloaded, and the count: trustees in a hurry, officers who would rather see another result."""

import io
import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from attacks.browsing import CHOICES, fetched
from attacks.forging import false_decryption, opened, signed
from elections_for_tests import (
    ElectionForTests,
    build,
    cast,
    close,
    count,
    draft,
    partial_decryption,
    ready,
)
from sandogh.ceremony.keyfile import PrivateKey
from sandogh.ceremony.trustee import decrypt
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import MessageKeys, generate_seed
from sandogh.protocol.credential import derive_credential, generate_credential, make_public_credentials
from sandogh.protocol.credentials_certificate import make_credentials_certificate
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.events import EventType
from sandogh.protocol.groups import group_named
from sandogh.protocol.record import read_records
from sandogh.protocol.trustee import generate_trustee_key
from sandogh.server.board import domain as board
from sandogh.server.board.models import BoardEvent
from sandogh.server.common import clock
from sandogh.server.common.errors import Refused
from sandogh.server.console import acts
from sandogh.server.tallies import domain as tallies
from sandogh.server.tallies.published import encrypted_tally
from sandogh.verifier.checks import verify_archive

pytestmark = pytest.mark.django_db


@pytest.fixture
def e() -> ElectionForTests:
    return build(voters=3)


# ---- the board as readers get it


def test_a_ballot_put_into_the_database(e: ElectionForTests) -> None:
    """Somebody with the database's password publishes a ballot of an unlisted credential: the download shows it, and the verifier and
    the server's own count refuse it (§7.1)."""
    stranger = derive_credential(generate_credential(), uuid=e.parsed.uuid, group=e.parsed.group)
    honest = e.ballot(e.voters[0], CHOICES)
    cast(ready(e, e.voters[0], honest), honest)
    assert verify_archive(io.BytesIO(fetched())).findings == []
    stuffed = signed(opened(e.ballot(e.voters[1], CHOICES)) | {"credential": stranger.public}, e.parsed, stranger)
    with transaction.atomic():
        board.append(e.model, EventType.Ballot, [stuffed], now=e.model.opens_at)
    assert [finding.section for finding in verify_archive(io.BytesIO(fetched())).findings] == ["§7.1"]
    now = close(e)
    with pytest.raises(Refused) as damaged:
        acts.tally(e.model, now=now)
    assert damaged.value.code == "board_damaged"


def test_split_view_is_seen_by_two_downloads(e: ElectionForTests) -> None:
    """What one reader has downloaded is a beginning of what the next one gets, event by event and byte by byte (§12.7)."""
    seen = [fetched()]
    for voter in e.voters[:2]:
        ballot = e.ballot(voter, CHOICES)
        cast(ready(e, voter, ballot), ballot)
        seen.append(fetched())
    assert all(later.startswith(earlier) and later != earlier for earlier, later in pairwise(seen))


# ---- the count


def voted(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0], CHOICES)
    cast(ready(e, e.voters[0], ballot), ballot)


def handed(owner: int, partial: bytes) -> bytes:
    """A trustee's file, as `sandogh trustee decrypt` writes it."""
    return dumps({"format": "sandogh-partial-decryption/1", "owner": owner, "partial_decryption": loads(partial)})


def test_early_decryption_has_nothing_to_decrypt(e: ElectionForTests, tmp_path: Path) -> None:
    """A trustee downloads the board of an open election to decrypt it: there is no tally in it, and the command refuses (§12.2)."""
    voted(e)
    key_file, archive = tmp_path / "t.private.json", tmp_path / "open.bel"
    key_file.write_bytes(PrivateKey.of(e.trustees[0]).to_bytes())
    key_file.chmod(0o600)

    def asked() -> None:
        archive.write_bytes(fetched())
        decrypt(key_file=key_file, archive=archive, out=tmp_path / "out.json", ask=lambda what: pytest.fail(what))

    with pytest.raises(VerificationError, match="no encrypted tally yet"):
        asked()
    kinds = [record.event.type for record in read_records(io.BytesIO(archive.read_bytes()))]
    assert kinds == [EventType.Setup, EventType.Ballot]
    close(e)
    with pytest.raises(VerificationError, match="no encrypted tally yet"):
        asked()
    acts.tally(e.model, now=e.model.last_cast_at)
    asked()
    acts.decrypt(e.model, (tmp_path / "out.json").read_bytes(), now=e.model.last_cast_at)
    assert [each.numbers for each in tallies.missing_decryptions(e.model)] == [(2,)]


def test_early_decryption_is_not_taken_in(e: ElectionForTests) -> None:
    """A decryption handed in while voters vote, and after them before the tally; and a result that somebody wants to see."""
    voted(e)
    other = build(voters=1, slug="other")
    close(other)
    acts.tally(other.model, now=other.model.last_cast_at)
    partial = handed(1, partial_decryption(other, 1))
    now = e.model.last_cast_at
    for after in (lambda: None, lambda: close(e)):
        after()
        with pytest.raises(Refused) as early:
            acts.decrypt(e.model, partial, now=now + timedelta(seconds=1))
        assert early.value.code in ("wrong_state", "out_of_order")
        assert board.members_of(e.model, EventType.PartialDecryption) == []
        assert b'"Result"' not in fetched()
        assert Client().get("/e/azmayesh/result/").status_code == 404


def test_two_results(e: ElectionForTests) -> None:
    """Publishing again, by hand and by the act, leaves the one result that there is (§12.2)."""
    voted(e)
    count(e)
    archive = fetched()
    for again in (acts.publish, tallies.publish):
        with pytest.raises(Refused):
            again(e.model, now=e.model.last_cast_at)
    assert fetched() == archive
    assert verify_archive(io.BytesIO(archive)).complete


def test_a_trustee_decrypting_something_else(e: ElectionForTests) -> None:
    """The file of another trustee, of another election, or altered on its way, is refused at the door, and the right one taken (§10.1)."""
    voted(e)
    other = build(voters=1, slug="other")
    for election in (e, other):
        now = close(election)
        acts.tally(election.model, now=now)
    right: Any = loads(partial_decryption(e, 1))
    altered = json.loads(dumps(right))
    altered["decryption_factors"][0].reverse()
    for wrong in (partial_decryption(e, 2), partial_decryption(other, 1), dumps(altered)):
        with pytest.raises(Refused) as refusal:
            acts.decrypt(e.model, handed(1, wrong), now=now)
        assert refusal.value.code == "invalid_partial_decryption"
    assert acts.decrypt(e.model, handed(1, dumps(right)), now=now) == (1, True)


def test_a_false_decryption_whose_proof_holds(tmp_path: Path) -> None:
    """One of three trustees, of whom two suffice, publishes a factor of its own choice (§10.1): no result comes of it, and the third
    trustee's decryption does not agree (§10.2)."""
    e = build(voters=2, trustees=0, quorum=(3, 2))
    voted(e)
    now = close(e)
    acts.tally(e.model, now=now)
    tally = encrypted_tally(e.model)
    false = false_decryption(tally, e.trustees[0].private, e.parsed)
    for owner, made in ((1, false), (2, partial_decryption(e, 2))):
        assert acts.decrypt(e.model, handed(owner, made), now=now) == (owner, True)
    with pytest.raises(Refused) as refusal:
        acts.decrypt(e.model, handed(3, partial_decryption(e, 3)), now=now)
    assert refusal.value.code == "invalid_partial_decryption"
    assert "contradict each other (§10.2)" in refusal.value.message
    with pytest.raises(Refused) as refusal:
        acts.publish(e.model, now=now)
    assert refusal.value.code == "no_result_found"
    assert b'"Result"' not in fetched()


def test_a_false_decryption_after_a_quorum_is_kept_out() -> None:
    """The same trustee comes last: the two honest ones are there, the false one is refused, and the result is not held up."""
    e = build(voters=2, trustees=0, quorum=(3, 2))
    voted(e)
    now = close(e)
    acts.tally(e.model, now=now)
    for owner in (2, 3):
        acts.decrypt(e.model, handed(owner, partial_decryption(e, owner)), now=now)
    false = false_decryption(encrypted_tally(e.model), e.trustees[0].private, e.parsed)
    with pytest.raises(Refused, match=r"§10\.2"):
        acts.decrypt(e.model, handed(1, false), now=now)
    acts.publish(e.model, now=now)
    assert verify_archive(io.BytesIO(fetched())).complete


# ---- the list


def test_credential_authority_and_server_disagree_on_the_list() -> None:
    """Officers seal with a list in which one credential is their own, beside the authority's certificate: it is of another list (§5.4);
    with the authority's own list, the download holds exactly that and the certificate."""
    election, people = draft(voters=3)
    group, keys = group_named(election.group), MessageKeys.from_seed(generate_seed(), group_named(election.group))
    made = [derive_credential(generate_credential(), uuid=election.uuid, group=group).public for _ in people]
    own = derive_credential(generate_credential(), uuid=election.uuid, group=group).public
    request = json.loads(acts.credentials_request(election, base_url="http://127.0.0.1:8000"))
    authoritys = make_public_credentials(made, group)
    certificate = make_credentials_certificate(keys, authoritys, uuid=election.uuid)
    proof = dumps({"format": "sandogh-credentials-proof/1", "record": {"certificate": loads(certificate)}, "credentials": []})

    def seal_with(credentials: list[str]) -> None:
        listed = [{"voter": person[0], "public": public} for person, public in zip(people, credentials, strict=True)]
        document = {
            "format": "sandogh-public-credentials/1",
            "uuid": election.uuid,
            "roll_fingerprint": request["roll_fingerprint"],
            "credentials": listed,
        }
        trustee = generate_trustee_key(group, name="t").public.to_bytes()
        acts.seal(election, credentials=dumps(document), trustees=[trustee], credentials_proof=proof, now=clock.now())

    with pytest.raises(Refused) as refusal:
        seal_with([own, *made[1:]])
    assert refusal.value.code == "proof_file"
    assert "§5.4" in refusal.value.message
    assert BoardEvent.objects.count() == 0
    seal_with(made)
    acts.open_voting(type(election).by_slug(election.slug), now=clock.now())
    first = next(iter(read_records(io.BytesIO(fetched()))))
    assert [member.data for member in first.data[2:4]] == [authoritys, certificate]
    assert verify_archive(io.BytesIO(fetched())).findings == []
