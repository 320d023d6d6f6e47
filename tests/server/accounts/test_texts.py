"""The texts that a voter gets fit the messages they are given."""

from datetime import UTC, datetime

import pytest

from sandogh.server.accounts.domain.texts import otp_text, recorded_text
from sandogh.sms import sms_parts, sms_units

OTP = "{name}\nکد ورود: {code}\n@{host} #{code}"
RECORDED = "{name}\nرأی شما در {jalali} ثبت شد.\nشمارهٔ پیگیری: {tracker}"


def test_a_short_name_stays_whole() -> None:
    text = otp_text(OTP, name="آزاده پیش‌گام", code="417025", host="vote.example.ir")
    assert text == "آزاده پیش‌گام\nکد ورود: 417025\n@vote.example.ir #417025"


@pytest.mark.parametrize("name", ["سید محمدحسین شریف‌الدین موسوی خلخالی اصل تبریزی", "ا" * 300, "🗳" * 40, "ا " * 60, ""])
@pytest.mark.parametrize("host", ["a.ir", "vote.example.ir", "entekhabat.kanoon-karshenasan-rasmi.example.org", "h" * 200])
@pytest.mark.parametrize("code", ["1234", "417025", "12345678"])
def test_the_code_is_never_cut(name: str, host: str, code: str) -> None:
    text = otp_text(OTP, name=name, code=code, host=host)
    assert sms_parts(text) == 1
    assert f"کد ورود: {code}" in text


def test_the_browser_s_line_is_last_and_whole_where_it_fits() -> None:
    lines = otp_text(OTP, name="ا" * 300, code="417025", host="vote.example.ir").split("\n")
    assert lines[-1] == "@vote.example.ir #417025"
    assert sms_units("\n".join(lines)) == 70


def test_a_host_that_costs_a_message_goes_and_the_name_returns() -> None:
    assert otp_text(OTP, name="آزاده پیش‌گام", code="417025", host="h" * 60) == "آزاده پیش‌گام\nکد ورود: 417025"


def test_a_name_is_cut_at_a_word() -> None:
    text = otp_text(OTP, name="سید محمدحسین شریف‌الدین موسوی خلخالی", code="417025", host="vote.example.ir")
    assert text.split("\n")[0] == "سید محمدحسین شریف‌الدین موسوی"


def test_the_text_after_casting() -> None:
    cast_at = datetime(2026, 12, 18, 10, 33, tzinfo=UTC)
    text = recorded_text(RECORDED, name="آزاده پیش‌گام", cast_at=cast_at, tracker="hB8AqmlD" + "x" * 35)
    assert text == "آزاده پیش‌گام\nرأی شما در ۱۴۰۵/۰۹/۲۷ ساعت ۱۴:۰۳ ثبت شد.\nشمارهٔ پیگیری: hB8AqmlD"


def test_the_text_after_casting_is_two_messages_at_most() -> None:
    text = recorded_text(RECORDED, name="ا" * 100, cast_at=datetime(2026, 12, 18, tzinfo=UTC), tracker="x" * 43)
    assert sms_parts(text) == 2
    assert text.endswith("شمارهٔ پیگیری: xxxxxxxx")


def test_no_template_no_text() -> None:
    assert recorded_text("", name="آزاده", cast_at=datetime(2026, 12, 18, tzinfo=UTC), tracker="x" * 43) == ""
