"""Milliseconds to seal a ballot in the voter's browser, and the size of the scripts that do it.

Run: `.venv/bin/python bench/booth.py [--runs N] [--group NAME]`. Headless Chromium runs the built worker (`cd booth && npm run build`)
through the booth's own messages, on the races of the sample election: 20, 6 and 3 candidates, of which at most 7, 3 and 1 may be chosen,
and all that are allowed chosen. Each figure is the median of several ballots, from the page's question to the worker's answer.

The slow processor is Chromium's own throttle (Emulation.setCPUThrottlingRate, six times). It reaches a page's main thread and not a
worker's, so for that row the same script runs on the main thread; an unthrottled row of the same kind stands beside it.

Every ballot is checked: a fast wrong one is worth nothing.
"""

import argparse
import gzip
import json
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page, sync_playwright

from sandogh.protocol.ballot import check_ballot
from sandogh.protocol.credential import derive_credential, generate_credential
from sandogh.protocol.election import Election, make_election, new_uuid
from sandogh.protocol.group import Group
from sandogh.protocol.groups import group_named
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.trustee import check_trustees, generate_trustee_key, make_trustees

SCRIPTS = Path(__file__).resolve().parent.parent / "src/sandogh/server/portal/static/booth"
RACES = ((20, 7), (6, 3), (3, 1))
THROTTLE = 6
BUDGET = 40_000
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

WORKERS = {"Ed25519": "worker.js", "BELENIOS-2048": "worker-belenios-2048.js"}

# Speaks to the worker as booth/src/sealing.ts does; on the main thread the same script gets a scope of its own.
HARNESS = """
async ({ script, election, credential, choices, runs, inWorker }) => {
    let answered;
    const heard = (message) => { if (message.kind !== "progress") answered(message); };
    let ask;
    if (inWorker) {
        const worker = new Worker(script);
        worker.onmessage = ({ data }) => heard(data);
        worker.onerror = () => answered({ kind: "error", message: "the worker broke" });
        ask = (data) => worker.postMessage(data);
    } else {
        const scope = { postMessage: (message) => setTimeout(heard, 0, message) };
        new Function("self", await (await fetch(script)).text())(scope);
        ask = (data) => scope.onmessage({ data });
    }
    let id = 0;
    const timed = async (act, question) => {
        const begin = performance.now();
        const message = await new Promise((resolve) => { answered = resolve; ask({ id: ++id, act, ask: question }); });
        if (message.kind !== "answer") throw new Error(`${act}: ${message.message}`);
        return [performance.now() - begin, message.answer];
    };
    const [open] = await timed("open", { election, session: "bench" });
    const [ready] = await timed("credential", { typed: credential });
    const seals = [], signs = [], ballots = [];
    for (let run = 0; run < runs; run++) {
        seals.push((await timed("seal", { choices }))[0]);
        const [sign, { ballot }] = await timed("sign", null);
        signs.push(sign);
        ballots.push(ballot);
    }
    return { ready: open + ready, first: seals[0], seals, signs, ballots };
}
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the figures are the output."""

    def do_GET(self) -> None:
        if self.path in ("/", "/favicon.ico"):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>bench</title>")
        else:
            super().do_GET()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The built scripts on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sample(group: Group) -> Election:
    trustees = check_trustees(make_trustees([generate_trustee_key(group).public for _ in range(2)]), group)
    questions = [HomomorphicQuestion(tuple(f"نامزد {place}" for place in range(size)), "رقابت", 0, most) for size, most in RACES]
    return Election.from_bytes(
        make_election(name="bench", description="", group=group, trustees=trustees, questions=questions, uuid=new_uuid())
    )


def measure(page: Page, address: str, group: Group, *, runs: int, in_worker: bool, throttle: int) -> dict[str, Any]:
    """One row; the ballots it made are checked."""
    election = sample(group)
    credential = generate_credential()
    key = derive_credential(credential, uuid=election.uuid, group=group)
    page.goto(address)
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    choices = [[int(place < most) for place in range(size)] for size, most in RACES]
    question = {
        "script": WORKERS[group.name],
        "election": election.bytes.decode(),
        "credential": credential,
        "choices": choices,
        "runs": runs,
        "inWorker": in_worker,
    }
    found: dict[str, Any] = page.evaluate(HARNESS, question)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    session.detach()
    for ballot in found["ballots"]:
        check_ballot(ballot.encode(), election=election, credentials={key.public})
    return found


def print_sizes() -> bool:
    """The scripts that a voter downloads, with the larger of the workers; whether they keep to the budget."""
    sizes = {name: len(gzip.compress((SCRIPTS / name).read_bytes(), 9)) for name in ("booth.js", *WORKERS.values())}
    total = sizes["booth.js"] + max(sizes[name] for name in WORKERS.values())
    print(f"\nscript, gzip: {', '.join(f'{name} {size:,}' for name, size in sizes.items())}; together {total:,} of {BUDGET:,} bytes")
    return total <= BUDGET


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, help="ballots per row (default 15)")
    parser.add_argument("--group", action="append", choices=["Ed25519", "BELENIOS-2048"], help="default: both")
    parser.add_argument("--json", action="store_true", help="the medians as JSON, nothing else")
    options = parser.parse_args()
    if not (SCRIPTS / "worker.js").exists():
        parser.error("the booth is not built: cd booth && npm ci && npm run build")
    rows: list[dict[str, object]] = []
    with served(SCRIPTS) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        print(
            f"Chromium {browser.version}, {sum(size for size, _ in RACES)} candidates in {len(RACES)} races, {options.runs} ballots a row",
            file=sys.stderr,
        )
        for name in options.group or ["Ed25519", "BELENIOS-2048"]:
            for in_worker, throttle in ((True, 1), (False, 1), (False, THROTTLE)):
                page = browser.new_page()
                found = measure(page, address, group_named(name), runs=options.runs, in_worker=in_worker, throttle=throttle)
                page.close()
                rows.append(
                    {
                        "group": name,
                        "where": "worker" if in_worker else "main thread",
                        "processor": "as it is" if throttle == 1 else f"{throttle}x slower",
                        "ready_ms": round(found["ready"]),
                        "first_ms": round(found["first"]),
                        "seal_ms": round(statistics.median(found["seals"])),
                        "fastest_ms": round(min(found["seals"])),
                        "sign_ms": round(statistics.median(found["signs"]), 1),
                        "ballot_bytes": round(statistics.median(len(ballot) for ballot in found["ballots"])),
                    }
                )
        browser.close()
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{'group':<15}{'where':<13}{'processor':<12}{'ready':>7}{'first':>7}{'seal':>7}{'fastest':>9}{'sign':>7}{'ballot':>9}")
    for row in rows:
        print(
            f"{row['group']:<15}{row['where']:<13}{row['processor']:<12}{row['ready_ms']:>7}{row['first_ms']:>7}{row['seal_ms']:>7}"
            f"{row['fastest_ms']:>9}{row['sign_ms']:>7}{row['ballot_bytes']:>9}"
        )
    print("milliseconds; ready: tables made and credential derived, once per visit, while the voter reads; seal: median; ballot in bytes")
    if not print_sizes():
        sys.exit(1)


if __name__ == "__main__":
    main()
