"""Weights of votes: the ninth column of a roll, what is checked of it, and that everybody else's roll stays as it was."""

from itertools import pairwise

import pytest

from elections_for_tests import _definition, build, draft
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.console import acts
from sandogh.server.elections.models import Election
from sandogh.server.rolls import domain, importer
from sandogh.server.rolls.importer import HEADER, WEIGHT_HEADER, Row, read_roll
from sandogh.server.rolls.models import Voter

ROWS = [
    ["9901014501", "9990001235", "آزاده", "پیش‌گام", "09120000101", "راه", "سپیدشهر", "فعال"],
    ["9901014502", "9990004560", "کیان", "مهرآیین", "09120000102", "راه", "سپیدشهر", "فعال"],
]


def roll(*weights: str, header: str = WEIGHT_HEADER) -> bytes:
    rows = [",".join([*cells, weight]) for cells, weight in zip(ROWS, weights, strict=False)]
    return "\n".join([",".join([*HEADER, header]), *rows]).encode()


def row(weight: str) -> Row:
    return read_roll(roll(weight)).rows[0]


@pytest.mark.parametrize(
    ("typed", "weight", "notes"),
    [
        ("1", "1", []),
        ("1000", "1000", []),
        ("۱۲", "12", ["digits_folded:weight"]),
        (" 7 ", "7", ["spaces_cleaned:weight"]),
        ("007", "7", ["weight_reformatted:weight"]),
        ("", "1", ["weight_default:weight"]),
    ],
)
def test_a_weight_is_read_in_its_normal_form(typed: str, weight: str, notes: list[str]) -> None:
    read = row(typed)
    assert (read.accepted, read.normalised["weight"], read.notes) == (True, weight, notes)


@pytest.mark.parametrize(
    ("typed", "rejection"),
    [
        ("0", {"code": "weight_range", "from": 1, "to": 1000}),
        ("1001", {"code": "weight_range", "from": 1, "to": 1000}),
        ("9" * 5000, {"code": "weight_range", "from": 1, "to": 1000}),
        ("-1", {"code": "weight_shape"}),
        ("1.5", {"code": "weight_shape"}),
        ("دو", {"code": "weight_shape"}),
        ("²", {"code": "weight_shape"}),
    ],
)
def test_a_fault_is_named_and_never_guessed(typed: str, rejection: dict[str, object]) -> None:
    assert (row(typed).accepted, row(typed).rejections) == (False, [rejection])


def test_the_column_may_stand_anywhere_and_be_left_out() -> None:
    front = "\n".join([",".join([WEIGHT_HEADER, *HEADER]), ",".join(["3", *ROWS[0]])]).encode()
    assert read_roll(front).rows[0].normalised["weight"] == "3"
    plain = read_roll("\n".join([",".join(HEADER), ",".join(ROWS[0])]).encode())
    assert "weight" not in plain.rows[0].normalised
    assert (plain.weighted, "weight" in plain.totals()) == (False, False)


def test_a_column_of_another_name_or_twice_is_refused() -> None:
    for header in ("وزن", f"{WEIGHT_HEADER},{WEIGHT_HEADER}"):
        with pytest.raises(Refused, match="roll_header"):
            read_roll(roll("1", header=header))


def test_a_row_repeated_with_another_weight_is_a_conflict() -> None:
    twice = roll("1") + ("\n" + ",".join([*ROWS[0], "2"])).encode()
    assert [rejection["code"] for rejection in read_roll(twice).rows[1].rejections] == ["duplicate_conflict"]


def test_all_together_weigh_no_more_than_a_count_can_find(monkeypatch: pytest.MonkeyPatch) -> None:
    report = read_roll(roll("600", "400"))
    assert (report.weighted, report.totals()["weight"], dict(report.weights)) == (True, 1000, {600: 1, 400: 1})
    monkeypatch.setattr(importer, "MOST_WEIGHT", 999)
    with pytest.raises(Refused) as caught:
        read_roll(roll("600", "400"))
    assert caught.value.code == "roll_weight"
    assert "۱۰۰۰" in caught.value.message


# ---- in an election


@pytest.mark.django_db
def test_weights_are_stored_and_enter_the_fingerprint() -> None:
    election, _people = draft(voters=3, weights=(1, 5, 5))
    assert list(Voter.objects.filter(election=election).order_by("licence_no").values_list("weight", flat=True)) == [1, 5, 5]
    other, _people = draft(voters=3, weights=(1, 5, 4), slug="other")
    plain, _people = draft(voters=3, slug="plain")
    ones, _people = draft(voters=3, weights=(1, 1, 1), slug="ones")
    prints = [domain.roll_fingerprint(each) for each in (election, other, plain, ones)]
    # A roll in which every vote counts once is the same roll, whether it says so or not.
    assert [one == two for one, two in pairwise(prints)] == [False, False, True]
    assert (domain.lone_weights(election), domain.lone_weights(other), domain.lone_weights(plain)) == (1, 3, 0)


@pytest.mark.django_db
def test_the_authority_is_told_and_the_public_list_says_it() -> None:
    e = build(voters=3, weights=(1, 5, 7))
    weights = {voter.key.public: weight for voter, weight in zip(e.voters, (1, 5, 7), strict=True)}
    assert {credential: board.weight_of(e.model.pk, credential) for credential in weights} == weights
    assert board.weights_of(e.model.pk) == {credential: weight for credential, weight in weights.items() if weight > 1}
    assert board.total_weight(e.model.pk) == 13
    listed = bytes(e.model.credentials_json or b"").decode()
    assert f'"{e.voters[1].key.public},5"' in listed
    assert f'"{e.voters[0].key.public},1"' in listed


@pytest.mark.django_db
def test_the_request_names_a_weight_only_where_it_is_not_one() -> None:
    election, _people = draft(voters=2, weights=(1, 5))
    request = acts.credentials_request(election, base_url="http://127.0.0.1:8000").decode()
    assert request.count('"weight"') == 1
    assert '"weight": 5' in request


@pytest.mark.django_db
@pytest.mark.parametrize("weights", [{}, {1: 4}, {0: 2, 1: 5}])
def test_the_authority_cannot_give_other_weights_than_the_roll(weights: dict[int, int]) -> None:
    election, people = draft(voters=2, weights=(1, 5))
    mapping = {person[0]: f"credential-{place}" for place, person in enumerate(people)}
    told = {people[place][0]: weight for place, weight in weights.items()}
    with pytest.raises(Refused, match="credentials_weight"):
        domain.assign_credentials(election, mapping, told)
    domain.assign_credentials(election, mapping, {people[1][0]: 5})


@pytest.mark.django_db
def test_a_new_roll_without_weights_takes_them_away() -> None:
    election, _people = draft(voters=2, weights=(1, 5))
    acts.revise(election, definition=_definition("azmayesh", "small"), roll=roll("1"), now=election.created_at)
    assert domain.weighted(Election.by_slug("azmayesh")) is False
