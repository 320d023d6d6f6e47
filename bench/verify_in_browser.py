"""Ballots per second that the board page checks in Chromium, and the memory of all its processes beyond an idle page.

Run: `.venv/bin/python bench/verify_in_browser.py [--ballots N] [--runs R] [--group NAME]`. The races are those of the sample election, 29
candidates in all; the archives are those of bench/verify.py. Every answer is checked: a fast wrong one counts for nothing.
"""

import argparse
import os
import shutil
import statistics
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from verify import GROUPS, cached, family, proportional

from sandogh.verifier.checks import verify_archive

BUILT = Path(__file__).parents[1] / "src/sandogh/server/portal/static/booth"
PAGE = """<!doctype html><html lang="fa" dir="rtl"><meta charset="utf-8">
<script type="module" src="/board-verify.js"></script><body data-slug="bench">
<section id="verify" data-archive-url="/archive.bel" data-worker="/verify-worker.js" data-board-url="/" data-ballot-url="/record.json"
data-ballots="{ballots}" data-fingerprint="{fingerprint}" data-last-event="{last}"><form id="verify-form" hidden><input id="verify-tracker">
<button id="verify-one"></button><button type="button" id="verify-start">start</button>
<button type="button" id="verify-stop"></button></form>
<progress id="verify-progress" max="1" hidden></progress><p id="verify-status"></p><ol id="verify-results" hidden></ol></section>"""


class Peak:
    """The most memory of this program's descendants while it is watched, in kilobytes."""

    def __init__(self) -> None:
        self.kilobytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            own = os.getpid()
            self.kilobytes = max(self.kilobytes, sum(proportional(pid) for pid in family(own) if pid != own))
            self._over.wait(0.2)


def run(page: Page) -> float:
    """Seconds from the click to the verdict."""
    page.reload()
    begin = time.perf_counter()
    page.locator("#verify-start").click()
    page.locator("#verify .note").wait_for(timeout=3_600_000)
    seconds = time.perf_counter() - begin
    held = page.locator("#verify-results > li[data-outcome=holds]").count()
    if held != 10 or page.locator("#verify .note--ok").count() != 1:
        raise SystemExit(f"not valid: {page.locator('#verify').inner_text()}")
    return seconds


def handler(html: str, archive: Path) -> type[BaseHTTPRequestHandler]:
    """Serves the page, its scripts and the archive."""

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            script = BUILT / name
            kind = "text/javascript" if name.endswith(".js") else "text/html"
            body = archive.read_bytes() if name == "archive.bel" else script.read_bytes() if name.endswith(".js") else html.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Files


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ballots", type=int, default=300)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--group", choices=list(GROUPS), default="Ed25519")
    chosen = options.parse_args()
    path = cached(GROUPS[chosen.group], chosen.ballots, "sample")
    with path.open("rb") as file:
        facts = verify_archive(file, jobs=os.cpu_count() or 1).facts
    html = PAGE.format(ballots=chosen.ballots, fingerprint=facts.fingerprint, last=facts.last_event)

    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(html, path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        with Peak() as idle:
            time.sleep(1)
        with Peak() as peak:
            seconds = [run(page) for _ in range(chosen.runs)]
        version = browser.version
        browser.close()
    server.shutdown()
    middle = statistics.median(seconds)
    cores = os.cpu_count() or 1
    where = f"{chosen.group}, Chromium {version}, {cores} cores"
    print(f"{chosen.ballots} ballots of 29 candidates, {where}, median of {chosen.runs} runs")
    print(
        f"{middle:.2f} s, {chosen.ballots / middle:.1f} ballots/s, {(peak.kilobytes - idle.kilobytes) / 1024:.0f} MiB beyond an idle page"
    )


if __name__ == "__main__":
    main()
