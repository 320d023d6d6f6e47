// SPDX-License-Identifier: Apache-2.0
// @vitest-environment happy-dom
/** Testing a sealed ballot instead of casting it (protocol.md §14): what the voter sees, and in which order things happen. */
import { resolveObjectURL } from "node:buffer";
import { afterEach, describe, expect, it } from "vitest";
import { decodeQR } from "qr/decode.js";
import { checkOpening, makeBases, type Opening, openingText, parseElection, parseFragment, parseOpening } from "../../src/protocol";
import { SealingError } from "../../src/sealing";
import { MINUTE, smallRaces } from "../harness/election";
import { MOST } from "../harness/server";
import { TestPage, type Options } from "./page";

const RACES = smallRaces({ size: 4, min: 0, max: 2 }, { size: 3, min: 0, max: 1, blank: true });

let page: TestPage;
function open(options?: Options): TestPage {
    page = new TestPage(RACES, options);
    return page;
}
afterEach(() => page.close());

const shortHash = (hash: string): string => `${hash.slice(0, 4)}…${hash.slice(-4)}`;
const links = (): string[] => page.all("a[href]").map((one) => one.getAttribute("href") ?? "");

/** To the screen that asks, from a ballot with these choices. */
async function ask(): Promise<string> {
    await page.toPreview([1, 3], [2]);
    const hash = page.server.hash!;
    expect(page.text).toContain(shortHash(hash));
    await page.press("آزمودن رأی");
    await page.pass(200);
    return hash;
}

async function test(): Promise<string> {
    const hash = await ask();
    await page.press("این برگه را می‌آزمایم");
    await page.pass(1_000);
    return hash;
}

function opening(): Opening {
    const link = links().find((one) => one.includes("#1."))!;
    return parseFragment(link, parseElection(page.server.data.election).fingerprint);
}

