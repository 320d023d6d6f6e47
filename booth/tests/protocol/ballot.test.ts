// SPDX-License-Identifier: Apache-2.0
/** Making ballots: limits, freshness, progress, and what happens when the machine miscounts (protocol.md §7). */
import { describe, expect, it } from "vitest";
import {
    BELENIOS_2048,
    checkBallot,
    deriveCredential,
    ED25519,
    groupNamed,
    makeBases,
    sealBallot,
    signBallot,
    VerificationError,
} from "../../src/protocol";
import { commitOneOf } from "../../src/protocol/proofs";
import { draw } from "../../src/protocol/scalar";
import { CREDENTIAL, electionOf, race } from "./elections";

const election = electionOf(ED25519, [race(4, 1, 2), race(2, 0, 1)]);
const bases = makeBases(election);
const key = deriveCredential(CREDENTIAL, election.uuid, election.group, bases.g);
const choices = [
    [1, 0, 0, 1],
    [0, 0],
];
const seal = (made: readonly (readonly number[])[]): (() => unknown) => {
    return () => sealBallot(election, bases, key.public, made);
};

describe("limits", () => {
    it.each([
        ["fewer than min", [[0, 0, 0, 0], [0, 0]], "§7.2"],
        ["more than max", [[1, 1, 1, 0], [0, 0]], "§7.2"],
        ["a choice of 2", [[2, 0, 0, 0], [0, 0]], "§7.2"],
        ["a choice of -1", [[1, 1, 1, -1], [0, 0]], "§7.2"],
        ["half a choice", [[0.5, 0.5, 0, 0], [0, 0]], "§7.2"],
        ["a choice less", [[1, 0, 0], [0, 0]], "§7.2"],
        ["a choice too many", [[1, 0, 0, 0, 0], [0, 0]], "§7.2"],
        ["an answer less", [[1, 0, 0, 0]], "§7.1"],
        ["an answer too many", [[1, 0, 0, 0], [0, 0], [0, 0]], "§7.1"],
    ])("%s is not sealed", (_, made, section) => {
        expect(seal(made)).toThrow(VerificationError);
        expect(seal(made)).toThrow(expect.objectContaining({ section }) as Error);
    });
});

describe("sealing", () => {
    it("uses fresh randomness each time", () => {
        const [first, second] = [sealBallot(election, bases, key.public, choices), sealBallot(election, bases, key.public, choices)];
        expect(first.hash).not.toBe(second.hash);
        const alphas = [first, second].flatMap(({ content }) => JSON.stringify(content).match(/"alpha":"[0-9a-f]+"/g) ?? []);
        expect(new Set(alphas).size).toBe(12);
    });

    it("reports one step per choice and one per question", () => {
        const seen: [number, number][] = [];
        sealBallot(election, bases, key.public, choices, { onProgress: (done, total) => seen.push([done, total]) });
        expect(seen).toEqual(Array.from({ length: 8 }, (_, i) => [i + 1, 8]));
    });

    it("makes ballots of one length whatever the choices, up to the digits of scalars", () => {
        const shape = (made: number[][]): string =>
            JSON.stringify(sealBallot(election, bases, key.public, made).content).replace(/"[0-9]+"/g, '"n"').length.toString();
        expect(shape(choices)).toBe(shape([[0, 1, 0, 0], [0, 1]]));
    });

    it.each([ED25519.name, BELENIOS_2048.name])("notices a wrong power in %s", (name) => {
        const group = groupNamed(name);
        const here = electionOf(group, [race(2, 0, 1)]);
        const honest = makeBases(here);
        for (const wrong of [1, 3, 7, 10, 12]) {
            let calls = 0;
            const slip = (k: bigint): unknown => (++calls === wrong ? group.multiply(honest.y(k), group.generator) : honest.y(k));
            const make = (): unknown => sealBallot(here, { ...honest, y: slip }, key.public, [[0, 1]]);
            const expected = { section: "§4.4" };
            // Two choices and the overall proof take eight powers of y; the ninth is the check's own.
            if (wrong <= 9) expect(make).toThrow(expect.objectContaining(expected) as Error);
            else expect(make).not.toThrow();
        }
    });

    it("passes the whole check after signing", () => {
        const sealed = sealBallot(election, bases, key.public, choices);
        const ballot = signBallot(bases, key, sealed);
        expect(checkBallot(ballot, election, new Set([key.public])).hash).toBe(sealed.hash);
    });

    it("is not signed by another credential", () => {
        const other = deriveCredential("46XbZ-MF2HP6-3sDST-R1B7mF", election.uuid, election.group, bases.g);
        const sealed = sealBallot(election, bases, key.public, choices);
        expect(() => signBallot(bases, other, sealed)).toThrow(VerificationError);
    });
});

describe("a proof begun", () => {
    it("is answered once: two answers would reveal the randomness", () => {
        const commitment = commitOneOf(bases, { randomness: 5n, message: 1 }, [0, 1], draw);
        expect(commitment.answer(9n).length).toBe(2);
        expect(() => commitment.answer(10n)).toThrow("once");
    });

    it("is not begun for a message that is none of the values", () => {
        expect(() => commitOneOf(bases, { randomness: 5n, message: 2 }, [0, 1], draw)).toThrow(RangeError);
    });
});
