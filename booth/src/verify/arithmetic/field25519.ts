// SPDX-License-Identifier: Apache-2.0
/**
 * Arithmetic modulo 2^255 - 19 in floating point, for checking public data only, protocol.md §3.3.
 *
 * Five times as fast as BigInt, and a verification is little else. An element is the sum of twelve floats. Limb i is a multiple of 2^e(i)
 * with e(i) = ⌈21.25·i⌉ (0, 22, 43, 64, 85, 107, 128, 149, 170, 192, 213, 234), so that no shift is ever needed: the exponents of the
 * floats carry the places. 2^255 is 19, so a product beyond the top comes back times 19·2^-255.
 *
 * Every operation here is exact as long as each limb of a product stays below 2^53 units of its place. `multiply` and `square` return
 * *carried* elements, whose limb i is at most half of 2^e(i+1). Taking a sum or difference of m carried elements as one factor and of n as
 * the other is exact for m·n <= 16 (limb 0 is the tightest: 16.4, see the tests). The callers in ed25519.ts say their m and n.
 */

export type Fe = readonly [number, number, number, number, number, number, number, number, number, number, number, number];

const PRIME = 2n ** 255n - 19n;

/** e(i), and one more for the top. */
const PLACES = [0, 22, 43, 64, 85, 107, 128, 149, 170, 192, 213, 234, 255] as const;

/** 19·2^-255: brings what lies beyond the top back to the bottom. */
const FOLD = 19 / 2 ** 255;

// Adding and taking away 3·2^(51 + e(i+1)) rounds a limb to a multiple of 2^e(i+1), the place of the next.
const C0 = 3 * 2 ** 73,
    C1 = 3 * 2 ** 94,
    C2 = 3 * 2 ** 115,
    C3 = 3 * 2 ** 136,
    C4 = 3 * 2 ** 158,
    C5 = 3 * 2 ** 179,
    C6 = 3 * 2 ** 200,
    C7 = 3 * 2 ** 221,
    C8 = 3 * 2 ** 243,
    C9 = 3 * 2 ** 264,
    C10 = 3 * 2 ** 285,
    C11 = 3 * 2 ** 306;

/**
 * An array of twelve floats as the engine stores the results below. Literals of whole numbers, and what `map` makes, are stored in
 * other ways, and each way more that `multiply` meets makes it slower.
 */
function floats(limbs: readonly number[]): Fe {
    const all = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5] as [...Fe];
    limbs.forEach((limb, i) => {
        all[i] = limb;
    });
    return all;
}

