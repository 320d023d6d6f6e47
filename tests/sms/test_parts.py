"""Lengths of texts, in SMS parts."""

import pytest

from sandogh.sms import sms_parts, sms_units


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)])
def test_persian_texts(length: int, parts: int) -> None:
    assert sms_parts("ر" * length) == parts


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (160, 1), (161, 2), (306, 2), (307, 3)])
def test_plain_latin_texts(length: int, parts: int) -> None:
    assert sms_parts("x" * length) == parts


def test_an_empty_text_is_one_message() -> None:
    assert sms_parts("") == 1


@pytest.mark.parametrize(("char", "units"), [("\u200c", 1), ("«", 1), ("۷", 1), ("ٔ", 1), ("🗳", 2)])
def test_units(char: str, units: int) -> None:
    assert sms_units(char) == units


def test_one_persian_letter_turns_the_whole_text_into_ucs2() -> None:
    assert sms_parts("x" * 69 + "ر") == 1
    assert sms_parts("x" * 70 + "ر") == 2


def test_a_pair_of_surrogates_does_not_hide_in_the_seventieth_place() -> None:
    assert sms_parts("ر" * 68 + "🗳") == 1
    assert sms_parts("ر" * 69 + "🗳") == 2


def test_brackets_cost_two_septets_in_latin_texts() -> None:
    assert sms_parts("[" * 80) == 1
    assert sms_parts("[" * 81) == 2
