// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom
/** The page that opens a challenged ballot on any device: the built worker does the work, the template's own words are shown. */
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deriveCredential, ED25519, makeBases, type Opening, openingFragment, openingText, sealBallot, seededDraw } from "../../src/protocol";
import { CREDENTIAL, electionOf, race } from "../protocol/elections";
import { ThreadWorker } from "../protocol/worker-thread";
import { at, put } from "./page";

/** As the server fills it. */
const template = readFileSync("../src/sandogh/server/portal/templates/portal/open.html", "utf8");

const election = electionOf(ED25519, [race(3, 0, 2, true), race(2, 0, 1)]);
const bases = makeBases(election);
const key = deriveCredential(CREDENTIAL, election.uuid, election.group, bases.g);

function opening(choices = [[0, 1, 0, 1], [0, 0]]): Opening {
    const seed = "5e".repeat(32);
    const { hash } = sealBallot(election, bases, key.public, choices, { draw: seededDraw(seed) });
    return { election: election.fingerprint, ballot: hash, credential: key.public, seed, choices };
}

let served: Response | Error;
let listening: { mock: { calls: unknown[][] } };
beforeEach(() => {
    listening = vi.spyOn(globalThis, "addEventListener");
    vi.stubGlobal("Worker", ThreadWorker);
    served = new Response(election.text);
    vi.stubGlobal("fetch", (url: string) => {
        expect(url).toBe("/e/arkan/election.json");
        return served instanceof Error ? Promise.reject(served) : Promise.resolve(served.clone());
    });
    history.replaceState(null, "", "/e/arkan/open/");
});
afterEach(() => {
    // A page that was left hears nothing any more.
    for (const [type, listener] of listening.mock.calls) removeEventListener(type as string, listener as EventListener);
});
afterEach(() => vi.waitFor(() => expect(ThreadWorker.running).toBe(0)));

async function open(fragment = ""): Promise<void> {
    const html = template
        .slice(template.indexOf("<div id=\"opening\""), template.lastIndexOf("<section"))
        .replace("{% url 'election-file' election.slug %}", "/e/arkan/election.json")
        .replace("{{ election.fingerprint }}", election.fingerprint)
        .replace(/\{% translate ['"]([^'"]*)['"] %\}/g, "$1")
        .replace(/\{%.*?%\}/g, "");
    put(`<main>${html}</main>`);
    if (fragment !== "") history.replaceState(null, "", `/e/arkan/open/?x=1${fragment}`);
    await import("../../src/pages/open");
}

const shown = (): string[] => Array.from(document.querySelectorAll<HTMLElement>("[data-opening]:not([hidden])"), (one) => one.dataset["opening"] ?? "");
const verdict = (expected: string): Promise<void> => vi.waitFor(() => expect(shown()).toEqual([expected]), { timeout: 10_000 });

function submit(text: string): void {
    (at("#opening-code") as HTMLTextAreaElement).value = text;
    at("#opening-form").dispatchEvent(new Event("submit", { cancelable: true }));
}

test("the link shows the names of the election file, and is wiped from the address at once", async () => {
    await open(openingFragment(opening()));
    expect(location.href.endsWith("/e/arkan/open/?x=1")).toBe(true);
    expect(shown()).toEqual(["busy"]);
    await verdict("good");
    expect(at("#opening-answer").hidden).toBe(false);
    expect(at("#opening-choices").textContent).toBe("رقابتنامزد 0نامزد 2رقابتهیچ نامزدی انتخاب نشده است");
    const { ballot } = opening();
    expect(at("#opening-hash").textContent).toBe(`${ballot.slice(0, 4)}…${ballot.slice(-4)}${ballot}`);
    expect([localStorage.length, sessionStorage.length]).toEqual([0, 0]);
    expect(document.documentElement.outerHTML).not.toContain(opening().seed);
});

test("a blank vote is called so", async () => {
    await open(openingFragment(opening([[1, 0, 0, 0], [0, 1]])));
    await verdict("good");
    expect(at("#opening-choices").textContent).toBe("رقابترأی سفیدرقابتنامزد 1");
});

test.each([
    ["other names than were in it", { choices: [[0, 1, 0, 0], [0, 1]] }],
    ["more names than may be", { choices: [[0, 1, 1, 1], [0, 0]] }],
    ["another seed", { seed: "5f".repeat(32) }],
    ["another hash", { ballot: "B".repeat(42) + "A" }],
])("with %s it is refused, and no name is shown", async (_, lie) => {
    await open(openingFragment({ ...opening(), ...lie }));
    await verdict("different");
    expect(at("#opening-answer").hidden).toBe(true);
    expect(at("#opening-choices").textContent).toBe("");
});

test.each([
    ["cut short", openingFragment(opening()).slice(0, -9)],
    ["of another election's shape", openingFragment({ ...opening(), choices: [[0, 1]] })],
    ["nonsense", "#1.x"],
])("a link %s is called so", async (_, fragment) => {
    await open(fragment);
    expect(location.hash).toBe("");
    await verdict("malformed");
});

test("an anchor of the page is left alone", async () => {
    await open("#opening");
    expect([location.hash, shown()]).toEqual(["#opening", []]);
    expect(at("#opening-form").hidden).toBe(false);
});

test.each([
    ["the text", openingFragment(opening())],
    ["the whole link", ` https://vote.example/e/arkan/open/${openingFragment(opening())}\n`],
    ["the file's text", openingText(opening())],
])("%s may be pasted", async (_, text) => {
    await open();
    submit(text);
    await verdict("good");
});

test("the file may be chosen, or dropped onto the page; a large one is not read", async () => {
    await open();
    const file = new File([openingText(opening())], "ballot.json");
    Object.defineProperty(at("#opening-file"), "files", { value: [file] });
    at("#opening-file").dispatchEvent(new Event("change"));
    await verdict("good");
    const drop = new Event("drop", { cancelable: true });
    Object.assign(drop, { dataTransfer: { files: [new File(["{".repeat(100_001)], "ballot.json")] } });
    dispatchEvent(drop);
    expect(drop.defaultPrevented).toBe(true);
    await verdict("malformed");
});

test("a ballot of another election is told apart from a false one", async () => {
    await open();
    submit(openingText({ ...opening(), election: "B".repeat(42) + "A" }));
    await verdict("elsewhere");
});

test.each([
    ["no network", new TypeError("Failed to fetch")],
    ["a page of the server's", new Response("<h1>", { status: 503 })],
])("%s instead of the election file is told, and asking again works", async (_, answer) => {
    served = answer;
    await open(openingFragment(opening()));
    await verdict("unreachable");
    expect(location.hash).toBe("");
    served = new Response(election.text);
    // The address no longer has it; the field does.
    expect(at("#opening-form").hidden).toBe(false);
    at("#opening-form").dispatchEvent(new Event("submit", { cancelable: true }));
    await verdict("good");
    expect([at("#opening-form").hidden, (at("#opening-code") as HTMLTextAreaElement).value]).toEqual([true, ""]);
});

test("an election file that is none is not taken for a verdict about the ballot", async () => {
    served = new Response("<html>sign in to the network</html>");
    await open();
    submit(openingText(opening()));
    await verdict("failed");
});

test("the link tapped again while the page is open counts", async () => {
    await open();
    submit("nonsense");
    await verdict("malformed");
    location.hash = openingFragment(opening());
    dispatchEvent(new Event("hashchange"));
    await verdict("good");
    expect(location.hash).toBe("");
});
