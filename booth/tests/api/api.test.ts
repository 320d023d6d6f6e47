// SPDX-License-Identifier: Apache-2.0
/** The calls on a line that loses requests and answers, each fault as *failed* and as *failed but happened* (threat-model.md T4, T10). */
import { describe, expect, it } from "vitest";
import { PAUSES, Refusal, Unreachable, votingApi, type ApiOptions, type VotingApi } from "../../src/api";
import { boothData, CREDENTIAL, SESSION, smallRaces } from "../harness/election";
import { directSealer } from "../harness/direct";
import { FakeServer, fetchFrom, type Fault } from "../harness/server";

const NOW = 1_795_000_000_000;
const races = smallRaces({ size: 2, min: 0, max: 1 });
const HASH = "A".repeat(43);

function world(options: Partial<ApiOptions> = {}): { server: FakeServer; api: VotingApi; waited: number[] } {
    const data = boothData(races, NOW);
    const server = new FakeServer(data, () => NOW);
    const waited: number[] = [];
    const api = votingApi({
        urls: data.urls,
        csrf: data.csrf,
        fetch: fetchFrom(server),
        wait: (milliseconds) => {
            waited.push(milliseconds);
            return Promise.resolve();
        },
        mark: () => 7,
        ...options,
    });
    return { server, api, waited };
}

async function signedBallot(server: FakeServer, api: VotingApi): Promise<{ ballot: string; tracker: string }> {
    const sealer = directSealer(server.data.election, SESSION);
    const { public: credential } = await sealer.credential(CREDENTIAL);
    const { hash } = await sealer.seal([[1, 0]]);
    await api.seal(hash, credential, () => true);
    server.confirm();
    return sealer.sign();
}

describe("what is sent", () => {
    it("is the body of the interface, with the token of the page, to this server only", async () => {
        const seen: { url: string; init: RequestInit }[] = [];
        const { server } = world();
        const { api } = world({
            fetch: (url, init) => {
                seen.push({ url: url as string, init: init ?? {} });
                return fetchFrom(server)(url, init);
            },
        });
        await api.seal(HASH, server.data.session.public_credential, () => true);
        await api.status();
        expect(seen[0]!.url).toBe("/e/arkan-1405/vote/seal/");
        expect(seen[0]!.init).toMatchObject({
            method: "POST",
            credentials: "same-origin",
            cache: "no-store",
            redirect: "error",
            headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": "token" },
            body: JSON.stringify({ ballot_hash: HASH, credential: server.data.session.public_credential }),
        });
        expect(seen[1]!.init).toMatchObject({ method: "GET", body: null, headers: { Accept: "application/json" } });
    });
});

describe("an answer", () => {
    it("of status says where the session stands, and when it was asked", async () => {
        const { api, server } = world();
        expect(await api.status()).toEqual({
            state: "authenticated",
            vote_code: null,
            now: NOW,
            expires_at: server.expiresAt,
            election_ends_at: server.electionEndsAt,
            last_cast_at: server.lastCastAt,
            sent: 7,
        });
    });

    it.each([
        ["a code that is no code", { vote_code: "1234567", state: "sealed", now: NOW, expires_at: NOW }],
        ["a code in Persian digits", { vote_code: "۱۲۳۴۵۶۷۸", state: "sealed", now: NOW, expires_at: NOW }],
        ["a time that is no number", { vote_code: "12345678", state: "sealed", now: "now", expires_at: NOW }],
        ["nothing", {}],
    ])("with %s is not believed", async (_, answer) => {
        const { api } = world({ fetch: () => Promise.resolve(new Response(JSON.stringify(answer))) });
        await expect(api.seal(HASH, "x", () => false)).rejects.toMatchObject({ name: "Unreachable", kind: "server" });
    });

    it.each(["[]", "null", '"text"', "", "<html>", "{"])("%s instead of an object is taken for a page of the network", async (body) => {
        const { api } = world({ fetch: () => Promise.resolve(new Response(body)) });
        await expect(api.status()).rejects.toMatchObject({ name: "Unreachable", kind: "network" });
    });
});

