// SPDX-License-Identifier: Apache-2.0
/** Copies a code; true if it worked. The clipboard's own interface needs https, the older way does not. */
export async function copyText(text: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        return copyBySelection(text);
    }
}

function copyBySelection(text: string): boolean {
    const before = document.activeElement;
    const area = document.createElement("textarea");
    area.value = text;
    area.readOnly = true;
    area.className = "vh";
    document.body.append(area);
    area.select();
    try {
        // Deprecated and the only way on pages without https.
        // eslint-disable-next-line @typescript-eslint/no-deprecated
        return document.execCommand("copy");
    } catch {
        return false;
    } finally {
        area.remove();
        if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    }
}
