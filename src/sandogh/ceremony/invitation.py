"""The text of an invitation: the election's own template, filled for one voter. journey.md S1

The credential stands in the fragment of the link, which browsers never send (ARCHITECTURE.md §3).
"""

from datetime import datetime
from string import Formatter

from sandogh import jalali

NAMES = frozenset({"greeting", "org_short", "date", "from", "to", "link"})


def check_template(template: str) -> None:
    """Raise ValueError unless the template uses known names, plainly, and has the link exactly once."""
    try:
        pieces = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(template) if name is not None]
    except ValueError as wrong:
        raise ValueError(f"has unpaired braces ({wrong})") from wrong
    for name, spec, conversion in pieces:
        if name not in NAMES or spec or conversion:
            raise ValueError(f"knows no «{{{name}}}»; it may use {', '.join(sorted(NAMES))}")
    if [name for name, _, _ in pieces].count("link") != 1:
        raise ValueError("must contain {link} exactly once")


def link_with(link: str, credential: str) -> str:
    return f"{link}#{credential}"


def compose(template: str, *, greeting: str, org_short: str, opens_at: datetime, closes_at: datetime, link: str) -> str:
    """The invitation, word for word as it is sent. A closing on another day names that day."""
    values = {
        "greeting": greeting,
        "org_short": org_short,
        "date": jalali.long_date(opens_at),
        "from": jalali.clock(opens_at),
        "to": closing_text(opens_at, closes_at),
        "link": link,
    }
    return "".join(text + ("" if name is None else values[name]) for text, name, _, _ in Formatter().parse(template))


def closing_text(opens_at: datetime, closes_at: datetime) -> str:
    if opens_at.astimezone(jalali.TEHRAN).date() == closes_at.astimezone(jalali.TEHRAN).date():
        return jalali.clock(closes_at)
    return f"{jalali.clock(closes_at)} {jalali.long_date(closes_at)}"


def period(opens_at: datetime, closes_at: datetime) -> str:
    """When to vote, as a letter says it."""
    return f"{jalali.long_date(opens_at)}، از ساعت {jalali.clock(opens_at)} تا {closing_text(opens_at, closes_at)}"
