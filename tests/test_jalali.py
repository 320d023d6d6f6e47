"""Dates as people write them, at the edges of days, years and clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from sandogh import jalali
from sandogh.jalali import TEHRAN

VOTING = datetime(2026, 11, 22, 17, 0, 5, tzinfo=TEHRAN)


def test_every_form_of_one_moment():
    assert jalali.long(VOTING) == "یکشنبه ۱ آذر ۱۴۰۵، ساعت ۱۷:۰۰"
    assert jalali.long_date(VOTING) == "یکشنبه ۱ آذر ۱۴۰۵"
    assert jalali.short(VOTING) == "۱۴۰۵/۰۹/۰۱"
    assert jalali.clock(VOTING) == "۱۷:۰۰"
    assert jalali.clock_with_seconds(VOTING) == "۱۷:۰۰:۰۵"
    assert jalali.date_and_time(VOTING) == "۱۴۰۵/۰۹/۰۱، ساعت ۱۷:۰۰:۰۵"


def test_the_same_calendar_in_english():
    assert jalali.long(VOTING, "en") == "Sunday 1 Azar 1405, 17:00"
    assert jalali.short(VOTING, "en-gb") == "1405/09/01"
    assert jalali.date_and_time(VOTING, "en") == "1405/09/01, 17:00:05"
    assert jalali.duration(timedelta(days=1, hours=3), "en") == "1 day and 3 hours"


def test_the_sample_schedule_is_written_as_the_sample_writes_it(examples):
    import json

    for entry in json.loads((examples / "sample-election.json").read_text())["election"]["schedule"].values():
        moment = datetime.fromisoformat(entry["iso"])
        assert jalali.long(moment) == entry["jalali_text"]
        assert f"{jalali.short(moment, 'en')} {jalali.clock(moment, 'en')}" == entry["jalali"]


def test_utc_evening_is_the_next_day_in_tehran():
    assert jalali.short(datetime(2026, 11, 22, 20, 29, 59, tzinfo=UTC)) == "۱۴۰۵/۰۹/۰۱"
    assert jalali.short(datetime(2026, 11, 22, 20, 30, tzinfo=UTC)) == "۱۴۰۵/۰۹/۰۲"


def test_summers_before_1402_had_another_clock():
    assert jalali.clock(datetime(2022, 7, 1, 12, 0, tzinfo=UTC)) == "۱۶:۳۰"
    assert jalali.clock(datetime(2023, 7, 1, 12, 0, tzinfo=UTC)) == "۱۵:۳۰"


@pytest.mark.parametrize(
    ("gregorian", "shown"),
    [
        ((2025, 3, 20), "پنجشنبه ۳۰ اسفند ۱۴۰۳"),
        ((2025, 3, 21), "جمعه ۱ فروردین ۱۴۰۴"),
        ((2026, 3, 20), "جمعه ۲۹ اسفند ۱۴۰۴"),
        ((2026, 3, 21), "شنبه ۱ فروردین ۱۴۰۵"),
        ((2030, 3, 20), "چهارشنبه ۳۰ اسفند ۱۴۰۸"),
        ((2030, 3, 21), "پنجشنبه ۱ فروردین ۱۴۰۹"),
    ],
)
def test_the_turn_of_the_years_with_leap_1403_and_1408(gregorian, shown):
    assert jalali.long_date(datetime(*gregorian, 12, tzinfo=TEHRAN)) == shown


def test_a_time_without_its_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        jalali.long(datetime(2026, 11, 22))


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(days=2, hours=3, minutes=59), "۲ روز و ۳ ساعت"),
        (timedelta(days=2, minutes=59), "۲ روز"),
        (timedelta(hours=1), "۱ ساعت"),
        (timedelta(minutes=19, seconds=30), "۱۹ دقیقه و ۳۰ ثانیه"),
        (timedelta(seconds=59.9), "۵۹ ثانیه"),
        (timedelta(0), "۰ ثانیه"),
        (timedelta(seconds=-5), "۰ ثانیه"),
    ],
)
def test_durations(length, shown):
    assert jalali.duration(length) == shown
