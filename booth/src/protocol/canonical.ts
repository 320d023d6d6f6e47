// SPDX-License-Identifier: Apache-2.0
/** Compact JSON with exactly one form for each value, protocol.md §2. */
import { Malformed } from "./errors";

export type Json = null | string | number | boolean | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/** A surrogate without its partner: such a string has no UTF-8 form. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** The one text of a value; fields in the order in which the object has them, protocol.md §2. */
export function dumps(value: Json): string {
    // JSON.stringify already writes control characters as the section asks, except U+007F.
    return JSON.stringify(value).replace(/\x7f/g, "\\u007f");
}

/**
 * Read a value back, refusing every text but the one `dumps` writes, protocol.md §2.
 *
 * Comparing the two texts refuses white space, duplicate keys, other escapes, floats and numbers that lose digits, all at once.
 */
export function loads(text: string, section: string): Json {
    let value: unknown;
    let again: string;
    try {
        value = JSON.parse(text);
        if (!plain(value)) throw new Malformed(section, "a fraction or half a character");
        again = dumps(value);
    } catch (error) {
        if (error instanceof Malformed) throw error;
        throw new Malformed(section, error instanceof RangeError ? "nested too deeply" : "not JSON");
    }
    if (again !== text) throw new Malformed(section, "not in canonical form");
    return value;
}

/** Only safe integers, only whole characters. Null is read so that whoever meets it can say where; nothing accepts it. */
function plain(value: unknown): value is Json {
    if (typeof value === "string") return !LONE_SURROGATE.test(value);
    if (typeof value === "number") return Number.isSafeInteger(value) && !Object.is(value, -0);
    if (typeof value === "boolean" || value === null) return true;
    if (Array.isArray(value)) return value.every(plain);
    if (typeof value !== "object") return false;
    return Object.entries(value).every(([name, content]) => plain(name) && plain(content));
}

/** An object whose fields are exactly these in this order; a leading ? marks an optional one, protocol.md §2. */
export function fields(value: Json | undefined, names: readonly string[], section: string, what: string): JsonObject {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Malformed(section, `${what} is not an object`);
    const object = value as JsonObject;
    const expected = names.filter((name) => !name.startsWith("?") || name.slice(1) in object).map((name) => name.replace("?", ""));
    if (Object.keys(object).join() !== expected.join()) throw new Malformed(section, `${what} has other fields than ${names.join()}`);
    return object;
}

/** A list, of exactly this length if one is given, protocol.md §2. */
export function list(value: Json | undefined, section: string, what: string, length?: number): readonly Json[] {
    if (!Array.isArray(value)) throw new Malformed(section, `${what} is not a list`);
    const items = value as readonly Json[];
    if (length !== undefined && items.length !== length) throw new Malformed(section, `${what} has ${items.length} items, not ${length}`);
    return items;
}

export function string(value: unknown, section: string, what: string): string {
    if (typeof value !== "string") throw new Malformed(section, `${what} is not a string`);
    return value;
}

/** A JSON integer that is zero or more, protocol.md §2. */
export function count(value: Json | undefined, section: string, what: string): number {
    if (typeof value !== "number" || value < 0) throw new Malformed(section, `${what} is not a count`);
    return value;
}
