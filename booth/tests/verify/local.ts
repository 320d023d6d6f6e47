// SPDX-License-Identifier: Apache-2.0
/** The verifier without a browser: the archive from memory, the hands in this thread. */
import { audit, type Options, type Source } from "../../src/verify/audit";
import { Crew, type Hand } from "../../src/verify/crew";
import { type Act, type Acts, Judge } from "../../src/verify/judge";
import type { Report } from "../../src/verify/report";

export class LocalHand implements Hand {
    private readonly judge = new Judge();

    // Not at once, as a worker would.
    async do<A extends Act>(act: A, ask: Acts[A]["ask"]): Promise<Acts[A]["answer"]> {
        await Promise.resolve();
        return this.judge.do(act, ask);
    }
}

/** An archive that arrives in pieces of a size. */
export const piecesOf = (archive: Uint8Array, size = 65_536): Source => ({
    // eslint-disable-next-line @typescript-eslint/require-await
    async *pieces() {
        for (let at = 0; at < archive.length; at += size) yield archive.subarray(at, at + size);
    },
});

export const verify = (archive: Uint8Array, options: Options & { size?: number; hands?: number } = {}): Promise<Report> =>
    audit(piecesOf(archive, options.size), new Crew(Array.from({ length: options.hands ?? 1 }, () => new LocalHand())), options);
