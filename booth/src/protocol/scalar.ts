// SPDX-License-Identifier: Apache-2.0
/** Exponents: integers modulo q, and drawing them, protocol.md §2. */
import { hex, integer } from "./encoding";
import { hashBytes } from "./hash";

/** Draws a uniform integer below its argument. A parameter, so that tests can repeat a ballot; real ones use `draw`. */
export type Draw = (bound: bigint) => bigint;

/** The representative from 0 to q-1. */
export function mod(value: bigint, q: bigint): bigint {
    const rest = value % q;
    return rest < 0n ? rest + q : rest;
}

/**
 * A uniform scalar from bytes: bit_length(bound) bits of them, drawn again while they are not below the bound, protocol.md §2.
 *
 * The remainder of a division would favour small scalars.
 */
const drawFrom =
    (fill: (bytes: Uint8Array) => void): Draw =>
    (bound) => {
        const bits = bound.toString(2).length;
        const bytes = new Uint8Array(Math.ceil(bits / 8));
        for (;;) {
            fill(bytes);
            const value = BigInt.asUintN(bits, integer(bytes));
            bytes.fill(0);
            if (value < bound) return value;
        }
    };

/** Scalars from the browser's generator, protocol.md §2. */
export const draw: Draw = drawFrom((bytes) => void crypto.getRandomValues(bytes));

/** The scalars of a ballot that can be opened, from its seed of 64 hex digits: SHA(ballot-randomness|seed|0), SHA(ballot-randomness|seed|1) and so on. */
export function seededDraw(seed: string): Draw {
    let next = 0;
    let block = new Uint8Array(0);
    return drawFrom((bytes) => {
        for (let i = 0; i < bytes.length; i++) {
            if (block.length === 0) block = hashBytes(`ballot-randomness|${seed}|${next++}`);
            bytes[i] = block[0] ?? 0;
            block = block.subarray(1);
        }
    });
}

/** A fresh seed for one ballot: 32 bytes of the browser's generator as 64 lower-case hex digits. */
export const freshSeed = (): string => hex(crypto.getRandomValues(new Uint8Array(32)));
