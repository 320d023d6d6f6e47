// SPDX-License-Identifier: Apache-2.0
/** The page may show only the election that was sealed: a vote carries places, not names. */
import { describe, expect, it } from "vitest";
import { objectionTo, type Race } from "../../src/data";
import { electionText, sampleRaces, smallRaces } from "../harness/election";

const races = smallRaces({ size: 3, min: 0, max: 2 }, { size: 2, min: 1, max: 1 });
const text = electionText(races);

function changed(race: number, change: Partial<Race>): Race[] {
    return races.map((one, index) => (index === race ? { ...one, ...change } : one));
}

describe("the page's names", () => {
    it("of the sample election agree", () => {
        expect(objectionTo(sampleRaces(), electionText(sampleRaces()))).toBe(null);
    });

    it("may be told apart by their codes in the election file", () => {
        const [first, ...rest] = races[0]!.candidates;
        const twins = changed(0, { candidates: [first!, { ...first!, code: "999" }, ...rest.slice(1)] });
        const file = electionText(changed(0, { candidates: twins[0]!.candidates.map((one) => ({ ...one, name: `${one.name} (${one.code})` })) }));
        expect(objectionTo(twins, file)).toBe(null);
        // Swapped namesakes are the attack that the codes are there for.
        const swapped = changed(0, { candidates: [twins[0]!.candidates[1]!, twins[0]!.candidates[0]!, ...twins[0]!.candidates.slice(2)] });
        expect(objectionTo(swapped, file)).toBe("names_mismatch");
    });

    it.each([
        ["two candidates swapped", changed(0, { candidates: [...races[0]!.candidates].reverse() })],
        ["a name changed", changed(1, { candidates: races[1]!.candidates.map((one, place) => (place === 0 ? { ...one, name: "دیگری" } : one)) })],
        ["a candidate left out", changed(0, { candidates: races[0]!.candidates.slice(1) })],
        ["a candidate added", changed(0, { candidates: [...races[0]!.candidates, races[0]!.candidates[0]!] })],
        ["a higher limit", changed(0, { max: 3 })],
        ["a lower minimum", changed(1, { min: 0 })],
        ["a blank vote that the file has not", changed(0, { blank: true })],
        ["another title", changed(1, { title: "دادستان" })],
        ["races swapped", [...races].reverse()],
        ["a race left out", races.slice(1)],
        ["a race added", [...races, races[0]!]],
    ])("with %s do not agree", (_, shown) => {
        expect(objectionTo(shown, text)).toBe("names_mismatch");
    });

    it("with blank votes agree with a file that has them", () => {
        const blank = changed(0, { blank: true });
        expect(objectionTo(blank, electionText(blank))).toBe(null);
        expect(objectionTo(races, electionText(blank))).toBe("names_mismatch");
    });

    it.each(["Lists", "NonHomomorphic", "Another"])("of a question of kind %s are not looked at: this booth cannot seal it", (type) => {
        const file = JSON.parse(text) as { questions: unknown[] };
        file.questions[1] = { type, value: {} };
        expect(objectionTo(races, JSON.stringify(file))).toBe("kind");
    });
});
