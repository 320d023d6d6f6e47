// SPDX-License-Identifier: Apache-2.0
/** Checks 4 and 5: the trustees and the public credentials that Setup fixed, protocol.md §6, §5. */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Member } from "../protocol/archive";
import { dumps, type Json, loads } from "../protocol/canonical";
import { parseCredentials, parseEntry } from "../protocol/credentials";
import type { Election } from "../protocol/election";
import { base64, textOf, utf8 } from "../protocol/encoding";
import { SandoghError, VerificationError } from "../protocol/errors";
import { checkTrustees, type Trustees } from "../protocol/trustees";
import { type Crew, Line } from "./crew";
import { counted, type Ledger } from "./ledger";

/** Credentials handed over at once. */
const BATCH = 64;

/** b64(SHA(bytes)): what people compare. */
export const fingerprint = (data: Uint8Array): string => base64(sha256(data));

// ---- 4

/** The trustees whose keys are together the election's. Every one in error is told to the ledger, not only the first; then undefined. */
export function trusteeKeys(data: Uint8Array, { group, publicKey }: Election, ledger: Ledger): Trustees<unknown> | undefined {
    let trustees: Trustees<unknown>;
    try {
        trustees = checkTrustees(data, group);
    } catch (error) {
        if (!(error instanceof SandoghError)) throw error;
        refuseEachTrustee(data, error, { group }, ledger);
        return undefined;
    }
    if (!group.equal(trustees.electionKey, publicKey)) {
        throw new VerificationError("§6", "the election's public key is not the product of the trustees' keys");
    }
    return trustees;
}

/** Look at each entry of the list by itself; if none is wrong by itself, the list as a whole is. */
function refuseEachTrustee(data: Uint8Array, whole: SandoghError, { group }: Pick<Election, "group">, ledger: Ledger): void {
    let entries: readonly Json[] = [];
    try {
        const value = loads(textOf(data, "§6", "trustees"), "§6");
        if (Array.isArray(value)) entries = value as readonly Json[];
    } catch (error) {
        if (!(error instanceof SandoghError)) throw error;
    }
    entries.forEach((entry, i) => {
        try {
            checkTrustees(utf8(dumps([entry])), group);
        } catch (error) {
            if (!(error instanceof SandoghError)) throw error;
            // Its own numbering began at 1 again: the place in the list is what a reader can find.
            error.where = error.where.split(", ").slice(1).join(", ");
            ledger.refuse(4, error, `entry ${i + 1} of the list`);
        }
    });
    if (ledger.refused(4) === 0) ledger.refuse(4, whole);
}

/** «3 trustees, every one needed» or «6 trustees; needed: trustee 1 and 3 of the trustees 2 to 6». */
export function quorum({ items, members }: Trustees<unknown>): string {
    const number = counted(members.length, "trustee");
    if (items.every(({ threshold, members: own }) => threshold === own.length)) return `${number}, every one needed`;
    const wanted = items.map(({ threshold, members: own }) => {
        const [first, last] = [own[0]?.number ?? 0, own[own.length - 1]?.number ?? 0];
        return own.length === 1 ? `trustee ${first}` : `${threshold} of the trustees ${first} to ${last}`;
    });
    return `${number}; needed: ${wanted.join(" and ")}`;
}

// ---- 5

/** How many credentials there are, and what they weigh together. */
export interface Listed {
    readonly count: number;
    readonly weight: bigint;
    readonly note: string;
}

/** The public list: every entry in error is told; membership is computed by the crew, §5.3. If all hold, every hand gets the list. */
export async function publicCredentials(
    list: Member,
    { ledger, crew, progress }: { ledger: Ledger; crew: Crew; progress: (done: number) => void },
): Promise<Listed> {
    const entries = parseCredentials(list.data);
    let done = 0;
    const line = new Line<() => void>(crew.room, (finish) => finish());
    for (let first = 0; first < entries.length; first += BATCH) {
        const some = entries.slice(first, first + BATCH);
        await line.add(
            crew.any("members", { entries: some }).then((refusals) => () => {
                refusals.forEach((refusal, i) => {
                    if (refusal !== null) ledger.refuse(5, refusal, `credential ${first + i + 1}`);
                });
                done += some.length;
                progress(done);
            }),
        );
    }
    await line.finish();
    const weight = weigh(entries, ledger);
    if (ledger.refused(5) === 0) await crew.all("list", { entries });
    const weighing = weight === BigInt(entries.length) ? "" : `, weights together ${weight}`;
    return { count: entries.length, weight, note: `${counted(entries.length, "credential")}${weighing}, fingerprint ${fingerprint(list.data)}` };
}

/** The sum of the weights; refuses a credential that comes twice. */
function weigh(entries: readonly string[], ledger: Ledger): bigint {
    const seen = new Set<string>();
    let weight = 0n;
    entries.forEach((entry, i) => {
        try {
            const listed = parseEntry(entry);
            if (seen.has(listed.credential)) ledger.refuse(5, new VerificationError("§5.3", "listed twice"), `credential ${i + 1}`);
            seen.add(listed.credential);
            weight += listed.weight;
        } catch (error) {
            // Told by the hands already.
            if (!(error instanceof SandoghError)) throw error;
        }
    });
    return weight;
}
