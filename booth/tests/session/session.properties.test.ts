// SPDX-License-Identifier: Apache-2.0
/** What holds of the session machine whatever happens to it, in whatever order (threat-model.md T1, T4). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Opening } from "../../src/protocol";
import { begin, BLANK, currentStep, mayVisit, next, uncertain, type Event, type RaceRule, type State } from "../../src/session";

const DEADLINES = { expiresAt: 1_000, electionEndsAt: 2_000, lastCastAt: 3_000 };
const CODES = ["11111111", "22222222"] as const;

const rules: fc.Arbitrary<RaceRule[]> = fc.array(
    fc
        .tuple(fc.nat(3), fc.nat(3), fc.integer({ min: 1, max: 4 }), fc.boolean())
        .map(([a, b, size, blank]) => ({ min: Math.min(a, b, size), max: Math.min(Math.max(a, b), size), size, blank })),
    { minLength: 1, maxLength: 3 },
);

/** Each ballot its own, as each seal has fresh randomness. */
const hashOf = (state: State): string => `hash-${state.attempt}`;

const openingOf = (ballot: string): Opening => ({ election: "", ballot, credential: "", seed: "secret", choices: [] });

/** What a patient voter and an honest world would send next. */
function likely(state: State, number: number): Event {
    const { attempt, place, sealed } = state;
    const step = currentStep(state) ?? 0;
    if (state.leaving) return { type: "stay" };
    switch (place.at) {
        case "loading":
            return { type: "opened", attempt, credential: "good" };
        case "credential":
            return place.checking ? { type: "credential_checked", answer: "good" } : { type: "credential_typed" };
        case "race":
            return mayVisit(state, step + 1) ? { type: "visit", step: step + 1 } : { type: "toggle", race: step, answer: number };
        case "sealing":
            return { type: "sealed", attempt, own: CODES[0], hash: hashOf(state), server: CODES[0], expiresAt: 1_000 };
        case "preview":
            if (number === 1) return { type: "challenge" };
            return sealed?.confirmed === true ? { type: "cast" } : { type: "status", attempt, state: "confirmed", code: sealed?.code ?? null, deadlines: DEADLINES };
        case "challenge":
            return { type: "audit" };
        case "auditing":
            return { type: "audited", attempt, opening: openingOf(sealed?.hash ?? ""), used: 1, most: 5 };
        case "opened":
            return { type: "visit", step };
        case "casting":
            return { type: "recorded", attempt, own: "t", server: "t" };
        case "trouble":
            return { type: "retry" };
        case "done":
        case "ended":
            return { type: "tick", now: 0 };
    }
}

/** Events as the world may send them, in any order; late ones answer to an earlier attempt. */
const event = (state: State, pick: number, number: number, flag: boolean): Event => {
    const attempt = flag ? state.attempt : state.attempt - 1;
    const code = CODES[number % 2]!;
    const step = currentStep(state) ?? 0;
    const all: Event[] = [
        { type: "opened", attempt, credential: number % 5 === 0 ? "none" : "good" },
        { type: "credential_typed" },
        { type: "credential_checked", answer: flag ? "good" : "wrong" },
        { type: "toggle", race: step, answer: number },
        { type: "toggle", race: step, answer: number },
        { type: "toggle", race: number, answer: step },
        { type: "visit", step: step + 1 },
        { type: "visit", step: step + 1 },
        { type: "visit", step: number - 1 },
        { type: "sealing", attempt, done: number, total: 5 },
        { type: "sealed", attempt, own: code, hash: hashOf(state), server: number === 4 ? CODES[0] : code, expiresAt: 1_000 },
        { type: "sealed", attempt, own: code, hash: hashOf(state), server: code, expiresAt: 1_000 },
        { type: "status", attempt, state: "confirmed", code, deadlines: DEADLINES },
        { type: "status", attempt, state: "confirmed", code: state.sealed?.code ?? null, deadlines: DEADLINES },
        { type: "status", attempt, state: number === 4 ? "superseded" : "sealed", code: state.sealed?.code ?? null, deadlines: DEADLINES },
        { type: "cast" },
        { type: "cast" },
        { type: "toggle", race: step, answer: BLANK },
        { type: "challenge" },
        { type: "challenge" },
        { type: "audit" },
        { type: "audit" },
        { type: "audited", attempt, opening: openingOf(state.sealed?.hash ?? ""), used: 1, most: 5 },
        { type: "recorded", attempt, own: "t", server: number === 4 ? "u" : "t" },
        { type: "refused", attempt, code: ["code_taken", "not_confirmed", "hash_mismatch", "expired", "strange", "audit_limit"][(number + pick) % 6]! },
        { type: "failed", attempt, kind: (["network", "server", "device"] as const)[number % 3]! },
        { type: "retry" },
        { type: "leave" },
        { type: "stay" },
        { type: "left" },
        { type: "status_lost" },
        { type: "status_refused", attempt, code: "no_session" },
        { type: "tick", now: number === 4 ? 1_000 : 500 },
        { type: "stop", why: "elsewhere" },
    ];
    return all[pick % all.length]!;
};