describe("a refusal", () => {
    it("is final: asked once, told with its code", async () => {
        const { api, server, waited } = world();
        server.faults.seal = [{ refuse: "superseded", status: 409 }];
        await expect(api.seal(HASH, "x", () => true)).rejects.toEqual(new Refusal("superseded", "سامانه گفت: superseded"));
        expect(server.count("seal")).toBe(1);
        expect(waited).toEqual([]);
    });

    it("without a code of ours, as a page that forbids, is told as unexpected", async () => {
        const { api } = world({ fetch: () => Promise.resolve(new Response("<h1>Forbidden</h1>", { status: 403 })) });
        await expect(api.cast("{}")).rejects.toMatchObject({ name: "Refusal", code: "unexpected" });
    });
});

describe("a bad line", () => {
    const faults: [string, Fault[]][] = [
        ["requests that never arrive", ["lost", "lost"]],
        ["answers that get lost after the work was done", ["answer_lost", "answer_lost"]],
        ["a server that breaks", ["error_500"]],
        ["a server that is busy", ["busy", "busy"]],
        ["a sign-in page of the network", ["page"]],
        ["everything in turn", ["lost", "answer_lost", "busy", "page", "error_500"]],
    ];

    it.each(faults)("with %s ends in one vote and its receipt, with the same bytes each time", async (_, list) => {
        const { api, server, waited } = world();
        const { ballot, tracker } = await signedBallot(server, api);
        server.faults.cast = [...list];
        expect(await api.cast(ballot)).toEqual({ tracker, event: "ab".repeat(32), receipt_url: "/e/arkan-1405/receipt/" });
        expect(server.cast).toBe(ballot);
        const bodies = server.arrived.filter((one) => one.call === "cast").map((one) => one.body);
        expect(new Set(bodies)).toEqual(new Set([JSON.stringify({ ballot })]));
        expect(waited).toEqual(PAUSES.slice(0, list.length));
    });

    it.each(faults)("with %s gives one ballot up, once", async (_, list) => {
        const { api, server } = world();
        await api.seal(HASH, server.data.session.public_credential, () => true);
        server.faults.audit = [...list];
        expect(await api.audit(HASH)).toEqual({ audited: 1, most: 3 });
        expect(server.challenged).toEqual([HASH]);
        const bodies = server.arrived.filter((one) => one.call === "audit").map((one) => one.body);
        expect(new Set(bodies)).toEqual(new Set([JSON.stringify({ ballot_hash: HASH })]));
    });

    it("that stays bad is given up after the last pause, and says which end failed", async () => {
        const { api, server, waited } = world();
        server.faults.cast = Array<Fault>(20).fill("lost");
        await expect(api.cast("{}")).rejects.toMatchObject({ kind: "network" });
        expect(waited).toEqual([...PAUSES]);
        server.faults.cast = Array<Fault>(20).fill("busy");
        await expect(api.cast("{}")).rejects.toMatchObject({ kind: "server" });
    });

    it("does not register a ballot again that was given up meanwhile", async () => {
        const { api, server } = world();
        server.faults.seal = ["lost", "lost", "lost"];
        let asked = 0;
        await expect(api.seal(HASH, "x", () => ++asked < 2)).rejects.toBeInstanceOf(Unreachable);
        expect(server.faults.seal).toHaveLength(2);
    });

    it("is not waited for in a look at the status", async () => {
        const { api, server, waited } = world();
        server.faults.status = ["lost"];
        await expect(api.status()).rejects.toBeInstanceOf(Unreachable);
        expect(waited).toEqual([]);
    });

    it("that says nothing at all is given up when the time is over", async () => {
        const silent: typeof fetch = (_, init) =>
            new Promise((_resolve, reject) => {
                init?.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
            });
        const { api, waited } = world({ fetch: silent, timeout: 5 });
        await expect(api.cast("{}")).rejects.toMatchObject({ kind: "network" });
        expect(waited).toHaveLength(PAUSES.length);
    });
});
