// SPDX-License-Identifier: Apache-2.0
/**
 * The messages of the page's language. Persian comes with the booth; English is a file of its own beside it (pages/booth-en.ts),
 * fetched only where it is asked for, so that the others do not pay for it.
 */
import { fa, type Messages } from "./fa";

export type { Messages };

declare global {
    /** Set by booth-en.js: an entry of the build exports nothing. */
    var sandoghEnglish: Messages | undefined;
}

/** `script` is the address of the booth's own script. */
export async function messagesFor(language: string, script: string): Promise<Messages> {
    if (language !== "en") return fa;
    try {
        await import(/* @vite-ignore */ new URL("booth-en.js", script).href);
    } catch {
        // A vote in the other language is better than none.
    }
    return globalThis.sandoghEnglish ?? fa;
}
