// SPDX-License-Identifier: Apache-2.0
/** The page's conversation with the worker: in order, out of order, and what never crosses over (ARCHITECTURE.md §3). */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { BELENIOS_2048, checkBallot, deriveCredential, ED25519, groupNamed, parseElection, tracker, voteCode } from "../../src/protocol";
import { openSealer, type Sealer, SealingError } from "../../src/sealing";
import { CREDENTIAL, electionOf, electionText, race } from "./elections";
import { said, ThreadWorker } from "./worker-thread";

const SESSION = "7Yq2mZcVhW8nKxTfRbDpLs";
const RACES = [race(3, 0, 2), race(2, 1, 1)];
const text = electionText(ED25519, RACES);
const CHOICES = [
    [1, 0, 1],
    [0, 1],
];

beforeAll(() => {
    vi.stubGlobal("Worker", ThreadWorker);
});
afterAll(() => {
    vi.unstubAllGlobals();
});

const opened: Sealer[] = [];
afterEach(() => {
    opened.splice(0).forEach((sealer) => sealer.forget());
});
async function open(election = text): Promise<Sealer> {
    const sealer = await openSealer("worker.js", election, SESSION);
    opened.push(sealer);
    return sealer;
}

const code = (expected: string): Error => expect.objectContaining({ name: "SealingError", code: expected }) as Error;

describe("a vote", () => {
    it.each([ED25519.name, BELENIOS_2048.name])("is sealed, coded and signed in %s", async (name) => {
        const election = electionOf(groupNamed(name), RACES);
        const sealer = await open(election.text);
        const { public: credential } = await sealer.credential(` ${CREDENTIAL.replaceAll("-", " ")}`);
        expect(credential).toBe(deriveCredential(CREDENTIAL, election.uuid, election.group, (k) => election.group.power(election.group.generator, k)).public);

        const steps: number[] = [];
        const sealed = await sealer.seal(CHOICES, (done, total) => steps.push(done / total));
        expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7].map((step) => step / 7));
        expect(sealed.code).toBe(voteCode(SESSION, sealed.hash));

        const signed = await sealer.sign();
        expect(checkBallot(signed.ballot, election, new Set([credential]))).toEqual({ credential, hash: sealed.hash, tracker: signed.tracker });
    });

    it("is the same bytes when the signature is asked for again", async () => {
        const sealer = await open();
        await sealer.credential(CREDENTIAL);
        await sealer.seal(CHOICES);
        const first = await sealer.sign();
        expect(await sealer.sign()).toEqual(first);
    });

    it("changes hash and code when sealed anew, and the new one is signed", async () => {
        const sealer = await open();
        await sealer.credential(CREDENTIAL);
        const first = await sealer.seal(CHOICES);
        const before = await sealer.sign();
        const second = await sealer.seal(CHOICES);
        const after = await sealer.sign();
        expect(second.hash).not.toBe(first.hash);
        expect(second.code).not.toBe(first.code);
        expect(after.tracker).not.toBe(before.tracker);
        expect(after.tracker).toBe(tracker(after.ballot));
        expect(JSON.parse(after.ballot)).toMatchObject({ signature: { hash: second.hash } });
    });

    it("answers questions asked at once in their order", async () => {
        const sealer = await open();
        const [{ public: credential }, sealed, signed] = await Promise.all([sealer.credential(CREDENTIAL), sealer.seal(CHOICES), sealer.sign()]);
        expect(JSON.parse(signed.ballot)).toMatchObject({ credential, signature: { hash: sealed.hash } });
    });
});

