// SPDX-License-Identifier: Apache-2.0
/**
 * The group Ed25519 for checking public data, protocol.md §3.3: variable time, for nothing secret. Ballots are made with
 * protocol/ed25519.ts; this gives the same elements several times as fast.
 *
 * A check raises one element to several exponents: the order of the group (membership), then a challenge or two. A point therefore
 * remembers its doublings, the greater part of that work, from its first power on; points given to `fixedBase` remember whole tables.
 */
import { string } from "../../protocol/canonical";
import { Malformed, VerificationError } from "../../protocol/errors";
import type { Group } from "../../protocol/group";
import { add, fe, type Fe, invert, multiply, number, ONE, powerForRoot, same, square, subtract, ZERO } from "./field25519";

const SECTION = "§3.3";
const P = 2n ** 255n - 19n;
const Q = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = fe(37095705934669439343138083508754565189542113879843219016388785533085940283555n);
const TWICE_D = multiply(add(D, D), ONE);
const ROOT_OF_MINUS_ONE = fe(19681161376707505956807079304988542015446066515923890162744021073123829784752n);

/** (X : Y : Z : T) with x = X/Z, y = Y/Z, xy = T/Z, all carried (field25519.ts). */
export interface Point {
    readonly x: Fe;
    readonly y: Fe;
    readonly z: Fe;
    readonly t: Fe;
    /** 16^i times the point, once a power was asked for. */
    doublings?: readonly Step[];
    /** d·256^i times the point, d = 1 to 128, once it was said to be a base. */
    table?: readonly (readonly Addend[])[];
}

/** A point in the form in which it is added: Y-X, Y+X, 2d·T, 2Z. */
interface Addend {
    readonly minus: Fe;
    readonly plus: Fe;
    readonly t: Fe;
    readonly z: Fe;
}

interface Step {
    readonly point: Point;
    readonly addend: Addend;
}

const IDENTITY: Point = { x: ZERO, y: ONE, z: ONE, t: ZERO };

const addendOf = ({ x, y, z, t }: Point): Addend => ({ minus: subtract(y, x), plus: add(y, x), t: multiply(t, TWICE_D), z: add(z, z) });

/** a + b, or a - b. Sums of at most two carried elements meet: exact (field25519.ts). */
function plus(a: Point, b: Addend, negative = false): Point {
    const left = multiply(subtract(a.y, a.x), negative ? b.plus : b.minus);
    const right = multiply(add(a.y, a.x), negative ? b.minus : b.plus);
    const c = multiply(a.t, b.t);
    const d = multiply(a.z, b.z);
    const e = subtract(right, left);
    const f = negative ? add(d, c) : subtract(d, c);
    const g = negative ? subtract(d, c) : add(d, c);
    const h = add(right, left);
    return { x: multiply(e, f), y: multiply(g, h), z: multiply(f, g), t: multiply(e, h) };
}

/**
 * 2a. T is not made where the next step is another doubling, which never asks for it: the T of a is there instead.
 *
 * Sums of at most two and four carried elements meet: exact (field25519.ts).
 */
function double({ x, y, z, t }: Point, again: boolean): Point {
    const a = square(x);
    const b = square(y);
    const zz = square(z);
    const e = multiply(add(x, x), y);
    const g = subtract(b, a);
    const f = subtract(g, add(zz, zz));
    const h = subtract(ZERO, add(a, b));
    return { x: multiply(e, f), y: multiply(g, h), z: multiply(f, g), t: again ? t : multiply(e, h) };
}

/** An exponent as digits from -2^(bits-1) to 2^(bits-1), least significant first. */
function signedDigits(k: bigint, bits: 4 | 8): number[] {
    const nibbles = k.toString(16);
    const base = 2 ** bits;
    const width = bits / 4;
    const digits: number[] = [];
    let carry = 0;
    for (let end = nibbles.length; end > 0 || carry > 0; end -= width) {
        let digit = (end > 0 ? parseInt(nibbles.slice(Math.max(0, end - width), end), 16) : 0) + carry;
        carry = digit > base / 2 ? 1 : 0;
        digit -= carry * base;
        digits.push(digit);
    }
    return digits;
}

/** k·a by buckets: the doublings with the same digit are added up, then the buckets, each as often as its digit says. */
function byDoublings(a: Point, k: bigint): Point {
    const steps = (a.doublings ??= doublings(a));
    const buckets: (Point | undefined)[] = [];
    signedDigits(k, 4).forEach((digit, i) => {
        const step = steps[i];
        if (digit === 0 || step === undefined) return;
        const size = Math.abs(digit);
        const bucket = buckets[size];
        if (bucket === undefined) buckets[size] = digit > 0 ? step.point : negate(step.point);
        else buckets[size] = plus(bucket, step.addend, digit < 0);
    });
    let [running, total]: [Point | undefined, Point | undefined] = [undefined, undefined];
    for (let size = 8; size > 0; size--) {
        const bucket = buckets[size];
        if (bucket !== undefined) running = running === undefined ? bucket : plus(running, addendOf(bucket));
        if (running !== undefined) total = total === undefined ? running : plus(total, addendOf(running));
    }
    return total ?? IDENTITY;
}