export const ZERO: Fe = floats([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
export const ONE: Fe = floats([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** A number as an element; it is reduced first. */
export function fe(value: bigint): Fe {
    let rest = ((value % PRIME) + PRIME) % PRIME;
    const limbs = PLACES.slice(0, 12).map((place, i) => {
        const width = BigInt((PLACES[i + 1] ?? 255) - place);
        const limb = Number(BigInt.asUintN(Number(width), rest)) * 2 ** place;
        rest >>= width;
        return limb;
    });
    // Digits from 0 to 2^width are not carried yet.
    return multiply(floats(limbs), ONE);
}

/** The one number from 0 to p-1 that an element stands for. */
export function number(a: Fe): bigint {
    let sum = 0n;
    PLACES.slice(0, 12).forEach((place, i) => {
        sum += BigInt((a[i] ?? 0) / 2 ** place) << BigInt(place);
    });
    const rest = sum % PRIME;
    return rest < 0n ? rest + PRIME : rest;
}

/** a + b, not carried. */
export function add(a: Fe, b: Fe): Fe {
    return [
        a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4], a[5] + b[5],
        a[6] + b[6], a[7] + b[7], a[8] + b[8], a[9] + b[9], a[10] + b[10], a[11] + b[11],
    ];
}

/** a - b, not carried. */
export function subtract(a: Fe, b: Fe): Fe {
    return [
        a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3], a[4] - b[4], a[5] - b[5],
        a[6] - b[6], a[7] - b[7], a[8] - b[8], a[9] - b[9], a[10] - b[10], a[11] - b[11],
    ];
}

/** a·b, carried. */
export function multiply(a: Fe, b: Fe): Fe {
    const a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7], a8 = a[8], a9 = a[9], a10 = a[10], a11 = a[11];
    const b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4], b5 = b[5], b6 = b[6], b7 = b[7], b8 = b[8], b9 = b[9], b10 = b[10], b11 = b[11];
    let h0 = a0 * b0
        + FOLD * (a1 * b11 + a2 * b10 + a3 * b9 + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 + a9 * b3 + a10 * b2 + a11 * b1);
    let h1 = a0 * b1 + a1 * b0
        + FOLD * (a2 * b11 + a3 * b10 + a4 * b9 + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 + a9 * b4 + a10 * b3 + a11 * b2);
    let h2 = a0 * b2 + a1 * b1 + a2 * b0
        + FOLD * (a3 * b11 + a4 * b10 + a5 * b9 + a6 * b8 + a7 * b7 + a8 * b6 + a9 * b5 + a10 * b4 + a11 * b3);
    let h3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
        + FOLD * (a4 * b11 + a5 * b10 + a6 * b9 + a7 * b8 + a8 * b7 + a9 * b6 + a10 * b5 + a11 * b4);
    let h4 = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0
        + FOLD * (a5 * b11 + a6 * b10 + a7 * b9 + a8 * b8 + a9 * b7 + a10 * b6 + a11 * b5);
    let h5 = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0
        + FOLD * (a6 * b11 + a7 * b10 + a8 * b9 + a9 * b8 + a10 * b7 + a11 * b6);
    let h6 = a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0
        + FOLD * (a7 * b11 + a8 * b10 + a9 * b9 + a10 * b8 + a11 * b7);
    let h7 = a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0
        + FOLD * (a8 * b11 + a9 * b10 + a10 * b9 + a11 * b8);
    let h8 = a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0
        + FOLD * (a9 * b11 + a10 * b10 + a11 * b9);
    let h9 = a0 * b9 + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + a9 * b0
        + FOLD * (a10 * b11 + a11 * b10);
    let h10 = a0 * b10 + a1 * b9 + a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2 + a9 * b1 + a10 * b0
        + FOLD * (a11 * b11);
    let h11 = a0 * b11 + a1 * b10 + a2 * b9 + a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3 + a9 * b2 + a10 * b1 + a11 * b0;
    let c = h0 + C0 - C0;
    h0 -= c;
    h1 += c;
    c = h1 + C1 - C1;
    h1 -= c;
    h2 += c;
    c = h2 + C2 - C2;
    h2 -= c;
    h3 += c;
    c = h3 + C3 - C3;
    h3 -= c;
    h4 += c;
    c = h4 + C4 - C4;
    h4 -= c;
    h5 += c;
    c = h5 + C5 - C5;
    h5 -= c;
    h6 += c;
    c = h6 + C6 - C6;
    h6 -= c;
    h7 += c;
    c = h7 + C7 - C7;
    h7 -= c;
    h8 += c;
    c = h8 + C8 - C8;
    h8 -= c;
    h9 += c;
    c = h9 + C9 - C9;
    h9 -= c;
    h10 += c;
    c = h10 + C10 - C10;
    h10 -= c;
    h11 += c;
    c = h11 + C11 - C11;
    h11 -= c;
    h0 += c * FOLD;
    c = h0 + C0 - C0;
    h0 -= c;
    h1 += c;
    c = h1 + C1 - C1;
    h1 -= c;
    h2 += c;
    return [h0, h1, h2, h3, h4, h5, h6, h7, h8, h9, h10, h11];
}

