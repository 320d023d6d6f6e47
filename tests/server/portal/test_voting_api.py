"""The booth's calls as a browser makes them, and all that a browser should not send (protocol.md §12.6; threat-model.md W8, W9)."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from elections_for_tests import Device, ElectionForTests, build, cast, close, confirm, hash_of, log_in, ready, seal
from sandogh.protocol.ballot import make_ballot, tracker_of
from sandogh.protocol.canonical import dumps
from sandogh.protocol.vote_code import vote_code
from sandogh.server.accounts.models import VotingSession
from sandogh.server.ballotbox.models import Ballot
from sandogh.server.board import domain as board
from sandogh.server.board.models import BoardEvent

pytestmark = pytest.mark.django_db

UNDER_WAY = "authenticated", "sealed", "confirmed"


def post(device: Device | None, call: str, fields: object, slug: str = "azmayesh") -> HttpResponse:
    return post_bytes(device, call, json.dumps(fields).encode(), slug=slug)


def post_bytes(device: Device | None, call: str, body: bytes, *, kind: str = "application/json", slug: str = "azmayesh") -> HttpResponse:
    return client(device).post(f"/e/{slug}/vote/{call}/", body, content_type=kind)


def post_ballot(device: Device | None, ballot: bytes, slug: str = "azmayesh") -> HttpResponse:
    return post(device, "cast", {"ballot": ballot.decode()}, slug)


def get_status(device: Device | None) -> HttpResponse:
    return client(device).get("/e/azmayesh/vote/status/")


def client(device: Device | None) -> Client:
    browser = Client()
    if device is not None:
        browser.cookies["sandogh_session"] = device.token
    return browser


def stored() -> tuple[int, int]:
    return BoardEvent.objects.count(), Ballot.objects.count()


def refused(send: Callable[[], HttpResponse]) -> tuple[int, str]:
    """Status and code of a refusal, which has a sentence for the voter and stores no ballot."""
    before = stored()
    answer = send()
    assert stored() == before
    error = answer.json()
    assert error.keys() == {"error"}
    assert error["error"].keys() == {"code", "message"}
    # A whole Persian sentence, not a name of ours.
    assert error["error"]["message"].endswith(".")
    assert "ا" in error["error"]["message"]
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, error["error"]["code"]


@pytest.fixture
def e() -> ElectionForTests:
    return build(voters=2)


# ---- the whole way


def test_the_whole_way_of_a_vote(e: ElectionForTests) -> None:
    voter, device = e.voters[0], log_in(e, e.voters[0])
    ballot = e.ballot(voter)
    session = device.session
    times = {
        "expires_at": round(session.expires_at.timestamp() * 1000),
        "election_ends_at": round(e.model.closes_at.timestamp() * 1000),
        "last_cast_at": round(e.model.last_cast_at.timestamp() * 1000),
    }

    status = get_status(device).json()
    assert status.pop("now") < times["expires_at"]
    assert status == {"state": "authenticated", "vote_code": None, **times}

    sealed = post(device, "seal", {"ballot_hash": hash_of(ballot), "credential": voter.key.public}).json()
    code = vote_code(session.public_id, hash_of(ballot))
    assert sealed.pop("now") < times["expires_at"]
    assert sealed == {"vote_code": code, "state": "sealed", "expires_at": times["expires_at"]}

    confirm(device)
    status = get_status(device).json()
    assert (status["state"], status["vote_code"]) == ("confirmed", code)

    answer = post_ballot(device, ballot)
    event = board.find_by_tracker(e.model, tracker_of(ballot))
    assert answer.status_code == 200
    assert answer.json() == {"tracker": tracker_of(ballot), "event": event.hash, "receipt_url": "/e/azmayesh/receipt/"}
    assert get_status(device).json()["state"] == "cast"


def test_the_same_bytes_again_get_the_same_answer_and_no_second_ballot(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    first = post_ballot(device, ballot)
    after = stored()
    again = post_ballot(device, ballot)
    assert (again.status_code, again.json()) == (200, first.json())
    assert stored() == after == (2, 1)


def test_other_bytes_after_the_vote_are_refused(e: ElectionForTests) -> None:
    ballot, other = e.ballot(e.voters[0]), e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    post_ballot(device, ballot)
    assert refused(lambda: post_ballot(device, other)) == (409, "already_cast")
    assert refused(lambda: post(device, "seal", {"ballot_hash": hash_of(other), "credential": e.voters[0].key.public})) == (
        409,
        "already_cast",
    )
    assert refused(lambda: post(device, "leave", {})) == (409, "already_cast")


def test_a_recorded_vote_is_answered_even_after_the_election(e: ElectionForTests) -> None:
    """The reply was lost, the booth asks again when the ballots have ended."""
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    record = cast(device, ballot)
    close(e)
    answer = post_ballot(device, ballot)
    assert (answer.status_code, answer.json()["event"]) == (200, record.event_hash)


# ---- sealing


def test_sealing_again_replaces_code_and_confirmation(e: ElectionForTests) -> None:
    first, second = e.ballot(e.voters[0]), e.ballot(e.voters[0])
    device = ready(e, e.voters[0], first)
    old_code = device.session.vote_code
    answer = post(device, "seal", {"ballot_hash": hash_of(second), "credential": e.voters[0].key.public}).json()
    assert answer["state"] == "sealed"
    assert answer["vote_code"] != old_code
    assert refused(lambda: post_ballot(device, second)) == (409, "not_confirmed")
    assert refused(lambda: post_ballot(device, first)) == (409, "not_confirmed")
    confirm(device)
    assert refused(lambda: post_ballot(device, first)) == (409, "hash_mismatch")
    assert post_ballot(device, second).status_code == 200


def test_sealing_under_another_voters_credential_is_refused(e: ElectionForTests) -> None:
    device = log_in(e, e.voters[0])
    for credential in (e.voters[1].key.public, "", "x"):
        fields = {"ballot_hash": hash_of(e.ballot(e.voters[0])), "credential": credential}
        assert refused(lambda fields=fields: post(device, "seal", fields)) == (403, "wrong_credential")  # type: ignore[misc]
    assert device.session.state == "authenticated"


@pytest.mark.parametrize("ballot_hash", ["", "abc", "A" * 44, "A" * 42 + "=", "A" * 42 + "é", "../" * 14 + "A"])
def test_a_hash_that_is_none_is_refused(e: ElectionForTests, ballot_hash: str) -> None:
    device = log_in(e, e.voters[0])
    assert refused(lambda: post(device, "seal", {"ballot_hash": ballot_hash, "credential": e.voters[0].key.public})) == (400, "malformed")
    assert device.session.ballot_hash == ""


# ---- casting what was not confirmed


def test_a_ballot_before_its_time_is_refused(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = log_in(e, e.voters[0])
    assert refused(lambda: post_ballot(device, ballot)) == (409, "not_confirmed")
    seal(device, ballot)
    assert refused(lambda: post_ballot(device, ballot)) == (409, "not_confirmed")


def test_a_ballot_whose_hash_was_not_confirmed_is_refused(e: ElectionForTests) -> None:
    confirmed, sent = e.ballot(e.voters[0]), e.ballot(e.voters[0])
    device = ready(e, e.voters[0], confirmed)
    assert refused(lambda: post_ballot(device, sent)) == (409, "hash_mismatch")
    assert device.session.state == "confirmed"
    assert post_ballot(device, confirmed).status_code == 200


def test_a_ballot_signed_with_another_voters_credential_is_refused(e: ElectionForTests) -> None:
    """Somebody sealed under their own credential the hash of a ballot that another one signs."""
    foreign = e.ballot(e.voters[1])
    device = ready(e, e.voters[0], foreign)
    assert refused(lambda: post_ballot(device, foreign)) == (403, "wrong_credential")


def test_a_ballot_of_another_election_is_refused(e: ElectionForTests) -> None:
    other = build(voters=1, slug="other")
    foreign = make_ballot(other.parsed, e.voters[0].key, other.random_choices())
    assert refused(lambda: post_ballot(ready(e, e.voters[0], foreign), foreign)) == (422, "invalid_ballot")


def test_a_session_of_another_election_is_none_here(e: ElectionForTests) -> None:
    other = build(voters=1, slug="other")
    ballot = other.ballot(other.voters[0])
    device = ready(other, other.voters[0], ballot)
    assert refused(lambda: post_ballot(device, ballot)) == (401, "no_session")
    assert post_ballot(device, ballot, slug="other").status_code == 200


def _proof(fields: Any) -> None:
    fields["answers"][2]["overall_proof"][0]["challenge"] = "1"


def _order(fields: Any) -> None:
    fields["answers"].reverse()


def _unknown(fields: Any) -> None:
    fields["answers"][0]["note"] = ""


@pytest.mark.parametrize("change", [_proof, _order, _unknown])
def test_a_confirmed_ballot_whose_proofs_do_not_hold_is_refused(e: ElectionForTests, change: Callable[[Any], None]) -> None:
    """The hash it names is the confirmed one; what stands in it is not."""
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    fields = json.loads(ballot)
    change(fields)
    assert refused(lambda: post_ballot(device, dumps(fields))) == (422, "invalid_ballot")
    assert device.session.state == "confirmed"
    assert post_ballot(device, ballot).status_code == 200


def test_a_ballot_that_is_forged_with_its_own_hash_is_refused(e: ElectionForTests) -> None:
    """Hash and signature are right, a proof is not: what a booth under somebody's control could send."""
    from sandogh.protocol.digest import sha_base64
    from sandogh.protocol.proofs import make_knowledge

    voter, fields = e.voters[0], json.loads(e.ballot(e.voters[0]))
    fields["answers"][0]["individual_proofs"][0][0]["response"] = "5"
    del fields["signature"]
    digest = sha_base64(dumps(fields))
    forged = dumps(
        {**fields, "signature": {"hash": digest, "proof": make_knowledge(e.parsed.group, "sig", digest, voter.key.secret).form()}}
    )
    device = ready(e, voter, forged)
    assert refused(lambda: post_ballot(device, forged)) == (422, "invalid_ballot")


