// SPDX-License-Identifier: Apache-2.0
/** Reading and writing JSON, decimals and digests (protocol.md §1, §2). */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { Malformed } from "../../src/protocol";
import { dumps, fields, type Json, loads } from "../../src/protocol/canonical";
import { base64, decimal, hex, integer, utf8 } from "../../src/protocol/encoding";
import { draw, mod } from "../../src/protocol/scalar";

describe("JSON", () => {
    it("goes back to the same value and text", () => {
        const { tree } = fc.letrec((tie) => ({
            tree: fc.oneof(
                { maxDepth: 3 },
                fc.string({ unit: "binary" }),
                fc.maxSafeInteger().map((n) => n + 0),
                fc.boolean(),
                fc.array(tie("tree"), { maxLength: 4 }),
                fc.dictionary(fc.string({ unit: "binary" }), tie("tree"), { maxKeys: 4 }),
            ),
        }));
        fc.assert(
            fc.property(tree, (value) => {
                const text = dumps(value as Json);
                expect(dumps(loads(text, "§2"))).toBe(text);
            }),
        );
    });

    it("escapes what the section asks and nothing else", () => {
        expect(dumps('"\\\b\f\n\r\t\u0000\u001f\u007f/é‌ش\u2028😀')).toBe('"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f/é‌ش\u2028😀"');
    });

    it.each([
        ["white space", '{"a": 1}'],
        ["a newline at the end", "[]\n"],
        ["a field twice", '{"a":1,"a":1}'],
        ["an escaped letter", '"\\u0061"'],
        ["an escaped slash", '"\\/"'],
        ["upper-case escape", '"\\u001F"'],
        ["raw U+007F", '"\u007f"'],
        ["half a surrogate pair", '"\\ud83d"'],
        ["a raw half", '"\ud83d"'],
        ["a float", "1.0"],
        ["an exponent", "1e2"],
        ["minus zero", "-0"],
        ["a number that loses digits", "9007199254740993"],
        ["nothing", ""],
        ["two values", "1 2"],
        ["not JSON", "{a:1}"],
    ])("refuses %s", (_, text) => {
        expect(() => loads(text, "§2")).toThrow(Malformed);
    });

    it("demands fields in order, optional ones where they belong", () => {
        const layout = ["a", "?b", "c"];
        expect(fields({ a: 1, c: 2 }, layout, "§2", "it")).toEqual({ a: 1, c: 2 });
        expect(fields({ a: 1, b: 0, c: 2 }, layout, "§2", "it")).toEqual({ a: 1, b: 0, c: 2 });
        for (const bad of [{ c: 2, a: 1 }, { a: 1, c: 2, b: 0 }, { a: 1 }, { a: 1, c: 2, d: 3 }, [], null, "a", undefined]) {
            expect(() => fields(bad as Json, layout, "§2", "it")).toThrow(Malformed);
        }
    });
});

describe("bytes", () => {
    it("Base64 and hex are those of Node", () => {
        fc.assert(
            fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
                expect(base64(bytes)).toBe(Buffer.from(bytes).toString("base64").replace(/=+$/, ""));
                expect(hex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
            }),
        );
    });

    it("integers are big-endian", () => {
        expect(integer(Uint8Array.of(1, 0, 2))).toBe(65538n);
        expect(integer(new Uint8Array())).toBe(0n);
        expect(integer(utf8("é"))).toBe(0xc3a9n);
    });
});

describe("decimals", () => {
    it.each(["0", "7", "99"])("reads %s", (text) => {
        expect(decimal(text, 100n, "§2", "it")).toBe(BigInt(text));
    });
    it.each(["", "00", "07", "+7", "-7", " 7", "7 ", "0x7", "7n", "7.0", "1e1", "٧", "۷", "100", "9".repeat(1_000_000), 7, null])("refuses %o", (text) => {
        expect(() => decimal(text, 100n, "§2", "it")).toThrow(Malformed);
    });
});

describe("scalars", () => {
    it("a draw that is not below the bound is drawn again, not reduced", () => {
        const given = [Uint8Array.of(0xff, 0xff), Uint8Array.of(0xf3, 0xe9), Uint8Array.of(0xf3, 0xe8), Uint8Array.of(0, 5)];
        const spy = vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
            (array as Uint8Array).set(given.shift()!);
            return array;
        });
        // Ten bits of each: 1023 and 1001 are not below 1001, 1000 is.
        expect(draw(1001n)).toBe(1000n);
        expect(given.length).toBe(1);
        spy.mockRestore();
    });

    it("every value below a small bound occurs", () => {
        const seen = new Set(Array.from({ length: 400 }, () => draw(5n)));
        expect([...seen].sort()).toEqual([0n, 1n, 2n, 3n, 4n]);
    });

    it("remainders are never negative", () => {
        expect([mod(-1n, 7n), mod(7n, 7n), mod(-7n, 7n), mod(15n, 7n)]).toEqual([6n, 0n, 0n, 1n]);
    });
});
