"""What the expected roll does not hold: other faults of rows, and files that are no roll."""

import pytest

from sandogh.server.common.errors import Refused
from sandogh.server.rolls import importer
from sandogh.server.rolls.importer import HEADER, Row, read_roll

GOOD = ["9901014501", "9990001235", "آزاده", "پیش‌گام", "09120000101", "راه", "سپیدشهر", "فعال"]
OTHER = ["9901014502", "9990004560", "کیان", "مهرآیین", "09120000102", "راه", "سپیدشهر", "فعال"]


def roll(*rows: list[str], header: tuple[str, ...] | list[str] = HEADER) -> bytes:
    return "\n".join(",".join(cells) for cells in [list(header), *rows]).encode()


def read(*rows: list[str]) -> tuple[Row, ...]:
    return read_roll(roll(*rows)).rows


def but(cells: list[str], **changes: str) -> list[str]:
    return [changes.get(column, cell) for column, cell in zip(importer.COLUMNS, cells, strict=True)]


def test_a_plain_row_is_accepted_without_a_word():
    (row,) = read(GOOD)
    assert (row.number, row.accepted, row.eligible, row.notes, row.warnings) == (1, True, True, [], [])


@pytest.mark.parametrize(
    ("changes", "rejection"),
    [
        ({"licence_no": "990101450"}, {"code": "licence_no_shape"}),
        ({"licence_no": ""}, {"code": "licence_no_shape"}),
        ({"national_id": "999001"}, {"code": "national_id_shape"}),
        ({"national_id": ""}, {"code": "national_id_shape"}),
        ({"national_id": "99900012350"}, {"code": "national_id_shape"}),
        ({"national_id": "1111111111"}, {"code": "national_id_check_digit"}),
        ({"mobile": "02188001122"}, {"code": "mobile_shape"}),
        ({"mobile": "0912000010"}, {"code": "mobile_shape"}),
        ({"given_name": " \u200c "}, {"code": "name_missing", "column": "given_name"}),
        ({"family_name": ""}, {"code": "name_missing", "column": "family_name"}),
        ({"status": ""}, {"code": "status_unknown"}),
        ({"status": "بازنشسته"}, {"code": "status_unknown"}),
        ({"given_name": "آزا\x07ده"}, {"code": "control_character", "column": "given_name"}),
        ({"city": "سپید\u0085شهر"}, {"code": "control_character", "column": "city"}),
        ({"field": "ر" * 121}, {"code": "too_long", "column": "field"}),
    ],
)
def test_each_fault_of_a_row_has_its_code(changes, rejection):
    (row,) = read(but(GOOD, **changes))
    assert (row.accepted, row.eligible, row.rejections) == (False, False, [rejection])


def test_all_faults_of_a_row_are_named():
    (row,) = read(but(GOOD, licence_no="1", national_id="2", mobile="3", given_name="", status="؟"))
    codes = [rejection["code"] for rejection in row.rejections]
    assert codes == ["licence_no_shape", "national_id_shape", "mobile_shape", "name_missing", "status_unknown"]


@pytest.mark.parametrize(("cells", "count"), [(GOOD[:7], 7), ([*GOOD, "بیش"], 9)])
def test_a_row_with_too_few_or_too_many_cells_is_rejected(cells, count):
    row = read(cells, OTHER)[0]
    assert {"code": "cells_count", "cells": count} in row.rejections


def test_empty_cells_after_the_last_column_are_nothing():
    assert read([*GOOD, "", " "])[0].accepted


def test_an_empty_row_in_the_middle_keeps_its_number():
    rows = read(GOOD, [""] * 8, OTHER)
    assert [row.rejections for row in rows] == [[], [{"code": "row_empty"}], []]
    assert rows[2].number == 3


def test_a_padded_national_id_with_a_typing_error_is_still_rejected():
    (row,) = read(but(GOOD, national_id="9990179"))
    assert row.normalised["national_id"] == "0009990179"
    assert row.rejections == [{"code": "national_id_check_digit"}]


def test_status_is_read_after_cleaning_and_folding():
    assert read(but(GOOD, status="\u200fمنقضي "))[0].normalised["status"] == "lapsed"


def test_one_licence_for_two_members_rejects_the_later_and_warns_the_kept():
    first, second = read(GOOD, but(OTHER, licence_no=GOOD[0]))
    assert second.rejections == [{"code": "duplicate_licence_no", "rows": [1]}]
    assert (first.accepted, first.warnings) == (True, [{"code": "duplicate_licence_no", "rows": [2]}])


def test_a_row_between_two_members_is_rejected_for_both():
    rows = read(GOOD, OTHER, but(GOOD, national_id=OTHER[1]))
    assert rows[2].rejections == [{"code": "duplicate_national_id", "rows": [2]}, {"code": "duplicate_licence_no", "rows": [1]}]
    assert rows[0].warnings == [{"code": "duplicate_licence_no", "rows": [3]}]
    assert rows[1].warnings == [{"code": "duplicate_national_id", "rows": [3]}]


