// SPDX-License-Identifier: Apache-2.0
/** The server's time on a device with a wrong clock. */
import { describe, expect, it } from "vitest";
import { countdown, dueAnnouncement, ServerClock } from "../../src/clock";

describe("the server's clock", () => {
    it("takes nothing but the passing of time from the device", () => {
        let counter = 5_000;
        const clock = new ServerClock(1_795_000_000_000, 4_000, () => counter);
        expect(clock.now()).toBe(1_795_000_001_000);
        counter += 60_000;
        expect(clock.now()).toBe(1_795_000_061_000);
    });

    it("is put right by an answer, taken as the middle of its way", () => {
        let counter = 0;
        const clock = new ServerClock(1_000_000, 0, () => counter);
        const sent = clock.mark();
        // The phone slept for an hour: its counter stood still, the server's did not.
        counter = 400;
        clock.correct(4_600_000, sent);
        expect(clock.now()).toBe(4_600_200);
    });
});

describe("a countdown", () => {
    it.each([
        [21_810_000, false, 0, "06:03:30"],
        [888_000, true, 0, "14:48"],
        [3_600_000, true, 0, "01:00:00"],
        [999, true, 0, "00:01"],
        [0, true, 0, "00:00"],
        [-5_000, false, 0, "00:00:00"],
        [2 * 86_400_000 + 61_000, false, 2, "00:01:01"],
        [86_400_000 + 1_000, true, 1, "00:00:01"],
    ])("of %i ms reads as it should", (milliseconds, short, days, text) => {
        expect(countdown(milliseconds, short)).toEqual({ days, text });
    });
});

describe("announcements", () => {
    it.each([
        [300_001, null],
        [300_000, 5],
        [120_001, 5],
        [120_000, 2],
        [60_001, 2],
        [60_000, 1],
        [1, 1],
        [0, null],
        [-1, null],
    ])("with %i ms left say %s", (milliseconds, minutes) => {
        expect(dueAnnouncement(milliseconds)).toBe(minutes);
    });
});
