// SPDX-License-Identifier: Apache-2.0
/** The voter's secret credential: reading what was typed, and deriving the key, protocol.md §5.1, §5.2. */
import { Malformed } from "./errors";
import type { Group } from "./group";
import { hashHex } from "./hash";

const SECTION = "§5.1";
const GROUPS = [5, 6, 5, 6];
const LENGTH = 22;
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]$/;

/** What was typed is not a credential; the page says why in the voter's words. */
export class CredentialShape extends Malformed {
    constructor(
        readonly reason: "empty" | "length" | "characters",
        what: string,
        /** How many characters count, and which are not of the alphabet. */
        readonly found: { readonly length: number; readonly strangers: string },
    ) {
        super(SECTION, what);
    }
}

/**
 * The canonical form of a typed or pasted credential: 5-6-5-6 with dashes, protocol.md §5.1.
 *
 * Forgives what keyboards and messengers do: Persian and Arabic digits, spaces, invisible marks, any kind of dash or none, and the
 * whole link instead of its end. Never guesses at letters: the credential is random and has no checksum, so a guess would be another one.
 */
export function normaliseCredential(typed: string): string {
    const kept = typed
        .slice(typed.lastIndexOf("#") + 1)
        .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
        .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
        .replace(/[\s\p{Pd}\p{Cf}_ـ−]/gu, "");
    const characters = Array.from(kept);
    const strangers = characters.filter((character) => !BASE58.test(character)).join("");
    const found = { length: characters.length, strangers };
    if (kept === "") throw new CredentialShape("empty", "nothing was typed", found);
    if (strangers !== "") throw new CredentialShape("characters", "a character that no credential has", found);
    if (characters.length !== LENGTH) throw new CredentialShape("length", `${characters.length} characters, not ${LENGTH}`, found);
    let start = 0;
    return GROUPS.map((length) => kept.slice(start, (start += length))).join("-");
}

export interface CredentialKey {
    readonly secret: bigint;
    /** ser(g^secret): public, it names the voter's line on the board. */
    readonly public: string;
}

/** The key pair of a credential in canonical form, protocol.md §5.2. `g` is the group's fixedBase of its generator. */
export function deriveCredential<E>(credential: string, uuid: string, group: Group<E>, g: (k: bigint) => E): CredentialKey {
    if (normaliseCredential(credential) !== credential) throw new Malformed(SECTION, "not in canonical form");
    const half = (n: number): string => hashHex(`derive_credential|${uuid}|${n}|${credential}`);
    const secret = BigInt(`0x${half(0)}${half(1)}`) % group.q;
    return { secret, public: group.serialise([g(secret)]).join() };
}
