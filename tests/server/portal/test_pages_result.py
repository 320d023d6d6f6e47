"""The result page: figures that are the board's, seats, ties shown as ties (journey.md S16)."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from elections_for_tests import ElectionForTests, build, cast, close, count, ready
from sandogh.server.common import clock
from sandogh.server.elections.models import Election
from sandogh.server.portal.views.result import percent

pytestmark = pytest.mark.django_db

Read = Callable[..., Any]
RESULT = "/e/azmayesh/result/"


def held(ballots: Sequence[Sequence[Sequence[int]]], voters: int) -> ElectionForTests:
    """A counted election with these ballots: 4 candidates for 2 + 1 seats, 2 for 1 + 1, 2 for 1."""
    e = build(voters=voters)
    for voter, choices in zip(e.voters, ballots, strict=False):
        ballot = e.ballot(voter, choices)
        cast(ready(e, voter, ballot), ballot)
    count(e)
    return e


def tables(page: Any) -> list[list[tuple[str, ...]]]:
    """Each race's rows: class, rank, name with its word, votes; a cut line is its class and words."""
    found: list[list[tuple[str, ...]]] = []
    rows: list[tuple[str, ...]] = []
    for element in page.elements:
        name = element.attributes.get("class", "")
        if element.name == "ol" and name == "tally":
            rows = []
            found.append(rows)
        elif element.name == "li" and name == "line":
            rows.append((name, element.text.strip()))
        elif element.name == "li" and name in {"main", "alternate", "none", "tie"}:
            rows.append((name, " ".join(element.text.split())))
    return found


def test_everybody_is_shown_with_votes_rank_and_seat(read: Read) -> None:
    # The board: 3, 2, 1, 0 votes; the inspectors: 2, 1; the prosecutor: 1, 2.
    ballots = [
        [[1, 1, 1, 0], [1, 1], [0, 1]],
        [[1, 1, 0, 0], [1, 0], [0, 1]],
        [[1, 0, 0, 0], [0, 0], [1, 0]],
    ]
    e = held(ballots, voters=5)
    page = read(Client().get(RESULT))
    names = [[candidate.display_name for candidate in race.candidates] for race in e.model.races()]
    board, inspectors, prosecutor = tables(page)
    assert board == [
        ("main", f"۱{names[0][0]} عضو اصلی۳ رأی"),
        ("main", f"۲{names[0][1]} عضو اصلی۲ رأی"),
        ("line", "پایان جایگاه‌های اصلی"),
        ("alternate", f"۳{names[0][2]} علی‌البدل۱ رأی"),
        ("line", "پایان جایگاه‌های علی‌البدل"),
        ("none", f"۴{names[0][3]}۰ رأی"),
    ]
    assert [row[0] for row in inspectors] == ["main", "line", "alternate"]
    assert prosecutor == [
        ("main", f"۱{names[2][1]} عضو اصلی۲ رأی"),
        ("line", "پایان جایگاه‌های اصلی"),
        ("none", f"۲{names[2][0]}۱ رأی"),
    ]
    bars = [(bar.attributes["value"], bar.attributes["max"]) for bar in page.all("progress")]
    assert bars == [("3", "3"), ("2", "3"), ("1", "3"), ("0", "3"), ("2", "3"), ("1", "3"), ("2", "3"), ("1", "3")]
    assert page.words("p", **{"class": "big"}) == ["۳", "۵", "۶۰"]
    assert page.all("div", **{"class": "note note--warn after"}) == []


def test_a_tie_at_a_line_is_shown_and_nobody_is_preferred(read: Read) -> None:
    # 2, 1, 1, 1 votes for two seats and one alternate; then 1, 1 for one and one.
    ballots = [[[1, 1, 0, 0], [1, 1], [0, 0]], [[1, 0, 1, 1], [0, 0], [0, 0]]]
    e = held(ballots, voters=2)
    page = read(Client().get(RESULT))
    board, inspectors, prosecutor = tables(page)
    assert [row[0] for row in board] == ["main", "tie", "tie", "tie"]
    assert [row[1][0] for row in board] == ["۱", "۲", "۲", "۲"]
    assert [row[0] for row in inspectors] == ["tie", "tie"]
    assert [row[0] for row in prosecutor] == ["none", "none"]
    notes = page.words("div", **{"class": "note note--warn after"})
    assert len(notes) == 2
    assert notes[0].startswith("۱ جایگاه اصلی و ۱ جایگاه علی‌البدل هیئت مدیره با قرعه روشن می‌شود")
    assert notes[1].startswith("۱ جایگاه اصلی و ۱ جایگاه علی‌البدل بازرس با قرعه روشن می‌شود")
    for candidate in e.model.races()[0].candidates[1:4]:
        assert candidate.display_name in notes[0]


def test_an_election_in_which_nobody_voted_has_a_result(read: Read) -> None:
    held([], voters=3)
    page = read(Client().get(RESULT))
    assert page.words("p", **{"class": "big"}) == ["۰", "۳", "۰"]
    assert {row[0] for race in tables(page) for row in race} == {"none"}


def test_it_says_how_to_count_again(read: Read) -> None:
    e = held([], voters=1)
    page = read(Client().get(RESULT))
    links = [link.attributes["href"] for link in page.all("a")]
    assert "/e/azmayesh/archive.bel" in links
    assert "/e/azmayesh/fingerprints/" in links
    assert page.facts()["اثر انگشت انتخابات"] == e.model.fingerprint
    assert "مهلت اعتراض" in page.text


def test_there_is_none_before_it_is_published(read: Read) -> None:
    now = clock.now()
    build(voters=1, slug="before", state="sealed", opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    build(voters=1, slug="open")
    close(build(voters=1, slug="closed"))
    build(voters=1, slug="cancelled")
    Election.objects.filter(slug="cancelled").update(state="cancelled")
    said = {}
    for slug in ("before", "open", "closed", "cancelled"):
        answer = Client().get(f"/e/{slug}/result/")
        assert answer.status_code == 404
        said[slug] = read(answer).text
        assert "progress" not in said[slug]
    assert "تا آن زمان هیچ رأیی باز نمی‌شود" in said["before"]
    assert "تا آن زمان هیچ رأیی باز نمی‌شود" in said["open"]
    assert "آرا شمرده می‌شود" in said["closed"]
    assert "لغو شده است" in said["cancelled"]


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(472, 611, "۷۷٫۳"), (0, 5, "۰"), (5, 5, "۱۰۰"), (1, 2, "۵۰"), (1, 3, "۳۳٫۳"), (2, 3, "۶۶٫۷"), (1, 2000, "۰٫۱"), (0, 0, "۰")],
)
def test_percent(part: int, whole: int, said: str) -> None:
    assert percent(part, whole) == said
