// SPDX-License-Identifier: Apache-2.0
/** The page of the one-time code: its clock, sending again when the clock is over, and taking the code from the message where the browser can. */
import { digits, every, left, seconds, two, write } from "./shared/time";

const ring = document.querySelector<HTMLElement>("[data-code-until]");
const again = document.querySelector<HTMLElement>("[data-again]");
const why = document.querySelector<HTMLElement>("[data-why]");
const form = document.querySelector<HTMLFormElement>("form[data-code]");
const box = form?.querySelector<HTMLInputElement>("input[name=code]") ?? null;

/** Of the ring's path, as in its pathLength. */
const ROUND = 120;

if (ring) {
    const until = Number(ring.dataset["codeUntil"]);
    const whole = Number(ring.dataset["codeSeconds"]) * 1000;
    again?.setAttribute("aria-disabled", "true");
    every(() => {
        const rest = left(until);
        const shown = seconds(rest);
        write(ring.querySelector("b"), digits(`${two(Math.floor(shown / 60))}:${two(shown % 60)}`));
        ring.querySelector("circle + circle")?.setAttribute("stroke-dasharray", `${Math.min(ROUND, (ROUND * rest) / whole)} ${ROUND}`);
        if (rest > 0) return true;
        again?.setAttribute("aria-disabled", "false");
        write(why, why?.dataset["why"] ?? "");
        return false;
    });
}

again?.closest("form")?.addEventListener("submit", (event) => {
    if (again.getAttribute("aria-disabled") === "true") event.preventDefault();
});

// WebOTP: the message ends in «@host #code», and the browser asks the voter before it hands the code over.
interface CodeRequest extends CredentialRequestOptions {
    otp: { transport: string[] };
}
if ("OTPCredential" in window) {
    const stop = new AbortController();
    form?.addEventListener("submit", () => stop.abort());
    const request: CodeRequest = { otp: { transport: ["sms"] }, signal: stop.signal };
    navigator.credentials.get(request).then(
        (answer) => {
            if (!box || !form || !answer) return;
            box.value = (answer as unknown as { code: string }).code;
            form.requestSubmit();
        },
        // Refused, or no message came: the voter types.
        () => undefined,
    );
}
