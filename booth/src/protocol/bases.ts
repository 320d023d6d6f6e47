// SPDX-License-Identifier: Apache-2.0
/** Powers of g and y for one election, with their tables: all that a prover needs, who knows every exponent, protocol.md §4.2. */
import type { Election } from "./election";
import type { Group } from "./group";

export interface Bases<E> {
    readonly group: Group<E>;
    /** k → g^k */
    readonly g: (k: bigint) => E;
    /** k → y^k */
    readonly y: (k: bigint) => E;
}

/** Make the tables, once per election: about a hundred milliseconds, so before the voter waits for it, protocol.md §4.2. */
export function makeBases<E>({ group, publicKey }: Election<E>): Bases<E> {
    return { group, g: group.fixedBase(group.generator), y: group.fixedBase(publicKey) };
}
