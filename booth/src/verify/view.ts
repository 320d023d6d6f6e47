// SPDX-License-Identifier: Apache-2.0
/** How the outcome of a check looks on the board page. */
import { code, digits, element } from "./dom";
import type { Messages } from "./messages";
import type { BallotReport } from "./one-ballot";
import type { Check, Finding, Report } from "./report";

/** Findings of one check that are shown; the report has them all. */
const SHOWN = 10;

const CHIPS = {
    holds: "chip chip--ok",
    fails: "chip chip--bad",
    "not yet": "chip chip--plain",
    "not checked": "chip chip--plain",
    unsupported: "chip chip--warn",
} as const;

function chip(words: Messages, mark: keyof typeof CHIPS): HTMLElement {
    return element("span", { class: CHIPS[mark] }, words.marks[mark]);
}

/** A finding in the verifier's own words, which are those of `sandogh verify`. */
const findingLine = (words: Messages, { section, what, where }: Finding): HTMLElement =>
    element("li", {}, `${words.clause(section)} `, element("span", { class: "finding", lang: "en", dir: "ltr" }, where === "" ? what : `${where}: ${what}`));

function findingList(words: Messages, check: Check): HTMLElement[] {
    if (check.count === 0) return [];
    const lines = check.findings.slice(0, SHOWN).map((finding) => findingLine(words, finding));
    if (check.count > SHOWN) lines.push(element("li", {}, words.many(digits(check.count - SHOWN))));
    return [element("ul", { class: "small" }, ...lines)];
}

/** Why a check was not made, or what one that holds has seen. */
function noteOf(words: Messages, check: Check, report: Report): string {
    if (check.outcome === "holds") return words.seen(check.number, report.election, digits);
    if (check.outcome === "fails") return "";
    const under = /^rests on check ([0-9, ]+),/.exec(check.note)?.[1];
    if (under !== undefined) return words.rests(digits(under));
    if (check.number === 11) return words.elsewhere;
    return check.number === 12 ? words.comparing : words.waiting;
}

/** One line of the report. */
export function checkLine(words: Messages, check: Check, report: Report): HTMLElement {
    const unsupported = check.outcome === "fails" && check.findings.every((finding) => finding.unsupported);
    const waits = check.outcome === "not checked" && check.note.startsWith("no ") && check.number < 11;
    const mark = unsupported ? "unsupported" : waits ? "not yet" : check.outcome;
    const note = noteOf(words, check, report);
    return element(
        "li",
        { "data-check": String(check.number), "data-outcome": mark },
        element("span", { class: "no" }, digits(check.number)),
        element(
            "div",
            {},
            element("strong", {}, words.checks[check.number - 1] ?? check.name),
            ...(note === "" ? [] : [element("p", { class: "muted small" }, note)]),
            ...findingList(words, check),
        ),
        chip(words, mark),
    );
}

/** The answer in one sentence and what it means; it takes the focus when it comes. */
export function verdictNote(kind: "ok" | "bad" | "warn", [title, meaning]: readonly [string, string], ...more: readonly (Node | string)[]): HTMLElement {
    const rest = more.map((each) => (typeof each === "string" ? element("p", {}, each) : each));
    return element("div", { class: `note note--${kind}`, tabindex: "-1" }, element("div", {}, element("strong", {}, title), element("p", {}, meaning), ...rest));
}

/** The values to compare, each with whether it is the one of this page where the page shows it. */
export function fingerprintList(words: Messages, report: Report, shown: { readonly fingerprint: string }): HTMLElement {
    const names = Object.keys(words.fingerprint) as (keyof Messages["fingerprint"])[];
    const lines = names.flatMap((name) => {
        const value = report.election[name];
        if (value === undefined) return [];
        const same = name === "fingerprint" ? [element("p", { class: "small" }, value === shown.fingerprint ? words.same : words.different)] : [];
        return [element("div", {}, element("dt", {}, words.fingerprint[name]), element("dd", {}, code(value), ...same))];
    });
    return element("details", {}, element("summary", {}, words.fingerprints), element("p", { class: "small" }, words.compare), element("dl", { class: "facts" }, ...lines));
}

/** The counts, question by question, in the order of the ballot. */
export function resultList(words: Messages, report: Report): HTMLElement[] {
    if (report.result === null || report.verdict !== "valid") return [];
    const tables = report.result.map(({ question, answers }) =>
        element(
            "table",
            {},
            element("caption", {}, question),
            element(
                "tbody",
                {},
                ...answers.map(({ answer, count }) =>
                    element("tr", {}, element("th", { scope: "row" }, answer === "" ? words.blank : answer), element("td", {}, digits(count))),
                ),
            ),
        ),
    );
    return [element("details", {}, element("summary", {}, words.result), ...tables)];
}

/** The steps of the check of one ballot. */
export function ballotLines(words: Messages, report: BallotReport): HTMLElement[] {
    return report.steps.map(({ step, outcome, finding }, i) =>
        element(
            "li",
            { "data-step": step, "data-outcome": outcome },
            element("span", { class: "no" }, digits(i + 1)),
            element(
                "div",
                {},
                element("strong", {}, words.ballot.steps[step]),
                ...(finding === undefined ? [] : [element("ul", { class: "small" }, findingLine(words, finding))]),
            ),
            chip(words, outcome),
        ),
    );
}
