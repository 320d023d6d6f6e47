// SPDX-License-Identifier: Apache-2.0
/** The parts of the verifier by themselves: the crew, the ledger, one ballot, Lagrange, the order of events, the verdict. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Malformed, Truncated, Unsupported, VerificationError } from "../../src/protocol/errors";
import { EVENT_TYPES, type EventType, Grammar } from "../../src/protocol/events";
import { lagrange } from "../../src/protocol/result";
import { Crew, type Hand, Line } from "../../src/verify/crew";
import type { Act, Acts } from "../../src/verify/judge";
import { Ledger, NothingToCheck, PLAN, Unfounded } from "../../src/verify/ledger";
import { messagesFor } from "../../src/verify/messages";
import { type BallotRecord, checkOneBallot } from "../../src/verify/one-ballot";
import { verdictOf } from "../../src/verify/report";
import { archiveTexts } from "./texts";

describe("a line", () => {
    it("gives results in the order of the work, however long each takes, and lets no more wait than it has room for", async () => {
        await fc.assert(
            fc.asyncProperty(fc.array(fc.nat(5), { maxLength: 20 }), fc.integer({ min: 1, max: 4 }), async (pauses, room) => {
                const taken: number[] = [];
                let open = 0;
                const line = new Line<number>(room, (result) => {
                    taken.push(result);
                    open -= 1;
                });
                for (const [i, pause] of pauses.entries()) {
                    open += 1;
                    await line.add(new Promise((done) => setTimeout(() => done(i), pause)));
                    expect(open).toBeLessThanOrEqual(room);
                }
                await line.finish();
                expect(taken).toEqual(pauses.map((_, i) => i));
            }),
            { numRuns: 20 },
        );
    });

    it("fails when the work fails", async () => {
        const line = new Line<number>(3, () => undefined);
        await line.add(Promise.reject(new Error("broke")));
        await expect(line.finish()).rejects.toThrow("broke");
    });
});

it("a crew gives work to the hand with the least", async () => {
    const given: number[] = [];
    const hand = (number: number): Hand => ({
        do<A extends Act>(): Promise<Acts[A]["answer"]> {
            given.push(number);
            return new Promise((done) => setTimeout(() => done([] as never), 5));
        },
    });
    const crew = new Crew([hand(0), hand(1), hand(2)]);
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => crew.any("ballots", { ballots: [] })));
    expect(given.sort()).toEqual([0, 0, 1, 1, 2, 2]);
    expect(await crew.all("product", null)).toHaveLength(3);
});

describe("the ledger", () => {
    it("blames the check at the root, and tells a matter to come from a failure", async () => {
        const ledger = new Ledger();
        await ledger.take(3, () => {
            throw new Malformed("§4.3", "false");
        });
        await ledger.take(5, () => {
            throw new Unfounded([3]);
        });
        await ledger.take(6, () => {
            ledger.need(3, 5);
            return "";
        });
        await ledger.take(7, () => {
            throw new NothingToCheck("no EncryptedTally yet");
        });
        await ledger.take(9, () => {
            ledger.need(7);
            return "";
        });
        expect(ledger.checks.map(({ number, outcome, note }) => [number, outcome, note])).toEqual([
            [3, "fails", ""],
            [5, "not checked", "rests on check 3, which failed"],
            [6, "not checked", "rests on check 3, which failed"],
            [7, "not checked", "no EncryptedTally yet"],
            [9, "not checked", "no EncryptedTally yet"],
        ]);
    });

    it("counts all findings and keeps a thousand, each with its place", async () => {
        const ledger = new Ledger();
        for (let i = 0; i < 1500; i++) ledger.refuse(6, new VerificationError("§7.2", "false"), `ballot ${i + 1}`);
        await ledger.take(6, () => "");
        const [check] = ledger.checks;
        expect([check!.count, check!.findings.length, check!.findings[999]!.where, check!.outcome]).toEqual([1500, 1000, "ballot 1000", "fails"]);
        expect(ledger.sound(6)).toBe(false);
    });

    it("does not swallow what is no refusal", async () => {
        await expect(
            new Ledger().take(1, () => {
                throw new TypeError("a fault of ours");
            }),
        ).rejects.toThrow(TypeError);
    });
});

it("the verdict is never valid with a finding, and never worse than the findings", async () => {
    const kinds = { invalid: new VerificationError("§7", "x"), unsupported: new Unsupported("§9", "x"), incomplete: new Truncated("§11", "x") };
    await fc.assert(
        fc.asyncProperty(fc.array(fc.constantFrom("invalid" as const, "unsupported" as const, "incomplete" as const)), async (found) => {
            const ledger = new Ledger();
            for (const kind of found) ledger.refuse(1, kinds[kind]);
            await ledger.take(1, () => "");
            const expected = (["invalid", "unsupported", "incomplete"] as const).find((kind) => found.includes(kind)) ?? "valid";
            expect(verdictOf(ledger.checks)).toBe(expected);
        }),
    );
});

it("Lagrange's coefficients bring any T shares of a polynomial back to its value at 0", () => {
    const q = 2n ** 252n + 27742317777372353535851937790883648493n;
    const scalar = fc.bigInt({ min: 0n, max: q - 1n });
    fc.assert(
        fc.property(fc.array(scalar, { minLength: 1, maxLength: 5 }), fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 5, maxLength: 5 }), (polynomial, all) => {
            const indices = all.slice(0, polynomial.length);
            const at = (x: bigint): bigint => polynomial.reduceRight((sum, coefficient) => (sum * x + coefficient) % q, 0n);
            const sum = indices.reduce((total, j) => total + lagrange(indices, j, q) * at(BigInt(j)), 0n);
            expect(sum % q).toBe(polynomial[0]);
        }),
        { numRuns: 50 },
    );
});

it("the grammar allows what protocol.md §12.2 allows, written once more as a regular expression", () => {
    const letters: Record<EventType, string> = {
        Setup: "S",
        Ballot: "b",
        EndBallots: "E",
        EncryptedTally: "T",
        Shuffle: "x",
        EndShuffles: "X",
        PartialDecryption: "d",
        Result: "R",
    };
    const allowed = /^(S(b*(E(T((x+(X(d+R?)?)?)?|d+R?))?)?)?)$/;
    const holds = (types: readonly EventType[]): boolean => {
        const grammar = new Grammar();
        try {
            for (const type of types) grammar.next(type);
            grammar.end();
        } catch (error) {
            expect(error).toMatchObject({ section: "§12.2" });
            return false;
        }
        return true;
    };
    // All short orders, and long walks that often get far.
    const walk = (types: readonly EventType[], depth: number): void => {
        expect([types, holds(types)]).toEqual([types, allowed.test(types.map((type) => letters[type]).join(""))]);
        if (depth > 0) for (const type of EVENT_TYPES) walk([...types, type], depth - 1);
    };
    walk([], 4);
    const story: EventType[] = ["Setup", "Ballot", "Ballot", "EndBallots", "EncryptedTally", "Shuffle", "EndShuffles", "PartialDecryption", "Result"];
    fc.assert(
        fc.property(fc.subarray(story), fc.nat(8), fc.constantFrom(...EVENT_TYPES), (part, at, type) => {
            for (const types of [part, [...part.slice(0, at), type, ...part.slice(at)]]) {
                expect(holds(types)).toBe(allowed.test(types.map((each) => letters[each]).join("")));
            }
        }),
    );
});

describe("one ballot", () => {
    const { setup, ballots, fingerprint } = archiveTexts("ed25519-h-blank-weights-threshold.bel");
    const record = (change: Partial<BallotRecord> = {}): BallotRecord => ({ ballot: ballots[0]!.record, setup, ...change });
    const failing = (given: BallotRecord, tracker = ballots[0]!.tracker, shown = fingerprint): string | undefined =>
        checkOneBallot(given, tracker, shown).steps.find(({ outcome }) => outcome === "fails")?.step;

    it("holds, each with its row", () => {
        ballots.forEach(({ record: own, tracker, height, event }) => {
            const report = checkOneBallot({ ballot: own, setup }, tracker, fingerprint);
            expect([report.holds, report.height, report.event, report.fingerprint]).toEqual([true, height, event, fingerprint]);
            expect(report.steps.map(({ outcome }) => outcome)).toEqual(["holds", "holds", "holds", "holds", "holds"]);
        });
    });

    it("is refused at the step that is false, and later steps are not claimed", () => {
        const [first, second] = [ballots[0]!.record, ballots[1]!.record];
        expect(failing(record({ ballot: second }))).toBe("tracker");
        expect(failing(record({ ballot: { event: second.event, members: first.members } }))).toBe("row");
        expect(failing(record({ ballot: { event: setup.event, members: first.members } }))).toBe("row");
        expect(failing(record(), ballots[0]!.tracker, "A".repeat(43))).toBe("election");
        expect(failing(record({ setup: { event: setup.event, members: [setup.members[0]!, "[]", ...setup.members.slice(2)] } }))).toBe("election");
        expect(failing(record({ setup: first }))).toBe("election");
        expect(failing(record({ ballot: { event: "", members: [] } }))).toBe("tracker");
        const report = checkOneBallot(record({ ballot: { event: second.event, members: first.members } }), ballots[0]!.tracker, fingerprint);
        expect(report.steps.map(({ outcome }) => outcome)).toEqual(["holds", "fails", "not checked", "not checked", "not checked"]);
        expect(report.holds).toBe(false);
    });
});

it("speaks both languages of every check", () => {
    for (const language of ["fa", "en"]) {
        const words = messagesFor(language);
        expect(words.checks).toHaveLength(PLAN.size);
        expect(words.left(3, String)).toMatch(/5/);
        expect(words.left(61, String)).toMatch(/65/);
        expect(words.left(3600, String)).toMatch(/60/);
    }
    expect(messagesFor("fa").verdicts.unsupported[1]).toContain("این بخش در مرورگر بررسی نمی‌شود؛ با sandogh verify بررسی کنید");
});
