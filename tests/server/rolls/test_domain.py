"""A roll in the database: imported, found in, fingerprinted, given credentials."""

import contextlib
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from sandogh.server.common.errors import Refused
from sandogh.server.elections import domain as elections
from sandogh.server.elections.definition import parse_definition
from sandogh.server.elections.models import Election
from sandogh.server.elections.state import Act
from sandogh.server.rolls import domain
from sandogh.server.rolls.importer import HEADER, read_roll
from sandogh.server.rolls.models import Voter

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def election(examples) -> Election:
    return elections.create(parse_definition((examples / "sample-election.json").read_bytes()), group="Ed25519", now=NOW)


@pytest.fixture
def roll(election, examples) -> Election:
    domain.import_roll(election, read_roll((examples / "roll-642.csv").read_bytes()))
    return election


def tiny(*rows: str) -> bytes:
    return "\n".join([",".join(HEADER), *rows]).encode()


def test_the_accepted_rows_become_the_voters(roll, examples):
    report = read_roll((examples / "roll-642.csv").read_bytes())
    stored = {voter.licence_no: voter for voter in Voter.objects.filter(election=roll)}
    assert len(stored) == 640
    for row in report.accepted:
        voter = stored[row.normalised["licence_no"]]
        assert {name: getattr(voter, name) for name in row.normalised} == row.normalised
        assert voter.eligible == row.eligible
        assert voter.public_credential == ""
    assert domain.eligible_count(roll) == 611


def test_what_a_voter_is_called_and_shown_as(roll):
    voter = Voter.objects.get(licence_no="9904014505")
    assert voter.name == "علی کریمی‌نمونه"
    assert voter.greeting == "همکار گرامی علی کریمی‌نمونه"
    assert voter.masked_mobile == "09****05"
    assert str(voter) == f"voter {voter.pk}"


def test_a_second_import_takes_the_first_ones_place(roll):
    domain.import_roll(roll, read_roll(tiny("9901014501,9990001235,آزاده,پیش‌گام,,راه,سپیدشهر,فعال")))
    assert [voter.licence_no for voter in Voter.objects.filter(election=roll)] == ["9901014501"]


def test_a_roll_without_an_accepted_row_is_refused_and_the_old_one_stays(roll):
    with pytest.raises(Refused) as refused:
        domain.import_roll(roll, read_roll(tiny("1,2,آزاده,پیش‌گام,,راه,سپیدشهر,فعال")))
    assert refused.value.code == "roll_empty"
    assert Voter.objects.filter(election=roll).count() == 640


