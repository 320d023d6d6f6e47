// SPDX-License-Identifier: Apache-2.0
/** What a verification found, check by check; the same form as the report of `sandogh verify --json`. */
import { type SandoghError, Truncated, Unsupported } from "../protocol/errors";

export type Outcome = "holds" | "fails" | "not checked";
export type Verdict = "valid" | "invalid" | "incomplete" | "unsupported";

/** Something that does not hold: the section of protocol.md it breaks, what, and where. */
export interface Finding {
    readonly section: string;
    readonly what: string;
    readonly where: string;
    /** Not false, but nothing that this program checks. */
    readonly unsupported: boolean;
    /** Not false, but cut off. */
    readonly truncated: boolean;
}

export const findingOf = (refusal: SandoghError): Finding => ({
    section: refusal.section,
    what: refusal instanceof Unsupported ? `${refusal.feature}: not checked by this program` : refusal.what,
    where: refusal.where,
    unsupported: refusal instanceof Unsupported,
    truncated: refusal instanceof Truncated,
});

/** One line of the report. `count` findings were made, of which `findings` has the first ones. */
export interface Check {
    readonly number: number;
    readonly name: string;
    readonly sections: string;
    readonly outcome: Outcome;
    readonly note: string;
    readonly findings: readonly Finding[];
    readonly count: number;
}

/** What the archive says of itself; a field is trustworthy once the check that fills it has held. */
export interface Facts {
    name?: string;
    uuid?: string;
    group?: string;
    fingerprint?: string;
    /** Type, height and hash of the last event; the hash stands for everything before it. */
    stage?: string;
    last_height?: number;
    last_event?: string;
    trustees_fingerprint?: string;
    credentials_fingerprint?: string;
    tally_fingerprint?: string;
    trustees?: number;
    credentials?: number;
    credentials_weight?: number;
    ballots?: number;
    kept?: number;
    kept_weight?: number;
    decryptions?: number;
    archive_bytes?: number;
}

export interface QuestionResult {
    readonly question: string;
    readonly answers: readonly { readonly answer: string; readonly count: number }[];
}

/** Where a ballot that was looked for stands. */
export interface Found {
    readonly height: number;
    readonly event: string;
    /** Whether its proofs hold; undefined when they could not be looked at. */
    readonly holds: boolean | undefined;
}

export interface Report {
    readonly format: "sandogh-verification/1";
    readonly program: "browser";
    readonly verdict: Verdict;
    /** Whether the election has come to its result, and the result holds. */
    readonly complete: boolean;
    readonly election: Facts;
    readonly checks: readonly Check[];
    readonly result: readonly QuestionResult[] | null;
    /** Whether the event that the page shows as the last is on the board that was checked; absent if none was given. */
    readonly page_event?: { readonly hash: string; readonly found: boolean };
    /** The ballot with the tracker that was asked for: null if it is not there; absent if none was asked for. */
    readonly sought?: { readonly tracker: string; readonly found: Found | null };
}

/** What the checks together say. Anything that this program cannot check keeps the archive from being called valid. */
export function verdictOf(checks: readonly Check[]): Verdict {
    const findings = checks.flatMap((check) => check.findings);
    if (findings.length === 0) return "valid";
    if (findings.every(({ truncated }) => truncated)) return "incomplete";
    return findings.every(({ unsupported, truncated }) => unsupported || truncated) ? "unsupported" : "invalid";
}
