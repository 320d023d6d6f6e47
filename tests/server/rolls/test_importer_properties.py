"""What holds for every table."""

import contextlib
import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from sandogh.server.common.errors import Refused
from sandogh.server.rolls.importer import COLUMNS, HEADER, LONGEST, read_roll

cell = st.one_of(
    st.sampled_from(["9901014501", "99-01-01-4502", "۹۹۰۱۰۱۴۵۰۳", "9990001235", "9990178", "0999000314", "آزاده", "علي", "09120000101"]),
    st.sampled_from(["9120000102", "+98 912 000 0103", "فعال", "معلق", "منقضي", "", " ", "\u200f", "\u00a0x\u200c"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=12),
)
ORDER = dict(zip(COLUMNS, range(8), strict=True))
likely = st.tuples(
    st.sampled_from(["9901014501", "99-01-01-4501", "۹۹۰۱۰۱۴۵۰۲", "9901014503"]),
    st.sampled_from(["9990001235", "9990004560", "9990178", "999-000456-0", "9990001236"]),
    st.sampled_from(["آزاده", " آزاده", "علي", ""]),
    st.sampled_from(["پیش‌گام", "كريمي"]),
    st.sampled_from(["09120000101", "9120000101", "", "021"]),
    st.just("راه"),
    st.sampled_from(["سپیدشهر", "نیلوفران"]),
    st.sampled_from(["فعال", "معلق", "منقضي", "؟"]),
)
tables = st.lists(st.one_of(likely, st.tuples(*[cell] * 8)), min_size=1, max_size=12)


def table(rows: list[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADER, *rows])
    return out.getvalue().encode()


@given(tables)
def test_what_is_accepted_fits_the_database_and_is_unique(rows):
    try:
        report = read_roll(table(rows))
    except Refused:
        return
    values = [row.normalised for row in report.accepted]
    for value in values:
        assert set(value) == set(COLUMNS)
        assert len(value["licence_no"]) == len(value["national_id"]) == 10
        assert len(value["mobile"]) in (0, 11)
        assert value["given_name"]
        assert value["family_name"]
        assert value["status"] in ("active", "suspended", "lapsed")
        assert all(len(value[column]) <= longest for column, longest in LONGEST.items())
    for key in ("licence_no", "national_id"):
        assert len({value[key] for value in values}) == len(values)


@given(tables)
def test_reading_again_what_was_accepted_changes_nothing(rows):
    try:
        accepted = read_roll(table(rows)).accepted
    except Refused:
        return
    if not accepted:
        return
    statuses = {"active": "فعال", "suspended": "معلق", "lapsed": "منقضی"}
    again = read_roll(
        table([(*(row.normalised[column] for column in COLUMNS[:7]), statuses[row.normalised["status"]]) for row in accepted])
    )
    assert [row.normalised for row in again.rows] == [row.normalised for row in accepted]
    assert [row.notes for row in again.rows] == [[] for _row in accepted]
    assert all(row.accepted for row in again.rows)


@given(tables)
def test_the_totals_are_the_rows_counted(rows):
    try:
        report = read_roll(table(rows))
    except Refused:
        return
    totals = report.totals()
    assert totals["rows"] == totals["accepted"] + totals["rejected"] == len(report.rows)
    assert totals["accepted"] == sum(totals["accepted_by_status"].values())
    assert totals["eligible"] == totals["accepted_by_status"]["active"] == sum(row.eligible for row in report.rows)
    assert sum(totals["rejected_for"].values()) >= totals["rejected"]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_roll_or_are_refused_for_people(data):
    for prefix in (b"", (",".join(HEADER) + "\n").encode()):
        with contextlib.suppress(Refused):
            assert read_roll(prefix + data).rows