def test_a_sealed_roll_is_frozen(roll, examples):
    elections.advance(roll, Act.SEAL, now=NOW)
    before = domain.roll_fingerprint(roll)
    for act in (
        lambda: domain.import_roll(roll, read_roll(tiny("9901014501,9990001235,آزاده,پیش‌گام,,راه,سپیدشهر,فعال"))),
        lambda: domain.assign_credentials(roll, {}, {}),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "frozen"
    assert domain.roll_fingerprint(roll) == before


@pytest.mark.parametrize(
    ("licence_no", "national_id"),
    [
        ("9901014501", "9990001235"),
        ("99-01-01-4501", "999-000123-5"),
        ("۹۹۰۱۰۱۴۵۰۱", "٩٩٩٠٠٠١٢٣٥"),
        (" 9901014501\u200f", "\u00a09990001235"),
    ],
)
def test_a_voter_is_found_by_both_numbers_in_any_digits(roll, licence_no, national_id):
    assert domain.find(roll, licence_no=licence_no, national_id=national_id).given_name == "آزاده"


def test_ineligible_members_are_found_too(roll):
    assert domain.find(roll, licence_no="9906014507", national_id="9990009996").status == "suspended"


MISMATCHES = [
    ("9901014501", "9990004560"),  # another member's national ID
    ("9901014502", "9990001235"),  # another member's licence
    ("9901014501", "9990001236"),
    ("0000000000", "9990001235"),
    ("9999999999", "9990001235"),
    ("", ""),
    ("abc", "def"),
    ("9" * 5000, "9" * 5000),
    ("9901014501\0", "9990001235"),
    ("\ud800", "\udfff"),
    ("9901014501", ""),
]


@pytest.mark.parametrize(("licence_no", "national_id"), MISMATCHES)
def test_every_mismatch_has_the_same_answer(roll, licence_no, national_id):
    with pytest.raises(Refused) as refused:
        domain.find(roll, licence_no=licence_no, national_id=national_id)
    assert (refused.value.code, refused.value.status) == ("no_match", 403)
    assert refused.value.message == "اطلاعات واردشده با فهرست رأی‌دهندگان مطابقت ندارد."


@pytest.mark.parametrize(("licence_no", "national_id"), [("9901014501", "9990001235"), *MISMATCHES])
def test_a_match_and_every_mismatch_do_the_same_work(roll, licence_no, national_id, django_assert_num_queries):
    with django_assert_num_queries(2), contextlib.suppress(Refused):
        domain.find(roll, licence_no=licence_no, national_id=national_id)


def test_nobody_is_found_in_another_election(roll, examples):
    from dataclasses import replace

    other = elections.create(
        replace(parse_definition((examples / "sample-election.json").read_bytes()), slug="other"), group="Ed25519", now=NOW
    )
    with pytest.raises(Refused) as refused:
        domain.find(other, licence_no="9901014501", national_id="9990001235")
    assert refused.value.code == "no_match"


def test_the_fingerprint_is_of_the_roll_and_not_of_its_order(election):
    rows = ["9901014501,9990001235,آزاده,پیش‌گام,09120000101,راه,سپیدشهر,فعال", "9901014502,9990004560,کیان,مهرآیین,,راه,سپیدشهر,معلق"]
    domain.import_roll(election, read_roll(tiny(*rows)))
    first = domain.roll_fingerprint(election)
    domain.import_roll(election, read_roll(tiny(*rows[::-1])))
    assert domain.roll_fingerprint(election) == first
    for changed in (rows[0].replace("0101,", "0109,"), rows[0].replace("فعال", "منقضی"), rows[0].replace("سپیدشهر", "نیلوفران")):
        domain.import_roll(election, read_roll(tiny(changed, rows[1])))
        assert domain.roll_fingerprint(election) != first


def test_the_fingerprint_is_the_documented_one(election):
    import hashlib

    domain.import_roll(election, read_roll(tiny("9901014501,9990001235,آزاده,پیش‌گام,09120000101,راه,سپیدشهر,فعال")))
    text = 'sandogh-roll/1\n["9901014501","9990001235","آزاده","پیش‌گام","09120000101","راه","سپیدشهر","active"]\n'
    assert domain.roll_fingerprint(election) == hashlib.sha256(text.encode()).hexdigest()


def test_credentials_go_to_exactly_the_eligible_voters(roll):
    mapping = {voter.licence_no: f"{number:064x}" for number, voter in enumerate(domain.eligible_voters(roll))}
    domain.assign_credentials(roll, mapping, {})
    assert {voter.licence_no: voter.public_credential for voter in domain.eligible_voters(roll)} == mapping
    assert Voter.objects.exclude(status="active").exclude(public_credential="").count() == 0


def test_credentials_may_be_issued_anew_before_sealing(roll):
    licences = [voter.licence_no for voter in domain.eligible_voters(roll)]
    for order in (licences, licences[::-1]):
        mapping = {licence: f"{number:064x}" for number, licence in enumerate(order)}
        domain.assign_credentials(roll, mapping, {})
    assert {voter.licence_no: voter.public_credential for voter in domain.eligible_voters(roll)} == mapping


@pytest.mark.parametrize("fault", ["one missing", "one of a suspended member", "one of nobody"])
def test_credentials_for_another_set_of_voters_are_refused(roll, fault):
    mapping = {voter.licence_no: f"{number:064x}" for number, voter in enumerate(domain.eligible_voters(roll))}
    if fault == "one missing":
        del mapping["9901014501"]
    else:
        mapping["9906014507" if "suspended" in fault else "9999999999"] = "f" * 64
    with pytest.raises(Refused) as refused:
        domain.assign_credentials(roll, mapping, {})
    assert refused.value.code == "credentials_roll"
    assert Voter.objects.exclude(public_credential="").count() == 0


def test_one_credential_for_two_voters_is_refused(roll):
    mapping = {voter.licence_no: f"{number:064x}" for number, voter in enumerate(domain.eligible_voters(roll))}
    mapping["9901014502"] = mapping["9901014501"]
    with pytest.raises(Refused) as refused:
        domain.assign_credentials(roll, mapping, {})
    assert refused.value.code == "credentials_twice"


@pytest.mark.parametrize("column", ["licence_no", "national_id", "public_credential"])
def test_the_database_itself_refuses_a_double(roll, column):
    Voter.objects.filter(licence_no="9901014501").update(public_credential="a" * 64)
    value = getattr(Voter.objects.get(licence_no="9901014501"), column)
    with pytest.raises(IntegrityError), transaction.atomic():
        Voter.objects.filter(licence_no="9901014502").update(**{column: value})
