// SPDX-License-Identifier: Apache-2.0
/** Trustees: who hold the parts of the election's private key, protocol.md §6. */
import { type Json, list, loads } from "./canonical";
import { textOf } from "./encoding";
import { Malformed, VerificationError, within } from "./errors";
import type { Group } from "./group";
import { checkThresholdParameters } from "./threshold";
import { parseTrusteeKey, type TrusteeKey } from "./trustee-key";

const SECTION = "§6";

/** One trustee by number, in the order of the list, protocol.md §6. */
export interface Member<E> {
    readonly number: number;
    /** Where in the list the trustee's item stands, from 0. */
    readonly item: number;
    /** The index in the threshold group, from 1; of a single trustee 1. */
    readonly index: number;
    /** X: what partial decryptions are checked against. */
    readonly key: E;
    readonly publicKey: string;
    readonly name: string | undefined;
}

/** A single trustee, or a threshold group: how many of its members decrypt. */
export interface Item<E> {
    readonly threshold: number;
    readonly members: readonly Member<E>[];
}

export interface Trustees<E> {
    readonly items: readonly Item<E>[];
    readonly members: readonly Member<E>[];
    /** y, the product of the sub-keys. */
    readonly electionKey: E;
}

/**
 * The trustees and the product of their keys, protocol.md §6.
 *
 * 1. a list of `["Single", TPK]` and `["Pedersen", TP]`, not empty
 * 2. each single key proven (§6.1), each group's parameters valid (§6.4)
 * 3. no key twice: stricter than protocol.md §6, so that an owner is one trustee
 */
export function checkTrustees<E>(data: Uint8Array, group: Group<E>): Trustees<E> {
    // (1)
    const entries = list(loads(textOf(data, SECTION, "trustees"), SECTION), SECTION, "trustees");
    if (entries.length === 0) throw new Malformed(SECTION, "trustees: none");
    const items: Item<E>[] = [];
    const members: Member<E>[] = [];
    let electionKey = group.identity;
    entries.forEach((entry, item) => {
        const first = members.length + 1;
        const [kind, contents] = within(`trustee ${first}`, () => parseKind(entry));
        // (2)
        let found: { readonly threshold: number; readonly keys: readonly TrusteeKey<E>[]; readonly subKey: E };
        if (kind === "Single") {
            const single = within(`trustee ${first}`, () => parseTrusteeKey(contents, group));
            found = { threshold: 1, keys: [single], subKey: single.key };
        } else found = within(`threshold group from trustee ${first}`, () => checkThresholdParameters(contents, group));
        // (3)
        const own = found.keys.map((key, i) => ({ ...key, number: first + i, item, index: i + 1 }));
        for (const member of own) {
            if (members.some(({ publicKey }) => publicKey === member.publicKey)) {
                within(`trustee ${member.number}`, () => {
                    throw new VerificationError(SECTION, "the public key of another trustee");
                });
            }
            members.push(member);
        }
        items.push({ threshold: found.threshold, members: own });
        electionKey = group.multiply(electionKey, found.subKey);
    });
    return { items, members, electionKey };
}

function parseKind(entry: Json): [string, Json | undefined] {
    const [kind, contents] = list(entry, SECTION, "trustee", 2);
    if (kind !== "Single" && kind !== "Pedersen") throw new Malformed(SECTION, "trustee: of an unknown kind");
    return [kind, contents];
}
