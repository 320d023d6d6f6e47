// SPDX-License-Identifier: Apache-2.0
/** Proving that a ciphertext holds one of some values, protocol.md §4.4. */
import type { Bases } from "./bases";
import { fields, type Json } from "./canonical";
import { decimal } from "./encoding";
import { groupHash } from "./hash";
import { type Draw, mod } from "./scalar";

export interface Proof {
    readonly challenge: bigint;
    readonly response: bigint;
}

/** (g^r, y^r·g^m), protocol.md §4.2 */
export interface Ciphertext<E> {
    readonly alpha: E;
    readonly beta: E;
}

/** What the prover knows of a ciphertext: r and m. */
export interface Opening {
    readonly randomness: bigint;
    readonly message: number;
}

/** A proof begun: its commitments are fixed and wait for the hash. */
export interface Commitment<E> {
    /** A_0, B_0, A_1, B_1, … in the order of the values. */
    readonly elements: readonly E[];
    /** The proofs for a challenge that covers the elements. Once only: a second answer would give the vote away. */
    answer(challenge: bigint): Proof[];
}

/**
 * Begin to prove that a ciphertext holds one of the values, protocol.md §4.4.
 *
 * A false branch is simulated: its challenge c and response t are drawn first. Whoever knows the randomness r of the ciphertext needs
 * powers of g and y alone for it: A = g^t·α^c = g^(t+rc), and B = y^t·(β/g^M)^c = y^(t+rc)·g^((m-M)c). The true branch commits to g^w, y^w.
 * The order of the draws is the Python twin's, so that both make the same bytes from the same draws.
 */
export function commitOneOf<E>(bases: Bases<E>, opening: Opening, values: readonly number[], draw: Draw): Commitment<E> {
    const { group, g, y } = bases;
    const { q } = group;
    const { randomness, message } = opening;
    if (!values.includes(message)) throw new RangeError("the message is none of the values to prove");
    const w = draw(q);
    // The true branch draws as well and lets go of it, as all branches do the same.
    const branches = values.map((value) => ({ distance: BigInt(message - value), challenge: draw(q), response: draw(q) }));
    const elements = branches.flatMap(({ distance, challenge, response }) => {
        const exponent = distance === 0n ? w : mod(response + randomness * challenge, q);
        return [g(exponent), group.multiply(y(exponent), g(mod(distance * challenge, q)))];
    });
    let answered = false;
    return {
        elements,
        answer(hash) {
            if (answered) throw new Error("a commitment is answered once");
            answered = true;
            const others = branches.reduce((sum, { distance, challenge }) => (distance === 0n ? sum : sum + challenge), 0n);
            const own = mod(hash - others, q);
            return branches.map(({ distance, challenge, response }) =>
                distance === 0n ? { challenge: own, response: mod(w - randomness * own, q) } : { challenge, response },
            );
        },
    };
}

/** The hash that the challenges of a proof must sum up to; S is the context, everything is in text form, protocol.md §4.4. */
export function oneOfHash(context: string, ciphertext: Ciphertext<string>, elements: readonly string[], q: bigint): bigint {
    return groupHash(`prove|${context}|${ciphertext.alpha},${ciphertext.beta}|`, elements, q);
}

/** From min to max: the values of an overall proof, protocol.md §7.2. */
export const range = (min: number, max: number): number[] => Array.from({ length: max - min + 1 }, (_, i) => min + i);

/** The values of an individual proof, protocol.md §7.2. */
export const ZERO_OR_ONE: readonly number[] = [0, 1];

/** The text form, protocol.md §4.1. */
export const proofJson = ({ challenge, response }: Proof): Json => ({ challenge: String(challenge), response: String(response) });

/** Read a proof: two canonical scalars, protocol.md §4.1. */
export function parseProof(value: Json | undefined, q: bigint, section: string, what: string): Proof {
    const proof = fields(value, ["challenge", "response"], section, what);
    return {
        challenge: decimal(proof["challenge"], q, section, `challenge of ${what}`),
        response: decimal(proof["response"], q, section, `response of ${what}`),
    };
}
