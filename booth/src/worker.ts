// SPDX-License-Identifier: Apache-2.0
/**
 * The worker: all that is secret in casting a vote happens here (architecture.md §2, protocol.md §5.2, §7).
 *
 * It answers the four questions of sealing.ts, one after the other. What leaves it is public: the public credential, a hash, a code,
 * a signed ballot. Numbers cannot be wiped in JavaScript; the page ends the worker instead, and with it its whole heap.
 */
import "./old-browsers";
import { sealBallot, type SealedBallot, signBallot } from "./protocol/ballot";
import { type Bases, makeBases } from "./protocol/bases";
import { type CredentialKey, CredentialShape, deriveCredential, normaliseCredential } from "./protocol/credential";
import { type Election, parseElection } from "./protocol/election";
import { ArithmeticFault, SandoghError } from "./protocol/errors";
import { tracker } from "./protocol/tracker";
import { voteCode } from "./protocol/vote-code";
import type { Acts, Reply, Request, SealingCode, ShapeReason } from "./sealing";

/** What this file uses of DedicatedWorkerGlobalScope, whose types exclude those of a page. */
interface Scope {
    onmessage: ((event: MessageEvent<Request>) => void) | null;
    postMessage(message: Reply): void;
}
const scope = self as unknown as Scope;

class OutOfOrder extends Error {}

let election: Election | undefined;
let session = "";
let tables: Bases<unknown> | undefined;
let key: CredentialKey | undefined;
let sealed: SealedBallot | undefined;
let signed: string | undefined;

function known<T>(value: T | undefined, what: string): T {
    if (value === undefined) throw new OutOfOrder(`asked before ${what}`);
    return value;
}

/** The tables of powers, made at the first use. */
const bases = (): Bases<unknown> => (tables ??= makeBases(known(election, "open")));

function open(ask: Acts["open"]["ask"]): null {
    election = parseElection(ask.election);
    session = ask.session;
    // The voter reads the first race meanwhile; a question that comes earlier makes them itself.
    setTimeout(bases, 0);
    return null;
}

function credential({ typed }: Acts["credential"]["ask"]): Acts["credential"]["answer"] {
    const { uuid, group } = known(election, "open");
    // A new credential invalidates what was made with another.
    sealed = signed = key = undefined;
    key = deriveCredential(normaliseCredential(typed), uuid, group, bases().g);
    return { public: key.public };
}

function seal({ choices }: Acts["seal"]["ask"], id: number): Acts["seal"]["answer"] {
    sealed = signed = undefined;
    const holder = known(key, "credential").public;
    const onProgress = (done: number, total: number): void => scope.postMessage({ id, kind: "progress", done, total });
    sealed = sealBallot(known(election, "open"), bases(), holder, choices, { onProgress });
    return { hash: sealed.hash, code: voteCode(session, sealed.hash) };
}

function sign(): Acts["sign"]["answer"] {
    // Asked again after a broken connection, the same bytes: a second signature would be another ballot.
    signed ??= signBallot(bases(), known(key, "credential"), known(sealed, "seal"));
    return { ballot: signed, tracker: tracker(signed) };
}

function answer(request: Request): Acts[keyof Acts]["answer"] {
    switch (request.act) {
        case "open":
            return open(request.ask);
        case "credential":
            return credential(request.ask);
        case "seal":
            return seal(request.ask, request.id);
        case "sign":
            return sign();
    }
}

/** The page's word for an error. */
function codeOf(error: unknown, act: Request["act"]): SealingCode {
    if (error instanceof CredentialShape) return "credential_shape";
    if (error instanceof OutOfOrder) return "order";
    if (error instanceof ArithmeticFault) return "arithmetic";
    if (error instanceof SandoghError && act === "open") return "election";
    if (error instanceof SandoghError && act === "seal") return "choices";
    return "worker";
}

scope.onmessage = ({ data }) => {
    try {
        scope.postMessage({ id: data.id, kind: "answer", answer: answer(data) });
    } catch (error) {
        const reason: ShapeReason | undefined = error instanceof CredentialShape ? error.reason : undefined;
        const message = error instanceof Error ? error.message : "unknown";
        scope.postMessage({ id: data.id, kind: "error", code: codeOf(error, data.act), message, reason });
    }
};
