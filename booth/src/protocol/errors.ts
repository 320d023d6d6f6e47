// SPDX-License-Identifier: Apache-2.0
/** What can be wrong with a value, one tree: nothing else leaves the protocol. Sections are those of protocol.md. */

export class SandoghError extends Error {
    /** The place, outermost first ("ballot 3, question 1"); empty when there is only one it can be. */
    where = "";

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

/** These bytes are the beginning of a value, and the rest is missing. */
export class Truncated extends Malformed {}

/** A legal part of the protocol that this program does not check; `feature` names it. Never to be taken for valid. */
export class Unsupported extends Malformed {
    constructor(
        section: string,
        readonly feature: string,
    ) {
        super(section, `${feature}: not checked by this program`);
    }
}

/** This is a value, and it is false. */
export class VerificationError extends SandoghError {}

/** This device computed something wrong; doing it again may help. */
export class ArithmeticFault extends VerificationError {}

/** Say where a refusal happened: the place is put in front of the places already named. */
export function within<T>(place: string, act: () => T): T {
    try {
        return act();
    } catch (error) {
        if (error instanceof SandoghError) error.where = error.where === "" ? place : `${place}, ${error.where}`;
        throw error;
    }
}
