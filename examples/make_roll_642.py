"""Write roll-642.csv and roll-642.expected.json beside this file, the same bytes every time.

Everything in them is fictional. The roll is that of the association in sample-election.json: its 36 candidates,
5 supervisors and 12 test voters are members of it. No random module: every choice is a hash of a tag and a serial.
"""

import csv
import hashlib
import io
import json
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
SAMPLE = json.loads((HERE / "sample-election.json").read_text("utf-8"))
COLUMNS = ["licence_no", "national_id", "given_name", "family_name", "mobile", "field", "city", "status"]
HEADER = ["شماره پروانه", "کد ملی", "نام", "نام خانوادگی", "تلفن همراه", "رشته", "شهر", "وضعیت"]
STATUS = {"active": "فعال", "suspended": "معلق", "lapsed": "منقضی"}
ZWNJ = "\u200c"
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
ARABIC_LETTERS = str.maketrans("یک", "يك")

GIVEN = (
    "آرمان آرمین آیدین ارسلان اردشیر اسفندیار افشین امیرحسین امین ایمان بابک بهادر بهرام بهزاد بیژن پدرام پرویز پژمان "
    "پیمان تورج جلال جواد حامد حسام حمید خسرو خشایار داوود رامین رسول رضا روزبه سامان سپهر ستار سیامک سیاوش شاهین شایان "
    "صادق طاهر عارف عباس علی‌رضا فرامرز فرزاد فرشاد فریدون کامران کریم کوروش کیوان مازیار مجید محسن محمدرضا محمود مسعود "
    "مصطفی مهدی مهران میلاد ناصر نیما هادی هومن یاشار یوسف "
    "آذر آرزو آناهیتا افسانه الهه بنفشه بهاره بهناز پروانه پروین پگاه ترانه ثمین حدیث حمیده خاطره دنیا راضیه رعنا زهره زیبا "
    "ژیلا سارا ساناز سپیده سهیلا سودابه سیما شبنم شقایق شهرزاد شیوا صفورا طیبه عاطفه غزال فرزانه فریبا کتایون لادن لاله "
    "ماندانا مرجان معصومه ملیحه مهناز میترا نازنین نرگس نسترن نگین نیلوفر هاله هانیه هما یگانه"
).split()
FIRST = (
    "آسمان آفتاب آذرخش باران برف بلوط بهار پرند پونه تابان ترنج چنار خرد خورشید دانش دریا راست رود روشن زمرد ستاره سرو "
    "سپیدار سحر شبدر شمشاد صنوبر فانوس فرهنگ کبوتر کهربا گندم لاجورد مرجان مروارید مهتاب نخل نسیم نور نیلوفر هنر یاقوت"
).split()
SECOND = "پناه منش آیین سرشت گستر اندیش نشان کردار گفتار سار وش آرا تبار پرداز نما آور ساز افروز".split()


def pick(tag: str, serial: int, below: int) -> int:
    return int.from_bytes(hashlib.sha256(f"roll-642|{tag}|{serial}".encode()).digest()[:8], "big") % below


def joined(first: str, second: str) -> str:
    return first + ("" if first[-1] in "اآدذرزژو" else ZWNJ) + second


def with_check_digit(nine: str) -> str:
    rest = sum(int(d) * (10 - i) for i, d in enumerate(nine)) % 11
    return nine + str(rest if rest < 2 else 11 - rest)


def has_right_check_digit(ten: str) -> bool:
    return with_check_digit(ten[:9]) == ten


def dashed(licence: str) -> str:
    return f"{licence[:2]}-{licence[2:4]}-{licence[4:6]}-{licence[6:]}"


# ------------------------------------------------------------------ the members, as they really are

candidates = [c for race in SAMPLE["races"] for c in race["candidates"]]
FIELDS = list(dict.fromkeys(c["field"] for c in candidates))
CITIES = SAMPLE["organisation"]["cities"]
serials = list(range(1001, 1631))
by_hash = sorted(serials, key=lambda s: pick("seat", s, 1 << 60))
candidate_of = dict(zip(by_hash[:36], candidates, strict=True))
supervisor_of = dict(zip(by_hash[36:41], SAMPLE["election"]["supervisory_board"], strict=True))
ordinary = by_hash[41:]
suspended, lapsed = set(ordinary[:6]), set(ordinary[6:30])
one_zero, three_zeros = ordinary[30:40], ordinary[40:46]
bad_digit = {"last digit": ordinary[0], "two digits exchanged": ordinary[6]}
duplicated = {"identical": ordinary[50], "conflict": ordinary[51], "other licence": ordinary[52]}
namesakes = (ordinary[53], ordinary[54])

