"""The texts that a voter gets from the server: the code in one message, the confirmation in two at most. Pure.

They hold no secret but the one-time code, and nothing computed from the choices; the tracker in the last one is that of a sealed ballot.
"""

from datetime import datetime

from sandogh import jalali
from sandogh.sms import MULTI_PART, ONE_PART, sms_units

TRACKER_SHOWN = 8


def otp_text(template: str, *, name: str, code: str, host: str) -> str:
    """The text with the one-time code. The name is cut to fit, never the code.

    The last line, `@host #code`, lets a browser fill the code in by itself; where the host is so long that it would cost a second
    message, that line goes, not the code.
    """
    text = _with_name(template, name, ONE_PART, code=code, host=host)
    if sms_units(text) > ONE_PART:
        lines = [line for line in template.split("\n") if "{host}" not in line]
        text = _with_name("\n".join(lines), name, ONE_PART, code=code)
    return text


def recorded_text(template: str, *, name: str, cast_at: datetime, tracker: str) -> str:
    """The text after casting: when, and the first eight characters of the tracker. Empty for an empty template: no text is wanted."""
    moment = f"{jalali.short(cast_at)} ساعت {jalali.clock(cast_at)}"
    return _with_name(template, name, 2 * MULTI_PART, jalali=moment, tracker=tracker[:TRACKER_SHOWN]) if template else ""


def _with_name(template: str, name: str, units: int, **values: str) -> str:
    """The template filled in, with as much of the name as keeps the whole within so many units."""
    times = template.count("{name}")
    room = units - sms_units(template.format(name="", **values))
    longest = max(0, room // times) if times else 0
    if sms_units(name) > longest:
        name = _cut(name, longest)
    text = template.format(name=name, **values)
    # Without a name there is no line for it.
    return text if name else text.lstrip("\n")


def _cut(name: str, units: int) -> str:
    """At most so many UTF-16 units of the name: whole words if at least one fits, else letters; never half a character."""
    words = name.split(" ")
    while words and sms_units(" ".join(words)) > units:
        words.pop()
    if words:
        return " ".join(words)
    while sms_units(name) > units:
        name = name[:-1]
    return name.rstrip("\u200c")
