"""Creating elections and moving them, in the database."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from sandogh.server.common.errors import Refused
from sandogh.server.elections import domain
from sandogh.server.elections.definition import Contact, parse_definition, races_of
from sandogh.server.elections.models import ActRecord, Election, Organisation
from sandogh.server.elections.state import Act

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def definition(examples):
    return parse_definition((examples / "sample-election.json").read_bytes())


@pytest.fixture
def election(definition) -> Election:
    return domain.create(definition, group="Ed25519", now=NOW)


def test_a_created_election_holds_the_whole_definition(definition, election):
    stored = Election.by_slug("arkan-1405")
    assert stored.pk == election.pk
    assert stored.state == "draft"
    assert stored.races() == list(definition.races)
    assert stored.supervisory_board() == list(definition.supervisory_board)
    assert stored.sms_templates == definition.sms_templates
    assert stored.definition["tie_break"] == definition.tie_break
    assert stored.organisation.contacts() == [Contact("پشتیبانی تلفنی", "۰۹۹-۰۰۰۰۰۰۰۰"), Contact("دبیرخانهٔ کانون", "۰۹۹-۰۰۰۰۰۰۰۱")]
    for name in ("title", "kind_text", "opens_at", "closes_at", "objections_close_at", "session_minutes", "otp_seconds", "otp_digits",
                 "grace", "inbound_number", "fictional"):  # fmt: skip
        assert getattr(stored, name) == getattr(definition, name)
    assert stored.announced_closes_at == definition.closes_at
    assert (stored.election_json, stored.trustees_json, stored.credentials_json, stored.fingerprint) == (None, None, None, "")
    assert list(stored.acts.values_list("act", "at")) == [("create", NOW)]


def test_two_elections_of_one_association_share_it_and_never_a_uuid(definition, election):
    other = domain.create(replace(definition, slug="other"), group="BELENIOS-2048", now=NOW)
    assert other.organisation_id == election.organisation_id
    assert other.uuid != election.uuid
    assert Organisation.objects.count() == 1


def test_an_address_is_given_once(definition, election):
    with pytest.raises(Refused) as refused:
        domain.create(definition, group="Ed25519", now=NOW)
    assert refused.value.code == "slug_taken"
    assert Election.objects.count() == 1


def test_a_group_that_nobody_knows_is_refused_and_nothing_is_kept(definition):
    with pytest.raises(Refused) as refused:
        domain.create(definition, group="RSA", now=NOW)
    assert refused.value.code == "unknown_group"
    assert (Election.objects.count(), Organisation.objects.count()) == (0, 0)


def test_an_act_moves_the_row_and_is_recorded(election):
    moved = domain.advance(election, Act.SEAL, now=NOW, note="شمارهٔ ۱")
    assert moved.state == "sealed"
    assert Election.by_slug(election.slug).state == "sealed"
    assert list(ActRecord.objects.values_list("act", "note")) == [("create", ""), ("seal", "شمارهٔ ۱")]


def test_a_refused_act_leaves_no_trace(election):
    with pytest.raises(Refused) as refused:
        domain.advance(election, Act.PUBLISH, now=NOW)
    assert refused.value.code == "wrong_state"
    assert Election.by_slug(election.slug).state == "draft"
    assert ActRecord.objects.count() == 1


def test_the_row_decides_and_not_what_the_caller_still_believes(election):
    stale = Election.by_slug(election.slug)
    domain.advance(election, Act.SEAL, now=NOW)
    with pytest.raises(Refused) as refused:
        domain.advance(stale, Act.SEAL, now=NOW)
    assert refused.value.code == "wrong_state"


def test_a_draft_takes_another_definition(definition, election, examples):
    document = json.loads((examples / "sample-election.json").read_text())
    document["races"][0]["seats_main"] = 5
    document["election"]["title"] = "عنوان دیگر"
    domain.redefine(election, parse_definition(document), now=NOW)
    stored = Election.by_slug(election.slug)
    assert (stored.title, stored.uuid) == ("عنوان دیگر", election.uuid)
    assert races_of(stored.definition)[0].seats_main == 5


def test_a_sealed_election_takes_no_other_definition(definition, election):
    domain.advance(election, Act.SEAL, now=NOW)
    with pytest.raises(Refused) as refused:
        domain.redefine(election, replace(definition, title="دیگر"), now=NOW)
    assert refused.value.code == "frozen"
    assert Election.by_slug(election.slug).title == definition.title


def test_the_address_does_not_change(definition, election):
    with pytest.raises(Refused) as refused:
        domain.redefine(election, replace(definition, slug="elsewhere"), now=NOW)
    assert refused.value.code == "slug_changed"


@pytest.mark.parametrize("broken", [{"state": "paused"}, {"closes_at": NOW, "opens_at": datetime(2027, 1, 1, tzinfo=UTC)}])
def test_the_database_itself_refuses_what_no_act_would_write(election, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Election.objects.filter(pk=election.pk).update(**broken)
