// SPDX-License-Identifier: Apache-2.0
/** Exponents: integers modulo q, and drawing them, protocol.md §2. */
import { integer } from "./encoding";

/** Draws a uniform integer below its argument. A parameter, so that tests can repeat a ballot; real ones use `draw`. */
export type Draw = (bound: bigint) => bigint;

/** The representative from 0 to q-1. */
export function mod(value: bigint, q: bigint): bigint {
    const rest = value % q;
    return rest < 0n ? rest + q : rest;
}

/**
 * A uniform scalar from the browser's generator, protocol.md §2.
 *
 * bit_length(bound) random bits, drawn again while they are not below the bound: the remainder of a division would favour small scalars.
 */
export const draw: Draw = (bound) => {
    const bits = bound.toString(2).length;
    const bytes = new Uint8Array(Math.ceil(bits / 8));
    for (;;) {
        crypto.getRandomValues(bytes);
        const value = BigInt.asUintN(bits, integer(bytes));
        bytes.fill(0);
        if (value < bound) return value;
    }
};
