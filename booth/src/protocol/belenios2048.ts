// SPDX-License-Identifier: Apache-2.0
/**
 * The group BELENIOS-2048, protocol.md §3.2: the subgroup of order q of the integers modulo a 2048-bit prime.
 *
 * JavaScript has no constant-time big integers. The tables below at least do the same multiplications for every secret exponent.
 */
import { string } from "./canonical";
import { decimal } from "./encoding";
import { Malformed, VerificationError } from "./errors";
import type { Group } from "./group";

const SECTION = "§3.2";
const P = BigInt(
    "0x" +
        "a3ef2d011fefb1b6e39e568fccdffb0fb7dc7ef3a791b6862791811d21fc35f21e6d36856b428030421f514ed40bfd4c06e092a495af8d79a2f85e0fb11c0ede" +
        "07dd973f9c53e50930c6e82ac36de1ae3fb8c3aabfff12ce27a5022ddd8912d107435012768a2cdd0a4091d8fa447f6c7ebc15a349fa318a6b4fe17d8d47e843" +
        "a3e14dfa9b2162f4d7229abe93a188b46b006517d6f6747ebbb29c9ec3099b607f18fb1a8bc858279aa8599411d998d3e3fada9e010840d082d8c31911acdd4a" +
        "0e7992d0f18cc759cb5de0acf66a3882555bc810941e021b6a4ccfa04ee4008f878affa2375e2999b44f6cef17d707301e59e0e6351e051ed9cec4157646e64f",
);
const Q = 78571733251071885079927659812671450121821421258408794611510081919805623223441n;
const G = BigInt(
    "0x" +
        "1307c1ab5f295885d7caa3a78a42415e31fd1c5807b61fb1e781878a52230a51988b98c259597f9c5a9dfd001d26ba31d9d8976f01d95a1c8262ee68a0e92cea" +
        "541e5219e0d0d094301b894236823fe1d4bc04e29f3748aefd4f10d5b1a356a8643e673fd9d215fc8fe5fb9cf9fdb8ea88fdb1a3381a697fdf9c2458570b06d2" +
        "6aef1be365fdd90165f397c6b870df8c1b9e519edcee8bb0f74b7a1615a274ba60a7ea574a61f552d2dde0ce514e0927c4ff49b1964c4a913731ae4268d60d7f" +
        "22127b6cbba44d453ac8b72fd04e0991b7aeff04867d8724ac638f5f34100d2d47aa680d43771902743d663f42d853c041e1c91fe3823f4bcf284308f1d7e653",
);

/** Bits of an exponent read at once: 2^WINDOW entries for each of ⌈256 / WINDOW⌉ positions. */
const WINDOW = 6;
const Q_BITS = 256;

/** a^k mod p for a public k, four bits at a time. */
function power(a: bigint, k: bigint): bigint {
    const odd = [1n];
    for (let i = 1; i < 16; i++) odd.push(((odd[i - 1] ?? 1n) * a) % P);
    let result = 1n;
    for (const digit of k.toString(16)) {
        for (let i = 0; i < 4; i++) result = (result * result) % P;
        result = (result * (odd[parseInt(digit, 16)] ?? 1n)) % P;
    }
    return result;
}

export const BELENIOS_2048: Group<bigint> = {
    name: "BELENIOS-2048",
    q: Q,
    generator: G,
    identity: 1n,

    parse(value, section, what) {
        const element = decimal(string(value, section, what), P, SECTION, what);
        if (element === 0n) throw new Malformed(SECTION, `${what} is zero`);
        if (power(element, Q) !== 1n) throw new VerificationError(section, `${what} is not in the subgroup of order q`);
        return element;
    },

    serialise: (elements) => elements.map(String),
    multiply: (a, b) => (a * b) % P,
    // a has order q, so that a^(q-1) is its inverse: no extended Euclid is needed.
    inverse: (a) => power(a, Q - 1n),
    equal: (a, b) => a === b,
    power,

    fixedBase(a) {
        // rows[i][d] = a^(d · 2^(WINDOW · i))
        const rows: bigint[][] = [];
        let base = a;
        for (let bit = 0; bit < Q_BITS; bit += WINDOW) {
            const row = [1n];
            let entry = 1n;
            for (let digit = 1; digit < 1 << WINDOW; digit++) {
                entry = (entry * base) % P;
                row.push(entry);
            }
            rows.push(row);
            base = (entry * base) % P;
        }
        return (k) => {
            let rest = k;
            let result = 1n;
            for (const row of rows) {
                const factor = row[Number(rest & BigInt((1 << WINDOW) - 1))];
                if (factor === undefined) throw new RangeError("digit outside the table");
                // Digit 0 multiplies by 1 like any other: no step is left out.
                result = (result * factor) % P;
                rest >>= BigInt(WINDOW);
            }
            return result;
        };
    },
};
