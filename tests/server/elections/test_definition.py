"""Reading a definition: the sample as it is, and every fault with the path of its field."""

import copy
import json
from datetime import datetime

import pytest

from pictures_for_tests import picture
from sandogh.protocol.groups import group_named
from sandogh.server.common.errors import Refused
from sandogh.server.elections.definition import Definition, fingerprint, parse_definition
from sandogh.server.elections.fields import DefinitionRefused
from sandogh.server.elections.photos import make_portrait
from sandogh.server.elections.races import Candidate, questions, races_of

GROUP = group_named("Ed25519")


@pytest.fixture
def sample(examples) -> dict:
    return json.loads((examples / "sample-election.json").read_text())


def refused(document) -> dict[str, str]:
    """path → message of every problem."""
    with pytest.raises(DefinitionRefused) as caught:
        parse_definition(document)
    assert caught.value.code == "definition"
    assert caught.value.status == 400
    for problem in caught.value.problems:
        assert f"{problem.path}: {problem.message}" in caught.value.message
    return {problem.path: problem.message for problem in caught.value.problems}


def test_the_sample_is_read_whole(examples, sample):
    definition = parse_definition((examples / "sample-election.json").read_bytes())
    assert definition.slug == "arkan-1405"
    assert definition.fictional is True
    assert definition.opens_at == datetime.fromisoformat("2026-12-18T08:00:00+03:30")
    assert definition.closes_at == datetime.fromisoformat("2026-12-18T20:00:00+03:30")
    assert definition.objections_close_at == datetime.fromisoformat("2026-12-21T20:00:00+03:30")
    assert (definition.session_minutes, definition.otp_seconds, definition.otp_digits, definition.grace) == (20, 120, 6, True)
    assert definition.inbound_number == "100000000"
    assert definition.sms_templates == sample["election"]["sms_templates"]
    assert [contact.value for contact in definition.organisation.support] == ["۰۹۹-۰۰۰۰۰۰۰۰", "۰۹۹-۰۰۰۰۰۰۰۱"]
    assert [supervisor.role for supervisor in definition.supervisory_board] == ["رئیس هیئت نظارت", "منشی", "عضو", "عضو", "عضو"]
    assert [(r.id, r.seats_main, r.seats_alternate, r.min_choices, r.max_choices, len(r.candidates)) for r in definition.races] == [
        ("board", 7, 2, 0, 7, 24),
        ("inspector", 2, 1, 0, 3, 8),
        ("prosecutor", 1, 0, 0, 1, 4),
    ]


def test_candidates_stand_in_ballot_order_whatever_the_file_says(sample):
    ranks = {c["code"]: c["alphabetical_rank"] for race in sample["races"] for c in race["candidates"]}
    for race in parse_definition(sample).races:
        assert [ranks[candidate.code] for candidate in race.candidates] == list(range(1, len(race.candidates) + 1))


def test_the_stored_form_gives_the_same_races_after_a_json_column(sample):
    definition = parse_definition(sample)
    stored = json.loads(json.dumps(definition.stored()))
    assert races_of(stored) == list(definition.races)
    assert fingerprint(stored) == fingerprint(definition.stored())


def test_a_changed_seat_changes_the_fingerprint(sample):
    before = fingerprint(parse_definition(sample).stored())
    sample["races"][0]["seats_alternate"] = 3
    assert fingerprint(parse_definition(sample).stored()) != before


def test_questions_are_the_races_index_for_index(sample):
    definition = parse_definition(sample)
    made = questions(definition.races, GROUP)
    assert [(question.question, question.min, question.max) for question in made] == [
        ("هیئت مدیره", 0, 7),
        ("بازرس", 0, 3),
        ("دادستان انتظامی", 0, 1),
    ]
    assert [list(question.answers) for question in made] == [[c.display_name for c in race.candidates] for race in definition.races]


def test_namesakes_in_one_race_are_told_apart_by_code(sample):
    race = sample["races"][2]
    for candidate in race["candidates"][:2]:
        candidate |= {"display_name": "علی یکتا", "given_name": "علی", "family_name": "یکتا"}
    codes = sorted(candidate["code"] for candidate in race["candidates"][:2])
    answers = questions(parse_definition(sample).races, GROUP)[2].answers
    assert answers[-2:] == (f"علی یکتا ({codes[0]})", f"علی یکتا ({codes[1]})")
    assert len(set(answers)) == 4


def test_words_are_stored_in_their_normal_form(sample):
    sample["election"]["title"] = "  انتخابات\u00a0 كانون\u200f "
    sample["election"]["rules"]["inbound_number"] = "۱۰۰۰"
    definition = parse_definition(sample)
    assert definition.title == "انتخابات کانون"
    assert definition.inbound_number == "1000"


