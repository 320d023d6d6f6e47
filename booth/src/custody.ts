// SPDX-License-Identifier: Apache-2.0
/**
 * One sealed ballot and what may become of it: it is signed, or it is revealed; never both (protocol.md §14).
 *
 * A revealed ballot that were signed could be cast, and everybody who saw it opened would know the vote.
 */
import { sealBallot, type SealedBallot, signBallot } from "./protocol/ballot";
import type { Bases } from "./protocol/bases";
import type { CredentialKey } from "./protocol/credential";
import type { Election } from "./protocol/election";
import type { Opening } from "./protocol/opening";
import { freshSeed, seededDraw } from "./protocol/scalar";

/** Something was asked that the order of things does not allow now. */
export class OutOfOrder extends Error {}

export class Custody<E> {
    private signed: string | undefined;
    private opening: Opening | undefined;

    private constructor(
        private readonly bases: Bases<E>,
        private readonly key: CredentialKey,
        private readonly sealed: SealedBallot,
        private readonly made: Opening,
    ) {}

    /** Seal choices with a fresh seed. Raises as `sealBallot` does. */
    static seal<E>(
        election: Election<E>,
        bases: Bases<E>,
        key: CredentialKey,
        choices: readonly (readonly number[])[],
        onProgress: (done: number, total: number) => void = () => undefined,
    ): Custody<E> {
        const seed = freshSeed();
        const sealed = sealBallot(election, bases, key.public, choices, { draw: seededDraw(seed), onProgress });
        return new Custody(bases, key, sealed, { election: election.fingerprint, ballot: sealed.hash, credential: key.public, seed, choices });
    }

    /** h, protocol.md §7.1. */
    get hash(): string {
        return this.sealed.hash;
    }

    /** The ballot with its signature: asked again the same bytes, as a second signature would be another ballot. OutOfOrder once revealed. */
    sign(): string {
        if (this.opening) throw new OutOfOrder("revealed, never to be signed");
        return (this.signed ??= signBallot(this.bases, this.key, this.sealed));
    }

    /** How the ballot was made. OutOfOrder once signed. */
    reveal(): Opening {
        if (this.signed !== undefined) throw new OutOfOrder("signed, never to be revealed");
        return (this.opening = this.made);
    }
}
