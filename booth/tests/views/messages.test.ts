// SPDX-License-Identifier: Apache-2.0
/** One spelling and one voice, and English with all that Persian says. */
import { describe, expect, it } from "vitest";
import { challengeMessages } from "../../src/messages/challenge";
import { en } from "../../src/messages/en";
import { fa } from "../../src/messages/fa";

/** Every sentence by its path; functions are asked with small numbers. */
function sentences(value: unknown, path = ""): [string, string][] {
    if (typeof value === "string") return [[path, value]];
    if (typeof value === "function") {
        const say = value as (...numbers: number[]) => unknown;
        return [1, 2, 5, 7].flatMap((number) => sentences(say(number, number), `${path}(${number})`));
    }
    if (typeof value === "object" && value !== null) return Object.entries(value).flatMap(([key, inner]) => sentences(inner, `${path}.${key}`));
    return [];
}

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe("the Persian messages", () => {
    const all = [...sentences(fa), ...sentences(challengeMessages("fa"), "challenge")];

    it.each([
        ["رأی has its hamza", /(?<![\u0600-\u06ff])(رای|راي)(?![\u0600-\u06ff])/],
        ["letters are Persian", /[يىك]/],
        ["hamza above is written as a mark", /ۀ/],
        ["nobody is blamed", /خطا|اشتباه/],
        ["nobody is begged", /لطف/],
        ["nothing is shouted", /!/],
        ["no word of the trade", /رمز|هش|تراکنش|بلاک|توکن|نشست/],
        ["percents are words", /[%٪]/],
        ["هیئت مدیره is two words", /هیئت‌مدیره/],
        ["half-spaces join letters on both sides", /\u200c[\s.،؛:]|\s\u200c/],
    ])("%s", (_, wrong) => {
        expect(all.filter(([, text]) => wrong.test(text))).toEqual([]);
    });

    it("digits are Persian", () => {
        // These are given a name where this test gives a number.
        const named = /pageTitle|legend|remove|previous|race\.count/;
        expect(all.filter(([path, text]) => !named.test(path) && /[0-9]/.test(text))).toEqual([]);
    });

    it("«رأی شما ثبت شد» is left to the receipt", () => {
        expect(all.filter(([, text]) => text.includes("رأی شما ثبت شد"))).toEqual([]);
    });
});

describe("the English messages", () => {
    it("have every sentence and every placeholder of the Persian ones", () => {
        const shape = (messages: unknown): [string, string[]][] => sentences(messages).map(([path, text]) => [path, placeholders(text)]);
        expect(shape(en)).toEqual(shape(fa));
        expect(shape(challengeMessages("en"))).toEqual(shape(challengeMessages("fa")));
    });

    it("have no Persian left in them", () => {
        expect([...sentences(en), ...sentences(challengeMessages("en"))].filter(([, text]) => /[\u0600-\u06ff]/.test(text))).toEqual([]);
    });
});