def test_candidates_that_were_not_confirmed_do_not_stand_on_the_ballot(sample):
    sample["races"][2]["candidates"][0]["status"] = "withdrawn"
    sample["races"][2]["candidates"][1]["status"] = "rejected"
    left = {candidate["code"] for candidate in sample["races"][2]["candidates"][2:]}
    assert {candidate.code for candidate in parse_definition(sample).races[2].candidates} == left


def test_what_may_be_left_out_has_its_usual_value(sample):
    for name in ("session_minutes", "otp_seconds", "otp_digits", "tie_break", "extension", "quorum", "proxy_voting"):
        del sample["election"]["rules"][name]
    for name in ("vote_recorded", "reminder"):
        del sample["election"]["sms_templates"][name]
    del sample["election"]["supervisory_board"], sample["election"]["schedule"]["objections_close"], sample["fictional"]
    definition = parse_definition(sample)
    assert (definition.session_minutes, definition.otp_seconds, definition.otp_digits, definition.tie_break) == (20, 120, 6, "")
    assert (definition.fictional, definition.objections_close_at, definition.supervisory_board) == (False, None, ())
    assert set(definition.sms_templates) == {"invitation", "otp"}


def changed(sample: dict, path: str, value: object) -> dict:
    """The sample with one field set (or removed, for ...)."""
    document = copy.deepcopy(sample)
    *way, last = [int(step) if step.isdigit() else step for step in path.replace("[", ".").replace("]", "").split(".")]
    at = document
    for step in way:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("format", "sample-election/2"),
        ("format", ...),
        ("fictional", "yes"),
        ("surprise", 1),
        ("organisation", ...),
        ("organisation.name", "   "),
        ("organisation.name", "ن" * 201),
        ("organisation.founded", 1381),
        ("organisation.support[0].value", 99),
        ("election.slug", "Arkan"),
        ("election.slug", "arkan--1405"),
        ("election.slug", "../arkan"),
        ("election.title", None),
        ("election.title", "عنوان\x07"),
        ("election.timezone", "Europe/Paris"),
        ("election.typo", True),
        ("election.schedule.voting_opens", "2026-12-18T08:00:00"),
        ("election.schedule.voting_opens", {"jalali": "1405/09/27 08:00"}),
        ("election.schedule.voting_closes", {"iso": "2026-12-18T08:00:00+03:30"}),
        ("election.schedule.objections_close", {"iso": "2026-12-18T19:00:00+03:30"}),
        ("election.schedule.results", "2026-12-19T08:00:00+03:30"),
        ("election.rules.session_minutes", 4),
        ("election.rules.session_minutes", 20.0),
        ("election.rules.otp_digits", True),
        ("election.rules.grace", 1),
        ("election.rules.inbound_number", "+98 100"),
        ("election.rules.vote_code_digits", 6),
        ("election.rules.one_vote_per_person", False),
        ("election.rules.one_active_device", 1),
        ("election.rules.proxy_voting", True),
        ("election.rules.sesion_minutes", 20),
        ("election.supervisory_board[0].name", ""),
        ("election.supervisory_board", {}),
        ("election.sms_templates.invitation", "بدون پیوند"),
        ("election.sms_templates.invitation", "{link} {licence_no}"),
        ("election.sms_templates.invitation", "{link} {link.host}"),
        ("election.sms_templates.invitation", "{link:>9}"),
        ("election.sms_templates.invitation", "{link"),
        ("election.sms_templates.otp", "{name}"),
        ("election.sms_templates.otp", ...),
        ("races", []),
        ("races", ...),
        ("races[1]", "inspector"),
        ("races[0].seats_main", 0),
        ("races[0].seats_alternate", -1),
        ("races[0].min_choices", 8),
        ("races[0].max_choices", 25),
        ("races[0].max_choices", 0),
        ("races[0].candidates", []),
        ("races[0].colour", "red"),
        ("races[0].candidates[3].code", "101"),
        ("races[0].candidates[3].code", "1 04"),
        ("races[0].candidates[3].race", "inspector"),
        ("races[0].candidates[3].status", "registered"),
        ("races[0].candidates[3].status", "elected"),
        ("races[0].candidates[3].display_name", ...),
        ("races[0].candidates[3].photo", 5),
    ],
)
def test_each_fault_is_reported_at_its_own_field_and_alone(sample, path, value):
    assert list(refused(changed(sample, path, value))) == [path]


@pytest.mark.parametrize(("path", "value"), [("races[1].id", "board"), ("races[0].id", "Board")])
def test_a_race_needs_an_id_of_its_own(sample, path, value):
    document = changed(sample, path, value)
    for race in document["races"]:
        for candidate in race["candidates"]:
            del candidate["race"]
    assert list(refused(document)) == [path]


def test_all_problems_come_at_once_in_the_order_of_the_document(sample):
    sample["organisation"]["short_name"] = ""
    sample["election"]["sms_templates"]["otp"] = "{code} {town}"
    sample["races"][2]["max_choices"] = 9
    assert list(refused(sample)) == ["organisation.short_name", "election.sms_templates.otp", "races[2].max_choices"]


