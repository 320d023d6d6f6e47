// SPDX-License-Identifier: Apache-2.0
/**
 * Counts down where the page says so: `<div data-until="ms">` with `<b data-part="days|hours|minutes|seconds">` inside.
 * When it reaches zero the page is asked for anew: the election has opened or closed. The moment differs by a few seconds from
 * browser to browser, so that thousands who wait for the opening do not ask within one second.
 */
import { digits, every, left, seconds, write } from "./shared/time";

const SPREAD = 4000;
const ANNOUNCED = [5, 2, 1];

for (const clock of document.querySelectorAll<HTMLElement>("[data-until]")) {
    const until = Number(clock.dataset["until"]);
    const aloud = document.querySelector("[data-aloud]");
    const words = aloud?.getAttribute("data-aloud") ?? "";
    // A clock that was over when the page came must not ask again and again.
    const running = left(until) > 0;
    let before = Infinity;
    every(() => {
        const rest = seconds(left(until));
        const parts = {
            days: String(Math.floor(rest / 86_400)),
            hours: String(Math.floor(rest / 3600) % 24),
            minutes: String(Math.floor(rest / 60) % 60),
            seconds: String(rest % 60),
        };
        for (const [name, value] of Object.entries(parts)) write(clock.querySelector(`[data-part=${name}]`), digits(value));
        for (const minute of ANNOUNCED) {
            if (before > minute * 60 && rest <= minute * 60 && before !== Infinity) write(aloud, words.replace("%", digits(minute)));
        }
        before = rest;
        if (rest > 0) return true;
        if (running) setTimeout(() => location.reload(), 500 + Math.random() * SPREAD);
        return false;
    });
}

// A page taken from the browser's memory has an old time in it.
addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
});

export {};
