# SPDX-License-Identifier: Apache-2.0
"""Pictures of every screen of the booth, with axe on each, from the harness: `python tests/harness/look.py FOLDER [only…]`.

serve.ts must run.

Each scene drives the page as a voter would. Prints what axe finds and what the browser complained about; exit 1 if anything.
"""

import json
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

BASE = "http://127.0.0.1:8431"
AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
CREDENTIAL = "Ab3dE-fGh7jK-Lm9nP-qRs2tU"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SIZES = {"360": (360, 740), "1280": (1280, 800)}


def must(holds: bool) -> None:
    if not holds:
        raise AssertionError("does not hold")


def control(**what: object) -> dict[str, object]:
    request = urllib.request.Request(f"{BASE}/control", data=json.dumps(what).encode())  # noqa: S310 (our own harness)
    answer: dict[str, object] = json.load(urllib.request.urlopen(request))  # noqa: S310
    return answer


def enter(page: Page, query: str = "", credential: str | None = CREDENTIAL) -> None:
    page.goto(BASE + "/robots")
    page.evaluate("c => { sessionStorage.clear(); if (c) sessionStorage.setItem('sandogh.credential.arkan-1405', c) }", credential)
    page.goto(f"{BASE}/?{query}")
    page.wait_for_selector("#booth h1")
    page.wait_for_timeout(300)


def pick(page: Page, *places: int) -> None:
    for place in places:
        # A full race says so with aria-disabled, which the driver would wait for.
        page.locator(".cand__face").nth(place).click(force=True)


def on(page: Page) -> None:
    page.locator(".bar .btn--main").click(force=True)
    page.wait_for_timeout(150)


def race(page: Page) -> None:
    enter(page)
    pick(page, 1, 3, 9)
    page.evaluate("scrollTo(0, 0)")


def race_full(page: Page) -> None:
    enter(page, "left=1.9")
    pick(page, 1, 3, 9, 10, 15, 17, 20)
    page.evaluate("scrollTo(0, 0)")


def race_full_pressed(page: Page) -> None:
    enter(page)
    pick(page, 1, 3, 9, 10, 15, 17, 20, 0)


def race_search(page: Page) -> None:
    enter(page)
    pick(page, 1)
    page.fill("input[type=search]", "مهندسي")


def race_nothing(page: Page) -> None:
    enter(page)
    page.fill("input[type=search]", "هیچ")


def race_about(page: Page) -> None:
    enter(page)
    page.locator("summary").nth(1).click()
    page.locator("summary").nth(2).click()


def race_second(page: Page) -> None:
    enter(page)
    pick(page, 2)
    on(page)
    page.wait_for_selector("h1:has-text('بازرس')")
    pick(page, 0)


def race_min(page: Page) -> None:
    enter(page, "races=min")
    pick(page, 1)
    on(page)


def race_many(page: Page) -> None:
    enter(page, "races=many&left=30000&ends=4000")
    on(page)


def race_focus(page: Page) -> None:
    enter(page)
    page.locator(".cand input").nth(1).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")


def fill_all(page: Page) -> None:
    enter(page)
    pick(page, 1, 3, 9, 10, 15, 17, 20)
    on(page)
    pick(page, 1, 2)
    on(page)
    on(page)


def preview(page: Page) -> None:
    fill_all(page)
    page.wait_for_selector(".votecode")


def blank(page: Page) -> None:
    enter(page, "races=blank")
    page.locator(".cands--blank .cand__face").click()
    pick(page, 2)


def blank_closed(page: Page) -> None:
    enter(page, "races=blank")
    pick(page, 2)
    page.locator(".cands--blank .cand__face").click(force=True)


def blank_preview(page: Page) -> None:
    enter(page, "races=blank")
    page.locator(".cands--blank .cand__face").click()
    for _ in range(3):
        on(page)
    page.wait_for_selector(".votecode")


