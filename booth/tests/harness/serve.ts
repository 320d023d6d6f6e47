// SPDX-License-Identifier: Apache-2.0
/**
 * The booth by itself on http://127.0.0.1:8431/, to look at its screens: `npx vite-node tests/harness/serve.ts`.
 *
 * `/?…` gives a page with a fresh session; `left` (minutes of the window), `ends` (minutes to the election's end), `language`, `races=many|blank|single|min`
 * and `swap` (names in another order than the election file), `kind` (a question that no booth can seal) shape it. POST /control {"confirm": true, "state": …, "faults": {…}, "lieAboutCode": true} steers the server meanwhile.
 */
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { Race } from "../../src/data";
import { boothData, electionText, MINUTE, sampleRaces, smallRaces } from "./election";
import { FakeServer, type Call, type Fault } from "./server";

const PORT = Number(process.env["PORT"] ?? 8431);
const STATIC = new URL("../../../src/sandogh/server/portal/static/", import.meta.url);
const TYPES: Readonly<Record<string, string>> = { js: "text/javascript", css: "text/css", woff2: "font/woff2", svg: "image/svg+xml" };
const CSP = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'";

let fake = new FakeServer(boothData(sampleRaces(), Date.now()), Date.now);
function races(kind: string | null): Race[] {
    const sample = sampleRaces();
    if (kind === "min") return smallRaces({ size: 5, min: 2, max: 3 }, { size: 3, min: 1, max: 1 });
    if (kind === "blank") return sample.map((race) => ({ ...race, blank: true }));
    if (kind === "single") return sample.slice(2);
    if (kind === "many") return [...sample, ...sample.map((race) => ({ ...race, id: `${race.id}2`, title: `${race.title} ناحیهٔ دو` }))];
    return sample;
}

/** The election file with a first question of a kind that the booth does not know. */
const otherKind = (text: string): string => text.replace('"questions":[', '"questions":[{"type":"Lists","value":{}},');

function page(query: URLSearchParams): string {
    const now = Date.now();
    const chosen = races(query.get("races"));
    const data = boothData(chosen, now);
    const left = Number(query.get("left") ?? 20) * MINUTE;
    const ends = Number(query.get("ends") ?? 363) * MINUTE;
    const shaped = {
        ...data,
        races: query.has("swap") ? chosen.map((race) => ({ ...race, candidates: [...race.candidates].reverse() })) : chosen,
        election: query.has("kind") ? otherKind(electionText(chosen)) : electionText(chosen),
        election_ends_at: now + ends,
        last_cast_at: now + ends + 20 * MINUTE,
        session: { ...data.session, id: query.get("session") ?? data.session.id, expires_at: now + left },
        language: query.get("language") ?? "fa",
    };
    fake = new FakeServer(shaped, Date.now);
    const json = JSON.stringify(shaped).replace(/</g, "\\u003c");
    const english = shaped.language === "en";
    return `<!doctype html>
<html lang="${shaped.language}" dir="${english ? "ltr" : "rtl"}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${shaped.title}</title><link rel="stylesheet" href="/static/portal/sandogh.css"><link rel="stylesheet" href="/static/portal/booth.css"></head>
<body><a class="skip" href="#booth">${english ? "Skip to content" : "رفتن به محتوای اصلی"}</a>
<header class="top"><a class="brand" href="${shaped.urls.landing}"><svg viewBox="-30 -30 60 60" aria-hidden="true"><path fill="currentColor" d="M28 0 19.8 8.2V19.8H8.2L0 28-8.2 19.8H-19.8V8.2L-28 0-19.8-8.2V-19.8H-8.2L0-28 8.2-19.8H19.8V-8.2Z"/></svg><span>${shaped.organisation}</span></a></header>
<main id="booth" tabindex="-1" data-worker="/static/booth/worker.js"></main>
<script type="application/json" id="booth-data">${json}</script>
<script type="module" src="/static/booth/booth.js"></script></body></html>`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
}

const server = createServer((request, response) => {
    void (async () => {
        const url = new URL(request.url ?? "/", "http://127.0.0.1");
        const send = (status: number, type: string, body: string | Buffer): void => {
            response.writeHead(status, { "Content-Type": `${type}; charset=utf-8`, "Content-Security-Policy": CSP, "Cache-Control": "no-store" });
            response.end(body);
        };
        const call = /\/vote\/(seal|status|audit|cast|leave)\/$/.exec(url.pathname)?.[1] as Call | undefined;
        if (call) {
            const answer = fake.handle(call, await bodyOf(request));
            if (answer) send(answer.status, "application/json", answer.body);
            else request.socket.destroy();
        } else if (url.pathname === "/control") {
            const { confirm, faults, ...rest } = JSON.parse(await bodyOf(request)) as { confirm?: boolean; faults?: Partial<Record<Call, Fault[]>> };
            Object.assign(fake, rest);
            Object.assign(fake.faults, faults);
            if (confirm === true) fake.confirm();
            send(200, "application/json", JSON.stringify({ state: fake.state, code: fake.code, casts: fake.count("cast") }));
        } else if (url.pathname.startsWith("/static/")) {
            const file = new URL(url.pathname.slice("/static/".length), STATIC);
            if (existsSync(file)) send(200, TYPES[file.pathname.split(".").pop() ?? ""] ?? "application/octet-stream", readFileSync(file));
            else send(404, "text/plain", "no such file");
        } else if (url.pathname === "/") send(200, "text/html", page(url.searchParams));
        else send(200, "text/html", `<!doctype html><html lang="fa" dir="rtl"><title>${url.pathname}</title><main><h1>${url.pathname}</h1></main>`);
    })();
});
server.listen(PORT, "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}/`));
