// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";
import { at, put } from "./page";

const PAGE = `<button id="copy" data-copy="کد" data-done="رونوشت شد" hidden><span data-label>رونوشت</span></button><button id="print" data-print hidden>چاپ</button>`;

test("buttons appear with the script and do what they say", async () => {
    const written: string[] = [];
    vi.stubGlobal("navigator", { clipboard: { writeText: (text: string) => Promise.resolve(void written.push(text)) } });
    const print = vi.fn();
    vi.stubGlobal("print", print);
    put(PAGE);
    await import("../../src/pages/copy");
    expect([at("#copy").hidden, at("#print").hidden]).toEqual([false, false]);
    at("#copy").click();
    await vi.waitFor(() => expect(at("#copy").textContent).toBe("رونوشت شد"));
    expect(written).toEqual(["کد"]);
    at("#print").click();
    expect(print).toHaveBeenCalledTimes(1);
});

test("without a clipboard there is no button for it", async () => {
    vi.stubGlobal("navigator", {});
    put(PAGE);
    await import("../../src/pages/copy");
    expect([at("#copy").hidden, at("#print").hidden]).toEqual([true, false]);
});
