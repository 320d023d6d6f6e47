// SPDX-License-Identifier: Apache-2.0
/** The worker as it is built for voters, in a thread of Node, behind the face that browsers give a Worker. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker as Thread } from "node:worker_threads";

/** What Node lacks of a worker's global scope, without what the oldest browser lacks of Node's. */
const SCOPE = `
const { parentPort } = require("node:worker_threads");
globalThis.self = globalThis;
delete Object.hasOwn;
delete globalThis.structuredClone;
for (const type of [Array, String, Uint8Array, Object.getPrototypeOf(Uint8Array)]) {
    for (const name of ["at", "findLast", "toSorted", "toReversed", "with", "isWellFormed", "toHex"]) delete type.prototype[name];
}
for (const name of ["fromHex", "fromBase64"]) delete Uint8Array[name];
globalThis.postMessage = (message) => parentPort.postMessage(message);
parentPort.on("message", (data) => globalThis.onmessage({ data }));
`;

const folder = mkdtempSync(join(tmpdir(), "booth-worker-"));
// Vitest runs in the folder of the booth; a file with a document knows no other address.
execFileSync("node", ["build.mjs", "--only", "worker,worker-belenios-2048", "--out", folder]);
const built = new Map(["worker.js", "worker-belenios-2048.js"].map((name) => [name, readFileSync(join(folder, name), "utf8")]));
rmSync(folder, { recursive: true });

/** Everything that any worker of this file said to its page, as text. */
export const said: string[] = [];

export class ThreadWorker {
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onerror: ((event: { preventDefault: () => void }) => void) | null = null;
    onmessageerror: (() => void) | null = null;
    static running = 0;
    readonly #thread: Thread;

    /** An address of no script cannot be loaded; at "forbidden" the browser refuses at once. */
    constructor(url: string) {
        if (url.endsWith("forbidden")) throw new Error("SecurityError");
        this.#thread = new Thread(SCOPE + (built.get(url.split("/").pop() ?? "") ?? "throw new Error('no such script')"), { eval: true });
        ThreadWorker.running += 1;
        this.#thread.on("message", (data) => {
            said.push(JSON.stringify(data));
            this.onmessage?.({ data });
        });
        this.#thread.on("error", () => this.onerror?.({ preventDefault: () => undefined }));
        this.#thread.on("exit", () => (ThreadWorker.running -= 1));
    }

    postMessage(message: unknown): void {
        // A browser copies what it sends; so does Node.
        this.#thread.postMessage(message);
    }

    terminate(): void {
        void this.#thread.terminate();
    }
}
