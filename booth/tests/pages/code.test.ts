// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";
import { at, put, SERVER_NOW } from "./page";

function page(left: number): string {
    return `<form data-code><div data-code-until="${SERVER_NOW + left}" data-code-seconds="120"><svg><circle/><circle/></svg><b>x</b></div>
        <input name="code"></form>
        <form id="again"><span data-why="اکنون می‌توانید">صبر کنید</span><button data-again>ارسال دوباره</button></form>`;
}

async function start(html: string): Promise<void> {
    vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearInterval", "performance", "Date"] });
    put(html);
    await import("../../src/pages/code");
}

function sendsAgain(): boolean {
    const submit = new Event("submit", { cancelable: true });
    at("#again").dispatchEvent(submit);
    return !submit.defaultPrevented;
}

test("the ring runs down, and another code can be had only when it is empty", async () => {
    await start(page(120_000));
    const arc = at("circle + circle");
    expect([at("b").textContent, arc.getAttribute("stroke-dasharray")]).toEqual(["۰۲:۰۰", "120 120"]);
    expect(at("[data-again]").getAttribute("aria-disabled")).toBe("true");
    expect(sendsAgain()).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect([at("b").textContent, arc.getAttribute("stroke-dasharray")]).toEqual(["۰۱:۰۰", "60 120"]);
    vi.advanceTimersByTime(60_250);
    expect(at("b").textContent).toBe("۰۰:۰۰");
    expect(at("[data-again]").getAttribute("aria-disabled")).toBe("false");
    expect(at("[data-why]").textContent).toBe("اکنون می‌توانید");
    expect(sendsAgain()).toBe(true);
});

test("a code that had run out when the page came can be replaced at once", async () => {
    await start(page(-5000));
    expect(at("b").textContent).toBe("۰۰:۰۰");
    expect(sendsAgain()).toBe(true);
});

test("where the browser reads messages, its code is handed in", async () => {
    vi.stubGlobal("OTPCredential", true);
    const asked: unknown[] = [];
    vi.stubGlobal("navigator", {
        credentials: {
            get: (options: unknown) => {
                asked.push(options);
                return Promise.resolve({ code: "123456" });
            },
        },
    });
    put(page(120_000));
    const handedIn = vi.spyOn(HTMLFormElement.prototype, "requestSubmit").mockImplementation(() => undefined);
    await import("../../src/pages/code");
    await vi.waitFor(() => expect(handedIn).toHaveBeenCalledTimes(1));
    expect(at("input").getAttribute("value") ?? (at("input") as HTMLInputElement).value).toBe("123456");
    expect(asked).toEqual([{ otp: { transport: ["sms"] }, signal: expect.any(AbortSignal) as unknown }]);
});
