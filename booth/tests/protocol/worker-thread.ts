// SPDX-License-Identifier: Apache-2.0
/** The built worker in a thread of Node, behind the face that browsers give a Worker. */
import { buildSync } from "esbuild";
import { fileURLToPath } from "node:url";
import { Worker as Thread } from "node:worker_threads";

const source = fileURLToPath(new URL("../../src/worker.ts", import.meta.url));

/** What Node lacks of a worker's global scope. */
const SCOPE = `
const { parentPort } = require("node:worker_threads");
globalThis.self = globalThis;
globalThis.postMessage = (message) => parentPort.postMessage(message);
parentPort.on("message", (data) => globalThis.onmessage({ data }));
`;

const built = buildSync({ entryPoints: [source], bundle: true, write: false, format: "iife", target: ["es2020", "chrome87"] }).outputFiles[0]!.text;

/** Everything that any worker of this file said to its page, as text. */
export const said: string[] = [];

export class ThreadWorker {
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onerror: ((event: { preventDefault: () => void }) => void) | null = null;
    onmessageerror: (() => void) | null = null;
    static running = 0;
    readonly #thread: Thread;

    /** An address that ends in "missing" is a script that cannot be loaded. */
    constructor(url: string) {
        this.#thread = new Thread(url.endsWith("missing") ? "throw new Error('no such script')" : SCOPE + built, { eval: true });
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
