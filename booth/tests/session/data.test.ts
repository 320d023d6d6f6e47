// SPDX-License-Identifier: Apache-2.0
/** The page may show only the election that was sealed: a vote carries places, not names. */
import { describe, expect, it } from "vitest";
import { agreesWithElection, type Race } from "../../src/data";
import { electionText, sampleRaces, smallRaces } from "../harness/election";

const races = smallRaces({ size: 3, min: 0, max: 2 }, { size: 2, min: 1, max: 1 });
const text = electionText(races);

function changed(race: number, change: Partial<Race>): Race[] {
    return races.map((one, index) => (index === race ? { ...one, ...change } : one));
}

describe("the page's names", () => {
    it("of the sample election agree", () => {
        expect(agreesWithElection(sampleRaces(), electionText(sampleRaces()))).toBe(true);
    });

    it("may be told apart by their codes in the election file", () => {
        const [first, ...rest] = races[0]!.candidates;
        const twins = changed(0, { candidates: [first!, { ...first!, code: "999" }, ...rest.slice(1)] });
        const file = electionText(changed(0, { candidates: twins[0]!.candidates.map((one) => ({ ...one, name: `${one.name} (${one.code})` })) }));
        expect(agreesWithElection(twins, file)).toBe(true);
        // Swapped namesakes are the attack that the codes are there for.
        const swapped = changed(0, { candidates: [twins[0]!.candidates[1]!, twins[0]!.candidates[0]!, ...twins[0]!.candidates.slice(2)] });
        expect(agreesWithElection(swapped, file)).toBe(false);
    });

    it.each([
        ["two candidates swapped", changed(0, { candidates: [...races[0]!.candidates].reverse() })],
        ["a name changed", changed(1, { candidates: races[1]!.candidates.map((one, place) => (place === 0 ? { ...one, name: "دیگری" } : one)) })],
        ["a candidate left out", changed(0, { candidates: races[0]!.candidates.slice(1) })],
        ["a candidate added", changed(0, { candidates: [...races[0]!.candidates, races[0]!.candidates[0]!] })],
        ["a higher limit", changed(0, { max: 3 })],
        ["a lower minimum", changed(1, { min: 0 })],
        ["another title", changed(1, { title: "دادستان" })],
        ["races swapped", [...races].reverse()],
        ["a race left out", races.slice(1)],
        ["a race added", [...races, races[0]!]],
    ])("with %s do not agree", (_, shown) => {
        expect(agreesWithElection(shown, text)).toBe(false);
    });
});
