"""Whatever the code and the documents cite stands in a document of this project: `protocol.md §7.2`, `threat-model.md W7`, `journey.md S8`.

A document that is not among ours is refused as well, and so is the id of a step or a weakness that names no document.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("src", "booth/src", "booth/tests", "tests", "bench", "tools", "docs", "examples")
SUFFIXES = {".py", ".ts", ".tsx", ".mjs", ".css", ".md", ".toml", ".sh", ".html", ".txt", ".po", ".yml", ".json", ".typ", ""}
BUILT = {"node_modules", "__pycache__", "vectors"}

_PLACE = r"§\d+(?:\.\d+)?|[A-Z]\d+(?:–[A-Z]?\d+)?"
_CITATION = re.compile(rf"\b([\w-]+\.md)\)? ((?:{_PLACE})(?:(?:, | and )(?:{_PLACE}))*)")
_NAMED = re.compile(r"(?<![\w/.-])([\w-]+\.md)\b")
#: `(S8)`, `(W7, O16)`: an id without its document.
_ORPHAN = re.compile(r"\((?:[SWFOT][1-9]\d?)(?:(?:–|, )[SWFOT]?[1-9]\d?)*\)")


def sources() -> Iterator[Path]:
    """Every text file of ours that may cite something."""
    yield from (ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "Makefile", "pyproject.toml", ".importlinter"))
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            inside = path.relative_to(ROOT).parts
            if path.is_file() and path.suffix in SUFFIXES and not BUILT & set(inside) and inside[-2:-1] != ("booth",):
                yield path


def documents() -> dict[str, Path]:
    """Name → the document, of all that can be cited."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    return {path.name: path for path in found}


@cache
def places(document: Path) -> frozenset[str]:
    """What can be cited of a document: its numbered headings, the numbered items below one, and the ids that begin a table's row."""
    found: set[str] = set()
    section = ""
    for line in document.read_text("utf-8").splitlines():
        if heading := re.match(r"#{2,3} §?(\d+(?:\.\d+)?)\.? ", line):
            section = heading[1]
            found.add(f"§{section}")
        elif line.startswith("## "):
            section = ""
        elif (item := re.match(r" ?(\d+)\. ", line)) and section:
            found.add(f"§{section}.{item[1]}")
        elif row := re.match(r"\| \**([A-Z]\d+)\** \|", line):
            found.add(row[1])
    return frozenset(found)


def each_place(written: str) -> Iterator[str]:
    """`S5–S7, S14` as its ends and single ids; what lies between two ends is there if the ends are."""
    for part in re.split(", | and ", written):
        first, _, last = part.partition("–")
        yield first
        if last:
            yield last if last[0].isalpha() else first[0] + last


def citations(text: str) -> Iterator[tuple[str, str]]:
    """(document, place) of every citation in a text."""
    for found in _CITATION.finditer(text):
        for place in each_place(found[2]):
            yield found[1], place


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("(protocol.md §7.2, §8)", [("protocol.md", "§7.2"), ("protocol.md", "§8")]),
        ("threat-model.md W7 and O16; journey.md S5–S7", [("threat-model.md", each) for each in ("W7", "O16")]
         + [("journey.md", each) for each in ("S5", "S7")]),
        ("see [operator.md](operator.md) §1", [("operator.md", "§1")]),
        ("README.md says more", []),
    ],
)  # fmt: skip
def test_citations_are_read_as_people_write_them(text: str, cited: list[tuple[str, str]]) -> None:
    assert list(citations(text)) == cited


def test_places_are_found_in_documents() -> None:
    ours = documents()
    assert {"§1", "§1.3", "§6"} <= places(ours["ARCHITECTURE.md"])
    assert {"§7.2", "§16"} <= places(ours["protocol.md"])
    assert {"W7", "O16", "§4.2"} <= places(ours["threat-model.md"])
    assert {f"S{number}" for number in range(1, 19)} <= places(ours["journey.md"])


def test_every_citation_is_found_where_it_points() -> None:
    ours = documents()
    wrong = []
    seen = 0
    for path in sources():
        if path == Path(__file__):
            continue
        for name, place in citations(path.read_text("utf-8")):
            seen += 1
            if name not in ours or place not in places(ours[name]):
                wrong.append(f"{path.relative_to(ROOT)}: {name} {place}")
    assert wrong == []
    assert seen > 500


def test_no_document_is_named_that_is_not_ours() -> None:
    ours = {*documents(), *(path.name for path in ROOT.glob("*/**/README.md"))}
    named = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources()
        if path != Path(__file__)
        for name in _NAMED.findall(path.read_text("utf-8"))
        if name not in ours
    }
    assert named == set()


def test_no_id_stands_without_its_document() -> None:
    orphans = {
        f"{path.relative_to(ROOT)}: {found}"
        for path in sources()
        if path.suffix in {".py", ".ts", ".tsx"} and path != Path(__file__)
        for found in _ORPHAN.findall(path.read_text("utf-8"))
    }
    assert orphans == set()
