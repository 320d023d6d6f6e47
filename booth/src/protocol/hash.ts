// SPDX-License-Identifier: Apache-2.0
/** SHA-256 in the forms the protocol uses, protocol.md §1, §4.1. */
import { sha256 } from "@noble/hashes/sha2.js";
import { base64, hex, integer, utf8 } from "./encoding";

/** SHA(s), protocol.md §1. */
export const hashBytes = (text: string): Uint8Array<ArrayBuffer> => sha256(utf8(text));

/** hex(SHA(s)), protocol.md §1. */
export const hashHex = (text: string): string => hex(hashBytes(text));

/** b64(SHA(s)): 43 characters, protocol.md §1. */
export const hashBase64 = (text: string): string => base64(hashBytes(text));

/** INT(SHA(s)), protocol.md §1. */
export const hashInteger = (text: string): bigint => integer(hashBytes(text));

/** hashG over elements already in their text form, protocol.md §4.1. */
export const groupHash = (prefix: string, elements: readonly string[], q: bigint): bigint => hashInteger(prefix + elements.join()) % q;
