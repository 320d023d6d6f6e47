// SPDX-License-Identifier: Apache-2.0
/** What can be wrong with a value, one tree: nothing else leaves the protocol. Sections are those of protocol.md. */

export class SandoghError extends Error {
    constructor(
        /** The section of protocol.md whose rule is broken, such as "§7.1". */
        readonly section: string,
        readonly what: string,
    ) {
        super(`${section}: ${what}`);
        this.name = new.target.name;
    }
}

/** These bytes are not a value. */
export class Malformed extends SandoghError {}

/** This is a value, and it is false. */
export class VerificationError extends SandoghError {}

/** This device computed something wrong; doing it again may help. */
export class ArithmeticFault extends VerificationError {}
