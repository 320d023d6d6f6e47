// SPDX-License-Identifier: Apache-2.0
/** One homomorphic answer: the choices of one question, encrypted and proven, protocol.md §7.2, §7.3. */
import type { Bases } from "./bases";
import type { Json } from "./canonical";
import type { Question } from "./election";
import { VerificationError } from "./errors";
import type { Group } from "./group";
import { blankHash, type Ciphertext, type Commitment, commitOneOf, holdsOneOf, oneOfHash, type Opening, type OwnProof, proofJson, range, ZERO_OR_ONE } from "./proofs";
import { type Draw, mod } from "./scalar";

/** A ciphertext with all the prover knows of it and the proof begun over it. */
export interface Claim<E> {
    readonly ciphertext: Ciphertext<E>;
    readonly opening: Opening;
    readonly commitment: Commitment<E>;
}

/** An answer whose elements are fixed; the hashes come next. */
export interface PreparedAnswer<E> {
    /** The blank flag first, where the question has one. */
    readonly choices: readonly Claim<E>[];
    /** Where the question has a blank flag: "not blank, or nobody chosen", protocol.md §7.3. */
    readonly blank: Commitment<E> | undefined;
    /** Over the product of the choices, the blank flag apart: how many were chosen. */
    readonly overall: Claim<E>;
}

/** How many numbers a choice for this question is: one per answer, after the blank flag if there is one, protocol.md §7.3. */
export const choiceLength = ({ answers, blank }: Question): number => answers.length + Number(blank);

/** Raise unless the choices are 0 or 1 and within the limits of the question, or blank and nothing else, protocol.md §7.2, §7.3. */
export function checkChoices(question: Question, choices: readonly number[]): void {
    const { min, max, blank } = question;
    if (choices.length !== choiceLength(question)) throw new VerificationError("§7.2", "not one choice per answer");
    if (choices.some((choice) => choice !== 0 && choice !== 1)) throw new VerificationError("§7.2", "a choice is neither 0 nor 1");
    const chosen = choices.slice(Number(blank)).reduce((sum, choice) => sum + choice, 0);
    if (blank && choices[0] === 1) {
        if (chosen > 0) throw new VerificationError("§7.3", "blank, and yet somebody is chosen");
    } else if (chosen < min || chosen > max) {
        throw new VerificationError("§7.2", `${chosen} chosen, allowed are ${min} to ${max}`);
    }
}

/** Encrypt the choices and begin all proofs: every element of the answer, no hash yet, protocol.md §7.2, §7.3. `step` is called after each. */
export function prepareAnswer<E>(bases: Bases<E>, question: Question, choices: readonly number[], draw: Draw, step: () => void): PreparedAnswer<E> {
    checkChoices(question, choices);
    const { group } = bases;
    const claims = choices.map((message) => {
        const opening = { randomness: draw(group.q), message };
        const claim = { ciphertext: encrypt(bases, opening), opening, commitment: commitOneOf(bases, holdsOneOf(opening, ZERO_OR_ONE), draw) };
        step();
        return claim;
    });
    const candidates = claims.slice(Number(question.blank));
    const ciphertext = candidates.reduce(
        ({ alpha, beta }, { ciphertext: next }) => ({ alpha: group.multiply(alpha, next.alpha), beta: group.multiply(beta, next.beta) }),
        { alpha: group.identity, beta: group.identity },
    );
    const opening = {
        randomness: mod(candidates.reduce((sum, claim) => sum + claim.opening.randomness, 0n), group.q),
        message: candidates.reduce((sum, claim) => sum + claim.opening.message, 0),
    };
    const within = holdsOneOf(opening, range(question.min, question.max));
    const [flag] = question.blank ? claims : [];
    const commitment = commitOneOf(bases, [...(flag ? holdsOneOf(flag.opening, [1]) : []), ...within], draw);
    const blank = flag && commitOneOf(bases, [...holdsOneOf(flag.opening, [0]), ...holdsOneOf(opening, [0])], draw);
    step();
    return { choices: claims, blank, overall: { ciphertext, opening, commitment } };
}

/** (g^r, y^r·g^m) for m = 0 or 1, protocol.md §4.2. */
function encrypt<E>({ group, g, y }: Bases<E>, { randomness, message }: Opening): Ciphertext<E> {
    const blank = y(randomness);
    // Both are computed, so that the time does not tell which was wanted.
    const chosen = group.multiply(blank, group.generator);
    return { alpha: g(randomness), beta: message === 0 ? blank : chosen };
}

/** An answer as it stands in the ballot, with all it proves for the check of the arithmetic. */
export interface FinishedAnswer<E> {
    readonly json: Json;
    readonly proven: readonly { readonly elements: readonly E[]; readonly proofs: readonly OwnProof[] }[];
}

/** Hash the elements and answer the proofs, protocol.md §7.2, §7.3. S0 is the context that ties the answer to election and credential. */
export function finishAnswer<E>(group: Group<E>, { choices, blank, overall }: PreparedAnswer<E>, context: string): FinishedAnswer<E> {
    const { q } = group;
    const text = written(group, [
        ...[...choices, overall].flatMap(({ ciphertext, commitment }) => [ciphertext.alpha, ciphertext.beta, ...commitment.elements]),
        ...(blank?.elements ?? []),
    ]);
    const pair = ({ ciphertext: { alpha, beta } }: Claim<E>): Ciphertext<string> => ({ alpha: text(alpha), beta: text(beta) });
    const proven: { elements: readonly E[]; proofs: OwnProof[] }[] = [];
    const finish = ({ elements, answer }: Commitment<E>, hash: (texts: string[]) => bigint): Json[] => {
        const proofs = answer(hash(elements.map(text)));
        proven.push({ elements, proofs });
        return proofs.map(proofJson);
    };
    const ciphertexts = choices.map(pair);
    const statement = answerContext(context, ciphertexts);
    const json: Json = {
        choices: ciphertexts.map(({ alpha, beta }) => ({ alpha, beta })),
        individual_proofs: choices.map((claim) => finish(claim.commitment, (texts) => oneOfHash(context, pair(claim), texts, q))),
        overall_proof: finish(overall.commitment, (texts) => (blank ? blankHash(1, statement, texts, q) : oneOfHash(statement, pair(overall), texts, q))),
        ...(blank ? { blank_proof: finish(blank, (texts) => blankHash(0, statement, texts, q)) } : {}),
    };
    return { json, proven };
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
