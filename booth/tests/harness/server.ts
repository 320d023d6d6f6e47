// SPDX-License-Identifier: Apache-2.0
/**
 * A voting server of one session, in memory: the network boundary of the booth's tests, and the harness behind HTTP.
 *
 * It keeps the rules of the real one that the booth depends on: the code comes from the registered hash, confirmation is for a code,
 * the same bytes twice are one vote. Ballots are checked with all their proofs. Faults are said in advance, one per call.
 */
import type { BoothData } from "../../src/data";
import { checkBallot, parseElection, SandoghError, tracker, voteCode } from "../../src/protocol";
import type { SessionState } from "../../src/session";

export interface Answer {
    readonly status: number;
    readonly body: string;
}

/** What happens to a call: it never arrives, its answer gets lost on the way back, or something else answers. */
export type Fault = "lost" | "answer_lost" | "error_500" | "page" | "busy" | { readonly refuse: string; readonly status: number };

export type Call = "seal" | "status" | "audit" | "cast" | "leave";

/** How many ballots a session may challenge. */
export const MOST = 3;

export class FakeServer {
    state: SessionState = "authenticated";
    hash: string | null = null;
    cast: string | null = null;
    /** Hashes that were challenged. */
    readonly challenged: string[] = [];
    expiresAt: number;
    electionEndsAt: number;
    lastCastAt: number;
    /** A server that answers another code than the ballot's. */
    lieAboutCode = false;
    lieAboutTracker = false;
    /** Every call that arrived, in order, with its body. */
    readonly arrived: { readonly call: Call; readonly body: string }[] = [];
    readonly faults: Partial<Record<Call, Fault[]>> = {};
    /** How many more times a call is answered "code_taken". */
    taken = 0;

    constructor(
        readonly data: BoothData,
        readonly now: () => number,
    ) {
        this.expiresAt = data.session.expires_at;
        this.electionEndsAt = data.election_ends_at;
        this.lastCastAt = data.last_cast_at;
    }

    get code(): string | null {
        return this.hash === null ? null : voteCode(this.data.session.id, this.hash);
    }

    /** The voter's text message arrived. */
    confirm(code: string | null = this.code): void {
        if (this.state === "sealed" && code === this.code) this.state = "confirmed";
    }

    count(call: Call): number {
        return this.arrived.filter((one) => one.call === call).length;
    }

    /** The answer, or null when none comes back. */
    handle(call: Call, body: string): Answer | null {
        const fault = this.faults[call]?.shift();
        if (fault === "lost") return null;
        if (fault === "busy") return { status: 503, body: "<h1>busy</h1>" };
        if (fault === "page") return { status: 200, body: "<html>sign in to the network</html>" };
        this.arrived.push({ call, body });
        if (fault === "error_500") return { status: 500, body: "<h1>error</h1>" };
        if (typeof fault === "object") return refusal(fault.refuse, fault.status);
        const answer = this.#answer(call, body);
        return fault === "answer_lost" ? null : answer;
    }

    #answer(call: Call, body: string): Answer {
        if (this.now() >= Math.min(this.expiresAt, this.lastCastAt) && this.state !== "cast") this.state = "expired";
        switch (call) {
            case "status":
                return ok({
                    state: this.state,
                    vote_code: this.#shown(),
                    now: this.now(),
                    expires_at: this.expiresAt,
                    election_ends_at: this.electionEndsAt,
                    last_cast_at: this.lastCastAt,
                });
            case "seal": {
                const over = this.#over();
                if (over) return over;
                if (this.taken > 0) {
                    this.taken -= 1;
                    return refusal("code_taken", 409);
                }
                const { ballot_hash, credential } = JSON.parse(body) as { ballot_hash: string; credential: string };
                if (credential !== this.data.session.public_credential) return refusal("wrong_credential", 403);
                if (this.challenged.includes(ballot_hash)) return refusal("audited", 409);
                if (ballot_hash !== this.hash) this.state = "sealed";
                this.hash = ballot_hash;
                return ok({ vote_code: this.#shown(), state: this.state, now: this.now(), expires_at: this.expiresAt });
            }
            case "audit": {
                const over = this.#over();
                if (over) return over;
                const { ballot_hash } = JSON.parse(body) as { ballot_hash: string };
                if (!this.challenged.includes(ballot_hash)) {
                    if (ballot_hash !== this.hash) return refusal("hash_mismatch", 409);
                    if (this.challenged.length >= MOST) return refusal("audit_limit", 409);
                    this.challenged.push(ballot_hash);
                    this.hash = null;
                    this.state = "authenticated";
                }
                return ok({ audited: this.challenged.length, most: MOST, state: this.state });
            }
            case "cast": {
                const { ballot } = JSON.parse(body) as { ballot: string };
                if (this.state === "cast") return ballot === this.cast ? this.#recorded(ballot) : refusal("already_cast", 409);
                const over = this.#over();
                if (over) return over;
                if (this.state !== "confirmed") return refusal("not_confirmed", 409);
                try {
                    const checked = checkBallot(ballot, parseElection(this.data.election), new Set([this.data.session.public_credential]));
                    if (this.challenged.includes(checked.hash)) return refusal("audited", 409);
                    if (checked.hash !== this.hash) return refusal("hash_mismatch", 409);
                } catch (error) {
                    if (error instanceof SandoghError) return refusal("invalid_ballot", 422);
                    throw error;
                }
                this.cast = ballot;
                this.state = "cast";
                return this.#recorded(ballot);
            }
            case "leave":
                this.state = "left";
                return ok({ state: "left" });
        }
    }

    #shown(): string | null {
        const { code } = this;
        return code !== null && this.lieAboutCode ? String((Number(code) + 1) % 100_000_000).padStart(8, "0") : code;
    }

    #over(): Answer | null {
        if (this.state === "superseded" || this.state === "expired" || this.state === "left") return refusal(this.state, 409);
        return this.state === "cast" ? refusal("already_cast", 409) : null;
    }

    #recorded(ballot: string): Answer {
        return ok({ tracker: this.lieAboutTracker ? tracker("other") : tracker(ballot), event: "ab".repeat(32), receipt_url: this.data.urls.receipt });
    }
}

/** The server as the booth's `fetch`: a lost call or answer is a network error, as in a browser. */
export function fetchFrom(server: FakeServer): typeof fetch {
    return async (input, init) => {
        const { urls } = server.data;
        const path = typeof input === "string" ? input : input instanceof URL ? input.pathname : input.url;
        const call = (["seal", "status", "audit", "cast", "leave"] as const).find((name) => urls[name] === path);
        if (!call) throw new Error(`the booth called ${path}`);
        await Promise.resolve();
        const body = init?.body;
        const answer = server.handle(call, typeof body === "string" ? body : "");
        if (init?.signal?.aborted === true || answer === null) throw new TypeError("Failed to fetch");
        return new Response(answer.body, { status: answer.status, headers: { "Content-Type": "application/json" } });
    };
}

function ok(value: unknown): Answer {
    return { status: 200, body: JSON.stringify(value) };
}

function refusal(code: string, status: number): Answer {
    return { status, body: JSON.stringify({ error: { code, message: `سامانه گفت: ${code}` } }) };
}
