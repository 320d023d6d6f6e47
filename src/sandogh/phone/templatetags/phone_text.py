"""A text message as its phone shows it."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
_PARTS = re.compile(r"(https?://[^\s<>\"]+)|(?<![0-9#/.@])([0-9]{4,8})(?![0-9/.])")


@register.filter
def tappable(text: str) -> SafeString:
    """Links can be tapped and open beside the phone, as on a real one; codes stand out."""
    pieces: list[SafeString] = []
    end = 0
    for match in _PARTS.finditer(text):
        pieces.append(format_html("{}", text[end : match.start()]))
        if match[1]:
            link = '<a class="ltr" lang="en" href="{}" target="_blank" rel="noopener noreferrer">{}</a>'
            pieces.append(format_html(link, match[1], match[1]))
        else:
            pieces.append(format_html('<strong><bdi class="ltr">{}</bdi></strong>', match[2]))
        end = match.end()
    pieces.append(format_html("{}", text[end:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))
