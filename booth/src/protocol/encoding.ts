// SPDX-License-Identifier: Apache-2.0
/** Text, bytes, Base64 and decimals as the protocol writes them, protocol.md §1, §2. */
import { Malformed } from "./errors";

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The text of some bytes; Malformed for bytes that are not UTF-8, protocol.md §2. */
export function textOf(bytes: Uint8Array, section: string, what: string): string {
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        throw new Malformed(section, `${what} is not UTF-8`);
    }
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Lower-case hex of some bytes, protocol.md §1. */
export function hex(bytes: Uint8Array): string {
    let text = "";
    for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
    return text;
}

/** Big-endian integer of some bytes, protocol.md §1. */
export const integer = (bytes: Uint8Array): bigint => BigInt(`0x0${hex(bytes)}`);

/** Standard Base64 without the padding sign, protocol.md §1. */
export function base64(bytes: Uint8Array): string {
    let text = "";
    let bits = 0;
    let held = 0;
    for (const byte of bytes) {
        held = ((held << 8) | byte) & 0xffff;
        for (bits += 8; bits >= 6; ) {
            bits -= 6;
            text += BASE64.charAt((held >> bits) & 63);
        }
    }
    return bits > 0 ? text + BASE64.charAt((held << (6 - bits)) & 63) : text;
}

/** A canonical decimal below a bound: digits only, no leading zero, protocol.md §2. */
export function decimal(text: unknown, bound: bigint, section: string, what: string): bigint {
    // The length is looked at first, so that nobody makes us convert a megabyte of digits.
    if (typeof text !== "string" || text.length > bound.toString().length || !/^(?:0|[1-9][0-9]*)$/.test(text)) {
        throw new Malformed(section, `${what} is not a canonical decimal`);
    }
    const value = BigInt(text);
    if (value >= bound) throw new Malformed(section, `${what} is too large`);
    return value;
}
