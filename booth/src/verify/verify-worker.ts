// SPDX-License-Identifier: Apache-2.0
/**
 * The workers of the check in the visitor's browser: one lead reads the archive and keeps the books (audit.ts), hands check the ballots
 * (judge.ts). Each learns from its first message which it is. Everything here is public data; there is nothing to hide.
 */
import "../old-browsers";
import { audit, type Source } from "./audit";
import { Crew, type Hand } from "./crew";
import { type Act, type Acts, Judge } from "./judge";
import { checkOneBallot } from "./one-ballot";
import type { Question, Reply, Role, Said } from "./talk";

/** What this file uses of DedicatedWorkerGlobalScope, whose types exclude those of a page. */
interface Scope {
    onmessage: ((event: MessageEvent<Role>) => void) | null;
    postMessage(message: Said): void;
}
const scope = self as unknown as Scope;

/** The archive did not come, or broke off on its way. */
class NoArchive extends Error {}

/** A hand at the other end of a port. */
class DistantHand implements Hand {
    private next = 0;
    private readonly open = new Map<number, { readonly keep: (answer: Acts[Act]["answer"]) => void; readonly fail: (error: Error) => void }>();

    constructor(private readonly port: MessagePort) {
        port.onmessage = ({ data }: MessageEvent<Reply>) => {
            const waiting = this.open.get(data.id);
            this.open.delete(data.id);
            if ("error" in data) waiting?.fail(new Error(data.error));
            else waiting?.keep(data.answer);
        };
    }

    do<A extends Act>(act: A, ask: Acts[A]["ask"]): Promise<Acts[A]["answer"]> {
        const id = this.next++;
        const question: Question = { id, act, ask };
        return new Promise<Acts[A]["answer"]>((keep, fail) => {
            this.open.set(id, { keep: (answer) => keep(answer), fail });
            this.port.postMessage(question, buffersOf(ask));
        });
    }
}

/** The bytes of ballots go over without being copied. */
function buffersOf(ask: Acts[Act]["ask"]): ArrayBuffer[] {
    const bytes = ask === null ? [] : "ballots" in ask ? ask.ballots : "ballot" in ask ? [ask.ballot] : [];
    return bytes.map(({ buffer }) => buffer as ArrayBuffer);
}

function serve(port: MessagePort): void {
    const judge = new Judge();
    port.onmessage = ({ data: { id, act, ask } }: MessageEvent<Question>) => {
        let reply: Reply;
        try {
            reply = { id, answer: judge.do(act, ask) };
        } catch (error) {
            reply = { id, error: String(error) };
        }
        port.postMessage(reply);
    };
}

/** The archive piece by piece; where the browser cannot stream it, in one. */
const archiveAt = (address: string): Source => ({
    async *pieces() {
        const response = await fetch(address, { cache: "no-store" }).catch((error: unknown) => {
            throw new NoArchive(String(error));
        });
        if (!response.ok) throw new NoArchive(`status ${response.status}`);
        // Old browsers have no body to read from.
        const body = response.body as ReadableStream<Uint8Array> | null | undefined;
        if (body === null || body === undefined) {
            yield new Uint8Array(await response.arrayBuffer());
            return;
        }
        const reader = body.getReader();
        for (;;) {
            const { done, value } = await reader.read().catch((error: unknown) => {
                throw new NoArchive(String(error));
            });
            if (done) return;
            yield value;
        }
    },
});

async function lead({ archive, tracker, event, ports }: Extract<Role, { role: "lead" }>): Promise<void> {
    const crew = new Crew(ports.map((port) => new DistantHand(port)));
    const report = await audit(archiveAt(archive), crew, {
        ...(tracker === undefined ? {} : { tracker }),
        event,
        progress: (progress) => scope.postMessage({ kind: "progress", progress }),
        settled: (check) => scope.postMessage({ kind: "check", check }),
    });
    scope.postMessage({ kind: "report", report });
}

function broken(error: unknown): void {
    scope.postMessage({ kind: "broken", why: error instanceof NoArchive ? "network" : "device", message: String(error) });
}

scope.onmessage = ({ data }) => {
    if (data.role === "hand") serve(data.port);
    else if (data.role === "lead") lead(data).catch(broken);
    else {
        try {
            scope.postMessage({ kind: "ballot", report: checkOneBallot(data.record, data.tracker, data.fingerprint) });
        } catch (error) {
            broken(error);
        }
    }
};
