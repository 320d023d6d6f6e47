// SPDX-License-Identifier: Apache-2.0
/** A page for a page script to start on: the script's module is loaded anew each time, as a browser does. */
import { afterEach, vi } from "vitest";

afterEach(() => {
    vi.useRealTimers();
    vi.resetModules();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    sessionStorage.clear();
    document.body.innerHTML = "";
});

/** Some time of the server, a day away from this machine's: a script that asked the browser's clock would show it. */
export const SERVER_NOW = Date.now() + 86_400_000;

export function put(html: string, { lang = "fa", slug = "arkan" } = {}): void {
    document.documentElement.lang = lang;
    document.body.dataset["slug"] = slug;
    document.body.dataset["now"] = String(SERVER_NOW);
    document.body.innerHTML = html;
}

export function at(selector: string): HTMLElement {
    const found = document.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`no ${selector}`);
    return found;
}
