// SPDX-License-Identifier: Apache-2.0
/** Proofs that somebody knows the exponent of a public element, and texts signed with it, protocol.md §6.1, §6.2. */
import { fields, type Json, string } from "./canonical";
import { VerificationError } from "./errors";
import type { Group } from "./group";
import { groupHash } from "./hash";
import { parseProof, type Proof } from "./proofs";

/** What such a proof is about: its label and context enter the hash, protocol.md §4.1. */
export interface Claimed<E> {
    readonly label: "pok" | "sigmsg";
    readonly context: string;
    readonly key: E;
}

/** Raise VerificationError unless challenge = hashG(label|context|, [g^response·X^challenge]), protocol.md §6.1. */
export function checkKnowledge<E>(group: Group<E>, { challenge, response }: Proof, { label, context, key }: Claimed<E>, section: string, what: string): void {
    const commitment = group.multiply(group.power(group.generator, response), group.power(key, challenge));
    if (groupHash(`${label}|${context}|`, group.serialise([commitment]), group.q) !== challenge) {
        throw new VerificationError(section, `${what} does not hold`);
    }
}

/** A member of the group other than the identity, which protects nothing: stricter than protocol.md §3.1. */
export function parseKey<E>(value: unknown, group: Group<E>, section: string, what: string): E {
    const key = group.parse(value, section, what);
    if (group.equal(key, group.identity)) throw new VerificationError(section, `${what} is the identity`);
    return key;
}

/** A text with a signature whose signer nobody has looked at yet, protocol.md §6.2. */
export interface SignedMessage {
    readonly message: string;
    readonly signature: Proof;
    readonly json: Json;
}

/** Read a signed_msg in form, protocol.md §6.2. */
export function parseSigned<E>(value: Json | undefined, group: Group<E>, section: string, what: string): SignedMessage {
    const signed = fields(value, ["message", "signature"], section, what);
    return {
        message: string(signed["message"], section, `message of ${what}`),
        signature: parseProof(signed["signature"], group.q, section, `signature of ${what}`),
        json: signed,
    };
}

/** Raise VerificationError unless the owner of the key signed this very text, protocol.md §6.2. */
export function checkSignedText<E>(group: Group<E>, text: string, signature: Proof, key: E, section: string, what: string): void {
    checkKnowledge(group, signature, { label: "sigmsg", context: text, key }, section, `the signature of ${what}`);
}
