"""The calendar against another library, day by day."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from persiantools.jdatetime import JalaliDate

from sandogh import jalali
from sandogh.jalali import TEHRAN
from sandogh.persian import fold_digits


def short(day: date) -> str:
    return fold_digits(jalali.short(datetime(day.year, day.month, day.day, 12, tzinfo=TEHRAN)))


def test_every_day_from_1400_to_1410_agrees_with_persiantools():
    day, last = date(2021, 3, 21), date(2032, 3, 20)
    while day <= last:
        assert short(day) == JalaliDate(day).strftime("%Y/%m/%d")
        day += timedelta(days=1)


def test_leap_years_are_1403_and_1408_and_no_other_nearby():
    leaps = [year for year in range(1400, 1412) if short(JalaliDate(year + 1, 1, 1).to_gregorian() - timedelta(days=1)) == f"{year}/12/30"]
    assert leaps == [1403, 1408]


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2070, 1, 1), timezones=st.timezones()))
def test_a_moment_is_shown_alike_whatever_zone_it_is_told_in(moment):
    assert jalali.date_and_time(moment) == jalali.date_and_time(moment.astimezone(TEHRAN))


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2070, 1, 1)).map(lambda moment: moment.replace(tzinfo=TEHRAN)))
def test_short_dates_sort_as_time_does(moment):
    assert jalali.short(moment) < jalali.short(moment + timedelta(days=1))


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_a_duration_is_never_longer_than_said_and_at_most_one_small_unit_short(length):
    seconds = {"روز": 86400, "ساعت": 3600, "دقیقه": 60, "ثانیه": 1}
    parts = [part.split() for part in fold_digits(jalali.duration(length)).split(" و ")]
    said = sum(int(count) * seconds[unit] for count, unit in parts)
    units = list(seconds)
    finest = seconds[units[min(units.index(parts[0][1]) + 1, 3)]]
    assert 0 <= length.total_seconds() - said < finest
