// SPDX-License-Identifier: Apache-2.0
/** Laws that both groups must obey, for random exponents and at the borders (protocol.md §3). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BELENIOS_2048, ED25519, groupNamed } from "../../src/protocol";

const runs = { numRuns: 25 };

describe.each([ED25519.name, BELENIOS_2048.name])("%s", (name) => {
    const group = groupNamed(name);
    const { q, generator } = group;
    const g = group.fixedBase(generator);
    const base = group.power(generator, 123456789n);
    const h = group.fixedBase(base);
    const borders = [0n, 1n, 2n, q - 1n, q - 2n, q / 2n, 255n, 256n, 2n ** 128n, 2n ** 252n - 1n].filter((k) => k < q);
    const scalar = fc.oneof(fc.constantFrom(...borders), fc.bigInt({ min: 0n, max: q - 1n }));
    const text = (element: unknown): string => group.serialise([element]).join();

    it("tables and plain powers agree", () => {
        fc.assert(
            fc.property(scalar, (k) => {
                expect(text(g(k))).toBe(text(group.power(generator, k)));
                expect(text(h(k))).toBe(text(group.power(base, k)));
            }),
            runs,
        );
    });

    it("exponents add", () => {
        fc.assert(
            fc.property(scalar, scalar, (a, b) => {
                expect(text(group.multiply(g(a), g(b)))).toBe(text(g((a + b) % q)));
            }),
            runs,
        );
    });

    it("an inverse takes back", () => {
        fc.assert(
            fc.property(scalar, (k) => {
                expect(group.equal(group.multiply(g(k), group.inverse(g(k))), group.identity)).toBe(true);
            }),
            runs,
        );
    });

    it("parsing goes back to the same text", () => {
        fc.assert(
            fc.property(scalar, (k) => {
                expect(text(group.parse(text(g(k)), "§4.2", "element"))).toBe(text(g(k)));
            }),
            runs,
        );
    });

    it("writes many elements as it writes each, identities among them", () => {
        const elements = [g(5n), group.identity, h(7n), group.multiply(g(1n), g(q - 1n)), g(1n)];
        expect(group.serialise(elements)).toEqual(elements.map(text));
        expect(group.serialise([])).toEqual([]);
    });

    it("powers of the identity are the identity", () => {
        const one = group.fixedBase(group.identity);
        expect([0n, 1n, q - 1n].map((k) => text(one(k)))).toEqual([0, 1, 2].map(() => text(group.identity)));
    });
});
