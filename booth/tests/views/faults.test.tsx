// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom
/** What goes wrong: each has its own screen and way on, and loses nothing that could be kept (journey.md S11, S14; threat-model.md T4, T10). */
import { afterEach, describe, expect, it } from "vitest";
import { MINUTE, smallRaces } from "../harness/election";
import type { Fault } from "../harness/server";
import { TestPage, type Options } from "./page";

const RACES = smallRaces({ size: 3, min: 0, max: 2 }, { size: 2, min: 0, max: 1 });

let page: TestPage;
function open(options?: Options): TestPage {
    page = new TestPage(RACES, options);
    return page;
}
afterEach(() => page.close());

async function ready(): Promise<void> {
    await page.toPreview([0], []);
    page.server.confirm();
    await page.pass(3_000);
}

describe("another device", () => {
    it("is noticed at the next step", async () => {
        open();
        await page.pass();
        await page.choose(1);
        page.server.state = "superseded";
        expect(page.heading).toBe("رقابت 0");
        await page.press("ادامه");
        expect(page.heading).toBe("این صفحه در دستگاه دیگری باز شد");
        expect(page.runner.state.choices).toEqual([]);
        expect(page.stored).toBe(null);
    });

    it("is noticed while waiting for the message", async () => {
        open();
        await page.toPreview([0], []);
        page.server.state = "superseded";
        await page.pass(3_000);
        expect(page.heading).toBe("این صفحه در دستگاه دیگری باز شد");
    });

    it("that took over between confirmation and the press lets nothing be cast", async () => {
        open();
        await ready();
        page.server.state = "superseded";
        await page.press("امضا و ثبت رأی");
        await page.pass(500);
        expect(page.heading).toBe("این صفحه در دستگاه دیگری باز شد");
        expect(page.server.cast).toBe(null);
    });
});

describe("another window of the same login", () => {
    it("that sealed later is told, and its confirmation does not open this page's button", async () => {
        open();
        await page.toPreview([0], []);
        page.server.hash = "B".repeat(43);
        page.server.state = "confirmed";
        await page.pass(3_000);
        expect(page.heading).toBe("رأی در پنجرهٔ دیگری هم باز است");
        await page.press("گرفتن کد تازه");
        await page.pass(500);
        expect(page.code).toBe(page.server.code);
        expect(page.server.state).toBe("sealed");
        expect(page.text).toContain("نامزد 0-0");
    });
});

describe("a server that lies", () => {
    it("about the vote code: the code is not shown and nothing can be cast", async () => {
        open();
        await page.pass();
        page.server.lieAboutCode = true;
        await page.toPreview([0], []);
        expect(page.heading).toBe("کد رأی این صفحه با کد سامانه یکی نبود");
        expect(page.code).toBe(null);
        expect(page.text).not.toContain(page.server.code!);
        expect(page.all("button").map((button) => button.textContent)).toEqual([]);
    });

    it("about the tracker: the voter keeps that of the ballot that was sent", async () => {
        open();
        await ready();
        page.server.lieAboutTracker = true;
        await page.press("امضا و ثبت رأی");
        await page.pass(500);
        expect(page.heading).toBe("پاسخ صندوق با رأی شما نمی‌خواند");
        expect(page.one(".hash").textContent).toMatch(/^[A-Za-z0-9+/]{43}$/);
        expect(page.went).toEqual([]);
    });

    it("about the names: no vote is taken from a page whose names are not the election's", async () => {
        open({ change: (data) => ({ ...data, races: data.races.map((race) => ({ ...race, candidates: [...race.candidates].reverse() })) }) });
        await page.pass();
        expect(page.heading).toBe("نام‌های این صفحه با پروندهٔ انتخابات یکی نیست");
        expect(page.all("input")).toEqual([]);
        expect(page.stored).toBe(null);
    });
});

describe("the network", () => {
    it("down while sealing keeps the choices and tries again by itself when it is back", async () => {
        open();
        await page.pass();
        page.server.faults.seal = Array<Fault>(6).fill("lost");
        await page.toPreview([0, 2], [1]);
        await page.pass(25_000);
        expect(page.heading).toBe("پاسخی از سامانه نرسید");
        expect(page.text).toContain("انتخاب‌های شما در همین صفحه مانده است.");
        page.runner.wake(true);
        await page.pass(500);
        expect(page.heading).toBe("پیش‌نمایش");
        expect(page.text).toContain("نامزد 0-2");
        expect(page.code).toBe(page.server.code);
    });

    it("down while waiting is said, and its coming back is noticed", async () => {
        open();
        await page.toPreview([0], []);
        page.server.faults.status = ["lost", "page", "busy"];
        await page.pass(3_000);
        expect(page.text).toContain("اتصال قطع است");
        expect(page.code).toBe(page.server.code);
        page.server.confirm();
        await page.pass(8_000);
        expect(page.text).not.toContain("اتصال قطع است");
        expect(page.text).toContain("پیامک شما رسید");
    });

    it("asks less often while nobody looks, and at once when somebody does", async () => {
        open();
        await page.toPreview([0], []);
        page.hidden = true;
        await page.pass(3_000);
        const before = page.server.count("status");
        await page.pass(30_000);
        expect(page.server.count("status") - before).toBe(2);
        page.hidden = false;
        page.server.confirm();
        page.runner.wake(false);
        await page.pass();
        expect(page.text).toContain("پیامک شما رسید");
    });
});

