"""The report as one page that needs nothing else: font and style are inside."""

import base64
from collections.abc import Iterator
from html import escape
from pathlib import Path

from sandogh.verifier.document.blocks import Banner, Blanks, Block, Bullets, Cell, Commands, Document, Pairs, Paragraph, Section, Table

_FOLDER = Path(__file__).parent


def as_html(document: Document) -> str:
    """The whole page."""
    direction = "rtl" if document.language == "fa" else "ltr"
    font = base64.b64encode((_FOLDER / "fonts" / "Vazirmatn-subset.woff2").read_bytes()).decode()
    style = (_FOLDER / "report.css").read_text("utf-8").replace("{font}", f"data:font/woff2;base64,{font}")
    body = "\n".join(line for number, section in enumerate(document.sections, 1) for line in _section(number, section))
    return f"""<!doctype html>
<html lang="{document.language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; font-src data:">
<title>{escape(document.title)}: {escape(document.election)}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{escape(document.title)}</h1>
<p class="election"><bdi>{escape(document.election)}</bdi></p>
<p class="muted">{escape(document.subtitle)}</p>
</header>
<main>
{body}
</main>
</body>
</html>
"""


def _section(number: int, section: Section) -> Iterator[str]:
    yield f'<section aria-labelledby="s{number}">'
    yield f'<h2 id="s{number}">{escape(section.title)}</h2>'
    for block in section.blocks:
        yield from _block(block)
    yield "</section>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield f"<p>{_cell(block.cell)}</p>"
        case Banner():
            yield f'<div class="banner {"good" if block.good else "bad"}"><p><strong>{escape(block.title)}</strong></p>'
            yield f"<p>{escape(block.text)}</p></div>"
        case Pairs():
            yield "<dl>"
            yield from (f"<div><dt>{escape(name)}</dt><dd>{_cell(value)}</dd></div>" for name, value in block.rows)
            yield "</dl>"
        case Table():
            yield from _table(block)
        case Bullets():
            yield "<ul>"
            yield from (f"<li>{_cell(item)}</li>" for item in block.items)
            yield "</ul>"
        case Commands():
            yield f'<pre lang="en" dir="ltr" tabindex="0">{escape(chr(10).join(block.lines))}</pre>'
        case Blanks():
            yield '<dl class="blanks">'
            yield from (f"<div><dt>{escape(name)}</dt><dd></dd></div>" for name in block.names)
            yield "</dl>"


def _table(table: Table) -> Iterator[str]:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    total = sum(table.shares)
    columns = "".join(f'<col style="inline-size:{100 * share / total:.1f}%">' for share in table.shares)
    yield f"<table>{caption}<colgroup>{columns}</colgroup>"
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.head)
    yield f"<thead><tr>{head}</tr></thead><tbody>"
    for row in table.rows:
        yield f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>"
    yield "</tbody></table>"


def _cell(cell: Cell) -> str:
    text = escape(cell.text)
    match cell.kind:
        case "own":
            return text
        case "code":
            return f'<code lang="en" dir="ltr">{text}</code>'
        case "foreign":
            return f"<bdi>{text}</bdi>"
        case kind:
            return f'<span class="{kind}">{text}</span>'
