"""Our calendar against the server's calendar package, over the years in which anybody will hold an election."""

from datetime import date, datetime

import jdatetime
from hypothesis import given
from hypothesis import strategies as st

from sandogh.ceremony.jalali import TEHRAN, date_text, hour_text, jalali


@given(st.dates(date(1925, 1, 1), date(2090, 1, 1)))
def test_jalali_agrees_with_jdatetime(day: date) -> None:
    other = jdatetime.date.fromgregorian(date=day)
    assert jalali(day.year, day.month, day.day) == (other.year, other.month, other.day)


def test_the_last_day_of_a_leap_year() -> None:
    assert jalali(2030, 3, 20) == (1408, 12, 30)
    assert jalali(2030, 3, 21) == (1409, 1, 1)


def test_date_and_hour_in_tehran_and_persian_digits() -> None:
    assert date_text(datetime.fromisoformat("2026-12-18T04:30:00+00:00")) == "جمعه ۲۷ آذر ۱۴۰۵"
    assert hour_text(datetime.fromisoformat("2026-12-18T04:30:00+00:00")) == "۰۸:۰۰"
    assert date_text(datetime.fromisoformat("2026-12-18T21:00:00+00:00")) == "شنبه ۲۸ آذر ۱۴۰۵"


def test_tehran_has_one_offset() -> None:
    assert datetime(2026, 7, 1, tzinfo=TEHRAN).utcoffset() == datetime(2026, 12, 1, tzinfo=TEHRAN).utcoffset()
