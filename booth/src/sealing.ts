// SPDX-License-Identifier: Apache-2.0
/**
 * The page's side of the sealing: it asks, the worker does (ARCHITECTURE.md §3).
 *
 * The secret credential, the randomness of a ballot and the proofs exist in the worker alone; the page sees public values only,
 * and never freezes while they are computed.
 */

import type { Opening } from "./protocol/opening";

export type SealingCode =
    /** What was typed is no credential; `reason` says why. */
    | "credential_shape"
    /** The election file cannot be used by this booth. */
    | "election"
    /** The choices break a limit. */
    | "choices"
    /** Asked out of order: seal before credential, sign before seal, sign what was revealed or reveal what was signed. */
    | "order"
    /** A ballot made again from its opening is another one; or the opening does not fit the election at all. */
    | "different"
    | "malformed"
    /** A computation went wrong on this device; sealing again may help. */
    | "arithmetic"
    /** The sealer was told to forget. */
    | "forgotten"
    /** The worker could not be started or broke. */
    | "worker";

export type ShapeReason = "empty" | "length" | "characters";

export class SealingError extends Error {
    constructor(
        readonly code: SealingCode,
        message: string,
        readonly reason?: ShapeReason,
    ) {
        super(message);
        this.name = "SealingError";
    }
}

export interface Sealer {
    /** Take the typed credential; its secret stays inside. Rejects with `credential_shape`. */
    credential(typed: string): Promise<{ public: string }>;
    /** Encrypt and prove; 0 or 1 per answer, per question, in the election's order, after the blank flag where there is one. `code` is the vote code of this session. */
    seal(choices: number[][], onProgress?: (done: number, total: number) => void): Promise<{ hash: string; code: string }>;
    /** Sign the ballot sealed last. Asked again it answers the same bytes; never for a ballot that was revealed. */
    sign(): Promise<{ ballot: string; tracker: string }>;
    /** How the ballot sealed last was made; ask only once it can never be cast. Never for a ballot that was signed. */
    reveal(): Promise<Opening>;
    /** Make a ballot again from its opening. Rejects with `different` or `malformed`. Needs no credential. */
    check(opening: Opening, onProgress?: (done: number, total: number) => void): Promise<null>;
    /** End the worker and with it all that it knew. */
    forget(): void;
}

/** What the page may ask, and what each is answered. */
export interface Acts {
    open: { ask: { election: string; session: string }; answer: null };
    credential: { ask: { typed: string }; answer: { public: string } };
    seal: { ask: { choices: number[][] }; answer: { hash: string; code: string } };
    sign: { ask: null; answer: { ballot: string; tracker: string } };
    reveal: { ask: null; answer: Opening };
    check: { ask: Opening; answer: null };
}

export type Request = { [Act in keyof Acts]: { id: number; act: Act; ask: Acts[Act]["ask"] } }[keyof Acts];

export type Reply =
    | { id: number; kind: "answer"; answer: Acts[keyof Acts]["answer"] }
    | { id: number; kind: "progress"; done: number; total: number }
    | { id: number; kind: "error"; code: SealingCode; message: string; reason: ShapeReason | undefined };

interface Waiting {
    readonly resolve: (answer: Acts[keyof Acts]["answer"]) => void;
    readonly reject: (error: SealingError) => void;
    readonly onProgress: ((done: number, total: number) => void) | undefined;
}

/** The script for an election's group stands beside that of the other. The file is compact JSON, so that no text in it can look like the field. */
const scriptFor = (workerUrl: string, election: string): string =>
    election.includes('"group":"BELENIOS-2048"') ? workerUrl.replace(/[^/]*$/, "worker-belenios-2048.js") : workerUrl;

function start(workerUrl: string): Worker {
    try {
        return new Worker(workerUrl);
    } catch {
        // Browsers inside messengers may refuse workers at once instead of by an event.
        throw new SealingError("worker", "this browser starts no worker");
    }
}

/** Start a worker and give it the election; `workerUrl` is the address of worker.js. Rejects with `election` or `worker`. */
export async function openSealer(workerUrl: string, electionText: string, sessionId: string): Promise<Sealer> {
    const worker = start(scriptFor(workerUrl, electionText));
    const waiting = new Map<number, Waiting>();
    let last = 0;
    /** Set once the worker has ended: every later question is answered with it. */
    let ended: SealingError | undefined;

    const end = (error: SealingError): void => {
        ended ??= error;
        worker.terminate();
        for (const { reject } of waiting.values()) reject(ended);
        waiting.clear();
    };
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        const asked = waiting.get(data.id);
        if (asked === undefined) return;
        if (data.kind === "progress") {
            asked.onProgress?.(data.done, data.total);
            return;
        }
        waiting.delete(data.id);
        if (data.kind === "answer") asked.resolve(data.answer);
        else asked.reject(new SealingError(data.code, data.message, data.reason));
    };
    worker.onerror = (event) => {
        event.preventDefault();
        end(new SealingError("worker", "the worker did not start or broke"));
    };
    worker.onmessageerror = () => {
        end(new SealingError("worker", "a message to or from the worker was lost"));
    };

    function ask<Act extends keyof Acts>(act: Act, question: Acts[Act]["ask"], onProgress?: Waiting["onProgress"]): Promise<Acts[Act]["answer"]> {
        return new Promise((resolve, reject) => {
            if (ended !== undefined) {
                reject(ended);
                return;
            }
            last += 1;
            waiting.set(last, { resolve, reject, onProgress });
            worker.postMessage({ id: last, act, ask: question });
        });
    }

    try {
        await ask("open", { election: electionText, session: sessionId });
    } catch (error) {
        worker.terminate();
        throw error;
    }
    return {
        credential: (typed) => ask("credential", { typed }),
        seal: (choices, onProgress) => ask("seal", { choices }, onProgress),
        sign: () => ask("sign", null),
        reveal: () => ask("reveal", null),
        check: (opening, onProgress) => ask("check", opening, onProgress),
        forget: () => end(new SealingError("forgotten", "the sealer has forgotten everything")),
    };
}
