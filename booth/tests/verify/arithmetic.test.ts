// SPDX-License-Identifier: Apache-2.0
/** The fast arithmetic for public data gives what the booth's own gives, protocol.md §3. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BELENIOS_2048 } from "../../src/protocol/belenios2048";
import { ED25519 } from "../../src/protocol/ed25519";
import { Malformed, SandoghError, VerificationError } from "../../src/protocol/errors";
import type { Group } from "../../src/protocol/group";
import { PUBLIC_ED25519 } from "../../src/verify/arithmetic/ed25519";
import { add, fe, type Fe, invert, multiply, number, powerForRoot, square, subtract } from "../../src/verify/arithmetic/field25519";
import { publicGroupNamed } from "../../src/verify/arithmetic/groups";
import { readJson } from "../protocol/archives";

const P = 2n ** 255n - 19n;
const PLACES = [0, 22, 43, 64, 85, 107, 128, 149, 170, 192, 213, 234, 255];

/** What limbs stand for, added up exactly. */
const exact = (limbs: readonly number[]): bigint =>
    limbs.reduce((sum, limb, i) => sum + (BigInt(limb / 2 ** PLACES[i]!) << BigInt(PLACES[i]!)), 0n);
const mod = (value: bigint): bigint => ((value % P) + P) % P;

/** Limbs as far out as a sum of so many carried elements may be, or anywhere below. */
const limbs = (sum: number): fc.Arbitrary<Fe> =>
    fc
        .tuple(...PLACES.slice(0, 12).map((place, i) => {
            const most = sum * 2 ** (PLACES[i + 1]! - place - 1);
            return fc.oneof(fc.constantFrom(-most, most), fc.integer({ min: -most, max: most })).map((limb) => limb * 2 ** place);
        }))
        .map((all) => all as unknown as Fe);

describe("modulo 2^255 - 19", () => {
    it.each([
        [1, 1],
        [2, 2],
        [2, 4],
        [3, 3],
        [4, 4],
        [1, 16],
    ])("multiplies sums of %i and %i carried elements exactly", (m, n) => {
        fc.assert(
            fc.property(limbs(m), limbs(n), (a, b) => {
                const product = multiply(a, b);
                expect(number(product)).toBe(mod(exact(a) * exact(b)));
                // Carried: each limb at most half of the next place, but for the last carry into limbs 0 to 2.
                product.forEach((limb, i) => expect(Math.abs(limb)).toBeLessThanOrEqual(2 ** (PLACES[i + 1]! - 1) + 2 ** (PLACES[i]! + 4)));
            }),
            { numRuns: 300 },
        );
    });

    it("squares sums of three exactly", () => {
        fc.assert(
            fc.property(limbs(3), (a) => {
                expect(number(square(a))).toBe(mod(exact(a) ** 2n));
            }),
            { numRuns: 300 },
        );
    });

    it("adds, subtracts, inverts and takes the power for a root", () => {
        fc.assert(
            fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n }), fc.bigInt({ min: 0n, max: P }), (a, b) => {
                expect(number(add(fe(a), fe(b)))).toBe(mod(a + b));
                expect(number(subtract(fe(a), fe(b)))).toBe(mod(a - b));
                expect(number(multiply(invert(fe(a)), fe(a)))).toBe(mod(a) === 0n ? 0n : 1n);
                // x^((p-5)/8) to the eighth is x^(p-5): the inverse of x^4.
                const eighth = square(square(square(powerForRoot(fe(a)))));
                expect(number(multiply(eighth, square(square(fe(a)))))).toBe(mod(a) === 0n ? 0n : 1n);
            }),
            { numRuns: 100 },
        );
    });
});

interface Kat {
    point_encodings: { multiples_of_g: { k: string; encoding: string }[]; reject: { encoding: string; why: string }[] };
}
const kat = readJson("kat.json") as Kat;

