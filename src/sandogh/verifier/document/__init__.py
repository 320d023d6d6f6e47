"""The report of a verification for a court, as a page and as a paper, in Persian and in English."""

import os
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sandogh.verifier.document.content import document_of
from sandogh.verifier.document.html import as_html
from sandogh.verifier.document.pdf import as_pdf
from sandogh.verifier.program import this_program
from sandogh.verifier.report import Report
from sandogh.verifier.source import Source


def write_documents(report: Report, paths: Sequence[Path], *, language: str, source: Source, moment: datetime) -> None:
    """Write the report to each path, as a page (.html) or as a paper (.pdf). Each file appears whole or not at all. Raises OSError."""
    document = document_of(report, language=language, source=source, moment=moment, program=this_program())
    for path in paths:
        _write(path, as_pdf(document, moment) if path.suffix.lower() == ".pdf" else as_html(document).encode())


def _write(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        # As any new file, and not for its owner alone.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