def test_a_replayed_ballot_of_another_voter_is_refused(e: ElectionForTests) -> None:
    """The identity side knows whose it is; and if it forgot, the permit still names the own credential."""
    ballot = e.ballot(e.voters[0])
    cast(ready(e, e.voters[0], ballot), ballot)
    fields = {"ballot_hash": hash_of(ballot), "credential": e.voters[1].key.public}
    assert refused(lambda: post(log_in(e, e.voters[1]), "seal", fields)) == (409, "code_taken")
    VotingSession.objects.all().delete()
    device = ready(e, e.voters[1], ballot)
    assert refused(lambda: post_ballot(device, ballot)) == (403, "wrong_credential")


# ---- challenge instead of cast


def audit(device: Device | None, ballot: bytes) -> HttpResponse:
    return post(device, "audit", {"ballot_hash": hash_of(ballot)})


def test_a_challenged_ballot_is_given_up_and_the_next_one_is_cast(e: ElectionForTests) -> None:
    voter, ballot = e.voters[0], e.ballot(e.voters[0])
    device = ready(e, voter, ballot)
    for _ in range(2):
        answer = audit(device, ballot)
        assert (answer.status_code, answer.json()) == (200, {"audited": 1, "most": 5, "state": "authenticated"})
        assert answer["Cache-Control"] == "no-store"
    status = get_status(device).json()
    assert (status["state"], status["vote_code"]) == ("authenticated", None)

    assert refused(lambda: post_ballot(device, ballot)) == (409, "audited")
    assert refused(lambda: post(device, "seal", {"ballot_hash": hash_of(ballot), "credential": voter.key.public})) == (409, "audited")
    following = e.ballot(voter)
    seal(device, following)
    assert refused(lambda: post_ballot(device, ballot)) == (409, "audited")
    confirm(device)
    assert refused(lambda: post_ballot(device, ballot)) == (409, "audited")
    assert refused(lambda: post_ballot(device, e.ballot(voter))) == (409, "hash_mismatch")
    assert post_ballot(device, following).status_code == 200
    assert refused(lambda: audit(device, following)) == (409, "already_cast")


