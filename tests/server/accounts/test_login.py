"""Login (journey.md S3): who gets a code, and that nothing tells a stranger who is on the roll (threat-model.md W7, W9, O16)."""

import hmac
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from elections_for_tests import ElectionForTests, VoterForTests, build
from sandogh.server.accounts.domain import captcha, login, throttle
from sandogh.server.accounts.domain.keyed import token_hash
from sandogh.server.accounts.models import Attempt, SpentChallenge, VotingSession
from sandogh.server.common.errors import Refused
from sandogh.server.messaging.models import OutboundMessage
from sandogh.server.rolls.models import Voter

from .conftest import ADDRESS, NOW, code_of, identify, picture, row

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def attempt(e: ElectionForTests, licence_no: str, national_id: str, **changes: Any) -> Refused:
    """An attempt that must be refused."""
    now = changes.pop("now", NOW)
    values = {"licence_no": licence_no, "national_id": national_id, "address": ADDRESS, "proof": picture(now), "now": now} | changes
    with pytest.raises(Refused) as refused:
        login.identify(e.model, **values)
    return refused.value


def nothing_written() -> bool:
    return not VotingSession.objects.exists() and not OutboundMessage.objects.exists()


def test_a_voter_gets_a_code_on_his_own_number(e: ElectionForTests) -> None:
    voter = e.voters[0]
    session, token = identify(e, voter)
    message = OutboundMessage.objects.get()
    assert (message.to, message.purpose, message.wipe, message.fictional) == (voter.mobile, "otp", True, True)
    assert message.valid_until == NOW + timedelta(seconds=120)
    assert re.fullmatch(r"کیان آزمون‌گر 1\nکد ورود: ([0-9]{6})\n@127\.0\.0\.1 #\1", message.text)
    assert (session.state, session.voter, session.address) == ("identified", row(e, voter), ADDRESS)
    assert len(token) == 43


def test_neither_token_nor_code_rests_in_the_session(e: ElectionForTests) -> None:
    session, token = identify(e, e.voters[0])
    stored = str(VotingSession.objects.values().get())
    assert token not in stored
    assert code_of(session) not in stored.replace(session.mobile, "")
    assert session.token_hash == token_hash(token)


@pytest.mark.parametrize("written", [lambda n: n.translate(PERSIAN), lambda n: f" {n[:2]}-{n[2:4]} {n[4:]}\u200f", lambda n: f"{n}\n"])
def test_numbers_as_people_type_them(e: ElectionForTests, written: Callable[[str], str]) -> None:
    voter = e.voters[0]
    typed = {"licence_no": written(voter.licence_no).strip("\n"), "national_id": written(voter.national_id).strip("\n")}
    session, _token = login.identify(e.model, **typed, address=ADDRESS, proof=picture(), now=NOW)
    assert session.voter == row(e, voter)


def test_proof_of_work_instead_of_the_picture(e: ElectionForTests) -> None:
    import altcha

    challenge = captcha.new_work(now=NOW)
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    payload = altcha.Payload(altcha.Challenge.from_dict(challenge), solution).to_base64()
    voter, proof = e.voters[0], captcha.WorkAnswer(payload)
    login.identify(e.model, licence_no=voter.licence_no, national_id=voter.national_id, address=ADDRESS, proof=proof, now=NOW)
    assert attempt(e, voter.licence_no, voter.national_id, proof=proof).code == "spent"


Mismatch = Callable[[VoterForTests, VoterForTests], tuple[str, str]]
MISMATCHES: dict[str, Mismatch] = {
    "nobody has either number": lambda one, two: ("9999999999", "0123456789"),
    "the licence exists": lambda one, two: (one.licence_no, "0123456789"),
    "the national ID exists": lambda one, two: ("9999999999", one.national_id),
    "both exist, of two people": lambda one, two: (one.licence_no, two.national_id),
    "exchanged": lambda one, two: (one.national_id, one.licence_no),
    "before the first of the roll": lambda one, two: ("0000000000", one.national_id),
    "nine digits": lambda one, two: (one.licence_no[:9], one.national_id),
    "eleven digits": lambda one, two: (one.licence_no, one.national_id + "0"),
    "letters": lambda one, two: ("abcdefghij", one.national_id),
    "no characters": lambda one, two: ("", ""),
    "NUL": lambda one, two: (one.licence_no, "\0" * 10),
    "endless": lambda one, two: (one.licence_no * 10_000, one.national_id),
    "other digits of Unicode": lambda one, two: (one.licence_no.translate(str.maketrans("0123456789", "०१२३४५६७८९")), one.national_id),
}


