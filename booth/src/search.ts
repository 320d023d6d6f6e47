// SPDX-License-Identifier: Apache-2.0
/** Finding a name however it is typed: one key for letters and digits that people and keyboards write in several ways. */

const LETTERS: Readonly<Record<string, string>> = {
    ي: "ی",
    ى: "ی",
    ئ: "ی",
    ك: "ک",
    ة: "ه",
    ۀ: "ه",
    ۂ: "ه",
    آ: "ا",
    أ: "ا",
    إ: "ا",
    ٱ: "ا",
    ؤ: "و",
};

/** A key without what the eye does not see and keyboards differ in; spaces stay. */
export function searchKey(text: string): string {
    return (
        text
            // Presentation forms come from old documents; NFKC undoes them and joins a letter with its hamza.
            .normalize("NFKC")
            .toLowerCase()
            // Half-space, joiners, marks of direction, tatweel, vowel marks and a hamza that stands alone or above.
            .replace(/[\u200B-\u200F\u202A-\u202E\u2066-\u2069\uFEFF\u0640\u0621]|\p{Mn}/gu, "")
            .replace(/[يىئكةۀۂآأإٱؤ]/g, (letter) => LETTERS[letter] ?? letter)
            .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
            .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
            .replace(/[\s\u00A0]+/g, " ")
            .trim()
    );
}

/** Whether every word of the query is in one of the texts; a space typed for a half-space finds too. */
export function found(query: string, texts: readonly string[]): boolean {
    const joined = texts.map((text) => searchKey(text).replace(/ /g, "")).join(" ");
    return searchKey(query)
        .split(" ")
        .every((word) => joined.includes(word));
}
