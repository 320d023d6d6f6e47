// SPDX-License-Identifier: Apache-2.0
/** The sealer without a worker, where there is none: the same protocol, called at once. */
import { Custody, OutOfOrder } from "../../src/custody";
import {
    checkOpening,
    CredentialShape,
    deriveCredential,
    makeBases,
    normaliseCredential,
    parseElection,
    tracker,
    VerificationError,
    voteCode,
    type CredentialKey,
} from "../../src/protocol";
import { SealingError, type Sealer } from "../../src/sealing";

export interface DirectSealer extends Sealer {
    readonly log: string[];
}

export function directSealer(electionText: string, session: string): DirectSealer {
    const election = parseElection(electionText);
    const bases = makeBases(election);
    const log: string[] = [];
    let key: CredentialKey | undefined;
    let custody: Custody<unknown> | undefined;
    const later = async <T>(what: string, work: () => T): Promise<T> => {
        log.push(what);
        await Promise.resolve();
        try {
            return work();
        } catch (error) {
            if (error instanceof OutOfOrder) throw new SealingError("order", error.message);
            throw error;
        }
    };
    const kept = (): Custody<unknown> => {
        if (!custody) throw new OutOfOrder("nothing sealed");
        return custody;
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
                if (!key) throw new OutOfOrder("no credential");
                custody = Custody.seal(election, bases, key, choices, onProgress);
                return { hash: custody.hash, code: voteCode(session, custody.hash) };
            }),
        sign: () =>
            later("sign", () => {
                const ballot = kept().sign();
                return { ballot, tracker: tracker(ballot) };
            }),
        reveal: () => later("reveal", () => kept().reveal()),
        check: (opening) =>
            later("check", () => {
                try {
                    checkOpening(election, bases, opening);
                } catch (error) {
                    throw new SealingError(error instanceof VerificationError ? "different" : "malformed", String(error));
                }
                return null;
            }),
        forget: () => {
            log.push("forget");
            key = custody = undefined;
        },
    };
}