describe("Ed25519 for public data", () => {
    const slow: Group<unknown> = ED25519;
    const fast: Group<unknown> = PUBLIC_ED25519;
    const scalar = fc.oneof(fc.constantFrom(0n, 1n, 2n, 7n, 8n, 9n, 15n, 16n, 128n, 129n, 255n, 256n, fast.q - 1n, fast.q - 2n), fc.bigInt({ min: 0n, max: fast.q - 1n }));
    const text = (group: Group<unknown>, element: unknown): string => group.serialise([element])[0]!;

    it.each(kat.point_encodings.multiples_of_g)("knows $k times the generator", ({ k, encoding }) => {
        expect(text(fast, fast.power(fast.generator, BigInt(k)))).toBe(encoding);
        expect(text(fast, fast.parse(encoding, "§4.2", "element"))).toBe(encoding);
    });

    it.each(kat.point_encodings.reject)("refuses $why", ({ encoding }) => {
        expect(() => fast.parse(encoding, "§4.2", "element")).toThrow(SandoghError);
    });

    it("computes as the booth does, with and without tables", () => {
        fc.assert(
            fc.property(scalar, scalar, scalar, (a, b, c) => {
                const [p, q] = [a, b].map((k) => text(slow, slow.power(slow.generator, k)));
                const [x, y] = [p, q].map((each) => fast.parse(each, "§4.2", "element"));
                const [u, v] = [p, q].map((each) => slow.parse(each, "§4.2", "element"));
                expect(text(fast, fast.power(x, c))).toBe(text(slow, slow.power(u, c)));
                expect(text(fast, fast.multiply(x, fast.inverse(y)))).toBe(text(slow, slow.multiply(u, slow.inverse(v))));
                expect(fast.equal(x, y)).toBe(a === b);
                const base = fast.fixedBase(x);
                expect(text(fast, base(c))).toBe(text(slow, slow.power(u, c)));
                expect(fast.serialise([x, y, fast.identity])).toEqual([p, q, text(slow, slow.identity)]);
            }),
            { numRuns: 40 },
        );
    });

    it("reads and refuses what the booth reads and refuses", () => {
        const around = [0n, P, 2n ** 255n, 2n ** 256n].flatMap((base) => Array.from({ length: 24 }, (_, i) => base + BigInt(i) - 12n));
        const values = fc.oneof(fc.constantFrom(...around.filter((value) => value >= 0n && value < 2n ** 256n)), fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }));
        const read = (group: Group<unknown>, written: string): string => {
            try {
                return text(group, group.parse(written, "§4.2", "element"));
            } catch (error) {
                if (error instanceof SandoghError) return `${error.name} ${error.section}`;
                throw error;
            }
        };
        fc.assert(
            fc.property(values, (value) => {
                const written = value.toString(16).padStart(64, "0");
                expect(read(fast, written)).toBe(read(slow, written));
            }),
            { numRuns: 400 },
        );
    });

    it("tells a point outside the curve from one outside the subgroup", () => {
        const orderFour = "0".repeat(64);
        expect(() => fast.parse(orderFour, "§4.2", "element")).toThrow(VerificationError);
        expect(() => fast.parse("F".repeat(64), "§4.2", "element")).toThrow(Malformed);
    });
});

describe("BELENIOS-2048 for public data", () => {
    it("computes as the booth does, with tables for g and y", () => {
        const fast = publicGroupNamed("BELENIOS-2048");
        const y = BELENIOS_2048.power(BELENIOS_2048.generator, 12345678901234567890n);
        fast.fixedBase(fast.generator);
        fast.fixedBase(y);
        fc.assert(
            fc.property(fc.bigInt({ min: 0n, max: fast.q - 1n }), (k) => {
                for (const base of [BELENIOS_2048.generator, y, 4n]) expect(fast.power(base, k)).toBe(BELENIOS_2048.power(base, k));
            }),
            { numRuns: 10 },
        );
    });
});
