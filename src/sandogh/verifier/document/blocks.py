"""What a report is made of: headings, and a few kinds of blocks that every form of it renders."""

from dataclasses import dataclass
from typing import Literal

#: How a text is set: as the report's own words; as code, from left to right; as somebody else's words, in the direction they have.
Kind = Literal["own", "code", "foreign", "good", "bad", "muted", "number"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of text and what kind of text it is."""

    text: str
    kind: Kind = "own"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or a remark below something."""

    cell: Cell
    block: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Banner:
    """The conclusion in a few words, and in a sentence."""

    title: str
    text: str
    good: bool
    block: Literal["banner"] = "banner"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and values."""

    rows: tuple[tuple[str, Cell], ...]
    block: Literal["pairs"] = "pairs"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below headings. `shares` says how wide the columns are, in parts."""

    head: tuple[str, ...]
    shares: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    block: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences of equal rank."""

    items: tuple[Cell, ...]
    block: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class Commands:
    """Lines to be typed."""

    lines: tuple[str, ...]
    block: Literal["commands"] = "commands"


@dataclass(frozen=True, slots=True)
class Blanks:
    """Places to be filled in by hand."""

    names: tuple[str, ...]
    block: Literal["blanks"] = "blanks"


Block = Paragraph | Banner | Pairs | Table | Bullets | Commands | Blanks


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report."""

    language: str
    title: str
    election: str
    subtitle: str
    page: str
    sections: tuple[Section, ...]
