// SPDX-License-Identifier: Apache-2.0
/** Whatever is done to an archive, the verifier gives a report; and what was changed is never called valid and complete. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { folder } from "../protocol/archives";
import { verify } from "./local";

const archive = readFileSync(`${folder}ed25519-h-blank-weights-threshold.bel`);
const place = fc.integer({ min: 0, max: archive.length - 1 });

/** One change to the bytes. */
const change: fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc.oneof(
    fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([at, by]) => (bytes: Uint8Array) => {
        const copy = Uint8Array.from(bytes);
        const position = at % Math.max(1, copy.length);
        copy[position] = (copy[position] ?? 0) ^ by;
        return copy;
    }),
    place.map((at) => (bytes: Uint8Array) => bytes.slice(0, at)),
    // A block lost, doubled, or put elsewhere.
    fc.tuple(place, place).map(([a, b]) => (bytes: Uint8Array) => {
        const [from, to] = [Math.floor(a / 512) * 512, Math.floor(b / 512) * 512];
        return Uint8Array.from([...bytes.slice(0, to), ...bytes.slice(from, from + 512), ...bytes.slice(to)]);
    }),
    place.map((at) => (bytes: Uint8Array) => {
        const from = Math.floor(at / 512) * 512;
        return Uint8Array.from([...bytes.slice(0, from), ...bytes.slice(from + 512)]);
    }),
    fc.uint8Array({ minLength: 1, maxLength: 1200 }).map((more) => (bytes: Uint8Array) => Uint8Array.from([...bytes, ...more])),
);

describe("changed archives", () => {
    it("are reported on, and not valid to the end", async () => {
        const reference = await verify(archive);
        expect([reference.verdict, reference.complete]).toEqual(["valid", true]);
        await fc.assert(
            fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
                const changed = changes.reduce<Uint8Array>((bytes, each) => each(bytes), archive);
                fc.pre(!archive.equals(changed));
                const report = await verify(changed, { size: 4096 });
                expect(report.complete).toBe(false);
                expect(report.checks.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
                // Cut between two events, a beginning of an election is what it is.
                if (report.verdict === "valid") expect(archive.subarray(0, changed.length).equals(changed)).toBe(true);
            }),
            { numRuns: 60 },
        );
    });

    it("of any bytes at all are reported on", async () => {
        await fc.assert(
            fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
                expect((await verify(bytes)).verdict).not.toBe("valid");
            }),
            { numRuns: 200 },
        );
    });
});
