"""Folding, numbers, masks and the alphabet."""

import json
from pathlib import Path

import pytest

from sandogh import persian
from sandogh.persian import Unreadable


def test_digits_of_all_three_sets_become_ascii():
    assert persian.fold_digits("۰۱۲۳۴۵۶۷۸۹ ٠١٢٣٤٥٦٧٨٩ 0123456789") == "0123456789 0123456789 0123456789"


def test_digits_are_shown_in_persian_whatever_they_were():
    assert persian.fa_digits("12٣۴") == "۱۲۳۴"
    assert persian.fa_digits(1405) == "۱۴۰۵"


def test_arabic_letters_become_persian_and_others_stay():
    assert persian.fold_letters("علي كريمى مؤمنة أئمه") == "علی کریمی مؤمنة أئمه"


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), "\ufeff"])
def test_each_invisible_mark_is_dropped_anywhere(mark):
    assert persian.clean(f"{mark}آز{mark}اده{mark}") == "آزاده"


def test_spaces_are_one_and_the_half_space_lives_only_inside_a_word():
    assert persian.clean(" \u200c پیش\u200cگام\u00a0 \u00a0نام \u200c") == "پیش\u200cگام نام"


def test_display_text_writes_the_hamza_of_ezafe_in_one_form():
    assert persian.display_text("شمار\u06c0") == "شماره\u0654"


@pytest.mark.parametrize(
    "typed", ["9901014501", "99-01-01-4501", "۹۹۰۱۰۱۴۵۰۱", " ٩٩ ٠١ ٠١ ٤٥٠١ ", "99\u201301\u201201\u22124501", "\u200f9901014501"]
)
def test_licence_number_in_every_dress(typed):
    assert persian.normalise_licence_no(typed) == "9901014501"


@pytest.mark.parametrize("typed", ["", "990101450", "99010145011", "99/01/01/4501", "990101450a", "९९०१०१४५०१"])
def test_licence_number_of_another_shape_is_refused(typed):
    with pytest.raises(Unreadable) as refused:
        persian.normalise_licence_no(typed)
    assert refused.value.code == "licence_no_shape"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("9990001235", "9990001235"), ("999-000123-5", "9990001235"), ("9990178", "0009990178"), ("۹۹۹۰۰۰۳۱۴", "0999000314")],
)
def test_national_id_is_normalised_and_padded(typed, stored):
    assert persian.normalise_national_id(typed) == stored


@pytest.mark.parametrize("digit", "0123456789")
def test_ten_equal_digits_are_no_national_id(digit):
    with pytest.raises(Unreadable) as refused:
        persian.normalise_national_id(digit * 10)
    assert refused.value.code == "national_id_check_digit"


@pytest.mark.parametrize(
    ("typed", "code"), [("9990001236", "national_id_check_digit"), ("999000", "national_id_shape"), ("", "national_id_shape")]
)
def test_national_id_that_is_none(typed, code):
    with pytest.raises(Unreadable) as refused:
        persian.normalise_national_id(typed)
    assert refused.value.code == code


@pytest.mark.parametrize("number", ["999000123", "۹۹۹۰۰۰۱۲۳۵", "999000123x", "99900012355"])
def test_the_check_itself_wants_ten_ascii_digits(number):
    with pytest.raises(Unreadable) as refused:
        persian.check_national_id(number)
    assert refused.value.code == "national_id_shape"


@pytest.mark.parametrize(
    "typed",
    ["09120000101", "9120000101", "989120000101", "+989120000101", "00989120000101", "+98 912 000 0101", "0912-000-0101", "۰۹۱۲۰۰۰۰۱۰۱"],
)
def test_mobile_in_every_dress(typed):
    assert persian.normalise_mobile(typed) == "09120000101"


@pytest.mark.parametrize(
    "typed", ["", "02112345678", "0912000010", "091200001011", "+979120000101", "++989120000101", "009809120000101", "0 9 1"]
)
def test_what_cannot_receive_the_code_is_no_mobile(typed):
    with pytest.raises(Unreadable) as refused:
        persian.normalise_mobile(typed)
    assert refused.value.code == "mobile_shape"


def test_shown_forms():
    assert persian.group_licence("1101418198") == "11-01-41-8198"
    assert persian.group_licence("110141") == "110141"
    assert persian.mask_mobile("09120000151") == "09****51"
    assert persian.mask_mobile("") == ""


def test_initials_keep_from_joining():
    assert persian.initials("محمدحسین", "آبادگر") == "م\u200c آ"
    assert persian.initials("سیده\u200cمریم", "") == "س"
    assert persian.initials("", "") == ""


def test_the_alphabet_has_33_letters_in_their_order():
    letters = list("آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی")
    assert len(letters) == 33
    assert sorted(sorted(letters), key=persian.sort_key) == letters


def test_names_sort_as_a_register_does():
    ordered = ["آبان", "اباذر", "راست رو", "راستا", "راست\u200cگو", "رؤیا", "ژاله", "علی", "علیا", "وحید", "هما", "یاس"]
    assert sorted(sorted(ordered), key=persian.sort_key) == ordered


def test_two_spellings_of_one_name_have_one_key():
    assert persian.sort_key("علي\u200cاكبر") == persian.sort_key("علیاکبر")
    assert persian.search_key("عَلي\u200cاکبر ۲") == persian.search_key("علیاکبر 2")
    assert persian.search_key("ABC آ") == "abc آ"


def test_the_sample_candidates_stand_in_their_stated_order(examples: Path):
    for race in json.loads((examples / "sample-election.json").read_text())["races"]:
        ranked = sorted(race["candidates"], key=lambda c: (persian.sort_key(c["family_name"]), persian.sort_key(c["given_name"])))
        assert [candidate["alphabetical_rank"] for candidate in ranked] == list(range(1, len(ranked) + 1))
