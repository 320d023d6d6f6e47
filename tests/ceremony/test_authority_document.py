"""docs/credential-authority.md is what an authority really types and reads, from the request to the destruction."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from documents_for_tests import ROOT, blocks, typed
from protocol.elections import Board
from sandogh.protocol.credential import make_public_credentials
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import make_election
from sandogh.protocol.events import EventType, make_setup_data
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.trustee import check_trustees, generate_trustee_key, make_trustees
from walks_for_tests import Walk, masked, matches

from .conftest import request_fields

DOCUMENT = (ROOT / "docs" / "credential-authority.md").read_text("utf-8")
VOTERS = 5
#: An election that is over, so that destroying warns of nothing.
OVER = {"opens_at": "2024-12-17T08:00:00+03:30", "closes_at": "2024-12-17T20:00:00+03:30"}


def published(walk: Walk) -> bytes:
    """What the server publishes at sealing, with the list that the authority has handed over."""
    handed = json.loads((walk.desk("authority") / "public.json").read_bytes())
    listed = make_public_credentials({entry["public"]: entry.get("weight", 1) for entry in handed["credentials"]}, ED25519)
    trustees = make_trustees([generate_trustee_key(ED25519, name="Parvin Dadkhah").public])
    questions = [HomomorphicQuestion(("A", "B"), "Board", 0, 1)]
    data = make_election(
        name="e",
        description="",
        group=ED25519,
        trustees=check_trustees(trustees, ED25519),
        questions=questions,
        uuid=request_fields()["uuid"],
    )
    board = Board()
    board.append(EventType.Setup, data, trustees, listed, make_setup_data(sha_hex(data), sha_hex(trustees), sha_hex(listed)))
    return board.archive


def files(walk: Walk, name: str) -> bytes | None:
    """What comes from the officers: the request, the sealed election."""
    if name == "request.json":
        return json.dumps(request_fields(size=VOTERS, **OVER), ensure_ascii=False).encode()
    return published(walk) if name == "sealed.bel" else None


@dataclass(frozen=True, slots=True)
class Story:
    """Everything of the document typed. `said`: what it says and what the program said, command by command."""

    walk: Walk
    said: list[tuple[str, str]]


def replayed(folder: Path) -> Story:
    """The authority in a folder below this one."""
    walk = Walk(folder, make=files)
    return Story(walk, [(masked(each.answer), masked(walk.type(each))) for block in blocks(DOCUMENT, "console") for each in typed(block)])


def test_the_document_is_what_the_program_says(tmp_path: Path) -> None:
    story = replayed(tmp_path)
    for shown, answered in story.said:
        assert matches(shown, answered), answered
    assert len(story.said) > 5
    letters = (story.walk.desk("authority") / "letters.html").read_text("utf-8")
    assert letters.count("<article>") == 1


QUOTED = re.findall(r'(?m)^\| "([^"]+)"', DOCUMENT)


@pytest.mark.parametrize("sentence", QUOTED)
def test_every_refusal_that_is_quoted_can_be_said(sentence: str) -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src/sandogh/ceremony").rglob("*.py"))
    assert sentence in source


def test_refusals_are_quoted() -> None:
    assert len(QUOTED) >= 3
