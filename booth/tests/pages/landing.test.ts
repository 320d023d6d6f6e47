// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";
import { at, put } from "./page";

const CREDENTIAL = "kPb8L-mWx2Qf-7hJcR-3tNvYz";
const KEY = "sandogh.credential.arkan";
const PAGE = `<main id="main"></main><p id="link-broken" hidden></p><p id="link-unkept" hidden></p>`;

async function open(fragment: string): Promise<void> {
    put(PAGE);
    history.replaceState(null, "", `/e/arkan/?x=1${fragment}`);
    await import("../../src/pages/landing");
}

test("the credential goes from the address into this tab's storage", async () => {
    await open(`#${CREDENTIAL}`);
    expect(location.href.endsWith("/e/arkan/?x=1")).toBe(true);
    expect(sessionStorage.getItem(KEY)).toBe(CREDENTIAL);
    expect(localStorage.length).toBe(0);
    expect([at("#link-broken").hidden, at("#link-unkept").hidden]).toEqual([true, true]);
});

test.each([
    ["cut short", CREDENTIAL.slice(0, -1)],
    ["with a letter that Base58 has not", CREDENTIAL.replace("k", "0")],
    ["without its hyphens", CREDENTIAL.replaceAll("-", "")],
    ["with something after it", `${CREDENTIAL}x`],
    ["nonsense", "%E2%80%8E"],
])("a link %s is wiped, not kept, and the voter is told", async (_name, fragment) => {
    await open(`#${fragment}`);
    expect(location.hash).toBe("");
    expect(sessionStorage.length).toBe(0);
    expect(at("#link-broken").hidden).toBe(false);
});

test.each(["", "#main"])("an address with '%s' is left alone", async (fragment) => {
    sessionStorage.setItem(KEY, CREDENTIAL);
    await open(fragment);
    expect(location.hash).toBe(fragment);
    expect(sessionStorage.getItem(KEY)).toBe(CREDENTIAL);
    expect(at("#link-broken").hidden).toBe(true);
});

test("a browser without storage still has its address wiped, and the voter is told to keep the message", async () => {
    vi.stubGlobal("sessionStorage", {
        setItem: () => {
            throw new Error("denied");
        },
        clear: () => undefined,
    });
    await open(`#${CREDENTIAL}`);
    expect(location.hash).toBe("");
    expect(at("#link-unkept").hidden).toBe(false);
    expect(at("#link-broken").hidden).toBe(true);
});

test("a link tapped again on the open page is taken as well", async () => {
    await open(`#${CREDENTIAL.slice(0, 9)}`);
    expect(at("#link-broken").hidden).toBe(false);
    location.hash = CREDENTIAL;
    window.dispatchEvent(new Event("hashchange"));
    expect(location.hash).toBe("");
    expect(sessionStorage.getItem(KEY)).toBe(CREDENTIAL);
    expect(at("#link-broken").hidden).toBe(true);
});
