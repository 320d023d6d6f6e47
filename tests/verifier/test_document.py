"""The report for a court says in both languages, on the page and on paper, what the verification found."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from protocol.elections import story
from sandogh.protocol.events import EventType
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.verifier.checks import PLAN, verify_archive
from sandogh.verifier.cli import verify
from sandogh.verifier.document.blocks import Document
from sandogh.verifier.document.content import document_of
from sandogh.verifier.document.html import as_html
from sandogh.verifier.document.pdf import as_pdf, as_pictures
from sandogh.verifier.document.words import EVENTS, TEXTS
from sandogh.verifier.program import this_program
from sandogh.verifier.report import Report
from sandogh.verifier.source import Source

FOLDER = Path(__file__).parents[1] / "vectors" / "belenios"
MOMENT = datetime(2026, 11, 22, 13, 30, 5, tzinfo=UTC)


def reported(name: str) -> Report:
    with (FOLDER / name).open("rb") as file:
        return verify_archive(file)


def document(report: Report, language: str, *, address: str | None = None) -> Document:
    source = Source(io.BytesIO(), address or "friday.bel", address)
    return document_of(report, language=language, source=source, moment=MOMENT, program=this_program())


def shown(html: str) -> str:
    """The text of a page as a reader sees it."""
    body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_both_languages_say_the_same_with_the_same_fields(key: str) -> None:
    persian, english = TEXTS[key]
    assert persian
    assert english
    assert sorted(re.findall(r"\{\w+\}", persian)) == sorted(re.findall(r"\{\w+\}", english))
    assert not re.search("[يىكة٠-٩]", persian)


def test_every_check_and_every_event_has_its_words() -> None:
    assert {f"{what}{step.number}" for step in PLAN for what in ("check", "rule")} <= set(TEXTS)
    assert set(EVENTS) == {kind.value for kind in EventType}


def test_the_persian_page_tells_everything_a_court_asks() -> None:
    report = reported("ed25519-h-blank-weights-threshold.bel")
    html = as_html(document(report, "fa"))
    text, facts = shown(html), report.facts
    assert '<html lang="fa" dir="rtl">' in html
    assert "همهٔ بررسی‌ها برقرار است" in text
    assert text.count("برقرار است") >= 11
    for value in (facts.fingerprint, facts.trustees_fingerprint, facts.credentials_fingerprint, facts.last_event, facts.archive_sha256):
        assert value is not None
        assert value in text
    assert all(each.fingerprint in text for each in facts.trustee_list)
    assert "یکشنبه ۱ آذر ۱۴۰۵، ۱۷:۰۰:۰۵ به وقت تهران، برابر با ۲۲ نوامبر ۲۰۲۶، ۱۳:۳۰:۰۵ میلادی به وقت جهانی" in text
    assert "عضو گروهی که ۲ نفر از ۳ نفر آن کافی است" in text
    assert "رأی سفید" in text
    assert "شمار شناسه‌های رأی‌دهندگان ۵" in text
    assert "sandogh verify friday.bel" in text
    assert this_program().sha256 in text
    assert "آنچه این گزارش اثبات نمی‌کند" in text
    assert "امضا و مهر" in text


def test_the_english_page_tells_the_results_and_how_to_fetch() -> None:
    report = reported("ed25519-small.bel")
    text = shown(as_html(document(report, "en", address="https://vote.example.ir/e/x/archive.bel")))
    assert "Everything checked holds" in text
    assert "1. Board Answer Votes A 2 B 2 C 1" in text
    assert "curl --fail --output election.bel https://vote.example.ir/e/x/archive.bel" in text
    assert "22 November 2026, 13:30:05 UTC; Sunday 1 Azar 1405, 17:00:05 in Tehran" in text


@pytest.mark.parametrize(
    ("name", "fa", "en"),
    [
        ("ed25519-h-open.bel", "نتیجه‌ای هنوز منتشر نشده است", "there is no result yet"),
        ("bad-result-off-by-one.bel", "دست‌کم یک بررسی برقرار نیست", "At least one check fails"),
    ],
)
def test_no_result_is_shown_that_the_file_does_not_prove(name: str, fa: str, en: str) -> None:
    report = reported(name)
    assert report.result is None
    for language, said, none in (("fa", fa, TEXTS["no_result"][0]), ("en", en, TEXTS["no_result"][1])):
        text = shown(as_html(document(report, language)))
        assert said in text
        assert none in text


def test_each_finding_is_quoted_and_the_rest_counted() -> None:
    held = story(questions=[HomomorphicQuestion(("a",), "q", 0, 1)])
    board = held.opened()
    for number in range(7):
        board.append(EventType.Ballot, f"{number}".encode())
    text = shown(as_html(document(verify_archive(io.BytesIO(board.archive), kept=5), "en")))
    assert "7 faults were found" in text
    assert text.count("§7.1 ballot ") == 5
    assert "and 2 more of this check" in text
    assert text.count("not checked: because check 6 fails") == 3


def test_votes_that_were_opened_are_listed_with_their_counting() -> None:
    text = shown(as_html(document(reported("rfc3526-nh.bel"), "en")))
    assert "3 votes were opened." in text
    assert "Counted by Schulze. The counting is outside the cryptographic proofs" in text


def test_texts_of_strangers_stay_texts() -> None:
    question = HomomorphicQuestion(('<script>alert(1)</script> #panic("x") $x$', "\u202eb\x1b[2J"), "& *q* \\", 0, 1)
    held = story(questions=[question])
    made = document(verify_archive(io.BytesIO(held.archive([held.ballot(0, [[1, 0]])]))), "fa")
    html = as_html(made)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "\u202e" not in html
    assert "\x1b" not in html
    assert as_pdf(made, MOMENT).startswith(b"%PDF-")


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = as_html(document(reported("ed25519-small.bel"), "fa"))
    assert not re.search(r"(?:src|href)\s*=", html)
    assert re.findall(r"url\(\"([a-z]+:)", html) == ["data:"]
    assert "default-src 'none'" in html


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_paper_is_the_same_each_time_and_carries_its_fonts(language: str) -> None:
    made = document(reported("ed25519-three-races.bel"), language)
    paper = as_pdf(made, MOMENT)
    assert paper == as_pdf(made, MOMENT)
    assert b"Vazirmatn" in paper
    assert b"/StructTreeRoot" in paper
    assert b"pdfaid:part" in paper
    assert 3 <= len(as_pictures(made)) <= 6


def test_a_name_that_no_font_knows_does_not_hinder_the_paper() -> None:
    held = story(questions=[HomomorphicQuestion(("候補者 𓀀",), "q", 0, 1)])
    made = document(verify_archive(io.BytesIO(held.archive([]))), "en")
    assert as_pdf(made, MOMENT).startswith(b"%PDF-")


def test_the_command_writes_both_forms(tmp_path: Path) -> None:
    page, paper = tmp_path / "r.html", tmp_path / "r.pdf"
    done = CliRunner().invoke(verify, [str(FOLDER / "bad-swapped-answers.bel"), "--report", str(page), "--report", str(paper)])
    assert done.exit_code == 1
    assert 'lang="fa"' in page.read_text("utf-8")
    assert paper.read_bytes().startswith(b"%PDF-")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.html", "r.pdf"]
    wrong = CliRunner().invoke(verify, [str(FOLDER / "ed25519-small.bel"), "--report", str(tmp_path / "r.txt")])
    assert wrong.exit_code == 2
    nowhere = CliRunner().invoke(verify, [str(FOLDER / "ed25519-small.bel"), "--report", str(tmp_path / "none" / "r.pdf")])
    assert nowhere.exit_code == 2
