"""Every section of protocol.md that the code cites exists, and what nothing cites yet is known."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: The sections of docs/protocol.md. They are never renumbered, only added to.
SECTIONS = set(re.findall(r"(?m)^#{2,3} (§\d+(?:\.\d+)?) ", (ROOT / "docs" / "protocol.md").read_text("utf-8")))

#: What no code cites: parts that come later, and chapters that only introduce their sections.
UNCITED = {
    "§4",
    "§12.4",
    "§12.5",
}

_NUMBER = r"§\d+(?:\.\d+)?"
_CITATION = re.compile(rf"protocol\.md ({_NUMBER}(?:, {_NUMBER})*)")
_LITERAL = re.compile(rf'"({_NUMBER})"')


def cited(*folders: str) -> dict[str, set[str]]:
    """Section → the files that cite it, in prose or as the rule of a refusal."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in {".py", ".ts", ".tsx"} or "node_modules" in path.parts:
                continue
            text = path.read_text("utf-8")
            prose = {section for group in _CITATION.findall(text) for section in group.split(", ")}
            rules = set(_LITERAL.findall(text)) if folder.startswith("src") and path.parent.name in {"protocol", "verifier"} else set()
            for section in prose | rules:
                found.setdefault(section, set()).add(str(path.relative_to(ROOT)))
    return found


def test_the_specification_has_numbered_sections() -> None:
    """Some of the first, the middle and the last: the pattern above reads the headings as they are."""
    assert len(SECTIONS) > 50


def test_every_cited_section_exists() -> None:
    found = cited("src", "booth/src", "bench", "tests")
    assert {section: files for section, files in found.items() if section not in SECTIONS} == {}


def test_what_the_protocol_library_does_not_cite_is_known() -> None:
    assert SECTIONS - set(cited("src/sandogh/protocol", "src/sandogh/verifier")) == UNCITED
