"""Dates as the invitation writes them: Jalali, Tehran time, Persian digits. domain.md §3

Small and our own, so that a credential authority needs none of the server's packages.
"""

from datetime import datetime, timedelta, timezone

# Iran keeps one offset all year since 1402; a zone database is not always there on an offline machine.
TEHRAN = timezone(timedelta(hours=3, minutes=30), "Asia/Tehran")
WEEKDAYS = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه")  # as datetime.weekday() counts
MONTHS = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def persian_digits(text: str) -> str:
    return text.translate(PERSIAN_DIGITS)


def jalali(year: int, month: int, day: int) -> tuple[int, int, int]:
    """The Jalali (year, month, day) of a Gregorian one.

    The 33-year arithmetic cycle, which agrees with the official calendar for the Jalali years 1244 to 1472.
    """
    days_before_month = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
    leap_reference = year + 1 if month > 2 else year
    days = (
        355_666
        + 365 * year
        + (leap_reference + 3) // 4
        - (leap_reference + 99) // 100
        + (leap_reference + 399) // 400
        + day
        + days_before_month[month - 1]
    )
    cycles, days = divmod(days, 12_053)
    fours, days = divmod(days, 1_461)
    result = -1_595 + 33 * cycles + 4 * fours
    if days > 365:
        result += (days - 1) // 365
        days = (days - 1) % 365
    if days < 186:
        return result, 1 + days // 31, 1 + days % 31
    return result, 7 + (days - 186) // 30, 1 + (days - 186) % 30


def date_text(moment: datetime) -> str:
    """«جمعه ۲۷ آذر ۱۴۰۵»"""
    local = moment.astimezone(TEHRAN)
    year, month, day = jalali(local.year, local.month, local.day)
    return persian_digits(f"{WEEKDAYS[local.weekday()]} {day} {MONTHS[month - 1]} {year}")


def hour_text(moment: datetime) -> str:
    """«۰۸:۰۰»"""
    return persian_digits(moment.astimezone(TEHRAN).strftime("%H:%M"))
