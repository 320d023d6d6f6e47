// SPDX-License-Identifier: Apache-2.0
/** The browser's verifier over every archive of tests/vectors/belenios: nothing skipped, every refusal for its recorded rule. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/verify/report";
import { folder, readJson } from "../protocol/archives";
import { verify } from "./local";

interface Vector {
    file: string;
    expected: "valid" | "invalid";
    group: string;
    uuid: string;
    questions: string[];
    weights: boolean;
    trustees: string[];
    stage: string;
    ballots: number;
    kept: number;
    result: number[][] | null;
    section?: string;
}
const { vectors } = readJson("vectors.json") as { vectors: Vector[] };

/** What this program does not check, and says so. */
const elsewhere = ({ questions, group }: Vector): boolean => group === "RFC-3526-2048" || questions.some((kind) => kind !== "H" && kind !== "H+blank");

/** The check that a rule belongs to. */
const CHECK_OF: Record<string, number> = {
    "§11.1": 1,
    "§11.3": 1,
    "§11.4": 1,
    "§12.2": 2,
    "§6.3": 4,
    "§6.4": 4,
    "§5.3": 5,
    "§3.2": 6,
    "§3.3": 6,
    "§4.2": 6,
    "§7.1": 6,
    "§7.2": 6,
    "§8.2": 7,
    "§10.1": 9,
    "§10.3": 10,
};

const outcomes = (report: Report): string[] => report.checks.map(({ outcome }) => outcome);
const read = (file: string): Uint8Array => readFileSync(folder + file);

describe("archives", () => {
    it("are of every kind", () => {
        const kinds = vectors.map((vector) => (elsewhere(vector) ? "elsewhere" : vector.expected));
        expect(["valid", "invalid", "elsewhere"].map((kind) => kinds.filter((each) => each === kind).length)).toEqual([10, 26, 5]);
    });

    it.each(vectors.filter((vector) => !elsewhere(vector) && vector.expected === "valid"))("accepts $file with the recorded result", async (vector) => {
        const report = await verify(read(vector.file), { hands: 2 });
        expect(report.checks.flatMap(({ findings }) => findings)).toEqual([]);
        expect(report.verdict).toBe("valid");
        const { uuid, group, stage, ballots, kept, trustees } = report.election;
        const members = vector.trustees.reduce((sum, kind) => sum + (kind === "Single" ? 1 : Number(/of ([0-9]+)/.exec(kind)![1])), 0);
        expect({ uuid, group, stage, ballots, kept, trustees }).toEqual({
            uuid: vector.uuid,
            group: vector.group,
            stage: vector.stage,
            ballots: vector.ballots,
            kept: vector.kept,
            trustees: members,
        });
        expect(report.result?.map(({ answers }) => answers.map(({ count }) => count)) ?? null).toEqual(vector.result);
        expect(report.complete).toBe(vector.stage === "Result");
        const [holds, later] = ["holds", "not checked"];
        const open = vector.stage === "Result" ? holds : later;
        expect(outcomes(report)).toEqual([holds, holds, holds, holds, holds, holds, open, holds, open, open, later, later]);
    });

    it.each(vectors.filter((vector) => !elsewhere(vector) && vector.expected === "invalid"))("refuses $file: $section", async ({ file, section }) => {
        const report = await verify(read(file));
        expect(report.verdict).toBe("invalid");
        expect(report.complete).toBe(false);
        const failing = report.checks.filter(({ outcome }) => outcome === "fails");
        expect(failing.map(({ number }) => number)).toEqual([CHECK_OF[section!]]);
        const sections = failing.flatMap(({ findings }) => findings.map((finding) => finding.section));
        expect(new Set(sections)).toEqual(new Set([section]));
    });

    it.each(vectors.filter(elsewhere))("says that it does not check $file", async ({ file }) => {
        const report = await verify(read(file));
        expect(report.verdict).toBe("unsupported");
        expect(report.complete).toBe(false);
        const findings = report.checks.flatMap((check) => check.findings.map((finding) => [check.number, finding.unsupported]));
        expect(findings).toEqual([[3, true]]);
        // What it can check, the chain and the order, it does.
        expect(outcomes(report).slice(0, 3)).toEqual(["holds", "holds", "fails"]);
    });

    it("gives the same report whatever the pieces and the hands", async () => {
        const archive = read("ed25519-h-blank-weights-threshold.bel");
        const reference = await verify(archive);
        for (const [size, hands] of [
            [1, 1],
            [511, 3],
            [513, 2],
            [archive.length, 4],
        ] as const) {
            expect(await verify(archive, { size, hands })).toEqual(reference);
        }
    });

    it("finds a ballot by its tracker, and an event by its hash", async () => {
        const archive = read("ed25519-h-open.bel");
        const plain = await verify(archive);
        const kat = readJson("kat.json") as { tracker: { file: string; ballot_index: number; tracker: string }[] };
        const known = kat.tracker.filter(({ file }) => file === "ed25519-h-open.bel");
        for (const { tracker, ballot_index: place } of known) {
            const report = await verify(archive, { tracker });
            expect(report.sought).toMatchObject({ tracker, found: { height: place + 1, holds: true } });
        }
        const last = plain.election.last_event!;
        const report = await verify(archive, { tracker: "A".repeat(43), event: last });
        expect(report.sought?.found).toBeNull();
        expect(report.page_event).toEqual({ hash: last, found: true });
        expect((await verify(archive, { event: "0".repeat(64) })).page_event?.found).toBe(false);
    });

    it("names every bad ballot, not only the first", async () => {
        const report = await verify(read("bad-swapped-answers.bel"));
        const ballots = report.checks[5]!;
        expect(ballots.count).toBe(2);
        expect(ballots.findings.map(({ where }) => where.split(" (")[0])).toEqual(["ballot 1", "ballot 2"]);
        expect(ballots.note).toBe("2 of 4 ballots refused");
    });

    it("calls an archive that breaks off incomplete, never valid", async () => {
        const archive = read("ed25519-small.bel");
        for (const length of [0, 1, 511, 1000, archive.length - 1, archive.length - 513]) {
            const { verdict, complete } = await verify(archive.subarray(0, length));
            expect([length, verdict, complete]).toEqual([length, "incomplete", false]);
        }
    });
});
