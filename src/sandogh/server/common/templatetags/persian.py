"""Template filters for digits, dates and numbers: `{% load persian %}`. In English the digits and names are Latin.

A date that is not set shows as nothing.
"""

from datetime import datetime, timedelta

from django import template
from django.utils.translation import get_language

from sandogh import jalali, persian

register = template.Library()


def _language() -> str:
    return get_language() or "fa"


@register.filter
def fa_digits(value: object) -> str:
    """The value with Persian digits; on an English page with Latin ones."""
    return persian.fold_digits(str(value)) if _language().startswith("en") else persian.fa_digits(value)


@register.filter
def jalali_long(moment: datetime | None) -> str:
    """«یکشنبه ۱ آذر ۱۴۰۵، ساعت ۱۷:۰۰»."""
    return jalali.long(moment, _language()) if moment else ""


@register.filter
def jalali_date(moment: datetime | None) -> str:
    """«یکشنبه ۱ آذر ۱۴۰۵»."""
    return jalali.long_date(moment, _language()) if moment else ""


@register.filter
def jalali_short(moment: datetime | None) -> str:
    """«۱۴۰۵/۰۹/۲۷»."""
    return jalali.short(moment, _language()) if moment else ""


@register.filter
def jalali_time(moment: datetime | None) -> str:
    """«۱۷:۰۰»."""
    return jalali.clock(moment, _language()) if moment else ""


@register.filter
def jalali_datetime(moment: datetime | None) -> str:
    """«۱۴۰۵/۰۹/۲۷، ساعت ۱۴:۳۵:۵۳»."""
    return jalali.date_and_time(moment, _language()) if moment else ""


@register.filter
def duration(length: timedelta) -> str:
    """«۲ روز و ۳ ساعت»."""
    return jalali.duration(length, _language())


@register.filter
def mask_mobile(number: str) -> str:
    """«۰۹****۵۱»."""
    return fa_digits(persian.mask_mobile(number))


@register.filter
def group_licence(number: str) -> str:
    """«۹۹-۰۱-۰۱-۴۵۰۱», the groups in the order of writing: put it in `<bdi dir="ltr">`."""
    return fa_digits(persian.group_licence(number))
