"""The invitation's text, word for word."""

import re
from datetime import datetime

import pytest

from sandogh.ceremony.invitation import check_template, compose, link_with
from sandogh.sms import sms_parts

TEMPLATE = "{greeting}\nانتخابات ارکان {org_short} {date} از ساعت {from} تا {to} برگزار می‌شود.\nورود: {link}"
OPENS = datetime.fromisoformat("2026-12-18T08:00:00+03:30")
LINK = link_with("https://ray.example/e/arkan-1405/", "SztZS-owXfoo-n6o8k-RbHtZ2")


def text(**changes: object) -> str:
    values = {
        "greeting": "همکار گرامی آزاده پیش‌گام",
        "org_short": "کانون سپیدکوه",
        "opens_at": OPENS,
        "closes_at": datetime.fromisoformat("2026-12-18T20:00:00+03:30"),
        "link": LINK,
    } | changes
    return compose(TEMPLATE, **values)  # type: ignore[arg-type]


def test_the_invitation_word_for_word() -> None:
    assert text() == (
        "همکار گرامی آزاده پیش‌گام\n"
        "انتخابات ارکان کانون سپیدکوه جمعه ۲۷ آذر ۱۴۰۵ از ساعت ۰۸:۰۰ تا ۲۰:۰۰ برگزار می‌شود.\n"
        "ورود: https://ray.example/e/arkan-1405/#SztZS-owXfoo-n6o8k-RbHtZ2"
    )


def test_the_invitation_takes_three_parts() -> None:
    assert sms_parts(text()) == 3


def test_a_closing_on_another_day_names_it() -> None:
    assert "تا ۰۱:۳۰ شنبه ۲۸ آذر ۱۴۰۵ برگزار" in text(closes_at=datetime.fromisoformat("2026-12-19T01:30:00+03:30"))


def test_a_greeting_with_braces_stays_as_it_is() -> None:
    assert text(greeting="{link}").startswith("{link}\n")


def test_doubled_braces_are_plain_ones() -> None:
    assert compose("{{}} {link}", greeting="", org_short="", opens_at=OPENS, closes_at=OPENS, link="x") == "{} x"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{greeting}", "must contain {link} exactly once"),
        ("{link} {link}", "must contain {link} exactly once"),
        ("{link} {name}", "knows no «{name}»"),
        ("{link!r}", "knows no «{link}»"),
        ("{link:>90}", "knows no «{link}»"),
        ("{link} {greeting.__class__}", "knows no «{greeting.__class__}»"),
        ("{link} {", "has unpaired braces"),
    ],
)
def test_a_template_that_is_refused(template: str, said: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(said)):
        check_template(template)
