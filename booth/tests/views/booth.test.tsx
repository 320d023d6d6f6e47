// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom
/** The voter's way through the page, from the first race to the receipt (journey.md S5–S10). */
import { afterEach, describe, expect, it } from "vitest";
import { parseElection, checkBallot, voteCode } from "../../src/protocol";
import { CREDENTIAL, MINUTE, OTHER_CREDENTIAL, SESSION, smallRaces } from "../harness/election";
import { TestPage, type Options } from "./page";

const RACES = smallRaces({ size: 4, min: 0, max: 2 }, { size: 3, min: 0, max: 1 });

let page: TestPage;
function open(options?: Options, races = RACES): TestPage {
    page = new TestPage(races, options);
    return page;
}
afterEach(() => page.close());

describe("the whole way", () => {
    it("ends at the receipt, with a ballot that holds what was chosen and a device that holds nothing", async () => {
        open();
        await page.toPreview([1, 3], []);
        expect(page.heading).toBe("پیش‌نمایش");
        expect(page.all(".picks").map((one) => one.textContent)).toEqual([
            "رقابت 0ویرایش رقابت 0نامزد 0-1نامزد 0-3",
            "رقابت 1ویرایش رقابت 1رأی سفید: کسی را انتخاب نکرده‌اید.",
        ]);
        expect(page.code).toBe(page.server.code);
        expect(page.code).toBe(voteCode(SESSION, page.server.hash!));
        expect(page.button("باز کردن پیامک").getAttribute("href")).toBe(`sms:100000000?body=${page.code!}`);

        page.server.confirm();
        await page.pass(3_000);
        expect(page.text).toContain("پیامک شما رسید");
        await page.press("امضا و ثبت رأی");
        await page.pass(1_000);
        expect(page.server.state).toBe("cast");
        expect(checkBallot(page.server.cast!, parseElection(page.server.data.election), new Set([page.server.data.session.public_credential])).hash).toBe(
            page.server.hash,
        );
        expect(page.went).toEqual(["/e/arkan-1405/receipt/"]);
        expect(page.stored).toBe(null);
        expect(page.sealers.map((sealer) => sealer.log)).toEqual([["credential", "seal", "sign", "forget"]]);
        expect(page.text).not.toContain("نامزد 0-1");
    });

    it("presses twice and casts once", async () => {
        open();
        await page.toPreview([0], []);
        page.server.confirm();
        await page.pass(3_000);
        const button = page.button("امضا و ثبت رأی");
        button.click();
        button.click();
        button.dispatchEvent(new MouseEvent("dblclick"));
        await page.pass(1_000);
        expect(page.server.count("cast")).toBe(1);
    });

    it("does nothing on «امضا و ثبت رأی» before the message is in", async () => {
        open();
        await page.toPreview([0], []);
        const button = page.button("امضا و ثبت رأی");
        expect(button.getAttribute("aria-disabled")).toBe("true");
        button.click();
        await page.pass();
        expect(page.heading).toBe("پیش‌نمایش");
        expect(page.server.count("cast")).toBe(0);
    });

    it("a lost answer to casting ends in the same receipt", async () => {
        open();
        await page.toPreview([0], [2]);
        page.server.confirm();
        await page.pass(3_000);
        page.server.faults.cast = ["answer_lost", "answer_lost"];
        await page.press("امضا و ثبت رأی");
        expect(page.heading).toBe("رأی شما در راه صندوق است");
        await page.pass(5_000);
        expect(page.went).toEqual(["/e/arkan-1405/receipt/"]);
        const bodies = page.server.arrived.filter((one) => one.call === "cast").map((one) => one.body);
        expect(bodies).toHaveLength(3);
        expect(new Set(bodies).size).toBe(1);
    });

    it("a line that stays dead says so truly, and trying again sends the same bytes", async () => {
        open();
        await page.toPreview([0], [2]);
        page.server.confirm();
        await page.pass(3_000);
        page.server.faults.cast = ["answer_lost", "lost", "lost", "lost", "lost", "lost"];
        await page.press("امضا و ثبت رأی");
        await page.pass(30_000);
        expect(page.heading).toBe("پاسخی از سامانه نرسید");
        expect(page.text).toContain("شاید رأی شما به صندوق رسیده باشد");
        expect(page.all("header button")).toEqual([]);
        await page.press("تلاش دوباره");
        expect(page.went).toEqual(["/e/arkan-1405/receipt/"]);
        const bodies = page.server.arrived.filter((one) => one.call === "cast").map((one) => one.body);
        expect(bodies).toHaveLength(2);
        expect(new Set(bodies).size).toBe(1);
    });
});