def test_only_the_voter_s_own_sealed_ballot_is_challenged(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    assert refused(lambda: audit(None, ballot)) == (401, "no_session")
    assert refused(lambda: audit(log_in(e, e.voters[1]), ballot)) == (409, "hash_mismatch")
    assert refused(lambda: post(device, "audit", {"ballot_hash": "x"})) == (400, "malformed")
    assert refused(lambda: post(device, "audit", {})) == (400, "malformed")
    assert device.session.state == "confirmed"


def test_a_challenge_needs_the_page_s_own_token(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["sandogh_session"] = device.token
    answer = browser.post("/e/azmayesh/vote/audit/", json.dumps({"ballot_hash": hash_of(ballot)}), content_type="application/json")
    assert answer.status_code == 403
    assert device.session.state == "confirmed"


# ---- one vote, one device, in time


def test_a_spent_credential_votes_no_second_time_even_in_a_fresh_session(e: ElectionForTests) -> None:
    """The identity side forgot (say, a restored backup); the ballot side did not."""
    ballot, second = e.ballot(e.voters[0]), e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    post_ballot(device, ballot)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_votingsession SET state = 'left'")
    again = ready(e, e.voters[0], second)
    assert refused(lambda: post_ballot(again, second)) == (409, "credential_used")


def test_the_first_of_two_devices_cannot_cast(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    first = ready(e, e.voters[0], ballot)
    second = log_in(e, e.voters[0])
    assert refused(lambda: post_ballot(first, ballot)) == (409, "superseded")
    assert get_status(first).json()["state"] == "superseded"
    assert refused(lambda: post(first, "seal", {"ballot_hash": hash_of(ballot), "credential": e.voters[0].key.public})) == (
        409,
        "superseded",
    )
    assert get_status(second).json()["state"] == "authenticated"


def test_a_session_past_its_window_cannot_cast(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot, now=e.model.opens_at + timedelta(minutes=1))
    assert refused(lambda: post_ballot(device, ballot)) == (409, "expired")
    assert get_status(device).json()["state"] == "expired"


def test_whoever_left_cannot_cast(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    answer = post(device, "leave", {})
    assert (answer.status_code, answer.json()) == (200, {"state": "left"})
    assert refused(lambda: post_ballot(device, ballot)) == (409, "left")
    assert device.session.ballot_hash == ""


def test_nobody_casts_after_the_election_is_closed(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    close(e)
    assert refused(lambda: post_ballot(device, ballot)) == (409, "election_closed")
    assert refused(lambda: post(device, "seal", {"ballot_hash": hash_of(e.ballot(e.voters[0])), "credential": e.voters[0].key.public})) == (
        409,
        "election_closed",
    )


# ---- without a session


@pytest.mark.parametrize("token", [None, "", "x", "x" * 5000, "ü", "\x00"])
def test_without_a_session_every_call_says_so(e: ElectionForTests, token: str | None) -> None:
    device = None if token is None else Device(e, e.voters[0], token)
    ballot = e.ballot(e.voters[0])
    assert refused(lambda: get_status(device)) == (401, "no_session")
    assert refused(lambda: post_ballot(device, ballot)) == (401, "no_session")
    assert refused(lambda: post(device, "leave", {})) == (401, "no_session")
    assert refused(lambda: post(device, "seal", {"ballot_hash": hash_of(ballot), "credential": e.voters[0].key.public})) == (
        401,
        "no_session",
    )


def test_an_election_that_is_not_there_is_said_so(e: ElectionForTests) -> None:
    assert refused(lambda: post(None, "cast", {"ballot": ""}, slug="nowhere")) == (404, "no_election")
    assert client(None).get("/e/nowhere/vote/status/").json()["error"]["code"] == "no_election"


# ---- bodies


SEAL = {"ballot_hash": "A" * 43, "credential": "x"}


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("seal", b""),
        ("seal", b"null"),
        ("seal", b"[]"),
        ("seal", b"{"),
        ("seal", b"{}"),
        ("seal", b"\xff\xfe"),
        ("seal", json.dumps({**SEAL, "more": ""}).encode()),
        ("seal", json.dumps({**SEAL, "credential": 7}).encode()),
        ("seal", json.dumps({**SEAL, "credential": None}).encode()),
        ("seal", b'{"ballot_hash":"' + b"A" * 43 + b'","ballot_hash":"' + b"A" * 43 + b'","credential":"x"}'),
        ("seal", b'{"ballot_hash":NaN,"credential":"x"}'),
        ("seal", b"[" * 1900),
        ("cast", b""),
        ("cast", b"{}"),
        ("cast", b'{"ballot":{}}'),
        ("cast", b'{"ballot":""} {}'),
        ("cast", b'{"ballot":"\\ud800"}'),
        ("cast", b"[" * 100_000),
        ("leave", b""),
        ("leave", b"[]"),
        ("leave", b'{"why":"x"}'),
    ],
)
def test_a_malformed_body_is_refused(e: ElectionForTests, call: str, body: bytes) -> None:
    device = log_in(e, e.voters[0])
    assert refused(lambda: post_bytes(device, call, body)) == (400, "malformed")
    assert device.session.state == "authenticated"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
@pytest.mark.parametrize("call", ["seal", "audit", "cast", "leave"])
def test_only_json_is_read(e: ElectionForTests, call: str, kind: str) -> None:
    """A form of another site cannot send it without the browser asking first."""
    device = log_in(e, e.voters[0])
    assert refused(lambda: post_bytes(device, call, b"{}", kind=kind)) == (400, "malformed")


@pytest.mark.parametrize(
    ("call", "size"),
    [("seal", 2_001), ("audit", 2_001), ("leave", 2_001), ("cast", 400_001), ("cast", 5_000_000)],
    ids=lambda value: str(value),
)
def test_an_oversized_body_is_refused_unread(e: ElectionForTests, call: str, size: int) -> None:
    device = log_in(e, e.voters[0])
    assert refused(lambda: post_bytes(device, call, b" " * size)) == (413, "too_large")


def test_an_oversized_ballot_is_refused(e: ElectionForTests) -> None:
    device = log_in(e, e.voters[0])
    assert refused(lambda: post_ballot(device, b"a" * 300_001)) == (413, "too_large")
    assert refused(lambda: post_ballot(device, b"a" * 300_000)) == (409, "not_confirmed")


@pytest.mark.parametrize("ballot", ["", "{}", "[]", '{"signature":{"hash":7}}', "\x00", "۱" * 1000])
def test_text_that_is_no_ballot_is_refused(e: ElectionForTests, ballot: str) -> None:
    device = ready(e, e.voters[0], e.ballot(e.voters[0]))
    assert refused(lambda: post_ballot(device, ballot.encode())) == (422, "invalid_ballot")


@pytest.mark.parametrize(
    ("call", "method"), [("seal", "get"), ("audit", "get"), ("cast", "get"), ("leave", "get"), ("status", "post"), ("cast", "put")]
)
def test_another_method_is_refused(e: ElectionForTests, call: str, method: str) -> None:
    answers: list[HttpResponse] = []

    def send() -> HttpResponse:
        answers.append(getattr(client(None), method)(f"/e/azmayesh/vote/{call}/"))
        return answers[-1]

    assert refused(send) == (405, "method")
    assert answers[0]["Allow"] == ("GET" if call == "status" else "POST")


def test_a_call_without_the_csrf_token_is_refused(e: ElectionForTests) -> None:
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["sandogh_session"] = device.token
    before = stored()
    answer = strict.post("/e/azmayesh/vote/cast/", json.dumps({"ballot": ballot.decode()}), content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")
    assert stored() == before
    assert device.session.state == "confirmed"


# ---- what is kept of a request


def test_no_log_line_names_a_voter_a_session_or_a_ballot(e: ElectionForTests, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    session = device.session
    fields = json.loads(ballot)
    _proof(fields)
    post_ballot(device, dumps(fields))
    post_ballot(device, b"{}")
    post_ballot(device, ballot)
    post_ballot(device, ballot)
    secrets = [
        device.token,
        session.public_id,
        session.vote_code,
        e.voters[0].licence_no,
        e.voters[0].national_id,
        e.voters[0].mobile,
        e.voters[0].credential,
        e.voters[0].key.public,
        hash_of(ballot),
        tracker_of(ballot),
        "127.0.0.1",
    ]
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("sandogh")]
    assert len(ours) == 1
    # Django's debug log of SQL is off in every setting of ours; what is left must not name anybody.
    lines = "\n".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
    assert [secret for secret in secrets if secret in lines] == []


def test_a_cast_costs_few_queries(e: ElectionForTests, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    ballot = e.ballot(e.voters[0])
    device = ready(e, e.voters[0], ballot)
    with django_assert_max_num_queries(24):
        assert post_ballot(device, ballot).status_code == 200
