"""The roll of 642 members against the answers written beside it, row by row (rules R1 to R10)."""

import json
from hashlib import sha256

import pytest

from sandogh.server.rolls.importer import COLUMNS, HEADER, STATUSES, read_roll


@pytest.fixture(scope="module")
def expected(examples) -> dict:
    return json.loads((examples / "roll-642.expected.json").read_text())


@pytest.fixture(scope="module")
def roll(examples) -> bytes:
    return (examples / "roll-642.csv").read_bytes()


def test_the_answers_belong_to_this_roll(expected, roll):
    assert sha256(roll).hexdigest() == expected["sha256"]
    assert dict(zip(HEADER, COLUMNS, strict=True)) == expected["columns"]
    assert expected["status_values"] == STATUSES


def test_every_row_is_as_expected(expected, roll):
    rows = read_roll(roll).as_dict()["rows"]
    assert [row["row"] for row in rows] == [row["row"] for row in expected["rows"]]
    for made, wanted in zip(rows, expected["rows"], strict=True):
        assert made == wanted


def test_the_totals_are_as_expected(expected, roll):
    assert read_roll(roll).totals() == {name: count for name, count in expected["totals"].items() if name != "members"}


@pytest.mark.parametrize(
    "dress",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"),
        lambda data: data.rstrip(b"\n"),
        lambda data: data + b"\n,,,,,,,\n\n",
    ],
    ids=["byte order mark", "CRLF", "both", "no last line feed", "a spreadsheet's empty tail"],
)
def test_the_same_roll_in_another_dress_is_the_same_roll(expected, roll, dress):
    assert read_roll(dress(roll)).as_dict()["rows"] == expected["rows"]


def test_columns_in_another_order_are_the_same_roll(expected, roll):
    import csv
    import io

    lines = list(csv.reader(io.StringIO(roll.decode())))
    out = io.StringIO()
    csv.writer(out).writerows(line[::-1] for line in lines)
    assert read_roll(out.getvalue().encode()).as_dict()["rows"] == expected["rows"]


def test_the_corrections_make_every_member_accepted(expected, roll):
    lines = roll.decode().split("\n")
    for correction in expected["corrections"]:
        cells = lines[correction["row"]].split(",")
        cells[1] = correction["national_id"]
        lines[correction["row"]] = ",".join(cells)
    totals = read_roll("\n".join(lines).encode()).totals()
    assert {name: totals[name] for name in ("accepted", "eligible")} == {
        name: expected["after_corrections"][name] for name in ("accepted", "eligible")
    }
