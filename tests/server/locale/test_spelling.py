"""One spelling of the Persian that people read: the server's sentences, the booth's messages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentences_for_tests import server_sentences

ROOT = Path(__file__).resolve().parents[3]
BOOTH = ROOT / "booth" / "src" / "messages" / "fa.ts"

ZWNJ = "\u200c"
HAMZA = "\u0654"
# A Persian word ends where no letter, joiner or sign above a letter goes on.
LETTER = "\u0620-\u065f\u066e-\u06d3\u06d5\u06fa-\u06ff\u200c"

WRONG = {
    "Arabic yeh or kaf": r"[\u064a\u0649\u0643]",
    "heh with yeh above, as one letter": r"\u06c0|\u06c2",
    "شمارهٔ and the like with a ya": rf"ه[{ZWNJ} ]ی(?![{LETTER}])",
    "شماره without its hamza before a noun": rf"(?<![{LETTER}])شماره (?:پروانه|کلیددار|همراه|پیامک|سطر)",
    "رأی without its hamza": rf"(?<![{LETTER}])رای(?![{LETTER}])|(?<![{LETTER}])رای(?={ZWNJ}|ی|م|ت|ش|تان)",
    "رأی with a loose hamza": rf"را{HAMZA}ی",
    "هیئت otherwise": r"هی[اأآ]ت|هیأت|هیات",
    "هیئت مدیره joined": rf"هیئت{ZWNJ}?مدیره",
    "علی‌البدل apart": r"علی ?البدل",
    "پیش‌نمایش apart": r"پیش ?نمایش",
    "Arabic digits": r"[\u0660-\u0669]",
    "kashida": r"\u0640",
    "exclamation mark": r"!",
    "spoilt edges of ZWNJ": rf"{ZWNJ}(?=[\s{ZWNJ}]|$)|(?:^|[\s{ZWNJ}]){ZWNJ}",
    "Latin comma, semicolon or question mark after Persian": r"(?<=[\u0620-\u06d3])[,;?]",
    "please": r"لطفا",
    "«خطا»": rf"(?<![{LETTER}])خطا(?![{LETTER}])",
}


def booth_texts() -> Iterator[tuple[str, str]]:
    """The string literals of the booth's Persian messages, with their lines; `${…}` stands where a value comes."""
    for number, line in enumerate(BOOTH.read_text("utf-8").split("\n"), 1):
        code = re.sub(r"^\s*(?:/?\*.*|//.*)$", "", line)
        for literal in re.findall(r'"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`', code):
            text = "".join(literal)
            if re.search(r"[\u0600-\u06ff]", text):
                yield f"{BOOTH.name}:{number}", text


def texts() -> list[tuple[str, str]]:
    return [(place, word) for sentence, place in server_sentences().items() for word in sentence.words] + list(booth_texts())


@pytest.fixture(scope="module")
def said() -> list[tuple[str, str]]:
    return texts()


@pytest.mark.parametrize("fault", WRONG)
def test_nothing_is_misspelt(said: list[tuple[str, str]], fault: str) -> None:
    assert {place: text for place, text in said if re.search(WRONG[fault], text)} == {}


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("Arabic yeh or kaf", "كد ملی"),
        ("Arabic yeh or kaf", "کد ملي"),
        ("heh with yeh above, as one letter", "شمارۀ پروانه"),
        ("شمارهٔ and the like with a ya", "شماره‌ی پروانه"),
        ("شماره without its hamza before a noun", "شماره پروانه"),
        ("رأی without its hamza", "رای شما ثبت شد"),
        ("رأی without its hamza", "زمان رای‌گیری"),
        ("رأی with a loose hamza", f"را{HAMZA}ی"),
        ("هیئت otherwise", "هیأت نظارت"),
        ("هیئت otherwise", "هیات نظارت"),
        ("هیئت مدیره joined", "هیئت‌مدیره"),
        ("علی‌البدل apart", "عضو علی البدل"),
        ("پیش‌نمایش apart", "پیش نمایش"),
        ("exclamation mark", "رأی شما ثبت شد!"),
        ("please", "لطفاً صبر کنید"),
        ("«خطا»", "خطا: وارد نشدید"),
        ("spoilt edges of ZWNJ", "می‌ شود"),
        ("Latin comma, semicolon or question mark after Persian", "کد نرسید?"),
    ],
)
def test_each_rule_sees_its_fault(fault: str, text: str) -> None:
    assert re.search(WRONG[fault], text)


@pytest.mark.parametrize(
    "text",
    [
        "هیئت مدیره",
        "رأی",
        "رأی‌گیری",
        "علی‌البدل",
        "پیش‌نمایش",
        "شمارهٔ پروانه",
        "برای شما",
        "سرای",
        "نامه‌ای",
        "رایانه",
        "ای‌میل",
        "چنین صفحه‌ای",
    ],
)
def test_right_words_pass(text: str) -> None:
    assert [fault for fault, pattern in WRONG.items() if re.search(pattern, text)] == []


def test_the_booth_and_the_server_are_both_read(said: list[tuple[str, str]]) -> None:
    """A sentence of each, so that a change of form cannot leave this test with nothing to read."""
    words = {text for _place, text in said}
    assert {"امضا و ثبت رأی", "رأی شما ثبت شد", "اطلاعات واردشده با فهرست رأی‌دهندگان مطابقت ندارد."} - words == set()
