// SPDX-License-Identifier: Apache-2.0
/** What the check in the browser says, in the page's two languages. */
import type { BallotStep } from "./one-ballot";
import type { Facts, Verdict } from "./report";

export interface Messages {
    readonly started: string;
    readonly reading: string;
    /** What is done, of how many; and how long it will take. */
    readonly ballots: (done: string, total: string) => string;
    readonly credentials: (done: string) => string;
    readonly left: (seconds: number, digits: (value: number) => string) => string;
    readonly stopped: string;
    readonly verdicts: Readonly<Record<Verdict | "soFar", readonly [title: string, meaning: string]>>;
    readonly broken: Readonly<Record<"network" | "device" | "browser" | "changed", readonly [title: string, meaning: string]>>;
    readonly marks: Readonly<Record<"holds" | "fails" | "not yet" | "not checked" | "unsupported", string>>;
    /** By the number of the check. */
    readonly checks: readonly string[];
    readonly waiting: string;
    readonly rests: (numbers: string) => string;
    readonly elsewhere: string;
    readonly comparing: string;
    readonly many: (count: string) => string;
    readonly clause: (section: string) => string;
    /** What a check that holds has seen. */
    readonly seen: (number: number, facts: Facts, digits: (value: number) => string) => string;
    readonly fingerprints: string;
    readonly fingerprint: Readonly<Record<"fingerprint" | "trustees_fingerprint" | "credentials_fingerprint" | "tally_fingerprint" | "last_event", string>>;
    readonly same: string;
    readonly different: string;
    readonly compare: string;
    readonly result: string;
    readonly blank: string;
    readonly save: string;
    readonly ballot: {
        readonly typed: string;
        readonly absent: readonly [title: string, meaning: string];
        readonly good: (row: string) => readonly [title: string, meaning: string];
        readonly bad: readonly [title: string, meaning: string];
        readonly steps: Readonly<Record<BallotStep, string>>;
        readonly sought: Readonly<Record<"good" | "bad" | "unknown" | "absent", (row: string) => string>>;
        readonly row: string;
    };
}

const toLeft = (seconds: number): [value: number, unit: "seconds" | "minutes"] =>
    seconds < 90 ? [Math.max(5, Math.ceil(seconds / 5) * 5), "seconds"] : [Math.ceil(seconds / 60), "minutes"];

