// SPDX-License-Identifier: Apache-2.0
/**
 * The worker: all that is secret in casting a vote happens here (ARCHITECTURE.md §3, protocol.md §5.2, §7).
 *
 * It answers the questions of sealing.ts, one after the other. What leaves it is public: the public credential, a hash, a code, a signed
 * ballot; or, instead of that signature, how a ballot was made that will never be cast. Numbers cannot be wiped in JavaScript; the page ends the worker instead, and with it its whole heap.
 */
import { Custody, OutOfOrder } from "./custody";
import { type Bases, makeBases } from "./protocol/bases";
import { type CredentialKey, CredentialShape, deriveCredential, normaliseCredential } from "./protocol/credential";
import { type Election, parseElection } from "./protocol/election";
import { ArithmeticFault, Malformed, SandoghError, VerificationError } from "./protocol/errors";
import type { Group } from "./protocol/group";
import { checkOpening } from "./protocol/opening";
import { tracker } from "./protocol/tracker";
import { voteCode } from "./protocol/vote-code";
import type { Acts, Reply, Request, SealingCode, ShapeReason } from "./sealing";

/** What this file uses of DedicatedWorkerGlobalScope, whose types exclude those of a page. */
interface Scope {
    onmessage: ((event: MessageEvent<Request>) => void) | null;
    postMessage(message: Reply): void;
}
const scope = self as unknown as Scope;

let own: Group<unknown>;
let election: Election | undefined;
let session = "";
let tables: Bases<unknown> | undefined;
let key: CredentialKey | undefined;
let custody: Custody<unknown> | undefined;

function known<T>(value: T | undefined, what: string): T {
    if (value === undefined) throw new OutOfOrder(`asked before ${what}`);
    return value;
}

/** The tables of powers, made at the first use. */
const bases = (): Bases<unknown> => (tables ??= makeBases(known(election, "open")));

function open(ask: Acts["open"]["ask"]): null {
    election = parseElection(ask.election, (name) => {
        if (name !== own.name) throw new Malformed("§3.1", `the group ${JSON.stringify(name)}, not ${own.name}`);
        return own;
    });
    session = ask.session;
    // The voter reads the first race meanwhile; a question that comes earlier makes them itself.
    setTimeout(bases, 0);
    return null;
}

function credential({ typed }: Acts["credential"]["ask"]): Acts["credential"]["answer"] {
    const { uuid, group } = known(election, "open");
    // A new credential invalidates what was made with another.
    custody = key = undefined;
    key = deriveCredential(normaliseCredential(typed), uuid, group, bases().g);
    return { public: key.public };
}

/** Tells the page how far a piece of work is. */
const progressOf =
    (id: number) =>
    (done: number, total: number): void =>
        scope.postMessage({ id, kind: "progress", done, total });

function seal({ choices }: Acts["seal"]["ask"], id: number): Acts["seal"]["answer"] {
    custody = undefined;
    const { hash } = (custody = Custody.seal(known(election, "open"), bases(), known(key, "credential"), choices, progressOf(id)));
    return { hash, code: voteCode(session, hash) };
}

function sign(): Acts["sign"]["answer"] {
    const ballot = known(custody, "seal").sign();
    return { ballot, tracker: tracker(ballot) };
}

function check(opening: Acts["check"]["ask"], id: number): null {
    checkOpening(known(election, "open"), bases(), opening, progressOf(id));
    return null;
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
        case "reveal":
            return known(custody, "seal").reveal();
        case "check":
            return check(request.ask, request.id);
    }
}

/** The page's word for an error. */
function codeOf(error: unknown, act: Request["act"]): SealingCode {
    if (error instanceof CredentialShape) return "credential_shape";
    if (error instanceof OutOfOrder) return "order";
    if (error instanceof ArithmeticFault) return "arithmetic";
    if (error instanceof SandoghError && act === "open") return "election";
    if (error instanceof SandoghError && act === "seal") return "choices";
    if (error instanceof SandoghError && act === "check") return error instanceof VerificationError ? "different" : "malformed";
    return "worker";
}

/** Answer the page, for elections in one group: each has a script of its own, so that nobody downloads the other's arithmetic. */
export function serve(group: Group<unknown>): void {
    own = group;
    scope.onmessage = ({ data }) => {
        try {
            scope.postMessage({ id: data.id, kind: "answer", answer: answer(data) });
        } catch (error) {
            const reason: ShapeReason | undefined = error instanceof CredentialShape ? error.reason : undefined;
            const message = error instanceof Error ? error.message : "unknown";
            scope.postMessage({ id: data.id, kind: "error", code: codeOf(error, data.act), message, reason });
        }
    };
}
