// SPDX-License-Identifier: Apache-2.0
/** One homomorphic answer: the choices of one question, encrypted and proven, protocol.md §7.2. */
import type { Bases } from "./bases";
import type { Json } from "./canonical";
import type { Question } from "./election";
import { VerificationError } from "./errors";
import type { Group } from "./group";
import { type Ciphertext, type Commitment, commitOneOf, oneOfHash, type Opening, type Proof, proofJson, range, ZERO_OR_ONE } from "./proofs";
import { type Draw, mod } from "./scalar";

/** A ciphertext with all the prover knows of it and the proof begun over it. */
export interface Claim<E> {
    readonly ciphertext: Ciphertext<E>;
    readonly opening: Opening;
    readonly values: readonly number[];
    readonly commitment: Commitment<E>;
}

/** An answer whose elements are fixed; the hashes come next. */
export interface PreparedAnswer<E> {
    readonly choices: readonly Claim<E>[];
    /** Over the product of the choices: how many were chosen. */
    readonly overall: Claim<E>;
}

/** Raise unless the choices are 0 or 1 and within the limits of the question, protocol.md §7.2. */
export function checkChoices(question: Question, choices: readonly number[]): void {
    if (choices.length !== question.answers.length) throw new VerificationError("§7.2", "not one choice per answer");
    if (choices.some((choice) => choice !== 0 && choice !== 1)) throw new VerificationError("§7.2", "a choice is neither 0 nor 1");
    const chosen = choices.reduce((sum, choice) => sum + choice, 0);
    if (chosen < question.min || chosen > question.max) {
        throw new VerificationError("§7.2", `${chosen} chosen, allowed are ${question.min} to ${question.max}`);
    }
}

/** Encrypt the choices and begin all proofs: every element of the answer, no hash yet, protocol.md §7.2. `step` is called after each. */
export function prepareAnswer<E>(bases: Bases<E>, question: Question, choices: readonly number[], draw: Draw, step: () => void): PreparedAnswer<E> {
    checkChoices(question, choices);
    const { group } = bases;
    const claims = choices.map((message) => {
        const opening = { randomness: draw(group.q), message };
        const claim = begin(bases, encrypt(bases, opening), opening, ZERO_OR_ONE, draw);
        step();
        return claim;
    });
    const product = claims.map(({ ciphertext }) => ciphertext).reduce((a, b) => ({ alpha: group.multiply(a.alpha, b.alpha), beta: group.multiply(a.beta, b.beta) }), {
        alpha: group.identity,
        beta: group.identity,
    });
    const opening = {
        randomness: mod(claims.reduce((sum, claim) => sum + claim.opening.randomness, 0n), group.q),
        message: claims.reduce((sum, claim) => sum + claim.opening.message, 0),
    };
    const overall = begin(bases, product, opening, range(question.min, question.max), draw);
    step();
    return { choices: claims, overall };
}

function begin<E>(bases: Bases<E>, ciphertext: Ciphertext<E>, opening: Opening, values: readonly number[], draw: Draw): Claim<E> {
    return { ciphertext, opening, values, commitment: commitOneOf(bases, opening, values, draw) };
}

/** (g^r, y^r·g^m) for m = 0 or 1, protocol.md §4.2. */
function encrypt<E>({ group, g, y }: Bases<E>, { randomness, message }: Opening): Ciphertext<E> {
    const blank = y(randomness);
    // Both are computed, so that the time does not tell which was wanted.
    const chosen = group.multiply(blank, group.generator);
    return { alpha: g(randomness), beta: message === 0 ? blank : chosen };
}

/** An answer as it stands in the ballot, with its proofs as numbers for the check of the arithmetic. */
export interface FinishedAnswer {
    readonly json: Json;
    readonly individual: readonly (readonly Proof[])[];
    readonly overall: readonly Proof[];
}

/** Hash the elements and answer the proofs, protocol.md §7.2. S0 is the context that ties the answer to election and credential. */
export function finishAnswer<E>(group: Group<E>, { choices, overall }: PreparedAnswer<E>, context: string): FinishedAnswer {
    const text = written(group, [...choices, overall].flatMap(({ ciphertext, commitment }) => [ciphertext.alpha, ciphertext.beta, ...commitment.elements]));
    const finish = ({ ciphertext, commitment }: Claim<E>, statement: string): Proof[] =>
        commitment.answer(oneOfHash(statement, { alpha: text(ciphertext.alpha), beta: text(ciphertext.beta) }, commitment.elements.map(text), group.q));
    const individual = choices.map((claim) => finish(claim, context));
    const ciphertexts = choices.map(({ ciphertext }) => ({ alpha: text(ciphertext.alpha), beta: text(ciphertext.beta) }));
    const overallProofs = finish(overall, answerContext(context, ciphertexts));
    const json = { choices: ciphertexts, individual_proofs: individual.map((proofs) => proofs.map(proofJson)), overall_proof: overallProofs.map(proofJson) };
    return { json, individual, overall: overallProofs };
}

/** S: the context of the overall proof covers all ciphertexts, protocol.md §7.2. */
export function answerContext(context: string, ciphertexts: readonly Ciphertext<string>[]): string {
    return `${context}|${ciphertexts.map(({ alpha, beta }) => `${alpha},${beta}`).join()}`;
}

/** The texts of many elements, written together: a curve point alone costs an inversion. */
function written<E>(group: Group<E>, elements: readonly E[]): (element: E) => string {
    const texts = new Map(group.serialise(elements).map((text, i) => [elements[i], text]));
    return (element) => {
        const text = texts.get(element);
        if (text === undefined) throw new Error("an element that was not written");
        return text;
    };
}