const fa: Messages = {
    started: "بررسی آغاز شد.",
    reading: "تابلو دریافت می‌شود…",
    ballots: (done, total) => `${done} رأی از ${total} رأی بررسی شد`,
    credentials: (done) => `${done} شناسه بررسی شد`,
    left: (seconds, digits) => {
        const [value, unit] = toLeft(seconds);
        return `حدود ${digits(value)} ${unit === "seconds" ? "ثانیه" : "دقیقه"} مانده است`;
    },
    stopped: "بررسی را متوقف کردید؛ نتیجه‌ای به دست نیامد.",
    verdicts: {
        valid: ["همه چیز درست است", "از آغاز تا نتیجه، هر چه در تابلو ثبت شده با حساب این دستگاه می‌خواند."],
        soFar: ["تا این‌جا همه چیز درست است", "هر چه تا کنون در تابلو ثبت شده درست است. انتخابات هنوز به نتیجه نرسیده است؛ پس از شمارش دوباره بررسی کنید."],
        invalid: ["درست نیست", "دست‌کم یک بررسی درست درنیامد. گزارش را ذخیره کنید و به ناظران انتخابات نشان دهید."],
        incomplete: ["پرونده ناتمام رسید", "آنچه رسید درست است، ولی پرونده نیمه‌کاره بریده شده است. اینترنت خود را ببینید و دوباره بررسی کنید."],
        unsupported: [
            "بررسی نشد",
            "این بخش در مرورگر بررسی نمی‌شود؛ با sandogh verify بررسی کنید. این انتخابات چیزی دارد که فقط آن برنامه می‌سنجد.",
        ],
    },
    broken: {
        network: ["تابلو دریافت نشد", "اینترنت قطع شد یا سرور پاسخ نداد. چیزی بررسی نشد؛ دوباره بزنید."],
        device: ["این دستگاه نتوانست حساب کند", "بررسی نیمه‌کاره ماند و نتیجه‌ای ندارد. برگه‌های دیگر مرورگر را ببندید و دوباره بزنید، یا با رایانه بررسی کنید."],
        browser: ["این مرورگر برای بررسی قدیمی است", "با مرورگری تازه‌تر بیایید، یا پروندهٔ تابلو را دریافت کنید و با برنامهٔ sandogh verify بسنجید."],
        changed: ["تابلوی دیگری رسید", "آخرین ردیفی که این صفحه نشان می‌دهد در پروندهٔ بررسی‌شده نیست. صفحه را تازه کنید؛ اگر باز چنین بود، به ناظران بگویید."],
    },
    marks: { holds: "درست است", fails: "درست نیست", "not yet": "هنوز نه", "not checked": "بررسی نشد", unsupported: "در مرورگر بررسی نمی‌شود" },
    checks: [
        "پرونده و زنجیرهٔ ردیف‌ها",
        "ترتیب ردیف‌ها",
        "تعریف انتخابات",
        "کلیدداران",
        "فهرست بی‌نام شناسه‌ها",
        "رأی‌ها",
        "جمع بستهٔ آرا",
        "بُر زدن آرا",
        "گشودن جمع به دست کلیدداران",
        "نتیجه",
        "فهرست رأی‌دهندگان",
        "نسخهٔ پیشین تابلو",
    ],
    waiting: "هنوز انجام نشده است",
    rests: (numbers) => `بر بررسی ${numbers} استوار است که درست نبود`,
    elsewhere: "در تابلو نیست؛ شمار شناسه‌ها را با فهرست رأی‌دهندگان بسنجید",
    comparing: "نسخه‌ای برای سنجیدن داده نشد؛ با sandogh verify می‌شود",
    many: (count) => `و ${count} مورد دیگر، که در گزارش هست`,
    clause: (section) => `بند ${section}`,
    seen: (number, facts, digits) => {
        const numbers: Record<number, string> = {
            1: `${digits((facts.last_height ?? -1) + 1)} ردیف`,
            2: `${digits(facts.ballots ?? 0)} رأی`,
            3: facts.name ?? "",
            4: `${digits(facts.trustees ?? 0)} کلیددار`,
            5: `${digits(facts.credentials ?? 0)} شناسه`,
            6: `${digits(facts.ballots ?? 0)} رأی${facts.kept === facts.ballots ? "" : `، ${digits(facts.kept ?? 0)} رأی به شمار می‌آید`}`,
            8: "لازم نیست",
            9: `${digits(facts.decryptions ?? 0)} از ${digits(facts.trustees ?? 0)} کلیددار`,
        };
        return numbers[number] ?? "";
    },
    fingerprints: "اثر انگشت‌هایی که این دستگاه حساب کرد",
    fingerprint: {
        fingerprint: "تعریف انتخابات",
        trustees_fingerprint: "کلیدداران",
        credentials_fingerprint: "فهرست بی‌نام شناسه‌ها",
        tally_fingerprint: "جمع بستهٔ آرا",
        last_event: "آخرین ردیف تابلو",
    },
    same: "همان که این صفحه نشان می‌دهد",
    different: "نه آن که این صفحه نشان می‌دهد",
    compare: "این‌ها را با آنچه پیش از رأی‌گیری اعلام شده است بسنجید.",
    result: "نتیجه، چنان‌که این دستگاه حساب کرد",
    blank: "رأی سفید",
    save: "ذخیرهٔ گزارش",
    ballot: {
        typed: "این نوشته کد رهگیری نیست؛ ۴۳ نویسهٔ لاتین را کامل از رسید خود بنویسید.",
        absent: ["در این تابلو پیدا نشد", "کد را با رسید خود مقایسه کنید. اگر باز پیدا نشد، رسید را نگه دارید و با پشتیبانی تماس بگیرید."],
        good: (row) => [
            `این رأی در ردیف ${row} تابلو و درست است`,
            "این دستگاه امضا و همهٔ برهان‌های آن را حساب کرد. برای دیدن این که همهٔ رأی‌ها با هم شمرده شده‌اند، همهٔ تابلو را بررسی کنید.",
        ],
        bad: ["این رأی درست نیست", "گزارش را ذخیره کنید و به ناظران انتخابات نشان دهید."],
        steps: {
            tracker: "کد رهگیری، اثر انگشت همین رأی است",
            row: "ردیف تابلو همین رأی را ثبت کرده است",
            election: "رأی از آنِ همین انتخابات است",
            credential: "شناسهٔ آن در فهرست بی‌نام شناسه‌هاست",
            proofs: "امضا و برهان‌های رأی درست است",
        },
        sought: {
            good: (row) => `رأی شما در ردیف ${row} تابلوست و درست است.`,
            bad: (row) => `رأی شما در ردیف ${row} تابلوست ولی درست نیست.`,
            unknown: (row) => `رأی شما در ردیف ${row} تابلوست؛ درستی آن بررسی نشد.`,
            absent: () => "رأیی با کد رهگیری شما در این تابلو نیست.",
        },
        row: "دیدن ردیف",
    },
};

