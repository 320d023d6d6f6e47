// SPDX-License-Identifier: Apache-2.0
/**
 * The voting API (ARCHITECTURE.md §3): five calls, all of which may be repeated.
 *
 * A lost answer does not say whether the request arrived. Sealing or giving up the same hash, casting the same bytes and leaving have the
 * same effect twice as once, so each is sent again, with growing pauses, until an answer comes or the tries are used up.
 * The body is made once and repeated byte for byte.
 */
import type { SessionState } from "./session";

/** The server said no, with a code of the API; `message` is its sentence for the voter. */
export class Refusal extends Error {
    readonly code: string;

    constructor(code: string, message: string) {
        super(message);
        this.name = "Refusal";
        this.code = code;
    }
}

/** No answer of the API came: `network` when nothing came back, `server` when something else than an answer did. */
export class Unreachable extends Error {
    readonly kind: "network" | "server";

    constructor(kind: "network" | "server", message: string) {
        super(message);
        this.name = "Unreachable";
        this.kind = kind;
    }
}

/** Times are milliseconds since 1970. `sent` is the local mark at which the request that was answered went out. */
export interface SealAnswer {
    readonly vote_code: string;
    readonly now: number;
    readonly expires_at: number;
    readonly sent: number;
}

export interface StatusAnswer {
    readonly state: SessionState;
    readonly vote_code: string | null;
    readonly now: number;
    readonly expires_at: number;
    readonly election_ends_at: number;
    readonly last_cast_at: number;
    readonly sent: number;
}

/** How many sealed ballots this session has given up so far, and how many it may. */
export interface AuditAnswer {
    readonly audited: number;
    readonly most: number;
}

export interface CastAnswer {
    readonly tracker: string;
    readonly event: string;
    readonly receipt_url: string;
}

export interface VotingApi {
    /** `wanted` is asked before each new try: a ballot that was given up is not registered again over a later one. */
    seal(hash: string, publicCredential: string, wanted: () => boolean): Promise<SealAnswer>;
    /** One try only: the caller asks again by itself. */
    status(): Promise<StatusAnswer>;
    /** Once this is answered, the ballot of this hash can never be cast. */
    audit(hash: string): Promise<AuditAnswer>;
    cast(ballot: string): Promise<CastAnswer>;
    leave(): Promise<void>;
}

export interface ApiOptions {
    readonly urls: { readonly seal: string; readonly status: string; readonly audit: string; readonly cast: string; readonly leave: string };
    readonly csrf: string;
    readonly fetch: typeof fetch;
    /** Resolves after so many milliseconds. */
    readonly wait: (milliseconds: number) => Promise<void>;
    /** The local counter, for the clock. */
    readonly mark: () => number;
    readonly timeout?: number;
}

/** Pauses before the next try, in milliseconds: some twenty seconds of patience with the time-outs not counted. */
export const PAUSES = [500, 1_500, 3_000, 6_000, 10_000] as const;

/** A slow line needs its time: a ballot of 30 kB at 20 kbit/s takes 12 seconds. */
const TIMEOUT = 20_000;
const STATUS_TIMEOUT = 8_000;

const STATES: ReadonlySet<unknown> = new Set(["authenticated", "sealed", "confirmed", "cast", "expired", "superseded", "left"]);

type Fields = Readonly<Record<string, unknown>>;

