"""Persian text and Iranian numbers as people type them: folding, checking, showing, sorting. Pure.

Show Persian digits, submit and store ASCII. A `normalise_*` function answers the stored form or raises `Unreadable`.
"""

import re

ZWNJ = "\u200c"

_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_TO_PERSIAN = str.maketrans("0123456789٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹۰۱۲۳۴۵۶۷۸۹")
_LETTERS = str.maketrans("يىك", "ییک")
_INVISIBLE = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
_NBSP = {0x00A0: " "}
_SPACES = re.compile(" {2,}")
_SEPARATORS = dict.fromkeys([0x20, 0x2D, *range(0x2010, 0x2016), 0x2212])
_MOBILE = re.compile(r"(?:0|98|\+98|0098)?(9[0-9]{9})")
_TEN_DIGITS = re.compile(r"[0-9]{10}")
_SHORT_NATIONAL_ID = re.compile(r"[0-9]{7,9}")


class Unreadable(ValueError):
    """What was typed is not such a number.

    `code` names the fault: `licence_no_shape`, `national_id_shape`, `national_id_check_digit` or `mobile_shape`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# ---- folding


def fold_digits(text: str) -> str:
    """Persian and Arabic digits as ASCII. `\\d` and `int()` accept all three sets, so fold first, then match [0-9]."""
    return text.translate(_DIGITS)


def fold_letters(text: str) -> str:
    """ي and ى as ی, ك as ک."""
    return text.translate(_LETTERS)


def clean(text: str) -> str:
    """Without direction marks, with plain single spaces, trimmed of spaces and ZWNJ. ZWNJ inside a word stays."""
    return _SPACES.sub(" ", text.translate(_INVISIBLE).translate(_NBSP)).strip(" " + ZWNJ)


def drop_separators(text: str) -> str:
    """Without spaces, hyphens, dashes and the minus sign."""
    return text.translate(_SEPARATORS)


def display_text(text: str) -> str:
    """The one stored form of words shown to people: cleaned, Persian letters, ۀ written as ه with hamza above."""
    return fold_letters(clean(text)).replace("\u06c0", "ه\u0654")


# ---- numbers


def typed_number(text: str) -> str:
    """Any number as typed, reduced to what can be compared: marks and separators gone, ASCII digits."""
    return drop_separators(fold_digits(clean(text)))


def normalise_licence_no(text: str) -> str:
    """Ten ASCII digits. Raises Unreadable `licence_no_shape`."""
    number = typed_number(text)
    if not _TEN_DIGITS.fullmatch(number):
        raise Unreadable("licence_no_shape")
    return number


def pad_national_id(number: str) -> str:
    """Ten digits from the seven to ten that a spreadsheet left. Raises Unreadable `national_id_shape`."""
    if _SHORT_NATIONAL_ID.fullmatch(number):
        return number.zfill(10)
    if not _TEN_DIGITS.fullmatch(number):
        raise Unreadable("national_id_shape")
    return number


def check_national_id(number: str) -> None:
    """Raise Unreadable `national_id_check_digit` unless ten ASCII digits end in the right one.

    Ten equal digits pass the sum and are refused all the same.
    """
    if not _TEN_DIGITS.fullmatch(number):
        raise Unreadable("national_id_shape")
    rest = sum(int(digit) * (10 - place) for place, digit in enumerate(number[:9])) % 11
    if len(set(number)) == 1 or int(number[9]) != (rest if rest < 2 else 11 - rest):
        raise Unreadable("national_id_check_digit")


def normalise_national_id(text: str) -> str:
    """Ten ASCII digits with a right check digit; leading zeros that were dropped come back. Raises Unreadable."""
    number = pad_national_id(typed_number(text))
    check_national_id(number)
    return number


def normalise_mobile(text: str) -> str:
    """`09` and nine digits from 09…, 9…, 989…, +989… or 00989…. Raises Unreadable `mobile_shape`."""
    match = _MOBILE.fullmatch(typed_number(text))
    if match is None:
        raise Unreadable("mobile_shape")
    return "0" + match[1]


# ---- showing


def fa_digits(value: object) -> str:
    """The value's text with Persian digits."""
    return str(value).translate(_TO_PERSIAN)


def group_licence(number: str) -> str:
    """A licence number as it is written, 2-2-2-4: 99-01-01-4501. Other lengths are shown as they are."""
    return "-".join((number[:2], number[2:4], number[4:6], number[6:])) if len(number) == 10 else number


def mask_mobile(number: str) -> str:
    """A mobile number that only its owner recognises: 09****51 (journey.md S4). Empty stays empty."""
    return f"{number[:2]}****{number[-2:]}" if number else ""


# ---- sorting and searching

_ALPHABET = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_PLACE = {letter: index for index, letter in enumerate(_ALPHABET, start=2)}
_PLACE |= {"أ": _PLACE["ا"], "إ": _PLACE["ا"], "ٱ": _PLACE["ا"], "ؤ": _PLACE["و"], "ئ": _PLACE["ی"], "ة": _PLACE["ه"], "ۀ": _PLACE["ه"]}
_IGNORED = {ZWNJ, "ء", "\u0640", *map(chr, range(0x064B, 0x0660)), "\u0670"}
_AFTER_LETTERS = 100


def sort_key(text: str) -> tuple[int, ...]:
    """Key of the Persian alphabet's order: 33 letters, آ before ا, و before ه; ZWNJ, hamza and vowel marks ignored.

    A space comes before every letter, anything that is not Persian after them, so «راست رو» precedes «راستا».
    """
    # A base letter and a combining sign (ا + madda, for one) must sort like the single character.
    folded = fold_digits(display_text(text)).replace("ا\u0653", "آ")
    return tuple(1 if char == " " else _PLACE.get(char, _AFTER_LETTERS + ord(char)) for char in folded if char not in _IGNORED)


def search_key(text: str) -> str:
    """Text reduced to what a search compares: letters and digits folded, without ZWNJ, tatweel, vowel marks and hamza."""
    plain = fold_digits(display_text(text)).translate(str.maketrans("أإٱؤئةۀ", "اااویهه"))
    return "".join(char for char in plain if char not in _IGNORED).casefold()


def initials(given_name: str, family_name: str) -> str:
    """Two first letters for a card without a photo: «م‌ آ». The ZWNJ keeps them from joining; an empty name gives one letter or none."""
    letters = [name[0] for name in (display_text(given_name), display_text(family_name)) if name]
    return f"{ZWNJ} ".join(letters)