def challenge(page: Page) -> None:
    preview(page)
    page.locator(".preview__test .btn").click()
    page.wait_for_selector(".rules")


def challenge_spent(page: Page) -> None:
    challenge(page)
    control(faults={"audit": [{"refuse": "audit_limit", "status": 409}]})
    page.locator(".page .btn--main").click()
    page.wait_for_selector(".note--warn")


def challenge_waiting(page: Page) -> None:
    challenge(page)
    page.route("**/vote/audit/", lambda route: None)
    page.locator(".page .btn--main").click()
    page.wait_for_selector(".wait")


def opened(page: Page) -> None:
    challenge(page)
    page.locator(".page .btn--main").click()
    page.wait_for_selector(".note--ok")


def opened_english(page: Page) -> None:
    english(page)
    page.locator(".preview__test .btn").click()
    page.wait_for_selector(".rules")
    page.locator(".page .btn--main").click()
    page.wait_for_selector(".note--ok")


def kind(page: Page) -> None:
    enter(page, "kind=Lists")


def sealing(page: Page) -> None:
    enter(page)
    page.route("**/vote/seal/", lambda route: None)
    pick(page, 1)
    for _ in range(3):
        on(page)
    page.wait_for_timeout(1500)


def ready(page: Page) -> None:
    preview(page)
    control(confirm=True)
    page.wait_for_selector(".note--ok")


def ready_step(page: Page) -> None:
    ready(page)
    if page.locator(".bar .btn--main").is_visible():
        page.locator(".bar .btn--main").click()


def edited(page: Page) -> None:
    preview(page)
    page.locator(".picks .btn").nth(1).click()
    pick(page, 1)


def edited_again(page: Page) -> None:
    edited(page)
    page.locator(".bar .btn--main").click()
    page.wait_for_selector(".votecode")


def offline(page: Page) -> None:
    preview(page)
    page.route("**/vote/status/", lambda route: route.abort())
    page.wait_for_selector(".steps .note--warn:has-text('قطع')")


def casting(page: Page) -> None:
    ready(page)
    page.route("**/vote/cast/", lambda route: None)
    page.locator(".btn--big").click()
    page.wait_for_selector(".wait")


def leave(page: Page) -> None:
    race(page)
    page.locator(".top button").click()


def left(page: Page) -> None:
    leave(page)
    page.locator(".page .btn").nth(1).click()


def credential(page: Page) -> None:
    enter(page, credential=None)


def credential_shape(page: Page) -> None:
    enter(page, credential=None)
    page.fill("#credential", "1234-5678")
    page.keyboard.press("Enter")
    page.wait_for_selector("#credential-error")


def credential_wrong(page: Page) -> None:
    enter(page, credential=None)
    page.fill("#credential", "Zb3dE-fGh7jK-Lm9nP-qRs2tU")
    page.keyboard.press("Enter")
    page.wait_for_selector("#credential-error")


def ending(state: str) -> Callable[[Page], None]:
    def scene(page: Page) -> None:
        enter(page)
        pick(page, 1)
        control(state=state)
        on(page)
        page.wait_for_selector(".seal")

    return scene


def refused(call: str, code: str, status: int) -> Callable[[Page], None]:
    def scene(page: Page) -> None:
        enter(page)
        pick(page, 1)
        control(faults={call: [{"refuse": code, "status": status}]})
        for _ in range(3):
            on(page)
        page.wait_for_selector(".seal")

    return scene


def expired(page: Page) -> None:
    enter(page, "left=0.03")
    page.wait_for_selector(".seal")


def network(page: Page) -> None:
    enter(page)
    page.route("**/vote/seal/", lambda route: route.abort())
    page.clock.install()
    pick(page, 1)
    for _ in range(3):
        page.locator(".bar .btn--main").click()
    for _ in range(40):
        page.clock.run_for(1000)
    page.wait_for_selector(".seal")


