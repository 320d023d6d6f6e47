"""Whatever people put around a code and however their keyboard writes digits, the code is read; whatever else they send, nothing breaks."""

from hypothesis import given
from hypothesis import strategies as st

from sandogh.server.messaging.domain.vote_text import NoVoteCode, vote_code_in

CODES = st.integers(0, 10**8 - 1).map("{:08d}".format)
WORDS = st.text(st.characters(exclude_categories=["Nd", "No", "Nl", "Cs"]), max_size=30)
SETS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """A code, and how somebody writes it: each digit from any of the three sets."""
    code = draw(CODES)
    return code, "".join(draw(st.sampled_from(SETS))[int(digit)] for digit in code)


@given(written(), WORDS, WORDS)
def test_words_around_a_code_do_not_matter(code: tuple[str, str], before: str, after: str) -> None:
    assert vote_code_in(f"{before} {code[1]} {after}") == code[0]


@given(written(), st.sampled_from([" ", "-", "–", ".", "\u200c", "\n"]), st.integers(1, 7))
def test_one_break_inside_a_code_does_not_matter(code: tuple[str, str], gap: str, place: int) -> None:
    assert vote_code_in(code[1][:place] + gap + code[1][place:]) == code[0]


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        code = vote_code_in(text)
    except NoVoteCode:
        return
    assert len(code) == 8
    assert code.isascii()
    assert code.isdigit()