const en: Messages = {
    started: "The check has begun.",
    reading: "Receiving the board…",
    ballots: (done, total) => `${done} of ${total} ballots checked`,
    credentials: (done) => `${done} credentials checked`,
    left: (seconds, digits) => {
        const [value, unit] = toLeft(seconds);
        return `about ${digits(value)} ${unit === "minutes" && value === 1 ? "minute" : unit} left`;
    },
    stopped: "You stopped the check; there is no outcome.",
    verdicts: {
        valid: ["Everything is right", "From the beginning to the result, all that the board records agrees with what this device computed."],
        soFar: ["Everything is right so far", "All that the board has recorded until now is right. The election has no result yet; check again after the count."],
        invalid: ["Not right", "At least one check failed. Save the report and show it to the election's observers."],
        incomplete: ["The file came incomplete", "What came is right, but the file breaks off. Look at your connection and check again."],
        unsupported: ["Not checked", "This part is not checked in the browser; check it with sandogh verify. The election has something that only that program judges."],
    },
    broken: {
        network: ["The board could not be received", "The connection broke or the server did not answer. Nothing was checked; try again."],
        device: ["This device could not do it", "The check broke off and has no outcome. Close other tabs and try again, or use a computer."],
        browser: ["This browser is too old for the check", "Come with a newer one, or download the board and check it with the program sandogh verify."],
        changed: ["Another board came", "The last row that this page shows is not in the file that was checked. Load the page again; if it stays so, tell the observers."],
    },
    marks: { holds: "holds", fails: "fails", "not yet": "not yet", "not checked": "not checked", unsupported: "not checked in the browser" },
    checks: [
        "Container and chain",
        "Order of the rows",
        "Election file",
        "Trustees",
        "Credentials",
        "Ballots",
        "Encrypted tally",
        "Shuffles",
        "Partial decryptions",
        "Result",
        "Electoral roll",
        "Earlier copy",
    ],
    waiting: "has not happened yet",
    rests: (numbers) => `rests on check ${numbers}, which failed`,
    elsewhere: "not on the board; compare the number of credentials with the electoral roll",
    comparing: "no copy to compare with was given; sandogh verify can",
    many: (count) => `and ${count} more, which are in the report`,
    clause: (section) => section,
    seen: (number, facts, digits) => {
        const counted = (value: number | undefined, noun: string): string => `${digits(value ?? 0)} ${noun}${value === 1 ? "" : "s"}`;
        const numbers: Record<number, string> = {
            1: counted((facts.last_height ?? -1) + 1, "row"),
            2: counted(facts.ballots, "ballot"),
            3: facts.name ?? "",
            4: counted(facts.trustees, "trustee"),
            5: counted(facts.credentials, "credential"),
            6: `${counted(facts.ballots, "ballot")}${facts.kept === facts.ballots ? "" : `, ${digits(facts.kept ?? 0)} of which count`}`,
            8: "none needed",
            9: `${digits(facts.decryptions ?? 0)} of ${counted(facts.trustees, "trustee")}`,
        };
        return numbers[number] ?? "";
    },
    fingerprints: "Fingerprints that this device computed",
    fingerprint: {
        fingerprint: "Election file",
        trustees_fingerprint: "Trustees",
        credentials_fingerprint: "Credentials",
        tally_fingerprint: "Encrypted tally",
        last_event: "Last row of the board",
    },
    same: "the one that this page shows",
    different: "not the one that this page shows",
    compare: "Compare them with what was announced before the voting.",
    result: "The result, as this device computed it",
    blank: "Blank vote",
    save: "Save the report",
    ballot: {
        typed: "This is not a tracker; type all 43 Latin characters from your receipt.",
        absent: ["Not found on this board", "Compare the code with your receipt. If it is still not found, keep the receipt and call the support."],
        good: (row) => [
            `This ballot is in row ${row} of the board, and right`,
            "This device computed its signature and all its proofs. To see that all ballots were counted together, check the whole board.",
        ],
        bad: ["This ballot is not right", "Save the report and show it to the election's observers."],
        steps: {
            tracker: "The tracker is the fingerprint of this very ballot",
            row: "The row of the board records this ballot",
            election: "The ballot is one of this election",
            credential: "Its credential is in the list",
            proofs: "Signature and proofs hold",
        },
        sought: {
            good: (row) => `Your ballot is in row ${row} of the board and holds.`,
            bad: (row) => `Your ballot is in row ${row} of the board, but does not hold.`,
            unknown: (row) => `Your ballot is in row ${row} of the board; it was not checked.`,
            absent: () => "There is no ballot with your tracker on this board.",
        },
        row: "See the row",
    },
};

export const messagesFor = (language: string): Messages => (language === "en" ? en : fa);
