"""The report as a paper, set by Typst from the same blocks as the page."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import typst

from sandogh.verifier.document.blocks import Document

_FOLDER = Path(__file__).parent


def as_pdf(document: Document, moment: datetime) -> bytes:
    """PDF/A-2a: tagged for screen readers, its fonts inside. The archive's texts go in as data and are never read as markup.

    A name in a script that no font here knows cannot stand in a PDF/A; then it is a plain tagged PDF, with a box for what is missing.
    """
    try:
        return _only(_compiler(document).compile(format="pdf", pdf_standards=["a-2a"], timestamp=int(moment.timestamp())))
    except typst.TypstError:
        return _only(_compiler(document).compile(format="pdf", timestamp=int(moment.timestamp())))


def as_pictures(document: Document) -> list[bytes]:
    """Each page as PNG, for looking at."""
    pages = _compiler(document).compile(format="png", ppi=100)
    return pages if isinstance(pages, list) else [_only(pages)]


def _compiler(document: Document) -> typst.Compiler:
    return typst.Compiler(
        _FOLDER / "report.typ",
        root=_FOLDER,
        font_paths=[_FOLDER / "fonts"],
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(asdict(document), ensure_ascii=False)},
    )


def _only(made: bytes | list[bytes] | None) -> bytes:
    """A PDF is one piece."""
    if not isinstance(made, bytes):
        raise TypeError("Typst gave something other than one file")
    return made
