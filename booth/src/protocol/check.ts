// SPDX-License-Identifier: Apache-2.0
/** Checking a whole ballot, strictly, as the server and every verifier do, protocol.md §7.1, §7.2, §12.6. */
import { answerContext, choiceLength } from "./answer";
import { signatureHash } from "./ballot";
import { dumps, fields, type Json, list, loads, string } from "./canonical";
import type { Election, Question } from "./election";
import { Malformed, VerificationError } from "./errors";
import type { Group } from "./group";
import { hashBase64 } from "./hash";
import { blankHash, type Ciphertext, oneOfHash, parseProof, range, ZERO_OR_ONE } from "./proofs";
import { mod } from "./scalar";
import { tracker } from "./tracker";

export interface CheckedBallot {
    readonly credential: string;
    /** h, protocol.md §7.1 */
    readonly hash: string;
    readonly tracker: string;
}

/** The same with the ciphertexts of each answer, for those who multiply them into a tally, protocol.md §8.2. */
export interface OpenBallot<E> extends CheckedBallot {
    readonly answers: readonly (readonly Ciphertext<E>[])[];
}

/** Raise unless this is a valid ballot of the election by one of the credentials, protocol.md §7: see `openBallot`. */
export function checkBallot<E>(text: string, election: Election<E>, credentials: { has(credential: string): boolean }): CheckedBallot {
    const { credential, hash, tracker: name } = openBallot(text, election, credentials);
    return { credential, hash, tracker: name };
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
export function openBallot<E>(text: string, election: Election<E>, credentials: { has(credential: string): boolean }): OpenBallot<E> {
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
    // protocol.md §3.1, strict (threat-model.md W13): everybody knows the secret of the identity.
    if (group.equal(key, group.identity)) throw new VerificationError("§7.1", "the credential is the identity");
    const answers = list(ballot["answers"], "§7.1", "answers", questions.length);
    const proof = parseProof(signature["proof"], group.q, "§7.1", "signature");
    const commitment = group.multiply(group.power(group.generator, proof.response), group.power(key, proof.challenge));
    if (signatureHash(hash, group.serialise([commitment]), group.q) !== proof.challenge) {
        throw new VerificationError("§7.1", "the credential did not sign this ballot");
    }
    // (5)
    const context = `${election.fingerprint}|${credential}`;
    const opened = questions.map((question, i) => checkAnswer(answers[i], question, election, context, `answer ${i + 1}`));
    return { credential, hash, tracker: tracker(text), answers: opened };
}

/** Raise unless an answer has the shape of its question and every proof holds; its ciphertexts, protocol.md §7.2, §7.3. */
function checkAnswer<E>(value: Json | undefined, question: Question, election: Election<E>, context: string, what: string): Ciphertext<E>[] {
    const { group } = election;
    const { blank } = question;
    if (typeof value === "object" && value !== null && "blank_proof" in value !== blank) {
        throw new Malformed("§7.2", `${what}: a blank proof is ${blank ? "required" : "forbidden"} for this question`);
    }
    const answer = fields(value, ["choices", "individual_proofs", "overall_proof", "?blank_proof"], "§7.1", what);
    const length = choiceLength(question);
    const texts = list(answer["choices"], "§7.2", `choices of ${what}`, length).map((choice) => ciphertextTexts(choice, what));
    const ciphertexts = texts.map(({ alpha, beta }) => ({ alpha: group.parse(alpha, "§4.2", `alpha of ${what}`), beta: group.parse(beta, "§4.2", `beta of ${what}`) }));
    const individual = list(answer["individual_proofs"], "§7.2", `individual proofs of ${what}`, length);
    const inContext =
        (statement: string, ciphertext: Ciphertext<E>) =>
        (elements: readonly string[]): bigint => {
            const [alpha = "", beta = ""] = group.serialise([ciphertext.alpha, ciphertext.beta]);
            return oneOfHash(statement, { alpha, beta }, elements, group.q);
        };
    ciphertexts.forEach((ciphertext, i) => {
        checkOneOf(individual[i], holding(ciphertext, ZERO_OR_ONE), election, inContext(context, ciphertext), "§7.2", `proof of choice ${i + 1} of ${what}`);
    });
    const product = ciphertexts.slice(Number(blank)).reduce(multiplyCiphertexts(group), { alpha: group.identity, beta: group.identity });
    const within = holding(product, range(question.min, question.max));
    const statement = answerContext(context, texts);
    const [flag] = blank ? ciphertexts : [];
    if (flag === undefined) {
        checkOneOf(answer["overall_proof"], within, election, inContext(statement, product), "§7.2", `overall proof of ${what}`);
        return ciphertexts;
    }
    const unless = [...holding(flag, [0]), ...holding(product, [0])];
    checkOneOf(answer["blank_proof"], unless, election, (elements) => blankHash(0, statement, elements, group.q), "§7.3", `blank proof of ${what}`);
    const either = [...holding(flag, [1]), ...within];
    checkOneOf(answer["overall_proof"], either, election, (elements) => blankHash(1, statement, elements, group.q), "§7.3", `overall proof of ${what}`);
    return ciphertexts;
}

function ciphertextTexts(value: Json, what: string): Ciphertext<string> {
    const ciphertext = fields(value, ["alpha", "beta"], "§4.2", `a choice of ${what}`);
    return { alpha: string(ciphertext["alpha"], "§4.2", `alpha of ${what}`), beta: string(ciphertext["beta"], "§4.2", `beta of ${what}`) };
}

const multiplyCiphertexts =
    <E>(group: Group<E>) =>
    (a: Ciphertext<E>, b: Ciphertext<E>): Ciphertext<E> => ({ alpha: group.multiply(a.alpha, b.alpha), beta: group.multiply(a.beta, b.beta) });

/** The statement of a branch: this ciphertext holds this value. */
interface Statement<E> {
    readonly ciphertext: Ciphertext<E>;
    readonly value: number;
}

const holding = <E>(ciphertext: Ciphertext<E>, values: readonly number[]): Statement<E>[] => values.map((value) => ({ ciphertext, value }));

/** Raise unless the proofs show that one of the statements holds, protocol.md §4.4, §7.3; `hash` makes the challenge of the commitments. */
function checkOneOf<E>(
    value: Json | undefined,
    statements: readonly Statement<E>[],
    { group, publicKey }: Election<E>,
    hash: (elements: readonly string[]) => bigint,
    section: string,
    what: string,
): void {
    // A missing or surplus proof must not pass by zipping to the shorter list.
    const proofs = list(value, section, what).map((proof) => parseProof(proof, group.q, section, what));
    if (proofs.length !== statements.length) throw new VerificationError(section, `${what} has ${proofs.length} branches, not ${statements.length}`);
    const elements = proofs.flatMap(({ challenge, response }, i) => {
        const statement = statements[i];
        if (statement === undefined) return [];
        const { ciphertext: { alpha, beta }, value: held } = statement;
        const blank = group.multiply(group.power(publicKey, response), group.power(beta, challenge));
        return [
            group.multiply(group.power(group.generator, response), group.power(alpha, challenge)),
            // (β/g^M)^c as β^c·g^(-Mc): powers of g are cheap.
            held === 0 ? blank : group.multiply(blank, group.power(group.generator, mod(-BigInt(held) * challenge, group.q))),
        ];
    });
    const sum = proofs.reduce((total, { challenge }) => total + challenge, 0n);
    if (mod(sum, group.q) !== hash(group.serialise(elements))) throw new VerificationError(section, `${what} does not hold`);
}
