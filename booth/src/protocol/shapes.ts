// SPDX-License-Identifier: Apache-2.0
/** Pieces of a JSON value that the record of an election has and a ballot has not, protocol.md §2. */
import { count, type Json, string } from "./canonical";
import { Malformed } from "./errors";

/** Counts and weights up to this are JSON integers, above it decimal strings. */
const LARGEST_JSON_INTEGER = 2 ** 30 - 1;

/** A SHA-256 digest as 64 lower-case hex digits, protocol.md §2. */
export function hashHexField(value: Json | undefined, section: string, what: string): string {
    const digits = string(value, section, what);
    if (!/^[0-9a-f]{64}$/.test(digits)) throw new Malformed(section, `${what} is not 64 lower-case hex digits`);
    return digits;
}

/** A count or weight: an integer while small, a decimal string above 2^30-1, protocol.md §2. */
export function bigCount(value: Json | undefined, section: string, what: string): bigint {
    if (typeof value === "string") {
        if (value.length > 20 || !/^[1-9][0-9]*$/.test(value)) throw new Malformed(section, `${what} is not a canonical decimal number`);
        const large = BigInt(value);
        if (large <= BigInt(LARGEST_JSON_INTEGER)) throw new Malformed(section, `${what} belongs in a JSON integer`);
        return large;
    }
    const small = count(value, section, what);
    if (small > LARGEST_JSON_INTEGER) throw new Malformed(section, `${what} is out of range for a JSON integer`);
    return BigInt(small);
}
