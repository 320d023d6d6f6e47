"""Every command that a document names exists, with every option that it is given there; every link within the project leads somewhere."""

import re
from pathlib import Path

import pytest

from documents_for_tests import ROOT, commands, fault

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_and_option_exists(path: Path) -> None:
    assert [wrong for words in commands(path.read_text("utf-8")) if (wrong := fault(words)) is not None] == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sandogh verify --jsn x.bel", "no option --jsn"),
        ("sandogh trustee destroy --key x", "no command destroy"),
        ("sandogh --versoin", "no option --versoin"),
    ],
)
def test_a_command_that_does_not_exist_is_noticed(line: str, said: str) -> None:
    assert said in str(fault(tuple(line.split())))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_within_the_project_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:)([^)#]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_documents_are_many() -> None:
    assert len(DOCUMENTS) > 8
    assert sum(len(list(commands(path.read_text("utf-8")))) for path in DOCUMENTS) > 40
