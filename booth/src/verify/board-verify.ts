// SPDX-License-Identifier: Apache-2.0
/**
 * The check on the board page: the visitor's own browser judges one ballot, or the whole board, protocol.md §12.
 *
 * The page is whole without it. The workers, which are large, are fetched when somebody asks for a check and not before.
 *
 * 1. show the form, or say that this browser is too old
 * 2. one ballot: ask the server where it is, and check every byte of the answer
 * 3. everything: a lead that reads the archive, and hands that check ballots
 * 4. say what came of it, with a report to save
 */
import type { Progress } from "./audit";
import { digits, element, found } from "./dom";
import { messagesFor } from "./messages";
import type { BallotRecord, BallotReport } from "./one-ballot";
import type { Report } from "./report";
import type { Role, Said } from "./talk";
import { ballotLines, checkLine, fingerprintList, resultList, verdictNote } from "./view";

/** More hands than this gain little and heat a phone. */
const MOST_HANDS = 4;

const TRACKER = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/;

const words = messagesFor(document.documentElement.lang);
const section = found("verify", HTMLElement);
const form = found("verify-form", HTMLFormElement);
const box = found("verify-tracker", HTMLInputElement);
const one = found("verify-one", HTMLButtonElement);
const all = found("verify-start", HTMLButtonElement);
const stop = found("verify-stop", HTMLButtonElement);
const bar = found("verify-progress", HTMLProgressElement);
const status = found("verify-status", HTMLElement);
const results = found("verify-results", HTMLElement);
// Numbers that change all the time are not read aloud; the bar has them for those who ask.
const counting = element("p", { class: "muted small" });
const answer = element("div", { class: "stack stack--near" });
const details = element("div", {});
const data = (name: string): string => section.dataset[name] ?? "";

let workers: Worker[] = [];

// ---- (1)

function canCheck(): boolean {
    return typeof Worker === "function" && typeof BigInt === "function" && typeof MessageChannel === "function" && typeof fetch === "function";
}

function begin(): void {
    status.after(counting);
    results.before(answer);
    results.after(details);
    if (!canCheck()) {
        answer.append(verdictNote("warn", words.broken.browser));
        return;
    }
    form.hidden = false;
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        void checkOne();
    });
    all.addEventListener("click", checkAll);
    stop.addEventListener("click", () => {
        rest();
        status.textContent = words.stopped;
        all.focus();
    });
}

/** Clear what an earlier check left, and go to work. */
function busy(): void {
    for (const worker of workers) worker.terminate();
    workers = [];
    answer.replaceChildren();
    details.replaceChildren();
    results.replaceChildren();
    results.hidden = true;
    counting.textContent = "";
    status.textContent = words.started;
    bar.removeAttribute("value");
    for (const shown of [bar, stop]) shown.hidden = false;
    for (const button of [one, all]) button.setAttribute("aria-disabled", "true");
}

/** Done or given up: no worker goes on. */
function rest(): void {
    for (const worker of workers) worker.terminate();
    workers = [];
    counting.textContent = "";
    for (const hidden of [bar, stop]) hidden.hidden = true;
    for (const button of [one, all]) button.removeAttribute("aria-disabled");
}

const isBusy = (): boolean => all.hasAttribute("aria-disabled");

function conclude(note: HTMLElement, lines: readonly HTMLElement[] = [], ...more: readonly HTMLElement[]): void {
    rest();
    answer.replaceChildren(note);
    results.replaceChildren(...lines);
    results.hidden = lines.length === 0;
    details.replaceChildren(...more);
    status.textContent = "";
    note.focus();
}

function startWorker(role: Role, transferred: Transferable[], heard: (said: Said) => void): Worker {
    const worker = new Worker(data("worker"));
    workers.push(worker);
    worker.onmessage = ({ data: said }: MessageEvent<Said>) => {
        if (said.kind === "broken") conclude(verdictNote("warn", words.broken[said.why]));
        else heard(said);
    };
    worker.onerror = (event) => {
        event.preventDefault();
        conclude(verdictNote("warn", words.broken.device));
    };
    worker.postMessage(role, transferred);
    return worker;
}

/** What was typed, as a tracker; null for something else. A link from the receipt will do. */
function typedTracker(): string | null {
    const typed = box.value.trim();
    let text = typed;
    if (typed.includes("://")) {
        try {
            text = new URL(typed).searchParams.get("code") ?? typed;
        } catch {
            // Not an address after all.
        }
    }
    const tracker = text.replace(/[\s\u200b-\u200f\u2066-\u2069=]/g, "").replace(/[.،؛]$/, "");
    return TRACKER.test(tracker) ? tracker : null;
}

function complain(): void {
    status.textContent = words.ballot.typed;
    box.setAttribute("aria-invalid", "true");
    box.focus();
}

// ---- (2)

