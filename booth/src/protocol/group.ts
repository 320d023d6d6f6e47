// SPDX-License-Identifier: Apache-2.0
/** What the protocol needs of a group of prime order, written multiplicatively, protocol.md §3.1. */

/**
 * E is the group's own form of an element. A value of type E is a member of the group: only `parse` makes one from outside, and it checks.
 *
 * Secret exponents go through `fixedBase` only; `power` takes the shortest way and its time tells the exponent.
 */
export interface Group<E> {
    readonly name: string;
    /** The order, a prime. */
    readonly q: bigint;
    readonly generator: E;
    readonly identity: E;
    /** The element a text stands for; Malformed for any but the one form, VerificationError with the caller's section outside the subgroup, §3.2, §3.3. */
    parse(text: unknown, section: string, what: string): E;
    /** ser of each element; cheaper together than one by one. */
    serialise(elements: readonly E[]): string[];
    multiply(a: E, b: E): E;
    inverse(a: E): E;
    equal(a: E, b: E): boolean;
    /** a^k for a public k, any integer from 0 to q-1. */
    power(a: E, k: bigint): E;
    /** A function k → a^k for secret k from 0 to q-1, with tables made once. */
    fixedBase(a: E): (k: bigint) => E;
}