const steps = fc.array(fc.tuple(fc.nat(1_000), fc.integer({ min: 0, max: 4 }), fc.boolean()), { minLength: 5, maxLength: 80 });

function run(races: RaceRule[], list: [number, number, boolean][], check: (before: State, event: Event, after: State) => void): void {
    let state = begin(races, DEADLINES, "authenticated");
    // So that most runs are past the beginning.
    state = next(state, { type: "opened", attempt: 1, credential: "good" });
    for (const [pick, number, flag] of list) {
        const sent = pick % 3 === 0 ? likely(state, number) : event(state, pick, number, flag || pick % 4 !== 0);
        const after = next(state, sent);
        check(state, sent, after);
        state = after;
    }
}

const holds = (check: (before: State, event: Event, after: State) => void, runs = 400): void => {
    fc.assert(
        fc.property(rules, steps, (races, list) => {
            run(races, list, check);
        }),
        { numRuns: runs },
    );
};

describe("whatever happens", () => {
    it("no race ever holds more than its maximum, nor an answer twice, nor one that does not exist", () => {
        holds((_, __, { races, choices }) => {
            choices.forEach((list, race) => {
                expect(list.filter((answer) => answer !== BLANK).length).toBeLessThanOrEqual(races[race]!.max);
                expect([...list]).toEqual([...new Set(list)].sort((a, b) => a - b));
                if (list.includes(BLANK)) expect([list, races[race]!.blank]).toEqual([[BLANK], true]);
                else for (const answer of list) expect(answer >= 0 && answer < races[race]!.size).toBe(true);
            });
        });
    });

    it("nothing is sealed, shown or cast while a race is short of its minimum", () => {
        holds((_, __, { place, races, choices }) => {
            if (place.at === "sealing" || place.at === "preview" || place.at === "casting" || place.at === "auditing")
                races.forEach((race, index) => expect(choices[index]!.includes(BLANK) || choices[index]!.length >= race.min).toBe(true));
        });
    });

    it("only a confirmed ballot with the shown choices is cast, and by the voter's own press", () => {
        holds((before, { type }, after) => {
            if (after.place.at !== "casting" || before.place.at === "casting") return;
            expect(after.sealed?.confirmed).toBe(true);
            expect(after.sealed?.choices).toEqual(after.choices);
            expect(before.leaving).toBe(false);
            // From a preview by pressing, or again from trouble in which the very same ballot had been sent.
            if (before.place.at === "preview") expect(type).toBe("cast");
            else expect([before.place, type]).toEqual([expect.objectContaining({ at: "trouble", during: "casting" }), "retry"]);
        });
    });

    it("a ballot that was to be given up is never cast, and only such a one is opened", () => {
        fc.assert(
            fc.property(rules, steps, (races, list) => {
                const given = new Set<string>();
                run(races, list, (before, { type }, after) => {
                    if (after.place.at === "auditing" && type === "audit") given.add(after.sealed!.hash);
                    // Refused for its number, the server did nothing to it.
                    if (after.place.at === "challenge" && before.place.at === "auditing") given.delete(after.sealed!.hash);
                    if (after.place.at === "casting") expect(given).not.toContain(after.sealed!.hash);
                    if (after.place.at === "opened") expect(given).toContain(after.place.opening.ballot);
                    if (after.place.at === "auditing") expect(given).toContain(after.sealed!.hash);
                });
            }),
            { numRuns: 1_000 },
        );
    });

    it("an opening is held by its own screen alone", () => {
        holds((_, __, after) => {
            if (after.place.at !== "opened") expect(JSON.stringify(after)).not.toContain("secret");
        });
    });

    it("a ballot is confirmed only by a look that names its own code", () => {
        holds((before, sent, after) => {
            if (after.sealed?.confirmed !== true || before.sealed?.confirmed === true) return;
            expect(sent.type).toBe("status");
            expect(sent).toMatchObject({ state: "confirmed", code: after.sealed.code, attempt: before.attempt });
        });
    });

    it("a code that the server and the booth do not share is never shown", () => {
        holds((before, sent, after) => {
            if (after.sealed && after.sealed !== before.sealed && sent.type === "sealed") expect(sent.server).toBe(sent.own);
        });
    });

    it("no answer to work that was given up changes anything", () => {
        holds((before, sent, after) => {
            if ("attempt" in sent && sent.attempt !== before.attempt) expect(after).toBe(before);
        });
    });

    it("attempts only grow, and each piece of work has its own", () => {
        holds((before, _, after) => {
            expect(after.attempt).toBeGreaterThanOrEqual(before.attempt);
            const begun = after.place.at === "sealing" || after.place.at === "casting" || after.place.at === "loading" || after.place.at === "auditing";
            if (begun && after.place.at !== before.place.at) expect(after.attempt).toBe(before.attempt + 1);
        });
    });

    it("an ending is final and holds nothing of the vote", () => {
        holds((before, _, after) => {
            if (before.place.at === "ended" || before.place.at === "done") expect(after).toBe(before);
            if (after.place.at === "ended" || after.place.at === "done") {
                expect(after.choices).toEqual([]);
                expect(after.sealed).toBe(null);
            }
        });
    });

    it("a vote that may be in the box is never given up by time, leaving or another device", () => {
        holds((before, sent, after) => {
            if (!uncertain(before) || uncertain(after)) return;
            // A refusal is the server's word that it is not in the box; a failed worker had sent nothing.
            expect(["recorded", "refused", "failed"]).toContain(sent.type);
        });
    });

    it("choices are lost only at an ending or by the voter's own touch", () => {
        holds((before, sent, after) => {
            if (after.place.at !== "ended" && after.place.at !== "done" && sent.type !== "toggle") expect(after.choices).toBe(before.choices);
        });
    });

    it("a step is visited only if it may be", () => {
        holds((before, sent, after) => {
            if (sent.type === "visit" && after !== before) expect(mayVisit(before, sent.step)).toBe(true);
        });
    });

    it("a run of the likely events reaches the receipt", () => {
        let reached = 0;
        let opened = 0;
        fc.assert(
            fc.property(rules, steps, (races, list) => {
                run(races, list, (_, __, after) => {
                    if (after.place.at === "casting") reached += 1;
                    if (after.place.at === "opened") opened += 1;
                });
            }),
            { numRuns: 2_000, seed: 7 },
        );
        // Otherwise the properties above would hold of nothing.
        expect(reached).toBeGreaterThan(100);
        expect(opened).toBeGreaterThan(100);
    });
});