async function checkOne(): Promise<void> {
    if (isBusy()) return;
    const tracker = typedTracker();
    if (tracker === null) {
        complain();
        return;
    }
    box.removeAttribute("aria-invalid");
    busy();
    const token = workers;
    const record = await fetchRecord(tracker);
    // Stopped meanwhile.
    if (token !== workers || !isBusy()) return;
    if (record === "absent") conclude(verdictNote("bad", words.ballot.absent));
    else if (record === "network") conclude(verdictNote("warn", words.broken.network));
    else {
        startWorker({ role: "ballot", record, tracker, fingerprint: data("fingerprint") }, [], (said) => {
            if (said.kind === "ballot") showBallot(said.report);
        });
    }
}

async function fetchRecord(tracker: string): Promise<BallotRecord | "absent" | "network"> {
    try {
        const response = await fetch(`${data("ballotUrl")}?code=${encodeURIComponent(tracker)}`, { cache: "no-store" });
        if (response.status === 404) return "absent";
        return response.ok ? ((await response.json()) as BallotRecord) : "network";
    } catch {
        return "network";
    }
}

const rowOf = (height: number | undefined): string => digits((height ?? -1) + 1);
const eventLink = (hash: string): HTMLElement => element("p", {}, element("a", { href: `${data("boardUrl")}${hash}/` }, words.ballot.row));

function showBallot(report: BallotReport): void {
    const link = report.event === undefined ? [] : [eventLink(report.event)];
    conclude(
        verdictNote(report.holds ? "ok" : "bad", report.holds ? words.ballot.good(rowOf(report.height)) : words.ballot.bad, ...link),
        ballotLines(words, report),
        saveButton(report, "ballot"),
    );
}

// ---- (3)

function checkAll(): void {
    if (isBusy()) return;
    // A tracker in the box is looked for on the way; something else there is no tracker.
    const tracker = box.value.trim() === "" ? undefined : typedTracker();
    if (tracker === null) {
        complain();
        return;
    }
    box.removeAttribute("aria-invalid");
    busy();
    announced = firstBallot = 0;
    counting.textContent = words.reading;
    const started = performance.now();
    const hands = Math.min(MOST_HANDS, Math.max(1, navigator.hardwareConcurrency || 1));
    const ports = Array.from({ length: hands }, () => {
        const { port1, port2 } = new MessageChannel();
        startWorker({ role: "hand", port: port1 }, [port1], () => undefined);
        return port2;
    });
    const archive = new URL(data("archiveUrl"), location.href).href;
    startWorker({ role: "lead", archive, tracker, event: data("lastEvent"), ports }, ports, (said) => {
        if (said.kind === "progress") showProgress(said.progress, started);
        if (said.kind === "report") showReport(said.report);
    });
}

let announced = 0;
let firstBallot = 0;

function showProgress({ what, done }: Progress, started: number): void {
    const now = performance.now();
    if (what === "credentials") {
        counting.textContent = words.credentials(digits(done));
        return;
    }
    // More may have been cast since the page was made.
    const total = Math.max(Number(data("ballots")), done);
    firstBallot ||= now;
    const rate = (now - firstBallot) / 1000 / done;
    const left = now - started > 2000 && done < total ? ` – ${words.left(rate * (total - done), digits)}` : "";
    const text = words.ballots(digits(done), digits(total));
    bar.value = done / total;
    counting.textContent = text + left;
    // Aloud only at each quarter.
    const quarter = Math.floor((4 * done) / total);
    if (quarter > announced && quarter < 4) status.textContent = text;
    announced = quarter;
}

// ---- (4)

function showReport(report: Report): void {
    const { verdict, complete } = report;
    const known = verdict === "valid" && report.page_event?.found === false ? "changed" : verdict;
    const note =
        known === "changed"
            ? verdictNote("bad", words.broken.changed)
            : verdictNote(known === "valid" ? "ok" : known === "invalid" ? "bad" : "warn", words.verdicts[known === "valid" && !complete ? "soFar" : known]);
    const { sought } = report;
    if (sought !== undefined) {
        const { found: at } = sought;
        const kind = at === null ? "absent" : at.holds === undefined ? "unknown" : at.holds ? "good" : "bad";
        const line = element("p", { "data-sought": kind }, words.ballot.sought[kind](rowOf(at?.height)));
        note.firstElementChild?.append(line, ...(at === null ? [] : [eventLink(at.event)]));
    }
    conclude(
        note,
        report.checks.map((check) => checkLine(words, check, report)),
        ...resultList(words, report),
        fingerprintList(words, report, { fingerprint: data("fingerprint") }),
        saveButton(report, "board"),
    );
}

/** The findings as a file, for whoever is told of them. */
function saveButton(report: Report | BallotReport, name: string): HTMLElement {
    const button = element("button", { class: "btn", type: "button" }, words.save);
    button.addEventListener("click", () => {
        const address = URL.createObjectURL(new Blob([JSON.stringify(report, null, 1)], { type: "application/json" }));
        const link = element("a", { href: address, download: `${document.body.dataset["slug"] ?? "election"}-${name}.json` });
        link.click();
        setTimeout(() => URL.revokeObjectURL(address), 10_000);
    });
    return element("p", {}, button);
}

begin();
