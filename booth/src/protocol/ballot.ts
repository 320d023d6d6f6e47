// SPDX-License-Identifier: Apache-2.0
/**
 * Making a ballot, protocol.md §7.1: sealing, then signing.
 *
 * Sealing fixes the hash that the vote code is computed from; signing comes later, after the voter's text message (ARCHITECTURE.md §3).
 */
import { choiceLength, finishAnswer, type FinishedAnswer, prepareAnswer, type PreparedAnswer } from "./answer";
import type { Bases } from "./bases";
import { dumps, type JsonObject } from "./canonical";
import type { CredentialKey } from "./credential";
import type { Election } from "./election";
import { ArithmeticFault, VerificationError } from "./errors";
import { groupHash, hashBase64 } from "./hash";
import { proofJson } from "./proofs";
import { draw as drawSafely, type Draw, mod } from "./scalar";

export interface SealedBallot {
    /** The fields of the ballot but for its signature. */
    readonly content: JsonObject;
    readonly credential: string;
    /** h, protocol.md §7.1 */
    readonly hash: string;
}

export interface SealOptions {
    readonly draw?: Draw;
    /** Called after each piece of work; the pieces are the same whatever the choices. */
    readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Encrypt and prove the choices (0 or 1 per answer, per question, after the blank flag where there is one) for a public credential, protocol.md §7.1 to §7.3.
 *
 * 1. encrypt and begin every proof: all the elements
 * 2. hash and answer, question by question
 * 3. check the arithmetic, before anyone relies on it
 * 4. hash the whole
 */
export function sealBallot<E>(
    election: Election<E>,
    bases: Bases<E>,
    credential: string,
    choices: readonly (readonly number[])[],
    { draw = drawSafely, onProgress }: SealOptions = {},
): SealedBallot {
    const { questions, group } = election;
    if (choices.length !== questions.length) throw new VerificationError("§7.1", "not one answer per question");
    // (1)
    const total = questions.reduce((sum, question) => sum + choiceLength(question) + 1, 0);
    let done = 0;
    const step = (): void => onProgress?.((done += 1), total);
    const prepared = questions.map((question, i) => prepareAnswer(bases, question, choices[i] ?? [], draw, step));
    // (2) S0 ties every proof to this election and this credential.
    const context = `${election.fingerprint}|${credential}`;
    const finished = prepared.map((answer) => finishAnswer(group, answer, context));
    // (3)
    checkArithmetic(bases, prepared, finished);
    // (4)
    const content = {
        election_uuid: election.uuid,
        election_hash: election.fingerprint,
        credential,
        answers: finished.map(({ json }) => json),
    };
    return { content, credential, hash: hashBase64(dumps(content)) };
}

/**
 * Raise if a computation went wrong, protocol.md §4.4: the product of all α and A must be g^s, that of all β and B must be y^s·g^t.
 *
 * A slip of the machine would otherwise cost the voter the vote at the very end; two sums cost a hundredth of the sealing.
 */
function checkArithmetic<E>({ group, g, y }: Bases<E>, prepared: readonly PreparedAnswer<E>[], finished: readonly FinishedAnswer<E>[]): void {
    let [left, right, s, t] = [group.identity, group.identity, 0n, 0n];
    for (const { choices, overall } of prepared) {
        for (const { ciphertext, opening } of [...choices, overall]) {
            left = group.multiply(left, ciphertext.alpha);
            right = group.multiply(right, ciphertext.beta);
            s += opening.randomness;
            t += BigInt(opening.message);
        }
    }
    for (const { elements, proofs } of finished.flatMap(({ proven }) => proven)) {
        elements.forEach((element, i) => {
            if (i % 2 === 0) left = group.multiply(left, element);
            else right = group.multiply(right, element);
        });
        for (const { randomness, distance, challenge, response } of proofs) {
            s += response + randomness * challenge;
            t += BigInt(distance) * challenge;
        }
    }
    const exponent = mod(s, group.q);
    if (!group.equal(left, g(exponent)) || !group.equal(right, group.multiply(y(exponent), g(mod(t, group.q))))) {
        throw new ArithmeticFault("§4.4", "the arithmetic of this device went wrong; seal again");
    }
}

/** Sign a sealed ballot with its credential: the exact text to cast, protocol.md §7.1. */
export function signBallot<E>({ group, g }: Bases<E>, key: CredentialKey, sealed: SealedBallot, draw: Draw = drawSafely): string {
    if (key.public !== sealed.credential) throw new VerificationError("§7.1", "sealed for another credential");
    const w = draw(group.q);
    const challenge = signatureHash(sealed.hash, group.serialise([g(w)]), group.q);
    const proof = proofJson({ challenge, response: mod(w - key.secret * challenge, group.q) });
    return dumps({ ...sealed.content, signature: { hash: sealed.hash, proof } });
}

/** The challenge of a signature over the commitment's text, protocol.md §7.1. */
export const signatureHash = (hash: string, commitment: readonly string[], q: bigint): bigint => groupHash(`sig|${hash}|`, commitment, q);
