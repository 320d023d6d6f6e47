// SPDX-License-Identifier: Apache-2.0
/**
 * Opens a challenged ballot on any device: makes it again from what the booth revealed and shows what was in it (protocol.md §14).
 *
 * 1. take the opening from the address's fragment, which browsers never send, and wipe it there; or from the field, or from a file
 * 2. fetch the election file
 * 3. make the ballot again in a worker and compare its hash
 * 4. show the names of the file, or that something else was in the ballot
 */
import { Malformed } from "../protocol/errors";
import { type Opening, parseFragment, parseOpening } from "../protocol/opening";
import { openSealer, SealingError } from "../sealing";

type Note = "busy" | "good" | "different" | "malformed" | "elsewhere" | "unreachable" | "failed";

interface Question {
    readonly question: string;
    readonly answers: readonly string[];
    readonly blank?: boolean;
}

/** Far more than any opening is. */
const LARGEST = 100_000;

const root = document.getElementById("opening");
const form = document.querySelector<HTMLFormElement>("#opening-form");
const field = document.querySelector<HTMLTextAreaElement>("#opening-code");
const chosen = document.querySelector<HTMLInputElement>("#opening-file");
const answer = document.getElementById("opening-answer");
let latest = 0;

function show(note: Note): void {
    for (const one of document.querySelectorAll<HTMLElement>("[data-opening]")) one.hidden = one.dataset["opening"] !== note;
    if (answer) answer.hidden = note !== "good";
    // What cannot be read or fetched can be tried again.
    if (form) form.hidden = note === "good" || note === "different" || note === "busy";
}

class Unreachable extends Error {}

async function electionText(): Promise<string> {
    const response = await fetch(root?.dataset["electionUrl"] ?? "", { credentials: "omit" }).catch(() => null);
    if (response?.ok !== true) throw new Unreachable();
    return response.text();
}

function read(text: string): Opening {
    const whole = text.trim();
    return whole.startsWith("{") ? parseOpening(whole) : parseFragment(whole, root?.dataset["fingerprint"] ?? "");
}

async function open(text: string): Promise<void> {
    const mine = ++latest;
    show("busy");
    let note: Note;
    try {
        const opening = read(text);
        note = opening.election === root?.dataset["fingerprint"] ? await remade(opening) : "elsewhere";
    } catch (error) {
        note = error instanceof Malformed ? "malformed" : error instanceof Unreachable ? "unreachable" : "failed";
    }
    if (mine !== latest) return;
    // The address no longer has it.
    if (field && note !== "malformed") field.value = note === "unreachable" || note === "failed" ? text : "";
    show(note);
}

/** (2) to (4) */
async function remade(opening: Opening): Promise<Note> {
    const election = await electionText();
    const sealer = await openSealer(new URL(/* @vite-ignore */ "worker.js", import.meta.url).href, election, "");
    try {
        await sealer.check(opening);
    } catch (error) {
        if (error instanceof SealingError && (error.code === "different" || error.code === "malformed")) return error.code;
        throw error;
    } finally {
        sealer.forget();
    }
    tell(opening, (JSON.parse(election) as { questions: readonly Question[] }).questions);
    return "good";
}

function element(name: string, text: string): HTMLElement {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
}

function tell({ ballot, choices }: Opening, questions: readonly Question[]): void {
    document.getElementById("opening-choices")?.replaceChildren(
        ...questions.flatMap(({ question, answers, blank = false }, index) => {
            const row = choices[index] ?? [];
            const names = answers.filter((_, place) => row[place + Number(blank)] === 1);
            const none = root?.dataset[blank && row[0] === 1 ? "labelBlank" : "labelNone"] ?? "";
            const list = document.createElement("ul");
            list.className = "rules";
            list.append(...names.map((name) => element("li", name)));
            return [element("h3", question), names.length > 0 ? list : element("p", none)];
        }),
    );
    // As the booth showed it, and then the whole.
    document.getElementById("opening-hash")?.replaceChildren(element("strong", `${ballot.slice(0, 4)}…${ballot.slice(-4)}`), element("div", ballot));
}

async function openFile(file: File | undefined): Promise<void> {
    if (!file) return;
    // What is no text of that size is no opening either.
    await open(file.size > LARGEST ? "" : await file.text());
}

/** (1) */
function take(): void {
    const { hash } = location;
    // Anchors of the page itself, such as that of the skip link.
    if (hash === "" || document.getElementById(hash.slice(1))) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    void open(hash);
}

if (form) form.hidden = false;
form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void open(field?.value ?? "");
});
chosen?.addEventListener("change", () => {
    void openFile(chosen.files?.[0]);
    // The same file chosen again is a change again.
    chosen.value = "";
});
for (const type of ["dragover", "drop"] as const) {
    addEventListener(type, (event) => {
        event.preventDefault();
        if (type === "drop") void openFile(event.dataTransfer?.files[0]);
    });
}
take();
// Tapping such a link again while this page is open changes the fragment only.
addEventListener("hashchange", take);