def network_casting(page: Page) -> None:
    ready(page)
    page.clock.install()
    page.route("**/vote/cast/", lambda route: route.abort())
    page.locator(".btn--big").click()
    for _ in range(40):
        page.clock.run_for(1000)
    page.wait_for_selector(".seal .i")
    page.wait_for_selector(".note--warn")


def mismatch(page: Page) -> None:
    enter(page)
    control(lieAboutCode=True)
    for _ in range(3):
        on(page)
    page.wait_for_selector(".seal")


def names(page: Page) -> None:
    enter(page, "swap=1")


def other_window(page: Page) -> None:
    preview(page)
    control(hash="A" * 43)
    page.wait_for_selector(".seal")


def tracker(page: Page) -> None:
    ready(page)
    control(lieAboutTracker=True)
    page.locator(".btn--big").click()
    page.wait_for_selector(".hash")


def english(page: Page) -> None:
    enter(page, "language=en")
    pick(page, 1, 3)
    for _ in range(3):
        on(page)
    page.wait_for_selector(".votecode")


def keyboard(page: Page) -> None:
    """From the first race to the receipt without a pointer."""

    def until(selector: str, limit: int = 90) -> None:
        for _ in range(limit):
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {selector}")

    enter(page)
    until("#c0-1")
    page.keyboard.press("Space")
    until(".bar .btn--main")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('بازرس'):focus")
    until("#c1-2")
    page.keyboard.press("Space")
    until(".bar .btn--main")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('دادستان'):focus")
    until(".bar .btn--main")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('پیش‌نمایش'):focus")
    page.wait_for_selector(".votecode")
    control(confirm=True)
    page.wait_for_selector(".note--ok")
    until(".btn--big")
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt/")
    must(control()["casts"] == 1)
    must(page.evaluate("sessionStorage.length + localStorage.length") == 0)


def keyboard_challenge(page: Page) -> None:
    """A ballot is tested and the next one sealed without a pointer; the focus is on the heading of each screen."""
    fill_all(page)
    page.wait_for_selector(".votecode")
    code = page.inner_text(".votecode bdi")
    for press, heading in (
        (".preview__test .btn", "آزمودن این برگهٔ بسته"),
        (".page .btn--main", "برگه باز شد"),
        (".page .btn--main", "پیش‌نمایش"),
    ):
        page.wait_for_selector(press)
        for _ in range(60):
            if page.evaluate("s => document.activeElement.matches(s)", press):
                break
            page.keyboard.press("Tab")
        else:
            raise AssertionError(f"Tab does not lead to {press}")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"h1:has-text('{heading}'):focus")
    page.wait_for_selector(".votecode")
    must(page.inner_text(".votecode bdi") != code)


def back(page: Page) -> None:
    """The browser's own buttons move between steps and lose nothing; the address never changes."""
    enter(page)
    address = page.url
    pick(page, 1, 3)
    on(page)
    page.wait_for_selector("h1:has-text('بازرس')")
    pick(page, 0)
    on(page)
    on(page)
    page.wait_for_selector(".votecode")
    code = page.inner_text(".votecode bdi")
    for heading in ("دادستان", "بازرس", "هیئت مدیره"):
        page.go_back()
        page.wait_for_selector(f"h1:has-text('{heading}')")
        must(page.url == address)
    must(page.locator(".cand input:checked").count() == 2)
    page.locator(".top button").click()
    page.wait_for_selector("h1:has-text('بیرون می‌روید')")
    page.go_back()
    page.wait_for_selector("h1:has-text('هیئت مدیره')")
    page.locator(".top button").click()
    page.locator(".page .btn--main").click()
    page.wait_for_selector("h1:has-text('هیئت مدیره')")
    page.locator(".trail button").last.click()
    page.wait_for_selector(".votecode")
    must(page.inner_text(".votecode bdi") == code)