taken = {(p["given_name"], p["family_name"]) for p in candidates + SAMPLE["test_voters"]}
families = sorted((joined(a, b) for a in FIRST for b in SECOND), key=lambda n: hashlib.sha256(n.encode()).digest())
members = []
for serial in serials:
    number = FIELDS.index(candidate_of[serial]["field"]) if serial in candidate_of else pick("field", serial, len(FIELDS))
    city = CITIES[0] if pick("town", serial, 100) < 45 else CITIES[1 + pick("city", serial, len(CITIES) - 1)]
    if serial in candidate_of:
        given, family, city = (candidate_of[serial][k] for k in ("given_name", "family_name", "city"))
    elif serial in supervisor_of:
        given, family = supervisor_of[serial]["name"].split(" ", 1)
    else:
        who = namesakes[0] if serial == namesakes[1] else serial
        given, family = GIVEN[pick("given", who, len(GIVEN))], families[who - 1001]
    if serial in three_zeros:
        nine = f"000999{500 + three_zeros.index(serial):03d}"
    elif serial in one_zero:
        nine = f"0999{10000 + serial * 13:05d}"
    else:
        nine = f"999{200000 + serial * 137:06d}"
    members.append(
        {
            "licence_no": f"99{number + 1:02d}01{serial}",
            "national_id": with_check_digit(nine),
            "given_name": given,
            "family_name": family,
            "mobile": f"0912000{serial}",
            "field": FIELDS[number],
            "city": city,
            "status": "suspended" if serial in suspended else "lapsed" if serial in lapsed else "active",
            "_serial": serial,
        }
    )
for index, voter in enumerate(SAMPLE["test_voters"]):
    letters = str.maketrans("يك", "یک")
    members.append(
        {
            "licence_no": voter["licence_no"],
            "national_id": voter["national_id"],
            "given_name": voter["given_name"].translate(letters),
            "family_name": voter["family_name"].translate(letters),
            "mobile": voter["mobile"],
            "field": FIELDS[int(voter["licence_no"][2:4]) - 1],
            "city": CITIES[index % len(CITIES)],
            "status": voter["status"],
            "_serial": 4501 + index,
        }
    )
members.sort(key=lambda m: m["_serial"])


# ------------------------------------------------------------------ how the office typed them


