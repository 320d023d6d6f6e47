// SPDX-License-Identifier: Apache-2.0
/** The sealer without a worker, where there is none: the same protocol, called at once. */
import { CredentialShape, deriveCredential, makeBases, normaliseCredential, parseElection, sealBallot, signBallot, tracker, voteCode } from "../../src/protocol";
import type { CredentialKey, SealedBallot } from "../../src/protocol";
import { SealingError, type Sealer } from "../../src/sealing";

export interface DirectSealer extends Sealer {
    readonly log: string[];
}

export function directSealer(electionText: string, session: string): DirectSealer {
    const election = parseElection(electionText);
    const bases = makeBases(election);
    const log: string[] = [];
    let key: CredentialKey | undefined;
    let sealed: SealedBallot | undefined;
    let signed: string | undefined;
    const later = async <T>(what: string, work: () => T): Promise<T> => {
        log.push(what);
        await Promise.resolve();
        return work();
    };
    return {
        log,
        credential: (typed) =>
            later("credential", () => {
                try {
                    key = deriveCredential(normaliseCredential(typed), election.uuid, election.group, bases.g);
                } catch (error) {
                    if (error instanceof CredentialShape) throw new SealingError("credential_shape", error.message, error.reason);
                    throw error;
                }
                return { public: key.public };
            }),
        seal: (choices, onProgress) =>
            later("seal", () => {
                if (!key) throw new SealingError("order", "no credential");
                signed = undefined;
                sealed = sealBallot(election, bases, key.public, choices, onProgress ? { onProgress } : {});
                return { hash: sealed.hash, code: voteCode(session, sealed.hash) };
            }),
        sign: () =>
            later("sign", () => {
                if (!key || !sealed) throw new SealingError("order", "nothing sealed");
                signed ??= signBallot(bases, key, sealed);
                return { ballot: signed, tracker: tracker(signed) };
            }),
        forget: () => {
            log.push("forget");
            key = sealed = signed = undefined;
        },
    };
}
