// SPDX-License-Identifier: Apache-2.0
/** The result: what the partial decryptions open, protocol.md §10.2, §10.3. Checking it needs no discrete logarithm. */
import { fields, list, loads } from "./canonical";
import type { PartialDecryption } from "./decryption";
import type { Election } from "./election";
import { textOf } from "./encoding";
import { VerificationError, within } from "./errors";
import { mod } from "./scalar";
import { bigCount } from "./shapes";
import { type EncryptedTally, rowLength } from "./tally";
import type { Item, Trustees } from "./trustees";

const SECTION = "§10.3";

/** λ_j = Π_{k≠j} k/(k-j) mod q for the members who decrypt, protocol.md §10.2. */
export function lagrange(indices: readonly number[], j: number, q: bigint): bigint {
    let above = 1n;
    let below = 1n;
    for (const k of indices) {
        if (k === j) continue;
        above = mod(above * BigInt(k), q);
        below = mod(below * BigInt(k - j), q);
    }
    return mod(above * inverse(below, q), q);
}

/** a^(q-2) mod q. */
function inverse(a: bigint, q: bigint): bigint {
    let result = 1n;
    for (let [base, rest] = [mod(a, q), q - 2n]; rest > 0n; rest >>= 1n) {
        if (rest & 1n) result = (result * base) % q;
        base = (base * base) % q;
    }
    return result;
}

/** Whose factor counts, and to which power: a single trustee's, or those of the first T members in the order of their indices, §10.2. */
function shares<E>(item: Item<E>, partials: ReadonlyMap<number, PartialDecryption<E>>, q: bigint): { partial: PartialDecryption<E>; exponent: bigint }[] {
    const present = item.members.flatMap(({ number, index }) => {
        const partial = partials.get(number);
        return partial === undefined ? [] : [{ index, partial }];
    });
    if (present.length < item.threshold) {
        const absent = item.members.filter(({ number }) => !partials.has(number)).map(({ number }) => number);
        throw new VerificationError("§10.2", `no partial decryption of trustee ${absent.join(", ")}, of whom ${item.threshold - present.length} must decrypt`);
    }
    const counted = present.slice(0, item.threshold);
    if (item.members.length === 1) return counted.map(({ partial }) => ({ partial, exponent: 1n }));
    const indices = counted.map(({ index }) => index);
    return counted.map(({ index, partial }) => ({ partial, exponent: lagrange(indices, index, q) }));
}

/**
 * Raise unless the result is what the partial decryptions open; the counts of each question, protocol.md §10.2, §10.3.
 *
 * 1. in form, with a count for each answer
 * 2. enough trustees decrypted
 * 3. 0 <= r <= total weight, which upstream does not look at, and g^r = beta/F
 */
export function checkResult<E>(
    data: Uint8Array,
    { group, questions }: Election<E>,
    tally: EncryptedTally<E>,
    trustees: Trustees<E>,
    partials: ReadonlyMap<number, PartialDecryption<E>>,
): bigint[][] {
    // (1)
    const value = fields(loads(textOf(data, SECTION, "result"), SECTION), ["result"], SECTION, "result");
    const outer = list(value["result"], SECTION, "result", questions.length);
    const counts = questions.map((question, i) =>
        within(`question ${i + 1}`, () => list(outer[i], SECTION, "result of a question", rowLength(question)).map((count) => bigCount(count, SECTION, "count"))),
    );
    // (2)
    const counted = trustees.items.flatMap((item) => shares(item, partials, group.q));
    // (3)
    counts.forEach((row, i) => {
        row.forEach((count, j) => {
            within(`question ${i + 1}, answer ${j + 1}`, () => {
                if (count > tally.totalWeight) throw new VerificationError(SECTION, `a count of ${count} is above the total weight ${tally.totalWeight}`);
                const beta = tally.rows[i]?.[j]?.beta ?? group.identity;
                const opened = counted.reduce((product, { partial, exponent }) => {
                    const factor = partial.factors[i]?.[j] ?? group.identity;
                    return group.multiply(product, exponent === 1n ? factor : group.power(factor, exponent));
                }, group.identity);
                // beta = g^r · F, so that nothing is inverted.
                if (!group.equal(beta, group.multiply(group.power(group.generator, count), opened))) {
                    throw new VerificationError(SECTION, `not ${count}, says the tally as the trustees opened it`);
                }
            });
        });
    });
    return counts;
}