def spell(member: dict) -> tuple[dict, list[str]]:
    """The row as it stands in the file, and the notes an importer owes for it."""
    serial, row, notes = member["_serial"], dict(member), []
    del row["_serial"]
    row["status"] = STATUS[member["status"]]

    style, value = pick("licence", serial, 100), member["licence_no"]
    if 55 <= style < 78 or 92 <= style < 95:
        value = dashed(value)
        notes.append("separators_removed:licence_no")
    if 70 <= style < 87:
        value = value.translate(ARABIC if style >= 84 else PERSIAN)
        notes.append("digits_folded:licence_no")
    if 87 <= style < 92:
        value = dashed(value).replace("-", " ")
        notes.append("separators_removed:licence_no")
    if 92 <= style < 95:
        value = value.replace("-", "\u2013")
    if style >= 95:
        value += " "
        notes.append("spaces_cleaned:licence_no")
    row["licence_no"] = value

    style, value = pick("national", serial, 100), member["national_id"]
    if serial == bad_digit["last digit"]:
        value = value[:9] + str((int(value[9]) + 1) % 10)
    elif serial == bad_digit["two digits exchanged"]:
        value = next(
            swapped
            for i in range(3, 8)
            if value[i] != value[i + 1] and not has_right_check_digit(swapped := value[:i] + value[i + 1] + value[i] + value[i + 2 :])
        )
    elif value[0] == "0" and (serial >= 4501 or serial % 2):
        value = value.lstrip("0")
    elif 80 <= style < 91:
        value = value.translate(PERSIAN if style < 88 else ARABIC)
        notes.append("digits_folded:national_id")
    elif 91 <= style < 95:
        value = f"{value[:3]}-{value[3:9]}-{value[9]}"
        notes.append("separators_removed:national_id")
    elif style >= 95:
        value = " " + value if style < 98 else "\u200f" + value
        notes.append("spaces_cleaned:national_id")
    row["national_id"] = value

    style, value = pick("mobile", serial, 100), member["mobile"]
    if value and style >= 50:
        local = value[1:]
        value = {
            0: local,
            1: "+98" + local,
            2: "0098" + local,
            3: "98" + local,
            4: value.translate(PERSIAN),
            5: value.translate(ARABIC),
            6: f"{value[:4]} {value[4:7]} {value[7:]}",
            7: f"{value[:4]}-{value[4:]}",
            8: f"+98 {local[:3]} {local[3:6]} {local[6:]}",
            9: f"{local[:3]}-{local[3:]}".translate(PERSIAN),
        }[(style - 50) // 5]
        if not value.isascii():
            notes.append("digits_folded:mobile")
        if (style - 50) // 5 not in (4, 5):
            notes.append("mobile_reformatted:mobile")
    row["mobile"] = value

    for column in ("given_name", "family_name", "field", "city", "status"):
        style, value = pick(column, serial, 100), row[column]
        arabic = style < (14 if column in ("given_name", "family_name") else 4)
        if (arabic or (serial == 4505 and column.endswith("_name"))) and set(value) & set("یک"):
            value = value.translate(ARABIC_LETTERS)
            notes.append(f"letters_folded:{column}")
        if 20 <= style < 26:
            value = [value + " ", " " + value, value + "  ", value + "\u00a0", value + ZWNJ, "\u200f" + value][style - 20]
            notes.append(f"spaces_cleaned:{column}")
        row[column] = value
    return row, notes


written = []
for member in members:
    row, notes = spell(member)
    member_ = {k: member[k] for k in COLUMNS}
    written.append({"row": row, "notes": notes, "normalised": member_, "serial": member["_serial"], "duplicate": None})

positions = {entry["serial"]: i for i, entry in enumerate(written)}
extra = []
for kind, serial in duplicated.items():
    truth = dict(written[positions[serial]]["normalised"])
    if kind == "conflict":
        truth["mobile"] = "09120009001"
    if kind == "other licence":
        truth["licence_no"] = f"99{(FIELDS.index(truth['field']) + 5) % len(FIELDS) + 1:02d}011631"
        truth["field"] = FIELDS[int(truth["licence_no"][2:4]) - 1]
    row, notes = {**truth, "status": STATUS[truth["status"]]}, []
    if kind == "identical":
        row["licence_no"] = dashed(truth["licence_no"]).translate(PERSIAN)
        row["national_id"] = truth["national_id"].translate(ARABIC)
        row["mobile"] = "+98" + truth["mobile"][1:]
        notes = ["separators_removed:licence_no", "digits_folded:licence_no", "digits_folded:national_id", "mobile_reformatted:mobile"]
    extra.append({"row": row, "notes": notes, "normalised": truth, "serial": serial, "duplicate": kind})
identical, conflict, other_licence = extra
written.insert(min(positions[duplicated["other licence"]] + 1, len(written)), other_licence)
written.insert(500, identical)
written.append(conflict)


# ------------------------------------------------------------------ what an importer must make of each row

first_row = {e["serial"]: i for i, e in enumerate(written, 1) if e["duplicate"] is None}
sharing: dict[str, list[int]] = {}
for i, entry in enumerate(written, 1):
    if entry["duplicate"] is None and entry["normalised"]["mobile"] and entry["serial"] not in bad_digit.values():
        sharing.setdefault(entry["normalised"]["mobile"], []).append(i)

REJECT_FOR = {"identical": "duplicate_identical", "conflict": "duplicate_conflict", "other licence": "duplicate_national_id"}
rows, corrections = [], []
for i, entry in enumerate(written, 1):
    value, warnings, rejections, serial = dict(entry["normalised"]), [], [], entry["serial"]
    typed = entry["row"]["national_id"]
    if value["national_id"][0] == "0" and typed.isascii() and len(typed) < 10:
        warnings.append({"code": "national_id_padded", "zeros": 10 - len(typed)})
    if entry["duplicate"]:
        rejections.append({"code": REJECT_FOR[entry["duplicate"]], "rows": [first_row[serial]]})
    elif serial in bad_digit.values():
        corrections.append({"row": i, "national_id": value["national_id"]})
        value["national_id"] = typed
        rejections.append({"code": "national_id_check_digit"})
    else:
        if not value["mobile"]:
            warnings.append({"code": "mobile_missing"})
        elif len(sharing[value["mobile"]]) > 1:
            warnings.append({"code": "mobile_shared", "rows": [r for r in sharing[value["mobile"]] if r != i]})
        for kind in ("conflict", "other licence"):
            if serial == duplicated[kind]:
                other = next(n for n, e in enumerate(written, 1) if e["duplicate"] == kind)
                warnings.append({"code": REJECT_FOR[kind], "rows": [other]})
    accepted = not rejections
    rows.append(
        {
            "row": i,
            "outcome": "accepted" if accepted else "rejected",
            "eligible": accepted and value["status"] == "active",
            "normalised": value,
            "notes": sorted(entry["notes"]),
            "warnings": warnings,
            "rejections": rejections,
        }
    )

text = io.StringIO()
table = csv.writer(text, lineterminator="\n")
table.writerow(HEADER)
table.writerows([entry["row"][c] for c in COLUMNS] for entry in written)
roll = text.getvalue().encode("utf-8")
(HERE / "roll-642.csv").write_bytes(roll)

kept = [r for r in rows if r["outcome"] == "accepted"]
counted = Counter(code for r in rows for code in {n.split(":")[0] for n in r["notes"]} | {w["code"] for w in r["warnings"]})
refused = Counter(why["code"] for r in rows for why in r["rejections"])

expected = {
    "_note": "Fictional. No person, number or licence here is real, and no message may be sent to any number here. "
    "Written by make_roll_642.py; change that, not this.",
    "format": "sandogh-roll-expected/1",
    "fictional": True,
    "file": "roll-642.csv",
    "sha256": hashlib.sha256(roll).hexdigest(),
    "encoding": "UTF-8 without byte order mark, comma, LF; an importer must accept a byte order mark and CRLF as well",
    "row_numbering": "row 1 is the first row after the header; its line in the file is row + 1",
    "columns": dict(zip(HEADER, COLUMNS, strict=True)),
    "status_values": {v: k for k, v in STATUS.items()},
    "rules": [
        "R1 every cell: drop U+200E U+200F U+202A-202E U+2066-2069 U+FEFF, turn U+00A0 into a space, make runs of spaces one, "
        "trim spaces and U+200C at both ends; if anything changed, note spaces_cleaned:<column>",
        "R2 every cell: ي and ى become ی, ك becomes ک; if anything changed, note letters_folded:<column>",
        "R3 licence, national ID, mobile: ۰-۹ and ٠-٩ become 0-9; if anything changed, note digits_folded:<column>",
        "R4 licence, national ID: drop spaces, hyphen-minus, U+2010-2015, U+2212; if anything changed, note "
        "separators_removed:<column>; a licence then has exactly ten digits",
        "R5 mobile: drop the same separators, then +989, 00989, 989 and 9 (ten digits) become 09; the result matches 09 and "
        "nine digits; if R5 changed anything, note mobile_reformatted:mobile; empty is accepted with warning mobile_missing",
        "R6 national ID of seven to nine digits: put zeros in front, warning national_id_padded; fewer is a rejection",
        "R7 national ID: ten equal digits or a wrong check digit is rejection national_id_check_digit",
        "R8 a row is compared with the accepted rows above it. All eight values equal: rejection duplicate_identical. Same "
        "licence and same national ID but another value differs: rejection duplicate_conflict. Same national ID, other "
        "licence: rejection duplicate_national_id. The last two also put the same code as a warning on the kept row. "
        "The same name on two members is nothing at all",
        "R9 two accepted rows with one mobile: warning mobile_shared on both; rejected rows do not count for it",
        "R10 only status active is eligible; suspended and lapsed members are accepted and kept, so that they can be told why",
    ],
    "totals": {
        "rows": len(rows),
        "members": len({e["serial"] for e in written}),
        "accepted": len(kept),
        "rejected": len(rows) - len(kept),
        "eligible": sum(r["eligible"] for r in kept),
        "accepted_by_status": {s: sum(r["normalised"]["status"] == s for r in kept) for s in STATUS},
        "rows_with_code": dict(sorted(counted.items())),
        "rejected_for": dict(sorted(refused.items())),
        "rows_warned_and_accepted": sum(bool(r["warnings"]) for r in kept),
    },
    "corrections": corrections,
    "after_corrections": {
        "accepted": len(kept) + len(corrections),
        "eligible": sum(r["eligible"] for r in kept),
        "why": "the two members with a wrong check digit are suspended and lapsed, so the number of "
        "eligible members, and the quorum, are the same before and after",
    },
    "people": {
        "candidates": {candidate_of[s]["code"]: first_row[s] for s in sorted(candidate_of, key=lambda s: candidate_of[s]["code"])},
        "supervisors": {supervisor_of[s]["name"]: first_row[s] for s in sorted(supervisor_of)},
        "test_voters": {v["licence_no"]: first_row[4501 + k] for k, v in enumerate(SAMPLE["test_voters"])},
        "namesakes": [first_row[s] for s in sorted(namesakes)],
    },
}
lines = json.dumps(expected, ensure_ascii=False, indent=1)[:-2]
body = ",\n".join("  " + json.dumps(r, ensure_ascii=False) for r in rows)
(HERE / "roll-642.expected.json").write_text(f'{lines},\n "rows": [\n{body}\n ]\n}}\n', "utf-8")
