// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";
import { at, put, SERVER_NOW } from "./page";

function clock(milliseconds: number): string {
    const parts = ["days", "hours", "minutes", "seconds"].map((name) => `<b data-part="${name}">x</b>`);
    return `<div data-until="${SERVER_NOW + milliseconds}">${parts.join("")}</div><p data-aloud="% دقیقه مانده است"></p>`;
}

function shown(): string[] {
    return [...document.querySelectorAll("b")].map((part) => part.textContent);
}

async function start(html: string, lang = "fa"): Promise<{ reload: ReturnType<typeof vi.fn> }> {
    vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearInterval", "performance", "Date"] });
    const reload = vi.fn();
    vi.spyOn(location, "reload").mockImplementation(reload);
    put(html, { lang });
    await import("../../src/pages/clock");
    return { reload };
}

test("counts on the server's time, in Persian digits", async () => {
    await start(clock(2 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000 + 5000));
    expect(shown()).toEqual(["۲", "۳", "۴", "۵"]);
    vi.advanceTimersByTime(6000);
    expect(shown()).toEqual(["۲", "۳", "۳", "۵۹"]);
});

test("asks for the page anew when it is over, once and not before", async () => {
    const { reload } = await start(clock(62_000));
    vi.advanceTimersByTime(61_000);
    expect(shown()).toEqual(["۰", "۰", "۰", "۱"]);
    expect(reload).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1250);
    expect(shown()).toEqual(["۰", "۰", "۰", "۰"]);
    vi.advanceTimersByTime(60_000);
    expect(reload).toHaveBeenCalledTimes(1);
});

test("a clock that was over from the start asks for nothing", async () => {
    const { reload } = await start(clock(-1000));
    expect(shown()).toEqual(["۰", "۰", "۰", "۰"]);
    vi.advanceTimersByTime(60_000);
    expect(reload).not.toHaveBeenCalled();
});

test("five, two and one minutes are said aloud, and nothing between", async () => {
    await start(clock(5 * 60_000 + 2000));
    const said: string[] = [];
    for (let second = 0; second < 5 * 60 + 2; second++) {
        vi.advanceTimersByTime(1000);
        const words = at("[data-aloud]").textContent;
        if (words !== (said.at(-1) ?? "")) said.push(words);
    }
    expect(said).toEqual(["۵ دقیقه مانده است", "۲ دقیقه مانده است", "۱ دقیقه مانده است"]);
});

test("an English page has English digits", async () => {
    await start(clock(61_000), "en");
    expect(shown()).toEqual(["0", "0", "1", "1"]);
});
