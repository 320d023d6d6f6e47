// SPDX-License-Identifier: Apache-2.0
/** Opening a challenged ballot (protocol.md §14): its forms, what it shows and what any change does to it; and that it is opened or signed, never both. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Custody, OutOfOrder } from "../../src/custody";
import {
    BELENIOS_2048,
    checkBallot,
    checkOpening,
    deriveCredential,
    ED25519,
    freshSeed,
    groupNamed,
    makeBases,
    Malformed,
    type Opening,
    openingFragment,
    openingText,
    parseFragment,
    parseOpening,
    sealBallot,
    type SealedBallot,
    seededDraw,
    signBallot,
    VerificationError,
} from "../../src/protocol";
import { CREDENTIAL, electionOf, race } from "./elections";

const election = electionOf(ED25519, [race(3, 0, 2, true), race(2, 0, 1)]);
const bases = makeBases(election);
const key = deriveCredential(CREDENTIAL, election.uuid, election.group, bases.g);
const other = deriveCredential("46XbZ-MF2HP6-3sDST-R1B7mF", election.uuid, election.group, bases.g);
const CHOICES = [
    [[0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0]],
    [[0, 0], [0, 1], [1, 0]],
] as const;

const choices = fc.tuple(fc.constantFrom(...CHOICES[0]), fc.constantFrom(...CHOICES[1]));
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const RUNS = { numRuns: 12 };

function opened(seed: string, made: readonly (readonly number[])[]): Opening {
    const { hash } = sealBallot(election, bases, key.public, made, { draw: seededDraw(seed) });
    return { election: election.fingerprint, ballot: hash, credential: key.public, seed, choices: made };
}

describe("an opening", () => {
    it("survives both of its forms and shows what was sealed", () => {
        fc.assert(
            fc.property(seeds, choices, (seed, made) => {
                const opening = opened(seed, made);
                expect(parseOpening(openingText(opening))).toEqual(opening);
                expect(parseFragment(`https://example.org/e/arkan/open/${openingFragment(opening)}`, election.fingerprint)).toEqual(opening);
                expect(() => checkOpening(election, bases, opening)).not.toThrow();
            }),
            RUNS,
        );
    });

    it("with any other choice, seed or credential is of another ballot", () => {
        fc.assert(
            fc.property(seeds, seeds, choices, choices, (seed, wrong, made, wish) => {
                fc.pre(seed !== wrong && JSON.stringify(made) !== JSON.stringify(wish));
                const opening = opened(seed, made);
                for (const lie of [{ choices: wish }, { seed: wrong }, { credential: other.public }]) {
                    expect(() => checkOpening(election, bases, { ...opening, ...lie })).toThrow(VerificationError);
                }
            }),
            RUNS,
        );
    });

    it("of choices that break a limit, or of another election, is refused", () => {
        const opening = opened(freshSeed(), [[0, 1, 0, 0], [0, 0]]);
        expect(() => checkOpening(election, bases, { ...opening, choices: [[1, 1, 0, 0], [0, 0]] })).toThrow(VerificationError);
        expect(() => checkOpening(election, bases, { ...opening, choices: [[0, 1, 0, 0]] })).toThrow(Malformed);
        expect(() => checkOpening(election, bases, { ...opening, choices: [[0, 1, 0], [0, 0]] })).toThrow(Malformed);
        expect(() => checkOpening(election, bases, { ...opening, credential: "00".repeat(31) + "01" })).toThrow(VerificationError);
        const elsewhere = electionOf(ED25519, [race(3, 0, 2, true), race(2, 1, 1)]);
        expect(() => checkOpening(elsewhere, bases, opening)).toThrow(VerificationError);
    });

    const good = opened("0f".repeat(32), [[0, 1, 0, 0], [0, 0]]);
    it.each([
        ["nothing", ""],
        ["another format", openingText(good).replace("/1", "/2")],
        ["white space", openingText(good).replace(",", ", ")],
        ["a field too many", openingText(good).replace("}", ',"more":1}')],
        ["a short seed", openingText(good).replace("0f0f", "0f")],
        ["a seed in capitals", openingText(good).replace("0f", "0F")],
        ["a choice of 2", openingText(good).replace("[0,0]", "[0,2]")],
        ["a choice that is no number", openingText(good).replace("[0,0]", "[0,true]")],
        ["a hash cut short", openingText(good).replace(`"ballot":"`, `"ballot":"A`)],
        ["a credential that is none", openingText(good).replace(key.public, "<b>")],
    ])("as a file, with %s, is none", (_, text) => {
        expect(() => parseOpening(text)).toThrow(Malformed);
    });

    const fragment = openingFragment(good);
    it.each([
        ["nothing", ""],
        ["another version", fragment.replace("#1.", "#2.")],
        ["a part less", fragment.slice(0, fragment.lastIndexOf("."))],
        ["a part more", `${fragment}.0`],
        ["a choice of 2", fragment.replace(/.$/, "2")],
        ["a letter among the choices", fragment.replace(/.$/, "x")],
        ["a seed cut short", fragment.replace("Dw8P", "")],
        ["signs of the other alphabet", fragment.replace(/\.Dw8/, ".+/8")],
        ["padding", fragment.replace(/\.Dw8/, ".Dw=")],
    ])("as an address, with %s, is none", (_, text) => {
        expect(() => parseFragment(text, election.fingerprint)).toThrow(Malformed);
    });

    it.each([ED25519.name, BELENIOS_2048.name])("fits into a picture that a telephone reads, in %s", (name) => {
        const group = groupNamed(name);
        const here = electionOf(group, [race(20, 0, 9, true), race(6, 0, 3), race(3, 0, 3)]);
        const credential = deriveCredential(CREDENTIAL, here.uuid, group, group.fixedBase(group.generator)).public;
        const made = [21, 6, 3].map((length) => Array<number>(length).fill(0));
        const long = openingFragment({ ...good, credential, choices: made });
        expect(long.length).toBeLessThan(name === "Ed25519" ? 220 : 1_000);
        expect(parseFragment(long, election.fingerprint).credential).toBe(credential);
    });
});

describe("the stream of a seed", () => {
    it("is that of §14 and goes on from block to block", () => {
        const seed = "00".repeat(31) + "07";
        const blocks = [0, 1, 2, 3].map((i) => createHash("sha256").update(`ballot-randomness|${seed}|${i}`).digest());
        const stream = Buffer.concat(blocks).toString("hex");
        const bound = 3n << 98n;
        // 100 bits of each 13 bytes, those that are not below the bound left out.
        const expected = stream.match(/.{26}/g)!.map((pair) => BigInt(`0x${pair}`) & ((1n << 100n) - 1n)).filter((number) => number < bound);
        const draw = seededDraw(seed);
        expect(expected.length).toBeLessThan(9);
        expect(expected.map(() => draw(bound))).toEqual(expected);
    });

    it("begins with a fresh seed each time", () => {
        const fresh = Array.from({ length: 20 }, freshSeed);
        expect(new Set(fresh).size).toBe(20);
        expect(fresh.every((seed) => /^[0-9a-f]{64}$/.test(seed))).toBe(true);
    });
});

describe("a ballot in custody", () => {
    const made = CHOICES.map(([first]) => first);

    it("is signed or revealed, whichever came first, and never both", () => {
        fc.assert(
            fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }), (acts) => {
                const custody = Custody.seal(election, bases, key, made);
                const results = acts.map((sign) => {
                    try {
                        return sign ? custody.sign() : openingText(custody.reveal());
                    } catch (error) {
                        expect(error).toBeInstanceOf(OutOfOrder);
                        return null;
                    }
                });
                // What the first act made, every later one of its kind makes again; the other kind makes nothing.
                acts.forEach((sign, i) => expect(results[i]).toBe(sign === acts[0] ? results[0] : null));
                expect(results[0]).not.toBeNull();
            }),
            RUNS,
        );
    });

    it("is revealed as it was sealed, with a seed of its own", () => {
        const [one, two] = [Custody.seal(election, bases, key, made), Custody.seal(election, bases, key, made)];
        expect(one.hash).not.toBe(two.hash);
        expect(one.reveal().seed).not.toBe(two.reveal().seed);
        expect(one.reveal()).toMatchObject({ ballot: one.hash, credential: key.public, choices: made });
        expect(() => checkOpening(election, bases, one.reveal())).not.toThrow();
    });

    it("is signed with randomness that no seed tells", () => {
        const sealed = (): SealedBallot => sealBallot(election, bases, key.public, made, { draw: seededDraw("0f".repeat(32)) });
        expect(sealed()).toEqual(sealed());
        expect(signBallot(bases, key, sealed())).not.toBe(signBallot(bases, key, sealed()));
        const custody = Custody.seal(election, bases, key, made);
        expect(checkBallot(custody.sign(), election, new Set([key.public])).hash).toBe(custody.hash);
    });
});
