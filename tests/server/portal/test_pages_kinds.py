"""What the public pages say of blank votes, weights, rankings, grades, lists, and of the trustees while votes are counted."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.test import Client

from elections_for_tests import ElectionForTests, build, cast, close, count, partial_decryption, ready, shuffle
from sandogh.server.console import acts
from sandogh.server.tallies import domain as tallies

pytestmark = pytest.mark.django_db

Read = Callable[..., Any]
LANDING, BOARD, RESULT = "/e/azmayesh/", "/e/azmayesh/board/", "/e/azmayesh/result/"

KINDS = [
    [[1, 2, 3, 4], [1, 2, 3], [[1, 1, 0], [0, 0, 0, 0]], [1, 2, 3], [0, 1, 1]],
    [[1, 2, 3, 4], [2, 1, 3], [[0, 0, 0], [1, 1, 1, 0]], [1, 2, 3], [1, 0, 0]],
    [[2, 1, 3, 0], [1, 2, 3], [[0, 0, 0], [1, 0, 1, 0]], [3, 1, 2], [0, 1, 0]],
]


def vote(e: ElectionForTests, ballots: Sequence[Any]) -> None:
    for voter, choices in zip(e.voters, ballots, strict=False):
        ballot = e.ballot(voter, choices)
        cast(ready(e, voter, ballot), ballot)


def lines(page: Any, name: str) -> list[str]:
    return [" ".join(each.text.split()) for each in page.all("li") if name in each.attributes.get("class", "").split()]


def test_blank_votes_have_a_line_of_their_own_and_no_seat(read: Read) -> None:
    e = build(voters=3, races="blank")
    vote(e, [[[1, 0, 0, 0, 0], [1, 0, 0], [0, 1, 0]]] * 2 + [[[0, 1, 0, 0, 0], [0, 1, 1], [0, 1, 0]]])
    count(e)
    page = read(Client().get(RESULT))
    assert lines(page, "blank") == ["رأی سفید۲ رأی", "رأی سفید۲ رأی", "رأی سفید۰ رأی"]
    assert len(lines(page, "main")) + len(lines(page, "tie")) == 1 + 2 + 1
    # Then nobody needs to be told that blank votes cannot be seen.
    assert "سفیدماندن یک رکن" not in page.text
    assert "یا رأی سفید" in read(Client().get(LANDING)).text


def test_without_blank_votes_there_is_no_such_line(read: Read) -> None:
    e = build(voters=1)
    vote(e, [[[1, 0, 0, 0], [0, 0], [0, 0]]])
    count(e)
    page = read(Client().get(RESULT))
    assert lines(page, "blank") == []
    assert "سفیدماندن یک رکن" in page.text
    assert "واحد" not in page.text
    assert "رأی سفید" not in read(Client().get(LANDING)).text


def test_where_votes_have_weights_every_count_is_in_them_and_says_so(read: Read) -> None:
    e = build(voters=3, weights=(1, 4, 10), races="blank")
    assert "به اندازهٔ وزنی که در فهرست" in read(Client().get(LANDING)).text
    vote(e, [[[0, 1, 0, 0, 0], [1, 0, 0], [0, 0, 1]], [[1, 0, 0, 0, 0], [0, 1, 0], [0, 0, 1]]])
    count(e)
    page = read(Client().get(RESULT))
    assert "۲ رأی، با هم ۵ واحد" in page.text
    assert lines(page, "blank") == ["رأی سفید۴ واحد", "رأی سفید۱ واحد", "رأی سفید۰ واحد"]
    assert [line[-6:] for line in lines(page, "main")] == ["۱ واحد", "۴ واحد", "۵ واحد"]
    # A bar is full when everybody's weight is in it.
    assert {bar.attributes["max"] for bar in page.all("progress")} == {"5"}


def test_each_way_of_counting_shows_its_working(read: Read) -> None:
    e = build(voters=4, races="kinds", trustees=1)
    vote(e, KINDS)
    count(e)
    page = read(Client().get(RESULT))
    first = [race.candidates[0].display_name for race in e.model.races()]
    headings = page.words("h2")
    for title in ("رتبه‌بندی", "درجه‌بندی", "فهرست‌ها", "شولتسه", "انتخاب"):
        assert title in headings
    main = lines(page, "main")
    assert main[0] == f"۱{first[0]} عضو اصلی"
    assert main[1] == f"۱{first[1]} عضو اصلیعالی"
    assert main[2] == f"۱{first[3]} عضو اصلی"
    assert len(page.all("table")) == 3
    cells = [page.words("td")[place] for place in range(5)]
    assert cells == ["۲", "۱", "۰", "۰", "۰"]
    assert "فهرست دوم" in page.text
    assert page.facts()["سهمیهٔ برگزیده‌شدن"] == "۲"
    landing = read(Client().get(LANDING)).text
    assert "۴ نامزد، به ترتیب دلخواه شما" in landing
    assert "۳ نامزد، به هر کدام یک درجه" in landing
    assert "۲ فهرست، ۵ نامزد" in landing


def test_a_tie_is_shown_as_one(read: Read) -> None:
    e = build(voters=2, races="kinds", trustees=1)
    vote(e, [[[1, 2, 3, 4], [1, 1, 1], [[1, 1, 0], [0, 0, 0, 0]], [1, 1, 1], [0, 0, 0]]])
    count(e)
    page = read(Client().get(RESULT))
    assert page.text.count("این شیوهٔ شمارش کسی را پیش نمی‌اندازد") == 2
    assert sum("برابر، در انتظار قرعه" in line for line in lines(page, "tie")) == 6


def test_where_a_lot_stops_the_count_nobody_is_called_elected(read: Read) -> None:
    """Two are equal at the end of the order: whose votes are transferred first is for people to draw."""
    e = build(voters=6, races="kinds", trustees=1)
    other = [[1, 1, 1], [[1, 1, 0], [0, 0, 0, 0]], [1, 1, 1], [0, 0, 0]]
    vote(e, [[order, *other] for order in ([0, 0, 1, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0])])
    count(e)
    page = read(Client().get(RESULT))
    names = [candidate.display_name for candidate in e.model.races()[0].candidates]
    first = page.all("ol")[0]
    assert "عضو اصلی" not in first.text
    # The one with most votes stands first, the equal ones are marked, who has none comes last.
    assert [first.text.index(names[place]) for place in (2, 0, 1, 3)] == sorted(first.text.index(name) for name in names)
    assert first.text.count("برابر، در انتظار قرعه") == 2
    assert "شمارش در مرحلهٔ آخر ایستاد" in page.text


def test_the_board_explains_shuffles(read: Read) -> None:
    e = build(voters=1, races="kinds", trustees=1)
    vote(e, KINDS[:1])
    count(e)
    page = read(Client().get(BOARD))
    assert "بُر زدن آرا" in page.text
    assert "پایان بُر زدن" in page.text
    links = [link.attributes["href"] for link in page.all("a") if "بُر" in link.text]
    texts = [read(Client().get(link)).text for link in links]
    assert "هیچ‌کس نمی‌داند کدام رأی از کیست" in texts[0]
    assert "رأیی کم، زیاد یا عوض نشده است" in texts[1]
    assert "رأی‌های بُرزده و اثبات آن" in texts[1]


# ---- while votes are counted


def trustees(read: Read) -> tuple[list[str], str]:
    page = read(Client().get(RESULT))
    (section,) = page.all("section", aria_labelledby="trustees-name")
    return [" ".join(item.text.split()) for item in page.all("li")], " ".join(section.text.split())


def test_who_has_delivered_and_who_is_wanted(read: Read) -> None:
    e = build(voters=1, trustees=1, quorum=(3, 2))
    now = close(e)
    assert read(Client().get(RESULT)).all("section") == []
    acts.tally(e.model, now=now)
    tallies.add_partial_decryption(e.model, partial_decryption(e, 3), 3, now=now)
    items, text = trustees(read)
    assert items == [
        "۱. trustee 1هنوز نداده است",
        "۲. متولی 1 گروه ۱هنوز نداده است",
        "۳. متولی 2 گروه ۱سهم خود را داد",
        "۴. متولی 3 گروه ۱هنوز نداده است",
    ]
    assert "هنوز لازم است: کلیددارهای شمارهٔ ۱؛ ۱ نفر از کلیددارهای شمارهٔ ۲، ۴." in text
    for owner in (1, 4):
        tallies.add_partial_decryption(e.model, partial_decryption(e, owner), owner, now=now)
    assert "سهم‌ها به اندازهٔ کافی رسیده است" in trustees(read)[1]


def test_who_has_shuffled(read: Read) -> None:
    e = build(voters=1, races="kinds", trustees=2)
    now = close(e)
    acts.tally(e.model, now=now)
    tallies.add_shuffle(e.model, shuffle(e), 2, now=now)
    items, text = trustees(read)
    assert items == ["۱. trustee 1بُر نزده استهنوز نداده است", "۲. trustee 2بُر زدهنوز نداده است"]
    assert "هر کلیددار رأی‌های بسته را یک بار بُر می‌زند" in text
