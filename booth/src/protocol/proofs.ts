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

/** One of the statements of which a proof says that at least one holds: a ciphertext of randomness r holds M, where it holds m. */
export interface Branch {
    readonly randomness: bigint;
    /** m - M: 0 where the statement is true. */
    readonly distance: number;
}

/** A proof as its maker knows it. */
export type OwnProof = Proof & Branch;

/** A proof begun: its commitments are fixed and wait for the hash. */
export interface Commitment<E> {
    /** A_0, B_0, A_1, B_1, … in the order of the branches. */
    readonly elements: readonly E[];
    /** The proofs for a challenge that covers the elements. Once only: a second answer would give the vote away. */
    readonly answer: (challenge: bigint) => OwnProof[];
}

/** One ciphertext and each value it may hold, protocol.md §4.4. */
export const holdsOneOf = ({ randomness, message }: Opening, values: readonly number[]): Branch[] =>
    values.map((value) => ({ randomness, distance: message - value }));

/**
 * Begin to prove that one of the statements holds, protocol.md §4.4, §7.3.
 *
 * The first true one is proved. Every other branch is simulated: its challenge c and response t are drawn first. Whoever knows the randomness r of the ciphertext needs
 * powers of g and y alone for it: A = g^t·α^c = g^(t+rc), and B = y^t·(β/g^M)^c = y^(t+rc)·g^((m-M)c). The own branch commits to g^w, y^w.
 * The order of the draws is the Python twin's, so that both make the same bytes from the same draws.
 */
export function commitOneOf<E>({ group, g, y }: Bases<E>, branches: readonly Branch[], draw: Draw): Commitment<E> {
    const { q } = group;
    const own = branches.findIndex(({ distance }) => distance === 0);
    const truth = branches[own];
    if (truth === undefined) throw new RangeError("the message is none of the values to prove");
    const w = draw(q);
    // The own branch draws as well and lets go of it, as all branches do the same.
    const simulated = branches.map(({ randomness, distance }) => ({ randomness, distance, challenge: draw(q), response: draw(q) }));
    const elements = simulated.flatMap(({ randomness, distance, challenge, response }, i) => {
        const exponent = i === own ? w : mod(response + randomness * challenge, q);
        return [g(exponent), group.multiply(y(exponent), g(mod(BigInt(distance) * challenge, q)))];
    });
    let answered = false;
    return {
        elements,
        answer(hash) {
            if (answered) throw new Error("a commitment is answered once");
            answered = true;
            const challenge = mod(simulated.reduce((rest, proof, i) => (i === own ? rest : rest - proof.challenge), hash), q);
            return simulated.map((proof, i) => (i === own ? { ...truth, challenge, response: mod(w - truth.randomness * challenge, q) } : proof));
        },
    };
}

/** The hash that the challenges of a proof must sum up to; S is the context, everything is in text form, protocol.md §4.4. */
export function oneOfHash(context: string, ciphertext: Ciphertext<string>, elements: readonly string[], q: bigint): bigint {
    return groupHash(`prove|${context}|${ciphertext.alpha},${ciphertext.beta}|`, elements, q);
}

/** The same for the proofs of a question with blank: 0 for "not blank or nobody chosen", 1 for "blank or within the limits", protocol.md §7.3. */
export const blankHash = (which: 0 | 1, context: string, elements: readonly string[], q: bigint): bigint =>
    groupHash(`bproof${which}|${context}|`, elements, q);

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
