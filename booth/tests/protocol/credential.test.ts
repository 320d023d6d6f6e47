// SPDX-License-Identifier: Apache-2.0
/** Reading a credential as people type it (protocol.md §5.1). */
import { describe, expect, it } from "vitest";
import { CredentialShape, deriveCredential, ED25519, Malformed, normaliseCredential } from "../../src/protocol";
import { CREDENTIAL } from "./elections";

describe("accepted", () => {
    it.each([
        ["as sent", CREDENTIAL],
        ["without dashes", "SztZSowXfoon6o8kRbHtZ2"],
        ["with spaces for dashes", "SztZS owXfoo n6o8k RbHtZ2"],
        ["with space around", "  SztZS-owXfoo-n6o8k-RbHtZ2 \n"],
        ["with Persian digits", "SztZS-owXfoo-n۶o۸k-RbHtZ۲"],
        ["with Arabic digits", "SztZS-owXfoo-n٦o٨k-RbHtZ٢"],
        ["with long dashes", "SztZS–owXfoo—n6o8k−RbHtZ2"],
        ["with non-breaking hyphens", "SztZS\u2011owXfoo\u2011n6o8k\u2011RbHtZ2"],
        ["with the marks of a messenger", "\u200f\u202aSztZS-owXfoo-\u200cn6o8k-RbHtZ2\u202c\ufeff"],
        ["broken over lines", "SztZS-owXfoo-\nn6o8k-RbHtZ2"],
        ["with dashes elsewhere", "SztZ-SowXf-oon6o8k-RbHtZ2"],
        ["with tatweel and underscore", "SztZS_owXfooـn6o8k_RbHtZ2"],
        ["the whole link", "https://rai.example/e/arkan-1405/#SztZS-owXfoo-n6o8k-RbHtZ2"],
    ])("%s", (_, typed) => {
        expect(normaliseCredential(typed)).toBe(CREDENTIAL);
    });
});

describe("refused", () => {
    it.each([
        ["nothing", "", "empty", 0, ""],
        ["only space", " \u200f\n", "empty", 0, ""],
        ["only dashes", "---", "empty", 0, ""],
        ["a character less", "SztZS-owXfoo-n6o8k-RbHtZ", "length", 21, ""],
        ["a character more", "SztZS-owXfoo-n6o8k-RbHtZ22", "length", 23, ""],
        ["three groups of five", "SztZS-owXfo-n6o8k", "length", 15, ""],
        ["a zero", "SztZS-owXfoo-n6o8k-RbHtZ0", "characters", 22, "0"],
        ["a Persian zero", "SztZS-owXfoo-n6o8k-RbHtZ۰", "characters", 22, "0"],
        ["O, I and l", "OztZS-IwXfoo-l6o8k-RbHtZ2", "characters", 22, "OIl"],
        ["a Persian letter", "SztZS-owXfoo-n6o8k-RbHtZش", "characters", 22, "ش"],
        ["something beyond the basic plane", "SztZS-owXfoo-n6o8k-RbHtZ😀", "characters", 22, "😀"],
    ])("%s", (_, typed, reason, length, strangers) => {
        const shape = expect.objectContaining({ reason, found: { length, strangers }, section: "§5.1" }) as Error;
        expect(() => normaliseCredential(typed)).toThrow(CredentialShape);
        expect(() => normaliseCredential(typed)).toThrow(shape);
    });

    it("the message does not repeat what was typed", () => {
        const typed = "SztZS-owXfoo-n6o8k-RbHtZ0";
        expect(() => normaliseCredential(typed)).not.toThrow(/Szt|RbHtZ/);
    });
});

it("only the canonical form is derived from", () => {
    expect(() => deriveCredential("SztZSowXfoon6o8kRbHtZ2", "mk3kXqNQuFFLZ5", ED25519, ED25519.fixedBase(ED25519.generator))).toThrow(Malformed);
});