def test_every_mismatch_has_one_answer_and_the_same_work(e: ElectionForTests, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same code, sentence and status; the same statements in the same order; as many keyed hashes."""
    hashes = 0

    def counted(key: bytes, message: bytes, digest: str) -> bytes:
        nonlocal hashes
        hashes += 1
        return real(key, message, digest)

    real = hmac.digest
    monkeypatch.setattr("sandogh.server.accounts.domain.keyed.hmac.digest", counted)
    seen = {}
    for name, numbers in MISMATCHES.items():
        proof = picture()
        hashes = 0
        with CaptureQueriesContext(
            connection,
        ) as queries:
            refused = attempt(e, *numbers(*e.voters[:2]), proof=proof)
        statements = [re.sub(r"'[^']*'| ?-?\b[0-9]+\b|s[0-9]+_x[0-9]+|\bNULL\b", "?", query["sql"]) for query in queries]
        seen[name] = (refused.code, refused.message, refused.status, statements, hashes)
    first = seen["nobody has either number"]
    assert first[:3] == ("no_match", "اطلاعات واردشده با فهرست رأی‌دهندگان مطابقت ندارد.", 403)
    assert first[4] > 0
    for name, outcome in seen.items():
        assert outcome == first, name
    assert nothing_written()


def test_who_has_no_number_is_shown_the_way(e: ElectionForTests) -> None:
    Voter.objects.filter(licence_no=e.voters[0].licence_no).update(mobile="")
    refused = attempt(e, e.voters[0].licence_no, e.voters[0].national_id)
    assert refused.code == "no_mobile"
    assert "دبیرخانه" in refused.message
    assert nothing_written()


@pytest.mark.parametrize("status", ["suspended", "lapsed"])
def test_who_may_not_vote_is_not_told_before_the_code(e: ElectionForTests, status: str) -> None:
    Voter.objects.filter(licence_no=e.voters[0].licence_no).update(status=status)
    session, _token = identify(e, e.voters[0])
    assert session.state == "identified"


@pytest.mark.parametrize(("hours", "code"), [(-1.01, "election_closed"), (8, "election_closed"), (8.1, "election_closed")])
def test_only_while_voting_is_open(e: ElectionForTests, hours: float, code: str) -> None:
    voter = e.voters[0]
    assert attempt(e, voter.licence_no, voter.national_id, now=NOW + timedelta(hours=hours)).code == code
    assert nothing_written()


def test_the_first_and_the_last_instant(e: ElectionForTests) -> None:
    identify(e, e.voters[0], now=NOW - timedelta(hours=1))
    identify(e, e.voters[0], now=NOW + timedelta(hours=8) - timedelta(microseconds=1))
    assert VotingSession.objects.count() == 2


def test_a_voter_of_another_election_is_nobody_here(e: ElectionForTests) -> None:
    other = build(voters=5, slug="digar", now=NOW)
    stranger = other.voters[4]
    assert attempt(e, stranger.licence_no, stranger.national_id).code == "no_match"


def test_a_wrong_picture_looks_at_no_number_and_costs_nobody_a_try(e: ElectionForTests) -> None:
    voter = e.voters[0]
    wrong = replace(picture(), answer="")
    assert attempt(e, voter.licence_no, voter.national_id, proof=wrong).code == "wrong_picture"
    # Address and range are counted, the numbers are not.
    assert Attempt.objects.count() == 2
    assert nothing_written()


@pytest.mark.parametrize("field", ["licence_no", "national_id"])
def test_guessing_at_one_number_is_stopped_for_either_and_from_everywhere(e: ElectionForTests, field: str) -> None:
    codes = []
    for number in range(12):
        numbers = {"licence_no": f"77{number:08d}", "national_id": f"88{number:08d}"} | {field: getattr(e.voters[0], field)}
        codes.append(attempt(e, **numbers, address=f"198.51.{number}.1").code)
    assert codes == ["no_match"] * 10 + ["throttled"] * 2


def test_guessing_at_a_number_that_nobody_has_is_stopped_alike(e: ElectionForTests) -> None:
    codes = [attempt(e, "9999999999", f"88{number:08d}").code for number in range(12)]
    assert codes == ["no_match"] * 10 + ["throttled"] * 2


def test_the_limit_ends_after_its_time(e: ElectionForTests) -> None:
    voter = e.voters[0]
    for _ in range(12):
        attempt(e, voter.licence_no, "0123456789")
    assert attempt(e, voter.licence_no, voter.national_id).code == "throttled"
    identify(e, voter, now=NOW + timedelta(minutes=10))


def test_one_address_and_its_neighbours_are_stopped_as_a_machine_is(e: ElectionForTests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "ADDRESS", replace(throttle.ADDRESS, count=3))
    monkeypatch.setattr(throttle, "ADDRESS_RANGE", replace(throttle.ADDRESS_RANGE, count=5))
    from_addresses = ["192.0.2.1"] * 4 + ["192.0.2.2"] * 4 + ["198.51.100.1"]
    codes = [attempt(e, f"77{number:08d}", "0123456789", address=address).code for number, address in enumerate(from_addresses)]
    assert codes == ["no_match"] * 3 + ["throttled"] + ["no_match"] * 2 + ["throttled"] * 2 + ["no_match"]


def test_an_office_of_six_hundred_behind_one_address_gets_in_within_the_hour() -> None:
    # Carrier-grade NAT is universal: a limit that stops honest voters is worse than none.
    assert throttle.ADDRESS.count * (timedelta(hours=1) // throttle.ADDRESS.period) >= 600


def test_three_codes_in_ten_minutes_for_a_member(e: ElectionForTests) -> None:
    voter = e.voters[0]
    for second in (0, 1, 2):
        identify(e, voter, now=NOW + timedelta(seconds=second))
    refused = attempt(e, voter.licence_no, voter.national_id, now=NOW + timedelta(seconds=3))
    assert (refused.code, VotingSession.objects.count(), OutboundMessage.objects.count()) == ("throttled", 3, 3)
    identify(e, voter, now=NOW + timedelta(minutes=10))


def test_three_codes_in_ten_minutes_for_a_number_that_two_members_share(e: ElectionForTests) -> None:
    one, two = e.voters[:2]
    Voter.objects.filter(licence_no=two.licence_no).update(mobile=one.mobile)
    for voter in (one, two, one):
        identify(e, voter)
    assert attempt(e, two.licence_no, two.national_id).code == "throttled"


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7"])
def test_addresses_of_both_kinds(e: ElectionForTests, address: str) -> None:
    identify(e, e.voters[0], address=address)
    assert VotingSession.objects.count() == 1


def test_an_answered_picture_is_all_that_a_refused_stranger_leaves(e: ElectionForTests) -> None:
    attempt(e, "9999999999", "0123456789")
    assert SpentChallenge.objects.count() == 1
    # Address, range, licence, national ID: hashes and times.
    assert Attempt.objects.count() == 4