def test_several_conflicts_with_one_row_are_one_warning():
    rows = read(GOOD, but(GOOD, city="دیگر"), but(GOOD, mobile="09120000199"))
    assert rows[0].warnings == [{"code": "duplicate_conflict", "rows": [2, 3]}]


def test_a_rejected_row_is_no_row_to_be_compared_with():
    rows = read(but(GOOD, status="؟"), GOOD)
    assert (rows[0].accepted, rows[1].accepted, rows[1].warnings) == (False, True, [])


def test_a_rejected_row_shares_no_mobile():
    rows = read(GOOD, but(OTHER, mobile=GOOD[4], status="؟"))
    assert rows[0].warnings == []


def test_three_members_with_one_mobile_name_each_other():
    third = but(GOOD, licence_no="9901014503", national_id="0009990178")
    rows = read(GOOD, but(OTHER, mobile=GOOD[4]), third)
    assert [row.warnings for row in rows] == [[{"code": "mobile_shared", "rows": others}] for others in ([2, 3], [1, 3], [1, 2])]


def test_namesakes_are_two_people():
    rows = read(GOOD, but(OTHER, given_name=GOOD[2], family_name=GOOD[3]))
    assert [row.warnings for row in rows] == [[], []]


def test_a_cell_may_hold_commas_in_quotes():
    (row,) = read(but(GOOD, field='"برق, ماشین"'))
    assert row.normalised["field"] == "برق, ماشین"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "roll_header"),
        (b"\n\n", "roll_header"),
        (roll(), "roll_empty"),
        (roll() + b"\n\n,,,,,,,\n", "roll_empty"),
        (roll(GOOD).decode().encode("cp1256", "replace"), "roll_encoding"),
        (roll(GOOD).decode().encode("utf-16"), "roll_encoding"),
        (b"PK\x03\x04anything", "roll_encoding"),
        (b"\xd0\xcf\x11\xe0anything", "roll_encoding"),
        (roll(GOOD) + b"\0", "roll_encoding"),
        (roll(GOOD).replace(b",", b";"), "roll_header"),
        (roll(GOOD).replace(b",", b"\t"), "roll_header"),
        (roll(GOOD, header=HEADER[:7]), "roll_header"),
        (roll(GOOD, header=[*HEADER, "توضیح"]), "roll_header"),
        (roll(GOOD, header=[*HEADER, "نام"]), "roll_header"),
        (roll(GOOD, header=["licence_no", *HEADER[1:]]), "roll_header"),
        (roll(GOOD) + b'\n"never closed', "roll_format"),
        (roll(GOOD) + b'\n"closed" badly,', "roll_format"),
        (roll(but(GOOD, city="x" * 200_000)), "roll_format"),
    ],
)
def test_what_is_no_roll_is_refused_with_a_remedy(data, code):
    with pytest.raises(Refused) as refused:
        read_roll(data)
    assert (refused.value.code, refused.value.status) == (code, 400)
    assert refused.value.message.endswith(".")


def test_a_fault_of_encoding_names_its_line():
    with pytest.raises(Refused) as refused:
        read_roll(roll(GOOD, OTHER) + b"\n\xe9")
    assert "سطر ۴" in refused.value.message


def test_every_wrong_column_is_named():
    with pytest.raises(Refused) as refused:
        read_roll(roll(GOOD, header=["شماره پروانه", "نام", "نام", "نام خانوادگی", "موبایل", "رشته", "شهر", "وضعیت"]))
    for fault in ("«کد ملی» نیست", "«تلفن همراه» نیست", "«موبایل» شناخته نیست", "«نام» تکراری است"):
        assert fault in refused.value.message


def test_a_header_may_be_spelt_with_arabic_letters_and_marks():
    header = ["\ufeffشماره پروانه ", "كد ملي", "نام", "نام خانوادگي", "تلفن همراه", "رشته", "شهر", "وضعيت"]
    assert read_roll(roll(GOOD, header=header)).rows[0].accepted


def test_a_file_beyond_any_roll_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(importer, "LARGEST_FILE", 100)
    with pytest.raises(Refused) as refused:
        read_roll(roll(GOOD))
    assert (refused.value.code, refused.value.status) == ("roll_too_large", 413)


def test_more_rows_than_any_roll_are_refused(monkeypatch):
    monkeypatch.setattr(importer, "MOST_ROWS", 2)
    assert len(read(GOOD, OTHER)) == 2
    with pytest.raises(Refused) as refused:
        read(GOOD, OTHER, GOOD)
    assert refused.value.code == "roll_too_large"