describe("testing a ballot", () => {
    it("shows what was in it, and the next one, with a new code, is the vote", async () => {
        open();
        const first = await test();
        expect(page.heading).toBe("برگه باز شد");
        expect(page.server.challenged).toEqual([first]);
        expect(page.text).toContain("در برگهٔ بسته همین بود");
        expect(page.all(".picks").map((one) => one.textContent)).toEqual(["رقابت 0نامزد 0-1نامزد 0-3", "رقابت 1نامزد 1-2"]);
        expect(page.all("dd .hash").map((one) => one.textContent)).toEqual([shortHash(first), shortHash(first)]);
        expect(page.text).toContain("آزمون ۱ از ۳");

        await page.press("بازگشت و مهر دوباره");
        await page.pass(1_000);
        expect(page.heading).toBe("پیش‌نمایش");
        expect(page.text).toContain("کد رأی تازه است");
        const second = page.server.hash!;
        expect(second).not.toBe(first);
        expect(page.text).toContain(shortHash(second));
        expect(page.text).not.toContain(shortHash(first));
        expect(links().some((link) => link.includes("#1."))).toBe(false);

        page.server.confirm();
        await page.pass(3_000);
        await page.press("امضا و ثبت رأی");
        await page.pass(1_000);
        expect(page.server.state).toBe("cast");
        expect(JSON.parse(page.server.cast!)).toMatchObject({ signature: { hash: second } });
        // The ballot was revealed once, after the server's answer; what was made again was made elsewhere.
        expect(page.sealers.map((sealer) => sealer.log)).toEqual([
            ["credential", "seal", "reveal", "seal", "sign", "forget"],
            ["check", "forget"],
        ]);
    });

    it("opens nothing before the server has given the ballot up", async () => {
        open();
        page.server.faults.audit = Array.from({ length: 6 }, () => "lost");
        const hash = await ask();
        expect(page.sealers[0]!.log).toEqual(["credential", "seal"]);
        await page.press("این برگه را می‌آزمایم");
        await page.pass(10_000);
        expect(page.heading).toBe("برگه کنار گذاشته می‌شود");
        await page.pass(60_000);
        expect(page.heading).toBe("پاسخی از سامانه نرسید");
        expect(page.sealers[0]!.log).toEqual(["credential", "seal"]);
        await page.press("تلاش دوباره");
        await page.pass(1_000);
        expect(page.heading).toBe("برگه باز شد");
        expect(page.server.challenged).toEqual([hash]);
        expect(page.sealers[0]!.log).toEqual(["credential", "seal", "reveal"]);
    });

    it("counts once when only the answer was lost", async () => {
        open();
        page.server.faults.audit = ["answer_lost", "error_500", "answer_lost"];
        const hash = await test();
        await page.pass(20_000);
        expect(page.heading).toBe("برگه باز شد");
        expect(page.server.challenged).toEqual([hash]);
    });

    it.each(["refused", "superseded", "expired", "election_closed", "hash_mismatch"])("opens nothing when the server answers %s", async (code) => {
        open();
        page.server.faults.audit = [{ refuse: code, status: 409 }];
        await test();
        expect(page.sealers[0]!.log).not.toContain("reveal");
        expect(page.text).not.toContain("نامزد 0-1");
    });

    it("that one time too many leaves the ballot as it is, and it can be cast", async () => {
        open();
        page.server.faults.audit = [{ refuse: "audit_limit", status: 409 }];
        const hash = await test();
        expect(page.text).toContain("دیگر نمی‌توان برگه‌ای را آزمود");
        expect(page.all("button").some((one) => one.textContent === "این برگه را می‌آزمایم")).toBe(false);
        await page.press("بازگشت بدون آزمودن");
        await page.pass();
        expect(page.server.hash).toBe(hash);
        page.server.confirm();
        await page.pass(3_000);
        await page.press("امضا و ثبت رأی");
        await page.pass(1_000);
        expect(page.server.state).toBe("cast");
    });

    it("can be done as often as the server allows", async () => {
        open();
        await ask();
        for (let time = 1; time <= MOST; time++) {
            await page.press("این برگه را می‌آزمایم");
            await page.pass(1_000);
            expect(page.heading).toBe("برگه باز شد");
            await page.press("بازگشت و مهر دوباره");
            await page.pass(1_000);
            await page.press("آزمودن رأی");
            await page.pass(200);
        }
        await page.press("این برگه را می‌آزمایم");
        await page.pass(1_000);
        expect(page.text).toContain("دیگر نمی‌توان برگه‌ای را آزمود");
        expect(new Set(page.server.challenged).size).toBe(MOST);
    });

    it("is called off by its button, by the browser's, and by going to a race", async () => {
        open();
        const hash = await ask();
        await page.press("بازگشت بدون آزمودن");
        await page.pass(200);
        expect([page.heading, page.server.hash]).toEqual(["پیش‌نمایش", hash]);
        await page.press("آزمودن رأی");
        await page.pass(200);
        history.back();
        await page.pass(200);
        expect([page.heading, page.server.hash, page.server.challenged]).toEqual(["پیش‌نمایش", hash, []]);
        expect(page.loaded.length).toBe(1);
    });

    it("without its script does nothing to the ballot, and says so", async () => {
        open();
        page.unreachable = true;
        await page.toPreview([1, 3], [2]);
        await page.press("آزمودن رأی");
        await page.pass(200);
        expect(page.heading).toBe("پاسخی از سامانه نرسید");
        await page.press("بازگشت");
        await page.pass(200);
        expect([page.heading, page.server.challenged]).toEqual(["پیش‌نمایش", []]);
    });

    it("ends with the voter's time, and takes the opening away", async () => {
        open();
        await test();
        const { seed } = opening();
        await page.pass(20 * MINUTE);
        expect(page.heading).toBe("مهلت ثبت رأی شما پایان یافت");
        expect(document.documentElement.outerHTML).not.toContain(seed);
        expect(page.text).not.toContain("نامزد 0-1");
        expect(JSON.stringify([page.runner.state, localStorage, sessionStorage])).not.toContain(seed);
    });

    it("goes away and comes back when the voter thinks of leaving", async () => {
        open();
        await test();
        await page.press("خروج");
        expect(page.text).not.toContain("نامزد 0-1");
        await page.press("ماندن و ادامه دادن");
        await page.pass(1_000);
        expect(page.heading).toBe("برگه باز شد");
        expect(page.text).toContain("در برگهٔ بسته همین بود");
    });

    it("of a booth that sealed something else says so in red, and calls for help", async () => {
        open();
        await ask();
        const [sealer] = page.sealers;
        const reveal = sealer!.reveal.bind(sealer);
        // It encrypted other names than it shows.
        sealer!.reveal = async () => ({ ...(await reveal()), choices: [[0, 1, 0, 0], [0, 0, 1, 0]] });
        await page.press("این برگه را می‌آزمایم");
        await page.pass(1_000);
        expect(page.text).toContain("در برگهٔ بسته چیز دیگری بود");
        expect(page.one(".note--bad").textContent).toContain("با این دستگاه رأی ندهید");
        expect(page.text).not.toContain("در برگهٔ بسته همین بود");
        expect(page.all("button").some((one) => one.textContent === "بازگشت و مهر دوباره")).toBe(false);
    });

    it("of a booth whose errors are of another copy of their class is refuted all the same", async () => {
        open();
        page.breakChecks = Object.assign(new Error("§14"), { code: "different" });
        await test();
        expect(page.text).toContain("در برگهٔ بسته چیز دیگری بود");
    });

    it("of a worker that opens another ballot than the one shown shows nothing of it", async () => {
        open();
        await ask();
        const [sealer] = page.sealers;
        const reveal = sealer!.reveal.bind(sealer);
        sealer!.reveal = async () => ({ ...(await reveal()), ballot: "B".repeat(43) });
        await page.press("این برگه را می‌آزمایم");
        await page.pass(1_000);
        expect(page.heading).toBe("بستن رأی روی این دستگاه انجام نشد");
    });

    it("that cannot be compared here says so and can be tried again", async () => {
        open();
        await ask();
        await page.press("این برگه را می‌آزمایم");
        const checker = page.sealers[1];
        expect(checker).toBeDefined();
        await page.pass(1_000);
        expect(page.text).toContain("در برگهٔ بسته همین بود");
        page.close();

        open();
        page.breakChecks = new SealingError("worker", "no more memory");
        await test();
        expect(page.text).toContain("این دستگاه نتوانست برگه را بسنجد");
        page.breakChecks = null;
        await page.press("تلاش دوباره");
        await page.pass(1_000);
        expect(page.text).toContain("در برگهٔ بسته همین بود");
    });
});

