// SPDX-License-Identifier: Apache-2.0
/** The share of the work that can be done apart: checking ballots and credentials, and multiplying the ballots, protocol.md §5.3, §7, §8. */
import { openBallot } from "../protocol/check";
import { checkCredential, parseEntry, weights } from "../protocol/credentials";
import { type Election, parseElection } from "../protocol/election";
import { textOf } from "../protocol/encoding";
import { SandoghError } from "../protocol/errors";
import { emptyRows, multiplyRows, type Rows } from "../protocol/tally";
import { publicGroupNamed } from "./arithmetic/groups";
import { type Finding, findingOf } from "./report";

/** A ballot that holds, or the refusal. */
export type Judged =
    | { readonly credential: string; readonly weight: bigint; readonly refusal?: undefined }
    | { readonly refusal: Finding; readonly credential?: undefined };

/** A tally in its text form. */
export type RowTexts = readonly (readonly { readonly alpha: string; readonly beta: string }[])[];

/** What a hand is asked, and what it answers: all of it can be sent to a worker. */
export interface Acts {
    open: { readonly ask: { readonly election: string }; readonly answer: null };
    /** The entries of the list of credentials, whose membership is asked elsewhere. */
    list: { readonly ask: { readonly entries: readonly string[] }; readonly answer: null };
    /** For each entry of the list, what is wrong with it. */
    members: { readonly ask: { readonly entries: readonly string[] }; readonly answer: (Finding | null)[] };
    /** Each ballot judged; those that hold are multiplied into this hand's product. */
    ballots: { readonly ask: { readonly ballots: readonly Uint8Array[] }; readonly answer: Judged[] };
    /** Take a ballot out of the product that another of the same credential replaces. */
    replace: { readonly ask: { readonly ballot: Uint8Array }; readonly answer: null };
    product: { readonly ask: null; readonly answer: RowTexts };
}
export type Act = keyof Acts;

/** Does the acts, one after the other; it lives in a worker, or beside the audit in tests. */
export class Judge {
    private election: Election | undefined;
    private product: Rows<unknown> = [];
    private weights: ReadonlyMap<string, bigint> = new Map();

    do<A extends Act>(act: A, ask: Acts[A]["ask"]): Acts[A]["answer"];
    do(act: Act, ask: unknown): Acts[Act]["answer"] {
        switch (act) {
            case "open":
                return this.open((ask as Acts["open"]["ask"]).election);
            case "list":
                this.weights = weights((ask as Acts["list"]["ask"]).entries);
                return null;
            case "members":
                return (ask as Acts["members"]["ask"]).entries.map((entry) => this.member(entry));
            case "ballots":
                return (ask as Acts["ballots"]["ask"]).ballots.map((ballot) => this.ballot(ballot));
            case "replace":
                return this.replace((ask as Acts["replace"]["ask"]).ballot);
            case "product":
                return this.texts();
        }
    }

    private opened(): Election {
        if (this.election === undefined) throw new Error("asked before the election was opened");
        return this.election;
    }

    private open(text: string): null {
        this.election = parseElection(text, publicGroupNamed);
        const { group, publicKey } = this.election;
        // From here on powers of g and y come from tables.
        group.fixedBase(group.generator);
        group.fixedBase(publicKey);
        this.product = emptyRows(this.election);
        return null;
    }

    private member(entry: string): Finding | null {
        return refusalOf(() => checkCredential(parseEntry(entry).credential, this.opened().group)) ?? null;
    }

    private ballot(data: Uint8Array): Judged {
        let judged: Judged | undefined;
        const refusal = refusalOf(() => {
            const { credential, answers } = openBallot(textOf(data, "§7.1", "ballot"), this.opened(), this.weights);
            const weight = this.weights.get(credential) ?? 0n;
            this.product = multiplyRows(this.opened().group, this.product, answers, weight);
            judged = { credential, weight };
        });
        if (refusal !== undefined) return { refusal };
        if (judged === undefined) throw new Error("neither judged nor refused");
        return judged;
    }

    private replace(data: Uint8Array): null {
        const { credential, answers } = openBallot(textOf(data, "§7.1", "ballot"), this.opened(), this.weights);
        this.product = multiplyRows(this.opened().group, this.product, answers, -(this.weights.get(credential) ?? 0n));
        return null;
    }

    private texts(): RowTexts {
        const { group } = this.opened();
        return this.product.map((row) => {
            const texts = group.serialise(row.flatMap(({ alpha, beta }) => [alpha, beta]));
            return row.map((_, i) => ({ alpha: texts[2 * i] ?? "", beta: texts[2 * i + 1] ?? "" }));
        });
    }
}

function refusalOf(act: () => void): Finding | undefined {
    try {
        act();
    } catch (error) {
        if (error instanceof SandoghError) return findingOf(error);
        throw error;
    }
    return undefined;
}
