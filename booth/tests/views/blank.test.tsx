// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom
/** «رأی سفید» as a choice of its own (protocol.md §7.3), and questions that this booth cannot seal. */
import { afterEach, describe, expect, it } from "vitest";
import { smallRaces } from "../harness/election";
import { TestPage, type Options } from "./page";

const RACES = smallRaces({ size: 4, min: 1, max: 2, blank: true }, { size: 3, min: 0, max: 1, blank: true }, { size: 2, min: 0, max: 1 });
const BLANK = 4;

let page: TestPage;
function open(options?: Options): TestPage {
    page = new TestPage(RACES, options);
    return page;
}
afterEach(() => page.close());

const box = (place: number): HTMLInputElement => page.all(".cand input")[place] as HTMLInputElement;

describe("a blank vote", () => {
    it("is chosen, shown, sealed and cast", async () => {
        open();
        await page.toPreview([BLANK], [], [1]);
        expect(page.all(".picks").map((one) => one.textContent)).toEqual([
            "رقابت 0ویرایش رقابت 0رأی سفید",
            "رقابت 1ویرایش رقابت 1کسی را انتخاب نکرده‌اید.",
            "رقابت 2ویرایش رقابت 2نامزد 2-1",
        ]);
        page.server.confirm();
        await page.pass(3_000);
        await page.press("امضا و ثبت رأی");
        await page.pass(1_000);
        // The server checks every proof.
        expect(page.server.state).toBe("cast");
        const { answers } = JSON.parse(page.server.cast!) as { answers: { choices: unknown[]; blank_proof?: unknown }[] };
        expect(answers.map(({ choices, blank_proof }) => [choices.length, blank_proof !== undefined])).toEqual([
            [5, true],
            [4, true],
            [2, false],
        ]);
    });

    it("opens as what it is", async () => {
        open();
        await page.toPreview([BLANK], [0], []);
        await page.press("آزمودن رأی");
        await page.pass(200);
        await page.press("این برگه را می‌آزمایم");
        await page.pass(1_000);
        expect(page.text).toContain("در برگهٔ بسته همین بود");
        expect(page.all(".picks").map((one) => one.textContent)).toEqual(["رقابت 0رأی سفید", "رقابت 1نامزد 1-0", "رقابت 2کسی انتخاب نشده است."]);
    });

    it("is a box with a name like every candidate's, and is offered where the election allows it", async () => {
        open();
        await page.pass();
        expect(page.all(".cand").length).toBe(5);
        expect(page.one(`label[for="${box(BLANK).id}"]`).textContent).toBe("رأی سفیدبه هیچ‌یک از نامزدهای این فهرست رأی نمی‌دهم");
        expect(page.one(".lede").textContent).toBe("از ۱ تا ۲ نفر را انتخاب کنید. می‌توانید رأی سفید هم بدهید.");
        await page.choose(BLANK);
        await page.press("ادامه");
        await page.press("ادامه");
        expect(page.heading).toBe("رقابت 2");
        expect(page.all(".cand").length).toBe(2);
    });

    it("closes the names and says why when one is pressed", async () => {
        open();
        await page.pass();
        await page.choose(BLANK);
        expect(page.count).toBe("رأی سفید");
        expect([0, 1, 2, 3].map((place) => box(place).getAttribute("aria-disabled"))).toEqual(["true", "true", "true", "true"]);
        await page.choose(1);
        expect(page.chosen).toEqual([false, false, false, false, true]);
        expect(page.one('[aria-live="assertive"]').textContent).toContain("رأی سفید را انتخاب کردید. برای انتخاب نامزد، نخست آن را بردارید.");
        await page.choose(BLANK, 1);
        expect(page.chosen).toEqual([false, true, false, false, false]);
        expect(page.count).toBe("۱ از ۲ انتخاب شد");
    });

    it("is closed by names, and says why when it is pressed", async () => {
        open();
        await page.pass();
        await page.choose(2);
        expect(box(BLANK).getAttribute("aria-disabled")).toBe("true");
        await page.choose(BLANK);
        expect(page.chosen).toEqual([false, false, true, false, false]);
        expect(page.one('[aria-live="assertive"]').textContent).toContain("برای رأی سفید، نخست نام‌هایی را که انتخاب کرده‌اید بردارید.");
    });

    it("is among the choices at the side, and is taken back there", async () => {
        open();
        await page.pass();
        await page.choose(BLANK);
        expect(page.one(".chosen").textContent).toBe("رأی سفید");
        page.one('.chosen button[aria-label="برداشتن رأی سفید"]').click();
        await page.pass();
        expect(page.chosen).toEqual([false, false, false, false, false]);
        expect(page.button("ادامه").getAttribute("aria-disabled")).toBe("true");
    });
});

describe("a question of another kind", () => {
    const kind = (type: string): Options => ({
        change: (data) => {
            const file = JSON.parse(data.election) as { questions: unknown[] };
            file.questions[2] = { type, value: {} };
            return { ...data, election: JSON.stringify(file) };
        },
    });

    it.each(["Lists", "NonHomomorphic"])("%s is refused before anything is chosen, with whom to call", async (type) => {
        open(kind(type));
        await page.pass();
        expect(page.heading).toBe("در این‌جا نمی‌توان به این پرسش رأی داد");
        expect(page.text).toContain("این نوع پرسش در این مرورگر پشتیبانی نمی‌شود");
        expect(page.all('a[href^="tel:"]').length).toBeGreaterThan(0);
        expect([page.all(".cand").length, page.sealers.length]).toEqual([0, 0]);
    });

    it("is refused in English too", async () => {
        open({ ...kind("Lists"), language: "en" });
        await page.pass();
        expect(page.text).toContain("This kind of question is not supported in this browser");
    });
});
