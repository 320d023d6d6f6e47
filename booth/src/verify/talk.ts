// SPDX-License-Identifier: Apache-2.0
/** What the page and its workers say to each other. */
import type { Act, Acts } from "./judge";
import type { BallotRecord, BallotReport } from "./one-ballot";
import type { Progress } from "./audit";
import type { Check, Report } from "./report";

/** The first message to a worker: what it is to be. */
export type Role =
    | { readonly role: "hand"; readonly port: MessagePort }
    | { readonly role: "lead"; readonly archive: string; readonly tracker: string | undefined; readonly event: string; readonly ports: readonly MessagePort[] }
    | { readonly role: "ballot"; readonly record: BallotRecord; readonly tracker: string; readonly fingerprint: string };

/** What the lead, or whoever checks one ballot, tells the page. */
export type Said =
    | { readonly kind: "progress"; readonly progress: Progress }
    | { readonly kind: "check"; readonly check: Check }
    | { readonly kind: "report"; readonly report: Report }
    | { readonly kind: "ballot"; readonly report: BallotReport }
    | { readonly kind: "broken"; readonly why: "network" | "device"; readonly message: string };

/** Between lead and hand. */
export interface Question {
    readonly id: number;
    readonly act: Act;
    readonly ask: Acts[Act]["ask"];
}
export type Reply = { readonly id: number; readonly answer: Acts[Act]["answer"] } | { readonly id: number; readonly error: string };
