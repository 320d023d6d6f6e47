// SPDX-License-Identifier: Apache-2.0
/**
 * The server's time on a device whose own clock may be wrong.
 *
 * Only the passing of time is taken from the device, from a counter that nobody sets; each answer of the server corrects the rest.
 * A counter that stood still while the phone slept is behind, never ahead: the voter is told too late, not too early,
 * that the window ended, and the next look at the server, made when the page is shown again, puts it right.
 */
export class ServerClock {
    private readonly elapsed: () => number;
    private offset: number;

    /** `now` was the server's time when the device's counter stood at `at`; all in milliseconds. */
    constructor(now: number, at: number, elapsed: () => number) {
        this.elapsed = elapsed;
        this.offset = now - at;
    }

    now(): number {
        return this.elapsed() + this.offset;
    }

    /** The device's counter, to note when a request is sent. */
    mark(): number {
        return this.elapsed();
    }

    /** The server said `now` in an answer to what was sent at `sent` and came back just now: taken as the middle of the way. */
    correct(now: number, sent: number): void {
        this.offset = now - (sent + this.elapsed()) / 2;
    }
}

/** `hh:mm:ss`, or `mm:ss` below an hour if `short`; never below zero; days apart. */
export function countdown(milliseconds: number, short: boolean): { days: number; text: string } {
    // Up, so that a clock shows zero only when nothing is left.
    const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
    const days = Math.floor(seconds / 86_400);
    const hours = Math.floor(seconds / 3600) % 24;
    const two = (value: number): string => String(value).padStart(2, "0");
    const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    return { days, text: short && hours === 0 && days === 0 ? rest : `${two(hours)}:${rest}` };
}

/** Minutes before the end at which the clock speaks, also to a screen reader. */
export const ANNOUNCED = [5, 2, 1] as const;

/** The announcement that is due: the smallest of 5, 2, 1 that still covers what is left; null before and after. */
export function dueAnnouncement(milliseconds: number): (typeof ANNOUNCED)[number] | null {
    if (milliseconds <= 0) return null;
    let due: (typeof ANNOUNCED)[number] | null = null;
    for (const minutes of ANNOUNCED) if (milliseconds <= minutes * 60_000) due = minutes;
    return due;
}
