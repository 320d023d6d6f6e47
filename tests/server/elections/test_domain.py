"""Creating elections and moving them, in the database."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from pictures_for_tests import picture
from sandogh.server.common.errors import Refused
from sandogh.server.elections import domain
from sandogh.server.elections.definition import Contact, parse_definition
from sandogh.server.elections.models import ActRecord, Election, Organisation
from sandogh.server.elections.photos import Portrait
from sandogh.server.elections.races import races_of
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


# ---- photos
def with_photos(examples, *colours: tuple[int, int, int]):
    """The sample whose first candidates have pictures of these colours."""
    document = json.loads((examples / "sample-election.json").read_text())
    pictures = {f"{number}.jpg": picture(colour=colour) for number, colour in enumerate(colours)}
    for person, name in zip(document["races"][0]["candidates"], pictures, strict=False):
        person["photo"] = name
    return parse_definition(document, photos=pictures.__getitem__)


def kept(election: Election) -> dict[str, str]:
    """code → fingerprint of the photos in the database, each the fingerprint of its own bytes."""
    for photo in election.photos.all():
        assert Portrait(bytes(photo.jpeg)).sha256 == photo.sha256
    return dict(election.photos.values_list("code", "sha256"))


def named(election: Election) -> dict[str, str]:
    stored = Election.by_slug(election.slug)
    return {candidate.code: candidate.photo for race in stored.races() for candidate in race.candidates if candidate.photo}


def test_photos_are_kept_with_the_definition_that_names_them(examples):
    definition = with_photos(examples, (1, 1, 1), (90, 90, 90))
    election = domain.create(definition, group="Ed25519", now=NOW)
    assert len(definition.portraits) == 2
    assert kept(election) == named(election) == {code: portrait.sha256 for code, portrait in definition.portraits.items()}
    for portrait in definition.portraits.values():
        assert domain.photo_jpeg(election, portrait.sha256) == portrait.jpeg


def test_two_candidates_may_have_the_same_picture(examples):
    definition = with_photos(examples, (1, 1, 1), (1, 1, 1))
    election = domain.create(definition, group="Ed25519", now=NOW)
    (sha256,) = set(kept(election).values())
    assert len(kept(election)) == 2
    assert domain.photo_jpeg(election, sha256) == next(iter(definition.portraits.values())).jpeg


def test_another_definition_brings_its_own_photos_and_no_others(definition, examples):
    election = domain.create(with_photos(examples, (1, 1, 1), (90, 90, 90)), group="Ed25519", now=NOW)
    before = kept(election)
    domain.redefine(election, with_photos(examples, (200, 1, 1)), now=NOW)
    assert kept(election) == named(election)
    assert len(kept(election)) == 1
    assert not set(kept(election).values()) & set(before.values())
    domain.redefine(election, definition, now=NOW)
    assert kept(election) == named(election) == {}


def test_the_photos_of_a_sealed_election_stay(examples):
    election = domain.create(with_photos(examples, (1, 1, 1)), group="Ed25519", now=NOW)
    before = kept(election)
    domain.advance(election, Act.SEAL, now=NOW)
    with pytest.raises(Refused) as refused:
        domain.redefine(election, with_photos(examples, (200, 1, 1)), now=NOW)
    assert refused.value.code == "frozen"
    assert kept(election) == before


def test_a_photo_belongs_to_its_election(examples):
    election = domain.create(with_photos(examples, (1, 1, 1)), group="Ed25519", now=NOW)
    other = domain.create(replace(with_photos(examples, (200, 1, 1)), slug="other"), group="Ed25519", now=NOW)
    (sha256,) = kept(election).values()
    for chosen, asked in ((other, sha256), (election, "0" * 64), (election, ""), (election, sha256.upper())):
        with pytest.raises(Refused) as refused:
            domain.photo_jpeg(chosen, asked)
        assert (refused.value.code, refused.value.status) == ("no_photo", 404)


def test_the_address_does_not_change(definition, election):
    with pytest.raises(Refused) as refused:
        domain.redefine(election, replace(definition, slug="elsewhere"), now=NOW)
    assert refused.value.code == "slug_changed"


@pytest.mark.parametrize("broken", [{"state": "paused"}, {"closes_at": NOW, "opens_at": datetime(2027, 1, 1, tzinfo=UTC)}])
def test_the_database_itself_refuses_what_no_act_would_write(election, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Election.objects.filter(pk=election.pk).update(**broken)