describe("a race", () => {
    it("keeps its limit, says so, and lets one be taken back", async () => {
        open();
        await page.pass();
        expect(page.text).toContain("از صفر تا ۲ نفر را انتخاب کنید.");
        await page.choose(0, 2);
        expect(page.count).toBe("۲ از ۲ انتخاب شد");
        expect(page.text).toContain("سقف ۲ نفر پر شد. برای تغییر، نخست یکی را بردارید.");
        expect(page.all(".cand input").map((input) => input.getAttribute("aria-disabled"))).toEqual([null, "true", null, "true"]);
        await page.choose(1);
        expect(page.chosen).toEqual([true, false, true, false]);
        await page.choose(0);
        expect(page.count).toBe("۱ از ۲ انتخاب شد");
        expect(page.text).not.toContain("سقف");
        await page.choose(1);
        expect(page.chosen).toEqual([false, true, true, false]);
    });

    it("keeps its minimum and says what is missing when asked to go on", async () => {
        open({}, smallRaces({ size: 4, min: 2, max: 3 }));
        await page.pass();
        expect(page.text).toContain("از ۲ تا ۳ نفر را انتخاب کنید.");
        await page.choose(0);
        await page.press("ادامه");
        expect(page.heading).toBe("رقابت 0");
        expect(page.text).toContain("دست‌کم دو نفر را انتخاب کنید؛ یک نفر مانده است.");
        await page.choose(1);
        await page.press("ادامه");
        expect(page.heading).toBe("پیش‌نمایش");
    });

    it("keeps the choices back and forth, and its choices alone when another is edited", async () => {
        open();
        await page.pass();
        await page.choose(1);
        await page.press("ادامه");
        await page.choose(2);
        await page.press("بازگشت به رقابت 0");
        expect(page.chosen).toEqual([false, true, false, false]);
        await page.press("ادامه");
        expect(page.chosen).toEqual([false, false, true]);
    });

    it("has a search only when there are many, which finds and does not lose choices", async () => {
        open();
        await page.pass();
        expect(page.all("input[type=search]")).toEqual([]);
        page.close();
        open({}, smallRaces({ size: 13, min: 0, max: 3 }));
        await page.pass();
        await page.choose(12);
        const search = page.one("input[type=search]") as HTMLInputElement;
        search.value = "0-۵";
        search.dispatchEvent(new Event("input", { bubbles: true }));
        await page.pass();
        expect(page.all(".cand b").map((name) => name.textContent)).toEqual(["نامزد 0-5"]);
        expect(page.text).toContain("۱ نامزد از ۱۳ نامزد پیدا شد.");
        await page.choose(0);
        expect(page.count).toBe("۲ از ۳ انتخاب شد");
        search.value = "ناپیدا";
        search.dispatchEvent(new Event("input", { bubbles: true }));
        await page.pass();
        await page.press("دیدن همهٔ نامزدها");
        expect(page.chosen.map((on, place) => (on ? place : -1)).filter((place) => place >= 0)).toEqual([5, 12]);
    });

    it("shows photos only when all have one", async () => {
        const photo = (place: number): string | null => (place < 2 ? `/media/${place}.webp` : null);
        const some = RACES.map((race) => ({ ...race, candidates: race.candidates.map((one, place) => ({ ...one, photo: photo(place) })) }));
        open({}, some);
        await page.pass();
        expect(page.all("img")).toEqual([]);
        page.close();
        open({}, [{ ...some[0]!, candidates: some[0]!.candidates.slice(0, 2) }]);
        await page.pass();
        expect(page.all("img.face").map((image) => image.getAttribute("src"))).toEqual(["/media/0.webp", "/media/1.webp"]);
    });

    it("takes a choice back from the panel and keeps the focus", async () => {
        open();
        await page.pass();
        await page.choose(1, 3);
        page.all(".chosen button")[0]!.click();
        await page.pass();
        expect(page.chosen).toEqual([false, false, false, true]);
        expect(document.activeElement?.textContent).toBe("انتخاب‌های شما");
    });
});

