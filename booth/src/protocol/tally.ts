// SPDX-License-Identifier: Apache-2.0
/** The encrypted tally: the product of the kept ballots, each as often as it weighs, protocol.md §8. */
import { fields, list, loads, string } from "./canonical";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Election, Question } from "./election";
import { hex, textOf } from "./encoding";
import { VerificationError, within } from "./errors";
import { parseSized } from "./events";
import type { Group } from "./group";
import type { Ciphertext } from "./proofs";
import { bigCount } from "./shapes";

/** A row of ciphertexts per question, protocol.md §8.2. */
export type Rows<E> = readonly (readonly Ciphertext<E>[])[];

export interface EncryptedTally<E> {
    readonly rows: Rows<E>;
    readonly numTallied: bigint;
    readonly totalWeight: bigint;
}

/** How many ciphertexts an answer to a question has: one per answer, preceded by the blank flag if there is one, protocol.md §7.2. */
export const rowLength = ({ answers, blank }: Question): number => answers.length + Number(blank);

/** The tally of nothing: identities, protocol.md §8.2. */
export const emptyRows = <E>({ group, questions }: Election<E>): Rows<E> =>
    questions.map((question) => Array.from({ length: rowLength(question) }, () => ({ alpha: group.identity, beta: group.identity })));

/** left · right^weight, place by place; a weight below 0 takes a ballot out again, protocol.md §8.2. */
export function multiplyRows<E>(group: Group<E>, left: Rows<E>, right: Rows<E>, weight = 1n): Rows<E> {
    const part = (element: E): E => {
        if (weight === 1n) return element;
        const power = group.power(element, weight < 0n ? -weight : weight);
        return weight < 0n ? group.inverse(power) : power;
    };
    return left.map((row, i) =>
        row.map((a, j) => {
            const b = right[i]?.[j];
            if (b === undefined) throw new Error("two tallies of different shapes");
            return { alpha: group.multiply(a.alpha, part(b.alpha)), beta: group.multiply(a.beta, part(b.beta)) };
        }),
    );
}

/** A published tally in form, protocol.md §8.2, §8.3; that it is the right one, `compareTallies` says. */
export function parseTally<E>(data: Uint8Array, sized: Uint8Array, { group, questions }: Election<E>): EncryptedTally<E> {
    const what = "encrypted tally";
    const value = list(loads(textOf(data, "§8.2", what), "§8.2"), "§8.2", what, questions.length);
    const rows = questions.map((question, i) =>
        within(`question ${i + 1}`, () =>
            list(value[i], "§8.2", what, rowLength(question)).map((cell) => {
                const ciphertext = fields(cell, ["alpha", "beta"], "§4.2", "ciphertext");
                return { alpha: group.parse(ciphertext["alpha"], "§4.2", "alpha"), beta: group.parse(ciphertext["beta"], "§4.2", "beta") };
            }),
        ),
    );
    const sizes = parseSized(sized);
    if (string(sizes["encrypted_tally"], "§8.3", "encrypted_tally") !== hex(sha256(data))) {
        throw new VerificationError("§8.3", "the sized tally names another encrypted tally");
    }
    return {
        rows,
        numTallied: bigCount(sizes["num_tallied"], "§8.3", "num_tallied"),
        totalWeight: bigCount(sizes["total_weight"], "§8.3", "total_weight"),
    };
}

/**
 * Every place where the published tally differs from the computed one; if there is none, the numbers that differ, protocol.md §8.2, §8.3.
 *
 * Upstream looks at the hash alone. A tally of other ballots has other numbers anyway, which are not told as well.
 */
export function compareTallies<E>(group: Group<E>, published: EncryptedTally<E>, computed: EncryptedTally<E>): VerificationError[] {
    const found: VerificationError[] = [];
    published.rows.forEach((row, i) => {
        row.forEach((cell, j) => {
            const expected = computed.rows[i]?.[j];
            if (expected !== undefined && group.equal(cell.alpha, expected.alpha) && group.equal(cell.beta, expected.beta)) return;
            const refusal = new VerificationError("§8.2", "the encrypted tally is not the product of the kept ballots");
            refusal.where = `question ${i + 1}, answer ${j + 1}`;
            found.push(refusal);
        });
    });
    const ciphertexts = found.length;
    const compare = (name: string, left: bigint, right: bigint): void => {
        if (left !== right && ciphertexts === 0) found.push(new VerificationError("§8.3", `${name} is ${left} where the kept ballots give ${right}`));
    };
    compare("num_tallied", published.numTallied, computed.numTallied);
    compare("total_weight", published.totalWeight, computed.totalWeight);
    return found;
}
