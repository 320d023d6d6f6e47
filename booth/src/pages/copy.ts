// SPDX-License-Identifier: Apache-2.0
/** Buttons that need a script show themselves only when there is one: copying a text, printing the page. */

for (const button of document.querySelectorAll<HTMLElement>("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
}

for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
    // Over plain http there is no clipboard: the text can still be selected by hand.
    if (!("clipboard" in navigator)) continue;
    button.hidden = false;
    const label = button.querySelector("[data-label]") ?? button;
    const before = label.textContent;
    button.addEventListener("click", () => {
        void navigator.clipboard.writeText(button.dataset["copy"] ?? "").then(
            () => {
                label.textContent = button.dataset["done"] ?? before;
                setTimeout(() => (label.textContent = before), 3000);
            },
            () => undefined,
        );
    });
}

export {};