describe("editing from the preview", () => {
    it("makes a new ballot and a new code, and the confirmation of the old one is worth nothing", async () => {
        open();
        await page.toPreview([0], []);
        const first = page.code;
        page.server.confirm();
        await page.pass(3_000);
        await page.press("ویرایش رقابت 0");
        await page.choose(1);
        await page.press("به پیش‌نمایش");
        await page.pass(200);
        expect(page.code).not.toBe(first);
        expect(page.code).toBe(page.server.code);
        expect(page.text).toContain("کد رأی تازه است");
        expect(page.button("امضا و ثبت رأی").getAttribute("aria-disabled")).toBe("true");
    });

    it("without a change keeps ballot, code and confirmation", async () => {
        open();
        await page.toPreview([0], []);
        const first = page.code;
        page.server.confirm();
        await page.pass(3_000);
        await page.press("ویرایش رقابت 0");
        await page.press("به پیش‌نمایش");
        expect(page.code).toBe(first);
        expect(page.server.count("seal")).toBe(1);
        expect(page.button("امضا و ثبت رأی").getAttribute("aria-disabled")).toBe(null);
    });
});

describe("the credential", () => {
    it("is asked for if this device has none, and is checked at once", async () => {
        open({ credential: null });
        await page.pass();
        expect(page.heading).toBe("کد دعوت خود را بنویسید");
        const field = page.one("#credential") as HTMLInputElement;
        const type = async (text: string): Promise<void> => {
            field.value = text;
            field.dispatchEvent(new Event("input", { bubbles: true }));
            await page.pass();
            page.one("form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
            await page.pass();
        };
        await type("  ");
        expect(page.text).toContain("کد را از پیامک دعوت بنویسید.");
        await type("123-456");
        expect(page.text).toContain("کد کامل نیست.");
        await type(CREDENTIAL.replace("A", "O"));
        expect(page.text).toContain("نویسه‌ای هست که در کد نمی‌آید");
        await type(OTHER_CREDENTIAL);
        expect(page.text).toContain("این کد با مشخصات شما نمی‌خواند.");
        expect(page.text).toContain("۰۹****۰۱");
        expect(field.getAttribute("aria-invalid")).toBe("true");
        await type(`انتخابات ارکان\nورود: https://example.ir/e/arkan-1405/#${CREDENTIAL}\nکانون`);
        expect(page.heading).toBe("رقابت 0");
        // Typed ones stay in the worker: nothing is written to the device.
        expect(page.stored).toBe(null);
        expect(page.server.arrived).toEqual([]);
    });

    it("of another voter in this device's storage is removed and explained", async () => {
        open({ credential: OTHER_CREDENTIAL });
        await page.pass();
        expect(page.text).toContain("این کد با مشخصات شما نمی‌خواند.");
        expect(page.stored).toBe(null);
    });
});

describe("leaving", () => {
    it("is asked in the page, and staying loses nothing", async () => {
        open();
        await page.pass();
        await page.choose(2);
        await page.press("خروج");
        expect(page.heading).toBe("از صفحهٔ رأی بیرون می‌روید؟");
        await page.press("ماندن و ادامه دادن");
        expect(page.heading).toBe("رقابت 0");
        expect(page.chosen).toEqual([false, false, true, false]);
    });

    it("leaves nothing on the device and tells the server", async () => {
        open();
        await page.toPreview([0], []);
        await page.press("خروج");
        await page.press("بیرون می‌روم");
        expect(page.heading).toBe("از صفحهٔ رأی بیرون آمدید");
        expect(page.text).toContain("از این دستگاه رأیی ثبت نشده و چیزی روی آن نمانده است.");
        expect(page.stored).toBe(null);
        expect(page.server.state).toBe("left");
        expect(page.runner.state.choices).toEqual([]);
        expect(page.sealers[0]!.log).toContain("forget");
    });
});

describe("focus", () => {
    it("goes to the heading of each new screen, but not at the first", async () => {
        open();
        await page.pass();
        expect(document.activeElement?.tagName).toBe("BODY");
        await page.press("ادامه");
        expect(document.activeElement?.textContent).toBe("رقابت 1");
        await page.press("ادامه");
        await page.pass(200);
        expect(document.activeElement?.textContent).toBe("پیش‌نمایش");
        expect(document.title).toBe("پیش‌نمایش – کانون کارشناسان سپیدکوه");
        await page.press("خروج");
        expect(document.activeElement?.textContent).toBe("از صفحهٔ رأی بیرون می‌روید؟");
    });

    it("does not jump when the message comes in, but the title says so", async () => {
        open();
        await page.toPreview([0], []);
        page.button("رونوشت").focus();
        const before = document.activeElement;
        page.server.confirm();
        await page.pass(3_000);
        expect(document.title).toBe("پیامک رسید – کانون کارشناسان سپیدکوه");
        expect(document.activeElement === before || document.activeElement === document.body).toBe(true);
    });
});

describe("the language", () => {
    it("English has the same way", async () => {
        open({ language: "en" });
        await page.pass();
        expect(page.text).toContain("Choose from 0 to 2 people.");
        await page.choose(0);
        expect(page.count).toBe("1 of 2 chosen");
        expect(page.button("Continue").textContent).toBe("Continue");
    });
});

describe("the time", () => {
    it("is the server's, whatever the device thinks", async () => {
        const days = 5 * 24 * 60 * MINUTE;
        open({
            change: (data) => ({
                ...data,
                now: data.now + days,
                election_ends_at: data.election_ends_at + days,
                last_cast_at: data.last_cast_at + days,
                session: { ...data.session, expires_at: data.now + days + 14.8 * MINUTE },
            }),
        });
        await page.pass();
        expect(page.all(".clock b").map((clock) => clock.textContent)).toEqual(["۰۶:۰۳:۰۰", "۱۴:۴۸"]);
    });

    it("is said at five, two and one minutes and not each second, with a way to more time", async () => {
        open({ change: (data) => ({ ...data, session: { ...data.session, expires_at: data.now + 5.5 * MINUTE } }) });
        await page.pass();
        const said = (): string => page.one(".clocks [aria-live=polite]").textContent;
        expect(said()).toBe("");
        await page.pass(31_000);
        expect(said()).toBe("کمتر از پنج دقیقه تا پایان مهلت ثبت رأی شما مانده است.");
        expect(page.button("ورود دوباره").getAttribute("href")).toBe("/e/arkan-1405/login/");
        await page.pass(2 * MINUTE);
        expect(said()).toContain("پنج دقیقه");
        await page.pass(MINUTE);
        expect(said()).toContain("کمتر از دو دقیقه");
        expect(page.all(".clock--late")).toHaveLength(1);
        await page.pass(MINUTE);
        expect(said()).toContain("کمتر از یک دقیقه");
        await page.pass(MINUTE);
        expect(page.heading).toBe("مهلت ثبت رأی شما پایان یافت");
        // The voter logs in again in this very window.
        expect(page.stored).toBe(CREDENTIAL);
    });

    it("after the election's end is the grace of who was inside", async () => {
        open({ change: (data) => ({ ...data, election_ends_at: data.now - 1_000, session: { ...data.session, expires_at: data.now + 10 * MINUTE } }) });
        await page.pass();
        expect(page.text).toContain("انتخابات پایان یافت. شما پیش از پایان وارد شده‌اید");
        await page.toPreview([0], []);
        expect(page.code).toBe(page.server.code);
        await page.press("خروج");
        expect(page.text).toContain("اگر بیرون بروید دیگر نمی‌توانید رأی دهید.");
        await page.press("ماندن و ادامه دادن");
        await page.pass(10 * MINUTE);
        // Not "log in again": nobody can any more.
        expect(page.heading).toBe("زمان رأی‌گیری به پایان رسید");
    });
});
