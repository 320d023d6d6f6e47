// SPDX-License-Identifier: Apache-2.0
/** Exponents: integers modulo q, and drawing them, protocol.md §2. */
import { integer } from "./encoding";

/** Fills with that many random bytes. A parameter, so that tests can repeat a ballot; real ones use the browser's generator. */
export type Random = (length: number) => Uint8Array;

export const browserRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** The representative from 0 to q-1. */
export function mod(value: bigint, q: bigint): bigint {
    const rest = value % q;
    return rest < 0n ? rest + q : rest;
}

/**
 * A uniform scalar: bit_length(q) random bits, drawn again while not below q, so that none is likelier, protocol.md §2.
 *
 * The bits are the lowest ones of a big-endian number of whole bytes.
 */
export function randomScalar(q: bigint, random: Random): bigint {
    const bits = q.toString(2).length;
    const length = Math.ceil(bits / 8);
    for (;;) {
        const bytes = random(length);
        const value = BigInt.asUintN(bits, integer(bytes));
        bytes.fill(0);
        if (value < q) return value;
    }
}