def test_a_race_without_a_confirmed_candidate_is_refused(sample):
    for candidate in sample["races"][2]["candidates"]:
        candidate["status"] = "withdrawn"
    assert list(refused(sample)) == ["races[2].candidates"]


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[]", ""),
        (b"\xff\xfe{}", ""),
        (b'{"format": "a", "format": "b"}', "format"),
        (b'{"a": ' * 100_000, ""),
        (b" " * (5 * 1024 * 1024 + 1), ""),
    ],
)
def test_bytes_that_are_no_document(data, path):
    assert list(refused(data)) == [path]


def test_a_byte_order_mark_is_passed_over(examples):
    assert isinstance(parse_definition(b"\xef\xbb\xbf" + (examples / "sample-election.json").read_bytes()), Definition)


# ---- photos
PICTURES = {"photos/101.jpg": picture(), "102.PNG": picture("PNG", colour=(1, 2, 3)), "photos/a.b_c-d/3.webp": picture("WEBP")}


def beside(name: str) -> bytes:
    """The folder of these tests."""
    if name not in PICTURES:
        raise Refused("photo", "اینجا نیست", status=400)
    return PICTURES[name]


def test_a_named_photo_stands_in_the_definition_by_its_fingerprint(sample):
    people = sample["races"][0]["candidates"]
    for person, name in zip(people, PICTURES, strict=False):
        person["photo"] = name
    definition = parse_definition(sample, photos=beside)
    portraits = {person["code"]: make_portrait(data) for person, data in zip(people, PICTURES.values(), strict=False)}
    assert definition.portraits == portraits
    in_races = {c.code: c.photo for race in definition.races for c in race.candidates if c.photo is not None}
    assert in_races == {code: portrait.sha256 for code, portrait in portraits.items()}
    assert races_of(json.loads(json.dumps(definition.stored()))) == list(definition.races)


def test_another_picture_under_the_same_name_changes_the_fingerprint(sample):
    sample["races"][0]["candidates"][0]["photo"] = "a.jpg"
    one, other = (parse_definition(sample, photos=lambda _name, data=data: data) for data in (picture(), picture(colour=(9, 9, 9))))
    assert fingerprint(one.stored()) != fingerprint(other.stored())


@pytest.mark.parametrize(
    "name",
    [
        *(
            "https://example.org/a.jpg",
            "../secret.jpg",
            "photos/../secret.jpg",
            "/etc/a.jpg",
            "./a.jpg",
            ".a.jpg",
            "photos/.a.jpg",
            "a//b.jpg",
        ),
        *(
            "a.gif",
            "a.svg",
            "a",
            "photos/",
            "..",
            "a.jpg/",
            r"photos\a.jpg",
            r"C:\a.jpg",
            "a b.jpg",
            "عکس.jpg",
            "a.jpg\nb.jpg",
            "a.jpg?x=1",
        ),
    ],
)
def test_a_photo_s_name_stays_in_the_folder_and_is_never_asked_for_otherwise(sample, name):
    asked = []
    with pytest.raises(DefinitionRefused) as caught:
        parse_definition(changed(sample, "races[0].candidates[3].photo", name), photos=asked.append)
    (problem,) = caught.value.problems
    assert problem.path == "races[0].candidates[3].photo"
    assert problem.message == "باید نام پرونده‌ای در پوشهٔ تعریف و با حروف لاتین باشد، مانند photos/101.jpg"
    assert asked == []


def test_every_fault_of_a_photo_is_told_at_its_candidate_with_the_others(sample):
    people = sample["races"][1]["candidates"]
    people[0]["photo"], people[2]["photo"], people[4]["photo"] = "missing.jpg", "photos/101.jpg", "broken.png"
    sample["election"]["title"] = ""
    with pytest.raises(DefinitionRefused) as caught:
        parse_definition(sample, photos=lambda name: b"nothing" if name == "broken.png" else beside(name))
    assert {problem.path: problem.message for problem in caught.value.problems} == {
        "races[1].candidates[0].photo": "اینجا نیست: «missing.jpg»",
        "races[1].candidates[4].photo": "پروندهٔ JPEG، PNG یا WebP درستی نیست: «broken.png»",
        "election.title": "نباید خالی باشد",
    }


def test_a_definition_that_comes_without_its_photos_is_refused(sample):
    assert refused(changed(sample, "races[0].candidates[3].photo", "a.jpg")) == {
        "races[0].candidates[3].photo": "عکسی همراه این تعریف نیست: «a.jpg»"
    }


def test_photos_of_those_who_are_not_on_the_ballot_are_not_kept(sample):
    sample["races"][0]["candidates"][0] |= {"status": "withdrawn", "photo": "photos/101.jpg"}
    asked = []
    assert parse_definition(sample, photos=asked.append).portraits == {}
    assert asked == []


def test_a_candidate_is_a_value():
    assert Candidate.__dataclass_params__.frozen
