"""What the first page costs on a slow line, and that the one font can write every page."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from fontTools.ttLib import TTFont

from elections_for_tests import build
from sandogh.server import portal

FIRST_PAGE = 100_000
"""Bytes that the first page may take, everything it loads included."""
SCRIPT = 3_000
"""Bytes of one page script, gzipped."""

PORTAL = Path(portal.__file__).parent
SENTENCE = re.compile(r'_\("([^"]*)"')
BOOTH = Path(__file__).resolve().parents[3] / "booth/src/messages/fa.ts"
SCRIPTS = ["landing", "clock", "login", "code", "copy"]


def static(address: str) -> bytes:
    path = finders.find(address.removeprefix("/static/"))
    assert path, f"{address} is not built"
    return Path(path).read_bytes()


def weight(content: bytes) -> int:
    return len(gzip.compress(content, 9))


@pytest.mark.django_db
def test_the_first_page_is_light(read: Callable[..., Any]) -> None:
    build(voters=1, races="sample")
    page = read(Client().get("/e/azmayesh/"))
    files = {link.attributes["href"] for link in page.all("link")} | {script.attributes["src"] for script in page.all("script")}
    styles = [static(address) for address in files if address.endswith(".css")]
    # What a stylesheet asks for: the font, which the page preloads.
    asked = {f"/static/portal/{name}" for style in styles for name in re.findall(r'url\("(fonts/[^"]+)"\)', style.decode())}
    assert asked <= files
    fonts = sum(len(static(address)) for address in files if address.endswith(".woff2"))
    rest = sum(weight(static(address)) for address in files if not address.endswith(".woff2"))
    assert fonts > 0
    assert fonts + rest + weight(page.source.encode()) <= FIRST_PAGE


@pytest.mark.parametrize("name", SCRIPTS)
def test_page_scripts_are_small(name: str) -> None:
    assert weight(static(f"/static/booth/{name}.js")) <= SCRIPT


def test_the_font_can_write_every_page() -> None:
    with TTFont(PORTAL / "static/portal/fonts/vazirmatn.woff2") as font:
        has = set(font.getBestCmap())
        axis = font["fvar"].axes[0]
    assert (axis.axisTag, axis.minValue, axis.maxValue) == ("wght", 400, 800)
    written = {char for path in PORTAL.rglob("*.html") for char in path.read_text()}
    # The sentences of all server code, and those of the booth.
    written |= {char for path in PORTAL.parent.rglob("*.py") for sentence in SENTENCE.findall(path.read_text()) for char in sentence}
    written |= {char for sentence in re.findall(r'"([^"]*)"', BOOTH.read_text()) for char in sentence}
    # Arrows, ticks and the like would come from another font and stand out.
    assert {char for char in written if ord(char) >= 0x20 and ord(char) not in has} == set()
