// SPDX-License-Identifier: Apache-2.0
/** Names are found however they are typed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { found, searchKey } from "../../src/search";

const CARD = ["مهندس سیده‌مریم نورافشان", "معماری داخلی و تزئینات", "سپیدشهر"];

describe("a search", () => {
    it.each([
        ["نورافشان", true],
        ["سیده مریم", true],
        ["سيده‌مريم", true],
        ["سیدهمریم", true],
        ["مریم سپیدشهر", true],
        ["  مهندس   معماري ", true],
        ["تزیینات", true],
        ["تزئینات", true],
        ["", true],
        ["نورافشانی", false],
        ["مریم زرین‌کوه", false],
    ])("for «%s» answers %s", (query, answer) => {
        expect(found(query, CARD)).toBe(answer);
    });

    it.each([
        ["ك", "ک"],
        ["ي", "ی"],
        ["ى", "ی"],
        ["آبادگر", "ابادگر"],
        ["شمارهٔ", "شماره"],
        ["شمارۀ", "شماره"],
        ["مسئول", "مسیول"],
        ["رؤیا", "رویا"],
        ["رویا", "رویا"],
        ["۱۲٣4", "1234"],
        ["مُحَمّد", "محمد"],
        ["محـــمد", "محمد"],
        ["ﻣﺤﻤﺪ", "محمد"],
        ["\u202bعلی\u202c\ufeff", "علی"],
        ["علی\u00a0اکبر", "علی اکبر"],
        ["علی‌اکبر", "علیاکبر"],
        ["امضاء", "امضا"],
    ])("folds «%s» to «%s»", (typed, key) => {
        expect(searchKey(typed)).toBe(key);
    });

    it("folding twice changes nothing more", () => {
        fc.assert(
            fc.property(fc.string({ unit: "grapheme" }), (text) => {
                expect(searchKey(searchKey(text))).toBe(searchKey(text));
            }),
        );
    });

    it("a name is always found by itself", () => {
        const letters = Array.from("ابپتكکيیىآأؤئۀةء \u200c\u064b\u0651۱١1-");
        fc.assert(
            fc.property(fc.string({ unit: fc.constantFrom(...letters) }), (name) => {
                expect(found(name, [name])).toBe(true);
            }),
        );
    });
});
