"""Reading a vote code out of what people really text."""

import pytest

from sandogh.server.messaging.domain.vote_text import NoVoteCode, vote_code_in


@pytest.mark.parametrize(
    "text",
    [
        "48590433",
        "۴۸۵۹۰۴۳۳",
        "٤٨٥٩٠٤٣٣",
        "۴۸59٠۴33",
        "  48590433\n",
        "\u200f۴۸۵۹۰۴۳۳\u200e",
        "\u202b48590433\u202c",
        "کد رأی: ۴۸۵۹۰۴۳۳",
        "کد ۴۸۵۹۰۴۳۳ را فرستادم",
        "کد\u200c۴۸۵۹۰۴۳۳",
        "«۴۸۵۹۰۴۳۳»",
        "(48590433)",
        "48590433.",
        "4859 0433",
        "۴۸ ۵۹ ۰۴ ۳۳",
        "4859-0433",
        "4859–0433",
        "48.59.04.33",
        "4859\u00a00433",
        "4859\n0433",
        "48590433 48590433",
        "سلام\nکد من: 4859 0433\nممنون",
        "نماینده ۲، کد ۴۸۵۹۰۴۳۳",
        "کد 48590433 ساعت 14:02",
    ],
)
def test_one_code_is_found(text: str) -> None:
    assert vote_code_in(text) == "48590433"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "سلام",
        "4859043",
        "485904333",
        "48590433 48590434",
        "۴۸۵۹۰۴۳",
        "4859043a3",
        "2026-11-22 14:02:59",
        "٠",
        "۴۸۵۹ و ۰۴۳۳",
        "09120000101",
    ],
)
def test_no_code_or_no_single_one(text: str) -> None:
    with pytest.raises(NoVoteCode):
        vote_code_in(text)


def test_a_whole_code_beside_another_number_wins_over_gluing() -> None:
    assert vote_code_in("48590433 12") == "48590433"
