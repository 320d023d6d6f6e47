"""Small drawn and written things of the pages: `{% load portal %}`."""

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from sandogh import jalali, persian

register = template.Library()

# Line icons on a field of 24. Those that point along the text turn round on a left-to-right page.
_ICONS = {
    "arrow": "M19 12H5m6-6-6 6 6 6",
    "bad": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V13m0 3v.01",
    "card": (
        "M5.5 5h13A2.5 2.5 0 0 1 21 7.5v9a2.5 2.5 0 0 1-2.5 2.5h-13A2.5 2.5 0 0 1 3 16.5v-9A2.5 2.5 0 0 1 5.5 5Z"
        "M14 10h4m-4 4h4M8.5 9a2 2 0 1 0 0 4 2 2 0 0 0 0-4Zm-3 7c.6-1.6 1.7-2.3 3-2.3s2.4.7 3 2.3"
    ),
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4v5l3 2",
    "copy": "M9 9h11v11H9zM5 15H4V4h11v1",
    "devices": (
        "M4.5 5h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2ZM6 19h6"
        "m5-10h3a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 20 20h-3a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 17 9Z"
    ),
    "down": "m6 9 6 6 6-6",
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v5.5m0-9v.01",
    "leave": "M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4m5-4 4-4-4-4m4 4H9",
    "licence": "M7 3h10a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2Zm2 5h6m-6 4h6m-6 4h3",
    "mobile": "M9 2.5h6A2.5 2.5 0 0 1 17.5 5v14a2.5 2.5 0 0 1-2.5 2.5H9A2.5 2.5 0 0 1 6.5 19V5A2.5 2.5 0 0 1 9 2.5Zm2 16h2",
    "ok": "m5 12.5 4.5 4.5L19 7.5",
    "print": "M7 9V3h10v6M7 17H5a2 2 0 0 1-2-2v-4a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2h-2M7 14h10v7H7z",
    "refresh": "M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5",
    "save": "M12 3v12m-5-5 5 5 5-5M4 20h16",
    "search": "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM20 20l-4-4",
    "sound": "M4 10v4h3.5L12 18V6L7.5 10H4Zm12-1a4 4 0 0 1 0 6m2.5-8.5a8 8 0 0 1 0 11",
    "tel": "M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3Z",
}
_TURNED = {"arrow": " i--along", "leave": " flip"}

_STAR = "M28 0 19.8 8.2V19.8H8.2L0 28-8.2 19.8H-19.8V8.2L-28 0-19.8-8.2V-19.8H-8.2L0-28 8.2-19.8H19.8V-8.2Z"


@register.simple_tag
def icon(name: str) -> SafeString:
    """The icon as inline SVG, hidden from screen readers: words stand beside it."""
    return format_html('<svg class="i{}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', _TURNED.get(name, ""), _ICONS[name])


@register.simple_tag
def brand_mark() -> SafeString:
    """The product's own mark, for an association that has brought no logo: the star, and a marked sheet coming out of a slot."""
    return mark_safe(  # noqa: S308 - a constant
        f'<svg viewBox="-28 -28 56 56" aria-hidden="true"><path fill="currentColor" d="{_STAR}"/>'
        '<g class="brand__hole"><path d="M-8-12.5H8V4H-8Z"/><path class="brand__slot" d="M-13.5 7H13.5"/></g>'
        '<path class="brand__tick" d="m-3.6-4.2 2.8 2.9 4.6-5.2"/></svg>'
    )


@register.inclusion_tag("portal/language.html", takes_context=True)
def language_switch(context: template.Context) -> dict[str, Any]:
    """A button for each other language, named in that language; a form, so that it works without scripts."""
    others = [{"code": code, "name": name} for code, name in settings.LANGUAGES if code != get_language()]
    # Pages for faults have no address of their own and do not repeat what was asked for.
    return {"others": others, "next": context.get("here", "/")}


@register.filter
def clock_with_seconds(moment: datetime) -> str:
    """«۱۴:۳۵:۵۳», in Tehran."""
    return jalali.clock_with_seconds(moment, get_language() or "fa")


@register.filter
def short_hash(value: str) -> str:
    """The two ends of a long fingerprint, enough for the eye; the whole one is always one step away."""
    return f"{value[:8]}…{value[-4:]}" if len(value) > 16 else value


@register.filter
def fours(value: str) -> list[str]:
    """A code in groups of four, as it is read aloud and compared."""
    return [value[start : start + 4] for start in range(0, len(value), 4)]


@register.filter
def dial(value: str) -> str:
    """What a telephone dials, from a number as it is written for people."""
    return persian.typed_number(value)


@register.filter
def mask_national_id(value: str) -> str:
    """999****235: enough for its owner to recognise, for what is printed and passed on."""
    return f"{value[:3]}****{value[-3:]}"