describe("a test", () => {
    it.each([ED25519.name, BELENIOS_2048.name])("reveals what makes the same ballot again, in %s", async (name) => {
        const election = electionOf(groupNamed(name), RACES);
        const sealer = await open(election.text);
        await sealer.credential(CREDENTIAL);
        const { hash } = await sealer.seal(CHOICES);
        const opening = await sealer.reveal();
        expect(opening).toMatchObject({ election: election.fingerprint, ballot: hash, choices: CHOICES });
        expect(await sealer.reveal()).toEqual(opening);

        // Another worker, which knows no credential.
        const fresh = await open(election.text);
        const steps: number[] = [];
        expect(await fresh.check(opening, (done, total) => steps.push(done / total))).toBe(null);
        expect(steps.at(-1)).toBe(1);
        const lie = [CHOICES[0]!, [1, 0]];
        await expect(fresh.check({ ...opening, choices: lie })).rejects.toThrow(code("different"));
        await expect(fresh.check({ ...opening, choices: [[1]] })).rejects.toThrow(code("malformed"));
        await expect(fresh.check({ ...opening, choices: [[1, 1, 1], [0, 1]] })).rejects.toThrow(code("different"));
    });

    it("is the end of that ballot: what was revealed is never signed", async () => {
        const sealer = await open();
        await sealer.credential(CREDENTIAL);
        await sealer.seal(CHOICES);
        await sealer.reveal();
        await expect(sealer.sign()).rejects.toThrow(code("order"));
        await expect(sealer.sign()).rejects.toThrow(code("order"));
        const next = await sealer.seal(CHOICES);
        expect(JSON.parse((await sealer.sign()).ballot)).toMatchObject({ signature: { hash: next.hash } });
    });

    it("comes too late once the ballot is signed", async () => {
        const sealer = await open();
        await sealer.credential(CREDENTIAL);
        await sealer.seal(CHOICES);
        await sealer.sign();
        await expect(sealer.reveal()).rejects.toThrow(code("order"));
    });

    it("needs a sealed ballot", async () => {
        const sealer = await open();
        await expect(sealer.reveal()).rejects.toThrow(code("order"));
        await sealer.credential(CREDENTIAL);
        await sealer.seal(CHOICES);
        await sealer.credential(CREDENTIAL);
        await expect(sealer.reveal()).rejects.toThrow(code("order"));
    });

    it("asked together with a signature, gets one of the two", async () => {
        const sealer = await open();
        await sealer.credential(CREDENTIAL);
        await sealer.seal(CHOICES);
        const both = await Promise.allSettled([sealer.sign(), sealer.reveal(), sealer.sign()]);
        expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    });
});

describe("refusals", () => {
    it("a mistyped credential says why, and the next try works", async () => {
        const sealer = await open();
        const refusal = await sealer.credential("SztZS-owXfoo-n6o8k-RbHtZ0").catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(SealingError);
        expect(refusal).toMatchObject({ code: "credential_shape", reason: "characters" });
        await sealer.credential(CREDENTIAL);
    });

    it("a mistyped credential makes the worker forget the one before", async () => {
        const sealer = await open();
        await sealer.credential(CREDENTIAL);
        await sealer.seal(CHOICES);
        await expect(sealer.credential("")).rejects.toThrow(code("credential_shape"));
        await expect(sealer.sign()).rejects.toThrow(code("order"));
        await expect(sealer.seal(CHOICES)).rejects.toThrow(code("order"));
    });

    it.each([
        ["too many", [[1, 1, 1], [0, 1]]],
        ["too few", [[1, 0, 0], [0, 0]]],
        ["not per question", [[1, 0, 0]]],
    ])("choices that are %s, after which nothing is signed", async (_, choices) => {
        const sealer = await open();
        await sealer.credential(CREDENTIAL);
        await sealer.seal(CHOICES);
        await expect(sealer.seal(choices)).rejects.toThrow(code("choices"));
        await expect(sealer.sign()).rejects.toThrow(code("order"));
    });

    it("seal before credential, sign before seal", async () => {
        const sealer = await open();
        await expect(sealer.seal(CHOICES)).rejects.toThrow(code("order"));
        await sealer.credential(CREDENTIAL);
        await expect(sealer.sign()).rejects.toThrow(code("order"));
    });

    it.each([
        ["no election", "{}"],
        ["no JSON", "<html>"],
        ["an unknown group", text.replace("Ed25519", "P-256")],
        ["a key outside the group", text.replace(/"public_key":"[0-9a-f]+"/, `"public_key":"8${"0".repeat(63)}"`)],
    ])("%s: the worker is not left running", async (_, election) => {
        await expect(openSealer("worker.js", election, SESSION)).rejects.toThrow(code("election"));
        await vi.waitFor(() => expect(ThreadWorker.running).toBe(0), { timeout: 5000 });
    });

    it.each(["missing", "forbidden"])("a script that is %s", async (address) => {
        await expect(openSealer(address, text, SESSION)).rejects.toThrow(code("worker"));
    });
});

describe("forgetting", () => {
    it("ends the worker, rejects what is under way and all that follows", async () => {
        const sealer = await open();
        await sealer.credential(CREDENTIAL);
        const underWay = sealer.seal(CHOICES);
        sealer.forget();
        await expect(underWay).rejects.toThrow(code("forgotten"));
        await expect(sealer.sign()).rejects.toThrow(code("forgotten"));
        await vi.waitFor(() => expect(ThreadWorker.running).toBe(0), { timeout: 5000 });
        sealer.forget();
    });
});

it("nothing secret has crossed over in any of these", () => {
    const election = parseElection(text);
    const { secret } = deriveCredential(CREDENTIAL, election.uuid, election.group, (k) => ED25519.power(ED25519.generator, k));
    expect(said.length).toBeGreaterThan(50);
    const all = said.join("\n");
    for (const form of [CREDENTIAL, CREDENTIAL.replaceAll("-", ""), "SztZS", String(secret), secret.toString(16)]) expect(all).not.toContain(form);
});
