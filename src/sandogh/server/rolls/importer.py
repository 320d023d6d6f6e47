"""Reading a roll as an office typed it: every row's fate, in the normal form, with notes, warnings and rejections. Pure.

The rules R1 to R10 are those of `examples/roll-642.expected.json`; a report's `as_dict()` has the same shape. What they leave open is
decided here by the same principle (say it, never guess): a row without a name, with an unknown status, a number of another shape, the
wrong number of cells, a control character, or the licence of another member, is rejected with a code of its own.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from sandogh import persian
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits

COLUMNS = ("licence_no", "national_id", "given_name", "family_name", "mobile", "field", "city", "status")
HEADER = ("شماره پروانه", "کد ملی", "نام", "نام خانوادگی", "تلفن همراه", "رشته", "شهر", "وضعیت")
WEIGHT_HEADER = "وزن رأی"
"""A ninth column that may be left out: how many times a vote counts."""
STATUSES = {"فعال": "active", "معلق": "suspended", "منقضی": "lapsed"}
# What the columns of the database hold; a longer cell is a fault of the file, not something to cut.
LONGEST = {"given_name": 100, "family_name": 100, "field": 120, "city": 60}
LARGEST_FILE = 32 * 1024 * 1024
MOST_ROWS = 200_000
WEIGHTS = range(1, 1001)
MOST_WEIGHT = 100_000
"""Of all who may vote together: what a count can find in reasonable time (protocol.md §2)."""

Finding = dict[str, Any]
"""A warning or rejection: `code` and what belongs to it (`rows`, `zeros`, `column`)."""


@dataclass(slots=True)
class Row:
    """One row of the file and what became of it. `number` 1 is the first row after the header."""

    number: int
    normalised: dict[str, str]
    notes: list[str] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    rejections: list[Finding] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return not self.rejections

    @property
    def eligible(self) -> bool:
        """R10: only status active; suspended and lapsed members are accepted and kept, so that they can be told why."""
        return self.accepted and self.normalised["status"] == "active"

    def as_dict(self) -> dict[str, Any]:
        return {
            "row": self.number,
            "outcome": "accepted" if self.accepted else "rejected",
            "eligible": self.eligible,
            "normalised": self.normalised,
            "notes": self.notes,
            "warnings": self.warnings,
            "rejections": self.rejections,
        }


@dataclass(frozen=True, slots=True)
class RollReport:
    """What a roll file holds, row by row."""

    rows: tuple[Row, ...]

    @property
    def accepted(self) -> list[Row]:
        return [row for row in self.rows if row.accepted]

    def totals(self) -> dict[str, Any]:
        """Counts in the shape of the expected file's `totals` (which also counts `members`: a truth no file can tell).

        `weight`, of all who may vote together, only for a roll with weights.
        """
        accepted = self.accepted
        codes = Counter(
            code for row in self.rows for code in {note.split(":")[0] for note in row.notes} | {warning["code"] for warning in row.warnings}
        )
        refused = Counter(rejection["code"] for row in self.rows for rejection in row.rejections)
        return {
            "rows": len(self.rows),
            "accepted": len(accepted),
            "rejected": len(self.rows) - len(accepted),
            "eligible": sum(row.eligible for row in accepted),
            "accepted_by_status": {status: sum(row.normalised["status"] == status for row in accepted) for status in STATUSES.values()},
            "rows_with_code": dict(sorted(codes.items())),
            "rejected_for": dict(sorted(refused.items())),
            "rows_warned_and_accepted": sum(bool(row.warnings) for row in accepted),
        } | ({"weight": sum(self.weights.elements())} if self.weighted else {})

    @property
    def weighted(self) -> bool:
        """Whether the file has the column of weights."""
        return any("weight" in row.normalised for row in self.rows)

    @property
    def weights(self) -> Counter[int]:
        """How many of those who may vote have each weight."""
        return Counter(int(row.normalised.get("weight", "1")) for row in self.rows if row.eligible)

    def as_dict(self) -> dict[str, Any]:
        return {"format": "sandogh-roll-report/1", "totals": self.totals(), "rows": [row.as_dict() for row in self.rows]}


def read_roll(data: bytes) -> RollReport:
    """The roll in these bytes: UTF-8 with or without a byte order mark, commas, LF or CRLF. Raises Refused (`roll_…`) for what is no roll.

    1. the bytes are a table with the eight columns, in any order, and perhaps that of the weights
    2. each row alone: R1 to R7, R10
    3. rows against the accepted rows above them: R8
    4. warnings that need the whole roll, accepted rows only: mobile_missing (R5), mobile_shared (R9), the kept row's half of R8
    """
    # (1)
    table = _table(data)
    order = _columns(next(table, None))
    lines = list(table)
    while lines and not any(persian.clean(cell) for cell in lines[-1]):
        lines.pop()  # a spreadsheet's empty tail is no row
    if not lines:
        raise Refused("roll_empty", _("پروندهٔ فهرست هیچ ردیفی ندارد."), status=400)

    # (2)
    rows = [_row(number, cells, order) for number, cells in enumerate(lines, 1)]

    # (3), (4)
    doubles = _mark_duplicates(rows)
    _warn(rows, doubles)
    report = RollReport(tuple(rows))
    if (total := sum(report.weights.elements())) > MOST_WEIGHT:
        message = _("وزن رأی همهٔ واجدان شرایط با هم %(total)s است و نباید از %(most)s بیشتر باشد.")
        raise Refused("roll_weight", message % {"total": fa_digits(total), "most": fa_digits(MOST_WEIGHT)}, status=400)
    return report


# ---- (1) the table


def _table(data: bytes) -> Iterator[list[str]]:
    if len(data) > LARGEST_FILE:
        raise Refused("roll_too_large", _("پروندهٔ فهرست از ۳۲ مگابایت بزرگ‌تر است. پروندهٔ درست را برگزینید."), status=413)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused("roll_encoding", _("این پروندهٔ اکسل است. در اکسل آن را با قالب «CSV UTF-8» ذخیره کنید."), status=400)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = fa_digits(data.count(b"\n", 0, error.start) + 1)
        raise Refused(
            "roll_encoding", _("پرونده UTF-8 نیست (سطر %(line)s). آن را با قالب «CSV UTF-8» ذخیره کنید.") % {"line": line}, status=400
        ) from error
    if "\0" in text:
        raise Refused("roll_encoding", _("این پرونده متن نیست. آن را با قالب «CSV UTF-8» ذخیره کنید."), status=400)
    return _parsed(text)


def _parsed(text: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for count, cells in enumerate(reader):
            if count > MOST_ROWS:
                raise Refused("roll_too_large", _("فهرست بیش از %(most)s ردیف دارد.") % {"most": fa_digits(MOST_ROWS)}, status=413)
            yield cells
    except csv.Error as error:
        line = fa_digits(reader.line_num)
        raise Refused("roll_format", _("جدول در سطر %(line)s شکسته است: گیومه‌ها را ببینید.") % {"line": line}, status=400) from error


def _columns(header: list[str] | None) -> dict[str, int]:
    """Column name → its place. All eight must be there, once, that of the weights may, and nothing else: what else a column means, nobody
    can guess.
    """
    titles = [persian.display_text(cell) for cell in header or []]
    while titles and not titles[-1]:
        titles.pop()
    if len(titles) == 1 and any(sign in titles[0] for sign in ";\t"):
        raise Refused(
            "roll_header", _("ستون‌ها با ویرگول انگلیسی (,) از هم جدا نیستند. پرونده را با قالب «CSV UTF-8» ذخیره کنید."), status=400
        )
    known = (*HEADER, persian.display_text(WEIGHT_HEADER))
    faults = [_("ستون «%(title)s» نیست") % {"title": title} for title in HEADER if title not in titles]
    faults += [_("ستون «%(title)s» شناخته نیست") % {"title": title} for title in dict.fromkeys(titles) if title not in known]
    faults += [_("ستون «%(title)s» تکراری است") % {"title": title} for title in known if titles.count(title) > 1]
    if faults:
        message = _("سرستون‌های فهرست درست نیست: %(faults)s.") % {"faults": _("، ").join(faults)}
        raise Refused("roll_header", message, status=400)
    return {column: titles.index(title) for column, title in zip((*COLUMNS, "weight"), known, strict=True) if title in titles}


# ---- (2) one row


def _row(number: int, cells: list[str], order: dict[str, int]) -> Row:
    row = Row(number, {column: cells[place] if place < len(cells) else "" for column, place in order.items()})
    if not any(persian.clean(cell) for cell in cells):
        row.normalised = dict.fromkeys(order, "")
        row.rejections.append({"code": "row_empty"})
        return row
    if any(persian.clean(cell) for cell in cells[len(order) :]) or len(cells) < len(order):
        row.rejections.append({"code": "cells_count", "cells": len(cells)})

    def change(rule: str, column: str, after: str) -> None:
        if after != row.normalised[column]:
            row.normalised[column] = after
            row.notes.append(f"{rule}:{column}")

    for column in order:
        change("spaces_cleaned", column, persian.clean(row.normalised[column]))  # R1
        change("letters_folded", column, persian.fold_letters(row.normalised[column]))  # R2
    for column in ("licence_no", "national_id", "mobile", "weight"):
        if column in order:
            change("digits_folded", column, persian.fold_digits(row.normalised[column]))  # R3
    for column in ("licence_no", "national_id"):
        change("separators_removed", column, persian.drop_separators(row.normalised[column]))  # R4
    _numbers(row, change)
    _words(row)
    row.notes.sort()
    return row


def _numbers(row: Row, change: Any) -> None:
    value = row.normalised
    try:
        persian.normalise_licence_no(value["licence_no"])  # R4
    except persian.Unreadable as fault:
        row.rejections.append({"code": fault.code})
    try:
        padded = persian.pad_national_id(value["national_id"])  # R6
        if padded != value["national_id"]:
            row.warnings.append({"code": "national_id_padded", "zeros": len(padded) - len(value["national_id"])})
            value["national_id"] = padded
        persian.check_national_id(padded)  # R7
    except persian.Unreadable as fault:
        row.rejections.append({"code": fault.code})
    if value["mobile"]:
        try:
            change("mobile_reformatted", "mobile", persian.normalise_mobile(value["mobile"]))  # R5
        except persian.Unreadable as fault:
            row.rejections.append({"code": fault.code})
    if "weight" in value:
        _weight(row, change)


def _weight(row: Row, change: Any) -> None:
    """An empty cell is an ordinary vote."""
    typed = row.normalised["weight"]
    if not typed:
        change("weight_default", "weight", "1")
    elif not (typed.isascii() and typed.isdigit()):
        row.rejections.append({"code": "weight_shape"})
    elif len(typed) > 10 or int(typed) not in WEIGHTS:
        row.rejections.append({"code": "weight_range", "from": WEIGHTS[0], "to": WEIGHTS[-1]})
    else:
        change("weight_reformatted", "weight", str(int(typed)))


def _words(row: Row) -> None:
    for column, cell in row.normalised.items():
        if any(char < " " or "\x7f" <= char < "\xa0" for char in cell):
            row.rejections.append({"code": "control_character", "column": column})
    for column in ("given_name", "family_name"):
        if not row.normalised[column]:
            row.rejections.append({"code": "name_missing", "column": column})
    for column, longest in LONGEST.items():
        if len(row.normalised[column]) > longest:
            row.rejections.append({"code": "too_long", "column": column})
    if row.normalised["status"] in STATUSES:
        row.normalised["status"] = STATUSES[row.normalised["status"]]
    else:
        row.rejections.append({"code": "status_unknown"})


# ---- (3) and (4) rows against each other


def _mark_duplicates(rows: list[Row]) -> list[tuple[Row, str, int]]:
    """Reject what repeats an accepted row above (R8).

    Answers (kept row, code, number of the rejected one) wherever the kept row is to be warned.
    """
    by_licence: dict[str, Row] = {}
    by_national_id: dict[str, Row] = {}
    doubles = []
    for row in rows:
        if not row.accepted:
            continue
        same_licence = by_licence.get(row.normalised["licence_no"])
        same_person = by_national_id.get(row.normalised["national_id"])
        if same_person and same_person is same_licence:
            code = "duplicate_identical" if row.normalised == same_person.normalised else "duplicate_conflict"
            row.rejections.append({"code": code, "rows": [same_person.number]})
            if code == "duplicate_conflict":
                doubles.append((same_person, code, row.number))
            continue
        for other, code in ((same_person, "duplicate_national_id"), (same_licence, "duplicate_licence_no")):
            if other:
                row.rejections.append({"code": code, "rows": [other.number]})
                doubles.append((other, code, row.number))
        if row.accepted:
            by_licence[row.normalised["licence_no"]] = by_national_id[row.normalised["national_id"]] = row
    return doubles


def _warn(rows: list[Row], doubles: list[tuple[Row, str, int]]) -> None:
    sharing: dict[str, list[int]] = {}
    for row in rows:
        if row.accepted and row.normalised["mobile"]:
            sharing.setdefault(row.normalised["mobile"], []).append(row.number)
    for row in rows:
        if not row.accepted:
            continue
        if not row.normalised["mobile"]:
            row.warnings.append({"code": "mobile_missing"})
        elif len(sharing[row.normalised["mobile"]]) > 1:  # R9
            others = [number for number in sharing[row.normalised["mobile"]] if number != row.number]
            row.warnings.append({"code": "mobile_shared", "rows": others})
    for kept, code, number in doubles:
        known = next((warning for warning in kept.warnings if warning["code"] == code), None)
        if known:
            known["rows"].append(number)
        else:
            kept.warnings.append({"code": code, "rows": [number]})
