"""The officers' acts, one after the other and out of order."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from sandogh.protocol.decryption import make_partial_decryption
from sandogh.protocol.events import EventType
from sandogh.protocol.groups import group_named
from sandogh.protocol.tally import EncryptedTally
from sandogh.protocol.trustee import generate_trustee_key
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.console import acts
from sandogh.server.elections.models import ActRecord, Election
from sandogh.server.elections.state import Act, State
from sandogh.server.rolls.models import Voter
from sandogh.server.tallies import domain as tallies
from sandogh.verifier.checks import verify_archive

pytestmark = pytest.mark.django_db
OPENS = datetime(2026, 12, 18, 4, 30, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=12)
LAST = CLOSES + timedelta(minutes=20)
BEFORE = OPENS - timedelta(days=9)
AFTER = LAST + timedelta(hours=1)
TICK = timedelta(microseconds=1)


def code_of(act, *arguments, **named) -> str:
    """The code with which the act refuses."""
    with pytest.raises(Refused) as refused:
        act(*arguments, **named)
    return refused.value.code


def row(election: Election) -> Election:
    return Election.by_slug(election.slug)


def events(election: Election) -> list[str]:
    return [line.type.value for line in reversed(board.events_page(election).lines)]


# ---- creating
def test_an_election_is_created_with_its_roll(draft):
    assert (draft.state, draft.opens_at, draft.closes_at) == ("draft", OPENS, CLOSES)
    assert draft.objections_close_at == CLOSES + timedelta(days=3)
    assert Voter.objects.filter(election=draft).count() == 4


def test_without_other_times_the_definition_s_stand(definition):
    made, report = acts.create(definition, roll_of("9901014501,9990001235,آزاده,پیش‌گام,,راه,سپیدشهر,فعال"), now=BEFORE)
    assert (made.opens_at.isoformat(), made.closes_at.isoformat()) == ("2026-12-18T08:00:00+03:30", "2026-12-18T20:00:00+03:30")
    assert report.totals()["eligible"] == 1


def roll_of(*rows: str) -> bytes:
    return "\n".join(["شماره پروانه,کد ملی,نام,نام خانوادگی,تلفن همراه,رشته,شهر,وضعیت", *rows]).encode()


@pytest.mark.parametrize(
    ("roll", "times", "code"),
    [
        (b"", {}, "roll_header"),
        (roll_of("1,2,3,4,5,6,7,8"), {}, "roll_empty"),
        (None, {"opens_at": CLOSES, "closes_at": OPENS}, "schedule"),
        (None, {"opens_at": OPENS.replace(tzinfo=None)}, "schedule"),
    ],
)
def test_what_cannot_be_created_leaves_nothing_behind(definition, roll, times, code):
    good = roll_of("9901014501,9990001235,آزاده,پیش‌گام,,راه,سپیدشهر,فعال")
    assert code_of(acts.create, definition, good if roll is None else roll, now=BEFORE, **times) == code
    assert (Election.objects.count(), Voter.objects.count()) == (0, 0)


def test_a_draft_can_be_revised_and_an_older_request_no_longer_fits(draft, issued, parties, document):
    acts.revise(draft, roll=roll_of("9901014501,9990001235,آزاده,پیش‌گام,,راه,سپیدشهر,فعال"), now=BEFORE)
    assert Voter.objects.filter(election=draft).count() == 1
    document = document | {"election": document["election"] | {"title": "عنوان دیگر"}}
    acts.revise(draft, definition=json.dumps(document).encode(), now=BEFORE)
    assert row(draft).title == "عنوان دیگر"
    assert (
        code_of(acts.seal, draft, credentials=json.dumps(issued).encode(), trustees=parties.trustee_files, now=BEFORE) == "credentials_roll"
    )


# ---- sealing
def test_the_request_names_the_eligible_voters_and_nobody_else(draft):
    request = json.loads(acts.credentials_request(draft, base_url="https://vote.example"))
    assert request.pop("invitation").endswith("{link}")
    assert request.pop("roll_fingerprint") != ""
    assert request == {
        "format": "sandogh-credentials-request/1",
        "slug": "arkan-1405",
        "uuid": draft.uuid,
        "group": "Ed25519",
        "organisation": "کانون کارشناسان رسمی دادگستری استان سپیدکوه",
        "org_short": "کانون کارشناسان سپیدکوه",
        "title": draft.title,
        "link": "https://vote.example/e/arkan-1405/",
        "fictional": True,
        "opens_at": "2026-12-18T08:00:00+03:30",
        "closes_at": "2026-12-18T20:00:00+03:30",
        "voters": [
            {"id": "9901014501", "greeting": "همکار گرامی آزاده پیش‌گام", "mobile": "09120000101"},
            {"id": "9901014502", "greeting": "همکار گرامی کیان مهرآیین", "mobile": "09120000102"},
            {"id": "9905014506", "greeting": "همکار گرامی پوران دل‌آرام", "mobile": ""},
        ],
    }


def test_sealing_publishes_a_setup_that_verifies(sealed, parties):
    assert events(sealed) == ["Setup"]
    assert verify_archive(io.BytesIO(b"".join(board.stream_archive(sealed)))).findings == []
    assert sealed.state == "sealed"
    assert row(sealed).fingerprint == sealed.parsed().fingerprint
    assert sealed.eligible_at_sealing == 3
    assert sealed.same_operator is False
    assert {voter.licence_no: voter.public_credential for voter in Voter.objects.all()} == {
        **{licence: key.public for licence, key in parties.secrets.items()},
        "9906014507": "",
    }


def test_the_election_file_fixes_definition_roll_and_number_of_voters(sealed):
    parsed = sealed.parsed()
    assert (parsed.uuid, parsed.name, parsed.administrator) == (sealed.uuid, sealed.title, sealed.organisation.name)
    assert parsed.description == sealed.description
    kind, definition, roll, eligible = parsed.description.split("\n")
    assert (kind, eligible) == (sealed.kind_text, "eligible voters 3")
    assert definition.startswith("definition sha256 ")
    assert roll == f"roll sha256 {sealed.roll_fingerprint}"
    for race, question in zip(sealed.races(), parsed.questions, strict=True):
        assert question.question == race.title
        assert list(question.answers) == [candidate.display_name for candidate in race.candidates]


def test_nothing_public_names_a_voter(sealed):
    archive = b"".join(board.stream_archive(sealed)).decode()
    for voter in Voter.objects.all():
        for secret in (voter.licence_no, voter.national_id, voter.family_name, voter.mobile):
            assert not secret or secret not in archive


SPOILT = {
    "another election's": (lambda d: d | {"uuid": "111111111111111"}, "credentials_election"),
    "another roll's": (lambda d: d | {"roll_fingerprint": "0" * 64}, "credentials_roll"),
    "one voter missing": (lambda d: d | {"credentials": d["credentials"][1:]}, "credentials_roll"),
    "a suspended member added": (
        lambda d: d | {"credentials": [*d["credentials"][1:], {"voter": "9906014507", "public": d["credentials"][0]["public"]}]},
        "credentials_roll",
    ),
    "one voter twice": (lambda d: d | {"credentials": [*d["credentials"], d["credentials"][0]]}, "credentials_file"),
    "one credential twice": (
        lambda d: d | {"credentials": [*d["credentials"][1:], {"voter": "9901014501", "public": d["credentials"][1]["public"]}]},
        "credentials_file",
    ),
    "no member of the group": (
        lambda d: d | {"credentials": [*d["credentials"][1:], {"voter": "9901014501", "public": "0" * 63 + "2"}]},
        "credentials_file",
    ),
    "the identity": (
        lambda d: d | {"credentials": [*d["credentials"][1:], {"voter": "9901014501", "public": "0" * 63 + "1"}]},
        "credentials_file",
    ),
    "a weight": (
        lambda d: d | {"credentials": [*d["credentials"][1:], {"voter": "9901014501", "public": d["credentials"][0]["public"] + ",2"}]},
        "credentials_file",
    ),
    "empty": (lambda d: d | {"credentials": []}, "credentials_file"),
    "another format": (lambda d: d | {"format": "sandogh-public-credentials/2"}, "credentials_file"),
    "a field too many": (lambda d: d | {"secret": "x"}, "credentials_file"),
    "an entry too rich": (lambda d: d | {"credentials": [{**entry, "name": "x"} for entry in d["credentials"]]}, "credentials_file"),
    "no object": (lambda d: [d], "credentials_file"),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_a_spoilt_list_of_credentials_seals_nothing(draft, issued, parties, fault):
    spoil, code = SPOILT[fault]
    data = json.dumps(spoil(issued)).encode()
    assert code_of(acts.seal, draft, credentials=data, trustees=parties.trustee_files, now=BEFORE) == code
    assert_untouched(draft)


def assert_untouched(draft: Election) -> None:
    assert row(draft).state == "draft"
    assert row(draft).election_json is None
    assert code_of(board.head, draft) == "no_board"
    assert Voter.objects.exclude(public_credential="").count() == 0


@pytest.mark.parametrize("fault", ["none", "twice", "not JSON", "another group", "forged proof"])
def test_spoilt_trustees_seal_nothing(draft, issued, parties, fault):
    first, second = parties.trustee_files
    files = {
        "none": [],
        "twice": [first, second, first],
        "not JSON": [first, b"{"],
        "another group": [first, generate_trustee_key(group_named("BELENIOS-2048")).public.to_bytes()],
        # The second trustee claims the first one's key with a proof of the own.
        "forged proof": [
            first,
            json.dumps(json.loads(second) | {"public_key": json.loads(first)["public_key"]}, separators=(",", ":")).encode(),
        ],
    }[fault]
    assert code_of(acts.seal, draft, credentials=json.dumps(issued).encode(), trustees=files, now=BEFORE) == "trustee_file"
    assert_untouched(draft)


def test_a_key_file_may_end_with_a_line_feed(draft, issued, parties):
    files = [data + b"\n" for data in parties.trustee_files]
    assert (
        acts.seal(draft, credentials=json.dumps(issued).encode() + b"\n", trustees=files, same_operator=True, now=BEFORE).same_operator
        is True
    )


def test_nothing_is_sealed_after_its_own_end(draft, issued, parties):
    assert code_of(acts.seal, draft, credentials=json.dumps(issued).encode(), trustees=parties.trustee_files, now=CLOSES) == "too_late"
    assert_untouched(draft)


def test_after_sealing_everything_is_frozen(sealed, definition, issued, parties):
    before = b"".join(board.stream_archive(sealed))
    assert code_of(acts.revise, sealed, definition=definition, now=BEFORE) == "frozen"
    assert code_of(acts.revise, sealed, roll=roll_of("9901014501,9990001235,آزاده,پیش‌گام,,راه,سپیدشهر,فعال"), now=BEFORE) == "frozen"
    assert code_of(acts.credentials_request, sealed, base_url="https://vote.example") == "frozen"
    assert code_of(acts.seal, sealed, credentials=json.dumps(issued).encode(), trustees=parties.trustee_files, now=BEFORE) == "wrong_state"
    assert b"".join(board.stream_archive(sealed)) == before


# ---- opening and closing
def test_voting_opens_at_the_announced_moment_and_not_before(sealed):
    assert code_of(acts.open_voting, sealed, now=OPENS - TICK) == "too_early"
    assert acts.open_voting(sealed, now=OPENS).state == "open"


def test_voting_does_not_open_when_it_is_over(sealed):
    assert code_of(acts.open_voting, sealed, now=CLOSES) == "too_late"


def test_a_fictional_election_may_open_at_once(sealed):
    opened = acts.open_voting(sealed, now=BEFORE, at_once=True)
    assert (opened.state, opened.opens_at) == ("open", BEFORE)
    assert row(sealed).accepts_logins(BEFORE)


def test_a_real_election_is_never_hurried(sealed):
    Election.objects.update(fictional=False)
    assert code_of(acts.open_voting, sealed, now=BEFORE, at_once=True) == "real_election"
    acts.open_voting(sealed, now=OPENS, at_once=True)
    assert row(sealed).opens_at == OPENS
    assert code_of(acts.close, sealed, now=CLOSES, at_once=True) == "real_election"
    assert (row(sealed).state, row(sealed).grace) == ("open", True)


def test_closing_waits_for_the_last_session(opened):
    for moment in (OPENS, CLOSES - TICK, CLOSES, LAST - TICK):
        assert code_of(acts.close, opened, now=moment) == "too_early"
    assert acts.close(opened, now=LAST).state == "closed"
    assert events(opened) == ["Setup", "EndBallots"]


def test_no_ballot_follows_the_closing(opened, parties):
    acts.close(opened, now=LAST)
    assert code_of(parties.cast, opened, "9901014501", [[1, 0, 0], [0, 0, 0], [0, 0, 1]], now=OPENS) == "election_closed"


def test_an_early_end_has_a_reason_and_keeps_the_announced_one(opened):
    noon = OPENS + timedelta(hours=4)
    assert code_of(acts.close_early, opened, reason="  ", now=noon) == "reason_missing"
    assert code_of(acts.close_early, opened, reason="دیر شد", now=CLOSES) == "too_late"
    acts.close_early(opened, reason=" تصمیم شمارهٔ ۱۲ ", now=noon)
    early = row(opened)
    assert (early.closes_at, early.announced_closes_at, early.closed_early_reason) == (noon, CLOSES, "تصمیم شمارهٔ ۱۲")
    assert (early.accepts_logins(noon), early.accepts_ballots(noon)) == (False, True)
    assert code_of(acts.close, opened, now=noon + timedelta(minutes=20) - TICK) == "too_early"
    assert acts.close(opened, now=noon + timedelta(minutes=20)).state == "closed"
    assert list(ActRecord.objects.filter(election=opened).values_list("act", flat=True)) == [
        "create",
        "seal",
        "open",
        "close-early",
        "close",
    ]


def test_a_fictional_election_may_close_without_waiting(opened):
    noon = OPENS + timedelta(hours=4)
    acts.close_early(opened, reason="نمایش", now=noon)
    assert acts.close(opened, now=noon, at_once=True).state == "closed"
    assert row(opened).last_cast_at == noon


def test_at_once_does_not_end_the_voting_itself(opened):
    assert code_of(acts.close, opened, now=OPENS, at_once=True) == "too_early"


# ---- counting
@pytest.fixture
def closed(opened, parties) -> Election:
    parties.cast(opened, "9901014501", [[1, 1, 0], [0, 0, 0], [0, 0, 1]], now=OPENS)
    parties.cast(opened, "9905014506", [[1, 0, 0], [0, 1, 0], [0, 0, 1]], now=OPENS)
    return acts.close(opened, now=LAST)


@pytest.fixture
def tallying(closed) -> Election:
    return acts.tally(closed, now=AFTER)


def test_from_the_ballots_to_a_result_that_verifies(tallying, parties):
    assert acts.status(tallying, now=AFTER)["missing_decryptions"] == [{"needed": 1, "of": [1]}, {"needed": 1, "of": [2]}]
    assert acts.decrypt(tallying, parties.partial(tallying, 2), now=AFTER) == (2, True)
    assert code_of(acts.publish, tallying, now=AFTER) == "missing_decryptions"
    assert acts.decrypt(tallying, parties.partial(tallying, 1), now=AFTER) == (1, True)
    assert acts.publish(tallying, now=AFTER).state == "published"
    assert events(tallying) == [
        "Setup",
        "Ballot",
        "Ballot",
        "EndBallots",
        "EncryptedTally",
        "PartialDecryption",
        "PartialDecryption",
        "Result",
    ]
    report = verify_archive(io.BytesIO(b"".join(board.stream_archive(tallying))))
    assert (report.findings, report.complete) == ([], True)
    votes = [[line.votes for line in sorted(race.lines, key=lambda line: race.race.candidates.index(line.candidate))]
             for race in tallies.result_for(tallying).races]  # fmt: skip
    assert votes == [[2, 1, 0], [0, 1, 0], [0, 0, 2]]


def test_a_decryption_that_comes_twice_changes_nothing(tallying, parties):
    acts.decrypt(tallying, parties.partial(tallying, 1), now=AFTER)
    end = board.head(tallying)
    # Another proof of the same factors: other bytes, the same trustee.
    assert acts.decrypt(tallying, parties.partial(tallying, 1), now=AFTER) == (1, False)
    assert board.head(tallying) == end


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "partial_file"),
        (b"[]", "partial_file"),
        (b'{"format":"sandogh-partial-decryption/1","owner":1}', "partial_file"),
        (b'{"format":"sandogh-partial-decryption/1","owner":"1","partial_decryption":{}}', "partial_file"),
        (b'{"format":"sandogh-partial-decryption/1","owner":true,"partial_decryption":{}}', "partial_file"),
        (b'{"format":"sandogh-partial-decryption/1","owner":1,"partial_decryption":[]}', "partial_file"),
        (b'{"format":"sandogh-partial-decryption/1","owner":1,"partial_decryption":{}}', "invalid_partial_decryption"),
        (b'{"format":"sandogh-partial-decryption/1","owner":3,"partial_decryption":{}}', "no_trustee"),
        (b'{"format":"sandogh-partial-decryption/1","owner":0,"partial_decryption":{}}', "no_trustee"),
    ],
)
def test_a_spoilt_decryption_stays_off_the_board(tallying, data, code):
    end = board.head(tallying)
    assert code_of(acts.decrypt, tallying, data, now=AFTER) == code
    assert board.head(tallying) == end


def test_one_trustee_cannot_decrypt_for_another(tallying, parties):
    data = json.loads(parties.partial(tallying, 1)) | {"owner": 2}
    assert code_of(acts.decrypt, tallying, json.dumps(data).encode(), now=AFTER) == "invalid_partial_decryption"


def test_a_stranger_s_key_decrypts_nothing(tallying):
    ((encrypted, sized),) = board.members_of(tallying, EventType.EncryptedTally)
    tally = EncryptedTally.from_bytes(encrypted, sized, election=tallying.parsed())
    stranger = generate_trustee_key(tallying.parsed().group)
    data = make_partial_decryption(tally, private_key=stranger.private, election=tallying.parsed())
    document = {"format": "sandogh-partial-decryption/1", "owner": 1, "partial_decryption": json.loads(data)}
    assert code_of(acts.decrypt, tallying, json.dumps(document).encode(), now=AFTER) == "invalid_partial_decryption"


def test_decryptions_are_taken_only_while_counting(closed):
    assert code_of(acts.decrypt, closed, b"", now=AFTER) == "wrong_state"


def test_a_crash_between_tally_and_state_is_mended_by_doing_it_again(closed):
    tallies.tally(closed, now=AFTER)
    assert row(closed).state == "closed"
    assert acts.tally(row(closed), now=AFTER).state == "tallying"
    assert events(closed) == ["Setup", "Ballot", "Ballot", "EndBallots", "EncryptedTally"]


def test_a_crash_between_result_and_state_is_mended_by_doing_it_again(tallying, parties):
    for owner in (1, 2):
        acts.decrypt(tallying, parties.partial(tallying, owner), now=AFTER)
    tallies.publish(tallying, now=AFTER)
    assert row(tallying).state == "tallying"
    assert acts.publish(row(tallying), now=AFTER).state == "published"
    assert events(tallying)[-1:] == ["Result"]


# ---- out of order
ACTS = {
    Act.OPEN: lambda election: acts.open_voting(election, now=OPENS),
    Act.CLOSE: lambda election: acts.close(election, now=AFTER),
    Act.TALLY: lambda election: acts.tally(election, now=AFTER),
    Act.PUBLISH: lambda election: acts.publish(election, now=AFTER),
    Act.CANCEL: lambda election: acts.cancel(election, reason="لغو", now=AFTER),
}


ALLOWED = {
    (State.SEALED, Act.OPEN),
    (State.OPEN, Act.CLOSE),
    (State.CLOSED, Act.TALLY),
    (State.TALLYING, Act.PUBLISH),
    *((state, Act.CANCEL) for state in State if state not in (State.PUBLISHED, State.CANCELLED)),
}


@pytest.mark.parametrize(("state", "act"), [(state, act) for state in State for act in ACTS if (state, act) not in ALLOWED])
def test_an_act_out_of_order_is_refused_and_changes_nothing(sealed, state, act):
    Election.objects.update(state=state.value)
    before = (Election.objects.values().get(), b"".join(board.stream_archive(sealed)), ActRecord.objects.count())
    assert code_of(ACTS[act], row(sealed)) == "wrong_state"
    assert (Election.objects.values().get(), b"".join(board.stream_archive(sealed)), ActRecord.objects.count()) == before


def test_a_cancelled_election_takes_nothing_and_keeps_its_board(opened):
    assert code_of(acts.cancel, opened, reason=" ", now=OPENS) == "reason_missing"
    acts.cancel(opened, reason="رأی دادگاه", now=OPENS)
    assert row(opened).phase(OPENS) == "cancelled"
    assert events(opened) == ["Setup"]
    assert ActRecord.objects.last().note == "رأی دادگاه"


# ---- looking
def test_status_of_a_draft_and_of_an_open_election(draft):
    told = acts.status(draft, now=BEFORE)
    assert (told["state"], told["voters"], told["eligible"], told["last_cast_at"]) == ("draft", 4, 3, "2026-12-18T20:20:00+03:30")
    assert "board" not in told


def test_status_of_an_open_election_names_the_end_of_the_board(opened):
    told = acts.status(opened, now=OPENS)
    end = board.head(opened)
    assert (told["phase"], told["board"]) == ("open", {"height": 0, "type": "Setup", "hash": end.hash, "ballots": 0})
