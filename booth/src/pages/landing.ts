// SPDX-License-Identifier: Apache-2.0
/**
 * Takes the secret credential out of the link of the text message (ARCHITECTURE.md §3): it comes in the address's fragment, which
 * browsers never send.
 *
 * 1. wipe the fragment from the address first, so that it is in no history and no screenshot
 * 2. keep a well-formed credential in this tab's storage, where the booth finds it
 * 3. say so when the link was cut short, before the voter has logged in for nothing
 */

/** protocol.md §5: 22 Base58 characters, written 5-6-5-6. */
const CREDENTIAL = /^[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}-[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}$/;

function take(): void {
    const fragment = location.hash.slice(1);
    // Anchors of the page itself, such as that of the skip link.
    if (fragment === "" || document.getElementById(fragment)) return;
    // (1)
    history.replaceState(history.state, "", location.pathname + location.search);
    // (2)
    const broken = document.getElementById("link-broken");
    const unkept = document.getElementById("link-unkept");
    const whole = CREDENTIAL.test(fragment);
    if (whole) {
        try {
            sessionStorage.setItem(`sandogh.credential.${document.body.dataset["slug"] ?? ""}`, fragment);
        } catch {
            // Storage is switched off: the booth will ask the voter to type it from the message.
            unkept?.removeAttribute("hidden");
        }
    }
    // (3)
    if (broken) broken.hidden = whole;
}

take();
// Tapping the link again while this page is open changes the fragment only.
addEventListener("hashchange", take);

export {};
