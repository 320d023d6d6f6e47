// SPDX-License-Identifier: Apache-2.0
/** What is sent to the voter: self-contained files that the oldest browser understands. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "espree";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "booth-build-"));
afterAll(() => {
    rmSync(folder, { recursive: true });
});
writeFileSync(join(folder, "left-behind.js"), "old");
const said = execFileSync("node", [fileURLToPath(new URL("../../build.mjs", import.meta.url)), "--out", folder], { encoding: "utf8" });
const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));

/** Newer than Chrome 87. The worker brings its own Object.hasOwn (old-browsers.ts); sealing.test.ts runs it without these. */
const TOO_NEW =
    /\.at\(|\.findLast|\.to(Sorted|Reversed|Spliced)\(|Object\.(hasOwn|groupBy)\b|structuredClone|Array\.fromAsync|isWellFormed|randomUUID|AbortSignal\.|scheduler\.|:has\(/;

/**
 * Calls such as `f?.(...list, one)`, which Chrome 80 to 90 cannot run: the build leaves `?.` as it is, so none may be written.
 * Answers where each begins.
 */
function spreadsEarlyInChain(node: unknown, inChain = false): unknown[] {
    if (typeof node !== "object" || node === null) return [];
    const { type, arguments: given, start } = node as { type?: string; arguments?: { type: string }[]; start?: number };
    const chained = inChain || type === "ChainExpression";
    const early = chained && type === "CallExpression" && (given ?? []).slice(0, -1).some((one) => one.type === "SpreadElement");
    return [...(early ? [start] : []), ...Object.values(node).flatMap((inner) => spreadsEarlyInChain(inner, chained))];
}

describe("the build", () => {
    it("would find a spread argument that old browsers trip over", () => {
        const found = (code: string): unknown[] => spreadsEarlyInChain(parse(code, { ecmaVersion: 2020, sourceType: "module" }).body);
        expect(found("a?.b(...c, 1)")).toEqual([0]);
        expect(found("a?.b(1, ...c); a.b(...c, 1)")).toEqual([]);
    });


    it("makes the booth and its worker and leaves nothing of an earlier one", () => {
        expect(scripts).toEqual(expect.arrayContaining(["booth.js", "worker.js", "worker-belenios-2048.js"]));
        expect(readdirSync(folder)).not.toContain("left-behind.js");
        expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
        expect(said.split(" ").length).toBe(readdirSync(folder).length + 1);
    });

    it.each(scripts)("%s stands alone and is old enough", (name) => {
        const code = readFileSync(join(folder, name), "utf8");
        const worker = name.includes("worker");
        const { body } = parse(code, { ecmaVersion: 2020, sourceType: worker ? "script" : "module" });
        expect(body.map(({ type }) => type).filter((type) => /^(Import|Export)/.test(type))).toEqual([]);
        expect(spreadsEarlyInChain(body)).toEqual([]);
        expect(TOO_NEW.exec(worker ? code.replaceAll("Object.hasOwn", "") : code)).toBeNull();
        // A script beside this one may be fetched by an address that the page computes; none that the build wrote in.
        expect(/\bimport\(["'`]|\beval\(|new Function\b|sourceMappingURL/.exec(code)).toBeNull();
        // The names of SVG and MathML are no addresses that anyone visits.
        expect(/https?:\/\/(?!www\.w3\.org\/)/.exec(code)).toBeNull();
    });
});
