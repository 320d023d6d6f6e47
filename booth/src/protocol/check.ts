// SPDX-License-Identifier: Apache-2.0
/** Checking a whole ballot, strictly, as the server and every verifier do, protocol.md §7.1, §7.2, §12.6. */
import { answerContext } from "./answer";
import { signatureHash } from "./ballot";
import { dumps, fields, type Json, list, loads, string } from "./canonical";
import type { Election, Question } from "./election";
import { Malformed, VerificationError } from "./errors";
import type { Group } from "./group";
import { hashBase64 } from "./hash";
import { type Ciphertext, oneOfHash, parseProof, type Proof, range, ZERO_OR_ONE } from "./proofs";
import { mod } from "./scalar";
import { tracker } from "./tracker";

export interface CheckedBallot {
    readonly credential: string;
    /** h, protocol.md §7.1 */
    readonly hash: string;
    readonly tracker: string;
}

/**
 * Raise unless this is a valid ballot of the election by one of the credentials, protocol.md §7.
 *
 * 1. canonical form, the known fields in order
 * 2. this election, a listed credential
 * 3. the hash is that of the ballot without its signature
 * 4. the credential signed the hash; one answer per question
 * 5. each answer has the shape of its question, every element is in the group, every proof holds
 */
export function checkBallot<E>(text: string, election: Election<E>, credentials: ReadonlySet<string>): CheckedBallot {
    const { group, questions } = election;
    // (1)
    const ballot = fields(loads(text, "§7.1"), ["election_uuid", "election_hash", "credential", "answers", "signature"], "§7.1", "ballot");
    const signature = fields(ballot["signature"], ["hash", "proof"], "§7.1", "signature");
    // (2)
    if (ballot["election_uuid"] !== election.uuid) throw new VerificationError("§7.1", "another election's uuid");
    if (ballot["election_hash"] !== election.fingerprint) throw new VerificationError("§7.1", "another election's fingerprint");
    const credential = string(ballot["credential"], "§7.1", "credential");
    if (!credentials.has(credential)) throw new VerificationError("§7.1", "a credential that is not listed");
    // (3)
    const hash = hashBase64(dumps(Object.fromEntries(Object.entries(ballot).filter(([name]) => name !== "signature"))));
    if (!/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/.test(string(signature["hash"], "§7.1", "hash"))) {
        throw new Malformed("§7.1", "the hash is not 43 characters of Base64");
    }
    if (signature["hash"] !== hash) throw new VerificationError("§7.1", "not the hash of this ballot");
    // (4)
    const key = group.parse(credential, "§7.1", "credential");
    // Intentional divergence from protocol.md §3.1, stricter (failures.md W13): everybody knows the secret of the identity.
    if (group.equal(key, group.identity)) throw new VerificationError("§7.1", "the credential is the identity");
    const answers = list(ballot["answers"], "§7.1", "answers", questions.length);
    const proof = parseProof(signature["proof"], group.q, "§7.1", "signature");
    const commitment = group.multiply(group.power(group.generator, proof.response), group.power(key, proof.challenge));
    if (signatureHash(hash, group.serialise([commitment]), group.q) !== proof.challenge) {
        throw new VerificationError("§7.1", "the credential did not sign this ballot");
    }
    // (5)
    const context = `${election.fingerprint}|${credential}`;
    questions.forEach((question, i) => {
        checkAnswer(answers[i], question, election, context, `answer ${i + 1}`);
    });
    return { credential, hash, tracker: tracker(text) };
}

/** Raise unless an answer has the shape of its question and every proof holds, protocol.md §7.2. */
function checkAnswer<E>(value: Json | undefined, question: Question, election: Election<E>, context: string, what: string): void {
    const { group } = election;
    const answer = fields(value, ["choices", "individual_proofs", "overall_proof"], "§7.1", what);
    const length = question.answers.length;
    const texts = list(answer["choices"], "§7.2", `choices of ${what}`, length).map((choice) => ciphertextTexts(choice, what));
    const ciphertexts = texts.map(({ alpha, beta }) => ({ alpha: group.parse(alpha, "§4.2", `alpha of ${what}`), beta: group.parse(beta, "§4.2", `beta of ${what}`) }));
    const individual = list(answer["individual_proofs"], "§7.2", `individual proofs of ${what}`, length);
    ciphertexts.forEach((ciphertext, i) => {
        checkOneOf(individual[i], ciphertext, ZERO_OR_ONE, election, context, `proof of choice ${i + 1} of ${what}`);
    });
    const product = ciphertexts.reduce(multiplyCiphertexts(group), { alpha: group.identity, beta: group.identity });
    const values = range(question.min, question.max);
    checkOneOf(answer["overall_proof"], product, values, election, answerContext(context, texts), `overall proof of ${what}`);
}

function ciphertextTexts(value: Json, what: string): Ciphertext<string> {
    const ciphertext = fields(value, ["alpha", "beta"], "§4.2", `a choice of ${what}`);
    return { alpha: string(ciphertext["alpha"], "§4.2", `alpha of ${what}`), beta: string(ciphertext["beta"], "§4.2", `beta of ${what}`) };
}

const multiplyCiphertexts =
    <E>(group: Group<E>) =>
    (a: Ciphertext<E>, b: Ciphertext<E>): Ciphertext<E> => ({ alpha: group.multiply(a.alpha, b.alpha), beta: group.multiply(a.beta, b.beta) });

/** Raise unless the proofs show that the ciphertext holds one of the values, protocol.md §4.4. */
function checkOneOf<E>(
    value: Json | undefined,
    { alpha, beta }: Ciphertext<E>,
    values: readonly number[],
    { group, publicKey }: Election<E>,
    context: string,
    what: string,
): void {
    // A missing or surplus proof must not pass by zipping to the shorter list.
    const proofs = list(value, "§7.2", what).map((proof) => parseProof(proof, group.q, "§7.2", what));
    if (proofs.length !== values.length) throw new VerificationError("§7.2", `${what} has ${proofs.length} branches, not ${values.length}`);
    const elements = proofs.flatMap(({ challenge, response }: Proof, i) => {
        const power = group.power(group.generator, BigInt(values[i] ?? 0));
        return [
            group.multiply(group.power(group.generator, response), group.power(alpha, challenge)),
            group.multiply(group.power(publicKey, response), group.power(group.multiply(beta, group.inverse(power)), challenge)),
        ];
    });
    const [alphaText, betaText] = group.serialise([alpha, beta]);
    if (alphaText === undefined || betaText === undefined) throw new Malformed("§4.2", what);
    const sum = proofs.reduce((total, { challenge }) => total + challenge, 0n);
    if (mod(sum, group.q) !== oneOfHash(context, { alpha: alphaText, beta: betaText }, group.serialise(elements), group.q)) {
        throw new VerificationError("§7.2", `${what} does not hold`);
    }
}
