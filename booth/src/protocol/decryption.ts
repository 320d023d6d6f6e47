// SPDX-License-Identifier: Apache-2.0
/** Partial decryptions: each trustee takes its part of the key off the tally, and proves it, protocol.md §10.1. */
import { fields, type Json, list, loads } from "./canonical";
import type { Election } from "./election";
import { textOf } from "./encoding";
import { VerificationError, within } from "./errors";
import { groupHash } from "./hash";
import { parseProof } from "./proofs";
import type { Rows } from "./tally";
import type { Member } from "./trustees";

const SECTION = "§10.1";

/** A factor for each ciphertext of the tally, in its shape; the proofs were checked. */
export interface PartialDecryption<E> {
    readonly owner: number;
    readonly factors: readonly (readonly E[])[];
}

/**
 * Raise unless this trustee decrypted this very tally, protocol.md §10.1.
 *
 * 1. one factor and one proof per ciphertext, in the tally's shape
 * 2. every factor a member of the group
 * 3. every proof holds for this election, this trustee, this ciphertext
 */
export function checkPartialDecryption<E>(data: Uint8Array, { group, fingerprint }: Election<E>, rows: Rows<E>, trustee: Member<E>): PartialDecryption<E> {
    const what = "partial decryption";
    const value = fields(loads(textOf(data, SECTION, what), SECTION), ["decryption_factors", "decryption_proofs"], SECTION, what);
    // (1) Shape first: a short answer must not pass by going through the shorter list.
    const shaped = (field: Json | undefined, name: string): readonly (readonly Json[])[] => {
        const outer = list(field, SECTION, name, rows.length);
        return rows.map((row, i) => within(`question ${i + 1}`, () => list(outer[i], SECTION, name, row.length)));
    };
    const written = shaped(value["decryption_factors"], "decryption factors");
    const proofs = shaped(value["decryption_proofs"], "decryption proofs");
    const factors = rows.map((row, i) =>
        row.map(({ alpha }, j) =>
            within(`question ${i + 1}, answer ${j + 1}`, () => {
                // (2)
                const factor = group.parse(written[i]?.[j], SECTION, "decryption factor");
                // (3)
                const { challenge, response } = parseProof(proofs[i]?.[j], group.q, SECTION, "decryption proof");
                const ofKey = group.multiply(group.power(group.generator, response), group.power(trustee.key, challenge));
                const ofAlpha = group.multiply(group.power(alpha, response), group.power(factor, challenge));
                const prefix = `decrypt|${fingerprint}|${trustee.publicKey}|`;
                if (groupHash(prefix, group.serialise([ofKey, ofAlpha]), group.q) !== challenge) {
                    throw new VerificationError(SECTION, "the decryption proof does not hold");
                }
                return factor;
            }),
        ),
    );
    return { owner: trustee.number, factors };
}
