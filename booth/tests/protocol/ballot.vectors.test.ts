// SPDX-License-Identifier: Apache-2.0
/** Ballots that Python makes byte for byte alike: tests/twins/vectors.json. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkBallot, deriveCredential, makeBases, parseElection, sealBallot, signBallot, tracker, voteCode } from "../../src/protocol";
import { utf8 } from "../../src/protocol/encoding";
import { seeded } from "./seeded";

interface Vector {
    name: string;
    election: string;
    fingerprint: string;
    credential: string;
    public: string;
    choices: number[][];
    seed: string;
    hash: string;
    tracker: string;
    length: number;
    session: string;
    vote_code: string;
}
const file = new URL("../../../tests/twins/vectors.json", import.meta.url);
const { ballots } = JSON.parse(readFileSync(file, "utf8")) as { ballots: Vector[] };

describe.each(ballots)("$name", (vector) => {
    const election = parseElection(vector.election);
    const bases = makeBases(election);
    const key = deriveCredential(vector.credential, election.uuid, election.group, bases.g);
    const draw = seeded(vector.seed);
    const sealed = sealBallot(election, bases, key.public, vector.choices, { draw });
    const ballot = signBallot(bases, key, sealed, draw);

    it("is made to the same bytes", () => {
        expect(election.fingerprint).toBe(vector.fingerprint);
        expect(sealed.hash).toBe(vector.hash);
        expect([tracker(ballot), utf8(ballot).length]).toEqual([vector.tracker, vector.length]);
        expect(voteCode(vector.session, sealed.hash)).toBe(vector.vote_code);
    });

    it("is accepted", () => {
        const expected = { credential: vector.public, hash: vector.hash, tracker: vector.tracker };
        expect(checkBallot(ballot, election, new Set([vector.public]))).toEqual(expected);
    });
});
