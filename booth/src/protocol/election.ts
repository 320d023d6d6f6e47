// SPDX-License-Identifier: Apache-2.0
/** The election file and its fingerprint, protocol.md §4.3. */
import { count, fields, type Json, list, loads, string } from "./canonical";
import { Malformed, Unsupported, VerificationError } from "./errors";
import type { Group } from "./group";
import { hashBase64 } from "./hash";

const SECTION = "§4.3";
const UUID = /^[1-9A-HJ-NP-Za-km-z]{14,}$/;

/** A homomorphic question, protocol.md §7.2; with `blank` a voter may say so instead of choosing, §7.3. */
export interface Question {
    readonly question: string;
    readonly answers: readonly string[];
    readonly min: number;
    readonly max: number;
    readonly blank: boolean;
}

export interface Election<E = unknown> {
    /** The exact file; its bytes are what everything is bound to. */
    readonly text: string;
    /** φ */
    readonly fingerprint: string;
    readonly uuid: string;
    readonly name: string;
    readonly group: Group<E>;
    /** y */
    readonly publicKey: E;
    readonly questions: readonly Question[];
}

const FIELDS = [
    "version",
    "description",
    "name",
    "group",
    "public_key",
    "questions",
    "uuid",
    "?administrator",
    "?credential_authority",
    "?language",
];

/** Read election.json; the fingerprint is that of the exact text, protocol.md §4.3. `groups` gives the arithmetic: the booth's, or a verifier's. */
export function parseElection(text: string, groups: (name: string) => Group<unknown>): Election {
    const file = fields(loads(text, SECTION), FIELDS, SECTION, "election");
    if (file["version"] !== 1) throw new Malformed(SECTION, "not version 1");
    const group = groups(string(file["group"], SECTION, "group"));
    const uuid = string(file["uuid"], SECTION, "uuid");
    if (!UUID.test(uuid)) throw new Malformed("§2", "uuid is not 14 or more Base58 characters");
    const questions = list(file["questions"], SECTION, "questions").map(parseQuestion);
    if (questions.length === 0) throw new Malformed(SECTION, "no question");
    for (const field of ["description", "administrator", "credential_authority"]) {
        if (field === "description" || field in file) string(file[field], SECTION, field);
    }
    if ("language" in file) {
        const [language, direction] = list(file["language"], SECTION, "language", 2);
        string(language, SECTION, "language");
        if (direction !== "ltr" && direction !== "rtl") throw new Malformed(SECTION, "the direction is neither ltr nor rtl");
    }
    const publicKey = group.parse(file["public_key"], SECTION, "public key");
    // protocol.md §3.1, strict (threat-model.md W13): under the identity every ballot would be readable.
    if (group.equal(publicKey, group.identity)) throw new VerificationError(SECTION, "the public key is the identity");
    return { text, fingerprint: hashBase64(text), uuid, name: string(file["name"], SECTION, "name"), group, publicKey, questions };
}

/** Kinds that protocol 1 has and this program cannot check. */
const OTHER_KINDS: ReadonlyMap<Json | undefined, string> = new Map([
    ["Lists", "list questions"],
    ["NonHomomorphic", "non-homomorphic questions"],
]);

function parseQuestion(value: Json, index: number): Question {
    const what = `question ${index + 1}`;
    if (typeof value === "object" && value !== null && "type" in value) {
        const kind = OTHER_KINDS.get(value["type"]);
        throw kind === undefined ? new Malformed(SECTION, `${what} is of an unknown kind`) : new Unsupported(SECTION, kind);
    }
    const file = fields(value, ["answers", "?blank", "min", "max", "question"], SECTION, what);
    const blank = file["blank"] ?? false;
    if (typeof blank !== "boolean") throw new Malformed("§7.3", `blank of ${what} is neither true nor false`);
    const answers = list(file["answers"], SECTION, `answers of ${what}`).map((answer) => string(answer, SECTION, `answer of ${what}`));
    const min = count(file["min"], SECTION, `min of ${what}`);
    const max = count(file["max"], SECTION, `max of ${what}`);
    if (min > max || max > answers.length) throw new Malformed(SECTION, `${what} breaks 0 <= min <= max <= number of answers`);
    return { question: string(file["question"], SECTION, what), answers, min, max, blank };
}