export function votingApi(options: ApiOptions): VotingApi {
    const { urls, timeout = TIMEOUT } = options;

    async function persist<T>(url: string, body: Fields, read: (answer: Fields, sent: number) => T, wanted = () => true): Promise<T> {
        const text = JSON.stringify(body);
        for (const pause of PAUSES) {
            try {
                return await once(url, text, timeout, read);
            } catch (error) {
                if (!(error instanceof Unreachable) || !wanted()) throw error;
            }
            await options.wait(pause);
            if (!wanted()) throw new Unreachable("network", "given up");
        }
        return once(url, text, timeout, read);
    }

    async function once<T>(url: string, body: string | null, limit: number, read: (answer: Fields, sent: number) => T): Promise<T> {
        const abort = new AbortController();
        const timer = setTimeout(() => abort.abort(), limit);
        const sent = options.mark();
        try {
            const response = await options
                .fetch(url, {
                    method: body === null ? "GET" : "POST",
                    credentials: "same-origin",
                    cache: "no-store",
                    // A sign-in page of the network would answer for the server.
                    redirect: "error",
                    headers: {
                        Accept: "application/json",
                        ...(body === null ? {} : { "Content-Type": "application/json", "X-CSRFToken": options.csrf }),
                    },
                    body,
                    signal: abort.signal,
                })
                .catch((error: unknown) => {
                    throw new Unreachable("network", String(error));
                });
            const fields = await fieldsOf(response);
            if (response.ok && fields) return read(fields, sent);
            throw refusalOf(response.status, fields);
        } finally {
            clearTimeout(timer);
        }
    }

    return {
        seal: (hash, credential, wanted) =>
            persist(
                urls.seal,
                { ballot_hash: hash, credential },
                (answer, sent) => ({
                    vote_code: code(answer["vote_code"]),
                    now: integer(answer["now"]),
                    expires_at: integer(answer["expires_at"]),
                    sent,
                }),
                wanted,
            ),
        status: () =>
            once(urls.status, null, STATUS_TIMEOUT, (answer, sent) => ({
                state: sessionState(answer["state"]),
                vote_code: answer["vote_code"] === null || answer["vote_code"] === "" ? null : code(answer["vote_code"]),
                now: integer(answer["now"]),
                expires_at: integer(answer["expires_at"]),
                election_ends_at: integer(answer["election_ends_at"]),
                last_cast_at: integer(answer["last_cast_at"]),
                sent,
            })),
        audit: (hash) =>
            persist(urls.audit, { ballot_hash: hash }, (answer) => ({
                audited: integer(answer["audited"]),
                most: integer(answer["most"]),
            })),
        cast: (ballot) =>
            persist(urls.cast, { ballot }, (answer) => ({
                tracker: text(answer["tracker"]),
                event: text(answer["event"]),
                receipt_url: text(answer["receipt_url"]),
            })),
        leave: () => persist(urls.leave, {}, () => undefined),
    };
}

/** The answer's object; null when the body is not one, as when something between us and the server answered instead. */
async function fieldsOf(response: Response): Promise<Fields | null> {
    let body: string;
    try {
        body = await response.text();
    } catch (error) {
        // The line broke in the middle of the answer, or its time ran out.
        throw new Unreachable("network", String(error));
    }
    try {
        const value: unknown = JSON.parse(body);
        return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
    } catch {
        return null;
    }
}

function refusalOf(status: number, fields: Fields | null): Refusal | Unreachable {
    const error = fields?.["error"];
    if (status >= 500 || status === 429 || status === 408) return new Unreachable("server", `status ${status}`);
    if (typeof error === "object" && error !== null) {
        const { code, message } = error as Fields;
        if (typeof code === "string") return new Refusal(code, typeof message === "string" ? message : "");
    }
    // A page instead of an answer with "all is well" comes from the network, not from the server.
    return status < 300 ? new Unreachable("network", "not an answer of the server") : new Refusal("unexpected", `status ${status}`);
}

function wrong(what: string): Unreachable {
    return new Unreachable("server", `the answer's ${what} cannot be read`);
}

function code(value: unknown): string {
    if (typeof value === "string" && /^[0-9]{8}$/.test(value)) return value;
    throw wrong("code");
}

function integer(value: unknown): number {
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    throw wrong("number");
}

function text(value: unknown): string {
    if (typeof value === "string" && value !== "") return value;
    throw wrong("text");
}

function sessionState(value: unknown): SessionState {
    if (STATES.has(value)) return value as SessionState;
    throw wrong("state");
}
