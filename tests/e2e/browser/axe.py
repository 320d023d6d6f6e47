"""What every page must pass wherever a test comes by: axe, and the smallest phone."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[3] / "booth" / "node_modules" / "axe-core" / "axe.min.js"
NARROW = {"width": 320, "height": 568}


def check(page: Page, where: str) -> None:
    """Raise AssertionError naming each violation and its element, or the page's width on the smallest phone."""
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    violations = [f"{where}: {rule['id']}: {rule['help']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]
    assert violations == []
    size = page.viewport_size
    page.set_viewport_size(NARROW)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW["width"], f"{where}: {wide} px wide on a screen of {NARROW['width']}"
    if size is not None:
        page.set_viewport_size(size)
