// SPDX-License-Identifier: Apache-2.0
/** Openings that Python makes byte for byte alike: tests/twins/opening-vectors.json (protocol.md §14). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
    checkOpening,
    groupNamed,
    makeBases,
    openingFragment,
    openingText,
    parseElection,
    parseFragment,
    parseOpening,
    sealBallot,
    seededDraw,
} from "../../src/protocol";

interface Vectors {
    draws: { group: string; seed: string; scalars: string[] }[];
    openings: { name: string; election: string; opening: string; fragment: string; hash: string }[];
}
const file = new URL("../../../tests/twins/opening-vectors.json", import.meta.url);
const { draws, openings } = JSON.parse(readFileSync(file, "utf8")) as Vectors;

it.each(draws)("the scalars of a seed in $group", ({ group, seed, scalars }) => {
    const draw = seededDraw(seed);
    const { q } = groupNamed(group);
    expect(scalars.map(() => String(draw(q)))).toEqual(scalars);
});

describe.each(openings)("$name", (vector) => {
    const election = parseElection(vector.election);
    const bases = makeBases(election);
    const opening = parseOpening(vector.opening);

    it("has the same forms", () => {
        expect(openingText(opening)).toBe(vector.opening);
        expect(openingFragment(opening)).toBe(vector.fragment);
        expect(parseFragment(vector.fragment, election.fingerprint)).toEqual(opening);
    });

    it("is of the same ballot", () => {
        const { hash } = sealBallot(election, bases, opening.credential, opening.choices, { draw: seededDraw(opening.seed) });
        expect([hash, opening.ballot]).toEqual([vector.hash, vector.hash]);
        expect(() => checkOpening(election, bases, opening)).not.toThrow();
    });
});
