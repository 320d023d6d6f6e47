"""Dates and durations as people write them: the Jalali calendar, Tehran's clock, Persian digits. Pure.

Times come in aware, in any zone, and are shown in Tehran's. In English the same calendar is written with Latin names and digits.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import jdatetime

from sandogh.persian import fa_digits

TEHRAN = ZoneInfo("Asia/Tehran")

# Monday first, as datetime.weekday() counts.
_WEEKDAYS = {
    "fa": ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "fa": ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),
    "en": ("Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar", "Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand"),
}
_UNITS = {
    "fa": (("روز", "روز"), ("ساعت", "ساعت"), ("دقیقه", "دقیقه"), ("ثانیه", "ثانیه")),
    "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")),
}
_SECONDS = (86_400, 3_600, 60, 1)


def _known(language: str) -> str:
    return "en" if language.startswith("en") else "fa"


def _digits(text: str, language: str) -> str:
    return text if _known(language) == "en" else fa_digits(text)


def _tehran(moment: datetime) -> tuple[datetime, jdatetime.date]:
    if moment.tzinfo is None:
        raise ValueError("a time without its zone cannot be shown")
    local = moment.astimezone(TEHRAN)
    return local, jdatetime.date.fromgregorian(date=local.date())


def long_date(moment: datetime, language: str = "fa") -> str:
    """«یکشنبه ۱ آذر ۱۴۰۵»: no zero before the day."""
    local, date = _tehran(moment)
    names = _known(language)
    return _digits(f"{_WEEKDAYS[names][local.weekday()]} {date.day} {_MONTHS[names][date.month - 1]} {date.year}", language)


def long(moment: datetime, language: str = "fa") -> str:
    """«یکشنبه ۱ آذر ۱۴۰۵، ساعت ۱۷:۰۰»."""
    between = ", " if _known(language) == "en" else "، ساعت "
    return long_date(moment, language) + between + clock(moment, language)


def short(moment: datetime, language: str = "fa") -> str:
    """«۱۴۰۵/۰۹/۲۷»: year first."""
    _local, date = _tehran(moment)
    return _digits(f"{date.year}/{date.month:02d}/{date.day:02d}", language)


def clock(moment: datetime, language: str = "fa") -> str:
    """«۱۷:۰۰»."""
    return _digits(f"{_tehran(moment)[0]:%H:%M}", language)


def clock_with_seconds(moment: datetime, language: str = "fa") -> str:
    """«۱۴:۳۵:۵۳»."""
    return _digits(f"{_tehran(moment)[0]:%H:%M:%S}", language)


def date_and_time(moment: datetime, language: str = "fa") -> str:
    """«۱۴۰۵/۰۹/۲۷، ساعت ۱۴:۳۵:۵۳»: to the second, for receipts and the board."""
    between = ", " if _known(language) == "en" else "، ساعت "
    return short(moment, language) + between + clock_with_seconds(moment, language)


def duration(length: timedelta, language: str = "fa") -> str:
    """«۲ روز و ۳ ساعت»: the largest unit and the next one if it is not zero; what is over is over («۰ ثانیه»)."""
    rest = max(0, int(length.total_seconds()))
    unit = next((index for index, seconds in enumerate(_SECONDS) if rest >= seconds), len(_SECONDS) - 1)
    parts = []
    for index in range(unit, min(unit + 2, len(_SECONDS))):
        count, rest = divmod(rest, _SECONDS[index])
        if count or index == unit:
            one, many = _UNITS[_known(language)][index]
            parts.append(f"{count} {one if count == 1 else many}")
    return _digits((" and " if _known(language) == "en" else " و ").join(parts), language)
