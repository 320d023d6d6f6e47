// SPDX-License-Identifier: Apache-2.0
/** Time as the server has it: a phone's own clock may be wrong, so only its passing is taken from the browser. */

const started = performance.now();
const serverThen = Number(document.body.dataset["now"]);

/** Milliseconds left until an instant of the server's clock; 0 when it has passed. */
export function left(until: number): number {
    return Math.max(0, until - serverThen - (performance.now() - started));
}

/** Seconds shown: rounded up, so that 00:00 appears when it is over and not before. */
export function seconds(milliseconds: number): number {
    return Math.ceil(milliseconds / 1000);
}

export function two(value: number): string {
    return String(value).padStart(2, "0");
}

const persian = document.documentElement.lang === "fa";

/** Digits of the page's language. */
export function digits(text: string | number): string {
    const ascii = String(text);
    return persian ? ascii.replace(/[0-9]/g, (digit) => String.fromCharCode(0x6f0 + Number(digit))) : ascii;
}

/** Writes only what changed, so that a screen reader and the layout are left in peace. */
export function write(element: Element | null, text: string): void {
    if (element && element.textContent !== text) element.textContent = text;
}

/** Calls `tick` at once and then four times a second, so that no shown second is skipped; stops when it answers false. */
export function every(tick: () => boolean): void {
    if (!tick()) return;
    const timer = setInterval(() => {
        if (!tick()) clearInterval(timer);
    }, 250);
}
