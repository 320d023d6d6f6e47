// SPDX-License-Identifier: Apache-2.0
/** Opening a challenged ballot: its forms, and making it again, protocol.md §14. */
import { choiceLength } from "./answer";
import { sealBallot, type SealOptions } from "./ballot";
import type { Bases } from "./bases";
import { dumps, fields, list, loads, string } from "./canonical";
import type { Election } from "./election";
import { base64, hex, utf8 } from "./encoding";
import { Malformed, VerificationError } from "./errors";
import { seededDraw } from "./scalar";

const SECTION = "§14";
const FORMAT = "sandogh-ballot-opening/1";

/** All that makes an unsigned ballot, and the hash that it was known by before. */
export interface Opening {
    /** φ, protocol.md §4.3. */
    readonly election: string;
    /** h, protocol.md §7.1. */
    readonly ballot: string;
    readonly credential: string;
    /** 64 lower-case hex digits: all the randomness comes from it. */
    readonly seed: string;
    /** 0 or 1 per answer, per question, after the blank flag where there is one. */
    readonly choices: readonly (readonly number[])[];
}

/** The file of an opening, as `sandogh ballot open` reads it, protocol.md §14. */
export const openingText = ({ election, ballot, credential, seed, choices }: Opening): string =>
    dumps({ format: FORMAT, election, ballot, credential, seed, choices });

/** Read an opening's file; Malformed for anything that is not one, protocol.md §14. */
export function parseOpening(text: string): Opening {
    const file = fields(loads(text, SECTION), ["format", "election", "ballot", "credential", "seed", "choices"], SECTION, "opening");
    if (file["format"] !== FORMAT) throw new Malformed(SECTION, "another format");
    const choices = list(file["choices"], SECTION, "choices").map((row) => list(row, SECTION, "choices of a question").map(bit));
    const [election, ballot, credential, seed] = ["election", "ballot", "credential", "seed"].map((name) => string(file[name], SECTION, name));
    return shaped({ election, ballot, credential, seed, choices } as Opening);
}

/** The short form for the end of an address, protocol.md §14: everything but the fingerprint of the election, which the address names. */
export function openingFragment({ ballot, credential, seed, choices }: Opening): string {
    const seedBytes = Uint8Array.from(seed.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    const parts = [base64(bytesOf(ballot)), base64(seedBytes), base64(utf8(credential))].map((part) => part.replace(/\+/g, "-").replace(/\//g, "_"));
    return ["#1", ...parts, choices.map((row) => row.join("")).join("-")].join(".");
}

/** Read the short form, with or without the address in front of it; Malformed for anything that is not one, protocol.md §14. */
export function parseFragment(text: string, election: string): Opening {
    const written = text.slice(text.lastIndexOf("#") + 1);
    const [version, ballot, seed, credential, digits, ...more] = written.split(".");
    if (version !== "1" || digits === undefined || more.length > 0 || /[^\w.-]/.test(written)) throw new Malformed(SECTION, "not an opening");
    const bytes = [ballot, seed, credential].map((part) => bytesOf((part ?? "").replace(/-/g, "+").replace(/_/g, "/")));
    const [hash, random, name] = bytes as [Uint8Array, Uint8Array, Uint8Array];
    const choices = digits.split("-").map((row) => Array.from(row, Number).map(bit));
    return shaped({ election, ballot: base64(hash), credential: String.fromCharCode(...name), seed: hex(random), choices });
}

/** Bytes of standard Base64 without padding, in its one form. */
function bytesOf(text: string): Uint8Array {
    try {
        const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        if (base64(bytes) === text) return bytes;
    } catch {
        // Said below.
    }
    throw new Malformed(SECTION, "not Base64");
}

function bit(value: unknown): number {
    if (value !== 0 && value !== 1) throw new Malformed(SECTION, "a choice is neither 0 nor 1");
    return value;
}

function shaped(opening: Opening): Opening {
    const { election, ballot, credential, seed } = opening;
    for (const hash of [election, ballot]) if (bytesOf(hash).length !== 32) throw new Malformed(SECTION, "not a hash");
    if (!/^[0-9a-f]{64}$/.test(seed)) throw new Malformed(SECTION, "the seed is not 32 bytes");
    if (!/^[0-9a-f]{1,1000}$/.test(credential)) throw new Malformed(SECTION, "not a public credential");
    return opening;
}

/**
 * Raise unless the ballot made again from credential, seed and choices has the hash that was shown before, protocol.md §14.
 *
 * Its ciphertexts then hold these choices, and its proofs hide nothing else: every bit of them follows from the seed.
 */
export function checkOpening<E>(election: Election<E>, bases: Bases<E>, opening: Opening, onProgress?: SealOptions["onProgress"]): void {
    const { credential, seed, choices } = opening;
    if (opening.election !== election.fingerprint) throw new VerificationError(SECTION, "the ballot of another election");
    const { group, questions } = election;
    if (group.equal(group.parse(credential, SECTION, "credential"), group.identity)) throw new VerificationError(SECTION, "the credential is the identity");
    if (choices.length !== questions.length || questions.some((question, i) => choiceLength(question) !== choices[i]?.length)) {
        throw new Malformed(SECTION, "not the choices of this election");
    }
    const { hash } = sealBallot(election, bases, credential, choices, { draw: seededDraw(seed), ...(onProgress && { onProgress }) });
    if (hash !== opening.ballot) throw new VerificationError(SECTION, "the ballot held something else");
}