/** a², carried. */
export function square(a: Fe): Fe {
    const a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7], a8 = a[8], a9 = a[9], a10 = a[10], a11 = a[11];
    const d0 = 2 * a0, d1 = 2 * a1, d2 = 2 * a2, d3 = 2 * a3, d4 = 2 * a4, d5 = 2 * a5, d6 = 2 * a6, d7 = 2 * a7, d8 = 2 * a8, d9 = 2 * a9, d10 = 2 * a10;
    let h0 = a0 * a0 + FOLD * (d1 * a11 + d2 * a10 + d3 * a9 + d4 * a8 + d5 * a7 + a6 * a6);
    let h1 = d0 * a1 + FOLD * (d2 * a11 + d3 * a10 + d4 * a9 + d5 * a8 + d6 * a7);
    let h2 = d0 * a2 + a1 * a1 + FOLD * (d3 * a11 + d4 * a10 + d5 * a9 + d6 * a8 + a7 * a7);
    let h3 = d0 * a3 + d1 * a2 + FOLD * (d4 * a11 + d5 * a10 + d6 * a9 + d7 * a8);
    let h4 = d0 * a4 + d1 * a3 + a2 * a2 + FOLD * (d5 * a11 + d6 * a10 + d7 * a9 + a8 * a8);
    let h5 = d0 * a5 + d1 * a4 + d2 * a3 + FOLD * (d6 * a11 + d7 * a10 + d8 * a9);
    let h6 = d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3 + FOLD * (d7 * a11 + d8 * a10 + a9 * a9);
    let h7 = d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4 + FOLD * (d8 * a11 + d9 * a10);
    let h8 = d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4 + FOLD * (d9 * a11 + a10 * a10);
    let h9 = d0 * a9 + d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5 + FOLD * (d10 * a11);
    let h10 = d0 * a10 + d1 * a9 + d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5 + FOLD * (a11 * a11);
    let h11 = d0 * a11 + d1 * a10 + d2 * a9 + d3 * a8 + d4 * a7 + d5 * a6;
    let c = h0 + C0 - C0;
    h0 -= c;
    h1 += c;
    c = h1 + C1 - C1;
    h1 -= c;
    h2 += c;
    c = h2 + C2 - C2;
    h2 -= c;
    h3 += c;
    c = h3 + C3 - C3;
    h3 -= c;
    h4 += c;
    c = h4 + C4 - C4;
    h4 -= c;
    h5 += c;
    c = h5 + C5 - C5;
    h5 -= c;
    h6 += c;
    c = h6 + C6 - C6;
    h6 -= c;
    h7 += c;
    c = h7 + C7 - C7;
    h7 -= c;
    h8 += c;
    c = h8 + C8 - C8;
    h8 -= c;
    h9 += c;
    c = h9 + C9 - C9;
    h9 -= c;
    h10 += c;
    c = h10 + C10 - C10;
    h10 -= c;
    h11 += c;
    c = h11 + C11 - C11;
    h11 -= c;
    h0 += c * FOLD;
    c = h0 + C0 - C0;
    h0 -= c;
    h1 += c;
    c = h1 + C1 - C1;
    h1 -= c;
    h2 += c;
    return [h0, h1, h2, h3, h4, h5, h6, h7, h8, h9, h10, h11];
}

/** a^(2^n). */
export function squareTimes(a: Fe, n: number): Fe {
    let result = a;
    for (let i = 0; i < n; i++) result = square(result);
    return result;
}

/** a^(2^250 - 1) and a^11, on which inversion and square root both rest. */
function ladder(a: Fe): { readonly high: Fe; readonly eleven: Fe } {
    const two = square(a);
    const nine = multiply(squareTimes(two, 2), a);
    const eleven = multiply(nine, two);
    // Each line: 2^n - 1 for n = 5, 10, 20, 40, 50, 100, 200, 250.
    const n5 = multiply(square(eleven), nine);
    const n10 = multiply(squareTimes(n5, 5), n5);
    const n20 = multiply(squareTimes(n10, 10), n10);
    const n40 = multiply(squareTimes(n20, 20), n20);
    const n50 = multiply(squareTimes(n40, 10), n10);
    const n100 = multiply(squareTimes(n50, 50), n50);
    const n200 = multiply(squareTimes(n100, 100), n100);
    return { high: multiply(squareTimes(n200, 50), n50), eleven };
}

/** a^(p-2), the inverse; 0 for 0. */
export function invert(a: Fe): Fe {
    const { high, eleven } = ladder(a);
    return multiply(squareTimes(high, 5), eleven);
}

/** a^((p-5)/8), from which a square root is made. */
export function powerForRoot(a: Fe): Fe {
    return multiply(squareTimes(ladder(a).high, 2), a);
}

/** Whether two elements stand for the same number. */
export const same = (a: Fe, b: Fe): boolean => number(subtract(a, b)) === 0n;