describe("the way to another device", () => {
    it("is a link, a picture of the same link, and a file, all of the ballot that was given up", async () => {
        open();
        const hash = await test();
        const link = links().find((one) => one.includes("#1."))!;
        expect(link.startsWith("https://vote.example/e/arkan-1405/open/#1.")).toBe(true);
        expect(opening()).toMatchObject({ ballot: hash, choices: [[0, 1, 0, 1], [0, 0, 0, 1]] });
        const election = parseElection(page.server.data.election);
        expect(() => checkOpening(election, makeBases(election), opening())).not.toThrow();
        expect(read(page.one(".qr svg"))).toBe(link);

        const file = page.one("a[download]");
        expect(file.getAttribute("download")).toMatch(/^ballot-[A-Za-z0-9-]{8}\.json$/);
        const text = await resolveObjectURL(file.getAttribute("href")!)!.text();
        expect(parseOpening(text)).toEqual(opening());
        expect(text).toBe(openingText(opening()));
    });

    it("speaks English to who does", async () => {
        open({ language: "en", change: (data) => ({ ...data, language: "en" }) });
        await page.pass();
        await page.choose(1);
        await page.press("Continue");
        await page.press("Continue");
        await page.pass(1_000);
        await page.press("Test the vote");
        await page.pass(200);
        await page.press("Test this ballot");
        await page.pass(1_000);
        expect(page.heading).toBe("The ballot is open");
        expect(page.text).toContain("This is what was in the sealed ballot");
    });
});

/** What a camera would read from the picture: its path drawn to pixels, eight to a module, with a rim. */
function read(svg: HTMLElement): string {
    const size = Number(svg.getAttribute("viewBox")!.split(" ")[2]);
    const [scale, rim] = [8, 4];
    const width = (size + 2 * rim) * scale;
    const data = new Uint8Array(width * width * 4).fill(255);
    for (const [, x, y, length] of svg.querySelector("path")!.getAttribute("d")!.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
        for (let row = 0; row < scale; row++) {
            const start = ((Number(y) + rim) * scale + row) * width + (Number(x) + rim) * scale;
            for (let column = 0; column < Number(length) * scale; column++) data.fill(0, (start + column) * 4, (start + column) * 4 + 3);
        }
    }
    return decodeQR({ width, height: width, data });
}
