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
import { commitOneOf, holdsOneOf } from "../../src/protocol/proofs";
import { hashBase64 } from "../../src/protocol/hash";
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

describe("a question with a blank choice", () => {
    const [blank, candidates] = [electionOf(ED25519, [race(3, 1, 2, true), race(2, 0, 1, true), race(2, 0, 1)]), makeBases(election)];
    const make = (...made: number[][]): string => signBallot(candidates, key, sealBallot(blank, candidates, key.public, made));
    const credentials = new Set([key.public]);

    it.each([
        ["a choice in each", [0, 1, 0, 1], [0, 0, 1], [1, 0]],
        ["blank in each", [1, 0, 0, 0], [1, 0, 0], [0, 0]],
        ["nobody and not blank, where min is 0", [0, 1, 0, 0], [0, 0, 0], [0, 1]],
    ])("%s is sealed, and passes the check", (_, ...made) => {
        expect(checkBallot(make(...made), blank, credentials).credential).toBe(key.public);
    });

    it("has the fields and branches of §7.3, and only where blank is allowed", () => {
        const { answers } = JSON.parse(make([1, 0, 0, 0], [0, 0, 0], [0, 0])) as { answers: Record<string, unknown[]>[] };
        expect(answers.map((answer) => Object.keys(answer).join())).toEqual([
            "choices,individual_proofs,overall_proof,blank_proof",
            "choices,individual_proofs,overall_proof,blank_proof",
            "choices,individual_proofs,overall_proof",
        ]);
        expect(answers.map((answer) => [answer["choices"], answer["overall_proof"], answer["blank_proof"] ?? []].map((list) => list!.length))).toEqual([
            [4, 3, 2],
            [3, 3, 2],
            [2, 2, 0],
        ]);
    });

    it.each([
        ["blank and a name", [1, 1, 0, 0], "§7.3"],
        ["nobody, where one is the least", [0, 0, 0, 0], "§7.2"],
        ["more than max", [0, 1, 1, 1], "§7.2"],
        ["no flag", [1, 0, 0], "§7.2"],
        ["a flag of 2", [2, 0, 0, 0], "§7.2"],
    ])("%s is not sealed", (_, made, section) => {
        expect(() => make(made, [0, 0, 0], [0, 0])).toThrow(expect.objectContaining({ name: "VerificationError", section }) as Error);
    });

    it.each([
        ["§7.2", (answer: Record<string, unknown>) => delete answer["blank_proof"]],
        ["§7.3", (answer: Record<string, unknown[]>) => answer["blank_proof"]!.reverse()],
        ["§7.3", (answer: Record<string, unknown[]>) => answer["blank_proof"]!.push(answer["blank_proof"]![0])],
        ["§7.3", (answer: Record<string, unknown[]>) => answer["overall_proof"]!.reverse()],
        ["§7.3", (answer: Record<string, unknown[]>) => answer["overall_proof"]!.shift()],
        ["§7.2", (answer: Record<string, unknown[]>) => answer["individual_proofs"]!.reverse()],
    ])("an altered answer breaks %s", (section, alter: (answer: Record<string, unknown[]>) => unknown) => {
        const sealed = sealBallot(blank, candidates, key.public, [[1, 0, 0, 0], [0, 0, 1], [0, 0]]);
        const content = JSON.parse(JSON.stringify(sealed.content)) as { answers: Record<string, unknown[]>[] };
        alter(content.answers[0]!);
        const altered = { ...sealed, content: content as never, hash: hashBase64(JSON.stringify(content)) };
        expect(() => checkBallot(signBallot(candidates, key, altered), blank, credentials)).toThrow(expect.objectContaining({ section }) as Error);
    });

    it("an answer of a question without blank proves nothing where blank is allowed, nor the other way round", () => {
        const plain = JSON.parse(make([0, 1, 0, 0], [0, 0, 0], [0, 0])) as { answers: unknown[] };
        const content: Record<string, unknown> = { ...plain, answers: [plain.answers[0], plain.answers[2], plain.answers[1]] };
        delete content["signature"];
        const ballot = signBallot(candidates, key, { content: content as never, credential: key.public, hash: hashBase64(JSON.stringify(content)) });
        expect(() => checkBallot(ballot, blank, credentials)).toThrow(expect.objectContaining({ section: "§7.2" }) as Error);
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
        const commitment = commitOneOf(bases, holdsOneOf({ randomness: 5n, message: 1 }, [0, 1]), draw);
        expect(commitment.answer(9n).length).toBe(2);
        expect(() => commitment.answer(10n)).toThrow("once");
    });

    it("is not begun for a message that is none of the values", () => {
        expect(() => commitOneOf(bases, holdsOneOf({ randomness: 5n, message: 2 }, [0, 1]), draw)).toThrow(RangeError);
    });
});
