// SPDX-License-Identifier: Apache-2.0
/** A trustee's public key, alone or as a member of a threshold group, protocol.md §6.1. */
import { fields, type Json, string } from "./canonical";
import { Malformed, VerificationError } from "./errors";
import type { Group } from "./group";
import { checkKnowledge, checkSignedText, parseKey } from "./knowledge";
import { parseProof } from "./proofs";

/** A key that has been checked, protocol.md §6.1. */
export interface TrusteeKey<E> {
    readonly key: E;
    readonly publicKey: string;
    readonly name: string | undefined;
}

/**
 * Read a trustee's public key; with the verification key of a member as `signer`, that of a threshold trustee, protocol.md §6.1.
 *
 * 1. a member of the group, not the identity
 * 2. the proof of knowledge holds
 * 3. signed by the member of a threshold group, and by nobody else
 */
export function parseTrusteeKey<E>(value: Json | undefined, group: Group<E>, signer?: E): TrusteeKey<E> {
    const section = "§6.1";
    const what = "trustee public key";
    const tpk = fields(value, ["pok", "public_key", "?signature", "?name"], section, what);
    // (1)
    const key = parseKey(tpk["public_key"], group, section, what);
    const publicKey = string(tpk["public_key"], section, what);
    // (2)
    const pok = parseProof(tpk["pok"], group.q, section, "proof of knowledge");
    checkKnowledge(group, pok, { label: "pok", context: `${group.name}|${publicKey}`, key }, section, "proof of knowledge of the private key");
    // (3)
    if (signer === undefined) {
        if ("signature" in tpk) throw new Malformed(section, `${what}: a signature belongs to threshold trustees only`);
    } else {
        if (!("signature" in tpk)) throw new VerificationError(section, `${what}: the member's signature is missing`);
        checkSignedText(group, publicKey, parseProof(tpk["signature"], group.q, section, `signature of ${what}`), signer, section, what);
    }
    return { key, publicKey, name: "name" in tpk ? string(tpk["name"], section, "trustee name") : undefined };
}