function doublings(a: Point): Step[] {
    const steps: Step[] = [];
    // One more than the digits of an exponent below q, for the last carry.
    for (let [i, point] = [0, a]; i < 65; i++) {
        steps.push({ point, addend: addendOf(point) });
        point = double(double(double(double(point, true), true), true), false);
    }
    return steps;
}

function byTable(table: readonly (readonly Addend[])[], k: bigint): Point {
    let result = IDENTITY;
    signedDigits(k, 8).forEach((digit, i) => {
        const addend = table[i]?.[Math.abs(digit) - 1];
        if (addend !== undefined) result = plus(result, addend, digit < 0);
    });
    return result;
}

/** Three milliseconds and two megabytes; 32 additions a power from then on. */
function tableOf(a: Point): Addend[][] {
    const table: Addend[][] = [];
    for (let [i, base] = [0, a]; i < 33; i++) {
        const addend = addendOf(base);
        const row = [addend];
        let multiple = base;
        while (row.length < 128) {
            multiple = plus(multiple, addend);
            row.push(addendOf(multiple));
        }
        table.push(row);
        base = double(multiple, false);
    }
    return table;
}

const negate = ({ x, y, z, t }: Point): Point => ({ x: subtract(ZERO, x), y, z, t: subtract(ZERO, t) });
const isIdentity = ({ x, y, z }: Point): boolean => number(x) === 0n && same(y, z);
const power = (a: Point, k: bigint): Point => (a.table === undefined ? byDoublings(a, k) : byTable(a.table, k));

/** The point with this y, and an x of this parity; undefined if the curve has none. */
function decode(y: bigint, odd: boolean): Point | undefined {
    const fy = fe(y);
    const yy = square(fy);
    const u = multiply(subtract(yy, ONE), ONE);
    const v = multiply(add(multiply(D, yy), ONE), ONE);
    const v3 = multiply(square(v), v);
    const root = multiply(multiply(u, v3), powerForRoot(multiply(multiply(square(v3), v), u)));
    const found = multiply(v, square(root));
    let x: Fe;
    if (same(found, u)) x = root;
    else if (same(found, subtract(ZERO, u))) x = multiply(root, ROOT_OF_MINUS_ONE);
    else return undefined;
    const value = number(x);
    if (value === 0n && odd) return undefined;
    if ((value & 1n) === 1n !== odd) x = subtract(ZERO, x);
    return { x, y: fy, z: ONE, t: multiply(x, fy) };
}

const BASE = decode((4n * modularInverse(5n)) % P, false) ?? IDENTITY;

function modularInverse(value: bigint): bigint {
    return number(invert(fe(value)));
}

export const PUBLIC_ED25519: Group<Point> = {
    name: "Ed25519",
    q: Q,
    generator: BASE,
    identity: IDENTITY,

    parse(value, section, what) {
        const written = string(value, section, what);
        if (!/^[0-9a-f]{64}$/.test(written)) throw new Malformed(SECTION, `${what} is not 64 lower-case hex digits`);
        const z = BigInt(`0x${written}`);
        const y = BigInt.asUintN(255, z);
        const point = y < P ? decode(y, z >> 255n === 1n) : undefined;
        if (point === undefined) throw new Malformed(SECTION, `${what} is not a point of the curve`);
        // On the curve is not enough: eight times as many points are.
        if (!isIdentity(byDoublings(point, Q))) throw new VerificationError(section, `${what} is not in the prime-order subgroup`);
        return point;
    },

    serialise(elements) {
        // One inversion for all: products up to each, then back down.
        const before: Fe[] = [];
        let product = ONE;
        for (const { z } of elements) {
            before.push(product);
            product = multiply(product, z);
        }
        let inverse = invert(product);
        const texts: string[] = [];
        for (let i = elements.length - 1; i >= 0; i--) {
            const [element, rest] = [elements[i], before[i]];
            if (element === undefined || rest === undefined) continue;
            const own = multiply(inverse, rest);
            inverse = multiply(inverse, element.z);
            const parity = number(multiply(element.x, own)) & 1n;
            texts.push((number(multiply(element.y, own)) | (parity << 255n)).toString(16).padStart(64, "0"));
        }
        return texts.reverse();
    },

    multiply: (a, b) => plus(a, addendOf(b)),
    inverse: negate,
    equal: (a, b) => same(multiply(a.x, b.z), multiply(b.x, a.z)) && same(multiply(a.y, b.z), multiply(b.y, a.z)),
    power,

    fixedBase(a) {
        a.table ??= tableOf(a);
        return (k) => power(a, k);
    },
};
