// SPDX-License-Identifier: Apache-2.0
/** Making elements; texts only ever as texts. */

type Child = Node | string;

export function element<K extends keyof HTMLElementTagNameMap>(
    name: K,
    attributes: Readonly<Record<string, string>> = {},
    ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
}

/** A code or fingerprint: left to right in any page. */
export const code = (text: string): HTMLElement => element("span", { class: "hash", lang: "en" }, text);

/** The element with this id; an error for a page that lacks it. */
export function found<E extends HTMLElement>(id: string, kind: new () => E): E {
    const at = document.getElementById(id);
    if (!(at instanceof kind)) throw new Error(`the page has no ${id}`);
    return at;
}

/** Digits of the page's language. */
export const digits = (value: number | string): string =>
    document.documentElement.lang === "fa"
        ? String(value).replace(/[0-9]/g, (digit) => String.fromCharCode(0x6f0 + Number(digit)))
        : String(value);
