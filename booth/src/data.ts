// SPDX-License-Identifier: Apache-2.0
/** What the server puts into the booth's page, and the check that the page shows the election that was sealed. */
import type { SessionState } from "./session";

export interface Candidate {
    readonly code: string;
    readonly name: string;
    readonly initials: string;
    readonly field: string;
    readonly city: string;
    readonly bio: string;
    readonly photo: string | null;
}

export interface Race {
    readonly id: string;
    readonly title: string;
    readonly min: number;
    readonly max: number;
    /** Whether «رأی سفید» is a choice of its own. */
    readonly blank: boolean;
    readonly seats_main: number;
    readonly seats_alternate: number;
    readonly order_note: string;
    readonly candidates: readonly Candidate[];
}

/** Times are milliseconds since 1970, races and candidates in the order of the election's questions and answers. */
export interface BoothData {
    /** The exact text of election.json. */
    readonly election: string;
    readonly slug: string;
    readonly title: string;
    readonly organisation: string;
    readonly races: readonly Race[];
    readonly voter: { readonly greeting: string; readonly mobile: string };
    readonly session: { readonly id: string; readonly public_credential: string; readonly state: SessionState; readonly expires_at: number };
    readonly now: number;
    readonly election_ends_at: number;
    readonly last_cast_at: number;
    readonly inbound_number: string;
    readonly support: readonly { readonly label: string; readonly value: string }[];
    readonly urls: {
        readonly seal: string;
        readonly status: string;
        readonly audit: string;
        readonly cast: string;
        readonly leave: string;
        readonly receipt: string;
        readonly landing: string;
        readonly login: string;
        /** With the origin, as it is read from a picture on another device. */
        readonly open: string;
    };
    readonly csrf: string;
    readonly language: string;
}

interface Question {
    /** The kind, of all but homomorphic questions. */
    readonly type?: string;
    readonly question: string;
    readonly answers: readonly string[];
    readonly min: number;
    readonly max: number;
    readonly blank?: boolean;
}

/**
 * What speaks against voting on this page: a kind of question that this booth cannot seal, or titles, limits or names that are not those
 * of the election file; null if nothing does.
 *
 * The ballot carries places, not names: a page that showed names in another order would turn a vote for one person into a vote for
 * another. The file is bound by its fingerprint, so it is the file that decides. The code follows a name to tell namesakes apart.
 */
export function objectionTo(races: readonly Race[], election: string): "kind" | "names_mismatch" | null {
    const { questions } = JSON.parse(election) as { questions: readonly Question[] };
    if (questions.some((question) => question.type !== undefined)) return "kind";
    const agrees =
        races.length === questions.length &&
        races.every((race, index) => {
            const question = questions[index];
            return (
                race.title === question?.question &&
                race.min === question.min &&
                race.max === question.max &&
                race.blank === (question.blank ?? false) &&
                race.candidates.length === question.answers.length &&
                race.candidates.every((candidate, place) => names(question.answers[place] ?? "", candidate))
            );
        });
    return agrees ? null : "names_mismatch";
}

function names(answer: string, { name, code }: Candidate): boolean {
    return answer === name || answer === `${name} (${code})`;
}
