// SPDX-License-Identifier: Apache-2.0
/** Checks 9 and 10: the partial decryptions and the result, protocol.md §10. */
import type { Member } from "../protocol/archive";
import { checkPartialDecryption, type PartialDecryption } from "../protocol/decryption";
import type { Election } from "../protocol/election";
import { SandoghError, VerificationError } from "../protocol/errors";
import { parseOwned } from "../protocol/events";
import { checkResult } from "../protocol/result";
import type { EncryptedTally } from "../protocol/tally";
import type { Trustees } from "../protocol/trustees";
import { counted, type Ledger } from "./ledger";
import type { QuestionResult } from "./report";

export type Partials = ReadonlyMap<number, PartialDecryption<unknown>>;

/** The valid ones by owner; each that is not in range, comes a second time or does not hold is told, protocol.md §10.1. */
export function partialDecryptions(
    published: readonly (readonly Member[])[],
    { election, tally, trustees, ledger }: { election: Election; tally: EncryptedTally<unknown>; trustees: Trustees<unknown>; ledger: Ledger },
): Partials {
    const partials = new Map<number, PartialDecryption<unknown>>();
    const owners = new Set<number>();
    published.forEach(([object, owned], i) => {
        if (object === undefined || owned === undefined) return;
        const { owner } = parseOwned(owned.data);
        try {
            const trustee = trustees.members[owner - 1];
            if (trustee === undefined) throw new VerificationError("§10.1", `there is no trustee ${owner} among ${trustees.members.length}`);
            if (owners.has(owner)) throw new VerificationError("§10.1", "a second one of the same trustee");
            owners.add(owner);
            partials.set(owner, checkPartialDecryption(object.data, election, tally.rows, trustee));
        } catch (error) {
            if (!(error instanceof SandoghError)) throw error;
            ledger.refuse(9, error, `partial decryption ${i + 1} (of trustee ${owner})`);
        }
    });
    return partials;
}

/** Whose partial decryptions are wanting, item by item; nothing when they are enough, protocol.md §10.2. */
export function missing({ items }: Trustees<unknown>, partials: Partials): string[] {
    return items.flatMap(({ threshold, members }) => {
        const absent = members.map(({ number }) => number).filter((number) => !partials.has(number));
        const short = threshold - (members.length - absent.length);
        if (short <= 0) return [];
        const listed = absent.join(", ");
        return [short === absent.length ? `trustee${short > 1 ? "s" : ""} ${listed}` : `${short} of the trustees ${listed}`];
    });
}

/** The note of check 9. */
export function decryptionNote(trustees: Trustees<unknown>, partials: Partials): string {
    const wanting = missing(trustees, partials);
    const needed = wanting.length > 0 ? `; still needed: ${wanting.join(", and ")}` : "";
    return `${partials.size} of ${counted(trustees.members.length, "trustee")}${needed}`;
}

/** The counts of the published result, which are what the decryptions open, protocol.md §10.3. */
export function countsOf(
    data: Uint8Array,
    election: Election,
    tally: EncryptedTally<unknown>,
    trustees: Trustees<unknown>,
    partials: Partials,
): QuestionResult[] {
    const counts = checkResult(data, election, tally, trustees, partials);
    return election.questions.map(({ question, answers, blank }, i) => ({
        question,
        // An explicit blank vote comes first, and has no name of its own.
        answers: [...(blank ? [""] : []), ...answers].map((answer, j) => ({ answer, count: Number(counts[i]?.[j] ?? 0n) })),
    }));
}