describe("the server", () => {
    it.each([
        ["no_session", 401, "دوباره وارد شوید"],
        ["expired", 409, "مهلت ثبت رأی شما پایان یافت"],
        ["left", 409, "از صفحهٔ رأی بیرون آمدید"],
        ["already_cast", 409, "رأی شما پیش‌تر در صندوق بوده است"],
        ["election_closed", 409, "زمان رأی‌گیری به پایان رسید"],
        ["wrong_credential", 403, "کد دعوت خود را بنویسید"],
        ["malformed", 400, "این برگهٔ رأی پذیرفته نشد"],
        ["something_new", 400, "این برگهٔ رأی پذیرفته نشد"],
    ])("that refuses sealing as %s (%i) leads to «%s»", async (code, status, heading) => {
        open();
        await page.pass();
        page.server.faults.seal = [{ refuse: code, status }];
        await page.toPreview([0], []);
        expect(page.heading).toBe(heading);
        expect(page.code).toBe(null);
    });

    it.each([
        ["credential_used", 409, "با کد شما پیش‌تر رأی داده شده است"],
        ["invalid_ballot", 422, "این برگهٔ رأی پذیرفته نشد"],
        ["hash_mismatch", 409, "رأی در پنجرهٔ دیگری هم باز است"],
        ["election_closed", 409, "زمان رأی‌گیری به پایان رسید"],
        ["no_session", 401, "دوباره وارد شوید"],
    ])("that refuses casting as %s (%i) leads to «%s»", async (code, status, heading) => {
        open();
        await ready();
        page.server.faults.cast = [{ refuse: code, status }];
        await page.press("امضا و ثبت رأی");
        await page.pass(500);
        expect(page.heading).toBe(heading);
        expect(page.server.count("cast")).toBe(1);
    });

    it("that takes the confirmation back shows the code again", async () => {
        open();
        await ready();
        page.server.state = "sealed";
        await page.press("امضا و ثبت رأی");
        await page.pass(500);
        expect(page.heading).toBe("پیش‌نمایش");
        expect(page.text).toContain("این کد هنوز تأیید نشده است");
    });

    it("whose fresh codes are taken gets fresh ballots until one is free", async () => {
        open();
        await page.pass();
        page.server.taken = 3;
        await page.toPreview([0], []);
        await page.pass(500);
        expect(page.code).toBe(page.server.code);
        const hashes = page.server.arrived.filter((one) => one.call === "seal").map((one) => one.body);
        expect(new Set(hashes).size).toBe(4);
    });

    it("that breaks says that it is not the voter's device", async () => {
        open();
        await page.pass();
        page.server.faults.seal = Array<Fault>(6).fill("error_500");
        await page.toPreview([0], []);
        await page.pass(25_000);
        expect(page.heading).toBe("سامانه هم‌اکنون پاسخ نمی‌دهد");
        await page.press("تلاش دوباره");
        await page.pass(500);
        expect(page.heading).toBe("پیش‌نمایش");
    });
});

describe("the worker", () => {
    it("that dies after the ballot went out is not needed to send it again", async () => {
        open();
        await ready();
        page.server.faults.cast = ["answer_lost", "lost", "lost", "lost", "lost", "lost"];
        await page.press("امضا و ثبت رأی");
        await page.pass(30_000);
        page.sealers[0]!.forget();
        await page.press("تلاش دوباره");
        expect(page.went).toEqual(["/e/arkan-1405/receipt/"]);
        expect(new Set(page.server.arrived.filter((one) => one.call === "cast").map((one) => one.body)).size).toBe(1);
    });

    it("that dies before loses no choice: a new one is started", async () => {
        open();
        await page.pass();
        await page.choose(0, 2);
        page.sealers[0]!.forget();
        await page.toPreview([], []);
        expect(page.heading).toBe("بستن رأی روی این دستگاه انجام نشد");
        await page.press("تلاش دوباره");
        await page.press("به پیش‌نمایش");
        await page.pass(200);
        expect(page.code).toBe(page.server.code);
        expect(page.text).toContain("نامزد 0-2");
        expect(page.sealers).toHaveLength(2);
    });
});

describe("a ballot that was refused", () => {
    it("is not sent again: after sealing anew it is the new one that is cast", async () => {
        open();
        await ready();
        page.server.faults.cast = [{ refuse: "invalid_ballot", status: 422 }];
        await page.press("امضا و ثبت رأی");
        await page.pass(500);
        await page.press("تلاش دوباره");
        await page.pass(500);
        page.server.confirm();
        await page.pass(3_000);
        await page.press("امضا و ثبت رأی");
        await page.pass(500);
        expect(page.went).toEqual(["/e/arkan-1405/receipt/"]);
        expect(new Set(page.server.arrived.filter((one) => one.call === "cast").map((one) => one.body)).size).toBe(2);
    });
});

describe("the time", () => {
    it("over while nobody looks ends the page; over while casting does not", async () => {
        open({ change: (data) => ({ ...data, session: { ...data.session, expires_at: data.now + MINUTE } }) });
        await ready();
        page.server.faults.cast = ["answer_lost", "lost", "lost", "lost", "lost", "lost"];
        await page.press("امضا و ثبت رأی");
        await page.pass(3 * MINUTE);
        // It went into the box in time, and only the answers were lost.
        expect(page.heading).toBe("پاسخی از سامانه نرسید");
        await page.press("تلاش دوباره");
        expect(page.went).toEqual(["/e/arkan-1405/receipt/"]);
    });
});
