// SPDX-License-Identifier: Apache-2.0
/** What each check found, and what later ones may rest on, protocol.md §12.1; the twin of the Python verifier's audit. */
import { SandoghError } from "../protocol/errors";
import { type Check, type Finding, findingOf, type Outcome } from "./report";

/** The matter of a check has not happened yet, or lies outside the archive; the message says which. */
export class NothingToCheck extends Error {}

/** A check rests on others that did not hold or did not run. */
export class Unfounded extends Error {
    constructor(readonly numbers: readonly number[]) {
        super(`rests on ${numbers.join()}`);
    }
}

/** The plan: the numbers and names of the Python verifier, so that both reports read alike. */
export const PLAN: ReadonlyMap<number, { readonly name: string; readonly sections: string }> = new Map([
    [1, { name: "container and chain", sections: "§11" }],
    [2, { name: "event grammar", sections: "§12.2" }],
    [3, { name: "election file", sections: "§4.3" }],
    [4, { name: "trustees", sections: "§6" }],
    [5, { name: "credentials", sections: "§5" }],
    [6, { name: "ballots", sections: "§7" }],
    [7, { name: "encrypted tally", sections: "§8" }],
    [8, { name: "shuffles", sections: "§9" }],
    [9, { name: "partial decryptions", sections: "§10.1" }],
    [10, { name: "result", sections: "§10.3" }],
    [11, { name: "electoral roll", sections: "§12.1" }],
    [12, { name: "earlier copy", sections: "§12.7" }],
]);

/** Findings kept of one check; the rest is counted. A board of junk must not fill the memory of who looks at it. */
const KEPT = 1000;

export class Ledger {
    private readonly found = new Map<number, { findings: Finding[]; count: number }>();
    private readonly done = new Map<number, Check>();
    private readonly founded = new Set<number>();
    // Steps that found nothing to check yet, with the reason; and, for steps that did not run, the failed ones to blame.
    private readonly waiting = new Map<number, string>();
    private readonly blame = new Map<number, ReadonlySet<number>>();

    /** Called with each check as soon as it is settled. */
    constructor(private readonly settled: (check: Check) => void = () => undefined) {}

    /** Note something that does not hold; the place is put in front of the place that the refusal names. */
    refuse(number: number, refusal: SandoghError | Finding, where = ""): void {
        const finding = refusal instanceof SandoghError ? findingOf(refusal) : refusal;
        const entry = this.found.get(number) ?? { findings: [], count: 0 };
        entry.count += 1;
        const place = [where, finding.where].filter((part) => part !== "").join(", ");
        if (entry.findings.length < KEPT) entry.findings.push({ ...finding, where: place });
        this.found.set(number, entry);
    }

    /** Findings of a check so far. */
    refused(number: number): number {
        return this.found.get(number)?.count ?? 0;
    }

    /** Settle a check: `act` gives a note, refuses what is false, or throws what says why there is nothing to say. */
    async take(number: number, act: () => string | Promise<string>): Promise<void> {
        let note = "";
        let outcome: Outcome = "holds";
        try {
            note = await act();
        } catch (reason) {
            if (reason instanceof NothingToCheck) {
                note = reason.message;
                this.waiting.set(number, note);
                outcome = "not checked";
            } else if (reason instanceof Unfounded) {
                note = this.excuse(number, reason.numbers);
                outcome = "not checked";
            } else if (reason instanceof SandoghError) this.refuse(number, reason);
            else throw reason;
        }
        const { findings, count } = this.found.get(number) ?? { findings: [], count: 0 };
        if (count > 0) outcome = "fails";
        if (outcome === "holds" || (count > 0 && findings.every(({ truncated }) => truncated))) this.founded.add(number);
        const { name, sections } = PLAN.get(number) ?? { name: "", sections: "" };
        const check = { number, name, sections, outcome, note, findings, count };
        this.done.set(number, check);
        this.settled(check);
    }

    /** Why a step did not run: the checks that failed under it, or else what has not happened yet. */
    private excuse(number: number, numbers: readonly number[]): string {
        const blamed = new Set<number>();
        for (const under of numbers) {
            for (const each of this.blame.get(under) ?? (this.waiting.has(under) ? [] : [under])) blamed.add(each);
        }
        this.blame.set(number, blamed);
        if (blamed.size > 0) return `rests on check ${[...blamed].sort((a, b) => a - b).join(", ")}, which failed`;
        const reason = numbers.map((under) => this.waiting.get(under)).find((each) => each !== undefined) ?? "nothing to check yet";
        this.waiting.set(number, reason);
        return reason;
    }

    /** Whether a check held, or broke off without anything false. */
    sound(number: number): boolean {
        return this.founded.has(number);
    }

    /** Throw Unfounded unless all these checks are sound. */
    need(...numbers: number[]): void {
        const missing = numbers.filter((number) => !this.founded.has(number));
        if (missing.length > 0) throw new Unfounded(missing);
    }

    /** Every check of the plan, in order. */
    get checks(): Check[] {
        return [...this.done.values()].sort((a, b) => a.number - b.number);
    }
}

/** «1 ballot», «2 ballots». */
export const counted = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
