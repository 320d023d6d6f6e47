// SPDX-License-Identifier: Apache-2.0
/**
 * The number in the picture, and the ways round it: another picture, the number read aloud, or work done by the device instead.
 * Without this script the picture and the sound still work by their own addresses.
 */
import { digits, write } from "./shared/time";

const form = document.querySelector<HTMLFormElement>("form[data-login]");
const picture = document.querySelector<HTMLImageElement>("[data-picture]");
const sound = document.querySelector<HTMLAnchorElement>("[data-sound]");
const another = document.querySelector<HTMLElement>("[data-another]");
const without = document.querySelector<HTMLElement>("[data-without]");
const status = document.querySelector<HTMLElement>("[data-work-status]");

function input(name: string): HTMLInputElement | null {
    return form?.querySelector<HTMLInputElement>(`input[name=${name}]`) ?? null;
}

async function json(address: string): Promise<unknown> {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
}

interface Picture {
    id: string;
    image: string;
    sound: string;
}

another?.addEventListener("click", (event) => {
    event.preventDefault();
    void json(another.dataset["another"] ?? "").then(
        (answer) => {
            const fresh = answer as Picture;
            const id = input("challenge");
            const typed = input("answer");
            if (id) id.value = fresh.id;
            if (picture) picture.src = fresh.image;
            if (sound) sound.href = fresh.sound;
            if (typed) {
                typed.value = "";
                typed.focus();
            }
        },
        () => location.reload(),
    );
});

sound?.addEventListener("click", (event) => {
    event.preventDefault();
    const typed = input("answer");
    void new Audio(sound.href).play().then(
        () => typed?.focus(),
        // This browser does not play it here: let it open the file.
        () => location.assign(sound.href),
    );
});

// ---- work instead of the picture: ALTCHA version 2 with PBKDF2

interface Work {
    parameters: { algorithm: string; cost: number; keyLength: number; keyPrefix: string; nonce: string; salt: string };
    signature: string;
}

/** No challenge of ours needs more; a server that asks for more than this is refused rather than obeyed for ever. */
const MOST = 5000;

/** Steps that one shown percent stands for. */
const EXPECTED = 1.6;

function bytes(hex: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function hex(data: ArrayBuffer): string {
    return Array.from(new Uint8Array(data), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Counts from 0 until PBKDF2(nonce and counter, salt) begins as asked. The key's own code runs outside this thread, so the page stays awake. */
async function solve({ parameters }: Work, progress: (done: number) => void): Promise<{ counter: number; derivedKey: string }> {
    const nonce = bytes(parameters.nonce);
    const derivation = { name: "PBKDF2", hash: "SHA-256", salt: bytes(parameters.salt), iterations: parameters.cost };
    const password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    for (let counter = 0; counter < MOST; counter++) {
        new DataView(password.buffer).setUint32(nonce.length, counter);
        const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
        const derivedKey = hex(await crypto.subtle.deriveBits(derivation, key, parameters.keyLength * 8));
        if (derivedKey.startsWith(parameters.keyPrefix)) return { counter, derivedKey };
        progress(counter);
    }
    throw new Error("no number solves it");
}

function say(word: string, percent = 0): void {
    if (!status) return;
    status.hidden = false;
    write(status, (status.getAttribute(`data-${word}`) ?? "").replace("%", digits(percent)));
}

async function work(): Promise<void> {
    // WebCrypto is there only over https (and on this very machine).
    if (!("subtle" in crypto)) {
        say("unable");
        return;
    }
    say("working");
    try {
        const task = (await json(without?.dataset["without"] ?? "")) as Work;
        const solution = await solve(task, (done) => say("working", Math.min(99, Math.round(done / EXPECTED))));
        const proof = input("work");
        if (proof) proof.value = btoa(JSON.stringify({ challenge: task, solution }));
        input("answer")?.removeAttribute("required");
        document.querySelector<HTMLElement>("[data-pictured]")?.setAttribute("hidden", "");
        say("ready");
    } catch {
        say("failed");
    }
}

if (without) without.hidden = false;
without?.addEventListener("click", (event) => {
    event.preventDefault();
    if (without.getAttribute("aria-disabled") === "true") return;
    without.setAttribute("aria-disabled", "true");
    void work().finally(() => without.setAttribute("aria-disabled", "false"));
});

// One click, one attempt: a second one would count against the limits.
form?.addEventListener("submit", (event) => {
    if (form.dataset["sent"]) event.preventDefault();
    form.dataset["sent"] = "1";
    setTimeout(() => delete form.dataset["sent"], 5000);
});
