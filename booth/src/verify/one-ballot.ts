// SPDX-License-Identifier: Apache-2.0
/**
 * One ballot, from what the server says of it: that it is on the board, and that its proofs hold, protocol.md §7, §11.
 *
 * Nothing of the answer is believed: what is hashed here must have the hashes that were named before. That the row stays where it is,
 * and that it was counted, is what the check of the whole board tells.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Member } from "../protocol/archive";
import { openBallot } from "../protocol/check";
import { parseCredentials, weights } from "../protocol/credentials";
import { type Election, parseElection } from "../protocol/election";
import { base64, hex, utf8 } from "../protocol/encoding";
import { Malformed, SandoghError, VerificationError } from "../protocol/errors";
import { checkLayout, parseEvent } from "../protocol/events";
import { publicGroupNamed } from "./arithmetic/groups";
import { type Finding, findingOf, type Outcome } from "./report";

/** An event's body and its data members, as texts. */
export interface RecordTexts {
    readonly event: string;
    readonly members: readonly string[];
}

/** What the server answers about a tracker: the ballot's event, and Setup. */
export interface BallotRecord {
    readonly ballot: RecordTexts;
    readonly setup: RecordTexts;
}

export type BallotStep = "tracker" | "row" | "election" | "credential" | "proofs";
export const BALLOT_STEPS: readonly BallotStep[] = ["tracker", "row", "election", "credential", "proofs"];

export interface BallotReport {
    readonly format: "sandogh-ballot-verification/1";
    readonly tracker: string;
    readonly height: number | undefined;
    readonly event: string | undefined;
    readonly fingerprint: string | undefined;
    readonly steps: readonly { readonly step: BallotStep; readonly outcome: Outcome; readonly finding: Finding | undefined }[];
    readonly holds: boolean;
}

const memberOf = (kind: "data" | "event", text: string): Member => {
    const data = utf8(text);
    return { kind, data, hash: hex(sha256(data)) };
};

/**
 * Check a ballot, protocol.md §7; the steps in order, none after the first that fails.
 *
 * 1. tracker: it is the digest of these very bytes (§7.6)
 * 2. row: the event is a ballot's and names these bytes (§11.3, §11.4)
 * 3. election: the file that Setup names, with the fingerprint that the page shows (§4.3)
 * 4. credential: the list that Setup names has it (§5.3)
 * 5. proofs: signature, and every proof (§7)
 */
export function checkOneBallot(record: BallotRecord, tracker: string, fingerprint: string): BallotReport {
    const found: { height?: number; event?: string; fingerprint?: string } = {};
    const steps: { step: BallotStep; outcome: Outcome; finding: Finding | undefined }[] = [];
    const members = record.ballot.members.map((text) => memberOf("data", text));
    const ballot = record.ballot.members[0] ?? "";
    let election: Election | undefined;
    let listed: ReadonlyMap<string, bigint> | undefined;
    const acts: Record<BallotStep, () => void> = {
        tracker() {
            if (base64(sha256(utf8(ballot))) !== tracker) throw new VerificationError("§7.6", "the tracker is not that of this ballot");
        },
        row() {
            const event = parseEvent(memberOf("event", record.ballot.event));
            if (event.type !== "Ballot") throw new VerificationError("§11.3", `the event is ${event.type}`);
            checkLayout(event, members);
            [found.height, found.event] = [event.height, event.hash];
        },
        election() {
            const event = parseEvent(memberOf("event", record.setup.event));
            if (event.type !== "Setup") throw new VerificationError("§11.3", `the first event is ${event.type}`);
            checkLayout(
                event,
                record.setup.members.map((text) => memberOf("data", text)),
            );
            election = parseElection(record.setup.members[0] ?? "", publicGroupNamed);
            found.fingerprint = election.fingerprint;
            if (election.fingerprint !== fingerprint) throw new VerificationError("§4.3", "another election than that of this page");
        },
        credential() {
            listed = weights(parseCredentials(utf8(record.setup.members[2] ?? "")));
            const named = /"credential":"([^"]*)"/.exec(ballot)?.[1] ?? "";
            if (!listed.has(named)) throw new VerificationError("§7.1", "a credential that is not listed");
        },
        proofs() {
            if (election === undefined || listed === undefined) throw new Malformed("§7", "nothing to check the ballot against");
            openBallot(ballot, election, listed);
        },
    };
    let holds = true;
    for (const step of BALLOT_STEPS) {
        let finding: Finding | undefined;
        if (holds) {
            try {
                acts[step]();
            } catch (error) {
                if (!(error instanceof SandoghError)) throw error;
                finding = findingOf(error);
            }
        }
        steps.push({ step, outcome: finding !== undefined ? "fails" : holds ? "holds" : "not checked", finding });
        holds &&= finding === undefined;
    }
    return {
        format: "sandogh-ballot-verification/1",
        tracker,
        height: found.height,
        event: found.event,
        fingerprint: found.fingerprint,
        steps,
        holds,
    };
}