def warned(page: Page) -> None:
    """Closing the page warns when something would be lost, and only then."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    enter(page)
    page.reload()
    page.wait_for_selector(".cand")
    must(asked == [])
    pick(page, 1)
    page.reload()
    page.wait_for_selector(".cand")
    must(asked == ["beforeunload"])
    must(page.locator(".cand input:checked").count() == 0)


def overtaken(page: Page) -> None:
    """A second window of the same browser with a new login closes the first."""
    enter(page)
    other = page.context.new_page()
    other.goto(f"{BASE}/?session=another")
    page.wait_for_selector("h1:has-text('دستگاه دیگری')")
    other.close()


SCENES: dict[str, Callable[[Page], None]] = {
    "race": race,
    "race-full": race_full,
    "race-full-pressed": race_full_pressed,
    "race-search": race_search,
    "race-nothing": race_nothing,
    "race-about": race_about,
    "race-second": race_second,
    "race-min": race_min,
    "race-many": race_many,
    "race-focus": race_focus,
    "sealing": sealing,
    "preview": preview,
    "ready": ready,
    "ready-step": ready_step,
    "edited": edited,
    "edited-again": edited_again,
    "offline": offline,
    "casting": casting,
    "leave": leave,
    "left": left,
    "credential": credential,
    "credential-shape": credential_shape,
    "credential-wrong": credential_wrong,
    "elsewhere": ending("superseded"),
    "already": ending("cast"),
    "expired": expired,
    "closed": refused("seal", "election_closed", 409),
    "signed-out": refused("seal", "no_session", 401),
    "refused": refused("seal", "malformed", 400),
    "network": network,
    "network-casting": network_casting,
    "mismatch": mismatch,
    "names": names,
    "other-window": other_window,
    "tracker": tracker,
    "english": english,
    "blank": blank,
    "blank-closed": blank_closed,
    "blank-preview": blank_preview,
    "challenge": challenge,
    "challenge-spent": challenge_spent,
    "challenge-waiting": challenge_waiting,
    "opened": opened,
    "opened-english": opened_english,
    "kind": kind,
    "keyboard-challenge": keyboard_challenge,
    "keyboard": keyboard,
    "back": back,
    "warned": warned,
    "overtaken": overtaken,
}


def main(folder: str, *only: str) -> int:
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    found = 0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name, scene in SCENES.items():
            if only and name not in only:
                continue
            for size, (width, height) in SIZES.items():
                for scheme in ("light", "dark"):
                    if scheme == "dark" and not name.startswith(
                        ("race-full", "ready", "preview", "elsewhere", "credential-wrong", "leave")
                    ):
                        continue
                    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=False)
                    page = context.new_page()
                    complaints: list[str] = []
                    page.on("console", lambda message, c=complaints: c.append(message.text) if message.type == "error" else None)
                    page.on("pageerror", lambda error, c=complaints: c.append(str(error)))
                    label = f"{name}.{size}" + (".dark" if scheme == "dark" else "")
                    try:
                        scene(page)
                        page.mouse.move(1, height - 1)
                        page.wait_for_timeout(250)
                        page.screenshot(path=out / f"{label}.png")
                        page.screenshot(path=out / f"{label}.tall.png", full_page=True)
                        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                        page.unroute_all()
                        page.evaluate(AXE)
                        result = page.evaluate("axe.run()")
                        for violation in result["violations"]:
                            nodes = [node["html"][:120] + " | " + node["failureSummary"][:200] for node in violation["nodes"][:3]]
                            complaints.append(f"axe {violation['id']} ({violation['impact']}): {nodes}")
                        if overflow:
                            complaints.append(f"scrolls sideways by {overflow}")
                    except Exception as error:
                        complaints.append(f"scene failed: {str(error)[:300]}")
                        page.screenshot(path=out / f"{label}.failed.png")
                    expected = ("ERR_FAILED", "status of 4", "ERR_EMPTY_RESPONSE")
                    for complaint in complaints:
                        if not any(word in complaint for word in expected):
                            found += 1
                            print(label, complaint)
                    context.close()
        browser.close()
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
