// SPDX-License-Identifier: Apache-2.0
/** The result: what the partial decryptions open, protocol.md §10.2, §10.3. Checking it needs no discrete logarithm. */
import { fields, list, loads } from "./canonical";
import type { PartialDecryption } from "./decryption";
import type { Election } from "./election";
import { textOf } from "./encoding";
import { VerificationError, within } from "./errors";
import type { Group } from "./group";
import { mod } from "./scalar";
import { bigCount } from "./shapes";
import { type EncryptedTally, rowLength } from "./tally";
import type { Item, Trustees } from "./trustees";

const SECTION = "§10.3";

/** λ_j = Π_{k≠j} (k-at)/(k-j) mod q for the members who decrypt, protocol.md §10.2. */
export function lagrange(indices: readonly number[], j: number, q: bigint, at = 0): bigint {
    let above = 1n;
    let below = 1n;
    for (const k of indices) {
        if (k === j) continue;
        above = mod(above * BigInt(k - at), q);
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

/** Partial decryptions, each to a power. */
type Shares<E> = readonly { readonly partial: PartialDecryption<E>; readonly exponent: bigint }[];

interface Present<E> {
    readonly index: number;
    readonly partial: PartialDecryption<E>;
}

/** Of a threshold group, the shares of these members at the index of another member, or at 0, where the key is, protocol.md §10.2. */
function sharesAt<E>(counted: readonly Present<E>[], at: number, q: bigint): Shares<E> {
    const indices = counted.map(({ index }) => index);
    return counted.map(({ index, partial }) => ({ partial, exponent: lagrange(indices, index, q, at) }));
}

/** The product of factors of one ciphertext. */
function combined<E>(group: Group<E>, shares: Shares<E>, row: number, cell: number): E {
    return shares.reduce((product, { partial, exponent }) => {
        const factor = partial.factors[row]?.[cell] ?? group.identity;
        return group.multiply(product, exponent === 1n ? factor : group.power(factor, exponent));
    }, group.identity);
}

/**
 * Whose factor counts, and to which power: a single trustee's, or those of the first T members in the order of their indices, §10.2.
 * What further members decrypted must agree with them: stricter than upstream, and what keeps a false factor out that has a proof.
 */
function shares<E>(group: Group<E>, item: Item<E>, partials: ReadonlyMap<number, PartialDecryption<E>>): Shares<E> {
    const present = item.members.flatMap(({ number, index }) => {
        const partial = partials.get(number);
        return partial === undefined ? [] : [{ number, index, partial }];
    });
    if (present.length < item.threshold) {
        const absent = item.members.filter(({ number }) => !partials.has(number)).map(({ number }) => number);
        throw new VerificationError("§10.2", `no partial decryption of trustee ${absent.join(", ")}, of whom ${item.threshold - present.length} must decrypt`);
    }
    const counted = present.slice(0, item.threshold);
    if (item.members.length === 1) return counted.map(({ partial }) => ({ partial, exponent: 1n }));
    for (const further of present.slice(item.threshold)) {
        const expected = sharesAt(counted, further.index, group.q);
        further.partial.factors.forEach((row, i) => {
            row.forEach((factor, j) => {
                if (group.equal(combined(group, expected, i, j), factor)) return;
                const numbers = counted.map(({ number }) => number).join(", ");
                within(`question ${i + 1}, answer ${j + 1}`, () => {
                    throw new VerificationError("§10.2", `the partial decryptions of trustees ${numbers} and of trustee ${further.number} contradict each other`);
                });
            });
        });
    }
    return sharesAt(counted, 0, group.q);
}

/**
 * Raise unless the result is what the partial decryptions open; the counts of each question, protocol.md §10.2, §10.3.
 *
 * 1. in form, with a count for each answer
 * 2. enough trustees decrypted, and those beyond the threshold alike
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
    const counted = trustees.items.flatMap((item) => shares(group, item, partials));
    // (3)
    counts.forEach((row, i) => {
        row.forEach((count, j) => {
            within(`question ${i + 1}, answer ${j + 1}`, () => {
                if (count > tally.totalWeight) throw new VerificationError(SECTION, `a count of ${count} is above the total weight ${tally.totalWeight}`);
                const beta = tally.rows[i]?.[j]?.beta ?? group.identity;
                const opened = combined(group, counted, i, j);
                // beta = g^r · F, so that nothing is inverted.
                if (!group.equal(beta, group.multiply(group.power(group.generator, count), opened))) {
                    throw new VerificationError(SECTION, `not ${count}, says the tally as the trustees opened it`);
                }
            });
        });
    });
    return counts;
}
