"""The filters of `{% load persian %}`, in both languages."""

from datetime import datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation

from sandogh.jalali import TEHRAN

MOMENT = datetime(2026, 12, 18, 14, 35, 53, tzinfo=TEHRAN)


def shown(expression: str, language: str = "fa", **values: object) -> str:
    with translation.override(language):
        return Template("{% load persian %}{{ " + expression + " }}").render(Context(values))


@pytest.mark.parametrize(
    ("expression", "value", "persian", "english"),
    [
        ("x|fa_digits", 611, "۶۱۱", "611"),
        ("x|jalali_long", MOMENT, "جمعه ۲۷ آذر ۱۴۰۵، ساعت ۱۴:۳۵", "Friday 27 Azar 1405, 14:35"),
        ("x|jalali_date", MOMENT, "جمعه ۲۷ آذر ۱۴۰۵", "Friday 27 Azar 1405"),
        ("x|jalali_short", MOMENT, "۱۴۰۵/۰۹/۲۷", "1405/09/27"),
        ("x|jalali_time", MOMENT, "۱۴:۳۵", "14:35"),
        ("x|jalali_datetime", MOMENT, "۱۴۰۵/۰۹/۲۷، ساعت ۱۴:۳۵:۵۳", "1405/09/27, 14:35:53"),
        ("x|duration", timedelta(days=2, hours=3), "۲ روز و ۳ ساعت", "2 days and 3 hours"),
        ("x|mask_mobile", "09120000151", "۰۹****۵۱", "09****51"),
        ("x|group_licence", "9901014501", "۹۹-۰۱-۰۱-۴۵۰۱", "99-01-01-4501"),
    ],
)
def test_each_filter_in_each_language(expression, value, persian, english):
    assert shown(expression, x=value) == persian
    assert shown(expression, "en", x=value) == english


@pytest.mark.parametrize("name", ["jalali_long", "jalali_date", "jalali_short", "jalali_time", "jalali_datetime"])
def test_a_date_that_is_not_set_shows_as_nothing(name):
    assert shown(f"x|{name}", x=None) == ""


def test_a_filtered_text_is_still_escaped():
    assert shown("x|fa_digits", x="<b>1") == "&lt;b&gt;۱"
