// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom
import { pbkdf2Sync, webcrypto } from "node:crypto";
import { expect, test, vi } from "vitest";
import { at, put } from "./page";

const PAGE = `<form data-login><input type="hidden" name="challenge" value="old"><input type="hidden" name="work" value="">
    <div data-pictured><img data-picture src="/captcha/old.png"><button data-another="/captcha/new/"></button>
    <a data-sound href="/captcha/old.wav"></a><input name="answer" required><button data-without="/captcha/proof-of-work/" hidden></button></div>
    <p data-work-status hidden data-working="کار: % درصد" data-ready="انجام شد" data-unable="نمی‌شود" data-failed="نشد"></p></form>`;

const NONCE = "00ff10aa";
const SALT = "a1b2c3d4";

/** What `accounts.domain.captcha.new_work` describes, done by another implementation. */
function derived(counter: number): string {
    const password = Buffer.concat([Buffer.from(NONCE, "hex"), Buffer.alloc(4)]);
    password.writeUInt32BE(counter, 4);
    return pbkdf2Sync(password, Buffer.from(SALT, "hex"), 50, 32, "sha256").toString("hex");
}

function challenge(counter: number): unknown {
    const keyPrefix = derived(counter).slice(0, 16);
    return { parameters: { algorithm: "PBKDF2/SHA-256", cost: 50, keyLength: 32, keyPrefix, nonce: NONCE, salt: SALT, data: { expires: 1 } }, signature: "s" };
}

function answer(body: unknown, status = 200): void {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(body), { status })));
}

async function start(): Promise<void> {
    vi.stubGlobal("crypto", webcrypto);
    put(PAGE);
    await import("../../src/pages/login");
}

function input(name: string): HTMLInputElement {
    return at(`input[name=${name}]`) as HTMLInputElement;
}

test.each([0, 1, 37])("work whose answer is %i is done and handed in as the server reads it", async (counter) => {
    const task = challenge(counter);
    answer(task);
    await start();
    expect(at("[data-without]").hidden).toBe(false);
    at("[data-without]").click();
    await vi.waitFor(() => expect(at("[data-work-status]").textContent).toBe("انجام شد"));
    const payload: unknown = JSON.parse(atob(input("work").value));
    expect(payload).toEqual({ challenge: task, solution: { counter, derivedKey: derived(counter) } });
    expect(at("[data-pictured]").hasAttribute("hidden")).toBe(true);
    expect(input("answer").required).toBe(false);
});

test("a server that does not answer leaves the picture in place", async () => {
    answer({}, 503);
    await start();
    at("[data-without]").click();
    await vi.waitFor(() => expect(at("[data-work-status]").textContent).toBe("نشد"));
    expect(at("[data-pictured]").hasAttribute("hidden")).toBe(false);
    expect(input("work").value).toBe("");
    expect(at("[data-without]").getAttribute("aria-disabled")).toBe("false");
});

test("a browser without cryptography is told which ways are left", async () => {
    answer(challenge(0));
    await start();
    vi.stubGlobal("crypto", {});
    at("[data-without]").click();
    await vi.waitFor(() => expect(at("[data-work-status]").textContent).toBe("نمی‌شود"));
});

test("another picture comes with its sound, and the box is emptied", async () => {
    answer({ id: "fresh", image: "/captcha/fresh.png", sound: "/captcha/fresh.wav" });
    await start();
    input("answer").value = "12";
    at("[data-another]").click();
    await vi.waitFor(() => expect(input("challenge").value).toBe("fresh"));
    expect(at("[data-picture]").getAttribute("src")).toBe("/captcha/fresh.png");
    expect(at("[data-sound]").getAttribute("href")).toBe("/captcha/fresh.wav");
    expect(input("answer").value).toBe("");
});

test("one click is one attempt", async () => {
    answer({});
    await start();
    const attempts = [1, 2].map(() => {
        const submit = new Event("submit", { cancelable: true });
        at("form").dispatchEvent(submit);
        return !submit.defaultPrevented;
    });
    expect(attempts).toEqual([true, false]);
});
